//! One lane: what its tasks and workers did, and what they were doing at any time.

use super::map::{Cell, Map, Window};
use crate::event::{Exit, LaneId, LanePlan, Nanos, ProcessSample, SlotId, Status, TaskId, Usage, WorkerId};

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
    /// Taken with its record, but not its turn yet (or, after a failure or death, not accounted for yet).
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

/// One life of a worker.
#[derive(Clone, Debug, Default)]
pub struct Worker {}

impl Worker {
    /// Where it sits.
    #[must_use]
    pub fn slot(&self) -> Option<SlotId> {
        None
    }
    /// Its process.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        None
    }
    /// When its process was started.
    #[must_use]
    pub fn spawned(&self) -> Option<Nanos> {
        None
    }
    /// When it was ready for its first record.
    #[must_use]
    pub fn ready(&self) -> Option<Nanos> {
        None
    }
    /// When and how it ended.
    #[must_use]
    pub fn exited(&self) -> Option<(Nanos, Exit)> {
        None
    }
    /// What it used in its life, known at its end.
    #[must_use]
    pub fn usage(&self) -> Option<&Usage> {
        None
    }
    /// Its last sample at `t`.
    #[must_use]
    pub fn sample(&self, _t: Nanos) -> Option<&ProcessSample> {
        None
    }
    /// How long it has waited for I/O by `t`, in ns.
    #[must_use]
    pub fn io_time(&self, _t: Nanos) -> Nanos {
        0
    }
    /// How many I/O operations it began in `from..to`.
    #[must_use]
    pub fn io_count(&self, _from: Nanos, _to: Nanos) -> usize {
        0
    }
    /// The tasks it has taken, in order, whenever that was.
    pub fn tasks(&self) -> impl DoubleEndedIterator<Item = TaskId> + '_ {
        std::iter::empty()
    }
    /// How many tasks it has taken by `t`.
    #[must_use]
    pub fn tasks_taken(&self, _t: Nanos) -> u32 {
        0
    }
}

/// One lane of a run.
#[derive(Clone, Debug)]
pub struct Lane {
    id: LaneId,
    plan: LanePlan,
}

impl Lane {
    /// Its number.
    #[must_use]
    pub fn id(&self) -> LaneId {
        self.id
    }
    /// What it was planned to be.
    #[must_use]
    pub fn plan(&self) -> &LanePlan {
        &self.plan
    }
    /// Its zero: when its tasks were submitted.
    #[must_use]
    pub fn zero(&self) -> Option<Nanos> {
        None
    }
    /// When and how it ended.
    #[must_use]
    pub fn ended(&self) -> Option<(Nanos, Status)> {
        None
    }
    /// When a task finished last, so far.
    #[must_use]
    pub fn last_completion(&self) -> Option<Nanos> {
        None
    }
    /// From its zero to its last completion, in ns.
    #[must_use]
    pub fn makespan(&self) -> Option<Nanos> {
        None
    }
    /// How many there are at `t`.
    #[must_use]
    pub fn counts(&self, _t: Nanos) -> Counts {
        Counts::default()
    }
    /// The tasks queued at `t`, head first. Lazy: costs what is taken of it.
    pub fn queue(&self, _t: Nanos) -> impl Iterator<Item = TaskId> + '_ {
        std::iter::empty()
    }
    /// The head of the queue at `t`.
    #[must_use]
    pub fn next_in_queue(&self, t: Nanos) -> Option<TaskId> {
        self.queue(t).next()
    }
    /// What a task is doing at `t`.
    #[must_use]
    pub fn task(&self, _id: TaskId, _t: Nanos) -> TaskState {
        TaskState::Unknown
    }
    /// When things happened to a task; none if nothing is known of it.
    #[must_use]
    pub fn task_times(&self, _id: TaskId) -> Option<TaskTimes> {
        None
    }
    /// Number of places.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.plan.workers as usize
    }
    /// A place at `t`.
    #[must_use]
    pub fn seat(&self, _slot: SlotId, _t: Nanos) -> Seat {
        Seat::default()
    }
    /// A worker, if anything is known of it.
    #[must_use]
    pub fn worker(&self, _id: WorkerId) -> Option<&Worker> {
        None
    }
    /// Whether the viewer has stopped the lane's processes at `t`.
    #[must_use]
    pub fn suspended(&self, _t: Nanos) -> bool {
        false
    }
    /// Private memory of its live workers at their last samples before `t`, in bytes; none without samples.
    #[must_use]
    pub fn private_bytes(&self, _t: Nanos) -> Option<u64> {
        None
    }
    /// Proportional set size of its workers, as last sampled before `t`, in bytes.
    #[must_use]
    pub fn pss_bytes(&self, _t: Nanos) -> Option<u64> {
        None
    }
    /// The next transition after `t`.
    #[must_use]
    pub fn next_event(&self, _t: Nanos) -> Option<Nanos> {
        None
    }
    /// The last transition before `t`.
    #[must_use]
    pub fn previous_event(&self, _t: Nanos) -> Option<Nanos> {
        None
    }
    /// The map: row r is the `per_row` tasks from `first` + r × `per_row` on, over the window's columns.
    #[must_use]
    pub fn map(&self, _first: TaskId, _rows: usize, _per_row: u32, _window: Window) -> Map {
        Map::default()
    }
    /// The history of one place: a row of the map with the worker's task of each moment.
    #[must_use]
    pub fn history(&self, _slot: SlotId, _window: Window) -> Vec<Cell> {
        Vec::new()
    }
}
