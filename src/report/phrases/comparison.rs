//! Comparisons of runs.

use super::verdict::taken_from_lanes;
use super::{lane_noun_in_run, makespan_text, obstacle_statement, resident_bytes, startup_time, statements};
use crate::event::text::SafeText;
use crate::event::units::{format_bytes, format_count, format_distinguishably, format_duration};
use crate::event::workload::IoKind;
use crate::event::{CorePolicy, Machine};
use crate::model::{DifferenceReason, LaneComparison, LaneSummary};
use crate::text;

/// Relative difference below which core times count as equal.
const MIN_RELATIVE_DIFFERENCE: f64 = 0.05;

/// A lane with the name of its run.
pub type NamedLane<'a> = (&'a SafeText, &'a LaneSummary);

/// How a lane compares with another one.
#[must_use]
pub fn comparison_sentence((run, lane): NamedLane, (first, base): NamedLane, comparison: &LaneComparison) -> String {
    let (name, base_name) = (lane_noun_in_run(lane), lane_noun_in_run(base));
    let other = if name == base_name {
        first.to_string()
    } else {
        text!("lane-of-run", lane = base_name, run = first.as_str())
    };
    let (name, other) = (name.as_str(), other.as_str());
    let times = text!("figures-here-and-there", here = makespan_text(lane), there = makespan_text(base));
    let statement = match comparison {
        LaneComparison::None { obstacle, of_other: false } => obstacle_statement(lane, *obstacle),
        LaneComparison::None { obstacle, of_other: true } => {
            let obstacle = format!("{first}: {}", obstacle_statement(base, *obstacle));
            statements([&text!("lane-without-counterpart", lane = name), &obstacle])
        }
        LaneComparison::Same => {
            let same = format!("{} ({times})", text!("lane-shows-no-difference", lane = name, other = other));
            let memory = (lane.peak_resident_bytes != base.peak_resident_bytes).then(|| memory_of_both(lane, base));
            statements([&same].into_iter().chain(&memory))
        }
        LaneComparison::Undecided(DifferenceReason::TooShort) => {
            format!("{} ({times})", text!("lane-too-short-to-compare", lane = name, other = other))
        }
        LaneComparison::Undecided(_) => {
            let taken = taken_from_lanes(&[lane, base]);
            format!("{}: {taken} ({times})", text!("lane-not-comparable", lane = name, other = other))
        }
        LaneComparison::Differs(ratio, reason) => {
            let statement = if *ratio < 1.0 {
                let ratio = format!("{:.1}", 1.0 / ratio);
                text!("lane-was-faster-than", lane = name, ratio = ratio, other = other)
            } else {
                text!("lane-took-as-long", lane = name, ratio = format!("{ratio:.1}"), other = other)
            };
            match cause_with_both_figures(lane, base, *reason) {
                Some(cause) => format!("{statement}: {cause}"),
                None => format!("{statement} ({times})"),
            }
        }
    };
    format!("{run}: {statement}")
}

/// The payload in memory of both lanes.
fn memory_of_both(lane: &LaneSummary, base: &LaneSummary) -> String {
    let (here, there) = (resident_bytes(lane), resident_bytes(base));
    format!("{}: {}", text!("in-memory"), text!("figures-here-and-there", here = here, there = there))
}

/// The cause of a difference with the figures of both lanes; none if they are too close to tell apart.
fn cause_with_both_figures(lane: &LaneSummary, base: &LaneSummary, reason: DifferenceReason) -> Option<String> {
    // Those of clusters are not known.
    if lane.cores.is_empty() || base.cores.is_empty() {
        return None;
    }
    if reason == DifferenceReason::Starting {
        let (here, there) = (startup_time(lane), startup_time(base));
        return (here != there).then(|| text!("starting-here-and-there", here = here, there = there));
    }
    let (here, there) = (lane.core_time_of(reason), base.core_time_of(reason));
    let term = format_distinguishably(here, there).map(|(here, there)| core_time_in_both_lanes(reason, here, there));
    let (cores, base_cores) = (lane.cores.len(), base.cores.len());
    if cores == base_cores {
        return term;
    }
    let core_counts = text!("cores-here-and-there", here = cores, there = base_cores);
    // A small difference is left out: the different number of cores explains it.
    let is_large = (here - there).abs() >= MIN_RELATIVE_DIFFERENCE * here.max(there);
    Some(statements([&core_counts].into_iter().chain(term.as_ref().filter(|_| is_large))))
}

