//! Errors of predictions of one kind, and how often the interval contained the truth.

use mpviz::source::simulation::Uncertainty;

use super::median;

#[derive(Default)]
pub(crate) struct PredictionErrors {
    all: Vec<f64>,
    covered: usize,
}

impl PredictionErrors {
    pub(crate) fn add(&mut self, predicted: f64, measured: f64, uncertainty: Uncertainty) {
        self.all.push((predicted / measured - 1.0).abs());
        self.covered += usize::from(uncertainty.interval_around(predicted).contains(measured));
    }

    /// Prints the quantiles, and how many errors are at most `most`.
    pub(crate) fn print(&mut self, name: &str, most: f64) {
        if self.all.is_empty() {
            return;
        }
        let median = median(&mut self.all);
        let count = self.all.len();
        let quantile = |part: usize| self.all[(count * part / 100).min(count - 1)] * 100.0;
        println!(
            "{name}: {count} cells, median error {:.1} %, 90th {:.1} %, 95th {:.1} %, within {:.0} %: {:.0} %, covered \
             {:.0} %",
            median * 100.0,
            quantile(90),
            quantile(95),
            most * 100.0,
            100.0 * self.all.iter().filter(|error| **error <= most).count() as f64 / count as f64,
            100.0 * self.covered as f64 / count as f64
        );
    }
}
