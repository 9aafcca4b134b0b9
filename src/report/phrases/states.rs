//! Names of the states of workers and tasks, and the meanings of signs.

use crate::event::{Exit, SlotId};
use crate::model::{TaskState, WorkerState};
use crate::text;

/// A worker's state in a word; `takes_turns` if more tasks are ready than there are cores.
#[must_use]
pub fn worker_state(state: WorkerState, takes_turns: bool) -> &'static str {
    match state {
        WorkerState::Vacant => "",
        WorkerState::NotSpawned => text!("state-none"),
        WorkerState::Starting => text!("state-start"),
        WorkerState::Idle => text!("state-idle"),
        WorkerState::Loading => text!("state-load"),
        WorkerState::Computing => computing_word(takes_turns),
        WorkerState::WaitsForGil => text!("state-gil"),
        WorkerState::InIo => text!("state-io"),
        WorkerState::Blocked { lock } => blocked_word(lock),
        WorkerState::Suspended => text!("state-stop"),
        WorkerState::NotObserved => text!("state-unknown"),
        WorkerState::Exited(Exit::Code(0)) => text!("state-ended"),
        WorkerState::Exited(Exit::Code(_)) => text!("state-failed"),
        WorkerState::Exited(Exit::Signal(_)) => text!("state-killed"),
        WorkerState::Exited(Exit::Unknown) => text!("state-lost"),
    }
}

fn computing_word(takes_turns: bool) -> &'static str {
    if takes_turns { text!("state-turn") } else { text!("state-run") }
}

/// What a blocked worker of a watched program is blocked in.
fn blocked_word(lock: Option<bool>) -> &'static str {
    match lock {
        Some(true) => text!("state-lock"),
        Some(false) => text!("state-wait"),
        None => text!("state-blocked"),
    }
}

/// A task's state in a word; `takes_turns` if more tasks are ready than there are cores.
#[must_use]
pub fn task_state(state: TaskState, takes_turns: bool) -> &'static str {
    match state {
        TaskState::Unknown => super::UNKNOWN,
        TaskState::Queued => text!("state-queued"),
        TaskState::Held(_) => text!("state-held"),
        TaskState::Loading(_) => text!("state-load"),
        TaskState::Computing(_) => computing_word(takes_turns),
        TaskState::WaitsForGil(_) => text!("state-gil"),
        TaskState::InIo(_) => text!("state-io"),
        TaskState::Blocked { lock, .. } => blocked_word(lock),
        TaskState::Suspended(_) => text!("state-stop"),
        TaskState::NotObserved(_) => text!("state-unknown"),
        TaskState::Finished(_) => text!("state-done"),
        TaskState::Failed(_) => text!("state-failed"),
        TaskState::Lost(_) => text!("state-lost"),
        TaskState::Abandoned => text!("state-dropped"),
    }
}

/// A sign of the legend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegendSign {
    Computes,
    /// A task on a thread of a cluster, computing or not.
    Executes,
    /// The same, beside workers of a pool.
    ExecutesInCluster,
    TakesTurns,
    InIo,
    /// Blocked by the word of the kernel, in a watched program.
    Blocked,
    Queued,
    IdleCore,
    LostOrFailed,
    Suspended,
    /// It is not known what a thread does.
    NotObserved,
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

    /// The signs of a cluster.
    pub const OF_CLUSTER: [Self; 5] =
        [Self::Executes, Self::LostOrFailed, Self::NotObserved, Self::Later, Self::KeyMoment];

    /// The signs of a watched program that has a cluster beside other lanes.
    pub const OF_PROGRAM_AND_CLUSTER: [Self; 10] = [
        Self::Computes,
        Self::ExecutesInCluster,
        Self::TakesTurns,
        Self::Blocked,
        Self::IdleCore,
        Self::LostOrFailed,
        Self::NotObserved,
        Self::OtherPrograms,
        Self::Later,
        Self::KeyMoment,
    ];

    /// The meaning of the sign.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Computes => text!("sign-computes"),
            Self::Executes => text!("sign-executes"),
            Self::ExecutesInCluster => text!("sign-executes-in-cluster"),
            Self::TakesTurns => text!("sign-takes-turns"),
            Self::InIo => text!("sign-in-io"),
            Self::Blocked => text!("sign-blocked"),
            Self::Queued => text!("sign-queued"),
            Self::IdleCore => text!("sign-idle-core"),
            Self::LostOrFailed => text!("sign-lost"),
            Self::Suspended => text!("sign-suspended"),
            Self::NotObserved => text!("sign-not-observed"),
            Self::OtherPrograms => text!("sign-others"),
            Self::Later => text!("sign-later"),
            Self::KeyMoment => text!("sign-moment"),
            Self::Loads => text!("sign-loads"),
        }
    }

    /// The meaning of the sign where space is short.
    #[must_use]
    pub fn short_meaning(self) -> &'static str {
        match self {
            Self::ExecutesInCluster => text!("sign-executes-in-cluster-short"),
            Self::InIo => text!("sign-in-io-short"),
            Self::Blocked => text!("sign-blocked-short"),
            Self::IdleCore => text!("sign-idle-core-short"),
            Self::LostOrFailed => text!("sign-lost-short"),
            Self::OtherPrograms => text!("sign-others-short"),
            Self::Loads => text!("sign-loads-short"),
            _ => self.meaning(),
        }
    }

    /// The meaning of the sign where space is scarce.
    #[must_use]
    pub fn briefest_meaning(self) -> &'static str {
        match self {
            Self::TakesTurns => text!("sign-takes-turns-briefest"),
            Self::IdleCore => text!("sign-idle-core-briefest"),
            Self::KeyMoment => text!("sign-moment-briefest"),
            _ => self.short_meaning(),
        }
    }
}

/// What a row of the map stands for, longest first.
#[must_use]
pub fn tasks_per_row(n: u32) -> [String; 2] {
    [text!("tasks-per-row", n = n), text!("tasks-per-row-short", n = n)]
}

/// What a row of a worker's history stands for, longest first.
#[must_use]
pub fn worker_per_row() -> [String; 2] {
    [text!("worker-per-row").into(), text!("worker-per-row-short").into()]
}

/// What a row of the history of a cluster's thread stands for, longest first.
#[must_use]
pub fn thread_per_row() -> [String; 2] {
    [text!("thread-per-row").into(), text!("thread-per-row-short").into()]
}

/// What a row of a history stands for in a pool and in a cluster, longest first.
#[must_use]
pub fn worker_or_thread_per_row() -> [String; 2] {
    [text!("worker-or-thread-per-row").into(), text!("worker-or-thread-per-row-short").into()]
}

/// How many threads of a cluster have a row of the history, longest first.
#[must_use]
pub fn threads_of_rows(shown: u32, all: u32) -> [String; 2] {
    [text!("threads-of-rows", shown = shown, all = all), text!("threads-of-rows-short", shown = shown, all = all)]
}

/// Which threads of a cluster have a row of the history, longest first.
#[must_use]
pub fn threads_with_row(first: SlotId, last: SlotId, all: u32) -> [String; 2] {
    let (first, last) = (first.to_string(), last.to_string());
    [
        text!("threads-with-row", first = first.as_str(), last = last.as_str(), all = all),
        text!("threads-with-row-short", first = first, last = last, all = all),
    ]
}

/// How many workers have a row of the history, longest first.
#[must_use]
pub fn workers_of_rows(shown: u32, all: u32) -> [String; 2] {
    [text!("workers-of-rows", shown = shown, all = all), text!("workers-of-rows-short", shown = shown, all = all)]
}
