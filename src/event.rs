//! The events of a run, in the past tense, each with its time.
//!
//! Every source (engine, probe, recording) produces these events, and the screen and the reports are computed from
//! them alone. Requests of the viewer are a type of their own, [`crate::ui::Action`].

mod cluster;
pub mod codec;
mod graph;
mod ids;
mod observation_gap;
mod program;
mod run;
pub mod text;
pub mod units;
mod usage;
pub mod workload;

use serde::{Deserialize, Serialize};

use crate::event::text::SafeText;

pub use cluster::{ClusterMemory, ClusterUsage, RequeueCause, TaskCounts};
pub use graph::{ClusterGraph, GraphKind};
pub use ids::{CallId, LaneId, SlotId, TaskId, WorkerId};
pub use observation_gap::ObservationGap;
pub use program::{Call, CallKind, CodeLocation, PoolKind, ProgramPool, WatchedProgram};
pub use run::{CPYTHON, CorePolicy, LanePlan, Machine, Mode, RepeatPosition, Run, SIMULATED_ENGINE, mode_name};
pub use usage::{FinalUsage, ParentUsage, ProcessSample};

/// Nanoseconds of `CLOCK_MONOTONIC` since the epoch of the run.
pub type Nanos = u64;

/// An event with its time and lane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StampedEvent {
    /// Time of the event, taken where it happened.
    pub at: Nanos,
    /// None for events of the whole run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<LaneId>,
    pub event: Event,
}

/// Error of a task that failed by an exception of unknown class: Dask does not report that of a task that it tries again.
pub const UNKNOWN_ERROR: &str = "an error";

