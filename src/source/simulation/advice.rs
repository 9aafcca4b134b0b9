//! The choice of a setting for tasks, and when it would change.

use super::bounds::Uncertainty;
use super::capacity::Capacity;
use super::constants::MachineConstants;
use super::plan::Plan;
use super::prediction::{Prediction, TIE, choose_plan};
use super::profile::{TaskProfile, WorkloadProfile};
use super::reservation::{Effect, Reservation, reservations};
use super::simulate;
use super::task_recorder::RecordedConditions;
use crate::event::Mode;
use crate::event::workload::ChunkSize;

/// Number of workers up to which pools and threads are compared; more if there are many cores.
const MAX_WIDTH: u32 = 64;
const WIDTH_PER_CORE: u32 = 4;

/// A plan with what it would take.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    pub plan: Plan,
    pub prediction: Prediction,
    pub reservations: Vec<Reservation>,
}

impl Setting {
    /// Why it is not predicted; none if it is.
    #[must_use]
    pub fn refusal(&self) -> Option<Reservation> {
        self.reservations.iter().copied().find(|reservation| reservation.effect() == Effect::Refused)
    }

    /// The uncertainty of its prediction, given that of predictions without reservations.
    #[must_use]
    pub fn uncertainty(&self, of_others: Uncertainty) -> Uncertainty {
        self.reservations.iter().fold(of_others, |uncertainty, reservation| match reservation.effect() {
            Effect::Widened(share) => uncertainty.at_least(share),
            Effect::Refused => uncertainty,
        })
    }
}

/// Threads without a GIL are predicted, but need another build of the interpreter.
fn is_candidate(plan: &Plan) -> bool {
    plan.mode != Mode::Threads || plan.gil
}

/// Predictions of all settings of a workload, and the choice among them.
#[derive(Clone, Debug, PartialEq)]
pub struct Advice {
    pub tasks: u32,
    pub capacity: Capacity,
    pub settings: Vec<Setting>,
    /// Index of the chosen setting.
    pub choice: usize,
}

/// Why no setting can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoChoice {
    Refused(Reservation),
    /// No setting fits into memory; the least of them needs this much.
    Memory {
        least: u64,
    },
}

impl Advice {
    /// Predicts all settings for these cores and this capacity. `recorded` is none if the tasks were described.
    pub fn new(
        profile: &WorkloadProfile,
        recorded: Option<&RecordedConditions>,
        (cores, capacity): (u32, Capacity),
        chunk: ChunkSize,
        constants: &MachineConstants,
    ) -> Result<Self, NoChoice> {
        let tasks = profile.tasks.len() as u32;
        let setting = |plan: Plan| Setting {
            plan,
            prediction: simulate(profile, &plan, constants),
            reservations: reservations(profile, recorded, &plan),
        };
        let tells_process_start = recorded.is_none_or(RecordedConditions::tell_process_start);
        let is_predicted = |plan: &Plan| plan.mode != Mode::Process || tells_process_start;
        let settings: Vec<_> = plans(tasks, cores, chunk).into_iter().filter(is_predicted).map(setting).collect();
        let advice = Self { tasks, capacity, settings, choice: 0 };
        let settings = &advice.settings;
        let candidates = || settings.iter().enumerate().filter(|(_, setting)| advice.is_candidate(setting));
        let predicted: Vec<_> = candidates().map(|(_, setting)| (setting.plan, setting.prediction)).collect();
        // Where some settings are refused, the others are an answer only if they differ in their number of workers.
        let refusal = settings.iter().find_map(Setting::refusal).filter(|_| {
            let mut slots = predicted.iter().map(|(plan, _)| plan.slots(tasks));
            slots.next().is_none_or(|first| slots.all(|other| other == first))
        });
        if let Some(refusal) = refusal {
            return Err(NoChoice::Refused(refusal));
        }
        let chosen = choose_plan(tasks, &predicted).and_then(|chosen| candidates().nth(chosen));
        let least = || settings.iter().map(|setting| setting.prediction.peak_memory).min().unwrap_or(0);
        let (choice, _) = chosen.ok_or_else(|| NoChoice::Memory { least: least() })?;
        Ok(Self { choice, ..advice })
    }

