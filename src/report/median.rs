//! Medians over the repeats of a lane.

use crate::event::{ClusterMemory, LaneStatus};
use crate::model::{ClusterSummary, HeldTasks, LaneSummary, ProgramLaneSummary};

/// The medians of a lane's runs, at least one. Outcomes and counts of tasks and workers are those of the worst run, so
/// that a task lost in one of three runs is visible. Core times are those of the run with the median makespan, or means
/// of the middle two, so that they add up.
pub(super) fn median_summary(runs: &[&LaneSummary]) -> LaneSummary {
    let worst = *runs.iter().max_by_key(|run| sort_key(run)).unwrap_or(&runs[0]);
    let s = |figure: fn(&LaneSummary) -> f64| median(runs.iter().map(|run| figure(run)).collect()).unwrap_or(0.0);
    let some = |figure: fn(&LaneSummary) -> Option<f64>| median(runs.iter().filter_map(|run| figure(run)).collect());
    let some_n =
        |figure: fn(&LaneSummary) -> Option<u32>| median_u32(runs.iter().filter_map(|run| figure(run)).collect());
    let big = |figure: fn(&LaneSummary) -> Option<u64>| median_u64(runs.iter().filter_map(|run| figure(run)).collect());
    let (lower, upper) = middle_runs(runs);
    LaneSummary {
        makespan_s: some(|run| run.makespan_s),
        startup_s: some(|run| run.startup_s),
        receive_s: s(|run| run.receive_s),
        load_s: some(|run| run.load_s),
        cpu_s: some(|run| run.cpu_s),
        ns_per_number: some(|run| run.ns_per_number),
        io_blocked_s: some(|run| run.io_blocked_s),
        queue_wait_s: some(|run| run.queue_wait_s),
        run_queue_delay_s: some(|run| run.run_queue_delay_s),
        stall_core_s: some(|run| run.stall_core_s),
        stall_io_core_s: some(|run| run.stall_io_core_s),
        idle_tail_core_s: some(|run| run.idle_tail_core_s),
        utilization: some(|run| run.utilization),
        peak_queue: some_n(|run| run.peak_queue),
        mean_queue: some(|run| run.mean_queue),
        peak_resident_tasks: some_n(|run| run.peak_resident_tasks),
        peak_resident_bytes: big(|run| run.peak_resident_bytes),
        peak_private_bytes: big(|run| run.peak_private_bytes),
        peak_pss_bytes: big(|run| run.peak_pss_bytes),
        workers_replaced: some_n(|run| run.workers_replaced),
        voluntary_switches: big(|run| run.voluntary_switches),
        involuntary_switches: big(|run| run.involuntary_switches),
        interventions: runs.iter().flat_map(|run| run.interventions.clone()).collect(),
        problems: runs.iter().flat_map(|run| run.problems.clone()).collect(),
        usable_cores: lower.usable_cores,
        taken_by_others_core_s: lower
            .taken_by_others_core_s
            .zip(upper.taken_by_others_core_s)
            .map(|(lower, upper)| f64::midpoint(lower, upper)),
        peak_private_is_lower_bound: runs.iter().any(|run| run.peak_private_is_lower_bound),
        wait_after_tasks_s: some(|run| run.wait_after_tasks_s),
        core_time_s: lower.core_time_s.zip(upper.core_time_s).map(|(lower, upper)| lower.midpoint(&upper)),
        program: lower.program.as_ref().map(|program| ProgramLaneSummary {
            cluster: program.cluster.as_ref().map(|cluster| median_cluster(cluster, worst, runs)),
            ..program.clone()
        }),
        ..worst.clone()
    }
}

