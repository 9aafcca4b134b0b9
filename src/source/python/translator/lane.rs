//! A lane while its program runs: its workers, their slots and tasks.

use std::collections::{BTreeMap, HashMap};

use signal_hook::consts::SIGTERM;

use super::LiveWorker;
use super::jobs::{JobId, Jobs};
use crate::event::{
    Call, CallId, CodeLocation, Event, Exit, FinalUsage, LaneId, LaneStatus, Nanos, PoolKind, ProgramPool, SlotId,
    TaskId, WorkerId,
};
use crate::model::MAX_TIME_TO_END_WORKERS;
use crate::source::process_tree::{ThreadSample, Wait};
use crate::source::python::record::CallNumber;

/// What makes two pools the same lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LaneKey {
    kind: PoolKind,
    site: Option<CodeLocation>,
    /// For processes and threads outside of pools: the process that starts them.
    parent: Option<u32>,
}

impl LaneKey {
    pub(super) fn new(pool: &ProgramPool) -> Self {
        let is_pool =
            !matches!(pool.kind, PoolKind::Processes | PoolKind::Threads | PoolKind::Manager | PoolKind::ProcessTree);
        let site = pool.site.clone().filter(|_| is_pool);
        Self { kind: pool.kind, parent: if site.is_some() { None } else { Some(pool.pid) }, site }
    }
}

/// A worker: a process, or a thread of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct WorkerKey {
    pub(super) pid: u32,
    pub(super) tid: Option<u32>,
}

impl WorkerKey {
    pub(super) const fn process(pid: u32) -> Self {
        Self { pid, tid: None }
    }

    pub(super) const fn thread(pid: u32, tid: u32) -> Self {
        Self { pid, tid: Some(tid) }
    }
}

/// A task that a worker runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CurrentTask {
    pub(super) task: TaskId,
    pub(super) job: JobId,
    pub(super) index: u64,
}

/// A job whose tasks are not announced, as of `imap` with an iterator.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpenJob {
    pub(super) call: Option<CallId>,
    /// Index of its next task.
    pub(super) next_index: u64,
}

#[derive(Debug)]
struct LaneWorker {
    id: WorkerId,
    slot: SlotId,
    ready: bool,
    /// Whether the program is about to kill it.
    killed: bool,
    current: Option<CurrentTask>,
    /// What the newest sample found it blocked by while it had its task.
    wait: Option<Wait>,
    /// How often it was found in this wait.
    looks: u64,
    /// Time of its newest sample or of the start of its task, and the CPU time of its thread then, in µs modulo 2³².
    looked: (Nanos, u32),
    /// Resources that it used until its end.
    usage: Option<FinalUsage>,
    /// Whether it has run other processes, whose usage counts as its own and is known from samples only.
    has_run_others: bool,
    /// Time of its newest event.
    last: Nanos,
}

/// A lane of the program.
#[derive(Debug)]
pub(super) struct ObservedLane {
    id: LaneId,
    pub(super) key: LaneKey,
    pub(super) jobs: Jobs,
    pub(super) calls: HashMap<(u32, CallNumber), CallId>,
    /// The calls of jobs whose tasks are not announced.
    pub(super) open_jobs: HashMap<JobId, OpenJob>,
    /// The calls of processes and threads that were started outside of pools.
    pub(super) starts: Vec<(Call, CallId)>,
    /// Whether the program has ended the pool.
    pub(super) pool_ended: bool,
    pub(super) ended: bool,
    workers: HashMap<WorkerKey, LaneWorker>,
    /// Sizes of pickled tasks that have not ended.
    queued_bytes: HashMap<TaskId, u64>,
    /// Slots without a worker, and since when.
    free_slots: BTreeMap<u32, Nanos>,
    slots: u32,
    next_worker: u32,
    next_call: u32,
    next_own_task: u64,
    /// Whether a task failed or was lost.
    has_failed: bool,
    /// When a worker of an executor died that the executor had not ended.
    broken: Option<Nanos>,
    /// Tasks of workers that SIGTERM ended, perhaps from their executor, with the times of their ends.
    undecided: Vec<(Nanos, WorkerId, TaskId)>,
}

