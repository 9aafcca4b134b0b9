//! Kinds of problems: failed starts, dead workers, failed tasks.

use serde::Serialize;

use crate::event::text::SafeText;
use crate::event::{Exit, SlotId, TaskId, WorkerId};

/// A problem of a lane, such as a dead worker, with its time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Problem {
    /// Time since the lane's time zero, or since the start of a watched program, in s.
    pub at_s: f64,
    #[serde(flatten)]
    pub what: ProblemKind,
}

/// Kind of a lane's problem: a failed start, a dead worker or a failed task.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum ProblemKind {
    /// A worker's process could not be started.
    NotStarted {
        /// The slot whose worker could not be started.
        slot: SlotId,
        error: SafeText,
    },
    /// A worker ended by a signal or with an error.
    Died {
        worker: WorkerId,
        pid: Option<u32>,
        /// The worker of a cluster, whose threads all ended.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<SafeText>,
        exit: Exit,
        /// Whether its executor ended it, because another worker had died.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        by_executor: bool,
        /// The tasks that were lost when the worker died.
        tasks: Vec<TaskId>,
    },
    /// A core of the lane went offline.
    CoreOffline { core: u32 },
    /// Workers wrote to standard error.
    ErrorOutput { text: SafeText },
    /// A task ended with an error.
    TaskFailed {
        task: TaskId,
        /// Its key in a cluster, if known.
        #[serde(skip_serializing_if = "Option::is_none")]
        key: Option<SafeText>,
        /// The function of the call that submitted the task, in a cluster its prefix.
        #[serde(skip_serializing_if = "Option::is_none")]
        function: Option<SafeText>,
        worker: WorkerId,
        /// The worker of a cluster, of which `worker` is a thread.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<SafeText>,
        error: SafeText,
        /// Whether the task of a cluster was tried again.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        ran_again: bool,
    },
}

impl ProblemKind {
    /// Sort key among problems of the same time.
    pub(super) const fn sort_key(&self) -> (u8, u32) {
        match self {
            Self::NotStarted { slot, .. } => (0, slot.0),
            Self::Died { worker, .. } => (1, worker.0),
            Self::TaskFailed { task, .. } => (2, task.0),
            Self::ErrorOutput { .. } => (3, 0),
            Self::CoreOffline { core } => (4, *core),
        }
    }
}