    /// Whether this machine has the memory and the processes that a setting needs.
    #[must_use]
    pub fn fits(&self, setting: &Setting) -> bool {
        self.capacity.fits(&setting.prediction)
    }

    /// Whether a setting can be chosen.
    #[must_use]
    pub fn is_candidate(&self, setting: &Setting) -> bool {
        setting.refusal().is_none() && self.fits(setting) && is_candidate(&setting.plan)
    }

    #[must_use]
    pub fn chosen(&self) -> &Setting {
        &self.settings[self.choice]
    }

    /// How many times as long as the fastest candidate a setting takes.
    #[must_use]
    pub fn ratio_to_fastest(&self, setting: &Setting) -> f64 {
        let makespan = |setting: &Setting| setting.prediction.makespan_ns;
        let candidates = self.settings.iter().filter(|setting| self.is_candidate(setting));
        makespan(setting) / candidates.map(makespan).fold(f64::INFINITY, f64::min)
    }

    /// Whether a candidate is as fast as the fastest one.
    #[must_use]
    pub fn is_tie(&self, setting: &Setting) -> bool {
        self.is_candidate(setting) && self.ratio_to_fastest(setting) <= TIE
    }

    /// Candidates other than the choice, the fastest first.
    #[must_use]
    pub fn others(&self) -> Vec<&Setting> {
        let others = self.settings.iter().enumerate().filter(|(index, _)| *index != self.choice);
        let mut others: Vec<_> =
            others.map(|(_, setting)| setting).filter(|setting| self.is_candidate(setting)).collect();
        others.sort_by(|one, other| one.prediction.makespan_ns.total_cmp(&other.prediction.makespan_ns));
        others
    }

    /// The settings next to the choice: a worker step less and more of the same mode, or else the fastest others.
    #[must_use]
    pub fn neighbours(&self) -> Vec<&Setting> {
        let chosen = self.chosen();
        let near = [self.choice.checked_sub(1), self.choice.checked_add(1)];
        let near = near.into_iter().flatten().filter_map(|index| self.settings.get(index));
        let same = |setting: &&Setting| setting.plan.mode == chosen.plan.mode && self.is_candidate(setting);
        let mut found: Vec<&Setting> = near.filter(same).collect();
        for other in self.others() {
            if found.len() < 2 && !found.contains(&other) {
                found.push(other);
            }
        }
        found
    }
}

/// The plans to compare: serial, pools and threads of 2, 4, 8 … workers, and a process for every task.
pub(super) fn plans(tasks: u32, cores: u32, chunk: ChunkSize) -> Vec<Plan> {
    let most = MAX_WIDTH.max(cores.saturating_mul(WIDTH_PER_CORE)).min(tasks);
    let widths: Vec<u32> = (1..32).map(|n| 1 << n).take_while(|width| *width < most).chain([most]).collect();
    let plan = |mode, gil, workers| Plan { mode, gil, workers, chunk, cores };
    let several = |mode, gil| widths.iter().filter(|width| **width > 1).map(move |width| plan(mode, gil, *width));
    std::iter::once(plan(Mode::Serial, true, 1))
        .chain(several(Mode::Pool, true))
        .chain(several(Mode::Threads, true))
        .chain(several(Mode::Threads, false))
        .chain([plan(Mode::Process, true, tasks)])
        .collect()
}

/// What would have to change for another choice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// I/O time of a task, in ns.
    Io(f64),
    /// Number of tasks.
    Tasks(u32),
}

/// A workload from which on another setting would be chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crossover {
    pub change: Change,
    /// Whether it is more than now.
    pub is_more: bool,
    pub plan: Plan,
}

/// Most tasks that are simulated to find crossovers.
const MAX_TASKS_OF_CROSSOVER: f64 = 20_000.0;
const FACTORS: [f64; 4] = [2.0, 4.0, 8.0, 16.0];
/// Bisections of a doubling; a crossover is known to about a tenth.
const BISECTIONS: u32 = 3;

