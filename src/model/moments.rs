//! The moments of a lane worth jumping to.

use crate::event::{Nanos, WorkerId};

/// A moment of a lane worth jumping to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub at: Nanos,
    /// What makes it so.
    pub kind: MomentKind,
}

/// What makes a moment worth jumping to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MomentKind {
    /// A worker waits for I/O for the first time.
    FirstIo,
    /// For the first time since all its first workers were ready, a core is idle while tasks wait.
    FirstIdleCore,
    /// The queue is empty, for good.
    QueueEmpty,
    /// The most payload is in memory, for the first time.
    MemoryPeak,
    /// A worker was killed or failed.
    Death(WorkerId),
    /// The lane ended.
    End,
}
