//! Attempts at tasks of a cluster after which their tasks ran again.

use super::Lane;
use crate::event::{Nanos, TaskId};
use crate::model::tasks::TaskOutcome;
use crate::model::times::StepAmount;

/// Numbers of attempts at tasks by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::model) struct EndedAttempts {
    pub(in crate::model) finished: u32,
    pub(in crate::model) failed: u32,
    pub(in crate::model) lost: u32,
    pub(in crate::model) abandoned: u32,
}

impl EndedAttempts {
    fn one(outcome: TaskOutcome) -> Self {
        Self {
            finished: u32::from(outcome == TaskOutcome::Finished),
            failed: u32::from(outcome == TaskOutcome::Failed),
            lost: u32::from(outcome == TaskOutcome::Lost),
            abandoned: u32::from(outcome == TaskOutcome::Abandoned),
        }
    }

    pub(in crate::model) const fn all(self) -> u32 {
        self.finished + self.failed + self.lost + self.abandoned
    }
}

impl StepAmount for EndedAttempts {
    fn plus(self, other: Self) -> Self {
        Self {
            finished: self.finished.saturating_add(other.finished),
            failed: self.failed.saturating_add(other.failed),
            lost: self.lost.saturating_add(other.lost),
            abandoned: self.abandoned.saturating_add(other.abandoned),
        }
    }
}

impl Lane {
    /// Counts an attempt that has ended and after which its task ran again: that is not the end of the task.
    pub(in crate::model) fn count_run_again(&mut self, at: Nanos, attempt: TaskId) {
        let outcome = self.tasks.get(attempt).map_or(TaskOutcome::Open, |task| task.outcome);
        if outcome != TaskOutcome::Open && self.cluster.run_again.contains(&attempt) {
            self.cluster.ended_run_again.push(at.max(self.history_start), EndedAttempts::one(outcome));
        }
    }

    /// Whether a task ran again after this attempt.
    #[must_use]
    pub fn ran_again(&self, attempt: TaskId) -> bool {
        self.cluster.run_again.contains(&attempt)
    }
}
