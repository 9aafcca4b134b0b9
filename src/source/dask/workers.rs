//! The workers of a cluster and their threads, each of which is a worker of the lane.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::message::WorkerDescription;
use crate::event::text::SafeText;
use crate::event::{ClusterMemory, Nanos, SlotId, TaskId, WorkerId};

/// Maximum number of threads of a worker.
const MAX_THREADS: u32 = 4096;

/// A thread of a Dask worker.
#[derive(Clone, Copy, Debug)]
pub(super) struct Thread {
    pub(super) id: WorkerId,
    pub(super) slot: SlotId,
    /// The task that it executes, by its number and by that of the lane.
    pub(super) task: Option<(u32, TaskId)>,
    /// When its last task ended, or the thread appeared.
    pub(super) free_since: Nanos,
    /// Whether it ends with its task: the task has seceded, and the worker has another thread instead.
    pub(super) is_extra: bool,
    /// When it started its newest task.
    pub(super) started: Nanos,
}

/// A Dask worker.
#[derive(Debug, Default)]
pub(super) struct DaskWorker {
    pub(super) pid: u32,
    /// Its name and host, or its address if it has no other name.
    pub(super) name: SafeText,
    pub(super) host: SafeText,
    pub(super) threads: Vec<Thread>,
    /// Tasks that began while no thread was known to be free, with their times.
    pub(super) deferred: VecDeque<(Nanos, u32)>,
    pub(super) memory: ClusterMemory,
    /// Number of newest reports in which its last heartbeat was too old.
    pub(super) late_heartbeats: u32,
}

impl DaskWorker {
    /// The thread that has the lane's memory of the process.
    pub(super) fn first_thread(&self) -> Option<WorkerId> {
        self.threads.first().map(|thread| thread.id)
    }

    pub(super) fn free_thread(&mut self) -> Option<&mut Thread> {
        self.threads.iter_mut().find(|thread| thread.task.is_none())
    }

    /// Whether a thread executes this task, which has not seceded.
    pub(super) fn is_executing(&self, task: u32) -> bool {
        self.threads.iter().any(|thread| !thread.is_extra && thread.task.is_some_and(|(number, _)| number == task))
    }

    /// The task that has been executed for longest, those that have seceded aside.
    pub(super) fn oldest_task(&self) -> Option<(u32, TaskId)> {
        let executing = self.threads.iter().filter(|thread| !thread.is_extra && thread.task.is_some());
        executing.min_by_key(|thread| thread.started)?.task
    }

    pub(super) fn thread_of(&mut self, task: u32) -> Option<&mut Thread> {
        self.threads.iter_mut().find(|thread| thread.task.is_some_and(|(number, _)| number == task))
    }
}

/// All workers by number, and the slots of their threads.
#[derive(Debug, Default)]
pub(super) struct DaskWorkers {
    pub(super) all: BTreeMap<u32, DaskWorker>,
    next_worker: u32,
    next_slot: u32,
    free_slots: BTreeSet<SlotId>,
}

impl DaskWorkers {
    /// Adds a worker with its threads.
    pub(super) fn add(&mut self, number: u32, description: &WorkerDescription, now: Nanos) {
        let WorkerDescription { address, name, host, pid, threads } = description;
        let name = if name == address {
            address.as_str().rsplit('/').next().unwrap_or_default().into()
        } else {
            SafeText::new(&format!("{name}@{host}"))
        };
        let threads = (0..(*threads).clamp(1, MAX_THREADS)).map(|_| self.new_thread(now)).collect();
        let host = host.clone();
        self.all.insert(number, DaskWorker { pid: *pid, name, host, threads, ..DaskWorker::default() });
    }

    /// Adds a thread to a worker: a task that has seceded has left its own to others.
    pub(super) fn add_thread(&mut self, number: u32, now: Nanos) -> Option<Thread> {
        let thread = self.new_thread(now);
        self.all.get_mut(&number)?.threads.push(thread);
        Some(thread)
    }

    fn new_thread(&mut self, now: Nanos) -> Thread {
        let slot = self.free_slots.pop_first().unwrap_or_else(|| {
            self.next_slot += 1;
            SlotId(self.next_slot - 1)
        });
        self.next_worker += 1;
        Thread { id: WorkerId(self.next_worker - 1), slot, task: None, free_since: now, is_extra: false, started: now }
    }

    /// The newest thread of a worker ends with its task.
    pub(super) fn mark_newest_thread_as_extra(&mut self, number: u32) {
        if let Some(thread) = self.all.get_mut(&number).and_then(|worker| worker.threads.last_mut()) {
            thread.is_extra = true;
        }
    }

    /// Removes a thread of a worker. Its slot is free. If it had the lane's memory of the process, returns the thread that
    /// has it now, with the memory.
    pub(super) fn remove_thread(&mut self, number: u32, id: WorkerId) -> Option<(WorkerId, ClusterMemory)> {
        let worker = self.all.get_mut(&number)?;
        let had_memory = worker.first_thread() == Some(id) && worker.memory != ClusterMemory::default();
        self.free_slots.extend(worker.threads.extract_if(.., |thread| thread.id == id).map(|thread| thread.slot));
        worker.first_thread().filter(|_| had_memory).map(|first| (first, worker.memory))
    }

    /// Removes a worker. Its slots are free.
    pub(super) fn remove(&mut self, number: u32) -> Option<DaskWorker> {
        let worker = self.all.remove(&number)?;
        self.free_slots.extend(worker.threads.iter().map(|thread| thread.slot));
        Some(worker)
    }
}
