//! States of lanes, tasks and workers at a moment.

use crate::event::{Exit, Nanos, TaskId, WorkerId};

/// Counts of tasks and workers at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LaneCounts {
    /// Tasks submitted so far.
    pub submitted: u32,
    pub queued: u32,
    /// Tasks taken but not loaded yet.
    pub held: u32,
    /// Tasks whose payload is in memory.
    pub resident: u32,
    /// Tasks whose payload is being written.
    pub loading: u32,
    /// Payload of the tasks in memory, in bytes.
    pub resident_bytes: u64,
    /// Workers in I/O.
    pub in_io: u32,
    /// Workers that hold a task and are neither in I/O nor suspended; under a GIL at most 1.
    pub ready: u32,
    /// Tasks finished so far.
    pub finished: u32,
    pub failed: u32,
    pub lost: u32,
    pub abandoned: u32,
    /// Workers that have started and not ended.
    pub live_workers: u32,
    /// Threads of a cluster of which it is not known what they do, and those of them that had a task before.
    pub unobserved: u32,
    pub unobserved_with_task: u32,
}

/// State of a task at a moment, and its worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskState {
    /// Not submitted yet.
    Unknown,
    /// In the queue.
    Queued,
    /// Held by a worker that processes an earlier task of the record; or dropped after a failure, but not yet reported.
    Held(WorkerId),
    /// Its payload is being written.
    Loading(WorkerId),
    /// Its numbers are being added.
    Computing(WorkerId),
    /// Its thread waits for the GIL.
    WaitsForGil(WorkerId),
    /// Its worker is in I/O.
    InIo(WorkerId),
    /// Its worker is blocked by the word of the kernel, in a lock or elsewhere; none if the kernel does not tell.
    Blocked {
        worker: WorkerId,
        lock: Option<bool>,
    },
    /// Its lane is suspended.
    Suspended(WorkerId),
    /// The cluster's worker that ran it sends nothing any more.
    NotObserved(WorkerId),
    Finished(WorkerId),
    Failed(WorkerId),
    /// Its worker died; none if the worker is unknown.
    Lost(Option<WorkerId>),
    /// It will not be run.
    Abandoned,
}

/// State of a worker at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WorkerState {
    /// The slot has had no worker yet.
    #[default]
    Vacant,
    /// Its worker could not be started.
    NotSpawned,
    /// Started but not ready.
    Starting,
    /// Without a task.
    Idle,
    /// Writing a payload.
    Loading,
    /// Adding.
    Computing,
    /// Waiting for the GIL.
    WaitsForGil,
    /// In I/O.
    InIo,
    /// Blocked by the word of the kernel, in a lock or elsewhere; none if the kernel does not tell.
    Blocked { lock: Option<bool> },
    /// Suspended by the viewer.
    Suspended,
    /// A thread of a cluster's worker that sends nothing any more.
    NotObserved,
    /// Its worker has ended and has not been replaced.
    Exited(Exit),
}

/// State of a slot at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SlotSnapshot {
    /// The current worker, or the last one.
    pub worker: Option<WorkerId>,
    pub pid: Option<u32>,
    pub state: WorkerState,
    /// The current task, until its payload is released.
    pub task: Option<TaskId>,
    /// Tasks of the record after the current one.
    pub rest_of_record: u32,
    /// Progress of the task, from 0 to 1; none before it is loaded.
    pub progress: Option<f32>,
    /// Private memory at its last sample, in bytes.
    pub private_bytes: Option<u64>,
    /// The core it last ran on.
    pub core: Option<u32>,
}

/// Times of a task, in run time; none for events that have not happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TaskTimes {
    pub submitted: Option<Nanos>,
    /// Time at which a worker took the task's record.
    pub taken: Option<Nanos>,
    /// Time at which the payload was completely written.
    pub loaded: Option<Nanos>,
    /// Time at which the task finished, failed, was lost or was abandoned.
    pub ended: Option<Nanos>,
    /// Time at which the payload was released.
    pub released: Option<Nanos>,
    /// The worker that took it.
    pub worker: Option<WorkerId>,
    /// Size of its payload in bytes; 0 before it is loaded.
    pub bytes: u64,
}

/// Durations of a task's phases, in ns; none for phases that have not begun.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TaskDurations {
    pub queued: Option<Nanos>,
    pub loading: Option<Nanos>,
    /// Loaded and not in I/O: adding, or waiting for a core or the GIL.
    pub computing: Option<Nanos>,
    pub in_io: Option<Nanos>,
    /// From submission to its end.
    pub total: Option<Nanos>,
}
