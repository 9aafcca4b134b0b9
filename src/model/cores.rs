//! Load of the machine's cores over time.

use std::collections::BTreeMap;

use crate::event::Nanos;

/// Loads are averaged over this duration, in ns.
const AVERAGING_WINDOW: Nanos = 1_000_000_000;

/// Load samples of each core.
#[derive(Clone, Debug, Default)]
pub(super) struct CoreLoadHistory {
    samples: BTreeMap<u32, Vec<(Nanos, f32)>>,
    /// When a core went offline (false) or came online again (true).
    changes: Vec<(Nanos, u32, bool)>,
}

impl CoreLoadHistory {
    pub(super) fn add_sample(&mut self, at: Nanos, loads: &[(u32, f32)]) {
        for (core, load) in loads {
            let samples = self.samples.entry(*core).or_default();
            // A load that is not a number, or whose time is out of order, is ignored.
            if load.is_finite() && samples.last().is_none_or(|(before, _)| *before < at) {
                samples.push((at, load.clamp(0.0, 1.0)));
            }
        }
    }

    /// Forgets the samples before `t`.
    pub(super) fn forget_before(&mut self, t: Nanos) {
        for samples in self.samples.values_mut() {
            samples.drain(..samples.partition_point(|(at, _)| *at < t));
        }
    }

    /// All samples by core number.
    pub(super) fn all_samples(&self) -> impl Iterator<Item = (u32, &[(Nanos, f32)])> {
        self.samples.iter().map(|(core, samples)| (*core, samples.as_slice()))
    }

    /// Mean of the samples in the last second before `t`, but after `since`; none while the core is offline.
    pub(super) fn mean_load(&self, core: u32, since: Nanos, t: Nanos) -> Option<f32> {
        let window = self.samples_in_window(core, since, t);
        let sum: f32 = window.iter().map(|(_, load)| load).sum();
        (!window.is_empty() && !self.is_offline(core, t)).then(|| sum / window.len() as f32)
    }

    /// Records that a core went offline or came online again.
    pub(super) fn set_online(&mut self, at: Nanos, core: u32, online: bool) {
        self.changes.push((at, core, online));
    }

    /// Whether a core was offline at `t`.
    pub(super) fn is_offline(&self, core: u32, t: Nanos) -> bool {
        let of_core = |(at, changed, _): &&(Nanos, u32, bool)| *changed == core && *at <= t;
        self.changes.iter().rev().find(of_core).is_some_and(|(_, _, online)| !online)
    }

    /// When one of these cores went offline.
    pub(super) fn went_offline(&self, cores: &[u32]) -> impl Iterator<Item = (Nanos, u32)> {
        let offline = self.changes.iter().filter(|(_, core, online)| !online && cores.contains(core));
        offline.map(|(at, core, _)| (*at, *core))
    }

    /// The time range covered by the samples of a core: each sample covers the time since the previous one.
    pub(super) fn covered_range(&self, core: u32, since: Nanos, t: Nanos) -> Option<(Nanos, Nanos)> {
        let window = self.samples_in_window(core, since, t);
        let (first, last) = (window.first()?.0, window.last()?.0);
        let interval = if window.len() > 1 { (last - first) / (window.len() as u64 - 1) } else { AVERAGING_WINDOW / 4 };
        Some((first.saturating_sub(interval), last))
    }

    fn samples_in_window(&self, core: u32, since: Nanos, t: Nanos) -> &[(Nanos, f32)] {
        let samples = self.samples.get(&core).map_or(&[][..], Vec::as_slice);
        let known = &samples[..samples.partition_point(|(at, _)| *at <= t)];
        &known[known.partition_point(|(at, _)| t - at >= AVERAGING_WINDOW || *at <= since)..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_core_that_is_offline_has_no_load() {
        let mut cores = CoreLoadHistory::default();
        cores.add_sample(10, &[(0, 0.5), (1, 0.5)]);
        cores.set_online(20, 1, false);
        cores.set_online(40, 1, true);
        cores.add_sample(50, &[(0, 0.5), (1, 0.5)]);
        assert_eq!([19, 20, 39, 40].map(|t| cores.is_offline(1, t)), [false, true, true, false]);
        assert_eq!([19, 20, 50].map(|t| cores.mean_load(1, 0, t)), [Some(0.5), None, Some(0.5)]);
        assert_eq!(cores.mean_load(0, 0, 20), Some(0.5));
        assert_eq!(cores.went_offline(&[0, 1]).collect::<Vec<_>>(), [(20, 1)]);
        assert_eq!(cores.went_offline(&[0]).next(), None);
    }

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
