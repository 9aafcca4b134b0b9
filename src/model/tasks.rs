//! The tasks of a lane, one row each, and their transitions.

use std::collections::BTreeMap;
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

    /// Whether nothing more happens to it after `t`.
    fn is_over(&self, t: Nanos) -> bool {
        self.ended <= t && (self.outcome != TaskOutcome::Finished || self.released <= t)
    }

    /// Time in the queue, in ns; 0 unless it was submitted and taken.
    pub(super) fn queue_time(&self) -> Nanos {
        if self.taken == NEVER { 0 } else { self.taken.saturating_sub(self.submitted) }
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

/// What forgotten tasks add to sums over all tasks, in ns.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ForgottenTasks {
    pub(super) loading: u128,
    pub(super) queue_wait: u128,
}

/// All tasks of a lane by number.
#[derive(Clone, Debug, Default)]
pub(super) struct TaskTable {
    /// Number of the oldest tasks, which are forgotten: `rows`, `of_program` and `left` begin after them.
    forgotten: usize,
    /// Tasks among the forgotten ones that are not over.
    stragglers: BTreeMap<usize, (Task, ProgramTask)>,
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
    /// Maximum number of tasks of a lane of a watched program.
    const MAX_PROGRAM_TASKS: u32 = u32::MAX - 1;

    pub(super) fn new(planned: u32) -> Self {
        Self { planned, ..Self::default() }
    }

    /// The table of a lane of a watched program, which submits tasks as long as it runs.
    pub(super) fn of_program() -> Self {
        Self { watched: true, ..Self::default() }
    }

    /// What is known of a task of a watched program.
    pub(super) fn program_task(&self, id: TaskId) -> Option<&ProgramTask> {
        match id.index().checked_sub(self.forgotten) {
            Some(offset) => self.of_program.get(offset),
            None => self.stragglers.get(&id.index()).map(|(_, task)| task),
        }
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
        let tasks = self.of_program.iter_mut().skip(first.index() - self.forgotten).take(count as usize);
        for (task, position) in tasks.zip(before..) {
            task.call = Some((call, position));
        }
    }

