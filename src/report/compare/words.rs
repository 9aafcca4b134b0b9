//! A comparison in words.

use super::saved::{ChunkKey, Side};
use crate::event::text::SafeText;
use crate::event::units::{bytes, count, distinguishable, duration, elapsed};
use crate::model::{CoreTime, LaneComparison, LaneSummary, Reason};

/// Core time that differs by less is the same work.
const NOTICED: f64 = 0.05;
/// Rounds of calibration that differ by less are the same machine on another day.
const PACE: f64 = 0.15;

type Named<'a> = (&'a SafeText, &'a LaneSummary);

/// How a lane compares with another one, in a sentence.
pub(super) fn sentence((run, lane): Named, (first, base): Named, compare_lanes: &LaneComparison) -> String {
    let mode = lane.mode.name();
    let other = if lane.mode == base.mode { first.to_string() } else { format!("{} of {first}", base.mode.name()) };
    match compare_lanes {
        LaneComparison::None { trouble, of_other: false } => format!("{run}: {trouble}"),
        LaneComparison::None { trouble, of_other: true } => {
            format!("{run}: {mode} has nothing to compare with: {trouble} in {first}")
        }
        LaneComparison::Same => {
            let times = format!("{}, there {}", time(lane), time(base));
            format!("{run}: {mode} shows no difference to {other} ({times}){}", memory(lane, base))
        }
        LaneComparison::Differs(ratio, reason) => {
            let how = match ratio {
                ratio if *ratio < 1.0 => format!("was {:.1}× faster than", 1.0 / ratio),
                ratio => format!("took {ratio:.1}× as long as"),
            };
            let times = || format!(" ({}, there {})", time(lane), time(base));
            let why = why(lane, base, *reason).map_or_else(times, |why| format!(": {why}"));
            format!("{run}: {mode} {how} {other}{why}")
        }
    }
}

fn time(lane: &LaneSummary) -> String {
    lane.makespan_s.map_or("–".into(), elapsed)
}

/// What differs where the time does not.
fn memory(lane: &LaneSummary, base: &LaneSummary) -> String {
    if lane.peak_resident_bytes == base.peak_resident_bytes {
        return String::new();
    }
    let (here, there) = (bytes(lane.peak_resident_bytes), bytes(base.peak_resident_bytes));
    format!("; in memory: {here}, there {there}")
}

/// The term that makes most of the difference, here and there; none if no difference is to be seen in it.
fn why(lane: &LaneSummary, base: &LaneSummary, reason: Reason) -> Option<String> {
    let what = match reason {
        Reason::Starting => {
            let (here, there) = (startup(lane), startup(base));
            return (here != there).then(|| format!("starting took {here}, there {there}"));
        }
        Reason::Adding => "adding took",
        Reason::Loading => "writing payloads took",
        Reason::StallIo => "idle beside a queue, with workers in I/O, were",
        Reason::StallWidth => "idle beside a queue, for want of workers, were",
        Reason::Tail => "idle for want of tasks were",
        _ => "the system and others took",
    };
    let (here, there) = (term(lane, reason), term(base, reason));
    let (cores, others) = (lane.cores.len(), base.cores.len());
    let taken = distinguishable(here, there).map(|(here, there)| format!("{what} {here} core-s, there {there}"));
    if cores == others {
        return taken;
    }
    let on = format!("it had {}, there {others}", if cores == 1 { "1 core".into() } else { format!("{cores} cores") });
    // As much work on more cores is no difference of its own.
    let noticed = (here - there).abs() >= NOTICED * here.max(there);
    Some(taken.filter(|_| noticed).map_or(on.clone(), |taken| format!("{on}; {taken}")))
}

fn startup(lane: &LaneSummary) -> String {
    lane.startup_s.map_or("–".into(), elapsed)
}

fn term(lane: &LaneSummary, reason: Reason) -> f64 {
    let time = lane.core_time_s.unwrap_or_default();
    let CoreTime { adding, loading, stall_io, stall_width, tail, rest, .. } = time;
    match reason {
        Reason::Adding => adding,
        Reason::Loading => loading,
        Reason::StallIo => stall_io,
        Reason::StallWidth => stall_width,
        Reason::Tail => tail,
        _ => rest,
    }
}

