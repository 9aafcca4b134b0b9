//! The tasks of a lane, one row each, and the moves they may make.

use std::ops::Range;

use super::illegal::{Illegal, illegal};
use super::times::NEVER;
use crate::event::workload::Workload;
use crate::event::{Nanos, TaskId, WorkerId};

/// What became of a task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing yet.
    #[default]
    Open,
    /// It is done.
    Finished,
    /// It ended in an error.
    Failed,
    /// Its worker died.
    Lost,
    /// Nobody will run it.
    Abandoned,
}

/// When things happened to a task; [`NEVER`] for what has not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Task {
    pub(super) submitted: Nanos,
    pub(super) taken: Nanos,
    pub(super) loaded: Nanos,
    pub(super) ended: Nanos,
    pub(super) released: Nanos,
    pub(super) bytes: u64,
    worker: u32,
    pub(super) outcome: Outcome,
    /// Whether it is not the first of its record.
    follows: bool,
}

const NOBODY: u32 = u32::MAX;

impl Task {
    const UNKNOWN: Self = Self {
        submitted: NEVER,
        taken: NEVER,
        loaded: NEVER,
        ended: NEVER,
        released: NEVER,
        bytes: 0,
        worker: NOBODY,
        outcome: Outcome::Open,
        follows: false,
    };

    /// Who took it, or died with it.
    pub(super) fn worker(&self) -> Option<WorkerId> {
        (self.worker != NOBODY).then_some(WorkerId(self.worker))
    }

    /// When it left the queue, taken or not.
    pub(super) fn left(&self) -> Nanos {
        self.taken.min(self.ended)
    }

    /// When its worker was through with it: its payload is gone, or it failed.
    pub(super) fn gone(&self) -> Nanos {
        if self.outcome == Outcome::Failed { self.ended } else { self.released }
    }

    /// Whether it was finished by `t`.
    pub(super) fn has_finished(&self, t: Nanos) -> bool {
        self.outcome == Outcome::Finished && self.ended <= t
    }

    /// Whether it is in the queue at `t`.
    pub(super) fn queued(&self, t: Nanos) -> bool {
        self.submitted <= t && t < self.left()
    }
}

/// All tasks of a lane by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Tasks {
    rows: Vec<Task>,
    /// For the tasks before the first that never left the queue: the latest time by which it and all before it have.
    left: Vec<Nanos>,
    /// As many as the workload has; more become known when they are submitted.
    planned: u32,
}

impl Tasks {
    pub(super) fn new(planned: u32) -> Self {
        Self { planned, ..Self::default() }
    }

    pub(super) fn get(&self, id: TaskId) -> Option<&Task> {
        self.rows.get(id.index())
    }

    pub(super) fn rows(&self) -> &[Task] {
        &self.rows
    }

    /// When it was a task's turn in its record: when the record was taken, or the task before it was gone.
    /// [`NEVER`] if its turn has not come.
    pub(super) fn turn(&self, id: TaskId) -> Nanos {
        let task = &self.rows[id.index()];
        if !task.follows {
            return task.taken;
        }
        let before = &self.rows[id.index() - 1];
        // The record ends with its failed task.
        if before.outcome == Outcome::Finished { before.gone() } else { NEVER }
    }