fn core_time_in_both_lanes(reason: DifferenceReason, here: String, there: String) -> String {
    match reason {
        DifferenceReason::Adding => text!("adding-here-and-there", here = here, there = there),
        DifferenceReason::Loading => text!("loading-here-and-there", here = here, there = there),
        DifferenceReason::StallIo => text!("stall-io-here-and-there", here = here, there = there),
        DifferenceReason::StallWidth => text!("stall-width-here-and-there", here = here, there = there),
        DifferenceReason::Tail => text!("tail-here-and-there", here = here, there = there),
        _ => text!("rest-here-and-there", here = here, there = there),
    }
}

/// The result of a comparison, for tables; `None` for lanes of the first run.
#[must_use]
pub fn comparison_cell(comparison: Option<&LaneComparison>) -> String {
    match comparison {
        None => "·".into(),
        Some(LaneComparison::None { .. }) => super::UNKNOWN.into(),
        Some(LaneComparison::Same) => text!("no-difference").into(),
        Some(LaneComparison::Undecided(DifferenceReason::TooShort)) => text!("too-short").into(),
        Some(LaneComparison::Undecided(_)) => text!("disturbed").into(),
        Some(LaneComparison::Differs(ratio, _)) if *ratio < 1.0 => {
            text!("times-faster", ratio = format!("{:.1}", 1.0 / ratio))
        }
        Some(LaneComparison::Differs(ratio, _)) => text!("times-as-long", ratio = format!("{ratio:.1}")),
    }
}

/// Two runs ran on different machines.
#[must_use]
pub fn machines_differ_text((run, machine): (&SafeText, &Machine), (first, other): (&SafeText, &Machine)) -> String {
    let describe = |name: &SafeText, machine: &Machine| {
        text!(
            "machine-of-run",
            run = name.as_str(),
            cores = machine.cores,
            memory = format_bytes(machine.memory_bytes),
            os = machine.os.to_string(),
        )
    };
    format!("{}: {}; {}", text!("machines-differ"), describe(run, machine), describe(first, other))
}

/// Names the settings in which runs differ; none if there are none.
#[must_use]
pub fn not_the_same_settings(what: &[&str]) -> Option<String> {
    let what = match what {
        [] => return None,
        [one] => (*one).into(),
        [most @ .., last] => text!("list-and-last", list = most.join(", "), last = *last),
    };
    Some(text!("not-the-same", what = what))
}

/// The figures of a run are not those of a real one.
#[must_use]
pub fn simulated_run(run: &SafeText) -> String {
    text!("run-was-simulated", run = run.as_str())
}

/// Two runs did different work: each setting that differs, with both values.
#[must_use]
pub fn workload_differs(run: &SafeText, first: &SafeText, settings: &[(&str, String, String)]) -> String {
    let other_work = text!("other-work-than", run = run.as_str(), first = first.as_str());
    format!("{other_work}: {}", settings_here_and_there(settings))
}

/// The clusters of two runs differ: what differs, with both values.
#[must_use]
pub fn clusters_differ(run: &SafeText, first: &SafeText, settings: &[(&str, String, String)]) -> String {
    let other_clusters = text!("other-clusters-than", run = run.as_str(), first = first.as_str());
    format!("{other_clusters}: {}", settings_here_and_there(settings))
}

fn settings_here_and_there(settings: &[(&str, String, String)]) -> String {
    let setting = |(what, here, there): &(&str, String, String)| {
        text!("setting-here-and-there", setting = *what, here = here.as_str(), there = there.as_str())
    };
    statements(&settings.iter().map(setting).collect::<Vec<_>>())
}

/// The I/O setting of a run.
#[must_use]
pub fn io_setting_text(io: u32, kind: IoKind, latency_ns: u64) -> String {
    match io {
        0 => text!("setting-off").into(),
        n => text!("io-setting", n = n, kind = kind.name(), latency = format_duration(latency_ns)),
    }
}

/// The maximum number of tasks per worker.
#[must_use]
pub fn tasks_per_worker(max: Option<u32>) -> String {
    max.map_or_else(|| text!("any-number").into(), |n| format_count(n.into()))
}

/// State of a setting: `on` or `off`.
#[must_use]
pub fn on_or_off(on: bool) -> String {
    if on { text!("setting-on").into() } else { text!("setting-off").into() }
}

/// Two runs had different core policies.
#[must_use]
pub fn policies_differ_text((run, here): (&SafeText, CorePolicy), (first, there): (&SafeText, CorePolicy)) -> String {
    text!("policies-differ", run = run.as_str(), here = here.name(), first = first.as_str(), there = there.name(),)
}

/// Two machines differ in speed, which the calibration hides: the rounds per number of both.
#[must_use]
pub fn speeds_differ_text(cost_ns: u64, (run, here): (&SafeText, u32), (first, there): (&SafeText, u32)) -> String {
    let rounds = text!("speeds-differ", run = run.as_str(), here = here, first = first.as_str(), there = there);
    format!("{}: {rounds}", text!("speeds-same-cost", cost = format_duration(cost_ns)))
}
