//! The state of each task of a lane, from the events received so far.

use std::ops::Range;

use crate::event::{Event, TaskId, WorkerId};

/// A range of task numbers.
pub(super) type TaskRange = Range<u32>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum TaskStatus {
    /// No worker has reported it as taken.
    Unclaimed,
    /// A worker has taken it.
    Taken,
    Finished,
    /// The task finished, failed, was lost or was abandoned.
    Ended,
}

/// The states of a lane's tasks.
pub(super) struct TaskStates {
    statuses: Vec<TaskStatus>,
    /// The record each worker took last.
    last_records: Vec<TaskRange>,
    finished: u32,
}

impl TaskStates {
    pub(super) fn new(tasks: u32) -> Self {
        Self { statuses: vec![TaskStatus::Unclaimed; tasks as usize], last_records: Vec::new(), finished: 0 }
    }

    pub(super) fn all_finished(&self) -> bool {
        self.finished as usize == self.statuses.len()
    }

    /// Applies an event of a worker.
    pub(super) fn apply_worker_event(&mut self, event: &Event) {
        match *event {
            Event::TaskTaken { worker, first, count, .. } => {
                let record = first.0..first.0.saturating_add(count);
                self.set_task_status(record.clone(), TaskStatus::Taken);
                if self.last_records.len() <= worker.index() {
                    self.last_records.resize(worker.index() + 1, 0..0);
                }
                self.last_records[worker.index()] = record;
            }
            Event::TaskFinished { task, .. } => {
                self.finished += 1;
                self.set_task_status(single_task(task), TaskStatus::Finished);
            }
            Event::TaskFailed { task, .. } => self.set_task_status(single_task(task), TaskStatus::Ended),
            Event::TasksAbandoned { first, count } | Event::TasksLost { first, count, .. } => {
                self.set_task_status(first.0..first.0.saturating_add(count), TaskStatus::Ended);
            }
            _ => {}
        }
    }

    /// Whether a worker took a record.
    pub(super) fn has_taken_record(&self, worker: WorkerId) -> bool {
        self.last_records.get(worker.index()).is_some_and(|record| !record.is_empty())
    }

    fn set_task_status(&mut self, tasks: TaskRange, status: TaskStatus) {
        let end = (tasks.end as usize).min(self.statuses.len());
        if let Some(statuses) = self.statuses.get_mut(tasks.start as usize..end) {
            statuses.fill(status);
        }
    }

    /// Returns the tasks that a worker took and has not ended: the rest of its last record.
    pub(super) fn unfinished_tasks_of_worker(&self, worker: WorkerId) -> Option<TaskRange> {
        let record = self.last_records.get(worker.index())?;
        self.ranges_in_state(record.clone(), TaskStatus::Taken).next()
    }

    /// Returns the tasks of a range that no worker has reported as taken.
    pub(super) fn unclaimed_ranges(&self, tasks: TaskRange) -> Vec<TaskRange> {
        self.ranges_in_state(tasks, TaskStatus::Unclaimed).collect()
    }

    /// Iterates over the contiguous tasks in a state.
    fn ranges_in_state(&self, tasks: TaskRange, status: TaskStatus) -> impl Iterator<Item = TaskRange> {
        let end = tasks.end.min(self.statuses.len() as u32);
        let mut next = tasks.start;
        std::iter::from_fn(move || {
            let matches = |n: &u32| self.statuses[*n as usize] == status;
            let first = (next..end).find(matches)?;
            next = (first..end).find(|n| !matches(n)).unwrap_or(end);
            Some(first..next)
        })
    }
}

fn single_task(task: TaskId) -> TaskRange {
    task.0..task.0.saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task_taken(worker: u32, first: u32, count: u32) -> Event {
        Event::TaskTaken { worker: WorkerId(worker), first: TaskId(first), count, receive_ns: 0 }
    }

    fn task_finished(worker: u32, task: u32) -> Event {
        Event::TaskFinished { worker: WorkerId(worker), task: TaskId(task), sum: Some(0), cpu_ns: 0, result_bytes: 0 }
    }

    #[test]
    fn rest_of_an_exited_workers_record_is_unfinished() {
        let mut task_states = TaskStates::new(10);
        for event in [task_taken(0, 0, 3), task_taken(1, 3, 3), task_finished(0, 0), task_finished(1, 3)] {
            task_states.apply_worker_event(&event);
        }
        assert_eq!(task_states.unfinished_tasks_of_worker(WorkerId(0)), Some(1..3));
        assert_eq!(task_states.unfinished_tasks_of_worker(WorkerId(7)), None);
        task_states.apply_worker_event(&Event::TasksLost { first: TaskId(1), count: 2, worker: None });
        assert_eq!(task_states.unfinished_tasks_of_worker(WorkerId(0)), None);
        assert_eq!(task_states.unclaimed_ranges(0..8), vec![6..8]);
        assert!(!task_states.all_finished());
    }

    #[test]
    fn unclaimed_tasks_are_returned_as_ranges() {
        let mut task_states = TaskStates::new(6);
        task_states.apply_worker_event(&task_taken(0, 1, 1));
        task_states.apply_worker_event(&task_taken(0, 4, 1));
        assert_eq!(task_states.unclaimed_ranges(0..6), [0..1, 2..4, 5..6]);
        assert!(task_states.unclaimed_ranges(4..5).is_empty());
    }

    #[test]
    fn out_of_range_tasks_are_ignored() {
        let mut task_states = TaskStates::new(2);
        task_states.apply_worker_event(&task_taken(0, 5, u32::MAX));
        task_states.apply_worker_event(&Event::TasksLost { first: TaskId(u32::MAX), count: 9, worker: None });
        assert_eq!(task_states.unclaimed_ranges(0..9), vec![0..2]);
    }
}
