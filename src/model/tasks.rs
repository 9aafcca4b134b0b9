//! The tasks of a lane, one row each, and their transitions.

use std::ops::Range;

use super::invalid_event::{InvalidEvent, invalid};
use super::times::NEVER;
use crate::event::workload::Workload;
use crate::event::{CallId, Nanos, TaskId, WorkerId};

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
pub(super) struct Task {
    pub(super) submitted: Nanos,
    pub(super) taken: Nanos,
    pub(super) loaded: Nanos,
    pub(super) ended: Nanos,
    pub(super) released: Nanos,
    pub(super) bytes: u64,
    worker: u32,
    pub(super) outcome: TaskOutcome,
    /// Whether another task precedes it in its record.
    follows: bool,
}

const NO_WORKER: u32 = u32::MAX;

impl Task {
    const UNKNOWN: Self = Self {
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
    pub(super) fn worker(&self) -> Option<WorkerId> {
        (self.worker != NO_WORKER).then_some(WorkerId(self.worker))
    }

    /// Time at which the task left the queue, taken or abandoned.
    pub(super) fn left_queue_at(&self) -> Nanos {
        self.taken.min(self.ended)
    }

    /// Time at which the worker was done with the task: it was released or failed.
    pub(super) fn left_worker_at(&self) -> Nanos {
        if self.outcome == TaskOutcome::Failed { self.ended } else { self.released }
    }

    /// Whether it had finished by `t`.
    pub(super) fn has_finished(&self, t: Nanos) -> bool {
        self.outcome == TaskOutcome::Finished && self.ended <= t
    }

    /// Whether it is in the queue at `t`.
    pub(super) fn is_queued(&self, t: Nanos) -> bool {
        self.submitted <= t && t < self.left_queue_at()
    }
}

/// What is known of a task of a watched program.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ProgramTask {
    /// The call that submitted it, and its position among the tasks of that call.
    pub(super) call: Option<(CallId, u32)>,
    /// Pickled bytes that were queued for it.
    pub(super) queued_bytes: u64,
    pub(super) cpu_ns: u64,
}

/// All tasks of a lane by number.
#[derive(Clone, Debug, Default)]
pub(super) struct TaskTable {
    rows: Vec<Task>,
    /// As long as `rows` if a program is watched, and empty otherwise.
    of_program: Vec<ProgramTask>,
    /// For each call, how many tasks it has submitted.
    call_sizes: Vec<u32>,
    watched: bool,
    /// For each task before the first queued one: the time by which it and all earlier tasks had left the queue.
    left: Vec<Nanos>,
    /// Number of tasks in the workload; rows are added as tasks are submitted.
    planned: u32,
}

impl TaskTable {
    pub(super) fn new(planned: u32) -> Self {
        Self { planned, ..Self::default() }
    }

    /// The table of a lane of a watched program, which submits tasks as long as it runs.
    pub(super) fn of_program() -> Self {
        Self { watched: true, ..Self::default() }
    }

    /// What is known of a task of a watched program.
    pub(super) fn program_task(&self, id: TaskId) -> Option<&ProgramTask> {
        self.of_program.get(id.index())
    }

    pub(super) fn queued_bytes(&self, id: TaskId) -> u64 {
        self.program_task(id).map_or(0, |task| task.queued_bytes)
    }

    /// Sets the call of tasks that have just been submitted.
    pub(super) fn set_call(&mut self, first: TaskId, count: u32, call: Option<CallId>) {
        let Some(call) = call.filter(|_| self.watched) else { return };
        if self.call_sizes.len() <= call.index() {
            self.call_sizes.resize(call.index() + 1, 0);
        }
        let before = self.call_sizes[call.index()];
        self.call_sizes[call.index()] = before.saturating_add(count);
        let tasks = self.of_program.iter_mut().skip(first.index()).take(count as usize);
        for (task, position) in tasks.zip(before..) {
            task.call = Some((call, position));
        }
    }

    /// Sets the size of a task that was pickled; at most once.
    pub(super) fn set_queued_bytes(&mut self, id: TaskId, bytes: u64) -> Result<(), InvalidEvent> {
        match self.of_program.get_mut(id.index()) {
            Some(task) if task.queued_bytes == 0 => {
                task.queued_bytes = bytes;
                Ok(())
            }
            _ => invalid!("task {id} was queued twice, or no program is watched"),
        }
    }

    pub(super) fn set_cpu_time(&mut self, id: TaskId, cpu_ns: u64) {
        if let Some(task) = self.of_program.get_mut(id.index()) {
            task.cpu_ns = cpu_ns;
        }
    }

    /// Number of tasks in the workload; if a program is watched, of those known so far.
    pub(super) fn total(&self) -> u32 {
        self.planned.max(self.rows.len() as u32)
    }

    pub(super) fn get(&self, id: TaskId) -> Option<&Task> {
        self.rows.get(id.index())
    }

    pub(super) fn all_rows(&self) -> &[Task] {
        &self.rows
    }

    /// When the worker reached a task of its record: when it took the record, or was done with the task before.
    /// [`NEVER`] if it has not.
    pub(super) fn reached_at(&self, id: TaskId) -> Nanos {
        let task = &self.rows[id.index()];
        if !task.follows {
            return task.taken;
        }
        let before = &self.rows[id.index() - 1];
        // After a failed task, the worker drops the rest of the record.
        if before.outcome == TaskOutcome::Finished { before.left_worker_at() } else { NEVER }
    }

