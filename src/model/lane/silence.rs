//! Workers of a cluster that sent no heartbeats for a time.

use super::Lane;
use crate::event::text::SafeText;
use crate::event::{Nanos, WorkerId};
use crate::model::times::NEVER;
use crate::model::workers::Worker;

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
#[derive(Clone, Copy, Debug)]
pub(in crate::model) struct ReportedSilence {
    /// The first thread of the worker.
    pub(in crate::model) worker: WorkerId,
    pub(in crate::model) from: Nanos,
    /// When it was reported.
    pub(in crate::model) reported: Nanos,
    /// When heartbeats came again, or [`NEVER`].
    pub(in crate::model) until: Nanos,
}

impl Lane {
    /// The silences of a cluster's workers that are known at `t`.
    pub fn silences(&self, t: Nanos) -> impl Iterator<Item = Silence> + '_ {
        let known = self.cluster.silences.iter().filter(move |silence| silence.reported <= t);
        known.map(move |silence| Silence {
            worker: self.workers.get(silence.worker).and_then(|worker| worker.name.clone()).unwrap_or_default(),
            from: silence.from,
            until: Some(self.end_of_silence(silence)).filter(|until| *until <= t && *until != NEVER),
        })
    }

    /// Whether a worker is known at `t` to send no heartbeats.
    #[must_use]
    pub fn has_silent_worker(&self, t: Nanos) -> bool {
        self.silences(t).any(|silence| silence.until.is_none())
    }

    /// Whether the worker of this thread was silent in a part of this time, as is known at its end.
    pub(in crate::model) fn was_silent(&self, thread: WorkerId, from: Nanos, to: Nanos) -> bool {
        let process = |id: WorkerId| self.workers.get(id).map(|worker| (worker.pid, &worker.name));
        self.cluster.silences.iter().any(|silence| {
            let overlaps = silence.from < to && from < self.end_of_silence(silence);
            overlaps && silence.reported <= to && process(silence.worker) == process(thread)
        })
    }

    fn end_of_silence(&self, silence: &ReportedSilence) -> Nanos {
        silence.until.min(self.workers.get(silence.worker).map_or(NEVER, Worker::end_time))
    }
}
