//! The vocabulary: what can happen in a run, in the past tense, each fact with its time.
//!
//! Every source (native lanes, the probe, a recording) speaks these words and every face
//! (the screen, a report) is computed from them alone. Wishes of the viewer are not here:
//! they are [`crate::ui::Action`]s.

#![warn(missing_docs)]

pub mod codec;
mod run;
pub mod text;
pub mod units;
pub mod workload;

use serde::{Deserialize, Serialize};

use crate::event::text::SafeText;

pub use run::{CorePolicy, LanePlan, Machine, Mode, Repeat, Run};

/// Nanoseconds of `CLOCK_MONOTONIC` since the epoch of the run.
pub type Nanos = u64;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl $name {
            /// The number as an index into a column.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// A lane of a run: one mode running the workload. 0 to 3.
    LaneId(u8)
);
id!(
    /// A task of the workload, numbered in the order of submission; the same in every lane.
    TaskId(u32)
);
id!(
    /// One life of a worker. A replacement has a new number in the old one's slot.
    WorkerId(u32)
);
id!(
    /// A worker's place: a row on the screen, through which several processes may pass.
    SlotId(u32)
);

/// A fact, where and when it happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stamped {
    /// When, taken where the fact happened.
    pub at: Nanos,
    /// In which lane; none for what concerns the whole run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<LaneId>,
    /// What.
    pub event: Event,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// A run began; the first fact of every run, and its epoch.
    RunStarted(Box<Run>),
    /// Every lane has ended and no process is left.
    RunEnded {},

    /// A lane's zero: its tasks are submitted at this moment.
    LaneStarted {},
    /// Tasks `first`, `first + 1`, … joined the queue.
    TasksSubmitted {
        /// The first of them.
        first: TaskId,
        /// How many.
        count: u32,
    },
    /// The lane's processes were stopped by the viewer.
    LaneSuspended {},
    /// The lane's processes were continued by the viewer.
    LaneResumed {},
    /// No process of the lane is left and every task is accounted for.
    LaneEnded {
        /// How it ended.
        status: Status,
    },

    /// A worker's process was started. Threads of one process share the pid.
    WorkerSpawned {
        /// Who.
        worker: WorkerId,
        /// Where it sits.
        slot: SlotId,
        /// Its process.
        pid: u32,
    },
    /// A worker's process could not be started, also not after three tries.
    WorkerNotSpawned {
        /// The place that stays empty.
        slot: SlotId,
        /// What the system said.
        error: SafeText,
    },
    /// The worker is set up and about to take its first record.
    WorkerReady {
        /// Who.
        worker: WorkerId,
    },
    /// A thread of a process with several ended by itself; a whole process says nothing, its
    /// zombie is read instead.
    WorkerFinished {
        /// Who.
        worker: WorkerId,
        /// What the thread used in its life.
        usage: Usage,
    },
    /// The viewer had the worker killed; its [`Event::WorkerExited`] follows.
    WorkerKilled {
        /// Who.
        worker: WorkerId,
    },
    /// The worker's process is gone.
    WorkerExited {
        /// Who.
        worker: WorkerId,
        /// How.
        exit: Exit,
        /// What it used in its life, where it could be read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        usage: Option<Usage>,
    },

    /// A worker took one record from the queue: tasks `first`, `first + 1`, ….
    TaskTaken {
        /// By whom.
        worker: WorkerId,
        /// The first task of the record.
        first: TaskId,
        /// How many tasks the record holds.
        count: u32,
    },
    /// A task's payload is written in its worker's memory; adding begins.
    TaskLoaded {
        /// By whom.
        worker: WorkerId,
        /// Which.
        task: TaskId,
        /// Size of the payload.
        bytes: u64,
        /// CPU time charged to loading since the worker's last charge, in ns; see `worker::meter`.
        #[serde(default, skip_serializing_if = "is_zero")]
        cpu_ns: u64,
    },
    /// A task is under way.
    TaskProgressed {
        /// By whom.
        worker: WorkerId,
        /// Which.
        task: TaskId,
        /// How much of it is done, 0 to 1,000,000.
        ppm: u32,
        /// CPU time charged to adding since the worker's last charge, in ns.
        #[serde(default, skip_serializing_if = "is_zero")]
        cpu_ns: u64,
    },
    /// A worker began to wait for an I/O operation.
    IoStarted {
        /// Who.
        worker: WorkerId,
    },
    /// The I/O operation is done.
    IoFinished {
        /// Who.
        worker: WorkerId,
    },
    /// A thread got the lock that lets one thread of its process compute.
    GilAcquired {
        /// Who.
        worker: WorkerId,
    },
    /// The thread gave the lock up.
    GilReleased {
        /// Who.
        worker: WorkerId,
    },
    /// A task is done.
    TaskFinished {
        /// By whom.
        worker: WorkerId,
        /// Which.
        task: TaskId,
        /// Its partial sum.
        sum: i64,
        /// CPU time charged to adding since the worker's last charge, in ns.
        #[serde(default, skip_serializing_if = "is_zero")]
        cpu_ns: u64,
    },
    /// A task ended in an error; the worker goes on with its next record.
    TaskFailed {
        /// By whom.
        worker: WorkerId,
        /// Which.
        task: TaskId,
        /// Why.
        error: SafeText,
    },
    /// A task's payload is no longer in memory.
    TaskReleased {
        /// By whom.
        worker: WorkerId,
        /// Which.
        task: TaskId,
    },
    /// The worker that had these tasks died, perhaps before it could say that it had them.
    TasksLost {
        /// The first of them.
        first: TaskId,
        /// How many.
        count: u32,
        /// Who had them, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        worker: Option<WorkerId>,
    },
    /// Nobody will run these tasks: the rest of a failed record, the last worker gone, the run ended.
    TasksAbandoned {
        /// The first of them.
        first: TaskId,
        /// How many.
        count: u32,
    },

    /// The load of every core of the machine since the sample before: 0 idle, 1 busy.
    CoresSampled {
        /// Core number and load.
        loads: Vec<(u32, f32)>,
    },
    /// What the kernel has charged a live worker with so far.
    WorkerSampled {
        /// Who.
        worker: WorkerId,
        /// The figures.
        sample: ProcessSample,
    },
    /// Proportional set size of all processes of a lane together, taken near its peak.
    LanePssSampled {
        /// In bytes.
        bytes: u64,
    },
    /// Samples that could not be taken in time or at all.
    SamplesSkipped {
        /// How many.
        count: u32,
    },

    /// All facts that had arrived by this time are delivered. The live screen shows the run
    /// as of such a mark.
    Drained {
        /// For each lane with a shared queue, how far it was, as the queue's own offset says; none for
        /// other lanes.
        taken: Vec<Option<Taken>>,
    },
    /// What watching has cost so far.
    ObserverMeasured {
        /// CPU time of mpviz itself, workers not counted, in ns.
        cpu_ns: u64,
        /// The most memory mpviz has held, in bytes.
        peak_bytes: u64,
    },
}

