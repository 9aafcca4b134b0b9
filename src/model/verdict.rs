//! Which lane was faster and why, by an identity.
//!
//! For every lane, cores × makespan = adding + loading + starting + stall by I/O + stall by width + tail + rest. So
//! the difference of two makespans is the sum of the differences of these terms, and the largest of them is the
//! reason.

use serde::Serialize;

use super::{CoreTime, Intervention, LaneSummary, TaskTotals};
use crate::event::{LaneStatus, Mode};

/// Makespans closer than this count as equal.
const MAX_RATIO_OF_TIE: f64 = 0.05;

/// The comparison of a run's lanes. Lanes are given by their index.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The fastest lane's mode; none on a tie or without a comparison.
    pub fastest: Option<Mode>,
    pub fastest_lane: Option<usize>,
    /// Slowest makespan divided by the fastest; none without a comparison.
    pub ratio: Option<f64>,
    pub reason: DifferenceReason,
    pub finding: VerdictFinding,
    /// Lanes that cannot be compared, and why.
    pub excluded: Vec<(usize, ComparisonObstacle)>,
}

/// What the comparison found. Lanes are given by their index.
#[derive(Clone, Debug, PartialEq)]
pub enum VerdictFinding {
    /// No lane can be compared.
    Nothing,
    /// There is only one lane.
    Single(usize),
    /// No difference between these lanes. `spread` is that of the repeats, if the tie is only due to it.
    Tie { lanes: Vec<usize>, spread: Option<f64> },
    /// The fastest and the slowest lane.
    Faster { fast: usize, slow: usize },
    /// Modes compared across several runs. `explained` are the lanes of the mode with the largest difference, if any,
    /// and its reason.
    BetweenRuns { modes: Vec<ModeFinding>, explained: Option<(usize, usize, DifferenceReason)> },
}

/// A mode's lanes in several runs, fastest first.
#[derive(Clone, Debug, PartialEq)]
pub struct ModeFinding {
    pub lanes: Vec<usize>,
    /// Slowest makespan divided by the fastest; none if that is no difference.
    pub ratio: Option<f64>,
}

/// Why a lane cannot be compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ComparisonObstacle {
    /// The recording ends before the lane did.
    RecordingEnds,
    /// The viewer ended the run.
    Cancelled,
    /// Numbers of tasks that did not finish.
    Incomplete {
        failed: u32,
        lost: u32,
        abandoned: u32,
    },
    WrongResult,
    /// The viewer suspended the lane for this many seconds.
    Suspended(f64),
    /// The viewer killed this many workers of the lane.
    Killed(usize),
    /// This many workers could not be started.
    NotStarted(u32),
    /// This many workers died.
    Died(u32),
    /// No task finished.
    NoTask,
}

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
    /// The remainder: starting and releasing, other programs, the kernel.
    Rest,
    /// No difference: under 5 %, or within the spread of repeats.
    Tie,
    /// Nothing to compare: one lane, or lanes that were interrupted or incomplete.
    NotComparable,
}

impl LaneSummary {
    /// Why the lane cannot be compared with others, if it cannot.
    #[must_use]
    pub fn comparison_obstacle(&self) -> Option<ComparisonObstacle> {
        let TaskTotals { failed, lost, abandoned, .. } = self.tasks;
        let suspended: f64 = self.interventions.iter().filter_map(Intervention::suspension_seconds).sum();
        let killed = self.interventions.iter().filter(|what| matches!(what, Intervention::Killed { .. })).count();
        if self.status.is_none() {
            Some(ComparisonObstacle::RecordingEnds)
        } else if self.status == Some(LaneStatus::Cancelled) {
            Some(ComparisonObstacle::Cancelled)
        } else if failed + lost + abandoned > 0 {
            Some(ComparisonObstacle::Incomplete { failed, lost, abandoned })
        } else if self.correct == Some(false) {
            Some(ComparisonObstacle::WrongResult)
        } else if suspended > 0.0 {
            Some(ComparisonObstacle::Suspended(suspended))
        } else if killed > 0 {
            Some(ComparisonObstacle::Killed(killed))
        } else if self.workers_started < self.workers {
            Some(ComparisonObstacle::NotStarted(self.workers - self.workers_started))
        } else if self.workers_died > 0 {
            Some(ComparisonObstacle::Died(self.workers_died))
        } else if self.makespan_s.is_none() {
            Some(ComparisonObstacle::NoTask)
        } else {
            None
        }
    }

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
            DifferenceReason::Rest => rest,
            DifferenceReason::Tie | DifferenceReason::NotComparable => 0.0,
        }
    }
}

