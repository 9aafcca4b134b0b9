//! The verdict in words: who, how much, the dominating reason with its figures, nothing else.

use super::Reason;
use crate::event::{CorePolicy, Run, Status};
use crate::model::{Intervention, LaneSummary};
use crate::units::{bytes, count, seconds};

/// Why the lanes cannot be compared, if they cannot.
pub(super) fn incomparable(lanes: &[LaneSummary]) -> Option<String> {
    lanes.iter().find_map(|lane| {
        let name = lane.mode.name();
        let totals = &lane.tasks;
        let tasks = |n: u32| if n == 1 { "1 task".into() } else { format!("{} tasks", count(n.into())) };
        match (lane.status, lane.interventions.first()) {
            (Status::Cancelled, _) => Some(format!("{name} was ended before it had finished: no comparison.")),
            _ if totals.lost > 0 => {
                Some(format!("{name} ended with {} lost: its result is incomplete.", tasks(totals.lost)))
            }
            _ if totals.failed > 0 => {
                Some(format!("{name} ended with {} failed: its result is incomplete.", tasks(totals.failed)))
            }
            (Status::Failed, _) => Some(format!(
                "{name} ended with {} that nobody ran: its result is incomplete.",
                tasks(totals.abandoned)
            )),
            (_, Some(Intervention::Suspended { for_s, .. })) => {
                Some(format!("{name} was suspended by you for {}: no comparison.", seconds(*for_s)))
            }
            (_, Some(Intervention::Killed { worker, .. })) => {
                Some(format!("{name}'s w{worker} was killed by you: no comparison."))
            }
            (Status::Finished, None) => None,
        }
    })
}

/// One lane, and nothing to compare it with.
pub(super) fn alone(lane: &LaneSummary) -> String {
    let used = lane.utilization.map(|used| format!(", its cores {:.0} % used", used * 100.0)).unwrap_or_default();
    let (held, all) = (lane.peak_resident_tasks, lane.tasks.submitted);
    format!("{} took {}; at most {held} of {all} tasks in memory{used}.", lane.mode.name(), time(lane))
}

fn time(lane: &LaneSummary) -> String {
    lane.makespan_s.map_or("–".into(), seconds)
}

/// No difference in time: what does differ.
pub(super) fn tie(lanes: &[LaneSummary]) -> String {
    let each = |what: &dyn Fn(&LaneSummary) -> String| {
        lanes.iter().map(|lane| format!("{} {}", lane.mode.name(), what(lane))).collect::<Vec<_>>().join(", ")
    };
    let speed = each(&time);
    let memory = each(&|lane| {
        format!("{} ({} of {} tasks)", bytes(lane.peak_resident_bytes), lane.peak_resident_tasks, lane.tasks.submitted)
    });
    format!("same speed ({speed}); in memory at most: {memory}.")
}

/// Who was faster, by how much, and why.
pub(super) fn difference(run: &Run, fast: &LaneSummary, slow: &LaneSummary, reason: Reason, ratio: f64) -> String {
    let (name, factor) = (fast.mode.name(), if ratio < 10.0 { format!("{ratio:.1}") } else { format!("{ratio:.0}") });
    let why = why(run, fast, slow, reason);
    let cores = slow.cores.len();
    let fought = if run.cores == CorePolicy::Shared && run.lanes.len() > 1 {
        format!(" (the lanes fought for the same {})", plural(cores, "core"))
    } else {
        String::new()
    };
    format!("{name} was {factor}× faster: {why}{fought}.")
}

fn plural(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{} {what}s", count(n as u64)) }
}

fn why(run: &Run, fast: &LaneSummary, slow: &LaneSummary, reason: Reason) -> String {
    let name = slow.mode.name();
    let (time, other) = (slow.core_time_s.unwrap_or_default(), fast.core_time_s.unwrap_or_default());
    let makespan = slow.makespan_s.unwrap_or(0.0);
    let workers = u64::from(slow.workers);
    let gil = run.lanes.iter().any(|lane| lane.mode == slow.mode && lane.gil);
    let ns = |lane: &LaneSummary| lane.ns_per_number.map_or("–".into(), |ns| format!("{ns:.1} ns"));
    match reason {
        Reason::StallWidth | Reason::Tail if gil => {
            let idle = time.stall_width + time.tail;
            format!("{name}'s {workers} threads took turns under one GIL, and {idle:.1} core-s went idle")
        }
        Reason::StallIo => {
            let share = slow.io_blocked_s / (workers as f64 * makespan).max(f64::MIN_POSITIVE) * 100.0;
            let who = if workers == 1 { format!("{name}'s worker") } else { format!("{name}'s {workers} workers") };
            format!(
                "{who} sat in I/O {share:.0} % of the time, and {:.1} core-s went idle while tasks queued",
                time.stall_io
            )
        }
        Reason::StallWidth => {
            let cores = plural(slow.cores.len(), "core");
            let who = if workers == 1 { "its one worker".into() } else { format!("its {} workers", count(workers)) };
            format!(
                "{name} could not use {cores} with {who}, and {:.1} core-s went idle while tasks queued",
                time.stall_width
            )
        }
        Reason::Starting => {
            let started = count(slow.workers_started.into());
            let startup = seconds(slow.startup_s.unwrap_or(0.0));
            format!("{name} spent {startup} of {} starting {started} processes", seconds(makespan))
        }
        Reason::Tail => format!("{:.1} core-s of {name}'s cores went idle when no task was left for them", time.tail),
        Reason::Adding => format!("a number cost {} in {name}, {} in {}", ns(slow), ns(fast), fast.mode.name()),
        Reason::Loading => format!(
            "{name} spent {:.2} core-s writing payloads, {} {:.2}",
            time.loading,
            fast.mode.name(),
            other.loading
        ),
        _ => {
            let forced = slow.involuntary_switches.map_or("–".into(), count);
            let cores = plural(slow.cores.len(), "core");
            format!("{name} spent {:.2} core-s beside adding on its {cores}, with {forced} forced switches", time.rest)
        }
    }
}
