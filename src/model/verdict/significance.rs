//! Whether two makespans differ by more than noise: other programs, the clock, repeats.

use crate::model::LaneSummary;

/// Makespans closer than this count as equal.
const MAX_RATIO_OF_TIE: f64 = 0.05;
/// Error of the time that other programs took, relative to it: in sums beside up to 30 busy programs, at most 0.02.
const MAX_ERROR_OF_TIME_LOST: f64 = 0.025;
/// Makespan in s below which a run is not compared: a few time slices.
pub(crate) const MIN_MAKESPAN: f64 = 0.02;
/// Difference in s below which makespans are not told apart: about one timer tick.
const MIN_DIFFERENCE: f64 = 0.005;
/// Share of a lane's core time from which use by other programs is reported.
const DISTURBANCE_THRESHOLD: f64 = 0.1;
/// Makespan in s below which other programs are not reported: starting and ending take more of so short a run.
const MIN_MAKESPAN_OF_DISTURBED: f64 = 0.5;

/// The same in shorter runs, where starting and ending count as use by others.
const DISTURBANCE_THRESHOLD_OF_SHORT: f64 = 0.3;

/// What the difference of two makespans is worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Significance {
    /// More than noise.
    Significant,
    /// No difference. `spread` is that of the repeats, if the tie is only due to it.
    Tie { spread: Option<f64> },
    /// Other programs may have caused the difference, or hidden one.
    Disturbed,
    /// Within the error of a run as short as this.
    TooShort,
}

impl LaneSummary {
    /// Share of the lane's core time that other programs took, from 0 to 1, if it is large enough to doubt the figures.
    #[must_use]
    pub fn disturbance(&self) -> Option<f64> {
        self.makespan_s.filter(|makespan| *makespan >= MIN_MAKESPAN_OF_DISTURBED)?;
        self.share_of_others().filter(|share| *share > DISTURBANCE_THRESHOLD)
    }

    /// Whether other programs took so much core time, even in a short run, that its makespan proves nothing.
    #[must_use]
    pub fn is_disturbed_even_if_short(&self) -> bool {
        self.disturbance_even_if_short().is_some()
    }

    /// Share of the lane's core time that other programs took, if it is large enough for a run of this length.
    #[must_use]
    pub fn disturbance_even_if_short(&self) -> Option<f64> {
        let of_short = || self.share_of_others().filter(|share| *share > DISTURBANCE_THRESHOLD_OF_SHORT);
        self.disturbance().or_else(of_short)
    }

    fn share_of_others(&self) -> Option<f64> {
        Some(self.taken_by_others_core_s? / (self.makespan_s? * self.cores.len() as f64))
    }

    /// How much longer other programs made the lane, in s, if all they took was on its critical path.
    #[must_use]
    pub fn time_lost_to_others(&self) -> f64 {
        let figures = self.makespan_s.zip(self.core_time_s).zip(self.taken_by_others_core_s);
        let Some(((makespan, parts), taken)) = figures else { return 0.0 };
        let idle = parts.starting + parts.stall_io + parts.stall_width + parts.tail;
        let busy = makespan * self.cores.len() as f64 - idle;
        // With less than one busy core on average, what was taken delayed the lane by as much.
        (taken * (makespan / busy).min(1.0)).clamp(0.0, makespan)
    }
}

/// Judges the difference of two makespans, in s. `spread` is that of the repeats.
///
/// A difference is significant if the same lane is faster with and without the time that other programs took.
pub(super) fn significance(
    (fast, fastest): (&LaneSummary, f64),
    (slow, slowest): (&LaneSummary, f64),
    spread: f64,
) -> Significance {
    let tie = is_tie(ratio(fastest, slowest), spread);
    let (fast_lost, slow_lost) = (fast.time_lost_to_others(), slow.time_lost_to_others());
    let undisturbed = (slowest - slow_lost) - (fastest - fast_lost);
    let uncertain = MAX_RATIO_OF_TIE * (fastest - fast_lost).min(slowest - slow_lost)
        + MAX_ERROR_OF_TIME_LOST * fast_lost.max(slow_lost);
    let disturbed = fast.disturbance().or(slow.disturbance()).is_some();
    if slowest < MIN_MAKESPAN {
        Significance::TooShort
    } else if tie && disturbed && undisturbed.abs() >= uncertain && is_tie(ratio(fastest, slowest), 0.0) {
        Significance::Disturbed
    } else if tie {
        Significance::Tie { spread: spread_that_decides(ratio(fastest, slowest), spread) }
    } else if slowest - fastest >= MIN_DIFFERENCE && undisturbed >= uncertain {
        Significance::Significant
    } else if disturbed {
        Significance::Disturbed
    } else if slowest < MIN_MAKESPAN_OF_DISTURBED {
        Significance::TooShort
    } else {
        Significance::Tie { spread: None }
    }
}

/// Slowest makespan divided by the fastest.
pub(super) fn ratio(fastest: f64, slowest: f64) -> f64 {
    if fastest > 0.0 { slowest / fastest } else { 1.0 }
}

/// Whether a ratio of makespans counts as no difference.
fn is_tie(ratio: f64, spread: f64) -> bool {
    ratio - 1.0 < MAX_RATIO_OF_TIE.max(spread)
}

/// Returns the spread of the repeats if without it the lanes would differ.
fn spread_that_decides(ratio: f64, spread: f64) -> Option<f64> {
    (!is_tie(ratio, 0.0)).then_some(spread)
}