/// Compares the fastest and the slowest of the lanes that were not interrupted and finished. `spread` is that of the
/// repeats: (max − min) / median makespan, 0 for a single run.
#[must_use]
pub fn verdict(lanes: &[LaneSummary], spread: f64) -> Verdict {
    let obstacle = |(n, lane): (usize, &LaneSummary)| Some((n, lane.comparison_obstacle()?));
    let excluded: Vec<_> = lanes.iter().enumerate().filter_map(obstacle).collect();
    let makespan =
        |(n, lane): (usize, &LaneSummary)| Some((n, lane.makespan_s?)).filter(|_| lane.comparison_obstacle().is_none());
    let mut comparable: Vec<(usize, f64)> = lanes.iter().enumerate().filter_map(makespan).collect();
    comparable.sort_by(|(_, a), (_, b)| a.total_cmp(b));
    let nothing = Verdict {
        fastest: None,
        fastest_lane: None,
        ratio: None,
        reason: DifferenceReason::NotComparable,
        finding: VerdictFinding::Nothing,
        excluded,
    };
    let ((fast, fastest), (slow, slowest)) = match comparable[..] {
        [first, .., last] => (first, last),
        [(only, _)] if nothing.excluded.is_empty() => {
            return Verdict { finding: VerdictFinding::Single(only), ..nothing };
        }
        _ => return nothing,
    };
    let ratio = if fastest > 0.0 { slowest / fastest } else { 1.0 };
    let between_runs = compare_across_runs(lanes, &comparable, spread);
    if is_tie(ratio, spread) {
        let tie =
            || VerdictFinding::Tie { lanes: (0..lanes.len()).collect(), spread: spread_that_decides(ratio, spread) };
        let finding = between_runs.unwrap_or_else(tie);
        return Verdict { ratio: Some(ratio), reason: DifferenceReason::Tie, finding, ..nothing };
    }
    Verdict {
        fastest: Some(lanes[fast].mode),
        fastest_lane: Some(fast),
        ratio: Some(ratio),
        reason: reported_reason(&lanes[fast], &lanes[slow]),
        finding: between_runs.unwrap_or(VerdictFinding::Faster { fast, slow }),
        ..nothing
    }
}

/// Comparison of a lane with another lane, of the same run or of another run.
#[derive(Clone, Debug, PartialEq)]
pub enum LaneComparison {
    /// They cannot be compared, because of what happened to one of them.
    None { obstacle: ComparisonObstacle, of_other: bool },
    /// No difference: under 5 %, or within the spread of repeats.
    Same,
    /// Ratio of the first lane's time to the other's, and the main reason.
    Differs(f64, DifferenceReason),
}

/// Compares two lanes. `spread` is the larger of their spreads over repeats.
#[must_use]
pub fn compare_lanes(lane: &LaneSummary, with: &LaneSummary, spread: f64) -> LaneComparison {
    let time = |lane: &LaneSummary, of_other| match (lane.comparison_obstacle(), lane.makespan_s) {
        (None, Some(time)) if time > 0.0 => Ok(time),
        (obstacle, _) => {
            Err(LaneComparison::None { obstacle: obstacle.unwrap_or(ComparisonObstacle::NoTask), of_other })
        }
    };
    let (time, base) = match (time(lane, false), time(with, true)) {
        (Ok(time), Ok(base)) => (time, base),
        (Err(none), _) | (_, Err(none)) => return none,
    };
    let (fast, slow) = if time < base { (lane, with) } else { (with, lane) };
    if is_tie(time.max(base) / time.min(base), spread) {
        return LaneComparison::Same;
    }
    LaneComparison::Differs(time / base, reported_reason(fast, slow))
}

