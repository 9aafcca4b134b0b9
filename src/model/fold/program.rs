//! Events that only watched programs have: calls, pickled tasks, waits found by the kernel.

use crate::event::{Call, CallId, Nanos, TaskId, WorkerId};
use crate::model::invalid_event::invalid;
use crate::model::lane::{ApplyResult, Lane};
use crate::model::tasks::TaskOutcome;
use crate::model::workers::WaitLooks;

use super::LARGEST_PAYLOAD;

impl Lane {
    /// Adds a call, whose number follows from the number of calls.
    pub(super) fn call_made(&mut self, call: &Call) -> ApplyResult {
        if call.chunk == 0 {
            return invalid!("a call of `{}` with chunks of 0 items", call.function);
        }
        self.calls.push(call.clone());
        Ok(())
    }

    pub(super) fn check_call(&self, call: Option<CallId>) -> ApplyResult {
        match call {
            Some(call) if call.index() >= self.calls.len() => invalid!("tasks of call {call}, which was not made"),
            _ => Ok(()),
        }
    }

    /// Counts the bytes that the parent process holds until a worker takes the task.
    pub(super) fn task_queued(&mut self, at: Nanos, task: TaskId, bytes: u64) -> ApplyResult {
        if bytes > LARGEST_PAYLOAD {
            return invalid!("task {task} has {bytes} pickled bytes");
        }
        let Some(row) = self.tasks.get(task) else { return invalid!("task {task} was queued but not submitted") };
        let is_waiting = row.outcome == TaskOutcome::Open && row.worker().is_none();
        let left = row.left_queue_at();
        self.tasks.set_queued_bytes(task, bytes)?;
        self.totals.queued_bytes = self.totals.queued_bytes.saturating_add(bytes);
        self.held.up.push(at, bytes.cast_signed());
        if !is_waiting {
            // The worker's event arrived first.
            self.held.down.push(left.max(at), bytes.cast_signed());
        }
        Ok(())
    }

    /// The pickled bytes of these tasks are no longer held by the parent process.
    pub(super) fn tasks_left_parent(&mut self, at: Nanos, first: TaskId, count: u32) {
        let bytes: u64 = (first.0..first.0 + count).map(|task| self.tasks.queued_bytes(TaskId(task))).sum();
        if bytes > 0 {
            self.held.down.push(at, bytes.cast_signed());
        }
    }

    /// Makes a lane that had ended run again.
    pub(super) fn reopen(&mut self, at: Nanos) -> ApplyResult {
        match self.ended.take() {
            Some((ended, status)) if at < ended => {
                self.ended = Some((ended, status));
                invalid!("the lane was used again before it ended")
            }
            Some(_) => {
                self.uses += 1;
                self.pool_ended = None;
                self.reopened = Some(at);
                Ok(())
            }
            None => invalid!("the lane was used again but had not ended"),
        }
    }

    /// Counts a wait as the model counts I/O, and remembers whether it is for a lock.
    pub(super) fn wait_started(&mut self, at: Nanos, id: WorkerId, lock: Option<bool>) -> ApplyResult {
        self.workers.started_worker(id)?;
        self.io_started(at, id)?;
        let worker = self.workers.started_worker(id)?;
        if lock == Some(true) {
            worker.locks.open(at);
        } else if lock.is_none() {
            worker.unknown_since.get_or_insert(at);
        }
        Ok(())
    }

    pub(super) fn wait_finished(&mut self, at: Nanos, id: WorkerId, looks: u64) -> ApplyResult {
        self.workers.started_worker(id)?;
        self.io_finished(at, id)?;
        let lock = self.workers.started_worker(id)?.locks.close(at);
        if looks > 0 {
            self.looks.push(at, WaitLooks { lock: if lock { looks } else { 0 }, all: looks });
        }
        Ok(())
    }
}
