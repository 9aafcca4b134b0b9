//! Captions: a sentence about what a lane is doing now, the first that applies.
//!
//! Tasks and workers are counted as displayed in the tiles. Cores are counted as in their bars, averaged over the last
//! second; before the first sample, idle cores are those without a ready worker.

use std::collections::BTreeMap;

use super::column::LaneColumn;
use super::format_time;
use crate::event::{CorePolicy, Mode, Nanos, SlotId};
use crate::model::{CoreUse, WorkerState};
use crate::report::phrases::{self, BlockedIn, LaneActivity, WorkerNoun};

/// Time without events of the workers after which it is reported.
const SILENCE_THRESHOLD: Nanos = 1_000_000_000;
/// Maximum number of slots that are examined for a caption.
const MAX_EXAMINED_SLOTS: usize = 256;

/// Describes what the lane is doing, longest first.
pub(super) fn caption_variants(column: &LaneColumn) -> Vec<String> {
    let mut activity = activity_variants(column);
    if column.counts.in_io > 0 && !column.has_ended() && blocked_in(column) == BlockedIn::Unknown {
        activity = phrases::with_unreadable_waits(activity);
    }
    match function_at_work(column).filter(|_| !column.has_ended()) {
        Some(function) => phrases::activity_of_function(&function, activity),
        None => activity,
    }
}

/// The function of a watched program that the tasks of its workers run, else those of the queue.
fn function_at_work(column: &LaneColumn) -> Option<String> {
    let (lane, at) = (column.lane, column.scene.at);
    if lane.is_of_cluster() {
        return prefixes_at_work(column);
    }
    let mut slots = (0..lane.slot_count().min(MAX_EXAMINED_SLOTS) as u32).map(SlotId);
    let task = slots.find_map(|slot| lane.slot_snapshot_at(slot, at).task).or_else(|| lane.next_in_queue(at))?;
    lane.call_of(task).map(|call| call.function.to_string())
}

/// The prefixes of a cluster's tasks that are executed, those of most tasks first.
fn prefixes_at_work(column: &LaneColumn) -> Option<String> {
    let (lane, at) = (column.lane, column.scene.at);
    let slots = (0..lane.slot_count().min(MAX_EXAMINED_SLOTS) as u32).map(SlotId);
    let mut tasks: BTreeMap<&str, usize> = BTreeMap::new();
    for call in slots.filter_map(|slot| lane.call_of(lane.slot_snapshot_at(slot, at).task?)) {
        *tasks.entry(call.function.as_str()).or_default() += 1;
    }
    let mut prefixes: Vec<_> = tasks.into_iter().collect();
    prefixes.sort_by_key(|(_, tasks)| std::cmp::Reverse(*tasks));
    let prefixes: Vec<_> = prefixes.into_iter().map(|(prefix, _)| prefix).collect();
    (!prefixes.is_empty()).then(|| phrases::first_prefixes(&prefixes))
}

/// In what most blocked workers are blocked.
fn blocked_in(column: &LaneColumn) -> BlockedIn {
    if !column.lane.is_of_program() {
        return BlockedIn::Io;
    }
    let slots = (0..column.lane.slot_count().min(MAX_EXAMINED_SLOTS) as u32).map(SlotId);
    let states = slots.map(|slot| column.lane.worker_state(slot, column.scene.at));
    let (mut in_lock, mut unknown) = (0, 0);
    for state in states {
        match state {
            WorkerState::Blocked { lock: Some(true) } => in_lock += 1,
            WorkerState::Blocked { lock: None } => unknown += 1,
            _ => {}
        }
    }
    match column.counts.in_io {
        all if 2 * unknown > all => BlockedIn::Unknown,
        all if 2 * in_lock > all => BlockedIn::Lock,
        _ => BlockedIn::Wait,
    }
}

