//! Repeats in one figure each.

use crate::event::Status;
use crate::model::{LaneSummary, TaskTotals};

/// The medians of a lane's repeats; the lane itself if there is only one.
///
/// Where the core time went is taken whole from the repeat with the median makespan: medians of its terms would no longer add up.
pub(super) fn of(runs: &[&LaneSummary]) -> Option<LaneSummary> {
    let mut by_time = runs.to_vec();
    by_time.sort_by(|a, b| a.makespan_s.unwrap_or(f64::INFINITY).total_cmp(&b.makespan_s.unwrap_or(f64::INFINITY)));
    let mut lane = (*by_time.get(by_time.len().saturating_sub(1) / 2)?).clone();
    macro_rules! medians {
        ($of:ident: $($field:ident),*) => { $(lane.$field = $of(runs.iter().map(|run| run.$field));)* };
    }
    medians!(known: makespan_s, startup_s, cpu_s, ns_per_number, run_queue_delay_s, utilization, mean_queue);
    medians!(plain: load_s, io_blocked_s, queue_wait_s, stall_core_s, stall_io_core_s, idle_tail_core_s);
    medians!(whole: peak_queue, peak_resident_tasks, peak_resident_bytes, workers_started, workers_died, workers_replaced);
    medians!(known_whole: peak_private_bytes, peak_pss_bytes, voluntary_switches, involuntary_switches);
    let total = |of: fn(&TaskTotals) -> u32| whole(runs.iter().map(|run| of(&run.tasks)));
    lane.tasks = TaskTotals {
        submitted: total(|t| t.submitted),
        finished: total(|t| t.finished),
        failed: total(|t| t.failed),
        lost: total(|t| t.lost),
        abandoned: total(|t| t.abandoned),
    };
    // One repeat that went wrong is not outvoted.
    if let Some(wrong) = runs.iter().find(|run| run.status != Status::Finished || run.correct != Some(true)) {
        (lane.status, lane.result, lane.correct, lane.tasks) = (wrong.status, wrong.result, wrong.correct, wrong.tasks);
    }
    lane.interventions = runs.iter().flat_map(|run| run.interventions.iter().copied()).collect();
    Some(lane)
}

/// How far apart a lane's repeats lie: (max − min) by median makespan.
pub(super) fn spread(runs: &[&LaneSummary]) -> f64 {
    let times: Vec<f64> = runs.iter().filter_map(|run| run.makespan_s).collect();
    let (low, high) = times.iter().fold((f64::INFINITY, 0.0_f64), |(low, high), t| (low.min(*t), high.max(*t)));
    if times.len() < 2 { 0.0 } else { (high - low) / plain(times.into_iter()).max(f64::MIN_POSITIVE) }
}

fn plain(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => 0.0,
        n if n % 2 == 1 => sorted[n / 2],
        n => f64::midpoint(sorted[n / 2 - 1], sorted[n / 2]),
    }
}

/// Unknown where any repeat does not know it.
fn known(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    values.collect::<Option<Vec<f64>>>().map(|values| plain(values.into_iter()))
}

fn known_whole(values: impl Iterator<Item = Option<u64>>) -> Option<u64> {
    values.collect::<Option<Vec<u64>>>().map(|values| whole(values.into_iter()))
}

/// The lower of the two in the middle, so that it is a figure that was measured.
fn whole<N: Ord + Copy + Default>(values: impl Iterator<Item = N>) -> N {
    let mut sorted: Vec<N> = values.collect();
    sorted.sort_unstable();
    sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_are_medians() {
        assert!((plain([3.0, 1.0, 2.0].into_iter()) - 2.0).abs() < 1e-12);
        assert!((plain([4.0, 1.0, 2.0, 3.0].into_iter()) - 2.5).abs() < 1e-12);
        assert_eq!(whole([9, 1, 5, 7].into_iter()), 5);
        assert_eq!(known([Some(1.0), None].into_iter()), None);
    }
}