/// The medians of a cluster's figures. What adds up, and why tasks waited again, is that of `middle`, the cluster of the
/// run with the median makespan, or with the lower of the middle two. Attempts that ran again are those of `worst`, whose
/// tasks are counted beside them.
fn median_cluster(middle: &ClusterSummary, worst: &LaneSummary, runs: &[&LaneSummary]) -> ClusterSummary {
    let clusters: Vec<_> = runs.iter().filter_map(|run| run.program.as_ref()?.cluster.as_ref()).collect();
    let share = |figure: fn(&ClusterSummary) -> Option<f64>| {
        median(clusters.iter().filter_map(|cluster| figure(cluster)).collect())
    };
    let bytes = |figure: fn(&ClusterSummary) -> Option<u64>| {
        median_u64(clusters.iter().filter_map(|cluster| figure(cluster)).collect())
    };
    let memory = |kind: fn(&ClusterMemory) -> u64| {
        median_u64(clusters.iter().filter_map(|cluster| cluster.peak_memory.as_ref().map(kind)).collect())
    };
    let tasks = |figure: fn(&ClusterSummary) -> Option<u32>| {
        median_u32(clusters.iter().filter_map(|cluster| figure(cluster)).collect())
    };
    let held = || {
        Some(HeldTasks {
            peak_on_scheduler: tasks(|cluster| Some(cluster.held?.peak_on_scheduler))?,
            peak_on_worker: tasks(|cluster| Some(cluster.held?.peak_on_worker))?,
            peak_result_bytes: bytes(|cluster| Some(cluster.held?.peak_result_bytes))?,
        })
    };
    let peak_memory = || {
        Some(ClusterMemory {
            managed: memory(|peak| peak.managed)?,
            unmanaged: memory(|peak| peak.unmanaged)?,
            spilled: memory(|peak| peak.spilled)?,
        })
    };
    ClusterSummary {
        held: held(),
        attempts_run_again: worst.program.as_ref().and_then(|program| program.cluster.as_ref()?.attempts_run_again),
        threads_busy: share(|cluster| cluster.threads_busy),
        peak_memory: peak_memory(),
        peak_spilled_bytes: bytes(|cluster| cluster.peak_spilled_bytes),
        peak_waiting_on_workers: tasks(|cluster| cluster.peak_waiting_on_workers),
        transfer_wait_s: share(|cluster| cluster.transfer_wait_s),
        cpu_share: share(|cluster| cluster.cpu_share),
        ..middle.clone()
    }
}

/// Shortest and longest makespan; none for a single run.
pub(super) fn makespan_range(runs: &[&LaneSummary]) -> Option<(f64, f64)> {
    let makespans = || runs.iter().filter_map(|run| run.makespan_s);
    let (min, max) = (makespans().reduce(f64::min)?, makespans().reduce(f64::max)?);
    (runs.len() > 1).then_some((min, max))
}

/// Sort key that orders runs from best to worst outcome.
fn sort_key(run: &LaneSummary) -> (bool, bool, bool, u32, u32) {
    let unfinished = run.tasks.map_or(0, |tasks| tasks.submitted - tasks.finished.min(tasks.submitted));
    let cancelled = matches!(run.status, None | Some(LaneStatus::Cancelled));
    let failed = run.status == Some(LaneStatus::Failed);
    (cancelled, failed, run.correct != Some(true), unfinished, run.workers_died.unwrap_or(0))
}

/// The runs with the middle makespans: the same one twice if their number is odd.
fn middle_runs<'a>(runs: &[&'a LaneSummary]) -> (&'a LaneSummary, &'a LaneSummary) {
    let mut by_makespan: Vec<_> = runs.to_vec();
    by_makespan.sort_by(|a, b| a.makespan_s.unwrap_or(f64::MAX).total_cmp(&b.makespan_s.unwrap_or(f64::MAX)));
    (by_makespan[(runs.len() - 1) / 2], by_makespan[runs.len() / 2])
}

/// The median; of an even number, the mean of the middle two. None without values.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    middle(&values, f64::midpoint)
}

fn median_u32(mut values: Vec<u32>) -> Option<u32> {
    values.sort_unstable();
    middle(&values, u32::midpoint)
}

fn median_u64(mut values: Vec<u64>) -> Option<u64> {
    values.sort_unstable();
    middle(&values, u64::midpoint)
}

fn middle<T: Copy>(sorted: &[T], midpoint: fn(T, T) -> T) -> Option<T> {
    let lower = sorted.get(sorted.len().checked_sub(1)? / 2)?;
    Some(midpoint(*lower, sorted[sorted.len() / 2]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_of_an_even_number_is_the_mean_of_the_middle_two() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 9.0, 2.0]), Some(3.0));
        assert_eq!(median_u32(vec![4, 2]), Some(3));
        assert_eq!(median_u64(vec![]), None);
    }
}