/// Whether a ratio of makespans counts as no difference.
fn is_tie(ratio: f64, spread: f64) -> bool {
    ratio - 1.0 < MAX_RATIO_OF_TIE.max(spread)
}

/// Returns the spread of the repeats if without it the lanes would differ.
fn spread_that_decides(ratio: f64, spread: f64) -> Option<f64> {
    (!is_tie(ratio, 0.0)).then_some(spread)
}

/// Compares each mode's lanes across several runs. None if no mode occurs twice.
fn compare_across_runs(lanes: &[LaneSummary], comparable: &[(usize, f64)], spread: f64) -> Option<VerdictFinding> {
    let mut modes: Vec<Mode> = Vec::new();
    for lane in lanes {
        modes.extend((!modes.contains(&lane.mode)).then_some(lane.mode));
    }
    let of_mode = |mode: Mode| comparable.iter().filter(|(n, _)| lanes[*n].mode == mode).copied().collect::<Vec<_>>();
    let mut found: Vec<_> =
        modes.into_iter().map(of_mode).filter(|of_mode| of_mode.len() > 1).map(ModeLanes::new).collect();
    // The mode with the largest difference is explained.
    found.sort_by(|a, b| b.ratio.total_cmp(&a.ratio));
    let most = found.first()?;
    if is_tie(most.ratio, spread) && found.len() == 1 {
        let spread = spread_that_decides(most.ratio, spread);
        return Some(VerdictFinding::Tie { lanes: most.lanes.clone(), spread });
    }
    let (fast, slow) = (most.lanes[0], most.lanes[most.lanes.len() - 1]);
    let reason = || (fast, slow, reported_reason(&lanes[fast], &lanes[slow]));
    let explained = (!is_tie(most.ratio, spread)).then(reason);
    let ratio = |ratio| (!is_tie(ratio, spread)).then_some(ratio);
    let modes = found.into_iter().map(|of_mode| ModeFinding { ratio: ratio(of_mode.ratio), lanes: of_mode.lanes });
    Some(VerdictFinding::BetweenRuns { modes: modes.collect(), explained })
}

/// A mode's lanes in several runs, fastest first, with the ratio of slowest to fastest.
struct ModeLanes {
    lanes: Vec<usize>,
    ratio: f64,
}

impl ModeLanes {
    fn new(comparable: Vec<(usize, f64)>) -> Self {
        let (fastest, slowest) = (comparable[0].1, comparable[comparable.len() - 1].1);
        let ratio = if fastest > 0.0 { slowest / fastest } else { 1.0 };
        Self { lanes: comparable.into_iter().map(|(lane, _)| lane).collect(), ratio }
    }
}

/// The reason that the verdict names. CPU time of starting is part of the remainder, so starting is named for it.
fn reported_reason(fast: &LaneSummary, slow: &LaneSummary) -> DifferenceReason {
    let reason = main_cause_of_difference(fast, slow);
    let longer = |s: fn(&LaneSummary) -> Option<f64>| s(slow).zip(s(fast)).map_or(0.0, |(slow, fast)| slow - fast);
    let by_starting = 2.0 * longer(|lane| lane.startup_s) > longer(|lane| lane.makespan_s);
    if reason == DifferenceReason::Rest && by_starting { DifferenceReason::Starting } else { reason }
}

/// Returns the part of the core time that lengthens the slow lane's makespan most.
fn main_cause_of_difference(fast: &LaneSummary, slow: &LaneSummary) -> DifferenceReason {
    let (fast, slow) = (core_time_parts_in_seconds(fast), core_time_parts_in_seconds(slow));
    let differences = slow.into_iter().zip(fast).map(|((reason, slow), (_, fast))| (reason, slow - fast));
    differences.max_by(|(_, a), (_, b)| a.total_cmp(b)).map_or(DifferenceReason::Rest, |(reason, _)| reason)
}

/// The parts of a lane's core time, each divided by the number of cores, in s.
fn core_time_parts_in_seconds(lane: &LaneSummary) -> [(DifferenceReason, f64); 7] {
    let cores = lane.cores.len().max(1) as f64;
    CORE_TIME_PARTS.map(|term| (term, lane.core_time_of(term) / cores))
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
