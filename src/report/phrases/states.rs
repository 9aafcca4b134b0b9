//! Names of the states of workers and tasks, and the meanings of signs.

use crate::event::Exit;
use crate::event::units::{format_count, format_task_count};
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
        WorkerState::Blocked { lock } => blocked_word(lock),
        WorkerState::Suspended => "stop",
        WorkerState::Exited(Exit::Code(0)) => "ended",
        WorkerState::Exited(Exit::Code(_)) => "failed",
        WorkerState::Exited(Exit::Signal(_)) => "killed",
    }
}

/// What a blocked worker of a watched program is blocked in.
#[must_use]
pub const fn blocked_word(lock: Option<bool>) -> &'static str {
    match lock {
        Some(true) => "lock",
        Some(false) => "wait",
        None => "blocked",
    }
}

/// A task's state in a word; `takes_turns` if more tasks are ready than there are cores.
#[must_use]
pub const fn task_state(state: TaskState, takes_turns: bool) -> &'static str {
    match state {
        TaskState::Unknown => super::UNKNOWN,
        TaskState::Queued => "queued",
        TaskState::Held(_) => "held",
        TaskState::Loading(_) => "load",
        TaskState::Computing(_) if takes_turns => "turn",
        TaskState::Computing(_) => "run",
        TaskState::WaitsForGil(_) => "GIL",
        TaskState::InIo(_) => "I/O",
        TaskState::Blocked { lock, .. } => blocked_word(lock),
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
    /// Blocked by the word of the kernel, in a watched program.
    Blocked,
    Queued,
    IdleCore,
    LostOrFailed,
    Suspended,
    OtherPrograms,
    /// After the displayed moment.
    Later,
    KeyMoment,
    Loads,
}

impl LegendSign {
    /// The signs of mpviz's own workload.
    pub const OF_WORKLOAD: [Self; 11] = [
        Self::Computes,
        Self::TakesTurns,
        Self::InIo,
        Self::Queued,
        Self::IdleCore,
        Self::LostOrFailed,
        Self::Suspended,
        Self::OtherPrograms,
        Self::Later,
        Self::KeyMoment,
        Self::Loads,
    ];

    /// The signs of a watched program.
    pub const OF_PROGRAM: [Self; 8] = [
        Self::Computes,
        Self::TakesTurns,
        Self::Blocked,
        Self::IdleCore,
        Self::LostOrFailed,
        Self::OtherPrograms,
        Self::Later,
        Self::KeyMoment,
    ];

    /// The meaning of the sign.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Computes => "computes",
            Self::TakesTurns => "takes turns",
            Self::InIo => "waits for I/O",
            Self::Blocked => "blocked: wait, lock",
            Self::Queued => "queued",
            Self::IdleCore => "core idle while tasks wait",
            Self::LostOrFailed => "killed or failed",
            Self::Suspended => "suspended",
            Self::OtherPrograms => "other programs",
            Self::Later => "later",
            Self::KeyMoment => "key moment",
            Self::Loads => "writes payload",
        }
    }

    /// The meaning of the sign where space is short.
    #[must_use]
    pub const fn short_meaning(self) -> &'static str {
        match self {
            Self::InIo => "in I/O",
            Self::Blocked => "blocked",
            Self::IdleCore => "idle, tasks wait",
            Self::LostOrFailed => "lost",
            Self::OtherPrograms => "others",
            Self::KeyMoment => "moment",
            Self::Loads => "loads",
            _ => self.meaning(),
        }
    }
}

/// What a row of the map stands for, longest first.
#[must_use]
pub fn tasks_per_row(n: u32) -> [String; 2] {
    let tasks = format_task_count(n.into());
    [if n == 1 { "one row = one task".into() } else { format!("one row = {tasks}") }, format!("row: {tasks}")]
}

/// What a row of a worker's history stands for, longest first.
#[must_use]
pub fn worker_per_row() -> [String; 2] {
    ["one row = one worker".into(), "row: 1 worker".into()]
}

/// How many workers have a row of the history, longest first.
#[must_use]
pub fn workers_of_rows(shown: u32, all: u32) -> [String; 2] {
    let (shown, all) = (format_count(shown.into()), format_count(all.into()));
    [format!("one row = one worker, {shown} of {all}"), format!("{shown} of {all} workers")]
}
