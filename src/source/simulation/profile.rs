//! What tasks need, whatever runs them.

use thiserror::Error;

use super::constants::MachineConstants;
use crate::event::Nanos;
use crate::event::workload::Workload;

/// What one task needs. Times are CPU time in ns unless stated otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TaskProfile {
    /// Writing the payload.
    pub load_ns: f64,
    /// Computing before the first wait.
    pub first_burst_ns: f64,
    /// Computing after each wait.
    pub burst_ns: f64,
    /// Number of waits, each followed by a burst.
    pub waits: u32,
    /// Duration of a wait, in wall time.
    pub wait_ns: f64,
    /// Returning the payload's memory.
    pub release_ns: f64,
    /// Size of the payload.
    pub bytes: u64,
    pub arrival: Arrival,
}

/// When a task is submitted. Times are in ns.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Arrival {
    /// With the task before it, as those of one call; the first one once the workers were started.
    #[default]
    WithPrevious,
    /// So long after the task before it.
    After(f64),
    /// So long after all tasks before it have finished, as those of the next call.
    WhenIdle(f64),
}

impl TaskProfile {
    /// CPU time of computing.
    #[must_use]
    pub fn bursts_ns(&self) -> f64 {
        self.first_burst_ns + f64::from(self.waits) * self.burst_ns
    }

    /// CPU time of the whole task.
    #[must_use]
    pub fn cpu_ns(&self) -> f64 {
        self.load_ns + self.bursts_ns() + self.release_ns
    }

    /// Time of all its waits.
    #[must_use]
    pub fn waits_ns(&self) -> f64 {
        f64::from(self.waits) * self.wait_ns
    }

    /// Duration until it finishes on a core of its own.
    #[must_use]
    pub fn duration_ns(&self) -> f64 {
        self.load_ns + self.bursts_ns() + self.waits_ns()
    }
}

/// Tasks in order of submission.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WorkloadProfile {
    /// At least one task, at most [`Workload::MAX_TASKS`].
    pub tasks: Vec<TaskProfile>,
}

/// Equal tasks as a user describes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Description {
    pub tasks: u32,
    /// CPU time of a task's computing.
    pub cpu: Nanos,
    /// Time of a task's I/O in all.
    pub io: Nanos,
    /// I/O operations of a task.
    pub io_operations: u32,
    /// Payload of a task in bytes.
    pub memory: u64,
}

/// Why a description is invalid.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum DescriptionError {
    #[error("the number of tasks must be between 1 and {max}, not {0}", max = Workload::MAX_TASKS)]
    Tasks(u32),
    #[error("a task needs CPU time or I/O")]
    Nothing,
    #[error("the time of I/O contradicts the number of operations: both are 0 or neither is")]
    Io,
    #[error("a task may have at most {max} I/O operations, not {0}", max = Workload::MAX_IO_OPERATIONS)]
    Operations(u32),
    #[error("a task may take at most {max} hours", max = Description::MAX_TASK_TIME / 3_600_000_000_000)]
    TooLong,
    #[error("a task's memory may be at most {max} GiB", max = Description::MAX_MEMORY >> 30)]
    Memory,
}

impl Description {
    /// Maximum of `cpu` and of `io`.
    pub const MAX_TASK_TIME: Nanos = 24 * 3_600_000_000_000;
    /// Maximum of `memory`.
    pub const MAX_MEMORY: u64 = Workload::MAX_NUMBERS * size_of::<i64>() as u64;

    /// Returns the first contradiction.
    pub fn check(&self) -> Result<(), DescriptionError> {
        match self {
            d if !(1..=Workload::MAX_TASKS).contains(&d.tasks) => Err(DescriptionError::Tasks(d.tasks)),
            d if d.cpu == 0 && d.io == 0 => Err(DescriptionError::Nothing),
            d if (d.io == 0) != (d.io_operations == 0) => Err(DescriptionError::Io),
            d if d.io_operations > Workload::MAX_IO_OPERATIONS => Err(DescriptionError::Operations(d.io_operations)),
            d if d.cpu > Self::MAX_TASK_TIME || d.io > Self::MAX_TASK_TIME => Err(DescriptionError::TooLong),
            d if d.memory > Self::MAX_MEMORY => Err(DescriptionError::Memory),
            _ => Ok(()),
        }
    }

    /// The tasks on a machine with these constants.
    pub fn profile(&self, constants: &MachineConstants) -> Result<WorkloadProfile, DescriptionError> {
        self.check()?;
        let burst_ns = self.cpu as f64 / f64::from(self.io_operations + 1);
        let wait_ns = self.io as f64 / f64::from(self.io_operations.max(1));
        let task = |i: u32| TaskProfile {
            load_ns: self.memory as f64 * constants.load_ns_per_byte,
            first_burst_ns: burst_ns,
            burst_ns: burst_ns + constants.io_operation_ns,
            waits: self.io_operations,
            wait_ns: wait_ns * (1.0 + WAIT_VARIATION * balanced_variation(i)) + constants.timer_slack_ns,
            release_ns: self.memory as f64 * constants.release_ns_per_byte,
            bytes: self.memory,
            arrival: Arrival::WithPrevious,
        };
        Ok(WorkloadProfile { tasks: (0..self.tasks).map(task).collect() })
    }
}

/// Variation of the waits of described tasks. Processor sharing would keep exactly equal tasks in step for the whole
/// run, so that their bursts always coincide, which a real scheduler does not.
const WAIT_VARIATION: f64 = 0.1;

/// Numbers from −1 to 1 whose mean is close to 0 over any range of `i`: multiples of the golden ratio, modulo 1.
fn balanced_variation(i: u32) -> f64 {
    2.0 * (f64::from(i + 1) * 0.618_033_988_749_895).fract() - 1.0
}
