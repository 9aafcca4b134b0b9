//! Which processes are alive.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::event::{LaneId, WorkerId};

/// The live processes of a run: what the probe looks at, kept by who starts and reaps them.
///
/// A process is removed *before* it is reaped and its exit announced. Then no number is read of another process that
/// has got the same pid, and no sample of a worker follows the news of its exit.
#[derive(Debug, Default)]
pub struct LiveProcesses {
    entries: Mutex<BTreeMap<u32, LiveProcess>>,
}

/// A live process.
#[derive(Clone, Debug)]
pub(super) struct LiveProcess {
    pub(super) lane: LaneId,
    /// Its threads: the first is the one with the process's own number, the others are named `w<id>`.
    pub(super) workers: Vec<WorkerId>,
}

impl LiveProcesses {
    /// A process was started. `workers` are those of its threads: one, or, where it has several, the leader's first;
    /// the other threads are known by their names, `w<id>`.
    pub fn add(&self, lane: LaneId, pid: u32, workers: Vec<WorkerId>) {
        self.lock().insert(pid, LiveProcess { lane, workers });
    }

    /// A process has ended and is about to be reaped.
    pub fn remove(&self, pid: u32) {
        self.lock().remove(&pid);
    }

    /// The live process with the next higher number; behind the highest comes the lowest.
    pub(super) fn next_after(&self, pid: u32) -> Option<(u32, LiveProcess)> {
        let entries = self.lock();
        let next = entries.range(pid.saturating_add(1)..).next().or_else(|| entries.first_key_value());
        next.map(|(&pid, entry)| (pid, entry.clone()))
    }

    /// Waits for whoever holds it; a sweep never holds it while it reads.
    pub(super) fn lock(&self) -> MutexGuard<'_, BTreeMap<u32, LiveProcess>> {
        // Adding and removing leave it whole at every point where a panic could come from.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
