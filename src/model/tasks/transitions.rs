//! Transitions of tasks, with their checks.

use super::super::invalid_event::{InvalidEvent, invalid};
use super::super::times::NEVER;
use super::{Task, TaskOutcome, TaskTable};
use crate::event::workload::Workload;
use crate::event::{Nanos, TaskId, WorkerId};

impl TaskTable {
    /// Marks tasks as submitted.
    pub(in crate::model) fn mark_submitted(
        &mut self,
        first: TaskId,
        count: u32,
        at: Nanos,
    ) -> Result<(), InvalidEvent> {
        let most = if self.watched { Self::MAX_PROGRAM_TASKS } else { Workload::MAX_TASKS };
        let range = Self::checked_range(first, count, most)?;
        self.check_not_forgotten(&range)?;
        if self.watched && count > Workload::MAX_TASKS {
            return invalid!("{count} tasks are submitted at once");
        }
        let known = self.known().end;
        let kept = self.rows.len() + self.unfinished.len() + range.end.saturating_sub(known);
        if self.watched && kept > Self::MAX_KEPT {
            return invalid!("{kept} tasks are queued or new, and mpviz keeps {} at most", Self::MAX_KEPT);
        }
        let skipped = if self.watched { self.skipped + range.start.saturating_sub(known) } else { 0 };
        if skipped > Self::MAX_SKIPPED {
            return invalid!("task {first} is far beyond the {known} known tasks: {skipped} would be skipped");
        }
        for i in range.start..range.end.min(known) {
            let task = self.row(i);
            if task.submitted != NEVER {
                return invalid!("task {i} is submitted twice");
            }
            if task.left_queue_at() < at {
                return invalid!("task {i} left the queue before it joined it");
            }
        }
        if self.watched {
            self.skipped = skipped - range.end.min(known).saturating_sub(range.start.max(self.forgotten));
        }
        self.grow_rows(range.end);
        for i in range {
            self.row_mut(i).submitted = at;
        }
        Ok(())
    }

    /// Changes tasks from submitted to held. Returns whether some were already abandoned: the worker's event may arrive
    /// after the executor's.
    pub(in crate::model) fn mark_taken(
        &mut self,
        worker: WorkerId,
        first: TaskId,
        count: u32,
        at: Nanos,
    ) -> Result<bool, InvalidEvent> {
        let range = self.known_task_range(first, count)?;
        let mut abandoned = false;
        for i in range.clone() {
            let task = self.row(i);
            if task.taken != NEVER {
                return invalid!("worker {worker} took task {i}, which was already taken");
            }
            if task.submitted != NEVER && task.submitted > at {
                return invalid!("worker {worker} took task {i} before it was submitted");
            }
            match task.outcome {
                TaskOutcome::Open => {}
                TaskOutcome::Abandoned if at <= task.ended => abandoned = true,
                outcome => return invalid!("worker {worker} took task {i}, which is {outcome:?}"),
            }
        }
        for i in range {
            let task = self.row_mut(i);
            (task.taken, task.worker, task.follows) = (at, worker.0, i > first.index());
        }
        self.advance_queue_index();
        Ok(abandoned)
    }

    /// Changes a task from held to running. The caller has checked that it is the worker's current task.
    pub(in crate::model) fn mark_loaded(&mut self, id: TaskId, at: Nanos, bytes: u64) -> Result<(), InvalidEvent> {
        let task = self.row_mut(id.index());
        if task.outcome != TaskOutcome::Open {
            return invalid!("task {id} was loaded, but is {:?}", task.outcome);
        }
        (task.loaded, task.bytes) = (at, bytes);
        Ok(())
    }

    /// Ends a task: from running to finished, or from held or running to failed. The caller has checked that it is the
    /// worker's current task.
    pub(in crate::model) fn mark_ended(
        &mut self,
        id: TaskId,
        at: Nanos,
        outcome: TaskOutcome,
    ) -> Result<&Task, InvalidEvent> {
        let task = self.row_mut(id.index());
        if task.outcome != TaskOutcome::Open {
            return invalid!("task {id} {outcome:?}, but is {:?}", task.outcome);
        }
        (task.ended, task.outcome) = (at, outcome);
        Ok(task)
    }

    /// Marks the payload as released, and returns its size in bytes.
    pub(in crate::model) fn mark_released(&mut self, id: TaskId, at: Nanos) -> u64 {
        let task = self.row_mut(id.index());
        task.released = at;
        task.bytes
    }

    /// Checks a transition submitted | held | running → lost | abandoned. Running tasks are abandoned only with the
    /// whole run.
    pub(in crate::model) fn check_task_end(
        &self,
        i: usize,
        at: Nanos,
        outcome: TaskOutcome,
    ) -> Result<(), InvalidEvent> {
        let task = self.row(i);
        if task.outcome != TaskOutcome::Open {
            return invalid!("task {i} is {outcome:?}, but was {:?}", task.outcome);
        }
        if task.submitted != NEVER && task.submitted > at {
            return invalid!("task {i} is {outcome:?} before it was submitted");
        }
        if task.taken != NEVER && task.taken > at || task.loaded != NEVER && task.loaded > at {
            return invalid!("task {i} is {outcome:?} before its worker took or loaded it");
        }
        Ok(())
    }

    /// Marks a task as lost or abandoned, after [`TaskTable::check_task_end`]. `worker` died with it, if known.
    pub(in crate::model) fn mark_unfinished(
        &mut self,
        i: usize,
        at: Nanos,
        outcome: TaskOutcome,
        worker: Option<WorkerId>,
    ) -> Task {
        let task = self.row_mut(i);
        (task.ended, task.outcome) = (at, outcome);
        if let Some(worker) = worker {
            task.worker = worker.0;
        }
        let ended = *task;
        self.advance_queue_index();
        ended
    }
}
