//! Repeats of a lane taken together: the median of every figure.

use crate::event::Status;
use crate::model::{LaneSummary, TaskTotals};

/// The medians of a lane's runs, of which there is at least one. What is no figure is that of the worst run; where its
/// cores' time went is that of the run with the median makespan, so that it adds up.
pub(super) fn lane(runs: &[&LaneSummary]) -> LaneSummary {
    let worst = *runs.iter().max_by_key(|run| badness(run)).unwrap_or(&runs[0]);
    let s = |figure: fn(&LaneSummary) -> f64| median(runs.iter().map(|run| figure(run)).collect()).unwrap_or(0.0);
    let some = |figure: fn(&LaneSummary) -> Option<f64>| median(runs.iter().filter_map(|run| figure(run)).collect());
    let n = |figure: fn(&LaneSummary) -> u32| middle(runs.iter().map(|run| figure(run)).collect()).unwrap_or(0);
    let big = |figure: fn(&LaneSummary) -> Option<u64>| middle(runs.iter().filter_map(|run| figure(run)).collect());
    LaneSummary {
        makespan_s: some(|run| run.makespan_s),
        startup_s: some(|run| run.startup_s),
        load_s: s(|run| run.load_s),
        cpu_s: some(|run| run.cpu_s),
        ns_per_number: some(|run| run.ns_per_number),
        io_blocked_s: s(|run| run.io_blocked_s),
        queue_wait_s: s(|run| run.queue_wait_s),
        run_queue_delay_s: some(|run| run.run_queue_delay_s),
        stall_core_s: s(|run| run.stall_core_s),
        stall_io_core_s: s(|run| run.stall_io_core_s),
        idle_tail_core_s: s(|run| run.idle_tail_core_s),
        utilization: some(|run| run.utilization),
        peak_queue: n(|run| run.peak_queue),
        mean_queue: some(|run| run.mean_queue),
        peak_resident_tasks: n(|run| run.peak_resident_tasks),
        peak_resident_bytes: big(|run| Some(run.peak_resident_bytes)).unwrap_or(0),
        peak_private_bytes: big(|run| run.peak_private_bytes),
        peak_pss_bytes: big(|run| run.peak_pss_bytes),
        tasks: TaskTotals {
            submitted: n(|run| run.tasks.submitted),
            finished: n(|run| run.tasks.finished),
            failed: n(|run| run.tasks.failed),
            lost: n(|run| run.tasks.lost),
            abandoned: n(|run| run.tasks.abandoned),
        },
        workers_started: n(|run| run.workers_started),
        workers_died: n(|run| run.workers_died),
        workers_replaced: n(|run| run.workers_replaced),
        voluntary_switches: big(|run| run.voluntary_switches),
        involuntary_switches: big(|run| run.involuntary_switches),
        interventions: runs.iter().flat_map(|run| run.interventions.clone()).collect(),
        core_time_s: typical(runs).core_time_s,
        ..worst.clone()
    }
}

/// (max − min) by median makespan; 0 for a single run.
pub(super) fn spread(runs: &[&LaneSummary]) -> f64 {
    let makespans: Vec<f64> = runs.iter().filter_map(|run| run.makespan_s).collect();
    let (min, max) = makespans.iter().fold((f64::INFINITY, 0.0_f64), |(min, max), s| (min.min(*s), max.max(*s)));
    median(makespans).filter(|median| *median > 0.0).map_or(0.0, |median| (max - min) / median)
}

/// How far from all being well.
fn badness(run: &LaneSummary) -> (bool, bool, bool) {
    (run.status == Status::Cancelled, run.status == Status::Failed, run.correct != Some(true))
}

/// The run with the median makespan: of two, the shorter.
fn typical<'a>(runs: &[&'a LaneSummary]) -> &'a LaneSummary {
    let mut by_makespan: Vec<_> = runs.to_vec();
    by_makespan.sort_by(|a, b| a.makespan_s.unwrap_or(f64::MAX).total_cmp(&b.makespan_s.unwrap_or(f64::MAX)));
    by_makespan[(by_makespan.len() - 1) / 2]
}

/// The middle one, or the mean of the two in the middle.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let above = *values.get(values.len() / 2)?;
    Some(if values.len() % 2 == 1 { above } else { values[values.len() / 2 - 1].midpoint(above) })
}

/// The middle one; of two, the lower: half a task is none.
fn middle<T: Ord + Copy>(mut values: Vec<T>) -> Option<T> {
    values.sort_unstable();
    values.get(values.len().checked_sub(1)? / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_few() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0]), Some(2.5));
        assert_eq!(middle(vec![4, 1]), Some(1));
        assert_eq!(middle::<u64>(vec![]), None);
    }
}
