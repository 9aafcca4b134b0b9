//! The verdict as a sentence.

use super::Reason;
use crate::event::units::{self, bytes, count, distinguishable, elapsed, seconds};
use crate::event::{CorePolicy, Mode, Run, Status};
use crate::model::{Intervention, LaneSummary, TaskTotals};

/// Why a lane cannot be compared, if it cannot.
pub(super) fn trouble(lane: &LaneSummary) -> Option<String> {
    let name = lane.name();
    let TaskTotals { failed, lost, abandoned, .. } = lane.tasks;
    let suspended: f64 = lane.interventions.iter().filter_map(Intervention::suspended_s).sum();
    let killed = lane.interventions.iter().filter(|what| matches!(what, Intervention::Killed { .. })).count();
    if lane.status.is_none() {
        Some(format!("the recording ends before {name} did"))
    } else if lane.status == Some(Status::Cancelled) {
        Some(format!("{name} was ended by you: no comparison"))
    } else if failed + lost + abandoned > 0 {
        let what = [(failed, "failed"), (lost, "lost"), (abandoned, "abandoned")];
        let what: Vec<_> =
            what.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", tasks(*n))).collect();
        Some(format!("{name} ended with {}: its result is incomplete", what.join(", ")))
    } else if lane.correct == Some(false) {
        Some(format!("{name}'s result is wrong"))
    } else if suspended > 0.0 {
        Some(format!("{name} was suspended by you for {}: no comparison", seconds(suspended)))
    } else if killed > 0 {
        Some(format!("you killed {} of {name}: no comparison", plural(killed as u64, "worker")))
    } else if lane.workers_started < lane.workers {
        let missing = lane.workers - lane.workers_started;
        Some(format!("{missing} of {} could not be started: no comparison", own_workers(lane)))
    } else if lane.workers_died > 0 {
        Some(format!("{} of {name} died: no comparison", plural(lane.workers_died.into(), "worker")))
    } else {
        None
    }
}

/// Why a lane without a makespan cannot be compared.
pub(super) fn no_task(lane: &LaneSummary) -> String {
    format!("{} finished no task", lane.name())
}

/// A single lane.
pub(super) fn alone(lane: &LaneSummary) -> String {
    format!("{} took {}", lane.name(), time(lane))
}

/// No difference in time, or none beyond the spread of repeats; memory differs.
pub(super) fn tie(lanes: &[&LaneSummary], spread: Option<f64>) -> String {
    let list = |what: fn(&LaneSummary) -> String| lanes.iter().map(|lane| what(lane)).collect::<Vec<_>>().join(", ");
    let times = list(|lane| format!("{} {}", lane.name(), time(lane)));
    let memory = list(|lane| {
        let (peak, all) = (count(lane.peak_resident_tasks.into()), units::tasks(lane.tasks.submitted.into()));
        format!("{} {} ({peak} of {all})", lane.name(), bytes(lane.peak_resident_bytes))
    });
    let how = spread.map_or("same speed".into(), |spread| {
        format!("no sure difference, for repeats of one lane differ by {:.0} %", spread * 100.0)
    });
    format!("{how} ({times}); in memory: {memory}")
}

/// Which lane was faster and why. `others` and `gil` tell whether there are more lanes, and whether the slow one has a
/// GIL.
pub(super) fn difference(
    run: &Run,
    (several, gil): (bool, bool),
    fast: &LaneSummary,
    slow: &LaneSummary,
    ratio: f64,
    reason: Reason,
) -> String {
    let than = if several { format!(" than {}", slow.name()) } else { String::new() };
    let shared = match run.cores {
        CorePolicy::Shared => format!("; the lanes fought for the same {}", plural(slow.cores.len() as u64, "core")),
        _ => String::new(),
    };
    let why = why(run, gil, fast, slow, reason);
    format!("{} was {ratio:.1}× faster{than}: {why}{shared}", fast.name())
}

/// In which run each mode was faster, and by how much. A mode's lanes are sorted by time.
pub(super) fn between_runs<'a>(modes: impl Iterator<Item = (&'a [&'a LaneSummary], Option<f64>)>) -> String {
    let said = modes.enumerate().filter_map(|(n, (lanes, ratio))| {
        let (fast, slow) = (lanes.first()?, lanes.last()?);
        let who = format!("{}{}", fast.mode.name(), if n == 0 { " was" } else { "" });
        Some(match ratio {
            Some(ratio) => format!("{who} {ratio:.1}× faster in {} than in {}", in_run(fast), in_run(slow)),
            None if lanes.len() == 2 => format!("{who} equally fast in both"),
            None => format!("{who} equally fast in all {}", lanes.len()),
        })
    });
    said.collect::<Vec<_>>().join(", ")
}

/// A lane named by its run, if all lanes have the same mode.
fn in_run(lane: &LaneSummary) -> String {
    lane.origin.as_ref().map_or_else(|| lane.name(), ToString::to_string)
}

