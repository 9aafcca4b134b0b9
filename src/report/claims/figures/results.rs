//! The order and the results of tasks.

use serde::{Deserialize, Serialize};

/// The order of a pool's tasks in Python.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FifoFigures {
    pub workers: u32,
    pub tasks: u32,
    pub chunks: u32,
    /// Tasks of the largest chunk.
    pub chunk_tasks: u32,
    /// Chunks that were taken before an earlier one.
    pub chunks_out_of_order: u32,
    /// Tasks that finished before an earlier one.
    pub finished_out_of_order: u32,
}

impl FifoFigures {
    /// Tasks are taken in order; each on its own.
    #[must_use]
    pub const fn parts(&self) -> [bool; 2] {
        [self.chunks_out_of_order == 0, self.chunk_tasks == 1]
    }
}

/// What `Pool.map` returns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MapFigures {
    pub workers: u32,
    pub order: OrderFigures,
    pub exception: ExceptionFigures,
    pub kill: WorkerLossFigures,
}

/// If all goes well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderFigures {
    pub tasks: u32,
    pub is_list: bool,
    pub in_order: bool,
    pub tasks_ended_at_return: u32,
    /// Tasks that ended before an earlier one.
    pub ended_out_of_order: u32,
}

/// If a task raises an exception.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExceptionFigures {
    pub tasks: u32,
    /// Whether `map` raised it.
    pub raised: bool,
    /// Time from the exception in the worker to that in the parent.
    pub surfaced_after_s: f64,
    pub never_ran: u32,
}

/// If a worker is killed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkerLossFigures {
    pub tasks: u32,
    pub finished: u32,
    pub returned: bool,
    /// How long it was waited for after the last task.
    pub waited_s: f64,
}

impl MapFigures {
    /// A list in order is returned; all tasks have ended by then.
    #[must_use]
    pub const fn parts(&self) -> [bool; 2] {
        [self.order.is_list && self.order.in_order, self.order.tasks_ended_at_return == self.order.tasks]
    }
}

/// Workers and tasks after one worker was killed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KillFigures {
    pub workers: u32,
    pub tasks: u32,
    pub threads: KillOutcome,
    pub processes: KillOutcome,
}

/// Workers that died, and tasks that finished all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KillOutcome {
    pub died: u32,
    pub finished: u32,
}

impl KillFigures {
    /// No thread can be killed alone; a process can, and costs one task.
    #[must_use]
    pub const fn parts(&self) -> [bool; 2] {
        [self.threads.died > 1, self.processes.died == 1 && self.processes.finished + 1 >= self.tasks]
    }
}

/// How results are collected in Python.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CollectFigures {
    pub tasks: u32,
    /// Results in the list that `Pool.map` returned.
    pub from_pool: u32,
    /// Results in a list to which processes append.
    pub from_list: u32,
    /// The same in a list of a manager.
    pub from_manager: u32,
    /// Results in the manager's list before that of an earlier task.
    pub out_of_order: u32,
    /// Processes that the manager adds.
    pub manager_processes: u32,
    /// Time of appending, in ns.
    pub manager_append_ns: f64,
    pub list_append_ns: f64,
}

impl CollectFigures {
    /// A pool returns a list; processes need a list of a manager.
    #[must_use]
    pub const fn parts(&self) -> [bool; 2] {
        [self.from_pool == self.tasks, self.from_list < self.tasks && self.from_manager == self.tasks]
    }
}