/// What happened at that time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The run began. This is the first event of every run; its time is the run's epoch.
    RunStarted(Box<Run>),
    /// All lanes have ended and no process is left.
    RunEnded {},

    /// A watched program created a pool or started processes: a lane that the run did not have at its start. Its number
    /// follows that of the newest lane.
    LaneOpened(Box<LanePlan>),
    /// A lane that had ended is used again: the program created a pool at the same place.
    LaneReopened {},
    /// The program ended the lane's pool. How its workers end from here on is the program's will: none of them died.
    PoolEnded {
        /// What the process that created the pool used while it existed; none if unknown, or for a pool of threads.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parent: Option<ParentUsage>,
    },
    /// The lane's time zero: its tasks are submitted now.
    LaneStarted {},
    /// The watched program called a function that submits tasks. Its number follows that of the newest call.
    CallMade(Box<Call>),
    /// Tasks `first`, `first + 1`, … joined the queue.
    TasksSubmitted {
        first: TaskId,
        count: u32,
        /// The call that submitted the tasks; none for the tasks of a workload.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        call: Option<CallId>,
    },
    /// The pickled task was written to the queue of its pool, where the parent process holds it until a worker takes
    /// it.
    TaskQueued { task: TaskId, bytes: u64 },
    /// The scheduler of a cluster sent a queued task to a worker, which holds it until one of its threads is free.
    TaskSent { task: TaskId },
    /// A task that was sent and had not started is back on the scheduler. Its worker, or the first thread of it,
    /// follows as ended if it was lost.
    TaskReturned {
        task: TaskId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        worker: Option<WorkerId>,
    },
    /// A task that was submitted needs results of other tasks that do not exist yet, or any more. May be repeated with
    /// further ones.
    TaskDepends { task: TaskId, on: Vec<TaskId> },
    /// A task of a cluster is not new: it was returned, or runs again `after` an attempt that has a number of its own. It
    /// may have moved to another worker since it was sent.
    TaskRequeued {
        task: TaskId,
        cause: RequeueCause,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<TaskId>,
    },
    /// The scheduler of a cluster will not try a task again: as many workers were lost with it as are allowed. It is lost
    /// with this worker, or the first thread of it, which follows as ended.
    TaskGivenUp { task: TaskId, worker: WorkerId },
    /// Data of a task was fetched from other workers of its cluster, while the thread that ran it then had no task.
    TransferWaited { worker: WorkerId, task: TaskId, ns: u64 },
    /// The most that a cluster held at a time since the previous event of this kind.
    TasksHeld {
        /// Tasks that the scheduler kept although a worker could run them.
        on_scheduler: u32,
        /// Tasks that one worker had, executing and waiting.
        on_worker: u32,
        /// Results on all workers, in bytes.
        result_bytes: u64,
    },
    /// The program that submitted the tasks has received all results, which have this sum.
    SumReturned { sum: i64 },
    /// The name of a task in its program, such as its key in Dask. Told of tasks that failed or that a lost worker held.
    TaskNamed { task: TaskId, name: SafeText },
    /// The viewer stopped the lane's processes.
    LaneSuspended {},
    /// The viewer continued the lane's processes.
    LaneResumed {},
    /// The lane has no process left, and every task is accounted for.
    LaneEnded { status: LaneStatus },

    /// A worker's process was started. Threads of one process share the pid.
    WorkerSpawned { worker: WorkerId, slot: SlotId, pid: u32 },
    /// The name of a worker in its cluster, with its host.
    WorkerNamed { worker: WorkerId, name: SafeText },
    /// Number of cores that a worker of a cluster may use on its host.
    HostDescribed { host: SafeText, cores: u32 },
    /// A worker of a cluster, named by one of its threads, has sent no heartbeat since this time of the run, in ns.
    HeartbeatsMissed { worker: WorkerId, since: Nanos },
    /// Heartbeats of the worker come again. The thread may be another one.
    HeartbeatsResumed { worker: WorkerId },
    /// A worker's process could not be started in three attempts.
    WorkerNotSpawned {
        /// The slot that stays empty, because its worker could not be started.
        slot: SlotId,
        /// The system's error message.
        error: SafeText,
    },
    /// The worker is set up and about to take its first record.
    WorkerReady { worker: WorkerId },
    /// A thread of a multi-threaded worker process ended. For whole processes, the zombie is read instead.
    WorkerFinished { worker: WorkerId, usage: FinalUsage },
    /// The viewer had the worker killed; [`Event::WorkerExited`] follows.
    WorkerKilled { worker: WorkerId },
    /// The watched program ends the worker itself: `Process.kill()`. [`Event::WorkerExited`] follows.
    WorkerEndedByProgram { worker: WorkerId },
    /// The worker's process ended.
    WorkerExited {
        worker: WorkerId,
        exit: Exit,
        /// Resource usage of the process; none if it could not be read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        usage: Option<FinalUsage>,
    },

    /// Workers of the lane have written to standard error.
    WorkerErrorOutput {
        /// The first lines.
        text: SafeText,
    },

    /// A worker took one record from the queue: tasks `first`, `first + 1`, ….
    TaskTaken {
        worker: WorkerId,
        first: TaskId,
        /// Tasks in the record.
        count: u32,
        /// Time that a watched program's worker spent on receiving and unpickling the record, in ns.
        #[serde(default, skip_serializing_if = "is_zero")]
        receive_ns: u64,
    },
    /// A task's payload was written to its worker's memory, and adding begins.
    TaskLoaded {
        worker: WorkerId,
        task: TaskId,
        /// Size of the payload in bytes.
        bytes: u64,
        /// CPU time charged to loading since the worker's last charge, in ns; see `worker::meter`.
        #[serde(default, skip_serializing_if = "is_zero")]
        cpu_ns: u64,
    },
    /// A task has made progress.
    TaskProgressed {
        worker: WorkerId,
        task: TaskId,
        /// Parts per million that are done, 0 to 1,000,000.
        ppm: u32,
        /// CPU time charged to adding since the worker's last charge, in ns.
        #[serde(default, skip_serializing_if = "is_zero")]
        cpu_ns: u64,
    },
    /// A worker started an I/O operation and waits for it.
    IoStarted { worker: WorkerId },
    /// The I/O operation is done.
    IoFinished { worker: WorkerId },
    /// A worker of a watched program was found blocked by the kernel, from its scheduler statistics and system call.
    WaitStarted {
        worker: WorkerId,
        /// Whether it waits for a lock (futex), rather than for input, output or time; none if the kernel does not
        /// tell.
        #[serde(default = "no_lock", skip_serializing_if = "is_no_lock")]
        lock: Option<bool>,
    },
    /// The worker was found running or in another wait, or its task ended.
    WaitFinished {
        worker: WorkerId,
        /// How often it was found in this wait; 0 if that is not known. The ends of a wait are estimated, its looks are
        /// not.
        #[serde(default, skip_serializing_if = "is_zero")]
        looks: u64,
    },
    /// A thread acquired the lock that lets one thread of its process compute.
    GilAcquired { worker: WorkerId },
    /// The thread released the lock.
    GilReleased { worker: WorkerId },
    /// A task is done.
    TaskFinished {
        worker: WorkerId,
        task: TaskId,
        /// Its partial sum; none for a task of a watched program.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sum: Option<i64>,
        /// CPU time charged to adding since the worker's last charge, in ns. For a task of a watched program, the CPU
        /// time of the worker's thread during the task and of the programs that the task ran.
        #[serde(default, skip_serializing_if = "is_zero")]
        cpu_ns: u64,
        /// Size of the pickled result of a watched program's task, in bytes.
        #[serde(default, skip_serializing_if = "is_zero")]
        result_bytes: u64,
    },
    /// A task ended with an error, [`UNKNOWN_ERROR`] if its class is unknown; the worker continues with its next record.
    TaskFailed { worker: WorkerId, task: TaskId, error: SafeText },
    /// A task's payload is no longer in memory.
    TaskReleased { worker: WorkerId, task: TaskId },
    /// The worker that held these tasks died, perhaps before it could announce them.
    TasksLost {
        first: TaskId,
        count: u32,
        /// The worker that held the tasks; none if unknown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        worker: Option<WorkerId>,
    },
    /// These tasks will not run, because an earlier task of their record failed, no worker is left, or the run ended.
    /// Those of a cluster were cancelled, also while they ran, or their end was not reported.
    TasksAbandoned { first: TaskId, count: u32 },

    /// Load of every core of the machine since the previous sample, from 0 (idle) to 1 (busy).
    CoresSampled {
        /// Core number and load.
        loads: Vec<(u32, f32)>,
    },
    /// A core went offline: it is not in the samples any more.
    CoreWentOffline { core: u32 },
    /// A core came online, perhaps again.
    CoreCameOnline { core: u32 },
    /// Resource usage of a live worker.
    WorkerSampled { worker: WorkerId, sample: ProcessSample },
    /// Memory of a worker of a cluster by kind, in bytes. Of threads that share a process, only the first has it.
    WorkerMemorySampled { worker: WorkerId, memory: ClusterMemory },
    /// What a cluster has used since the lane's time zero, as far as its workers have reported.
    ClusterUsageSampled { usage: ClusterUsage },
    /// Times of a call's tasks in a cluster since the lane's time zero, as far as its workers have reported, in ns.
    CallTimeSampled {
        call: CallId,
        /// CPU time of the tasks' threads.
        cpu_ns: u64,
        /// Other time of the tasks: waits, also for a core or the GIL.
        other_ns: u64,
    },
    /// Where the tasks of a cluster are, of which no more is known than their numbers.
    TasksCounted { counts: TaskCounts },
    /// Proportional set size of all processes of a lane, taken near its peak.
    LanePssSampled { bytes: u64 },
    /// Samples that were not taken, or not in time.
    SamplesSkipped { count: u32 },

    /// All events that had arrived by this time are delivered. The live screen shows the run as of such a mark.
    Drained {
        /// For each lane with a shared queue, how many tasks its read offset says were taken; none for other lanes.
        taken: Vec<Option<TakenTaskBounds>>,
    },
    /// A process of the watched program began to report: its interpreter has loaded mpviz's hooks.
    InterpreterAttached {
        pid: u32,
        /// Implementation and version, such as `cpython 3.11.7`.
        engine: SafeText,
    },
    /// The watched program's first process ended.
    ProgramExited { exit: Exit },
    /// Reports of the watched program that were overwritten before mpviz read them.
    ReportsDropped { count: u64 },
    /// Why a part of the watched program is not observed, such as a process whose reports cannot be read.
    NotObserved { reason: ObservationGap },
    /// The part that was not observed for this reason is observed again, and nothing was missed. In recordings of earlier
    /// builds, of [`ObservationGap::WorkerSilent`].
    ObservedAgain { reason: ObservationGap },
    /// Resources that mpviz itself has used so far.
    ObserverMeasured {
        /// CPU time of mpviz without its workers, in ns.
        cpu_ns: u64,
        /// Peak resident memory of mpviz, in bytes.
        peak_bytes: u64,
    },
}