impl ObservedLane {
    pub(super) fn new(id: LaneId, key: LaneKey) -> Self {
        Self {
            id,
            key,
            jobs: Jobs::default(),
            calls: HashMap::new(),
            open_jobs: HashMap::new(),
            starts: Vec::new(),
            pool_ended: false,
            ended: false,
            workers: HashMap::new(),
            queued_bytes: HashMap::new(),
            free_slots: BTreeMap::new(),
            slots: 0,
            next_worker: 0,
            next_call: 0,
            next_own_task: 0,
            has_failed: false,
            broken: None,
            undecided: Vec::new(),
        }
    }

    pub(super) fn next_call(&mut self) -> CallId {
        self.next_call += 1;
        CallId(self.next_call - 1)
    }

    /// Index of the next task outside of pools.
    pub(super) fn next_own_task(&mut self) -> u64 {
        self.next_own_task += 1;
        self.next_own_task - 1
    }

    pub(super) fn live_workers(&self) -> impl Iterator<Item = LiveWorker> + '_ {
        self.workers.iter().map(|(key, worker)| LiveWorker {
            lane: self.id,
            worker: worker.id,
            pid: key.pid,
            tid: key.tid,
            busy: worker.current.is_some(),
        })
    }

    pub(super) fn worker_keys(&self) -> Vec<WorkerKey> {
        let mut keys: Vec<_> = self.workers.keys().copied().collect();
        keys.sort_unstable();
        keys
    }

    pub(super) fn workers_of_process(&self, pid: u32) -> Vec<WorkerKey> {
        self.worker_keys().into_iter().filter(|key| key.pid == pid).collect()
    }

    /// Adds a worker in the lowest free slot, if it is not known.
    pub(super) fn spawn(&mut self, key: WorkerKey, at: Nanos) -> Option<(Nanos, Event)> {
        if self.workers.contains_key(&key) {
            return None;
        }
        let (slot, free_since) = self.free_slots.pop_first().unwrap_or_else(|| {
            self.slots += 1;
            (self.slots - 1, 0)
        });
        // The exit of its predecessor may have been noticed late.
        let at = at.max(free_since);
        let (id, slot) = (WorkerId(self.next_worker), SlotId(slot));
        self.next_worker += 1;
        let worker = LaneWorker {
            id,
            slot,
            ready: false,
            killed: false,
            current: None,
            wait: None,
            looks: 0,
            looked: (at, 0),
            usage: None,
            has_run_others: false,
            last: at,
        };
        self.workers.insert(key, worker);
        Some((at, Event::WorkerSpawned { worker: id, slot, pid: key.pid }))
    }

    /// A worker is about to take its first task.
    pub(super) fn ready(&mut self, key: WorkerKey, at: Nanos) -> Option<(Nanos, Event)> {
        let worker = self.workers.get_mut(&key).filter(|worker| !worker.ready)?;
        worker.ready = true;
        worker.last = worker.last.max(at);
        Some((worker.last, Event::WorkerReady { worker: worker.id }))
    }

    /// A worker starts a task, after it has received it for `receive_ns`, at this CPU time of its thread.
    pub(super) fn start_task(
        &mut self,
        key: WorkerKey,
        current: CurrentTask,
        at: Nanos,
        (receive_ns, cpu_us): (u64, u32),
    ) -> Vec<(Nanos, Event)> {
        let Some(worker) = self.workers.get_mut(&key) else { return Vec::new() };
        let id = worker.id;
        let mut events = Vec::new();
        if let Some(open) = worker.current {
            // The record of its end was overwritten: how it ended is not known, but it has ended.
            let finished = |worker, task| Event::TaskFinished { worker, task, sum: None, cpu_ns: 0, result_bytes: 0 };
            events.extend(self.end_task(key, open.task, at, finished));
        }
        let bytes = self.queued_bytes.get(&current.task).copied().unwrap_or(0);
        let Some(worker) = self.workers.get_mut(&key) else { return events };
        let at = at.max(worker.last);
        let submitted = self.jobs.submitted_at(current.job, current.index);
        let taken = at.saturating_sub(receive_ns).max(worker.last).max(submitted).min(at);
        (worker.current, worker.last, worker.looked) = (Some(current), at, (at, cpu_us));
        let task = current.task;
        events.push((taken, Event::TaskTaken { worker: id, first: task, count: 1, receive_ns }));
        events.push((at, Event::TaskLoaded { worker: id, task, bytes, cpu_ns: 0 }));
        events
    }

    /// Remembers the size of a pickled task until it ends.
    pub(super) fn queued(&mut self, task: TaskId, bytes: u64) -> Event {
        self.queued_bytes.insert(task, bytes);
        Event::TaskQueued { task, bytes }
    }

    /// The task that a worker runs.
    pub(super) fn current_task(&self, key: WorkerKey) -> Option<CurrentTask> {
        self.workers.get(&key)?.current
    }

    /// A worker ended its task, by the given event.
    pub(super) fn end_task(
        &mut self,
        key: WorkerKey,
        task: TaskId,
        at: Nanos,
        event: impl FnOnce(WorkerId, TaskId) -> Event,
    ) -> Vec<(Nanos, Event)> {
        let Some(worker) = self.workers.get_mut(&key) else { return Vec::new() };
        let Some(current) = worker.current.take_if(|current| current.task == task) else { return Vec::new() };
        // Its record may have been read after a later sample.
        worker.last = worker.last.max(at);
        let at = worker.last;
        self.jobs.ended(current.job, current.index);
        self.queued_bytes.remove(&task);
        let mut events = Vec::new();
        if worker.wait.take().is_some() {
            events.push((at, Event::WaitFinished { worker: worker.id, looks: worker.looks }));
        }
        let end = event(worker.id, task);
        let failed = matches!(end, Event::TaskFailed { .. });
        self.has_failed |= failed;
        events.push((at, end));
        if !failed {
            events.push((at, Event::TaskReleased { worker: worker.id, task }));
        }
        events
    }

    /// The worker's changes between running and waiting, if its newest sample shows one.
    ///
    /// The CPU time since the sample before tells when: a worker that waits now has computed before, and one that
    /// computes now has waited before. When one wait followed another is not known: in the middle, on average.
    pub(super) fn sampled(&mut self, worker: WorkerId, at: Nanos, sample: ThreadSample) -> Vec<(Nanos, Event)> {
        let found = self.workers.values_mut().find(|known| known.id == worker);
        let Some(worker) = found.filter(|worker| at >= worker.last && worker.current.is_some()) else {
            return Vec::new();
        };
        worker.has_run_others |= sample.has_descendants;
        let cpu_us = sample.cpu_ns.map(|cpu| (cpu / 1000) as u32);
        let (before, cpu_before) = std::mem::replace(&mut worker.looked, (at, cpu_us.unwrap_or(0)));
        let wait = Some(sample.wait).filter(|wait| *wait != Wait::None);
        if worker.wait == wait {
            worker.looks += 1;
            return Vec::new();
        }
        let computed = cpu_us.map_or(Nanos::MAX, |cpu| Nanos::from(cpu.wrapping_sub(cpu_before)) * 1000);
        let changed = match (worker.wait, wait) {
            (Some(_), Some(_)) => before.midpoint(at),
            (Some(_), None) => at.saturating_sub(computed),
            (None, _) => before.saturating_add(computed).min(at),
        };
        worker.last = changed.max(before).max(worker.last);
        let ended = worker.wait.map(|_| Event::WaitFinished { worker: worker.id, looks: worker.looks });
        let is_lock = |wait| (wait != Wait::Unknown).then_some(wait == Wait::Lock);
        let started = wait.map(|wait| Event::WaitStarted { worker: worker.id, lock: is_lock(wait) });
        (worker.wait, worker.looks) = (wait, 1);
        ended.into_iter().chain(started).map(|event| (worker.last, event)).collect()
    }

    /// Remembers what a worker used, as it said at its end.
    pub(super) fn set_usage(&mut self, key: WorkerKey, usage: Option<FinalUsage>) {
        if let Some(worker) = self.workers.get_mut(&key) {
            worker.usage = usage;
        }
    }

    /// The program is about to kill the worker. Its task is then not lost, unless a call of a `Pool` waits for it.
    pub(super) fn kill(&mut self, key: WorkerKey, at: Nanos) -> Option<(Nanos, Event)> {
        if self.key.kind == PoolKind::Pool {
            return None;
        }
        let worker = self.workers.get_mut(&key)?;
        worker.killed = true;
        worker.last = worker.last.max(at);
        Some((worker.last, Event::WorkerEndedByProgram { worker: worker.id }))
    }

    /// A worker's process or thread ended. A task that it had is lost, unless the program ended the worker or its pool.
    pub(super) fn exit(&mut self, key: WorkerKey, at: Nanos, exit: Exit) -> Vec<(Nanos, Event)> {
        let Some(worker) = self.workers.remove(&key) else { return Vec::new() };
        let at = at.max(worker.last);
        self.free_slots.insert(worker.slot.0, at);
        let is_of_executor = self.key.kind == PoolKind::ProcessPoolExecutor;
        if is_of_executor && !matches!(exit, Exit::Code(0) | Exit::Signal(SIGTERM)) {
            self.broken.get_or_insert(at);
        }
        let usage = worker.usage.filter(|_| !worker.has_run_others);
        let mut events = vec![(at, Event::WorkerExited { worker: worker.id, exit, usage })];
        if let Some(CurrentTask { task, job, index }) = worker.current {
            self.jobs.ended(job, index);
            self.queued_bytes.remove(&task);
            self.has_failed = true;
            let (first, count) = (task, 1);
            if self.pool_ended || worker.killed || self.key.kind.is_termination(exit) {
                events.push((at, Event::TasksAbandoned { first, count }));
            } else if is_of_executor && exit == Exit::Signal(SIGTERM) {
                self.undecided.push((at, worker.id, task));
            } else {
                events.push((at, Event::TasksLost { first, count, worker: Some(worker.id) }));
            }
        }
        events
    }

    /// Decides about tasks of workers that SIGTERM ended: an executor ends all workers when one has died. If all died
    /// by SIGTERM, the first is the one that had died.
    pub(super) fn decide_lost_tasks(&mut self, now: Nanos) -> Vec<(Nanos, Event)> {
        self.undecided.sort_unstable();
        let Some((first_end, first_worker, _)) = self.undecided.first().copied() else { return Vec::new() };
        if self.broken.is_none() && now < first_end + MAX_TIME_TO_END_WORKERS {
            return Vec::new();
        }
        let cause = if self.broken.is_none() { Some(first_worker) } else { None };
        self.broken.get_or_insert(first_end);
        let count = 1;
        let event = |(at, worker, first)| {
            let lost = Event::TasksLost { first, count, worker: Some(worker) };
            (at, if cause == Some(worker) { lost } else { Event::TasksAbandoned { first, count } })
        };
        self.undecided.drain(..).map(event).collect()
    }

    /// Ends the lane: tasks that were not run are abandoned.
    pub(super) fn end(&mut self) -> Vec<Event> {
        (self.ended, self.pool_ended, self.broken) = (true, false, None);
        self.queued_bytes.clear();
        self.open_jobs.clear();
        self.calls.clear();
        let abandoned = self.jobs.end_all();
        let has_failed = std::mem::take(&mut self.has_failed) || !abandoned.is_empty();
        let status = if has_failed { LaneStatus::Failed } else { LaneStatus::Finished };
        let mut events: Vec<_> =
            abandoned.into_iter().map(|(first, count)| Event::TasksAbandoned { first, count }).collect();
        events.push(Event::LaneEnded { status });
        events
    }
}