pub(super) fn why(run: &Run, gil: bool, fast: &LaneSummary, slow: &LaneSummary, reason: Reason) -> String {
    let own = if fast.origin == slow.origin { own_of(slow.mode) } else { own(slow) };
    let workers = workers(slow);
    let name = if fast.mode == slow.mode { in_run } else { LaneSummary::name };
    let term = |lane: &LaneSummary| {
        let (_, s) = super::terms(lane).into_iter().find(|(term, _)| *term == reason).unwrap_or((reason, 0.0));
        s * lane.cores.len() as f64
    };
    let both = |what: &str| match distinguishable(term(slow), term(fast)) {
        Some((slower, faster)) => format!("{what} took {} {slower} core-s, {} {faster}", name(slow), name(fast)),
        None => format!("{} took {}, {} {}", name(slow), time(slow), name(fast), time(fast)),
    };
    let stall = format!("{} core-s went idle while tasks queued", some(slow.stall_core_s));
    match reason {
        Reason::StallIo => {
            let lives = f64::from(slow.workers) * slow.makespan_s.unwrap_or(f64::INFINITY);
            let share = 100.0 * slow.io_blocked_s / lives;
            format!("{own} {workers} sat in I/O {share:.0} % of the time, and {stall}")
        }
        Reason::StallWidth | Reason::Tail if gil => {
            let idle = slow.stall_core_s + slow.idle_tail_core_s;
            format!("{own} {workers} shared one GIL, and {} core-s went idle", some(idle))
        }
        Reason::StallWidth => {
            format!("{own} {workers} could not use {}: {stall}", plural(slow.cores.len() as u64, "core"))
        }
        Reason::Starting => {
            let (startup, whole) = (slow.startup_s.map_or("–".into(), elapsed), time(slow));
            // The unit is written once.
            let (number, unit) = startup.split_once(' ').unwrap_or((&startup, ""));
            let startup = if whole.ends_with(&format!(" {unit}")) { number } else { &startup };
            format!("{} spent {startup} of {whole} starting {workers}", name(slow))
        }
        Reason::Tail => {
            format!("{} of {own} core-s went idle for want of tasks", some(slow.idle_tail_core_s))
        }
        Reason::Rest if mostly_elsewhere(fast, slow) => {
            let whole = slow.cores.len() as f64 * slow.makespan_s.unwrap_or(0.0);
            let taken = format!("{:.1} of {own} {whole:.1} core-s", slow.taken_by_others_core_s());
            match run.cores {
                CorePolicy::Shared if gil => {
                    format!("{own} {workers} shared one GIL, and the other lanes took {taken}")
                }
                CorePolicy::Shared => format!("other lanes and programs took {taken}"),
                _ => format!("other programs took {taken}"),
            }
        }
        Reason::Adding | Reason::Rest if takes_turns(slow) => contention(&own, slow),
        Reason::Adding => both("adding"),
        Reason::Loading => both("writing payloads"),
        _ => both("starting, releasing and the system"),
    }
}

/// Core time with as many decimals as it needs to be nonzero.
fn some(core_s: f64) -> String {
    distinguishable(core_s, 0.0).map_or("0.0".into(), |(some, _)| some)
}

/// Whether the remaining difference is mostly core time that went to other programs.
fn mostly_elsewhere(fast: &LaneSummary, slow: &LaneSummary) -> bool {
    let each = |lane: &LaneSummary, core_s: f64| core_s / lane.cores.len().max(1) as f64;
    let rest = |lane: &LaneSummary| each(lane, lane.core_time_s.map_or(0.0, |time| time.rest));
    let elsewhere = |lane: &LaneSummary| each(lane, lane.taken_by_others_core_s());
    2.0 * (elsewhere(slow) - elsewhere(fast)) > rest(slow) - rest(fast)
}

fn takes_turns(lane: &LaneSummary) -> bool {
    lane.peak_resident_tasks as usize > lane.cores.len() && lane.involuntary_switches.is_some()
}

fn contention(own: &str, lane: &LaneSummary) -> String {
    let switches = count(lane.involuntary_switches.unwrap_or(0));
    let (tasks, cores) = (tasks(lane.peak_resident_tasks), plural(lane.cores.len() as u64, "core"));
    format!("{own} {tasks} took turns on {cores}, {switches} forced switches")
}

/// Joins sentences.
pub(super) fn join(sentences: &[String]) -> String {
    if sentences.is_empty() { String::new() } else { sentences.join("; ") + "." }
}

fn time(lane: &LaneSummary) -> String {
    lane.makespan_s.map_or("–".into(), elapsed)
}

/// `pool's 4 workers`.
fn own_workers(lane: &LaneSummary) -> String {
    format!("{} {}", own(lane), workers(lane))
}

fn workers(lane: &LaneSummary) -> String {
    let word = match lane.mode {
        Mode::Threads => "thread",
        Mode::Pool => "worker",
        Mode::Serial | Mode::Process => "process",
    };
    plural(lane.workers.into(), word)
}

fn tasks(n: u32) -> String {
    units::tasks(n.into())
}

fn plural(n: u64, word: &str) -> String {
    match word {
        _ if n == 1 => format!("1 {word}"),
        "process" => format!("{} processes", count(n)),
        _ => format!("{} {word}s", count(n)),
    }
}

/// `pool's`; for a lane of one of several runs, with the run's name.
fn own(lane: &LaneSummary) -> String {
    lane.origin.as_ref().map_or_else(|| own_of(lane.mode), |origin| format!("{origin}'s"))
}

/// `pool's`, `threads'`.
fn own_of(mode: Mode) -> String {
    if mode == Mode::Threads { "threads'".into() } else { format!("{}'s", mode.name()) }
}
