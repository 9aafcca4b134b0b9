//! Memory of pools, processes and threads.

use serde::{Deserialize, Serialize};

/// What workers and parent of a pool hold in Python.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PoolMemoryFigures {
    pub workers: u32,
    pub tasks: u32,
    pub task_bytes: u64,
    /// Highest number of tasks in workers.
    pub running_at_once: u32,
    /// Growth of the parent when all tasks were submitted.
    pub arguments_bytes: u64,
    /// Growth of the parent when all results were there.
    pub results_bytes: u64,
    /// Capacity of a pipe.
    pub pipe_bytes: u64,
}

impl PoolMemoryFigures {
    /// Workers hold only what they run; the parent holds less than half of the arguments and of the results.
    #[must_use]
    pub const fn parts(&self) -> [bool; 2] {
        let half = self.tasks as u64 * self.task_bytes / 2;
        [self.running_at_once <= self.workers, self.arguments_bytes < half && self.results_bytes < half]
    }
}

/// What processes hold that are started all at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProcessMemoryFigures {
    pub tasks: u32,
    /// Highest number of tasks in memory.
    pub resident_tasks: u32,
    /// Whether the next three figures are of forked processes of Python.
    pub python: bool,
    pub processes: u32,
    /// Data that the processes can read, summed over them.
    pub seen_bytes: u64,
    /// Memory that they take: their proportional set size, or private memory.
    pub own_bytes: u64,
}

impl ProcessMemoryFigures {
    /// All tasks are in memory at once; each has memory of its own.
    #[must_use]
    pub const fn parts(&self) -> [bool; 2] {
        [self.resident_tasks >= self.tasks, self.own_bytes >= self.seen_bytes / 2]
    }
}

/// What threads and processes share in Python.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShareFigures {
    /// Number of threads, and of processes, each of which writes once.
    pub workers: u32,
    pub data_bytes: u64,
    /// Writes that the parent saw.
    pub seen_from_threads: u32,
    pub seen_from_processes: u32,
    /// Resident set sizes of all processes, after reading all data.
    pub rss_bytes: u64,
    pub pss_bytes: u64,
    /// Proportional set sizes after writing to all data.
    pub written_pss_bytes: u64,
}

impl ShareFigures {
    /// Threads share memory; processes do not.
    #[must_use]
    pub const fn parts(&self) -> [bool; 2] {
        [self.seen_from_threads == self.workers, self.seen_from_processes == 0]
    }
}
