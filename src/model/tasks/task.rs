//! A task: its times and its outcome.

use super::super::times::NEVER;
use crate::event::{CallId, Nanos, WorkerId};

/// Outcome of a task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TaskOutcome {
    /// The task has not ended.
    #[default]
    Open,
    Finished,
    /// The task ended with an error.
    Failed,
    /// The task's worker died.
    Lost,
    /// The task will not be run.
    Abandoned,
}

/// Times of a task; [`NEVER`] for events that have not happened.
#[derive(Clone, Copy, Debug)]
pub(in crate::model) struct Task {
    pub(in crate::model) submitted: Nanos,
    pub(in crate::model) taken: Nanos,
    pub(in crate::model) loaded: Nanos,
    pub(in crate::model) ended: Nanos,
    pub(in crate::model) released: Nanos,
    pub(in crate::model) bytes: u64,
    pub(super) worker: u32,
    pub(in crate::model) outcome: TaskOutcome,
    /// Whether another task precedes it in its record.
    pub(super) follows: bool,
}

const NO_WORKER: u32 = u32::MAX;

impl Task {
    pub(super) const UNKNOWN: Self = Self {
        submitted: NEVER,
        taken: NEVER,
        loaded: NEVER,
        ended: NEVER,
        released: NEVER,
        bytes: 0,
        worker: NO_WORKER,
        outcome: TaskOutcome::Open,
        follows: false,
    };

    /// The worker that took it, or that died with it.
    pub(in crate::model) fn worker(&self) -> Option<WorkerId> {
        (self.worker != NO_WORKER).then_some(WorkerId(self.worker))
    }

    /// Time at which the task left the queue, taken or abandoned.
    pub(in crate::model) fn left_queue_at(&self) -> Nanos {
        self.taken.min(self.ended)
    }

    /// Time at which the worker was done with the task: it was released or failed.
    pub(in crate::model) fn left_worker_at(&self) -> Nanos {
        if self.outcome == TaskOutcome::Failed { self.ended } else { self.released }
    }

    /// Whether it had finished by `t`.
    pub(in crate::model) fn has_finished(&self, t: Nanos) -> bool {
        self.outcome == TaskOutcome::Finished && self.ended <= t
    }

    /// Whether nothing more happens to it after `t`.
    pub(super) fn is_over(&self, t: Nanos) -> bool {
        self.ended <= t && (self.outcome != TaskOutcome::Finished || self.released <= t)
    }

    /// Time in the queue, in ns; 0 unless it was submitted and taken.
    pub(in crate::model) fn queue_time(&self) -> Nanos {
        if self.taken == NEVER { 0 } else { self.taken.saturating_sub(self.submitted) }
    }

    /// Whether it is in the queue at `t`.
    pub(in crate::model) fn is_queued(&self, t: Nanos) -> bool {
        self.submitted <= t && t < self.left_queue_at()
    }
}

/// What is known of a task of a watched program.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::model) struct ProgramTask {
    /// The call that submitted it, and its position among the tasks of that call.
    pub(in crate::model) call: Option<(CallId, u32)>,
    /// Pickled bytes that were queued for it.
    pub(in crate::model) queued_bytes: u64,
    pub(in crate::model) cpu_ns: u64,
}
