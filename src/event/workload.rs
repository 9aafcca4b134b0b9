//! The workload: a sum, divided into tasks, with a CPU cost per number and optional I/O.

mod entry;
mod split;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use entry::QueueEntry;
pub use split::{NumberRange, split_into_tasks};

/// The work of a run, all of which is done by every lane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Workload {
    /// The sum is taken over 0 … `numbers` − 1. From 1 to [`Workload::MAX_NUMBERS`].
    pub numbers: u64,
    /// Number of tasks. From 1 to `numbers` and [`Workload::MAX_TASKS`].
    pub tasks: u32,
    /// CPU time per number in ns, done as a fixed amount of work. 0 is a plain sum.
    pub cost_ns: u64,
    /// I/O operations per task, spread evenly over it.
    pub io: u32,
    /// Duration of an operation of kind sleep or net, in ns.
    pub io_latency_ns: u64,
    pub io_kind: IoKind,
    /// Skew of the task sizes: proportional to 1, 2^−skew, 3^−skew, … in an order drawn by `seed`. 0 is even.
    pub skew: f64,
    /// Seed for the order of uneven tasks.
    pub seed: u64,
    /// Tasks per record of a shared queue.
    pub chunk: ChunkSize,
    /// Number of records after which a pool worker is replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_records: Option<u32>,
    /// Whether the threads of a process share a lock that lets one of them compute at a time.
    pub gil: bool,
    /// Whether the viewer sized the tasks rather than the sum, which decides how the workload is described.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub per_task: bool,
    /// How Python starts worker processes.
    #[serde(default, skip_serializing_if = "StartMethod::is_fork")]
    pub start_method: StartMethod,
}

/// How Python starts worker processes: a start method of `multiprocessing`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum StartMethod {
    /// The worker is a copy of its parent.
    #[default]
    #[value(help = None::<&str>)]
    Fork,
    /// The worker is a new interpreter, which gets its arguments pickled.
    #[value(help = None::<&str>)]
    Spawn,
    /// The worker is a copy of a server process, and gets its arguments pickled.
    #[value(help = None::<&str>)]
    Forkserver,
}

impl StartMethod {
    /// Returns the name, as on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fork => "fork",
            Self::Spawn => "spawn",
            Self::Forkserver => "forkserver",
        }
    }

    /// Whether workers inherit the memory of their parent.
    #[must_use]
    pub fn is_fork(&self) -> bool {
        *self == Self::Fork
    }
}

/// Kind of an I/O operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum IoKind {
    /// The worker sleeps.
    #[value(help = None::<&str>)]
    Sleep,
    /// 4 KiB are written to an unlinked file, synced to disk and read back.
    #[value(help = None::<&str>)]
    Disk,
    /// A request to a loopback server that answers after the latency.
    #[value(help = None::<&str>)]
    Net,
}

impl IoKind {
    /// Returns the name, as on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sleep => "sleep",
            Self::Disk => "disk",
            Self::Net => "net",
        }
    }
}

/// Number of tasks in a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChunkSize {
    /// A fixed number of tasks, at least 1.
    Tasks(u32),
    /// As in CPython's `Pool.map`: `divmod(tasks, 4 × workers)`, rounded up (`_map_async` in
    /// `Lib/multiprocessing/pool.py`).
    Auto,
}

impl ChunkSize {
    /// Returns the tasks per record for a lane with this many workers.
    #[must_use]
    pub const fn tasks_per_record(self, tasks: u32, workers: u32) -> u32 {
        match self {
            Self::Tasks(n) => n,
            Self::Auto => tasks.div_ceil(workers.saturating_mul(4)),
        }
    }
}

/// Why a workload is invalid.
#[derive(Debug, Error, PartialEq)]
pub enum WorkloadError {
    /// Outside 1 … [`Workload::MAX_NUMBERS`].
    #[error("--numbers must be between 1 and {max}, so that the sum fits in 64 bits, not {given}", max = crate::event::units::format_count(Workload::MAX_NUMBERS), given = crate::event::units::format_count(*.0))]
    Numbers(u64),
    /// Outside 1 … [`Workload::MAX_TASKS`].
    #[error("--tasks must be between 1 and {max}, not {0}", max = crate::event::units::format_count(u64::from(Workload::MAX_TASKS)))]
    Tasks(u32),
    /// More tasks than numbers.
    #[error("{tasks} tasks need at least as many numbers, not {numbers}: lower --tasks or raise --numbers")]
    TooFine { tasks: u32, numbers: u64 },
    /// More than [`Workload::MAX_COST_NS`].
    #[error("--cost must be at most 1ms per number, because progress and the GIL are checked between numbers")]
    Cost,
    /// More than [`Workload::MAX_IO_OPERATIONS`].
    #[error("--io must be at most {max} operations per task", max = crate::event::units::format_count(u64::from(Workload::MAX_IO_OPERATIONS)))]
    Io,
    /// More than [`Workload::MAX_LATENCY_NS`].
    #[error("--io-latency must be at most 1 hour")]
    Latency,
    /// Negative, not a number or more than 10.
    #[error("--skew must be between 0 (even tasks) and 10, not {0}")]
    Skew(f64),
    #[error("--chunksize must be at least 1, or auto")]
    Chunk,
    #[error("--max-tasks-per-worker must be at least 1")]
    MaxRecords,
}

