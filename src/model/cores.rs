//! Load of the machine's cores over time.

use std::collections::BTreeMap;

use crate::event::Nanos;

/// Loads are averaged over this duration, in ns.
const AVERAGING_WINDOW: Nanos = 1_000_000_000;

/// Load samples of each core.
#[derive(Clone, Debug, Default)]
pub(super) struct CoreLoadHistory(BTreeMap<u32, Vec<(Nanos, f32)>>);

impl CoreLoadHistory {
    pub(super) fn add_sample(&mut self, at: Nanos, loads: &[(u32, f32)]) {
        for (core, load) in loads {
            let samples = self.0.entry(*core).or_default();
            // A load that is not a number, or whose time is out of order, is ignored.
            if load.is_finite() && samples.last().is_none_or(|(before, _)| *before < at) {
                samples.push((at, load.clamp(0.0, 1.0)));
            }
        }
    }

    /// All samples by core number.
    pub(super) fn all_samples(&self) -> impl Iterator<Item = (u32, &[(Nanos, f32)])> {
        self.0.iter().map(|(core, samples)| (*core, samples.as_slice()))
    }

    /// Mean of the samples in the last second before `t`, but after `since`.
    pub(super) fn mean_load(&self, core: u32, since: Nanos, t: Nanos) -> Option<f32> {
        let window = self.samples_in_window(core, since, t);
        let sum: f32 = window.iter().map(|(_, load)| load).sum();
        (!window.is_empty()).then(|| sum / window.len() as f32)
    }

    /// The time range covered by the samples of a core: each sample covers the time since the previous one.
    pub(super) fn covered_range(&self, core: u32, since: Nanos, t: Nanos) -> Option<(Nanos, Nanos)> {
        let window = self.samples_in_window(core, since, t);
        let (first, last) = (window.first()?.0, window.last()?.0);
        let gap = if window.len() > 1 { (last - first) / (window.len() as u64 - 1) } else { AVERAGING_WINDOW / 4 };
        Some((first.saturating_sub(gap), last))
    }

    fn samples_in_window(&self, core: u32, since: Nanos, t: Nanos) -> &[(Nanos, f32)] {
        let samples = self.0.get(&core).map_or(&[][..], Vec::as_slice);
        let known = &samples[..samples.partition_point(|(at, _)| *at <= t)];
        &known[known.partition_point(|(at, _)| t - at >= AVERAGING_WINDOW || *at <= since)..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_samples_are_gaps() {
        let mut cores = CoreLoadHistory::default();
        cores.add_sample(AVERAGING_WINDOW, &[(0, 0.5), (1, f32::NAN)]);
        cores.add_sample(AVERAGING_WINDOW + 1, &[(0, 1.0)]);
        assert_eq!(cores.mean_load(0, 0, AVERAGING_WINDOW - 1), None);
        assert_eq!(cores.mean_load(0, 0, AVERAGING_WINDOW), Some(0.5));
        assert_eq!(cores.mean_load(0, 0, AVERAGING_WINDOW + 1), Some(0.75));
        assert_eq!(cores.mean_load(0, 0, 2 * AVERAGING_WINDOW), Some(1.0));
        assert_eq!(cores.mean_load(0, 0, 3 * AVERAGING_WINDOW), None);
        assert_eq!(cores.mean_load(1, 0, AVERAGING_WINDOW), None);
        assert_eq!(
            cores.mean_load(0, AVERAGING_WINDOW, AVERAGING_WINDOW + 1),
            Some(1.0),
            "what was before is not of interest"
        );
    }
}
