//! State and times of a task.

use super::Lane;
use crate::event::{Nanos, TaskId, WorkerId};
use crate::model::spans::TimeSpans;
use crate::model::state::{TaskDurations, TaskState, TaskTimes};
use crate::model::tasks::{Task, TaskOutcome};
use crate::model::times::NEVER;
use crate::model::workers::Worker;

impl Lane {
    /// State of a task at `t`.
    #[must_use]
    pub fn task_state(&self, id: TaskId, t: Nanos) -> TaskState {
        let Some(task) = self.tasks.get(id) else { return TaskState::Unknown };
        if task.ended <= t {
            return end_state(task);
        }
        match task.worker() {
            Some(worker) if task.taken <= t => self.state_of_held_task(id, task, worker, t),
            _ if task.submitted <= t => TaskState::Queued,
            _ => TaskState::Unknown,
        }
    }

    /// State of a task that a worker holds.
    fn state_of_held_task(&self, id: TaskId, task: &Task, by: WorkerId, t: Nanos) -> TaskState {
        let worker = self.workers.get(by);
        if t < self.tasks.reached_at(id) || worker.is_none_or(|worker| worker.end_time() <= t) {
            return TaskState::Held(by);
        }
        let covers = |spans: fn(&Worker) -> &TimeSpans| worker.is_some_and(|worker| spans(worker).contains(t));
        if worker.is_some_and(|worker| worker.unobserved_since() <= t) {
            TaskState::NotObserved(by)
        } else if self.is_suspended(t) {
            TaskState::Suspended(by)
        } else if covers(|worker| &worker.io) {
            let lock = worker.and_then(|worker| worker.is_in_lock(t));
            if self.is_of_program() { TaskState::Blocked { worker: by, lock } } else { TaskState::InIo(by) }
        } else if t < task.loaded {
            TaskState::Loading(by)
        } else if self.plan.gil && !covers(|worker| &worker.gil) {
            TaskState::WaitsForGil(by)
        } else {
            TaskState::Computing(by)
        }
    }

    /// Times of a task; none if the task is unknown.
    #[must_use]
    pub fn task_times(&self, id: TaskId) -> Option<TaskTimes> {
        let task = self.tasks.get(id)?;
        let known = |at| (at != NEVER).then_some(at);
        Some(TaskTimes {
            submitted: known(task.submitted),
            taken: known(task.taken),
            loaded: known(task.loaded),
            ended: known(task.ended),
            released: known(task.released),
            worker: task.worker(),
            bytes: task.bytes,
        })
    }

    /// Durations of a task's phases by `t`.
    #[must_use]
    pub fn task_durations(&self, id: TaskId, t: Nanos) -> TaskDurations {
        let Some(task) = self.tasks.get(id).filter(|task| task.submitted <= t) else { return TaskDurations::default() };
        let worker = task.worker().and_then(|id| self.workers.get(id));
        let end = task.ended.min(worker.map_or(NEVER, Worker::end_time)).min(t);
        let observed_end = end.min(worker.map_or(NEVER, Worker::unobserved_since));
        let until = |end: Nanos, from: Nanos, to: Nanos| (from <= t).then(|| to.min(end).saturating_sub(from));
        let between = |from: Nanos, to: Nanos| until(end, from, to);
        let in_io = worker
            .filter(|_| task.loaded <= t)
            .map(|worker| worker.io.total_time(end).saturating_sub(worker.io.total_time(task.loaded)));
        TaskDurations {
            queued: between(task.submitted, task.left_queue_at()),
            loading: between(self.tasks.reached_at(id), task.loaded),
            computing: until(observed_end, task.loaded, NEVER)
                .map(|resident| resident.saturating_sub(in_io.unwrap_or(0))),
            in_io,
            total: between(task.submitted, NEVER),
        }
    }
}

/// State of a task that has ended.
fn end_state(task: &Task) -> TaskState {
    match (task.outcome, task.worker()) {
        (TaskOutcome::Finished, Some(worker)) => TaskState::Finished(worker),
        (TaskOutcome::Failed, Some(worker)) => TaskState::Failed(worker),
        (TaskOutcome::Lost, worker) => TaskState::Lost(worker),
        _ => TaskState::Abandoned,
    }
}
