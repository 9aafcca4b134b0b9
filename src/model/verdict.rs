//! Which lane was faster and why, by an identity.
//!
//! For every lane, cores × makespan = adding + loading + starting + stall by I/O + stall by width + tail + rest. So
//! the difference of two makespans is the sum of the differences of these terms, and the largest of them is the
//! reason. Time that other programs took is no reason, and no lane is faster if it may be what made the difference.

mod cause;
mod significance;

use super::{Intervention, LaneSummary, TaskTotals};
use crate::event::{LaneStatus, Mode};

pub use cause::DifferenceReason;
use cause::reported_reason;
pub(crate) use significance::MIN_MAKESPAN;
pub use significance::Significance;
use significance::{ratio, significance};

/// The comparison of a run's lanes. Lanes are given by their index.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The fastest lane's mode; none if its difference to any other lane is a tie or noise.
    pub fastest: Option<Mode>,
    /// The lane with which others are compared; none if the slowest is not slower by more than noise.
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
    /// Other programs may have made or hidden a difference between these lanes.
    Disturbed { lanes: Vec<usize> },
    /// These lanes ran too short a time to tell whether they differ.
    TooShort { lanes: Vec<usize> },
    /// The fastest and the slowest lane, and others that do not differ from the fastest.
    Faster { fast: usize, slow: usize, as_fast: Vec<usize> },
    /// Modes compared across several runs, or lanes of sweeps. `explained` are the lanes with the largest difference,
    /// if any, and its reason.
    BetweenRuns { modes: Vec<ModeFinding>, explained: Option<(usize, usize, DifferenceReason)> },
}

/// The lanes of a mode, or of a mode and a number of workers, in several runs, fastest first.
#[derive(Clone, Debug, PartialEq)]
pub struct ModeFinding {
    pub lanes: Vec<usize>,
    /// Slowest makespan divided by the fastest.
    pub ratio: f64,
    pub significance: Significance,
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
    /// Tasks were only counted, so that no makespan is known.
    OnlyCounts,
    /// No task finished.
    NoTask,
}

impl Verdict {
    /// Whether the lane is one of several that are equally fast, and faster than others.
    #[must_use]
    pub fn is_equally_fast(&self, lane: usize) -> bool {
        match &self.finding {
            VerdictFinding::Faster { fast, as_fast, .. } => {
                as_fast.contains(&lane) || (lane == *fast && !as_fast.is_empty())
            }
            _ => false,
        }
    }
}