fn activity_variants(column: &LaneColumn) -> Vec<String> {
    let lane = lane_activity(column);
    let counts = column.counts;
    let held = counts.resident + counts.held;
    let is_starting = counts.finished == 0 && lane.ready == 0 && lane.in_io == 0;
    if !column.has_started() {
        phrases::not_started(lane_that_runs_first(column).as_deref())
    } else if column.has_ended() {
        phrases::lane_ended()
    } else if column.lane.task_counts(column.scene.at).is_some() {
        phrases::threads_not_known(counts.live_workers)
    } else if column.lane.is_of_cluster() {
        phrases::cluster_activity(column.thread_counts(), column.lane.cluster_queue(column.scene.at))
    } else if let Some(since) = column.lane.suspended_since(column.scene.at) {
        phrases::lane_suspended(&format_time(column.scene.at - since))
    } else if let Some(silence) = time_without_events(column).filter(|_| !column.lane.is_of_program()) {
        phrases::no_events_for(&format_time(silence))
    } else if column.lane.is_of_program() && held == 0 && counts.queued == 0 {
        phrases::no_task_of_program(lane.noun, lane.live)
    } else if held == 0 && is_starting {
        phrases::workers_starting(lane.noun, lane.live)
    } else if counts.resident == 0 && counts.finished == 0 && counts.held > 0 {
        phrases::workers_loading(lane.noun, counts.held)
    } else if column.lane.plan().gil && lane.ready == 1 && held > lane.in_io + 1 {
        phrases::waiting_for_gil(&lane, held - lane.in_io - 1)
    } else if lane.others > 0.0 && !(is_mostly_blocked(column) && has_idle_cores(&lane)) {
        phrases::disturbed_now(&lane)
    } else if lane.queued > 0 && has_idle_cores(&lane) {
        phrases::cores_idle_while_tasks_wait(&lane)
    } else if !has_idle_cores(&lane) {
        phrases::all_cores_busy(&lane)
    } else if lane.ready == 0 && lane.in_io > 0 {
        phrases::all_workers_in_io(&lane)
    } else {
        phrases::some_cores_busy(&lane, held)
    }
}

/// Whether most workers of a watched program are blocked: while a core is idle, that tells more than that others use
/// some.
fn is_mostly_blocked(column: &LaneColumn) -> bool {
    column.lane.is_of_program() && 2 * column.counts.in_io > column.counts.live_workers
}

fn lane_activity(column: &LaneColumn) -> LaneActivity {
    let plan = column.lane.plan();
    let counts = column.counts;
    let cores = plan.cores.len() as f32;
    let workload = column.scene.model.run().and_then(|run| run.workload.as_ref());
    let unknown = CoreUse { own: counts.ready as f32, others: 0.0 };
    let measured = column.core_use();
    let CoreUse { own, others } = measured.unwrap_or(unknown);
    LaneActivity {
        noun: match plan.mode {
            Mode::Threads => WorkerNoun::Thread,
            _ if plan.own_queues => WorkerNoun::Process,
            _ => WorkerNoun::Worker,
        },
        cores,
        busy: own.min(cores),
        others: others.min(cores),
        shared: column.scene.model.core_policy_of(column.lane) == Some(CorePolicy::Shared),
        queued: counts.queued,
        blocked_in: blocked_in(column),
        in_io: counts.in_io,
        ready: counts.ready,
        live: counts.live_workers,
        has_io: workload.is_some_and(|workload| workload.io > 0),
        is_measured: measured.is_some(),
    }
}

/// Whether idle cores are mentioned: from half a core on, or a quarter if there is only one.
fn has_idle_cores(lane: &LaneActivity) -> bool {
    lane.idle_cores() >= (lane.cores / 4.0).min(0.5)
}

/// Time without events of any worker, if one is computing and the time is long enough to be reported.
fn time_without_events(column: &LaneColumn) -> Option<Nanos> {
    let at = column.scene.at;
    let long = |since: Nanos| Some(at.saturating_sub(since)).filter(|silence| *silence >= SILENCE_THRESHOLD);
    // Transitions are checked first, because searching progress reports is expensive.
    let quiet = column.counts.ready > 0 && column.lane.previous_event_time(at).and_then(long).is_some();
    quiet.then(|| column.lane.last_report(at))?.and_then(long)
}

/// The lane that runs now, if lanes take turns.
fn lane_that_runs_first(column: &LaneColumn) -> Option<String> {
    let model = column.scene.model;
    let turns = model.run().is_some_and(|run| run.cores == CorePolicy::Turns);
    let running = model.lanes().iter().find(|lane| lane.time_zero().is_some() && lane.end_and_status().is_none());
    running.filter(|_| turns).map(phrases::displayed_lane_noun)
}
