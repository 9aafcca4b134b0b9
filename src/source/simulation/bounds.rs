//! How sure a prediction is.

/// Makespans between which the real one is expected in nine of ten cases, in ns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    pub low_ns: f64,
    pub high_ns: f64,
}

impl Interval {
    #[must_use]
    pub fn contains(&self, makespan_ns: f64) -> bool {
        (self.low_ns..=self.high_ns).contains(&makespan_ns)
    }
}

/// Half-width of intervals, as a share of the prediction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Uncertainty(f64);

impl Uncertainty {
    /// Until enough real runs on this machine are known: measured once, on another one with 2 cores, where it covered
    /// 98 % of 85 settings of `benches/prediction` with the seed 11.
    pub const DEFAULT: Self = Self(0.16);

    /// A half-width that was measured elsewhere.
    #[must_use]
    pub const fn new(share: f64) -> Self {
        Self(share)
    }

    /// The least half-width of an interval around a prediction that contains what was measured.
    #[must_use]
    pub fn error(predicted: f64, measured: f64) -> f64 {
        (predicted / measured).max(measured / predicted) - 1.0
    }

    /// From errors of other predictions: their 90 % quantile. None without errors.
    #[must_use]
    pub fn learnt(errors: &[f64]) -> Option<Self> {
        quantile(&mut errors.to_vec(), 0.9).map(Self)
    }

    /// From confirming runs: half the spread of the repeats, as a share of their median, plus the largest error of
    /// `(predicted, measured)`. None without runs.
    #[must_use]
    pub fn confirmed(spread: f64, runs: &[(f64, f64)]) -> Option<Self> {
        let error = |(predicted, measured): &(f64, f64)| Self::error(*predicted, *measured);
        let largest = runs.iter().map(error).max_by(f64::total_cmp)?;
        largest.is_finite().then(|| Self(spread / 2.0 + largest))
    }

    /// The half-width itself.
    #[must_use]
    pub fn share(self) -> f64 {
        self.0
    }

    /// At least this half-width.
    #[must_use]
    pub fn at_least(self, share: f64) -> Self {
        Self(self.0.max(share))
    }

    #[must_use]
    pub fn interval_around(self, makespan_ns: f64) -> Interval {
        // Symmetric as a ratio: an interval of more than 100 % would begin below zero.
        Interval { low_ns: makespan_ns / (1.0 + self.0), high_ns: makespan_ns * (1.0 + self.0) }
    }
}

/// The value that the next one of the same kind does not exceed with probability `part`; at most the largest. None
/// without values. Sorts them.
pub(super) fn quantile(values: &mut [f64], part: f64) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let rank = (part * (values.len() + 1) as f64).ceil() as usize;
    values.get(rank.clamp(1, values.len().max(1)) - 1).copied()
}