/// Tasks taken from a shared queue according to its read offset, before and after the event pipe was read.
///
/// The workers' announcements lie between these bounds: at least `before` less one record per worker, at most `after`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenTaskBounds {
    pub before: u32,
    pub after: u32,
}

impl Event {
    /// The worker that sent the event itself. Such events are in order only per worker.
    #[must_use]
    pub const fn sender(&self) -> Option<WorkerId> {
        match self {
            Self::WorkerReady { worker }
            | Self::WorkerFinished { worker, .. }
            | Self::TaskTaken { worker, .. }
            | Self::TaskLoaded { worker, .. }
            | Self::TaskProgressed { worker, .. }
            | Self::IoStarted { worker }
            | Self::IoFinished { worker }
            | Self::WaitStarted { worker, .. }
            | Self::WaitFinished { worker, .. }
            | Self::GilAcquired { worker }
            | Self::GilReleased { worker }
            | Self::TaskFinished { worker, .. }
            | Self::TaskFailed { worker, .. }
            | Self::TaskReleased { worker, .. } => Some(*worker),
            _ => None,
        }
    }
}

/// How a lane ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LaneStatus {
    Finished,
    /// A task failed, was lost or was abandoned.
    Failed,
    /// The viewer ended the run.
    Cancelled,
}

impl LaneStatus {
    /// Returns the name, as in reports.
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
    /// Exit code.
    Code(i32),
    /// Terminating signal.
    Signal(i32),
    /// Not known: a worker of a cluster is gone.
    Unknown,
}

#[expect(clippy::unnecessary_wraps, reason = "serde takes a value of the field's type")]
const fn no_lock() -> Option<bool> {
    Some(false)
}

#[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_no_lock(lock: &Option<bool>) -> bool {
    *lock == no_lock()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}