impl LaneSummary {
    /// Why the lane cannot be compared with others, if it cannot.
    #[must_use]
    pub fn comparison_obstacle(&self) -> Option<ComparisonObstacle> {
        let TaskTotals { failed, lost, abandoned, .. } = self.totals();
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
        } else if let Some(died @ 1..) = self.workers_died {
            Some(ComparisonObstacle::Died(died))
        } else if self.tasks.is_none() {
            Some(ComparisonObstacle::OnlyCounts)
        } else if self.makespan_s.is_none() {
            Some(ComparisonObstacle::NoTask)
        } else {
            None
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
    let between_runs = compare_across_runs(lanes, &comparable, spread);
    let judged = Verdict { ratio: Some(ratio(fastest, slowest)), ..nothing };
    let all = || (0..lanes.len()).collect();
    let (reason, finding) = match significance((&lanes[fast], fastest), (&lanes[slow], slowest), spread) {
        Significance::Tie { spread } => (DifferenceReason::Tie, VerdictFinding::Tie { lanes: all(), spread }),
        Significance::Disturbed => (DifferenceReason::Disturbed, VerdictFinding::Disturbed { lanes: all() }),
        Significance::TooShort => (DifferenceReason::TooShort, VerdictFinding::TooShort { lanes: all() }),
        Significance::Significant => {
            let (second, next) = comparable[1];
            let first = significance((&lanes[fast], fastest), (&lanes[second], next), spread);
            let is_tie = |(lane, time): &&(usize, f64)| {
                let compared = significance((&lanes[fast], fastest), (&lanes[*lane], *time), spread);
                matches!(compared, Significance::Tie { .. })
            };
            let as_fast = comparable[1..].iter().take_while(is_tie).map(|(lane, _)| *lane).collect();
            return Verdict {
                fastest: (first == Significance::Significant).then_some(lanes[fast].mode),
                fastest_lane: Some(fast),
                reason: reported_reason(&lanes[fast], &lanes[slow]),
                finding: between_runs.unwrap_or(VerdictFinding::Faster { fast, slow, as_fast }),
                ..judged
            };
        }
    };
    Verdict { reason, finding: between_runs.unwrap_or(finding), ..judged }
}

/// Comparison of a lane with another lane, of the same run or of another run.
#[derive(Clone, Debug, PartialEq)]
pub enum LaneComparison {
    /// They cannot be compared, because of what happened to one of them.
    None { obstacle: ComparisonObstacle, of_other: bool },
    /// No difference: under 5 %, or within the spread of repeats.
    Same,
    /// The difference may be due to other programs or to the short time: the reason says which.
    Undecided(DifferenceReason),
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
    match significance((fast, time.min(base)), (slow, time.max(base)), spread) {
        Significance::Tie { .. } => LaneComparison::Same,
        Significance::Disturbed => LaneComparison::Undecided(DifferenceReason::Disturbed),
        Significance::TooShort => LaneComparison::Undecided(DifferenceReason::TooShort),
        Significance::Significant => LaneComparison::Differs(time / base, reported_reason(fast, slow)),
    }
}

/// Compares the lanes of each mode, or of each mode and number of workers in sweeps, across several runs. None if there
/// is only one run, or no lane occurs twice.
fn compare_across_runs(lanes: &[LaneSummary], comparable: &[(usize, f64)], spread: f64) -> Option<VerdictFinding> {
    lanes.iter().find(|lane| lane.origin.is_some())?;
    let sweep = lanes.iter().any(|lane| lane.in_sweep);
    let mode_and_workers = |lane: &LaneSummary| (lane.mode, sweep.then_some(lane.workers));
    let mut modes = Vec::new();
    for lane in lanes.iter().map(mode_and_workers) {
        modes.extend((!modes.contains(&lane)).then_some(lane));
    }
    let of_mode =
        |mode| comparable.iter().filter(|(n, _)| mode_and_workers(&lanes[*n]) == mode).copied().collect::<Vec<_>>();
    let finding = |of_mode: Vec<(usize, f64)>| {
        let (&(fast, fastest), &(slow, slowest)) = (of_mode.first()?, of_mode.last()?);
        let significance = significance((&lanes[fast], fastest), (&lanes[slow], slowest), spread);
        let lanes = of_mode.iter().map(|(lane, _)| *lane).collect();
        (of_mode.len() > 1).then_some(ModeFinding { lanes, ratio: ratio(fastest, slowest), significance })
    };
    let mut found: Vec<_> = modes.into_iter().map(of_mode).filter_map(finding).collect();
    // The mode with the largest difference is explained.
    found.sort_by(|a, b| b.ratio.total_cmp(&a.ratio));
    match &found[..] {
        [] => return None,
        [ModeFinding { lanes, significance: Significance::Tie { spread }, .. }] => {
            return Some(VerdictFinding::Tie { lanes: lanes.clone(), spread: *spread });
        }
        _ => {}
    }
    let most = found.iter().find(|mode| mode.significance == Significance::Significant);
    let explained = most.and_then(|mode| mode.lanes.first().copied().zip(mode.lanes.last().copied()));
    let explained = explained.map(|(fast, slow)| (fast, slow, reported_reason(&lanes[fast], &lanes[slow])));
    Some(VerdictFinding::BetweenRuns { modes: found, explained })
}
