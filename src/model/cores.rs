//! The load of the machine's cores over time.

use std::collections::BTreeMap;

use crate::event::Nanos;

/// Loads are shown as their mean over this long, in ns.
const SHOWN_OVER: Nanos = 1_000_000_000;

/// The samples of every core by its number.
#[derive(Clone, Debug, Default)]
pub(super) struct Cores(BTreeMap<u32, Vec<(Nanos, f32)>>);

impl Cores {
    pub(super) fn sampled(&mut self, at: Nanos, loads: &[(u32, f32)]) {
        for (core, load) in loads {
            let samples = self.0.entry(*core).or_default();
            // A figure that is none, or out of order, is a gap.
            if load.is_finite() && samples.last().is_none_or(|(before, _)| *before < at) {
                samples.push((at, load.clamp(0.0, 1.0)));
            }
        }
    }

    /// The samples of each, by number.
    pub(super) fn all(&self) -> impl Iterator<Item = (u32, &[(Nanos, f32)])> {
        self.0.iter().map(|(core, samples)| (*core, samples.as_slice()))
    }

    /// Mean of the samples in the last second before `t`, but after `since`, or none.
    pub(super) fn load(&self, core: u32, since: Nanos, t: Nanos) -> Option<f32> {
        let shown = self.shown(core, since, t);
        let sum: f32 = shown.iter().map(|(_, load)| load).sum();
        (!shown.is_empty()).then(|| sum / shown.len() as f32)
    }

    /// The time that these samples cover: each speaks of the time since the one before it.
    pub(super) fn covered(&self, core: u32, since: Nanos, t: Nanos) -> Option<(Nanos, Nanos)> {
        let shown = self.shown(core, since, t);
        let (first, last) = (shown.first()?.0, shown.last()?.0);
        let gap = if shown.len() > 1 { (last - first) / (shown.len() as u64 - 1) } else { SHOWN_OVER / 4 };
        Some((first.saturating_sub(gap), last))
    }

    fn shown(&self, core: u32, since: Nanos, t: Nanos) -> &[(Nanos, f32)] {
        let samples = self.0.get(&core).map_or(&[][..], Vec::as_slice);
        let known = &samples[..samples.partition_point(|(at, _)| *at <= t)];
        &known[known.partition_point(|(at, _)| t - at >= SHOWN_OVER || *at <= since)..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_sample_is_a_gap_and_never_zero() {
        let mut cores = Cores::default();
        cores.sampled(SHOWN_OVER, &[(0, 0.5), (1, f32::NAN)]);
        cores.sampled(SHOWN_OVER + 1, &[(0, 1.0)]);
        assert_eq!(cores.load(0, 0, SHOWN_OVER - 1), None);
        assert_eq!(cores.load(0, 0, SHOWN_OVER), Some(0.5));
        assert_eq!(cores.load(0, 0, SHOWN_OVER + 1), Some(0.75));
        assert_eq!(cores.load(0, 0, 2 * SHOWN_OVER), Some(1.0));
        assert_eq!(cores.load(0, 0, 3 * SHOWN_OVER), None);
        assert_eq!(cores.load(1, 0, SHOWN_OVER), None);
        assert_eq!(cores.load(0, SHOWN_OVER, SHOWN_OVER + 1), Some(1.0), "what was before is not of interest");
    }
}