/// How many tasks had been taken from a shared queue, as its own offset says, before and after the event pipe was read.
/// What the workers have announced lies between: at least `before` less one record for each of them, at most `after`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Before the pipe was read.
    pub before: u32,
    /// After.
    pub after: u32,
}

impl Event {
    /// Whether a worker told it of itself, so that it arrives in order with that worker's other facts alone.
    #[must_use]
    pub const fn is_workers_own(&self) -> bool {
        matches!(
            self,
            Self::WorkerReady { .. }
                | Self::WorkerFinished { .. }
                | Self::TaskTaken { .. }
                | Self::TaskLoaded { .. }
                | Self::TaskProgressed { .. }
                | Self::IoStarted { .. }
                | Self::IoFinished { .. }
                | Self::GilAcquired { .. }
                | Self::GilReleased { .. }
                | Self::TaskFinished { .. }
                | Self::TaskFailed { .. }
                | Self::TaskReleased { .. }
        )
    }
}

/// How a lane ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Every task finished.
    Finished,
    /// A task failed, was lost or was abandoned.
    Failed,
    /// The viewer ended the run.
    Cancelled,
}

impl Status {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Exit {
    /// By itself, with this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
}

/// What a process or thread used in its life, as the kernel accounts for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Time on a core, in ns (`schedstat`, first field).
    pub cpu_ns: u64,
    /// Time runnable but not on a core, in ns (`schedstat`, second field).
    pub run_delay_ns: u64,
    /// Times it gave its core up.
    pub voluntary_switches: u64,
    /// Times its core was taken from it.
    pub involuntary_switches: u64,
}

/// A sample of a live worker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessSample {
    /// Time on a core so far, in ns.
    pub cpu_ns: u64,
    /// Time runnable but not on a core so far, in ns.
    pub run_delay_ns: u64,
    /// Resident memory that is not shared, in bytes. Threads share their process's; it is then given for
    /// the first of them alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_bytes: Option<u64>,
    /// The core it was last on.
    pub core: u32,
    /// Times it was given a core so far (`schedstat`, third field).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeslices: Option<u64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}