impl WorkloadError {
    /// The options that the error is about, by their long names.
    #[must_use]
    pub const fn option_names(&self) -> &'static [&'static str] {
        match self {
            Self::Numbers(_) => &["numbers"],
            Self::Tasks(_) => &["tasks"],
            Self::TooFine { .. } => &["tasks", "numbers"],
            Self::Cost => &["cost"],
            Self::Io => &["io"],
            Self::Latency => &["io-latency"],
            Self::Skew(_) => &["skew"],
            Self::Chunk => &["chunksize"],
            Self::MaxRecords => &["max-tasks-per-worker"],
        }
    }
}

impl Workload {
    /// Maximum of `numbers`: 2³², so that every sum fits in an `i64`.
    pub const MAX_NUMBERS: u64 = 1 << 32;
    /// Maximum of `tasks`.
    pub const MAX_TASKS: u32 = 1_000_000;
    /// Maximum of `cost_ns`.
    pub const MAX_COST_NS: u64 = 1_000_000;
    /// Maximum of `io`, the I/O operations per task.
    pub const MAX_IO_OPERATIONS: u32 = 10_000;
    /// Maximum of `io_latency_ns`.
    pub const MAX_LATENCY_NS: u64 = 3_600_000_000_000;

    /// Returns the sum of 0 … n − 1.
    #[must_use]
    pub const fn expected_sum(&self) -> i64 {
        (self.numbers as i128 * (self.numbers as i128 - 1) / 2) as i64
    }

    /// Returns the payload of all tasks together, in bytes: the numbers as 64-bit integers.
    #[must_use]
    pub const fn payload_bytes(&self) -> u64 {
        self.numbers * size_of::<i64>() as u64
    }

    /// Checks all ranges and returns the first violation.
    pub fn check_ranges(&self) -> Result<(), WorkloadError> {
        match self {
            w if !(1..=Self::MAX_NUMBERS).contains(&w.numbers) => Err(WorkloadError::Numbers(w.numbers)),
            w if !(1..=Self::MAX_TASKS).contains(&w.tasks) => Err(WorkloadError::Tasks(w.tasks)),
            w if u64::from(w.tasks) > w.numbers => Err(WorkloadError::TooFine { tasks: w.tasks, numbers: w.numbers }),
            w if w.cost_ns > Self::MAX_COST_NS => Err(WorkloadError::Cost),
            w if w.io > Self::MAX_IO_OPERATIONS => Err(WorkloadError::Io),
            w if w.io_latency_ns > Self::MAX_LATENCY_NS => Err(WorkloadError::Latency),
            w if !(0.0..=10.0).contains(&w.skew) => Err(WorkloadError::Skew(w.skew)),
            w if w.chunk == ChunkSize::Tasks(0) => Err(WorkloadError::Chunk),
            w if w.max_records == Some(0) => Err(WorkloadError::MaxRecords),
            _ => Ok(()),
        }
    }
}

impl Default for Workload {
    /// The lesson's sum: 100 million numbers at 91 ns, which takes 9.1 s on one core.
    fn default() -> Self {
        Self {
            numbers: 100_000_000,
            tasks: 16,
            cost_ns: 91,
            io: 0,
            io_latency_ns: 100_000_000,
            io_kind: IoKind::Sleep,
            skew: 0.0,
            seed: 1,
            chunk: ChunkSize::Tasks(1),
            max_records: None,
            gil: true,
            per_task: false,
            start_method: StartMethod::Fork,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_workload_is_the_lessons_sum() {
        assert_eq!(Workload::default().expected_sum(), 4_999_999_950_000_000);
        assert_eq!(Workload { numbers: 1, ..Workload::default() }.expected_sum(), 0);
        let most = Workload { numbers: Workload::MAX_NUMBERS, ..Workload::default() };
        assert_eq!(most.expected_sum(), 9_223_372_034_707_292_160);
        assert_eq!(most.check_ranges(), Ok(()));
    }

    #[test]
    fn automatic_chunk_sizes_match_cpython() {
        assert_eq!(ChunkSize::Auto.tasks_per_record(20, 2), 3);
        assert_eq!(ChunkSize::Auto.tasks_per_record(16, 4), 1);
        assert_eq!(ChunkSize::Auto.tasks_per_record(17, 4), 2);
        assert_eq!(ChunkSize::Tasks(5).tasks_per_record(17, 4), 5);
    }

    #[test]
    fn invalid_workloads_are_refused() {
        let w = Workload::default;
        assert_eq!(Workload { numbers: 0, ..w() }.check_ranges(), Err(WorkloadError::Numbers(0)));
        assert_eq!(Workload { tasks: 0, ..w() }.check_ranges(), Err(WorkloadError::Tasks(0)));
        assert_eq!(
            Workload { numbers: 3, tasks: 4, ..w() }.check_ranges(),
            Err(WorkloadError::TooFine { tasks: 4, numbers: 3 })
        );
        assert_eq!(Workload { skew: -1.0, ..w() }.check_ranges(), Err(WorkloadError::Skew(-1.0)));
        assert!(Workload { skew: f64::NAN, ..w() }.check_ranges().is_err());
        assert_eq!(Workload { chunk: ChunkSize::Tasks(0), ..w() }.check_ranges(), Err(WorkloadError::Chunk));
    }
}
