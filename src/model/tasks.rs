//! The tasks of a lane, one row each.

mod task;
mod transitions;

use std::collections::BTreeMap;
use std::ops::Range;

use super::invalid_event::{InvalidEvent, invalid};
use super::times::NEVER;
use crate::event::{CallId, Nanos, TaskId};

pub use task::TaskOutcome;
pub(super) use task::{ProgramTask, Task};

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
    unfinished: BTreeMap<usize, (Task, ProgramTask)>,
    rows: Vec<Task>,
    /// As long as `rows` if a program is watched, and empty otherwise.
    of_program: Vec<ProgramTask>,
    /// For each call, how many tasks it has submitted.
    call_sizes: Vec<u32>,
    watched: bool,
    /// Number of a program's tasks whose numbers were skipped, and which were not submitted yet.
    skipped: usize,
    /// For each task before the first queued one: the time by which it and all earlier tasks had left the queue.
    left: Vec<Nanos>,
    /// Number of tasks in the workload; rows are added as tasks are submitted.
    planned: u32,
}

impl TaskTable {
    /// Maximum number of tasks of a lane of a watched program.
    const MAX_PROGRAM_TASKS: u32 = u32::MAX - 1;
    /// Maximum number of a program's tasks that are kept, which take 88 bytes each; most of the others are forgotten.
    const MAX_KEPT: usize = 10_000_000;
    /// Maximum number of a program's tasks that are skipped, and not submitted yet: rows are added for them.
    const MAX_SKIPPED: usize = 65_536;

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
            None => self.unfinished.get(&id.index()).map(|(_, task)| task),
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
            None => self.unfinished.get(&id.index()).map(|(task, _)| task),
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
            None => self.unfinished.get_mut(&i).map(|(task, _)| task).expect("the task is known"),
        }
    }

    fn program_task_mut(&mut self, id: TaskId) -> Option<&mut ProgramTask> {
        match id.index().checked_sub(self.forgotten) {
            Some(offset) => self.of_program.get_mut(offset),
            None => self.unfinished.get_mut(&id.index()).map(|(_, task)| task),
        }
    }

    /// Consecutive tasks by number; without those that are not known.
    pub(super) fn rows_of(&self, range: Range<usize>) -> &[Task] {
        if let Some((unfinished, _)) = self.unfinished.get(&range.start) {
            return std::slice::from_ref(unfinished);
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
        self.unfinished.retain(|_, (task, _)| !task.is_over(t));
        for i in self.known().take(count) {
            let task = *self.row(i);
            totals.loading += u128::from(self.loading_time(TaskId(i as u32)));
            totals.queue_wait += u128::from(task.queue_time());
            if !task.is_over(t) {
                let of_program = self.program_task(TaskId(i as u32)).copied().unwrap_or_default();
                self.unfinished.insert(i, (task, of_program));
            }
        }
        let forgotten = self.rows.drain(..count);
        if self.watched {
            self.skipped -= forgotten.filter(|task| task.submitted == NEVER).count();
        }
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

    /// Checks that the tasks exist, and adds rows for them if necessary.
    pub(super) fn known_task_range(&mut self, first: TaskId, count: u32) -> Result<Range<usize>, InvalidEvent> {
        let range = Self::checked_range(first, count, self.total())?;
        self.check_not_forgotten(&range)?;
        self.grow_rows(range.end);
        Ok(range)
    }

    fn check_not_forgotten(&self, range: &Range<usize>) -> Result<(), InvalidEvent> {
        let mut old = range.start..range.end.min(self.forgotten);
        match old.find(|task| !self.unfinished.contains_key(task)) {
            Some(task) => invalid!("task {task} is one of {} that were over long ago", self.forgotten),
            None => Ok(()),
        }
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
