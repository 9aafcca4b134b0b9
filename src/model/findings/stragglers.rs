//! Tasks of a cluster that run far longer than others of their prefix, while threads have nothing to do. Those of
//! workers that sent no heartbeats meanwhile are none: they may have been stopped.

use std::collections::HashMap;

use super::ClusterFinding;
use crate::event::{CallId, Nanos, TaskId, WorkerId};
use crate::model::Lane;
use crate::model::tasks::TaskOutcome;

/// How much longer than the median a straggler is, and the share of its prefix's time that its tail takes.
const MIN_STRAGGLER: f64 = 2.0;
const MIN_TAIL: f64 = 0.1;
/// How much longer than the median, and than the longest, a task has run that still runs. Others may be as long.
const MIN_RUNNING: f64 = 3.0;
const MIN_BEYOND_LONGEST: f64 = 1.5;
/// Number of newest tasks of a thread that a running one is compared with.
const MAX_TASKS_OF_THREAD: usize = 32;
/// Number of changes of the busy threads until which their beginning is searched.
const MAX_CHANGES: usize = 1_000;

/// The stragglers of an observation that has ended by `t`, or one that runs then.
pub(super) fn stragglers(lane: &Lane, t: Nanos) -> Option<(ClusterFinding, f64)> {
    let has_ended = lane.end_and_status().is_some_and(|(end, _)| end <= t);
    if has_ended { last_stragglers(lane) } else { running_straggler(lane, t) }
}

/// The task that has run longest at `t` of those that keep others from the threads, if it is a straggler.
fn running_straggler(lane: &Lane, t: Nanos) -> Option<(ClusterFinding, f64)> {
    let threads = lane.slot_count() as u32;
    let (start, busy_ns) = few_busy_since(lane, threads, t)?;
    let mut running = Vec::new();
    let mut finished: HashMap<CallId, (Nanos, Vec<Nanos>)> = HashMap::new();
    for (thread, worker) in lane.workers.iter() {
        let taken = worker.records.partition_point(|record| record.taken <= t);
        for record in worker.records[..taken].iter().rev().take(MAX_TASKS_OF_THREAD) {
            let task = TaskId(record.first);
            let (Some(times), Some(call)) = (lane.tasks.get(task), lane.call_id_of(task)) else { continue };
            if t < times.ended.min(worker.end_time()) && !lane.was_silent(thread, times.taken, t) {
                running.push((times.taken, call));
            } else if times.has_finished(t) && times.outcome == TaskOutcome::Finished {
                let (first, durations) = finished.entry(call).or_insert((Nanos::MAX, Vec::new()));
                *first = times.taken.min(*first);
                durations.push(times.ended.saturating_sub(times.taken));
            }
        }
    }
    let straggler = |(from, call): (Nanos, CallId)| {
        let (first, durations) =
            finished.get_mut(&call).filter(|(_, durations)| durations.len() >= threads.max(2) as usize)?;
        durations.sort_unstable();
        let (median, longest) = (durations[durations.len() / 2], *durations.last()?);
        let so_far = (t - from) as f64;
        let is_far_longer = so_far >= MIN_RUNNING * median as f64 && so_far >= MIN_BEYOND_LONGEST * longest as f64;
        let is_long = (t - start) as f64 >= MIN_TAIL * t.saturating_sub(*first) as f64;
        (is_far_longer && is_long && from <= start).then_some((t - from, call, median))
    };
    let (so_far, call, median) = running.into_iter().filter_map(straggler).max()?;
    let for_ns = (t - start) as f64;
    let busy = busy_ns / for_ns;
    let finding = ClusterFinding::Stragglers {
        prefix: lane.calls().get(call.index())?.function.to_string(),
        is_running: true,
        longest_s: so_far as f64 / 1e9,
        median_s: median as f64 / 1e9,
        busy,
        threads,
        for_s: for_ns / 1e9,
    };
    Some((finding, (f64::from(threads) - busy) / f64::from(threads) * for_ns / 1e9))
}

