//! Comparisons of runs.

use std::iter;

use super::verdict::taken_from_lanes;
use super::{makespan_text, number_of_cores, obstacle_statement, startup_time, statements};
use crate::event::text::SafeText;
use crate::event::units::{format_bytes, format_count, format_distinguishably, format_duration};
use crate::event::workload::IoKind;
use crate::event::{CorePolicy, Machine};
use crate::model::{DifferenceReason, LaneComparison, LaneSummary};

/// Relative difference below which core times count as equal.
const MIN_RELATIVE_DIFFERENCE: f64 = 0.05;

/// A lane with the name of its run.
pub type NamedLane<'a> = (&'a SafeText, &'a LaneSummary);

/// How a lane compares with another one.
#[must_use]
pub fn comparison_sentence((run, lane): NamedLane, (first, base): NamedLane, comparison: &LaneComparison) -> String {
    let (name, base_name) = (lane.name_in_run(), base.name_in_run());
    let other = if name == base_name { first.to_string() } else { format!("{base_name} of {first}") };
    let (time, base_time) = (makespan_text(lane), makespan_text(base));
    match comparison {
        LaneComparison::None { obstacle, of_other: false } => format!("{run}: {}", obstacle_statement(lane, *obstacle)),
        LaneComparison::None { obstacle, of_other: true } => {
            let obstacle = obstacle_statement(base, *obstacle);
            format!("{run}: {name} has nothing to compare with; {first}: {obstacle}")
        }
        LaneComparison::Same if lane.peak_resident_bytes == base.peak_resident_bytes => {
            format!("{run}: {name} shows no difference to {other} ({time}, there {base_time})")
        }
        LaneComparison::Same => {
            let (memory, base_memory) =
                (format_bytes(lane.peak_resident_bytes), format_bytes(base.peak_resident_bytes));
            format!(
                "{run}: {name} shows no difference to {other} ({time}, there {base_time}); in memory: {memory}, there \
                 {base_memory}"
            )
        }
        LaneComparison::Undecided(DifferenceReason::TooShort) => {
            format!("{run}: {name} was too short to compare with {other} ({time}, there {base_time})")
        }
        LaneComparison::Undecided(_) => {
            let taken = taken_from_lanes(&[lane, base]);
            format!("{run}: {name} cannot be compared with {other}: {taken} ({time}, there {base_time})")
        }
        LaneComparison::Differs(ratio, reason) => {
            let (inverse, cause) = (1.0 / ratio, cause_with_both_figures(lane, base, *reason));
            match (*ratio < 1.0, cause) {
                (true, Some(cause)) => format!("{run}: {name} was {inverse:.1}× faster than {other}: {cause}"),
                (true, None) => {
                    format!("{run}: {name} was {inverse:.1}× faster than {other} ({time}, there {base_time})")
                }
                (false, Some(cause)) => format!("{run}: {name} took {ratio:.1}× as long as {other}: {cause}"),
                (false, None) => {
                    format!("{run}: {name} took {ratio:.1}× as long as {other} ({time}, there {base_time})")
                }
            }
        }
    }
}

/// The cause of a difference with the figures of both lanes; none if they are too close to tell apart.
fn cause_with_both_figures(lane: &LaneSummary, base: &LaneSummary, reason: DifferenceReason) -> Option<String> {
    if reason == DifferenceReason::Starting {
        let (here, there) = (startup_time(lane), startup_time(base));
        return (here != there).then(|| format!("starting took {here}, there {there}"));
    }
    let (here, there) = (lane.core_time_of(reason), base.core_time_of(reason));
    let term = format_distinguishably(here, there).map(|(here, there)| core_time_in_both_lanes(reason, &here, &there));
    let base_cores = base.cores.len();
    if lane.cores.len() == base_cores {
        return term;
    }
    let core_counts = format!("it had {}, there {base_cores}", number_of_cores(lane.cores.len()));
    // A small difference is left out: the different number of cores explains it.
    let is_large = (here - there).abs() >= MIN_RELATIVE_DIFFERENCE * here.max(there);
    Some(statements(iter::once(&core_counts).chain(term.as_ref().filter(|_| is_large))))
}