/// What besides the lanes differs between the first run and each other one.
pub(super) fn notes(sides: &[Side]) -> Vec<String> {
    let Some((first, others)) = sides.split_first() else { return Vec::new() };
    others
        .iter()
        .flat_map(|other| [machines(other, first), work(other, first), policy(other, first), pace(other, first)])
        .flatten()
        .collect()
}

fn machines(side: &Side, first: &Side) -> Option<String> {
    (side.machine != first.machine).then(|| {
        let words = |side: &Side| {
            let machine = &side.machine;
            let cores = if machine.cores == 1 { "1 core".into() } else { format!("{} cores", machine.cores) };
            format!("{} on {cores}, {}, {}", side.name, bytes(machine.memory_bytes), machine.os)
        };
        format!("the machines differ: {}; {}", words(side), words(first))
    })
}

/// What differs between the first run and any other one, in a few words.
pub(super) fn differing(sides: &[Side]) -> Option<String> {
    let (first, others) = sides.split_first()?;
    let mut all: Vec<&str> = Vec::new();
    for other in others {
        let machine = (other.machine != first.machine).then_some("machine");
        let policy = (other.cores != first.cores).then_some("core policy");
        let settings = settings_differing(other, first).into_iter().map(|(what, ..)| what);
        let new: Vec<_> =
            machine.into_iter().chain(policy).chain(settings).filter(|what| !all.contains(what)).collect();
        all.extend(new);
    }
    match &all[..] {
        [] => None,
        [one] => Some(format!("not the same {one}")),
        [most @ .., last] => Some(format!("not the same {} and {last}", most.join(", "))),
    }
}

/// The settings that were not the same, here and there.
fn settings_differing(side: &Side, first: &Side) -> Vec<(&'static str, String, String)> {
    let settings = |side: &Side| {
        let work = &side.work;
        [
            ("numbers", count(work.numbers)),
            ("tasks", count(work.tasks.into())),
            ("cost", duration(work.cost_ns)),
            ("I/O", io(side)),
            ("skew", work.skew.to_string()),
            ("chunksize", chunk(&work.chunksize)),
            ("tasks a worker", work.max_tasks_per_worker.map_or("any number".into(), |n| count(n.into()))),
            ("GIL", if work.gil { "on" } else { "off" }.into()),
        ]
    };
    let both = settings(side).into_iter().zip(settings(first));
    let both = both.map(|((what, here), (_, there))| (what, here, there));
    both.filter(|(_, here, there)| here != there).collect()
}

/// The settings that were not the same, in a sentence.
fn work(side: &Side, first: &Side) -> Option<String> {
    let differing = settings_differing(side, first).into_iter();
    let said: Vec<String> = differing.map(|(what, here, there)| format!("{what} {here}, there {there}")).collect();
    (!said.is_empty()).then(|| format!("{} did not do the same work as {}: {}", side.name, first.name, said.join("; ")))
}

fn io(side: &Side) -> String {
    let work = &side.work;
    match work.io {
        0 => "off".into(),
        n => format!("{n} × {} {} a task", work.io_kind.name(), duration(work.io_latency_ns)),
    }
}

fn chunk(chunk: &ChunkKey) -> String {
    match chunk {
        ChunkKey::Tasks(n) => count((*n).into()),
        ChunkKey::Auto(word) => word.to_string(),
    }
}

fn policy(side: &Side, first: &Side) -> Option<String> {
    let (here, there) = (side.cores.name(), first.cores.name());
    (here != there).then(|| format!("{} ran with --cores {here}, {} with {there}", side.name, first.name))
}

/// A number is made to cost the same everywhere: times do not tell how fast a machine is, the rounds do.
fn pace(side: &Side, first: &Side) -> Option<String> {
    let (here, there) = (side.work.rounds_per_number, first.work.rounds_per_number);
    let same_cost = side.work.cost_ns == first.work.cost_ns && side.work.cost_ns > 0;
    let ratio = f64::from(here.max(there)) / f64::from(here.min(there).max(1));
    (same_cost && ratio - 1.0 > PACE).then(|| {
        let cost = duration(side.work.cost_ns);
        format!(
            "a number is made to cost {cost} wherever it is added: that was {} rounds in {}, {} in {}, so that times compare \
             ways of working, not machines",
            count(here.into()), side.name, count(there.into()), first.name
        )
    })
}
