//! What a plan would take, and the choice among plans.

use super::constants::MachineConstants;
use super::plan::Plan;
use super::profile::{TaskProfile, WorkloadProfile};
use crate::event::{Mode, Nanos};

/// Figures of a simulated lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// From the lane's time zero to the end of the last task, in ns.
    pub makespan_ns: f64,
    /// CPU time used until then, in ns.
    pub cpu_ns: f64,
    /// Largest number of payloads in memory at once, and their largest size in bytes.
    pub peak_tasks: u32,
    pub peak_bytes: u64,
    /// Largest memory of payloads and worker processes at once, in bytes.
    pub peak_memory: u64,
    /// Processes that are started.
    pub processes: u32,
    /// The makespan without simulation: the longest of what cores, workers and the longest task need.
    pub closed_form_ns: f64,
}

impl Prediction {
    /// Difference between closed form and simulation, as a share of the simulation, from which it must be explained.
    const MAX_DIFFERENCE: f64 = 0.4;

    /// Makespan in whole ns.
    #[must_use]
    pub fn makespan(&self) -> Nanos {
        self.makespan_ns.round() as Nanos
    }

    /// Mean number of cores in use.
    #[must_use]
    pub fn cores_used(&self) -> f64 {
        if self.makespan_ns > 0.0 { self.cpu_ns / self.makespan_ns } else { 0.0 }
    }

    /// How much longer than the closed form it takes, as a share of the makespan, if that is much: queueing, uneven
    /// tasks or the GIL then decide. Negative if it is shorter.
    #[must_use]
    pub fn unexplained_share(&self) -> Option<f64> {
        let share = 1.0 - self.closed_form_ns / self.makespan_ns.max(1.0);
        (share.abs() > Self::MAX_DIFFERENCE).then_some(share)
    }
}

/// The makespan that total CPU time, number of workers or longest task impose, with the start of the first process.
pub(super) fn closed_form_ns(profile: &WorkloadProfile, plan: &Plan, constants: &MachineConstants) -> f64 {
    let tasks = profile.tasks.len() as u32;
    let sum = |of: fn(&TaskProfile) -> f64| profile.tasks.iter().map(of).sum::<f64>();
    let longest = profile.tasks.iter().map(TaskProfile::duration_ns).fold(0.0, f64::max);
    let width = if plan.has_gil() { 1 } else { plan.cores.min(plan.slots(tasks)) };
    let process_ns = constants.fork_ns + constants.child_start_ns + constants.first_task_ns;
    let records = f64::from(tasks.div_ceil(plan.mode.tasks_per_record(plan.chunk, tasks, plan.slots(tasks)).max(1)));
    let reporting = f64::from(tasks) * constants.task_ns + records * constants.record_ns;
    // The first process starts before any task.
    let processes = f64::from(plan.processes(tasks)) - 1.0;
    let exits = if plan.mode == Mode::Process { processes * constants.exit_ns } else { 0.0 };
    let cpu = sum(TaskProfile::cpu_ns) + reporting + processes * process_ns + exits;
    let of_workers = (sum(TaskProfile::cpu_ns) + reporting + sum(TaskProfile::waits_ns)) / f64::from(plan.slots(tasks));
    process_ns + (cpu / f64::from(width.max(1))).max(of_workers).max(longest)
}

/// How much longer than the best prediction still counts as a tie.
pub const TIE: f64 = 1.05;

/// Chooses the plan with the fewest concurrent workers whose prediction ties with the best. Returns its index; none if
/// there are no plans.
#[must_use]
pub fn choose_plan(tasks: u32, predicted: &[(Plan, Prediction)]) -> Option<usize> {
    let best = predicted.iter().map(|(_, prediction)| prediction.makespan_ns).min_by(f64::total_cmp)?;
    let ties = predicted.iter().enumerate().filter(|(_, (_, prediction))| prediction.makespan_ns <= TIE * best);
    let cost = |(plan, prediction): &(Plan, Prediction)| (plan.slots(tasks), prediction.makespan());
    ties.min_by_key(|(_, of_plan)| cost(of_plan)).map(|(i, _)| i)
}
