//! Chooses the I/O of a run so that workers of a shared queue leave their cores idle most of the time.
//!
//! A pool runs its tasks in R rounds, eager processes in one. If a task waits L for I/O and computes for c, a pool
//! needs about R (L + c), and n processes on k cores need L + n c / k. With n c ≤ 0.75 k L, the pool takes R / 1.75
//! times as long, and its cores compute for less than half of the time.

use crate::event::workload::{IoKind, Workload};
use crate::event::{CorePolicy, LanePlan, Mode, Run};

/// Time that a lane waits for I/O, in ns: long enough to be watched, and short enough for a lesson.
const IO_TIME_OF_LANE: u64 = 8_000_000_000;
/// Duration of an operation, in ns, if there is time for [`MIN_OPERATIONS`] of them.
const LATENCY: u64 = 100_000_000;
/// Minimum number of operations per task, so that computing and I/O alternate.
const MIN_OPERATIONS: u64 = 5;
/// Maximum CPU time of all tasks on a core, as a share of the I/O of one task.
const MAX_COMPUTING: f64 = 0.75;
/// Rounds from which a pool takes twice as long as eager processes.
const ROUNDS_FOR_TWICE: u32 = 3;

/// The workload of a run with I/O that dominates. It has as many numbers as before, or fewer.
#[must_use]
pub fn io_heavy_workload(run: &Run, work: &Workload) -> Workload {
    let rounds = run.lanes.iter().map(|lane| rounds_of_lane(lane, work.tasks)).max().unwrap_or(1);
    let io_time = IO_TIME_OF_LANE / u64::from(rounds);
    let io_latency_ns = LATENCY.min(io_time / MIN_OPERATIONS).max(1);
    let io = ((io_time + io_latency_ns / 2) / io_latency_ns) as u32;
    let io_kind = if work.io_kind == IoKind::Disk { IoKind::Sleep } else { work.io_kind };
    let mut numbers = numbers_for_cpu_time(work, MAX_COMPUTING * cores_of_lane(run) * io_time as f64);
    if work.per_task {
        numbers -= numbers % u64::from(work.tasks);
        return Workload { numbers, io: 1, io_latency_ns: io_time, io_kind, ..work.clone() };
    }
    Workload { numbers, io, io_latency_ns, io_kind, ..work.clone() }
}

/// Rounds of tasks in a lane with a shared queue beside eager processes, if they are too few for I/O to show much.
#[must_use]
pub fn too_few_rounds(run: &Run, tasks: u32) -> Option<u32> {
    let has_eager = run.lanes.iter().any(|lane| lane.own_queues);
    let shared = run.lanes.iter().filter(|lane| has_eager && matches!(lane.mode, Mode::Threads | Mode::Pool));
    let fewest = shared.map(|lane| rounds_of_lane(lane, tasks)).min()?;
    (fewest < ROUNDS_FOR_TWICE).then_some(fewest)
}

/// Number of tasks that the busiest worker of the lane runs one after the other.
fn rounds_of_lane(lane: &LanePlan, tasks: u32) -> u32 {
    if lane.own_queues {
        1
    } else {
        tasks.div_ceil(lane.chunk).div_ceil(lane.workers).saturating_mul(lane.chunk).min(tasks)
    }
}

/// Cores that the lane with the fewest can use. If lanes share cores, each has its part of them.
fn cores_of_lane(run: &Run) -> f64 {
    let sharing = if run.cores == CorePolicy::Shared { run.lanes.len().max(1) } else { 1 };
    let cores = run.lanes.iter().map(|lane| (lane.cores.len() as f64 / sharing as f64).min(f64::from(lane.workers)));
    cores.fold(f64::INFINITY, f64::min)
}

/// As many numbers as cost at most `cpu_ns` together, rounded down to two digits; at least one per task.
fn numbers_for_cpu_time(work: &Workload, cpu_ns: f64) -> u64 {
    let most = (cpu_ns / work.cost_ns as f64) as u64;
    if most >= work.numbers {
        return work.numbers;
    }
    let unit = 10_u64.pow(most.max(1).ilog10().saturating_sub(1));
    (most / unit * unit).max(work.tasks.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{RunPlan, RunSpec};
    use crate::event::Machine;

    fn planned_run(modes: &[Mode], workers: u32, cores: u32, workload: Workload) -> RunPlan {
        let spec = RunSpec { workload, workers: vec![workers], ..RunSpec::of_modes(modes) };
        let machine = Machine { cores, memory_bytes: 0, os: "test".into() };
        RunPlan::new(&spec, &(0..cores).collect::<Vec<_>>(), machine)
    }

    #[test]
    fn io_depends_on_rounds_and_numbers_on_cores() {
        let beside = |cores, work: Workload| {
            let plan = planned_run(&[Mode::Pool, Mode::Process], 4, cores, work);
            let chosen = io_heavy_workload(plan.run(), plan.workload());
            (chosen.io, chosen.io_latency_ns / 1_000_000, chosen.numbers)
        };
        assert_eq!(beside(2, Workload::default()), (20, 100, 16_000_000));
        assert_eq!(beside(4, Workload::default()), (20, 100, 32_000_000));
        assert_eq!(beside(128, Workload::default()), (20, 100, 65_000_000), "no lane uses more than four cores");
        assert_eq!(beside(2, Workload { numbers: 1000, ..Workload::default() }), (20, 100, 1000));
        assert_eq!(beside(2, Workload { cost_ns: 0, ..Workload::default() }), (20, 100, 100_000_000));
        assert_eq!(beside(2, Workload { tasks: 12, ..Workload::default() }).0, 27);
        assert_eq!(beside(2, Workload { tasks: 160, ..Workload::default() }), (5, 40, 1_600_000));
    }

    #[test]
    fn too_few_rounds_are_reported_beside_eager_processes_only() {
        let rounds = |modes: &[Mode], workers| {
            too_few_rounds(planned_run(modes, workers, 4, Workload::default()).run(), Workload::default().tasks)
        };
        assert_eq!(rounds(&[Mode::Pool, Mode::Process], 4), None);
        assert_eq!(rounds(&[Mode::Pool, Mode::Process], 6), None);
        assert_eq!(rounds(&[Mode::Pool, Mode::Process], 8), Some(2));
        assert_eq!(rounds(&[Mode::Pool, Mode::Process], 99), Some(1));
        assert_eq!(rounds(&[Mode::Serial, Mode::Pool], 16), None);
    }
}
