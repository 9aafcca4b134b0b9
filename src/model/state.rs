//! What a lane, a task, a worker is at a moment.

use crate::event::{Exit, Nanos, TaskId, WorkerId};

/// How many there are at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tasks submitted so far.
    pub submitted: u32,
    /// Tasks in the queue.
    pub queued: u32,
    /// Tasks taken but not loaded yet.
    pub held: u32,
    /// Tasks whose payload is in memory.
    pub resident: u32,
    /// Their payload, in bytes.
    pub resident_bytes: u64,
    /// Workers waiting for I/O.
    pub in_io: u32,
    /// Workers that hold a task and are neither in I/O nor suspended; under a GIL at most 1.
    pub ready: u32,
    /// Tasks finished so far.
    pub finished: u32,
    /// Tasks failed so far.
    pub failed: u32,
    /// Tasks lost so far.
    pub lost: u32,
    /// Tasks abandoned so far.
    pub abandoned: u32,
    /// Workers started and not gone.
    pub live_workers: u32,
}

/// What a task is doing at a moment, and which worker has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskState {
    /// Not submitted yet.
    Unknown,
    /// In the queue.
    Queued,
    /// TakenBounds with its record, but not its turn yet (or, after a failure or death, not accounted for yet).
    Held(WorkerId),
    /// Its payload is being written.
    Loading(WorkerId),
    /// Being added.
    Computing(WorkerId),
    /// Its thread wants the GIL.
    WaitsForGil(WorkerId),
    /// Its worker waits for I/O.
    InIo(WorkerId),
    /// Its lane is suspended.
    Suspended(WorkerId),
    /// Done.
    Finished(WorkerId),
    /// Ended in an error.
    Failed(WorkerId),
    /// Its worker died; none if nobody knows which.
    Lost(Option<WorkerId>),
    /// Nobody will run it.
    Abandoned,
}

/// What a worker is doing at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SeatState {
    /// Nobody has been here yet.
    #[default]
    Vacant,
    /// Its worker could not be started.
    NotSpawned,
    /// The process was started but is not ready.
    Starting,
    /// Without a task.
    Idle,
    /// Writing a payload.
    Loading,
    /// Adding.
    Computing,
    /// Wants the GIL.
    WaitsForGil,
    /// Waits for I/O.
    InIo,
    /// Stopped by the viewer.
    Suspended,
    /// Gone, and nobody has taken its place (yet).
    Exited(Exit),
}

/// A worker's place at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Seat {
    /// Who sits or last sat here.
    pub worker: Option<WorkerId>,
    /// Its process.
    pub pid: Option<u32>,
    /// What it is doing.
    pub state: SeatState,
    /// The task whose turn it is, until its payload is released.
    pub task: Option<TaskId>,
    /// How many tasks of the record are still to come after it.
    pub rest_of_record: u32,
    /// How much of the task is done, 0 to 1; none before it is loaded.
    pub progress: Option<f32>,
    /// Whether it is not the first worker in this place.
    pub replaced: bool,
    /// Share of one core it had between its last two samples; none without samples.
    pub cpu_share: Option<f32>,
    /// Share of that time it wanted a core and had none.
    pub wait_share: Option<f32>,
    /// Private memory at its last sample, in bytes.
    pub private_bytes: Option<u64>,
    /// The core it was last seen on.
    pub core: Option<u32>,
}

/// When things happened to a task, in run time; none for what has not happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TaskTimes {
    /// Joined the queue.
    pub submitted: Option<Nanos>,
    /// Its record was taken.
    pub taken: Option<Nanos>,
    /// Its payload was written.
    pub loaded: Option<Nanos>,
    /// Finished, failed, lost or abandoned.
    pub ended: Option<Nanos>,
    /// Its payload was released.
    pub released: Option<Nanos>,
    /// Who took it.
    pub worker: Option<WorkerId>,
    /// Its payload, in bytes; 0 before it is loaded.
    pub bytes: u64,
}

/// What the time of a task went into by some moment, in ns; none for what has not begun.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TaskSpent {
    /// In the queue.
    pub queued: Option<Nanos>,
    /// Writing its payload.
    pub loading: Option<Nanos>,
    /// Loaded and not in I/O: adding, or waiting for a core or the lock.
    pub computing: Option<Nanos>,
    /// Waiting for I/O.
    pub in_io: Option<Nanos>,
    /// From joining the queue to its end.
    pub total: Option<Nanos>,
}
