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
