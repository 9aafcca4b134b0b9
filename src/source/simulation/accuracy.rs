//! How much repeats of a run differ on this machine, and how wrong predictions were.

use serde::{Deserialize, Serialize};

use super::bounds::{Uncertainty, quantile};
use crate::report::phrases::{IntervalWidth, NoiseFloor};

/// Noise floor of a machine that was not measured: that of 2 cores on which the simulation was developed.
const DEFAULT_NOISE_FLOOR: NoiseFloor = NoiseFloor { median: 0.037, p95: 0.14, is_measured: false };
/// Number of repeats from which they tell how much runs differ.
const MIN_REPEATS: usize = 6;
/// Number of errors that are kept: the newest.
const MAX_ERRORS: usize = 100;

/// What real runs on this machine tell about predictions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accuracy {
    /// Makespans of repeats of a run, in ns.
    repeats_ns: Vec<f64>,
    /// Errors of predictions without reservations, as [`Uncertainty::error`] has them; the newest last.
    errors: Vec<f64>,
}

impl Accuracy {
    /// Number of errors from which their quantile replaces the default.
    pub const MIN_ERRORS: usize = 20;

    /// From the makespans of repeats of a run, in ns.
    #[must_use]
    pub const fn from_repeats(repeats_ns: Vec<f64>) -> Self {
        Self { repeats_ns, errors: Vec::new() }
    }

    /// Adds errors of predictions without reservations.
    pub fn add_errors(&mut self, errors: &[f64]) {
        self.errors.extend(errors.iter().filter(|error| error.is_finite()));
        self.errors.drain(..self.errors.len().saturating_sub(MAX_ERRORS));
    }

    /// Differences between each two repeats.
    #[must_use]
    pub fn noise_floor(&self) -> NoiseFloor {
        let repeats = &self.repeats_ns;
        let pairs =
            repeats.iter().enumerate().flat_map(|(n, one)| repeats[..n].iter().map(move |other| (*one, *other)));
        let mut differences: Vec<f64> = pairs.map(|(one, other)| Uncertainty::error(one, other)).collect();
        let quantiles = quantile(&mut differences, 0.5).zip(quantile(&mut differences, 0.95));
        quantiles.filter(|_| repeats.len() >= MIN_REPEATS).map_or(DEFAULT_NOISE_FLOOR, |(median, p95)| NoiseFloor {
            median,
            p95,
            is_measured: true,
        })
    }

    /// The uncertainty of predictions without reservations: the 90 % quantile of the errors if there are enough.
    #[must_use]
    pub fn uncertainty(&self) -> Uncertainty {
        let is_learnt = self.errors.len() >= Self::MIN_ERRORS;
        Uncertainty::learnt(&self.errors).filter(|_| is_learnt).unwrap_or(Uncertainty::DEFAULT)
    }

    /// The same in words.
    #[must_use]
    pub fn interval_width(&self) -> IntervalWidth {
        IntervalWidth { share: self.uncertainty().share(), runs: self.errors.len(), needed: Self::MIN_ERRORS }
    }

    /// Whether all times and errors are positive numbers.
    #[must_use]
    pub fn is_plausible(&self) -> bool {
        self.repeats_ns.iter().all(|ns| *ns > 0.0 && ns.is_finite())
            && self.errors.iter().all(|error| *error >= 0.0 && error.is_finite())
    }
}
