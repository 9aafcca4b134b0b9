//! What went wrong in a lane, each thing once, with whom and when.

use serde::Serialize;

use super::lane::Lane;
use super::tasks::Outcome;
use super::workers::Worker;
use crate::event::text::SafeText;
use crate::event::{Exit, Nanos, SlotId, Status, TaskId, WorkerId};

/// Something that went wrong in a lane.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Problem {
    /// When, in s since the lane's zero.
    pub at_s: f64,
    /// What.
    #[serde(flatten)]
    pub what: Mishap,
}

/// What can go wrong.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Mishap {
    /// A worker's process could not be started.
    NotStarted {
        /// The place that stayed empty.
        slot: SlotId,
        /// What the system said.
        error: SafeText,
    },
    /// A worker ended by a signal or with an error.
    Died {
        /// Who.
        worker: WorkerId,
        /// Its process.
        pid: Option<u32>,
        /// How.
        exit: Exit,
        /// The tasks that were lost with it.
        tasks: Vec<TaskId>,
    },
    /// A task ended in an error.
    TaskFailed {
        /// Which.
        task: TaskId,
        /// With whom.
        worker: WorkerId,
        /// Why.
        error: SafeText,
    },
}

impl Mishap {
    /// The order of what happened at one moment.
    const fn rank(&self) -> (u8, u32) {
        match self {
            Self::NotStarted { slot, .. } => (0, slot.0),
            Self::Died { worker, .. } => (1, worker.0),
            Self::TaskFailed { task, .. } => (2, task.0),
        }
    }
}

impl Lane {
    /// What went wrong so far, in order of time.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let zero = self.zero.unwrap_or(0);
        let deaths = self.deaths().filter_map(|(at, worker)| Some((at, self.death(worker)?)));
        let mut all: Vec<(Nanos, Mishap)> = self.mishaps.iter().cloned().chain(deaths).collect();
        // However the facts arrived.
        all.sort_by_key(|(at, what)| (*at, what.rank()));
        let problem = |(at, what): (Nanos, Mishap)| Problem { at_s: at.saturating_sub(zero) as f64 / 1e9, what };
        all.into_iter().map(problem).collect()
    }

    /// The workers that died, and when. Whom the end of the run has ended did nothing wrong, unless it had lost a task before.
    pub(super) fn deaths(&self) -> impl Iterator<Item = (Nanos, WorkerId)> + '_ {
        let cancelled = self.ended.is_some_and(|(_, status)| status == Status::Cancelled);
        let lost_any = |id| matches!(self.death(id), Some(Mishap::Died { tasks, .. }) if !tasks.is_empty());
        self.deaths.iter().copied().filter(move |(_, worker)| !cancelled || lost_any(*worker))
    }

    fn death(&self, id: WorkerId) -> Option<Mishap> {
        let worker = self.workers.get(id)?;
        let (_, exit) = worker.exit?;
        let lost = |task: &TaskId| self.tasks.get(*task).is_some_and(|row| row.outcome == Outcome::Lost);
        Some(Mishap::Died { worker: id, pid: worker.pid, exit, tasks: self.tasks_of(id).filter(lost).collect() })
    }

    /// The tasks that a worker took, and the one that was its own from the start.
    fn tasks_of(&self, id: WorkerId) -> impl Iterator<Item = TaskId> + '_ {
        let worker = self.workers.get(id);
        let own = worker.and_then(|worker| worker.slot).filter(|_| self.plan.own_queues).map(|slot| TaskId(slot.0));
        let taken = worker.into_iter().flat_map(Worker::tasks);
        taken.filter(move |task| Some(*task) != own).chain(own)
    }
}