/// Since when some but at most half of the threads have been busy at `t`, and their time in tasks since then, in ns.
fn few_busy_since(lane: &Lane, threads: u32, t: Nanos) -> Option<(Nanos, f64)> {
    let busy = &lane.busy;
    let are_few = |level: u32| level > 0 && level * 2 <= threads;
    let (mut since, mut busy_ns) = (t, 0.0);
    // A change at `t` counts.
    let mut end = t.saturating_add(1);
    let mut level = busy.count(t);
    for _ in 0..MAX_CHANGES {
        if !are_few(level) {
            break;
        }
        let change = busy.up.last_before(end).max(busy.down.last_before(end))?;
        busy_ns += (since - change) as f64 * f64::from(level);
        (since, end) = (change, change);
        level = busy.count(change.checked_sub(1)?);
    }
    (since < t).then_some((since, busy_ns))
}

/// The prefix whose last tasks left the most threads idle. Costs a pass over all tasks.
fn last_stragglers(lane: &Lane) -> Option<(ClusterFinding, f64)> {
    let threads = lane.slot_count() as f64;
    let mut of_calls: HashMap<CallId, Vec<(Nanos, Nanos, WorkerId)>> = HashMap::new();
    let mut changes = Vec::new();
    for task in lane.task_ids() {
        let times = lane.task_times(task).unwrap_or_default();
        let (Some(from), Some(to), Some(thread)) = (times.taken, times.ended, times.worker) else { continue };
        changes.extend([(from, 1_i64), (to, -1)]);
        if let Some(call) = lane.call_id_of(task) {
            of_calls.entry(call).or_default().push((from, to, thread));
        }
    }
    // Busy threads from each time on. Of tasks that follow each other, the end of the first comes first.
    changes.sort_unstable();
    let mut busy = 0;
    let levels: Vec<(Nanos, i64)> = changes
        .into_iter()
        .map(|(at, change)| {
            busy += change;
            (at, busy)
        })
        .collect();
    let tails = of_calls.into_iter().filter_map(|(call, times)| {
        let (last_start, end, thread) = times.iter().copied().max_by_key(|(_, end, _)| *end)?;
        let first = times.iter().map(|(from, ..)| *from).min()?;
        let mut durations: Vec<Nanos> = times.iter().map(|(from, to, _)| to.saturating_sub(*from)).collect();
        durations.sort_unstable();
        let (median, longest) = (durations[durations.len() / 2], end.saturating_sub(last_start));
        // From when on at most half of the threads were busy until the prefix ended.
        let before_end = levels.partition_point(|(at, _)| *at < end);
        let is_low = |level: i64| level as f64 * 2.0 <= threads;
        let low = levels[..before_end].iter().rposition(|(_, level)| !is_low(*level)).map_or(0, |busy| busy + 1);
        let tail = levels.get(low..before_end).filter(|tail| !tail.is_empty())?;
        let start = tail[0].0;
        let ends = tail.iter().skip(1).map(|(at, _)| *at).chain([end]);
        let busy_ns: f64 = tail.iter().zip(ends).map(|((from, level), to)| (to - from) as f64 * *level as f64).sum();
        let tail_ns = end.saturating_sub(start) as f64;
        let is_long = longest as f64 >= MIN_STRAGGLER * median as f64 && tail_ns >= MIN_TAIL * (end - first) as f64;
        let is_one_of_many =
            times.len() as f64 >= threads.max(2.0) && last_start <= start && !lane.was_silent(thread, last_start, end);
        let mean_busy = busy_ns / tail_ns;
        let cost_s = (threads - mean_busy) / threads * tail_ns / 1e9;
        (is_long && is_one_of_many).then_some((call, longest, median, mean_busy, tail_ns, cost_s))
    });
    let (call, longest, median, busy, tail_ns, cost_s) = tails.max_by(|a, b| a.5.total_cmp(&b.5))?;
    let finding = ClusterFinding::Stragglers {
        prefix: lane.calls().get(call.index())?.function.to_string(),
        is_running: false,
        longest_s: longest as f64 / 1e9,
        median_s: median as f64 / 1e9,
        busy,
        threads: threads as u32,
        for_s: tail_ns / 1e9,
    };
    Some((finding, cost_s))
}
