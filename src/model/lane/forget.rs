//! Forgetting the oldest history of a lane, so that a program can be watched for days.

use super::Lane;
use crate::event::Nanos;
use crate::model::workers::SampledMemory;

impl Lane {
    /// Units of history that are kept: tasks, samples and waits.
    pub(in crate::model) fn history_len(&self) -> usize {
        let of_workers = self.workers.iter().map(|(_, worker)| worker.history_len()).sum::<usize>();
        self.tasks.known().len() + of_workers
    }

    /// Forgets tasks that were over by `t`, and what happened before. Counts and sums over the whole run stay the same.
    pub(in crate::model) fn forget_before(&mut self, t: Nanos) {
        let forgotten = self.tasks.forget_before(t);
        self.totals.forgotten.loading += forgotten.loading;
        self.totals.forgotten.queue_wait += forgotten.queue_wait;
        self.forgotten_peak = self.highest_private_sum();
        for gauge in [&mut self.queue, &mut self.resident, &mut self.held] {
            gauge.forget_before(t);
        }
        for gauge in [&mut self.busy, &mut self.io, &mut self.live, &mut self.serving] {
            gauge.forget_before(t);
        }
        for steps in [&mut self.finished, &mut self.failed, &mut self.lost, &mut self.abandoned] {
            steps.forget_before(t);
        }
        self.dropped.forget_before(t);
        self.cluster.forget_before(t, |task| self.tasks.get(task).is_some());
        self.private.forget_before(t);
        self.looks.forget_before(t);
        self.workers.forget_before(t, &self.tasks);
        self.slots.forget_before(t);
        self.losses.retain(|(at, _)| *at >= t);
        self.problems.retain(|(at, _)| *at >= t);
        self.history_start = self.history_start.max(t);
    }

    /// The highest sum of private memory, also of the history that is forgotten, with its time.
    pub(in crate::model) fn highest_private_sum(&self) -> Option<(Nanos, SampledMemory)> {
        let known = self.private.highest_sum(|memory| memory.bytes);
        match (self.forgotten_peak, known) {
            (Some(past), Some(known)) if known.1.bytes > past.1.bytes => Some(known),
            (past, known) => past.or(known),
        }
    }
}
