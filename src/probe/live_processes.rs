//! The live processes of a run.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::event::{LaneId, WorkerId};

/// The processes to sample, shared by the threads that start, sample and reap them.
///
/// A process is removed *before* it is reaped and its exit announced. Then a recycled pid is never sampled, and no
/// sample follows the exit event of its worker.
#[derive(Debug, Default)]
pub struct LiveProcesses {
    entries: Mutex<BTreeMap<u32, LiveProcess>>,
}

#[derive(Clone, Debug)]
pub(super) struct LiveProcess {
    pub(super) lane: LaneId,
    /// The worker of each thread; the first is the main thread unless no worker is, the others are found by their
    /// names.
    pub(super) workers: Vec<WorkerId>,
    /// Whether the main thread is the first worker.
    pub(super) main_is_worker: bool,
    /// Whether it may share pages with the process that forked it.
    pub(super) is_forked: bool,
    /// The processes that it runs, whose usage counts as its own.
    pub(super) descendants: Vec<u32>,
}

impl LiveProcesses {
    /// Adds a process that was started. `workers` has one entry per thread, the main thread first; the others are
    /// found by their names.
    pub fn add(&self, lane: LaneId, pid: u32, workers: Vec<WorkerId>) {
        self.lock().insert(
            pid,
            LiveProcess { lane, workers, main_is_worker: true, is_forked: false, descendants: Vec::new() },
        );
    }

    /// Adds a process with one worker that may share pages with the process that forked it.
    pub fn add_forked(&self, lane: LaneId, pid: u32, worker: WorkerId) {
        let process =
            LiveProcess { lane, workers: vec![worker], main_is_worker: true, is_forked: true, descendants: Vec::new() };
        self.lock().insert(pid, process);
    }

    /// Adds a process whose workers are threads other than the main thread, found by their names.
    pub fn add_threads(&self, lane: LaneId, pid: u32, workers: Vec<WorkerId>) {
        self.lock().insert(
            pid,
            LiveProcess { lane, workers, main_is_worker: false, is_forked: false, descendants: Vec::new() },
        );
    }

    /// Sets the processes that a worker process runs.
    pub fn set_descendants(&self, pid: u32, descendants: &[u32]) {
        if let Some(process) = self.lock().get_mut(&pid) {
            descendants.clone_into(&mut process.descendants);
        }
    }

    /// Removes a process that has ended and is about to be reaped.
    pub fn remove(&self, pid: u32) {
        self.lock().remove(&pid);
    }

    /// Returns the process with the next higher pid, wrapping around.
    pub(super) fn next_after(&self, pid: u32) -> Option<(u32, LiveProcess)> {
        let entries = self.lock();
        let next = entries.range(pid.saturating_add(1)..).next().or_else(|| entries.first_key_value());
        next.map(|(&pid, entry)| (pid, entry.clone()))
    }

    /// Locks the list. A sweep does not hold the lock while it reads `/proc`.
    pub(super) fn lock(&self) -> MutexGuard<'_, BTreeMap<u32, LiveProcess>> {
        // A poisoned lock is usable: every operation leaves the map consistent, even if its thread panics.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
