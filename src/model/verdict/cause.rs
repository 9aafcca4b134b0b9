//! The reason of a difference: the part of the core time that differs most.

use serde::Serialize;

use crate::model::{CoreTime, LaneSummary};

/// The reason of a difference: a part of [`CoreTime`], or why there is no reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceReason {
    /// CPU time of adding.
    Adding,
    /// CPU time of writing payloads.
    Loading,
    /// Cores idle before all workers were ready.
    Starting,
    /// Cores idle while tasks were queued, due to I/O.
    StallIo,
    /// Cores idle while tasks were queued, due to too few workers.
    StallWidth,
    /// Cores idle for lack of tasks.
    Tail,
    /// The remainder without other programs: starting and releasing, other lanes on the same cores, the kernel.
    Rest,
    /// No difference: under 5 %, or within the spread of repeats.
    Tie,
    /// Other programs may have caused the difference, or hidden one.
    Disturbed,
    /// The run was too short to tell.
    TooShort,
    /// Nothing to compare: one lane, or lanes that were interrupted or incomplete.
    NotComparable,
}

impl LaneSummary {
    /// The part of the core time that belongs to a reason, in core-seconds; 0 if unknown.
    #[must_use]
    pub fn core_time_of(&self, reason: DifferenceReason) -> f64 {
        let CoreTime { adding, loading, starting, stall_io, stall_width, tail, rest } =
            self.core_time_s.unwrap_or_default();
        match reason {
            DifferenceReason::Adding => adding,
            DifferenceReason::Loading => loading,
            DifferenceReason::Starting => starting,
            DifferenceReason::StallIo => stall_io,
            DifferenceReason::StallWidth => stall_width,
            DifferenceReason::Tail => tail,
            DifferenceReason::Rest => rest - self.taken_by_others_core_s.unwrap_or(0.0),
            DifferenceReason::Tie
            | DifferenceReason::Disturbed
            | DifferenceReason::TooShort
            | DifferenceReason::NotComparable => 0.0,
        }
    }
}

/// The reason that the verdict names. CPU time of starting is part of the remainder, so starting is named for it.
pub(super) fn reported_reason(fast: &LaneSummary, slow: &LaneSummary) -> DifferenceReason {
    let reason = main_cause_of_difference(fast, slow);
    let longer = |s: fn(&LaneSummary) -> Option<f64>| s(slow).zip(s(fast)).map_or(0.0, |(slow, fast)| slow - fast);
    let by_starting = 2.0 * longer(|lane| lane.startup_s) > longer(|lane| lane.makespan_s);
    if reason == DifferenceReason::Rest && by_starting { DifferenceReason::Starting } else { reason }
}

/// Returns the part of the core time that lengthens the slow lane's makespan most.
fn main_cause_of_difference(fast: &LaneSummary, slow: &LaneSummary) -> DifferenceReason {
    let usable = fast.usable_cores.max(slow.usable_cores);
    let difference = |reason| (reason, time_per_core(slow, reason, usable) - time_per_core(fast, reason, usable));
    let differences = CORE_TIME_PARTS.map(difference).into_iter();
    differences.max_by(|(_, a), (_, b)| a.total_cmp(b)).map_or(DifferenceReason::Rest, |(reason, _)| reason)
}

/// A part of a lane's core time, divided by the number of cores, in s. Cores that neither of two lanes could use
/// explain no difference between them; `usable` is how many the wider could.
fn time_per_core(lane: &LaneSummary, reason: DifferenceReason, usable: Option<u32>) -> f64 {
    let cores = lane.cores.len().max(1) as f64;
    let unusable = usable.map_or(0.0, |usable| (cores - f64::from(usable)).max(0.0));
    let core_s = match reason {
        DifferenceReason::StallWidth => {
            (lane.core_time_of(reason) - unusable * lane.makespan_s.unwrap_or(0.0)).max(0.0)
        }
        _ => lane.core_time_of(reason),
    };
    core_s / cores
}

/// The parts of the core time, which add up to cores × makespan.
const CORE_TIME_PARTS: [DifferenceReason; 7] = [
    DifferenceReason::Adding,
    DifferenceReason::Loading,
    DifferenceReason::Starting,
    DifferenceReason::StallIo,
    DifferenceReason::StallWidth,
    DifferenceReason::Tail,
    DifferenceReason::Rest,
];
