//! Names of the states of workers and tasks, and the meanings of signs.

use crate::event::Exit;
use crate::model::{TaskState, WorkerState};

/// A worker's state in a word; `takes_turns` if more tasks are ready than there are cores.
#[must_use]
pub const fn worker_state(state: WorkerState, takes_turns: bool) -> &'static str {
    match state {
        WorkerState::Vacant => "",
        WorkerState::NotSpawned => "none",
        WorkerState::Starting => "start",
        WorkerState::Idle => "idle",
        WorkerState::Loading => "load",
        WorkerState::Computing if takes_turns => "turn",
        WorkerState::Computing => "run",
        WorkerState::WaitsForGil => "GIL",
        WorkerState::InIo => "I/O",
        WorkerState::Suspended => "stop",
        WorkerState::Exited(Exit::Code(0)) => "ended",
        WorkerState::Exited(Exit::Code(_)) => "failed",
        WorkerState::Exited(Exit::Signal(_)) => "killed",
    }
}

/// A task's state in a word.
#[must_use]
pub const fn task_state(state: TaskState) -> &'static str {
    match state {
        TaskState::Unknown => super::UNKNOWN,
        TaskState::Queued => "queued",
        TaskState::Held(_) => "held",
        TaskState::Loading(_) => "load",
        TaskState::Computing(_) => "run",
        TaskState::WaitsForGil(_) => "GIL",
        TaskState::InIo(_) => "I/O",
        TaskState::Suspended(_) => "stop",
        TaskState::Finished(_) => "done",
        TaskState::Failed(_) => "failed",
        TaskState::Lost(_) => "lost",
        TaskState::Abandoned => "dropped",
    }
}

/// A sign of the legend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegendSign {
    Computes,
    TakesTurns,
    InIo,
    Queued,
    FutureOrOthers,
    IdleCore,
    Lost,
    Suspended,
    /// In a tile: running on a core.
    TileOnCore,
    /// In a tile: sharing a core.
    TileShare,
    TileInIo,
    TileLoads,
    MemoryBox,
}

impl LegendSign {
    pub const ALL_VARIANTS: [Self; 13] = [
        Self::Computes,
        Self::TakesTurns,
        Self::InIo,
        Self::Queued,
        Self::FutureOrOthers,
        Self::IdleCore,
        Self::Lost,
        Self::Suspended,
        Self::TileOnCore,
        Self::TileShare,
        Self::TileInIo,
        Self::TileLoads,
        Self::MemoryBox,
    ];

    /// The meaning of the sign in at most 16 characters.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Computes => "computes",
            Self::TakesTurns => "takes turns",
            Self::InIo | Self::TileInIo => "waits for I/O",
            Self::Queued => "queued",
            Self::FutureOrOthers => "future; others",
            Self::IdleCore => "idle, tasks wait",
            Self::Lost => "killed or failed",
            Self::Suspended => "suspended",
            Self::TileOnCore => "on this core",
            Self::TileShare => "gets % of a core",
            Self::TileLoads => "writes payload",
            Self::MemoryBox => "box: memory",
        }
    }

    /// The meaning of the sign for the footer, which has more space.
    #[must_use]
    pub const fn long_meaning(self) -> &'static str {
        match self {
            Self::IdleCore => "core idle while tasks wait",
            _ => self.meaning(),
        }
    }
}

/// What a row of the map stands for.
#[must_use]
pub fn tasks_per_row(n: u32) -> String {
    if n == 1 { "one row = one task".into() } else { format!("one row = {n} tasks") }
}

/// What a row of a worker's history stands for.
#[must_use]
pub fn worker_per_row() -> String {
    "one row = one worker".into()
}