    /// The tasks queued at `t` from the head on, `queued` of them. The head is found by bisection; what has left the
    /// queue out of order is passed over.
    pub(super) fn queue(&self, t: Nanos, queued: u32) -> impl Iterator<Item = TaskId> + '_ {
        let head = self.left.partition_point(|left| *left <= t);
        (head..self.rows.len()).filter(move |i| self.rows[*i].queued(t)).map(|i| TaskId(i as u32)).take(queued as usize)
    }

    /// The tasks `first`, `first + 1`, …, `count` of them, if there are such.
    fn range(first: TaskId, count: u32, limit: u32) -> Result<Range<usize>, Illegal> {
        let end = u64::from(first.0) + u64::from(count);
        if count == 0 || end > u64::from(limit) {
            return illegal!("there are no {count} tasks from {first} on: {limit} are known");
        }
        Ok(first.index()..end as usize)
    }

    /// A range of known tasks, with rows for them.
    pub(super) fn known(&mut self, first: TaskId, count: u32) -> Result<Range<usize>, Illegal> {
        let range = Self::range(first, count, self.planned.max(self.rows.len() as u32))?;
        self.grow(range.end);
        Ok(range)
    }

    fn grow(&mut self, len: usize) {
        if self.rows.len() < len {
            self.rows.resize(len, Task::UNKNOWN);
        }
    }

    /// → submitted.
    pub(super) fn submit(&mut self, first: TaskId, count: u32, at: Nanos) -> Result<(), Illegal> {
        let range = Self::range(first, count, Workload::MAX_TASKS)?;
        self.grow(range.end);
        for i in range.clone() {
            let task = &self.rows[i];
            if task.submitted != NEVER {
                return illegal!("task {i} is submitted twice");
            }
            if task.left() < at {
                return illegal!("task {i} left the queue before it joined it");
            }
        }
        for task in &mut self.rows[range] {
            task.submitted = at;
        }
        Ok(())
    }

    /// Submitted → held. Gives the tasks and whether some were already abandoned: the fact that their record had been
    /// taken may arrive after the fact that nobody will run them.
    pub(super) fn take(&mut self, worker: WorkerId, first: TaskId, count: u32, at: Nanos) -> Result<bool, Illegal> {
        let range = self.known(first, count)?;
        let mut abandoned = false;
        for i in range.clone() {
            let task = &self.rows[i];
            if task.taken != NEVER {
                return illegal!("worker {worker} took task {i}, which had been taken");
            }
            if task.submitted != NEVER && task.submitted > at {
                return illegal!("worker {worker} took task {i} before it was submitted");
            }
            match task.outcome {
                Outcome::Open => {}
                Outcome::Abandoned if at <= task.ended => abandoned = true,
                outcome => return illegal!("worker {worker} took task {i}, which is {outcome:?}"),
            }
        }
        for (i, task) in self.rows[range].iter_mut().enumerate() {
            (task.taken, task.worker, task.follows) = (at, worker.0, i > 0);
        }
        self.advance();
        Ok(abandoned)
    }

    /// Held → running. The worker has looked that it is its turn.
    pub(super) fn load(&mut self, id: TaskId, at: Nanos, bytes: u64) -> Result<(), Illegal> {
        let task = &mut self.rows[id.index()];
        if task.outcome != Outcome::Open {
            return illegal!("task {id} was loaded, but is {:?}", task.outcome);
        }
        (task.loaded, task.bytes) = (at, bytes);
        Ok(())
    }

    /// Running → finished, or held or running → failed. The worker has looked that it is its turn.
    pub(super) fn end(&mut self, id: TaskId, at: Nanos, outcome: Outcome) -> Result<&Task, Illegal> {
        let task = &mut self.rows[id.index()];
        if task.outcome != Outcome::Open {
            return illegal!("task {id} {outcome:?}, but is {:?}", task.outcome);
        }
        (task.ended, task.outcome) = (at, outcome);
        Ok(task)
    }

    /// The payload is gone. Gives its size.
    pub(super) fn release(&mut self, id: TaskId, at: Nanos) -> u64 {
        let task = &mut self.rows[id.index()];
        task.released = at;
        task.bytes
    }

    /// Whether it may be said that nobody will finish the task: submitted | held | running → lost | abandoned. A running
    /// task is abandoned when the whole run is.
    pub(super) fn check_end(&self, i: usize, at: Nanos, outcome: Outcome) -> Result<(), Illegal> {
        let task = &self.rows[i];
        if task.outcome != Outcome::Open {
            return illegal!("task {i} is {outcome:?}, but was {:?}", task.outcome);
        }
        if task.submitted != NEVER && task.submitted > at {
            return illegal!("task {i} is {outcome:?} before it was submitted");
        }
        if task.taken != NEVER && task.taken > at || task.loaded != NEVER && task.loaded > at {
            return illegal!("task {i} is {outcome:?} before its worker took or loaded it");
        }
        Ok(())
    }

    /// Lost or abandoned; [`Tasks::check_end`] has been asked. `worker` died with it, if known.
    pub(super) fn give_up(&mut self, i: usize, at: Nanos, outcome: Outcome, worker: Option<WorkerId>) -> Task {
        let task = &mut self.rows[i];
        (task.ended, task.outcome) = (at, outcome);
        if let Some(worker) = worker {
            task.worker = worker.0;
        }
        let ended = *task;
        self.advance();
        ended
    }

    /// Notes how far the queue is used up. A task that turns out to have left it earlier than noted does no harm: the
    /// search for the head then begins a little early.
    fn advance(&mut self) {
        while let Some(task) = self.rows.get(self.left.len()) {
            if task.left() == NEVER {
                break;
            }
            let latest = self.left.last().map_or(0, |latest| *latest).max(task.left());
            self.left.push(latest);
        }
    }
}
