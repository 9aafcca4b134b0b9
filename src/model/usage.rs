//! What the workers of a lane have used of its cores, by their samples.

use super::workers::{Worker, Workers};
use crate::event::Nanos;

/// CPU time used by a time, both in ns.
type Point = (Nanos, f64);

impl Worker {
    /// CPU time it has used by `t`, in ns: read off the line through its start, its samples and its end. Behind the last
    /// sample of one that lives, it goes on as before. None of one that lives without a sample.
    fn cpu(&self, t: Nanos) -> Option<f64> {
        let known = self.sampled(t).len();
        let sample =
            |n: usize| -> Option<Point> { self.samples.get(n).map(|(at, sample)| (*at, sample.cpu_ns as f64)) };
        let start = (self.spawned?, 0.0);
        let at_or_start = |n: Option<usize>| n.and_then(sample).unwrap_or(start);
        let before = at_or_start(known.checked_sub(1));
        let end = self.left.zip(self.usage).map(|(at, usage)| (at, usage.cpu_ns as f64));
        match sample(known).or(end) {
            Some((at, cpu)) if at <= t => Some(cpu),
            Some(after) => Some(on_line(before, after, t)),
            None if known > 0 => Some(on_line(at_or_start(known.checked_sub(2)), before, t)),
            None => None,
        }
    }
}

impl Workers {
    /// CPU time that all together used in `from..to`, in ns. None if that is not known of one of them.
    pub(super) fn cpu(&self, from: Nanos, to: Nanos) -> Option<f64> {
        let there = self.iter().filter(|(_, worker)| worker.left() > from);
        let there = there.filter_map(|(_, worker)| Some((worker, worker.spawned.filter(|spawned| *spawned < to)?)));
        there.map(|(worker, spawned)| Some((worker.cpu(to)? - worker.cpu(from.max(spawned))?).max(0.0))).sum()
    }
}

/// The line through two points, at `t`.
fn on_line((from, low): Point, (to, high): Point, t: Nanos) -> f64 {
    if to <= from { high } else { low + (high - low) * (t as f64 - from as f64) / (to - from) as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{ProcessSample, Usage};

    #[test]
    fn between_samples_it_is_read_off_the_line_and_behind_the_last_it_goes_on() {
        let sample = |at, cpu_ns| (at, ProcessSample { cpu_ns, ..ProcessSample::default() });
        let mut worker = Worker::default();
        worker.spawned = Some(100);
        assert_eq!(worker.cpu(150), None, "nothing is known of it");
        worker.samples = vec![sample(200, 50), sample(300, 150)];
        assert_eq!(worker.cpu(150), Some(25.0));
        assert_eq!(worker.cpu(200), Some(50.0));
        assert_eq!(worker.cpu(250), Some(100.0));
        assert_eq!(worker.cpu(320), Some(170.0), "as before");
        (worker.left, worker.usage) = (Some(400), Some(Usage { cpu_ns: 160, ..Usage::default() }));
        assert_eq!(worker.cpu(350), Some(155.0), "its end is known");
        assert_eq!(worker.cpu(900), Some(160.0));
    }
}
