//! Messages of the driver `assets/dask/driver.py`, one line of JSON each.

use serde::Deserialize;

use crate::event::text::SafeText;
use crate::event::{ObservationGap, TaskCounts};

/// A message. All keys are optional.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Message {
    /// Why the observation ends. Nothing follows.
    pub error: Option<ObservationGap>,
    /// The address that was asked for: of the scheduler, or of its HTTP port. Nothing follows.
    pub address: Option<SafeText>,
    /// The first message.
    pub hello: Option<Hello>,
    /// Time of the scheduler when the message was made, in s since 1970.
    pub now: f64,
    pub events: Vec<Report>,
    /// Whether further reports up to this time follow in the next message.
    pub more: bool,
    /// Whether the scheduler has closed. Nothing follows.
    pub last: bool,
    pub memory: Vec<MemoryReport>,
    pub usage: Option<UsageReport>,
    /// Where tasks are, if they are not reported one by one.
    pub counts: Option<TaskCounts>,
    /// Reports that were dropped because the observer did not read them.
    pub dropped: u64,
    /// The sum of all results of a graph that mpviz runs.
    pub sum: Option<i64>,
    /// What cannot be observed.
    pub problem: Option<ObservationGap>,
}

/// Description of the cluster.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Hello {
    /// Time of the scheduler.
    pub time: f64,
    /// Process of the scheduler.
    pub pid: u32,
    /// Version of dask.distributed.
    pub version: SafeText,
    /// Setting `worker-saturation` of the scheduler.
    pub saturation: SafeText,
    /// Address of the scheduler.
    pub address: SafeText,
}

/// A task, and those whose results it needs.
pub type Dependent = (u32, Vec<u32>);

/// What happened, with its time; tasks and workers are numbered by the driver.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// Tasks from a number on: prefixes with the number of tasks of each, and those of them that need results which do
    /// not exist yet, with the tasks that compute these.
    Submitted(f64, u32, Vec<(SafeText, u32, Vec<Dependent>)>),
    /// The scheduler sent a task to a worker.
    Sent(f64, u32, Option<u32>),
    /// A worker began to execute a task.
    Executing(f64, u32, u32),
    /// A task that a worker executes left its thread to others.
    Seceded(f64, u32, u32),
    /// A task ended on a worker: its start, the size of its result in bytes, and when data was fetched for it.
    Finished(f64, u32, Option<u32>, f64, u64, Vec<(f64, f64)>),
    /// A task of this key failed by an exception of this class on this worker; none if one failed that it depends on.
    Erred(f64, u32, SafeText, Option<SafeText>, Option<u32>),
    /// The scheduler will not try a task again, with its key, since too many workers were lost with it. This one is the
    /// last.
    GivenUp(f64, u32, SafeText, Option<u32>),
    /// A task that was sent is back on the scheduler, with its key and the stimulus in words of Dask.
    Returned(f64, u32, SafeText, SafeText),
    /// A task waits for results again, those of these tasks, and these tasks wait for its result.
    Waits(f64, u32, Vec<u32>, Vec<u32>),
    /// A worker's thread has ended a task of this key that was cancelled.
    CancelledEnded(f64, u32, SafeText),
    /// The scheduler forgot a task, which was cancelled if it was open.
    Forgotten(f64, u32),
    /// The most since the last report: tasks queued on the scheduler, tasks of a worker, bytes of results.
    Held(f64, u32, u32, u64),
    WorkerAdded(f64, u32, WorkerDescription),
    /// Number of cores that a worker may use.
    HostDescribed(f64, u32, u32),
    /// A worker is gone, by this stimulus.
    WorkerRemoved(f64, u32, SafeText),
    /// All tasks and workers are reported anew.
    Reset((f64,)),
}

impl Report {
    /// The task that it is about, if it is one.
    #[must_use]
    pub fn task(&self) -> Option<u32> {
        match self {
            Self::Sent(_, task, ..)
            | Self::Executing(_, task, ..)
            | Self::Seceded(_, task, ..)
            | Self::Finished(_, task, ..)
            | Self::Erred(_, task, ..)
            | Self::GivenUp(_, task, ..)
            | Self::Returned(_, task, ..)
            | Self::Waits(_, task, ..)
            | Self::Forgotten(_, task) => Some(*task),
            Self::Submitted(..)
            | Self::CancelledEnded(..)
            | Self::Held(..)
            | Self::WorkerAdded(..)
            | Self::HostDescribed(..)
            | Self::WorkerRemoved(..)
            | Self::Reset(..) => None,
        }
    }

    /// Whether a task that was executed is not any more.
    #[must_use]
    pub fn is_end(&self) -> bool {
        matches!(self, Self::Finished(..) | Self::Erred(..) | Self::Returned(..) | Self::Forgotten(..))
    }

    /// The worker that stamped it, and whether it is the end of a task; none if the scheduler did.
    #[must_use]
    pub fn stamped_by(&self) -> Option<(u32, bool)> {
        match self {
            Self::Executing(.., worker) | Self::Seceded(.., worker) | Self::CancelledEnded(_, worker, _) => {
                Some((*worker, false))
            }
            Self::Finished(_, _, worker, ..) | Self::Erred(.., worker) => Some(((*worker)?, true)),
            _ => None,
        }
    }

    /// When it happened, in s since 1970.
    #[must_use]
    pub fn time(&self) -> f64 {
        match self {
            Self::Submitted(time, ..)
            | Self::Sent(time, ..)
            | Self::Executing(time, ..)
            | Self::Seceded(time, ..)
            | Self::Finished(time, ..)
            | Self::Erred(time, ..)
            | Self::GivenUp(time, ..)
            | Self::Returned(time, ..)
            | Self::Waits(time, ..)
            | Self::CancelledEnded(time, ..)
            | Self::Forgotten(time, ..)
            | Self::Held(time, ..)
            | Self::WorkerAdded(time, ..)
            | Self::HostDescribed(time, ..)
            | Self::WorkerRemoved(time, ..)
            | Self::Reset((time,)) => *time,
        }
    }
}

/// A worker: a process with threads.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct WorkerDescription {
    pub address: SafeText,
    pub name: SafeText,
    pub host: SafeText,
    pub pid: u32,
    pub threads: u32,
}

/// Worker, bytes managed, unmanaged and spilled, and age of its last heartbeat in s.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct MemoryReport(pub u32, pub i64, pub i64, pub i64, pub f64);

/// What was used since the beginning of the observation: CPU time and run-queue delay of the scheduler's thread in s,
/// bytes that workers sent to others, wrote to disk and read from it, and for each prefix whose figures changed, CPU
/// time and other time of its tasks in s.
#[derive(Clone, Debug, Deserialize)]
pub struct UsageReport(pub f64, pub f64, pub u64, pub u64, pub u64, pub Vec<(SafeText, f64, f64)>);
