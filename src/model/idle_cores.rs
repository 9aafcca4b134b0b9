//! Cores that a watched lane left idle, by the load of the machine's cores.

use super::{Lane, Model};
use crate::event::Nanos;

/// Most parts into which the time is divided, so that a long program costs no more.
const MAX_PARTS: usize = 256;

impl Model {
    /// Cores that idled until `t` while tasks of the lane were queued, in core-s, of at most `stall_core_s` that had no
    /// worker of the program: other programs may have used these.
    pub(super) fn idle_core_time(&self, lane: &Lane, stall_core_s: f64, t: Nanos) -> f64 {
        let (times, idle) = self.measured_idle(lane, t);
        let until = times.iter().map(|at| lane.integrated_until(*at));
        let totals = self.integrals[lane.id().index()].totals_at_each(self.lane_with_core_sharers(lane), until);
        let stalls = totals.windows(2).map(|pair| (pair[1].stall - pair[0].stall) as f64 / 1e9);
        let used_by_others: f64 = stalls.zip(idle).map(|(stall, idle)| (stall - idle).max(0.0)).sum();
        (stall_core_s - used_by_others).max(0.0)
    }

    /// Times up to `t`, and what the lane's cores idled between them by their samples, in core-s.
    fn measured_idle(&self, lane: &Lane, t: Nanos) -> (Vec<Nanos>, Vec<f64>) {
        let cores = self.core_loads_of(lane);
        let samples: Vec<_> = cores
            .all_samples()
            .filter(|(core, _)| lane.plan().cores.contains(core))
            .map(|(_, samples)| samples)
            .collect();
        let Some(first) = samples.first() else { return (Vec::new(), Vec::new()) };
        let since = lane.time_zero().unwrap_or(t);
        let range = first.partition_point(|(at, _)| *at < since)..first.partition_point(|(at, _)| *at <= t);
        let stride = range.len().div_ceil(MAX_PARTS).max(1);
        let times: Vec<Nanos> = first[range].iter().step_by(stride).map(|(at, _)| *at).collect();
        let idle_of_core = |samples: &[(Nanos, f32)], from: Nanos, to: Nanos| {
            let of = |at: Nanos| samples.partition_point(|(sampled, _)| *sampled <= at);
            let part = &samples[of(from)..of(to)];
            let idle: f64 = part.iter().map(|(_, load)| f64::from(1.0 - load)).sum();
            // Without a sample it may have been idle.
            if part.is_empty() { 1.0 } else { idle / part.len() as f64 }
        };
        let idle = times.windows(2).map(|pair| {
            let mean: f64 = samples.iter().map(|samples| idle_of_core(samples, pair[0], pair[1])).sum();
            mean * (pair[1] - pair[0]) as f64 / 1e9
        });
        let idle = idle.collect();
        (times, idle)
    }
}
