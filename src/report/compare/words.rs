//! Sentences of a comparison.

use super::saved::{ChunkKey, ComparedRunData};
use crate::event::text::SafeText;
use crate::event::units::{bytes, count, distinguishable, duration, elapsed};
use crate::model::{CoreTime, LaneComparison, LaneSummary, Reason};

/// Core times that differ by less are equal.
const MIN_DIFFERENCE: f64 = 0.05;
/// Calibrated rounds that differ by less are noise.
const ROUNDS_TOLERANCE: f64 = 0.15;

type Named<'a> = (&'a SafeText, &'a LaneSummary);

/// How a lane compares with another one.
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

/// Difference in memory.
fn memory(lane: &LaneSummary, base: &LaneSummary) -> String {
    if lane.peak_resident_bytes == base.peak_resident_bytes {
        return String::new();
    }
    let (here, there) = (bytes(lane.peak_resident_bytes), bytes(base.peak_resident_bytes));
    format!("; in memory: {here}, there {there}")
}

/// The largest term of the difference in both lanes; none if it is too small to see.
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
    // The same work on more cores is not a difference of its own.
    let noticed = (here - there).abs() >= MIN_DIFFERENCE * here.max(there);
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

/// How the set-ups differ from the first run.
pub(super) fn notes(runs: &[ComparedRunData]) -> Vec<String> {
    let Some((first, others)) = runs.split_first() else { return Vec::new() };
    others
        .iter()
        .flat_map(|other| [machines(other, first), work(other, first), policy(other, first), speed(other, first)])
        .flatten()
        .collect()
}

fn machines(run_data: &ComparedRunData, first: &ComparedRunData) -> Option<String> {
    (run_data.machine != first.machine).then(|| {
        let words = |run_data: &ComparedRunData| {
            let machine = &run_data.machine;
            let cores = if machine.cores == 1 { "1 core".into() } else { format!("{} cores", machine.cores) };
            format!("{} on {cores}, {}, {}", run_data.name, bytes(machine.memory_bytes), machine.os)
        };
        format!("the machines differ: {}; {}", words(run_data), words(first))
    })
}

/// How the set-ups differ from the first run, in a few words.
pub(super) fn differing(runs: &[ComparedRunData]) -> Option<String> {
    let (first, others) = runs.split_first()?;
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

/// The settings that differ, with both values.
fn settings_differing(run_data: &ComparedRunData, first: &ComparedRunData) -> Vec<(&'static str, String, String)> {
    let settings = |run_data: &ComparedRunData| {
        let work = &run_data.work;
        [
            ("numbers", count(work.numbers)),
            ("tasks", count(work.tasks.into())),
            ("cost", duration(work.cost_ns)),
            ("I/O", io(run_data)),
            ("skew", work.skew.to_string()),
            ("chunksize", chunk(&work.chunksize)),
            ("tasks a worker", work.max_tasks_per_worker.map_or("any number".into(), |n| count(n.into()))),
            ("GIL", if work.gil { "on" } else { "off" }.into()),
        ]
    };
    let both = settings(run_data).into_iter().zip(settings(first));
    let both = both.map(|((what, here), (_, there))| (what, here, there));
    both.filter(|(_, here, there)| here != there).collect()
}

/// The settings that differ, as a sentence.
fn work(run_data: &ComparedRunData, first: &ComparedRunData) -> Option<String> {
    let differing = settings_differing(run_data, first).into_iter();
    let said: Vec<String> = differing.map(|(what, here, there)| format!("{what} {here}, there {there}")).collect();
    (!said.is_empty())
        .then(|| format!("{} did not do the same work as {}: {}", run_data.name, first.name, said.join("; ")))
}

fn io(run_data: &ComparedRunData) -> String {
    let work = &run_data.work;
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

fn policy(run_data: &ComparedRunData, first: &ComparedRunData) -> Option<String> {
    let (here, there) = (run_data.cores.name(), first.cores.name());
    (here != there).then(|| format!("{} ran with --cores {here}, {} with {there}", run_data.name, first.name))
}

/// Numbers cost the same everywhere, so the calibrated rounds tell how fast a machine is.
fn speed(run_data: &ComparedRunData, first: &ComparedRunData) -> Option<String> {
    let (here, there) = (run_data.work.rounds_per_number, first.work.rounds_per_number);
    let same_cost = run_data.work.cost_ns == first.work.cost_ns && run_data.work.cost_ns > 0;
    let ratio = f64::from(here.max(there)) / f64::from(here.min(there).max(1));
    (same_cost && ratio - 1.0 > ROUNDS_TOLERANCE).then(|| {
        let cost = duration(run_data.work.cost_ns);
        format!(
            "a number is made to cost {cost} wherever it is added: that was {} rounds in {}, {} in {}, so that times compare \
             ways of working, not machines",
            count(here.into()), run_data.name, count(there.into()), first.name
        )
    })
}