    /// The `queued` tasks in the queue at `t`, head first. The head is found by binary search; tasks that left out of
    /// order are skipped.
    pub(super) fn queued_tasks(&self, t: Nanos, queued: u32) -> impl Iterator<Item = TaskId> + '_ {
        let head = self.left.partition_point(|left| *left <= t);
        (head..self.rows.len())
            .filter(move |i| self.rows[*i].is_queued(t))
            .map(|i| TaskId(i as u32))
            .take(queued as usize)
    }

    /// The range of `count` tasks from `first`, if they exist.
    fn checked_range(first: TaskId, count: u32, limit: u32) -> Result<Range<usize>, InvalidEvent> {
        let end = u64::from(first.0) + u64::from(count);
        if count == 0 || end > u64::from(limit) {
            return invalid!("there are no {count} tasks from {first} on: {limit} are known");
        }
        Ok(first.index()..end as usize)
    }

    /// Checks that the tasks exist, and adds rows for them if necessary.
    pub(super) fn known_task_range(&mut self, first: TaskId, count: u32) -> Result<Range<usize>, InvalidEvent> {
        let range = Self::checked_range(first, count, self.planned.max(self.rows.len() as u32))?;
        self.grow_rows(range.end);
        Ok(range)
    }

    fn grow_rows(&mut self, len: usize) {
        if self.rows.len() < len {
            self.rows.resize(len, Task::UNKNOWN);
            if self.watched {
                self.of_program.resize(len, ProgramTask::default());
            }
        }
    }

    /// Marks tasks as submitted.
    pub(super) fn mark_submitted(&mut self, first: TaskId, count: u32, at: Nanos) -> Result<(), InvalidEvent> {
        let range = Self::checked_range(first, count, Workload::MAX_TASKS)?;
        self.grow_rows(range.end);
        for i in range.clone() {
            let task = &self.rows[i];
            if task.submitted != NEVER {
                return invalid!("task {i} is submitted twice");
            }
            if task.left_queue_at() < at {
                return invalid!("task {i} left the queue before it joined it");
            }
        }
        for task in &mut self.rows[range] {
            task.submitted = at;
        }
        Ok(())
    }

    /// Changes tasks from submitted to held. Returns whether some were already abandoned: the worker's event may arrive
    /// after the executor's.
    pub(super) fn mark_taken(
        &mut self,
        worker: WorkerId,
        first: TaskId,
        count: u32,
        at: Nanos,
    ) -> Result<bool, InvalidEvent> {
        let range = self.known_task_range(first, count)?;
        let mut abandoned = false;
        for i in range.clone() {
            let task = &self.rows[i];
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
        for (i, task) in self.rows[range].iter_mut().enumerate() {
            (task.taken, task.worker, task.follows) = (at, worker.0, i > 0);
        }
        self.advance_queue_index();
        Ok(abandoned)
    }

    /// Changes a task from held to running. The caller has checked that it is the worker's current task.
    pub(super) fn mark_loaded(&mut self, id: TaskId, at: Nanos, bytes: u64) -> Result<(), InvalidEvent> {
        let task = &mut self.rows[id.index()];
        if task.outcome != TaskOutcome::Open {
            return invalid!("task {id} was loaded, but is {:?}", task.outcome);
        }
        (task.loaded, task.bytes) = (at, bytes);
        Ok(())
    }

    /// Ends a task: from running to finished, or from held or running to failed. The caller has checked that it is the
    /// worker's current task.
    pub(super) fn mark_ended(&mut self, id: TaskId, at: Nanos, outcome: TaskOutcome) -> Result<&Task, InvalidEvent> {
        let task = &mut self.rows[id.index()];
        if task.outcome != TaskOutcome::Open {
            return invalid!("task {id} {outcome:?}, but is {:?}", task.outcome);
        }
        (task.ended, task.outcome) = (at, outcome);
        Ok(task)
    }

    /// Marks the payload as released, and returns its size in bytes.
    pub(super) fn mark_released(&mut self, id: TaskId, at: Nanos) -> u64 {
        let task = &mut self.rows[id.index()];
        task.released = at;
        task.bytes
    }

    /// Checks a transition submitted | held | running → lost | abandoned. Running tasks are abandoned only with the
    /// whole run.
    pub(super) fn check_task_end(&self, i: usize, at: Nanos, outcome: TaskOutcome) -> Result<(), InvalidEvent> {
        let task = &self.rows[i];
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
    pub(super) fn mark_unfinished(
        &mut self,
        i: usize,
        at: Nanos,
        outcome: TaskOutcome,
        worker: Option<WorkerId>,
    ) -> Task {
        let task = &mut self.rows[i];
        (task.ended, task.outcome) = (at, outcome);
        if let Some(worker) = worker {
            task.worker = worker.0;
        }
        let ended = *task;
        self.advance_queue_index();
        ended
    }

    /// Extends the search index for the head of the queue over the tasks that have left it. If a task turns out to have
    /// left earlier, the search only starts a little early.
    fn advance_queue_index(&mut self) {
        while let Some(task) = self.rows.get(self.left.len()) {
            if task.left_queue_at() == NEVER {
                break;
            }
            let latest = self.left.last().map_or(0, |latest| *latest).max(task.left_queue_at());
            self.left.push(latest);
        }
    }
}
