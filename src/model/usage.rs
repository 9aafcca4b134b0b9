//! CPU use of a lane's workers, from their samples.

use super::workers::{Worker, WorkerTable};
use crate::event::Nanos;

/// CPU time used by a time, both in ns.
type TimeAndValue = (Nanos, f64);

impl Worker {
    /// CPU time used by `t`, in ns, by linear interpolation between its start, samples and end. After the last sample
    /// of a live worker it is extrapolated. None for a live worker without samples.
    fn cpu_used(&self, t: Nanos) -> Option<f64> {
        let known = self.samples_until(t).len();
        let sample =
            |n: usize| -> Option<TimeAndValue> { self.samples.get(n).map(|(at, sample)| (*at, sample.cpu_ns as f64)) };
        let start = (self.spawned?, 0.0);
        let at_or_start = |n: Option<usize>| n.and_then(sample).unwrap_or(start);
        let before = at_or_start(known.checked_sub(1));
        let end = self.left.zip(self.usage).map(|(at, usage)| (at, usage.cpu_ns as f64));
        match sample(known).or(end) {
            Some((at, cpu)) if at <= t => Some(cpu),
            Some(after) => Some(interpolate(before, after, t)),
            None if known > 0 => Some(interpolate(at_or_start(known.checked_sub(2)), before, t)),
            None => None,
        }
    }
}

impl WorkerTable {
    /// CPU time of all workers in `from..to`, in ns. None if it is unknown for one of them.
    pub(super) fn cpu_used_between(&self, from: Nanos, to: Nanos) -> Option<f64> {
        let there = self.iter().filter(|(_, worker)| worker.end_time() > from);
        let there = there.filter_map(|(_, worker)| Some((worker, worker.spawned.filter(|spawned| *spawned < to)?)));
        there.map(|(worker, spawned)| Some((worker.cpu_used(to)? - worker.cpu_used(from.max(spawned))?).max(0.0))).sum()
    }

    /// Time in `from..to` during which at least one worker was starting, in ns.
    pub(super) fn starting_time_between(&self, from: Nanos, to: Nanos) -> Nanos {
        let starting = |worker: &Worker| {
            let until = worker.ready.unwrap_or(Nanos::MAX).min(worker.end_time()).min(to);
            Some((worker.spawned?.max(from), until)).filter(|(since, until)| since < until)
        };
        let mut spans: Vec<_> = self.iter().filter_map(|(_, worker)| starting(worker)).collect();
        spans.sort_unstable();
        let mut counted = from;
        let uncounted = spans.into_iter().map(|(since, until)| {
            let time = until.saturating_sub(since.max(counted));
            counted = counted.max(until);
            time
        });
        uncounted.sum()
    }
}

/// Linear interpolation between two points at `t`.
fn interpolate((from, low): TimeAndValue, (to, high): TimeAndValue, t: Nanos) -> f64 {
    if to <= from { high } else { low + (high - low) * (t as f64 - from as f64) / (to - from) as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{FinalUsage, ProcessSample};

    #[test]
    fn cpu_time_is_interpolated_between_samples_and_extrapolated_after_the_last() {
        let sample = |at, cpu_ns| (at, ProcessSample { cpu_ns, ..ProcessSample::default() });
        let mut worker = Worker::default();
        worker.spawned = Some(100);
        assert_eq!(worker.cpu_used(150), None, "nothing is known of it");
        worker.samples = vec![sample(200, 50), sample(300, 150)];
        assert_eq!(worker.cpu_used(150), Some(25.0));
        assert_eq!(worker.cpu_used(200), Some(50.0));
        assert_eq!(worker.cpu_used(250), Some(100.0));
        assert_eq!(worker.cpu_used(320), Some(170.0), "as before");
        (worker.left, worker.usage) = (Some(400), Some(FinalUsage { cpu_ns: 160, ..FinalUsage::default() }));
        assert_eq!(worker.cpu_used(350), Some(155.0), "its end is known");
        assert_eq!(worker.cpu_used(900), Some(160.0));
    }
}
