//! Load of the machine's cores over time.

use std::collections::BTreeMap;

use crate::event::Nanos;

/// Loads are averaged over this duration, in ns.
const AVERAGING_WINDOW: Nanos = 1_000_000_000;

/// Load samples of each core.
#[derive(Clone, Debug, Default)]
pub struct CoreLoadHistory {
    samples: BTreeMap<u32, Vec<(Nanos, f32)>>,
    /// When a core went offline (false) or came online again (true).
    changes: Vec<(Nanos, u32, bool)>,
}

/// Core time that all programs used between two times.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CoreTimeUsed {
    pub from: Nanos,
    pub to: Nanos,
    /// Number of cores.
    pub cores: u32,
    /// Sum over the cores, in ns.
    pub used_ns: f64,
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

    /// What was used of the cores by the samples that lie between two times; none without such samples.
    #[must_use]
    pub fn used_between(&self, from: Nanos, to: Nanos) -> Option<CoreTimeUsed> {
        let within = |samples: &'_ [(Nanos, f32)]| {
            let first = samples.partition_point(|(at, _)| *at < from);
            let end = samples.partition_point(|(at, _)| *at <= to);
            let pairs = samples.get(first..end)?.windows(2);
            let used = pairs.map(|pair| (pair[1].0 - pair[0].0) as f64 * f64::from(pair[1].1)).sum::<f64>();
            Some((samples.get(first)?.0, samples.get(end.checked_sub(1)?)?.0, used))
        };
        let of_cores: Vec<_> = self.samples.values().filter_map(|samples| within(samples)).collect();
        let (from, to, _) = *of_cores.first().filter(|(from, to, _)| from < to)?;
        let used_ns = of_cores.iter().map(|(.., used)| used).sum();
        Some(CoreTimeUsed { from, to, cores: of_cores.len() as u32, used_ns })
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
    fn only_samples_within_the_time_count() {
        let mut cores = CoreLoadHistory::default();
        for (at, load) in [(100, 0.2), (200, 0.5), (300, 1.0), (400, 0.3)] {
            cores.add_sample(at, &[(0, load), (1, 0.5)]);
        }
        let used = cores.used_between(110, 390).expect("samples");
        assert_eq!(used, CoreTimeUsed { from: 200, to: 300, cores: 2, used_ns: 150.0 });
        assert_eq!(cores.used_between(110, 290), None, "one sample alone covers more than the time");
        assert_eq!(cores.used_between(401, 900), None);
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