/// Finds the nearest crossovers: less and more I/O, fewer and more tasks. None if there are too many tasks to search.
#[must_use]
pub fn crossovers(
    profile: &WorkloadProfile,
    chosen: &Plan,
    capacity: &Capacity,
    constants: &MachineConstants,
) -> Option<Vec<Crossover>> {
    let tasks = profile.tasks.len() as f64;
    let mean = |of: fn(&TaskProfile) -> f64| profile.tasks.iter().map(of).sum::<f64>() / tasks;
    let (io, cpu) = (mean(TaskProfile::waits_ns), mean(TaskProfile::cpu_ns));
    let search = Search { chosen, capacity, tasks: tasks as u32, constants };
    let mut found = Vec::new();
    // Without I/O, its time is compared with the CPU time.
    let io_base = if io > 0.0 { io } else { cpu / FACTORS[FACTORS.len() - 1] };
    if tasks > MAX_TASKS_OF_CROSSOVER {
        return None;
    }
    let with_io = |factor: f64| Some(scale_io(profile, io, io_base * factor));
    let with_tasks = |factor: f64| {
        let count = (tasks * factor).round();
        (1.0..=MAX_TASKS_OF_CROSSOVER).contains(&count).then(|| repeat_tasks(profile, count as usize))
    };
    for is_more in [false, true] {
        if (is_more || io > 0.0)
            && let Some((factor, plan)) = search.nearest(is_more, with_io)
        {
            found.push(Crossover { change: Change::Io(io_base * factor), is_more, plan });
        }
    }
    for is_more in [false, true] {
        if let Some((factor, plan)) = search.nearest(is_more, with_tasks) {
            found.push(Crossover { change: Change::Tasks((tasks * factor).round() as u32), is_more, plan });
        }
    }
    Some(found)
}

struct Search<'a> {
    chosen: &'a Plan,
    capacity: &'a Capacity,
    /// Number of tasks for which it is chosen.
    tasks: u32,
    constants: &'a MachineConstants,
}

impl Search<'_> {
    /// The factor nearest to 1 in one direction at which another plan is chosen, and that plan.
    fn nearest(&self, is_more: bool, scaled: impl Fn(f64) -> Option<WorkloadProfile>) -> Option<(f64, Plan)> {
        let mut same: f64 = 1.0;
        for factor in FACTORS.map(|factor| if is_more { factor } else { 1.0 / factor }) {
            let Some(plan) = self.other_choice(&scaled(factor)?) else {
                same = factor;
                continue;
            };
            let mut found = (factor, plan);
            for _ in 0..BISECTIONS {
                let middle = (same * found.0).sqrt();
                match self.other_choice(&scaled(middle)?) {
                    Some(plan) => found = (middle, plan),
                    None => same = middle,
                }
            }
            return Some(found);
        }
        None
    }

    /// The plan chosen for another workload; none if it is the same.
    fn other_choice(&self, profile: &WorkloadProfile) -> Option<Plan> {
        let tasks = profile.tasks.len() as u32;
        let plans = plans(tasks, self.chosen.cores, self.chosen.chunk).into_iter().filter(is_candidate);
        let predict = |plan: Plan| (plan, simulate(profile, &plan, self.constants));
        let fits = |(_, prediction): &(Plan, Prediction)| self.capacity.fits(prediction);
        let predicted: Vec<_> = plans.map(predict).filter(fits).collect();
        let (plan, _) = predicted[choose_plan(tasks, &predicted)?];
        // That as many workers as there are tasks suit another number of tasks says nothing.
        let has_worker_for_each = tasks != self.tasks && plan.slots(tasks) == tasks;
        let is_same = plan.mode == self.chosen.mode && (has_worker_for_each || plan.workers == self.chosen.workers);
        (!is_same).then_some(plan)
    }
}

/// The tasks with I/O of `wanted` on average instead of `mean`.
fn scale_io(profile: &WorkloadProfile, mean: f64, wanted: f64) -> WorkloadProfile {
    let scale = |task: &TaskProfile| {
        if mean > 0.0 {
            return TaskProfile { wait_ns: task.wait_ns * wanted / mean, ..*task };
        }
        let burst_ns = task.first_burst_ns / 2.0;
        TaskProfile { first_burst_ns: burst_ns, burst_ns, waits: 1, wait_ns: wanted, ..*task }
    };
    WorkloadProfile { tasks: profile.tasks.iter().map(scale).collect() }
}

fn repeat_tasks(profile: &WorkloadProfile, count: usize) -> WorkloadProfile {
    WorkloadProfile { tasks: profile.tasks.iter().copied().cycle().take(count).collect() }
}
