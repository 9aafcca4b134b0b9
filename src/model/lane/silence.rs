//! Workers of a cluster that sent no heartbeats for a time.

use super::Lane;
use crate::event::text::SafeText;
use crate::event::{Nanos, WorkerId};
use crate::model::times::NEVER;
use crate::model::workers::{Unobserved, Worker};

/// A time in which a worker of a cluster sent no heartbeat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silence {
    /// Name of the worker, with its host.
    pub worker: SafeText,
    pub from: Nanos,
    /// When heartbeats came again, or the worker ended; none if neither has happened.
    pub until: Option<Nanos>,
}

/// A silence as reported.
#[derive(Clone, Debug)]
pub(in crate::model) struct ReportedSilence {
    /// Pid and name of the worker, which all its threads have. Any of them may end before the worker.
    pub(in crate::model) pid: Option<u32>,
    pub(in crate::model) name: Option<SafeText>,
    pub(in crate::model) from: Nanos,
    /// When it was reported.
    pub(in crate::model) reported: Nanos,
    /// When heartbeats came again or the worker ended, or [`NEVER`].
    pub(in crate::model) until: Nanos,
}

impl ReportedSilence {
    /// Whether it is that of the worker of this thread.
    pub(in crate::model) fn is_of(&self, thread: &Worker) -> bool {
        self.pid == thread.pid && self.name == thread.name
    }
}

impl Lane {
    /// The silences of a cluster's workers that are known at `t`.
    pub fn silences(&self, t: Nanos) -> impl Iterator<Item = Silence> + '_ {
        let known = self.cluster.silences.iter().filter(move |silence| silence.reported <= t);
        known.map(move |silence| Silence {
            worker: silence.name.clone().unwrap_or_default(),
            from: silence.from,
            until: Some(silence.until).filter(|until| *until <= t && *until != NEVER),
        })
    }

    /// What the threads of a silent worker do is not known since its last heartbeat, or their last event if that is
    /// later.
    pub(in crate::model) fn stop_observing_worker(&mut self, id: WorkerId, since: Nanos) {
        for thread in self.living_threads_beside(id) {
            self.stop_observing_thread(thread, since);
        }
    }

    fn stop_observing_thread(&mut self, id: WorkerId, since: Nanos) {
        let Some(thread) = self.workers.get_mut(id) else { return };
        let since = since.max(thread.last).max(self.history_start);
        let in_task = thread.busy;
        thread.unobserved = Some(Unobserved { since, in_task, freed: None });
        self.cluster.unobserved.up.push(since, in_task.into());
        self.changed = self.changed.min(since);
    }

    /// A worker is heard of again, and its threads report what they did meanwhile.
    pub(in crate::model) fn observe_worker_again(&mut self, id: WorkerId) {
        for thread in self.living_threads_beside(id) {
            self.observe_thread_again(thread);
        }
    }

    fn observe_thread_again(&mut self, id: WorkerId) -> Option<Unobserved> {
        let before = self.workers.get_mut(id)?.unobserved.take()?;
        let since = before.since.max(self.history_start);
        self.cluster.unobserved.down.push(since, before.in_task.into());
        if let Some(freed) = before.freed {
            self.cluster.unobserved.up.push(freed, 1);
            self.cluster.unobserved.down.push(freed, 0);
        }
        self.changed = self.changed.min(since);
        Some(before)
    }

    /// A thread reported something. If its worker is silent, it is not observed from then on.
    pub(in crate::model) fn thread_reported(&mut self, id: WorkerId) {
        if let Some(before) = self.observe_thread_again(id) {
            self.stop_observing_thread(id, before.since);
        }
    }

    /// The scheduler took the task of a thread that is not observed.
    pub(in crate::model) fn free_unobserved_thread(&mut self, at: Nanos, id: WorkerId) {
        let Some(unobserved) = self.workers.get_mut(id).and_then(|thread| thread.unobserved.as_mut()) else { return };
        if unobserved.in_task && unobserved.freed.is_none() {
            let at = at.max(unobserved.since);
            unobserved.freed = Some(at);
            self.cluster.unobserved.up.push(at, 0);
            self.cluster.unobserved.down.push(at, 1);
        }
    }

    /// A thread ended. What it did while it was not observed stays unknown.
    pub(in crate::model) fn end_unobserved_thread(&mut self, at: Nanos, id: WorkerId) {
        if let Some(unobserved) = self.workers.get(id).and_then(|thread| thread.unobserved) {
            let has_task = unobserved.in_task && unobserved.freed.is_none();
            self.cluster.unobserved.down.push(at.max(unobserved.since), has_task.into());
        }
    }

    /// The threads of a cluster's worker that have not ended, by one of them.
    fn living_threads_beside(&self, id: WorkerId) -> Vec<WorkerId> {
        let Some(of_worker) = self.workers.get(id) else { return Vec::new() };
        let is_beside =
            |other: &Worker| other.end_time() == NEVER && (other.pid, &other.name) == (of_worker.pid, &of_worker.name);
        self.workers.iter().filter(|(_, other)| is_beside(other)).map(|(other, _)| other).collect()
    }

    /// Whether it is not known what a thread did before `t`.
    #[must_use]
    pub fn has_unobserved_threads_by(&self, t: Nanos) -> bool {
        self.workers().any(|thread| thread.unobserved_since() < t)
    }

    /// Whether a worker is known at `t` to send no heartbeats.
    #[must_use]
    pub fn has_silent_worker(&self, t: Nanos) -> bool {
        self.silences(t).any(|silence| silence.until.is_none())
    }

    /// Whether the worker of this thread was silent in a part of this time, as is known at its end.
    pub(in crate::model) fn was_silent(&self, thread: WorkerId, from: Nanos, to: Nanos) -> bool {
        let Some(thread) = self.workers.get(thread) else { return false };
        self.cluster.silences.iter().any(|silence| {
            let overlaps = silence.from < to && from < silence.until;
            overlaps && silence.reported <= to && silence.is_of(thread)
        })
    }
}
