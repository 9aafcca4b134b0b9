//! What has become of every task of a lane, as far as the executor has heard.

use std::ops::Range;

use crate::event::{Event, TaskId, WorkerId};

/// Tasks by number.
pub(super) type TaskRange = Range<u32>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Nobody has said that they took it.
    Open,
    /// A worker has it.
    Held,
    Finished,
    /// Failed, lost or abandoned.
    Gone,
}

/// The book of a lane: what its workers said they took and finished.
pub(super) struct TaskStates {
    fates: Vec<Fate>,
    /// What each worker took last.
    records: Vec<TaskRange>,
    finished: u32,
}

impl TaskStates {
    pub(super) fn new(tasks: u32) -> Self {
        Self { fates: vec![Fate::Open; tasks as usize], records: Vec::new(), finished: 0 }
    }

    pub(super) fn all_finished(&self) -> bool {
        self.finished as usize == self.fates.len()
    }

    /// Enters what a worker said.
    pub(super) fn apply(&mut self, event: &Event) {
        match *event {
            Event::TaskTaken { worker, first, count } => {
                let record = first.0..first.0.saturating_add(count);
                self.mark(record.clone(), Fate::Held);
                if self.records.len() <= worker.index() {
                    self.records.resize(worker.index() + 1, 0..0);
                }
                self.records[worker.index()] = record;
            }
            Event::TaskFinished { task, .. } => {
                self.finished += 1;
                self.mark(one(task), Fate::Finished);
            }
            Event::TaskFailed { task, .. } => self.mark(one(task), Fate::Gone),
            Event::TasksAbandoned { first, count } | Event::TasksLost { first, count, .. } => {
                self.mark(first.0..first.0.saturating_add(count), Fate::Gone);
            }
            _ => {}
        }
    }

    fn mark(&mut self, tasks: TaskRange, fate: Fate) {
        let end = (tasks.end as usize).min(self.fates.len());
        if let Some(fates) = self.fates.get_mut(tasks.start as usize..end) {
            fates.fill(fate);
        }
    }

    /// The tasks that a worker took and has not brought to an end: the rest of its last record.
    pub(super) fn unfinished_by(&self, worker: WorkerId) -> Option<TaskRange> {
        let record = self.records.get(worker.index())?;
        self.runs(record.clone(), Fate::Held).next()
    }

    /// Tasks of a range that nobody said they took.
    pub(super) fn unclaimed(&self, tasks: TaskRange) -> Vec<TaskRange> {
        self.runs(tasks, Fate::Open).collect()
    }

    /// The unbroken runs of tasks with this fate.
    fn runs(&self, tasks: TaskRange, fate: Fate) -> impl Iterator<Item = TaskRange> {
        let end = tasks.end.min(self.fates.len() as u32);
        let mut next = tasks.start;
        std::iter::from_fn(move || {
            let is = |n: &u32| self.fates[*n as usize] == fate;
            let first = (next..end).find(is)?;
            next = (first..end).find(|n| !is(n)).unwrap_or(end);
            Some(first..next)
        })
    }
}

fn one(task: TaskId) -> TaskRange {
    task.0..task.0.saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(worker: u32, first: u32, count: u32) -> Event {
        Event::TaskTaken { worker: WorkerId(worker), first: TaskId(first), count }
    }

    fn finished(worker: u32, task: u32) -> Event {
        Event::TaskFinished { worker: WorkerId(worker), task: TaskId(task), sum: 0, cpu_ns: 0 }
    }

    #[test]
    fn the_dead_hold_the_rest_of_their_record() {
        let mut task_states = TaskStates::new(10);
        for event in [taken(0, 0, 3), taken(1, 3, 3), finished(0, 0), finished(1, 3)] {
            task_states.apply(&event);
        }
        assert_eq!(task_states.unfinished_by(WorkerId(0)), Some(1..3));
        assert_eq!(task_states.unfinished_by(WorkerId(7)), None);
        task_states.apply(&Event::TasksLost { first: TaskId(1), count: 2, worker: None });
        assert_eq!(task_states.unfinished_by(WorkerId(0)), None);
        assert_eq!(task_states.unclaimed(0..8), vec![6..8]);
        assert!(!task_states.all_finished());
    }

    #[test]
    fn what_nobody_announced_is_open_in_runs() {
        let mut task_states = TaskStates::new(6);
        task_states.apply(&taken(0, 1, 1));
        task_states.apply(&taken(0, 4, 1));
        assert_eq!(task_states.unclaimed(0..6), [0..1, 2..4, 5..6]);
        assert!(task_states.unclaimed(4..5).is_empty());
    }

    #[test]
    fn nonsense_changes_nothing() {
        let mut task_states = TaskStates::new(2);
        task_states.apply(&taken(0, 5, u32::MAX));
        task_states.apply(&Event::TasksLost { first: TaskId(u32::MAX), count: 9, worker: None });
        assert_eq!(task_states.unclaimed(0..9), vec![0..2]);
    }
}