fn core_time_in_both_lanes(reason: DifferenceReason, here: &str, there: &str) -> String {
    match reason {
        DifferenceReason::Adding => format!("adding took {here} core-s, there {there}"),
        DifferenceReason::Loading => format!("writing payloads took {here} core-s, there {there}"),
        DifferenceReason::StallIo => {
            format!("idle while tasks queued, workers blocked on I/O: {here} core-s, there {there}")
        }
        DifferenceReason::StallWidth => {
            format!("idle while tasks queued, too few workers: {here} core-s, there {there}")
        }
        DifferenceReason::Tail => format!("idle for lack of tasks: {here} core-s, there {there}"),
        _ => format!("starting, releasing and the system took {here} core-s, there {there}"),
    }
}

/// The result of a comparison, for tables; `None` for lanes of the first run.
#[must_use]
pub fn comparison_cell(comparison: Option<&LaneComparison>) -> String {
    match comparison {
        None => "·".into(),
        Some(LaneComparison::None { .. }) => super::UNKNOWN.into(),
        Some(LaneComparison::Same) => "no difference".into(),
        Some(LaneComparison::Undecided(DifferenceReason::TooShort)) => "too short".into(),
        Some(LaneComparison::Undecided(_)) => "disturbed".into(),
        Some(LaneComparison::Differs(ratio, _)) if *ratio < 1.0 => format!("{:.1}× faster", 1.0 / ratio),
        Some(LaneComparison::Differs(ratio, _)) => format!("{ratio:.1}× as long"),
    }
}

/// Two runs ran on different machines.
#[must_use]
pub fn machines_differ_text((run, machine): (&SafeText, &Machine), (first, other): (&SafeText, &Machine)) -> String {
    let describe = |name: &SafeText, machine: &Machine| {
        format!(
            "{name} on {}, {}, {}",
            number_of_cores(machine.cores as usize),
            format_bytes(machine.memory_bytes),
            machine.os
        )
    };
    format!("the machines differ: {}; {}", describe(run, machine), describe(first, other))
}

/// Names the settings in which runs differ; none if there are none.
#[must_use]
pub fn not_the_same_settings(what: &[&str]) -> Option<String> {
    match what {
        [] => None,
        [one] => Some(format!("not the same {one}")),
        [most @ .., last] => Some(format!("not the same {} and {last}", most.join(", "))),
    }
}

/// The figures of a run are not those of a real one.
#[must_use]
pub fn simulated_run(run: &SafeText) -> String {
    format!("{run} was SIMULATED: its figures are predicted, not measured")
}

/// Two runs did different work: each setting that differs, with both values.
#[must_use]
pub fn workload_differs(run: &SafeText, first: &SafeText, settings: &[(&str, String, String)]) -> String {
    let settings: Vec<_> = settings.iter().map(|(what, here, there)| format!("{what} {here}, there {there}")).collect();
    format!("{run} did not do the same work as {first}: {}", settings.join("; "))
}

/// The I/O setting of a run.
#[must_use]
pub fn io_setting_text(io: u32, kind: IoKind, latency_ns: u64) -> String {
    match io {
        0 => "off".into(),
        n => format!("{n} × {} {} a task", kind.name(), format_duration(latency_ns)),
    }
}

/// The maximum number of tasks per worker.
#[must_use]
pub fn tasks_per_worker(max: Option<u32>) -> String {
    max.map_or_else(|| "any number".into(), |n| format_count(n.into()))
}

/// State of a setting: `on` or `off`.
#[must_use]
pub fn on_or_off(on: bool) -> String {
    if on { "on".into() } else { "off".into() }
}

/// Two runs had different core policies.
#[must_use]
pub fn policies_differ_text((run, here): (&SafeText, CorePolicy), (first, there): (&SafeText, CorePolicy)) -> String {
    format!("{run} ran with --cores {}, {first} with {}", here.name(), there.name())
}

/// Two machines differ in speed, which the calibration hides: the rounds per number of both.
#[must_use]
pub fn speeds_differ_text(cost_ns: u64, (run, here): (&SafeText, u32), (first, there): (&SafeText, u32)) -> String {
    let (cost, here, there) = (format_duration(cost_ns), format_count(here.into()), format_count(there.into()));
    format!(
        "a number costs {cost} on every machine: that was {here} rounds in {run}, {there} in {first}, so times compare \
         modes, not machines"
    )
}
