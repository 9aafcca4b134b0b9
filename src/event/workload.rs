//! What is to be done: a sum, cut into tasks, each number at a price, with or without I/O.

mod entry;
mod split;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::event::units::duration;

pub use entry::Entry;
pub use split::{Part, split};

/// The work of a run; every lane does all of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Workload {
    /// The sum is taken over 0 … `numbers` − 1. At least 1, at most [`Workload::MAX_NUMBERS`].
    pub numbers: u64,
    /// Into how many tasks it is cut. At least 1, at most `numbers` and [`Workload::MAX_TASKS`].
    pub tasks: u32,
    /// CPU time that adding one number is to cost, in ns, done as a fixed amount of work. 0 is a plain sum.
    pub cost_ns: u64,
    /// I/O operations in each task, spread evenly over it.
    pub io: u32,
    /// How long an operation of kind sleep or net lasts, in ns.
    pub io_latency_ns: u64,
    /// What an operation is.
    pub io_kind: IoKind,
    /// How uneven the tasks are: task sizes go as 1, 2^−skew, 3^−skew, … in an order drawn by `seed`. 0 is even.
    pub skew: f64,
    /// Draws the order of the uneven tasks.
    pub seed: u64,
    /// How many tasks one take from a shared queue hands over.
    pub chunk: Chunk,
    /// After how many records a worker of a pool is replaced by a fresh one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_records: Option<u32>,
    /// Whether the threads of a process share a lock that lets one of them compute at a time.
    pub gil: bool,
}

/// What an I/O operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IoKind {
    /// The worker sleeps.
    Sleep,
    /// 4 KiB are written to an unlinked file, forced to the disk and read back.
    Disk,
    /// A request to a server on the loopback interface, which answers late.
    Net,
}

impl IoKind {
    /// The word for it, as on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sleep => "sleep",
            Self::Disk => "disk",
            Self::Net => "net",
        }
    }
}

/// How many tasks make a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Chunk {
    /// This many; at least 1.
    Tasks(u32),
    /// As CPython's `Pool.map` does it: `divmod(tasks, 4 × workers)`, rounded up
    /// (`_map_async` in CPython's `Lib/multiprocessing/pool.py`).
    Auto,
}

impl Chunk {
    /// Tasks in a record for a lane with this many workers.
    #[must_use]
    pub const fn size(self, tasks: u32, workers: u32) -> u32 {
        match self {
            Self::Tasks(n) => n,
            Self::Auto => tasks.div_ceil(workers.saturating_mul(4)),
        }
    }
}

/// A workload that cannot be done.
#[derive(Debug, Error, PartialEq)]
pub enum Impossible {
    /// Outside 1 … [`Workload::MAX_NUMBERS`].
    #[error("--numbers must be between 1 and {max}, whose sum fits in 64 bits, not {given}", max = crate::event::units::count(Workload::MAX_NUMBERS), given = crate::event::units::count(*.0))]
    Numbers(u64),
    /// Outside 1 … [`Workload::MAX_TASKS`].
    #[error("--tasks must be between 1 and {max}, not {0}", max = crate::event::units::count(u64::from(Workload::MAX_TASKS)))]
    Tasks(u32),
    /// More tasks than numbers.
    #[error(
        "{tasks} tasks cannot share {numbers} numbers: every task needs at least one; lower --tasks or raise --numbers"
    )]
    TooFine {
        /// As asked.
        tasks: u32,
        /// As asked.
        numbers: u64,
    },
    /// More than [`Workload::MAX_COST_NS`].
    #[error("--cost must be at most 1ms a number: progress and the GIL are looked at between two numbers")]
    Cost,
    /// More than [`Workload::MAX_IO`].
    #[error("--io must be at most {max} operations a task", max = crate::event::units::count(u64::from(Workload::MAX_IO)))]
    Io,
    /// More than [`Workload::MAX_LATENCY_NS`].
    #[error("--io-latency must be at most 1 hour")]
    Latency,
    /// Negative, not a number or more than 10.
    #[error("--skew must be between 0 (even tasks) and 10, not {0}")]
    Skew(f64),
    /// A record of no tasks.
    #[error("--chunksize must be at least 1, or auto")]
    Chunk,
    /// A worker for no records.
    #[error("--max-tasks-per-worker must be at least 1")]
    MaxRecords,
}