    /// Number of tasks of each call that submitted any, by number of the call.
    pub(super) fn tasks_of_calls(&self) -> impl Iterator<Item = u32> + '_ {
        self.call_sizes.iter().copied()
    }

    /// Sets the size of a task that was pickled; at most once.
    pub(super) fn set_queued_bytes(&mut self, id: TaskId, bytes: u64) -> Result<(), InvalidEvent> {
        match self.program_task_mut(id) {
            Some(task) if task.queued_bytes == 0 => {
                task.queued_bytes = bytes;
                Ok(())
            }
            _ => invalid!("task {id} was queued twice, or no program is watched"),
        }
    }

    pub(super) fn set_cpu_time(&mut self, id: TaskId, cpu_ns: u64) {
        if let Some(task) = self.program_task_mut(id) {
            task.cpu_ns = cpu_ns;
        }
    }

    /// Number of tasks in the workload; if a program is watched, of those known so far.
    pub(super) fn total(&self) -> u32 {
        self.planned.max(self.known().end as u32)
    }

    pub(super) fn get(&self, id: TaskId) -> Option<&Task> {
        match id.index().checked_sub(self.forgotten) {
            Some(offset) => self.rows.get(offset),
            None => self.stragglers.get(&id.index()).map(|(task, _)| task),
        }
    }

    /// The numbers of the tasks that are known and not forgotten.
    pub(super) fn known(&self) -> Range<usize> {
        self.forgotten..self.forgotten + self.rows.len()
    }

    /// A task by number. Panics if it is not known.
    pub(super) fn row(&self, i: usize) -> &Task {
        self.get(TaskId(i as u32)).expect("the task is known")
    }

    /// The row of a task, to change it. Panics if it is not known.
    fn row_mut(&mut self, i: usize) -> &mut Task {
        match i.checked_sub(self.forgotten) {
            Some(offset) => &mut self.rows[offset],
            None => self.stragglers.get_mut(&i).map(|(task, _)| task).expect("the task is known"),
        }
    }

    fn program_task_mut(&mut self, id: TaskId) -> Option<&mut ProgramTask> {
        match id.index().checked_sub(self.forgotten) {
            Some(offset) => self.of_program.get_mut(offset),
            None => self.stragglers.get_mut(&id.index()).map(|(_, task)| task),
        }
    }

    /// Consecutive tasks by number; without those that are not known.
    pub(super) fn rows_of(&self, range: Range<usize>) -> &[Task] {
        if let Some((straggler, _)) = self.stragglers.get(&range.start) {
            return std::slice::from_ref(straggler);
        }
        let offset = |i: usize| i.saturating_sub(self.forgotten).min(self.rows.len());
        &self.rows[offset(range.start)..offset(range.end)]
    }

    /// Time of loading a task's payload, in ns; 0 before it is loaded.
    pub(super) fn loading_time(&self, id: TaskId) -> Nanos {
        let loaded = self.row(id.index()).loaded;
        if loaded == NEVER { 0 } else { loaded.saturating_sub(self.reached_at(id)) }
    }

    /// Forgets the oldest tasks that had left the queue by `t`, except those that were not over, and returns what they
    /// add to sums over all tasks.
    pub(super) fn forget_before(&mut self, t: Nanos) -> ForgottenTasks {
        let count = self.rows.iter().take_while(|task| task.left_queue_at() <= t).count();
        let mut totals = ForgottenTasks::default();
        self.stragglers.retain(|_, (task, _)| !task.is_over(t));
        for i in self.known().take(count) {
            let task = *self.row(i);
            totals.loading += u128::from(self.loading_time(TaskId(i as u32)));
            totals.queue_wait += u128::from(task.queue_time());
            if !task.is_over(t) {
                let of_program = self.program_task(TaskId(i as u32)).copied().unwrap_or_default();
                self.stragglers.insert(i, (task, of_program));
            }
        }
        self.rows.drain(..count);
        self.of_program.drain(..count.min(self.of_program.len()));
        self.left.drain(..count.min(self.left.len()));
        self.forgotten += count;
        totals
    }

    /// When the worker reached a task of its record: when it took the record, or was done with the task before.
    /// [`NEVER`] if it has not.
    pub(super) fn reached_at(&self, id: TaskId) -> Nanos {
        let task = self.row(id.index());
        if !task.follows {
            return task.taken;
        }
        // The task before may be forgotten: it was over.
        let Some(before) = self.get(TaskId(id.0 - 1)) else { return task.taken };
        // After a failed task, the worker drops the rest of the record.
        if before.outcome == TaskOutcome::Finished { before.left_worker_at() } else { NEVER }
    }

    /// The `queued` tasks in the queue at `t`, head first. The head is found by binary search; tasks that left out of
    /// order are skipped.
    pub(super) fn queued_tasks(&self, t: Nanos, queued: u32) -> impl Iterator<Item = TaskId> + '_ {
        let head = self.left.partition_point(|left| *left <= t);
        (head..self.rows.len())
            .filter(move |i| self.rows[*i].is_queued(t))
            .map(|i| TaskId((self.forgotten + i) as u32))
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

    fn rows_mut(&mut self, range: Range<usize>) -> &mut [Task] {
        if range.start < self.forgotten {
            return std::slice::from_mut(self.row_mut(range.start));
        }
        &mut self.rows[range.start - self.forgotten..range.end - self.forgotten]
    }

    /// Checks that the tasks exist, and adds rows for them if necessary.
    pub(super) fn known_task_range(&mut self, first: TaskId, count: u32) -> Result<Range<usize>, InvalidEvent> {
        let range = Self::checked_range(first, count, self.total())?;
        self.check_not_forgotten(first)?;
        self.grow_rows(range.end);
        Ok(range)
    }

    fn check_not_forgotten(&self, first: TaskId) -> Result<(), InvalidEvent> {
        if first.index() < self.forgotten && !self.stragglers.contains_key(&first.index()) {
            return invalid!("task {first} is one of {} that were over long ago", self.forgotten);
        }
        Ok(())
    }

    fn grow_rows(&mut self, end: usize) {
        let len = end.saturating_sub(self.forgotten);
        if self.rows.len() < len {
            self.rows.resize(len, Task::UNKNOWN);
            if self.watched {
                self.of_program.resize(len, ProgramTask::default());
            }
        }
    }

    /// Marks tasks as submitted.
    pub(super) fn mark_submitted(&mut self, first: TaskId, count: u32, at: Nanos) -> Result<(), InvalidEvent> {
        let most = if self.watched { Self::MAX_PROGRAM_TASKS } else { Workload::MAX_TASKS };
        let range = Self::checked_range(first, count, most)?;
        self.check_not_forgotten(first)?;
        if self.watched && count > Workload::MAX_TASKS {
            return invalid!("{count} tasks are submitted at once");
        }
        self.grow_rows(range.end);
        for i in range.clone() {
            let task = self.row(i);
            if task.submitted != NEVER {
                return invalid!("task {i} is submitted twice");
            }
            if task.left_queue_at() < at {
                return invalid!("task {i} left the queue before it joined it");
            }
        }
        for task in self.rows_mut(range) {
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
        for (i, task) in self.rows_mut(range).iter_mut().enumerate() {
            (task.taken, task.worker, task.follows) = (at, worker.0, i > 0);
        }
        self.advance_queue_index();
        Ok(abandoned)
    }

    /// Changes a task from held to running. The caller has checked that it is the worker's current task.
    pub(super) fn mark_loaded(&mut self, id: TaskId, at: Nanos, bytes: u64) -> Result<(), InvalidEvent> {
        let task = self.row_mut(id.index());
        if task.outcome != TaskOutcome::Open {
            return invalid!("task {id} was loaded, but is {:?}", task.outcome);
        }
        (task.loaded, task.bytes) = (at, bytes);
        Ok(())
    }

    /// Ends a task: from running to finished, or from held or running to failed. The caller has checked that it is the
    /// worker's current task.
    pub(super) fn mark_ended(&mut self, id: TaskId, at: Nanos, outcome: TaskOutcome) -> Result<&Task, InvalidEvent> {
        let task = self.row_mut(id.index());
        if task.outcome != TaskOutcome::Open {
            return invalid!("task {id} {outcome:?}, but is {:?}", task.outcome);
        }
        (task.ended, task.outcome) = (at, outcome);
        Ok(task)
    }

    /// Marks the payload as released, and returns its size in bytes.
    pub(super) fn mark_released(&mut self, id: TaskId, at: Nanos) -> u64 {
        let task = self.row_mut(id.index());
        task.released = at;
        task.bytes
    }

    /// Checks a transition submitted | held | running → lost | abandoned. Running tasks are abandoned only with the
    /// whole run.
    pub(super) fn check_task_end(&self, i: usize, at: Nanos, outcome: TaskOutcome) -> Result<(), InvalidEvent> {
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
    pub(super) fn mark_unfinished(
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