impl Workload {
    /// The most numbers: 2³², so that every sum fits in an `i64`.
    pub const MAX_NUMBERS: u64 = 1 << 32;
    /// The most tasks.
    pub const MAX_TASKS: u32 = 1_000_000;
    /// The highest cost of a number.
    pub const MAX_COST_NS: u64 = 1_000_000;
    /// The most I/O operations in a task.
    pub const MAX_IO: u32 = 10_000;
    /// The longest I/O operation.
    pub const MAX_LATENCY_NS: u64 = 3_600_000_000_000;

    /// The sum of 0 … n − 1.
    #[must_use]
    pub const fn expected(&self) -> i64 {
        (self.numbers as i128 * (self.numbers as i128 - 1) / 2) as i64
    }

    /// The payload of all tasks together, in bytes: the numbers as 64-bit integers.
    #[must_use]
    pub const fn payload_bytes(&self) -> u64 {
        self.numbers * size_of::<i64>() as u64
    }

    /// Its I/O in words: `I/O off`, `I/O 5 × 100 ms a task`, `I/O 5 × disk a task`.
    #[must_use]
    pub fn io_words(&self) -> String {
        match self.io_kind {
            _ if self.io == 0 => "I/O off".into(),
            IoKind::Disk => format!("I/O {} × disk a task", self.io),
            IoKind::Sleep | IoKind::Net => format!("I/O {} × {} a task", self.io, duration(self.io_latency_ns)),
        }
    }

    /// Whether this can be done.
    ///
    /// # Errors
    /// The first thing that is out of range.
    pub fn check(&self) -> Result<(), Impossible> {
        match self {
            w if !(1..=Self::MAX_NUMBERS).contains(&w.numbers) => Err(Impossible::Numbers(w.numbers)),
            w if !(1..=Self::MAX_TASKS).contains(&w.tasks) => Err(Impossible::Tasks(w.tasks)),
            w if u64::from(w.tasks) > w.numbers => Err(Impossible::TooFine { tasks: w.tasks, numbers: w.numbers }),
            w if w.cost_ns > Self::MAX_COST_NS => Err(Impossible::Cost),
            w if w.io > Self::MAX_IO => Err(Impossible::Io),
            w if w.io_latency_ns > Self::MAX_LATENCY_NS => Err(Impossible::Latency),
            w if !(0.0..=10.0).contains(&w.skew) => Err(Impossible::Skew(w.skew)),
            w if w.chunk == Chunk::Tasks(0) => Err(Impossible::Chunk),
            w if w.max_records == Some(0) => Err(Impossible::MaxRecords),
            _ => Ok(()),
        }
    }
}

impl Default for Workload {
    /// The lesson's sum: 100 million numbers at 91 ns, which is 9.1 s on one core.
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
            chunk: Chunk::Tasks(1),
            max_records: None,
            gil: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_sum_is_the_lessons() {
        assert_eq!(Workload::default().expected(), 4_999_999_950_000_000);
        assert_eq!(Workload { numbers: 1, ..Workload::default() }.expected(), 0);
        let most = Workload { numbers: Workload::MAX_NUMBERS, ..Workload::default() };
        assert_eq!(most.expected(), 9_223_372_034_707_292_160);
        assert_eq!(most.check(), Ok(()));
    }

    #[test]
    fn automatic_chunks_are_cpythons() {
        assert_eq!(Chunk::Auto.size(20, 2), 3);
        assert_eq!(Chunk::Auto.size(16, 4), 1);
        assert_eq!(Chunk::Auto.size(17, 4), 2);
        assert_eq!(Chunk::Tasks(5).size(17, 4), 5);
    }

    #[test]
    fn what_cannot_be_done_is_said() {
        let w = Workload::default;
        assert_eq!(Workload { numbers: 0, ..w() }.check(), Err(Impossible::Numbers(0)));
        assert_eq!(Workload { tasks: 0, ..w() }.check(), Err(Impossible::Tasks(0)));
        assert_eq!(Workload { numbers: 3, tasks: 4, ..w() }.check(), Err(Impossible::TooFine { tasks: 4, numbers: 3 }));
        assert_eq!(Workload { skew: -1.0, ..w() }.check(), Err(Impossible::Skew(-1.0)));
        assert!(Workload { skew: f64::NAN, ..w() }.check().is_err());
        assert_eq!(Workload { chunk: Chunk::Tasks(0), ..w() }.check(), Err(Impossible::Chunk));
    }
}
