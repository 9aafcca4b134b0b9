//! Translates the records of a program's processes into events of lanes.
//!
//! Records come in order of time. A lane is a pool, or the processes or threads that one process started outside of
//! pools; a pool that is created again at the same place reuses its lane. What a worker process writes before the
//! record of its start has arrived is kept until then.

mod jobs;
mod kernel_processes;
mod lane;
mod outside_pools;

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use super::record::{PoolNumber, Record, StampedRecord, TaskKey};
use crate::event::text::SafeText;
use crate::event::{
    Call, CallId, CodeLocation, Event, Exit, LaneId, LanePlan, Mode, Nanos, PoolKind, ProgramPool, StampedEvent,
};
use crate::event::{FinalUsage, ParentUsage, TaskId, WorkerId};
use crate::source::dask::message::Hello;
use crate::source::process_tree::{ThreadSample, Wait};
use crate::system::clock::Epoch;
use jobs::JobId;
use kernel_processes::{KernelProcesses, label_of_interpreter};
use lane::{CurrentTask, LaneKey, ObservedLane, OpenJob, WorkerKey};

/// How long the records of a process may wait for the record of its start, in ns. The parent writes it when the start
/// has returned.
const MAX_WAIT_FOR_START: Nanos = 2_000_000_000;

/// A worker that is alive, for sampling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveWorker {
    pub lane: LaneId,
    pub worker: WorkerId,
    pub pid: u32,
    /// The thread that runs its tasks; none for the main thread.
    pub tid: Option<u32>,
    /// Whether it has a task.
    pub busy: bool,
}

/// What is known of a process.
#[derive(Debug, Default)]
struct Process {
    engine: Option<SafeText>,
    /// When its interpreter began to report.
    attached: Option<Nanos>,
    /// What its interpreter runs, as the task of a lane.
    label: Option<SafeText>,
    /// The lane that it works for.
    worker_of: Option<usize>,
    /// The pool that it works for, of the process that created the lane.
    pool: Option<(u32, PoolNumber)>,
    /// When it ended. It is forgotten some time later: the record of its start may come after its end.
    exited: Option<Nanos>,
    /// Records that wait for the record of its start.
    early: Vec<StampedRecord>,
}

/// Translates records into events.
pub struct Translator {
    epoch: Epoch,
    /// The cores that the program may use.
    cores: Vec<u32>,
    lanes: Vec<ObservedLane>,
    lanes_of_pools: HashMap<(u32, PoolNumber), usize>,
    processes: HashMap<u32, Process>,
    events: Vec<StampedEvent>,
    kernel_processes: KernelProcesses,
    suspended_lanes: Vec<usize>,
    /// Whether the program has started a cluster of Dask, whose lane shows its workers.
    has_cluster: bool,
    /// Whether the kernel does not tell what a worker waits for.
    has_unknown_waits: bool,
    /// Records that could not be assigned to a lane.
    unassigned: u64,
}

impl Translator {
    /// Translates the records of a program that may use these cores.
    #[must_use]
    pub fn new(epoch: Epoch, cores: Vec<u32>) -> Self {
        Self {
            epoch,
            cores,
            lanes: Vec::new(),
            lanes_of_pools: HashMap::new(),
            processes: HashMap::new(),
            events: Vec::new(),
            kernel_processes: KernelProcesses::default(),
            suspended_lanes: Vec::new(),
            has_cluster: false,
            has_unknown_waits: false,
            unassigned: 0,
        }
    }

    /// The events since the last call.
    pub fn take_events(&mut self) -> Vec<StampedEvent> {
        std::mem::take(&mut self.events)
    }

    /// Records that belong to no known lane.
    #[must_use]
    pub fn unassigned_records(&self) -> u64 {
        self.unassigned
    }

    /// The workers that are alive.
    pub fn live_workers(&self) -> impl Iterator<Item = LiveWorker> + '_ {
        self.lanes.iter().flat_map(ObservedLane::live_workers)
    }

    /// Translates a record.
    pub fn translate(&mut self, stamped: StampedRecord) {
        let at = self.epoch.time_of(stamped.at);
        let pid = stamped.process.pid;
        if self.must_wait_for_start(&stamped) {
            self.process(pid).early.push(stamped);
            return;
        }
        self.translate_record(at, pid, stamped.record);
    }

    /// Whether the record was written by a worker process whose pool is not known yet.
    fn must_wait_for_start(&self, stamped: &StampedRecord) -> bool {
        let process = self.processes.get(&stamped.process.pid);
        let is_unknown = process.is_none_or(|process| process.worker_of.is_none());
        let of_worker = match &stamped.record {
            Record::WorkerReady { pool, .. } | Record::WorkerEnded { pool, .. } => pool.is_none(),
            Record::TaskStarted { task, .. } | Record::TaskFinished { task, .. } | Record::TaskFailed { task, .. } => {
                task.pool.is_none()
            }
            _ => false,
        };
        of_worker && is_unknown
    }

    fn translate_record(&mut self, at: Nanos, pid: u32, record: Record) {
        match record {
            Record::Hello { version, origin, implementation, script, .. } => {
                let engine = SafeText::from(format!("{implementation} {version}"));
                // A process with this pid that ended earlier is another one.
                self.processes.retain(|known, process| *known != pid || process.exited.is_none());
                let process = self.process(pid);
                process.engine = Some(engine.clone());
                process.attached.get_or_insert(at);
                process.label.get_or_insert_with(|| label_of_interpreter(origin, &script));
                self.kernel_processes.reported(at, pid);
                self.push(at, None, Event::InterpreterAttached { pid, engine });
            }
            Record::PoolCreated { pool, kind, workers, site, .. } => {
                let lane = self.open_lane(at, ProgramPool { kind, pid, site, saturation: None }, workers);
                self.lanes_of_pools.insert((pid, pool), lane);
            }
            Record::PoolEnded { pool, parent, .. } => self.pool_ended(at, pid, pool, parent),
            Record::CallMade { pool, call, kind, items, chunk, site, function } => {
                let Some(lane) = self.lane_of_pool(pid, Some(pool)) else { return };
                let made = self.call_made(at, lane, Call { kind, function, site, items, chunk });
                self.lanes[lane].calls.insert((pid, call), made);
            }
            Record::TasksSubmitted { pool, job, first, count, call, .. } => {
                let Some(lane) = self.lane_of_pool(pid, Some(pool)) else { return };
                let call = call.and_then(|call| self.lanes[lane].calls.get(&(pid, call)).copied());
                let job = JobId { pid, pool, job };
                match count {
                    Some(count) => self.tasks_submitted(at, lane, job, (first, count), call),
                    // The tasks follow one by one.
                    None => drop(self.lanes[lane].open_jobs.insert(job, OpenJob { call, next_index: first })),
                }
            }
            Record::TasksQueued { first, count, bytes } => self.tasks_queued(at, pid, (first, count), bytes),
            Record::WorkerReady { pool, tid } => self.worker_ready(at, pid, pool, tid),
            Record::WorkerEnded { pool, tid, usage } => self.worker_ended(at, pid, pool, tid, usage),
            Record::TaskStarted { task, tid, receive_ns, cpu_us } => {
                self.task_started(at, pid, tid, task, (receive_ns, cpu_us));
            }
            Record::TaskFinished { task, tid, cpu_ns, result_bytes } => {
                self.task_ended(at, pid, tid, task, |worker, task| Event::TaskFinished {
                    worker,
                    task,
                    sum: None,
                    cpu_ns,
                    result_bytes: result_bytes.into(),
                });
            }
            Record::TaskFailed { task, tid, exception, .. } => {
                self.task_ended(at, pid, tid, task, |worker, task| Event::TaskFailed {
                    worker,
                    task,
                    error: exception,
                });
            }
            Record::ProcessSpawned { pid: child, pool, start_ns, target, site, .. } => {
                let begun = at.saturating_sub(start_ns);
                self.process_spawned((begun, at), pid, child, pool, target, site);
            }
            Record::WorkerUsed { pid: worker, usage } => {
                if let Some(lane) = self.lane_of_worker(worker, None) {
                    self.lanes[lane].set_usage(WorkerKey::process(worker), usage);
                }
            }
            Record::ProcessKilled { pid: child } => self.process_killed(at, child),
            Record::ProcessReaped { pid: child, exit } => self.process_exited(at, child, exit),
            Record::ThreadStarted { tid, target, site, .. } => self.thread_started(at, pid, tid, target, site),
            Record::ThreadEnded { tid, cpu_ns, usage } => self.thread_ended(at, pid, tid, cpu_ns, usage),
            Record::SchedulerStarted { .. } => self.has_cluster = true,
            // The reader divides the first.
            Record::TaskRan { .. } | Record::ClientConnected { .. } | Record::ShimFault { .. } => {}
        }
    }

    /// Tells that the kernel has seen the end of a process. `exit` is as read from the zombie.
    pub fn process_exited(&mut self, at: Nanos, pid: u32, exit: Exit) {
        let process = self.process(pid);
        if process.exited.is_some() {
            return;
        }
        process.exited = Some(at);
        self.kernel_processes.ended(at, pid, exit);
        let lanes: Vec<usize> = (0..self.lanes.len()).collect();
        for lane in lanes {
            for key in self.lanes[lane].workers_of_process(pid) {
                self.worker_exited(at, lane, key, exit);
            }
        }
    }

    /// The program is about to kill a process.
    fn process_killed(&mut self, at: Nanos, pid: u32) {
        for lane in 0..self.lanes.len() {
            for key in self.lanes[lane].workers_of_process(pid) {
                if let Some((at, event)) = self.lanes[lane].kill(key, at) {
                    self.push_to(at, lane, event);
                }
            }
        }
    }

    /// Applies a sample of a worker's thread: whether it runs or is blocked, and its times.
    pub fn worker_sampled(&mut self, at: Nanos, live: LiveWorker, sample: ThreadSample) {
        let Some(lane) = self.lanes.get_mut(live.lane.index()) else { return };
        let changes = lane.sampled(live.worker, at, sample);
        // Processes are sampled by the probe.
        let sampled = sample.times().map(|sample| (at, Event::WorkerSampled { worker: live.worker, sample }));
        for (at, event) in changes.into_iter().chain(sampled) {
            self.push(at, Some(live.lane), event);
        }
        if sample.wait == Wait::Unknown && !std::mem::replace(&mut self.has_unknown_waits, true) {
            let pid = live.pid;
            let reason = format!(
                "what blocks process {pid} cannot be read from /proc/{pid}/syscall: it forbids tracing, or belongs to \
                 another user"
            )
            .into();
            self.push(at, None, Event::NotObserved { reason });
        }
    }

    /// All processes of the program were stopped, or are about to continue.
    pub fn set_suspended(&mut self, at: Nanos, suspended: bool) {
        if !suspended {
            for lane in std::mem::take(&mut self.suspended_lanes) {
                if !self.lanes[lane].ended {
                    self.push_to(at, lane, Event::LaneResumed {});
                }
            }
        } else if self.suspended_lanes.is_empty() {
            self.suspended_lanes = (0..self.lanes.len()).filter(|lane| !self.lanes[*lane].ended).collect();
            for lane in self.suspended_lanes.clone() {
                self.push_to(at, lane, Event::LaneSuspended {});
            }
        }
    }

    /// Passes on an event that needs no translation.
    pub fn pass_on(&mut self, event: StampedEvent) {
        self.events.push(event);
    }

    /// Decides what has waited for other records until now, and forgets what has waited in vain.
    pub fn settle(&mut self, now: Nanos) {
        self.settle_kernel_processes(now);
        for lane in 0..self.lanes.len() {
            let events = self.lanes[lane].decide_lost_tasks(now);
            self.push_all(lane, events);
        }
        let limit = now.saturating_sub(MAX_WAIT_FOR_START);
        for process in self.processes.values_mut() {
            let is_old = |stamped: &StampedRecord| self.epoch.time_of(stamped.at) < limit;
            let before = process.early.len();
            process.early.retain(|stamped| !is_old(stamped));
            self.unassigned += (before - process.early.len()) as u64;
        }
        self.processes.retain(|_, process| process.exited.is_none_or(|exited| exited >= limit));
    }

    /// Ends all lanes: no process of the program is left, or it is not watched any more.
    pub fn end(&mut self, at: Nanos) {
        for lane in 0..self.lanes.len() {
            for key in self.lanes[lane].worker_keys() {
                self.worker_exited(at, lane, key, Exit::Code(0));
            }
            self.end_lane(at, lane);
        }
    }

    fn process(&mut self, pid: u32) -> &mut Process {
        self.processes.entry(pid).or_default()
    }

    fn push(&mut self, at: Nanos, lane: Option<LaneId>, event: Event) {
        self.events.push(StampedEvent { at, lane, event });
    }

    fn push_all(&mut self, lane: usize, events: Vec<(Nanos, Event)>) {
        for (at, event) in events {
            self.push_to(at, lane, event);
        }
    }

    fn push_to(&mut self, at: Nanos, lane: usize, event: Event) {
        self.push(at, Some(LaneId(lane as u16)), event);
    }

    fn lane_of_pool(&self, pid: u32, pool: Option<PoolNumber>) -> Option<usize> {
        self.lanes_of_pools.get(&(pid, pool?)).copied()
    }

    /// The lane of a worker: a thread of this pool, or a process.
    fn lane_of_worker(&self, pid: u32, pool: Option<PoolNumber>) -> Option<usize> {
        match pool {
            Some(_) => self.lane_of_pool(pid, pool),
            None => self.processes.get(&pid)?.worker_of,
        }
    }

    /// The lane of processes or threads that is open for this parent.
    fn open_lane_of(&self, pool: &ProgramPool) -> Option<usize> {
        let key = LaneKey::new(pool);
        self.lanes.iter().position(|lane| lane.key == key && !lane.ended)
    }

    /// Opens a lane for a pool, or reuses the one of an earlier pool of the same place.
    fn open_lane(&mut self, at: Nanos, pool: ProgramPool, workers: u32) -> usize {
        let key = LaneKey::new(&pool);
        let earlier = self.lanes.iter().position(|lane| lane.key == key && lane.ended);
        if let Some(lane) = earlier {
            self.lanes[lane].ended = false;
            self.push_to(at, lane, Event::LaneReopened {});
            return lane;
        }
        let engine = self.process(pool.pid).engine.clone().unwrap_or_else(|| "process".into());
        let mode = match pool.kind {
            PoolKind::Pool | PoolKind::ProcessPoolExecutor | PoolKind::Loky => Mode::Pool,
            PoolKind::Processes | PoolKind::Manager | PoolKind::ProcessTree => Mode::Process,
            _ => Mode::Threads,
        };
        let own_queues = matches!(pool.kind, PoolKind::Processes | PoolKind::Threads | PoolKind::ProcessTree);
        let (cores, gil, chunk) = (self.cores.clone(), false, 1);
        let plan =
            LanePlan { mode, engine, workers, cores, gil, unreported_gil: false, own_queues, chunk, pool: Some(pool) };
        let lane = self.lanes.len();
        self.lanes.push(ObservedLane::new(LaneId(lane as u16), key));
        self.push_to(at, lane, Event::LaneOpened(Box::new(plan)));
        self.push_to(at, lane, Event::LaneStarted {});
        lane
    }

    /// Numbers the lane of a cluster of the program, whose events are passed on.
    pub fn add_cluster_lane(&mut self, hello: &Hello) -> LaneId {
        let id = LaneId(self.lanes.len() as u16);
        let site = Some(CodeLocation { file: hello.address.clone(), line: 0 });
        let pool = ProgramPool { kind: PoolKind::DaskCluster, pid: hello.pid, site, saturation: None };
        let mut lane = ObservedLane::new(id, LaneKey::new(&pool));
        // It has no workers here.
        lane.ended = true;
        self.lanes.push(lane);
        id
    }

    fn call_made(&mut self, at: Nanos, lane: usize, call: Call) -> CallId {
        let id = self.lanes[lane].next_call();
        self.push_to(at, lane, Event::CallMade(Box::new(call)));
        id
    }

    /// Submits the tasks of a range of indices that are not known yet.
    fn tasks_submitted(&mut self, at: Nanos, lane: usize, job: JobId, range: (u64, u32), call: Option<CallId>) {
        for (first, count) in self.lanes[lane].jobs.add_unknown(at, job, range) {
            self.push_to(at, lane, Event::TasksSubmitted { first, count, call });
        }
    }

    /// Submits a task of a job whose tasks are not announced. The record of its queuing may come after its end.
    fn submit_next_of_open_job(&mut self, at: Nanos, lane: usize, job: JobId, index: u64) {
        let Some(open) = self.lanes[lane].open_jobs.get_mut(&job).filter(|open| open.next_index <= index) else {
            return;
        };
        open.next_index = index + 1;
        let call = open.call;
        self.tasks_submitted(at, lane, job, (index, 1), call);
    }

    /// Divides `bytes` evenly among the tasks.
    fn tasks_queued(&mut self, at: Nanos, pid: u32, (first, count): (TaskKey, u32), bytes: u64) {
        let Some((lane, pool)) = self.lane_of_pool(pid, first.pool).zip(first.pool) else { return };
        let job = JobId { pid, pool, job: first.job };
        let (each, rest) = (bytes / u64::from(count), bytes % u64::from(count));
        for offset in 0..u64::from(count) {
            let index = first.index.saturating_add(offset);
            self.submit_next_of_open_job(at, lane, job, index);
            if let Some(task) = self.lanes[lane].jobs.task(job, index) {
                let event = self.lanes[lane].queued(task, each + u64::from(offset < rest));
                self.push_to(at, lane, event);
            }
        }
    }

    /// The lane and job of a task that a worker reports.
    fn job_of_worker(&self, pid: u32, key: TaskKey) -> Option<(usize, JobId)> {
        if let Some(pool) = key.pool {
            return Some((self.lane_of_pool(pid, key.pool)?, JobId { pid, pool, job: key.job }));
        }
        let process = self.processes.get(&pid)?;
        let (creator, pool) = process.pool?;
        Some((process.worker_of?, JobId { pid: creator, pool, job: key.job }))
    }

    fn worker_key(key: TaskKey, pid: u32, tid: u32) -> WorkerKey {
        if key.pool.is_some() { WorkerKey::thread(pid, tid) } else { WorkerKey::process(pid) }
    }

    fn worker_ready(&mut self, at: Nanos, pid: u32, pool: Option<PoolNumber>, tid: u32) {
        let Some(lane) = self.lane_of_worker(pid, pool) else { return };
        let key = if pool.is_some() { WorkerKey::thread(pid, tid) } else { WorkerKey::process(pid) };
        self.ensure_worker(at, lane, key);
        if let Some((at, event)) = self.lanes[lane].ready(key, at) {
            self.push_to(at, lane, event);
        }
    }

    /// Makes sure that a worker is known: threads announce themselves.
    fn ensure_worker(&mut self, at: Nanos, lane: usize, key: WorkerKey) {
        if let Some((at, event)) = self.lanes[lane].spawn(key, at) {
            self.push_to(at, lane, event);
        }
    }

    /// A worker announces its end: a thread has ended, and the exit of a process follows.
    fn worker_ended(&mut self, at: Nanos, pid: u32, pool: Option<PoolNumber>, tid: u32, usage: Option<FinalUsage>) {
        let Some(lane) = self.lane_of_worker(pid, pool) else { return };
        let key = if pool.is_some() { WorkerKey::thread(pid, tid) } else { WorkerKey::process(pid) };
        self.lanes[lane].set_usage(key, usage);
        if pool.is_some() {
            self.worker_exited(at, lane, key, Exit::Code(0));
        }
    }

    fn task_started(&mut self, at: Nanos, pid: u32, tid: u32, key: TaskKey, (receive_ns, cpu_us): (u64, u32)) {
        let Some((lane, job)) = self.job_of_worker(pid, key) else {
            self.unassigned += 1;
            return;
        };
        let worker = Self::worker_key(key, pid, tid);
        self.ensure_worker(at, lane, worker);
        if let Some((at, event)) = self.lanes[lane].ready(worker, at) {
            self.push_to(at, lane, event);
        }
        self.submit_next_of_open_job(at, lane, job, key.index);
        // The record of the submission may have been overwritten.
        self.tasks_submitted(at, lane, job, (key.index, 1), None);
        let Some(task) = self.lanes[lane].jobs.task(job, key.index) else { return };
        let current = CurrentTask { task, job, index: key.index };
        let events = self.lanes[lane].start_task(worker, current, at, (receive_ns, cpu_us));
        self.push_all(lane, events);
    }

    fn task_ended(
        &mut self,
        at: Nanos,
        pid: u32,
        tid: u32,
        key: TaskKey,
        event: impl FnOnce(WorkerId, TaskId) -> Event,
    ) {
        let Some((lane, job)) = self.job_of_worker(pid, key) else { return };
        let worker = Self::worker_key(key, pid, tid);
        let Some(task) = self.lanes[lane].jobs.task(job, key.index) else { return };
        let events = self.lanes[lane].end_task(worker, task, at, event);
        self.push_all(lane, events);
    }

    fn worker_exited(&mut self, at: Nanos, lane: usize, key: WorkerKey, exit: Exit) {
        self.end_own_task(at, lane, key, exit);
        let events = self.lanes[lane].exit(key, at, exit);
        self.push_all(lane, events);
        if self.lanes[lane].pool_ended && self.lanes[lane].live_workers().next().is_none() {
            self.end_lane(at, lane);
        }
    }

    fn pool_ended(&mut self, at: Nanos, pid: u32, pool: PoolNumber, parent: Option<ParentUsage>) {
        let Some(lane) = self.lane_of_pool(pid, Some(pool)) else { return };
        if self.lanes[lane].ended || self.lanes[lane].pool_ended {
            return;
        }
        self.lanes[lane].pool_ended = true;
        self.push_to(at, lane, Event::PoolEnded { parent });
        if self.lanes[lane].live_workers().next().is_none() {
            self.end_lane(at, lane);
        }
    }

    fn end_lane(&mut self, at: Nanos, lane: usize) {
        if self.lanes[lane].ended {
            return;
        }
        self.lanes_of_pools.retain(|_, of_pool| *of_pool != lane);
        let events = self.lanes[lane].decide_lost_tasks(Nanos::MAX);
        self.push_all(lane, events);
        for event in self.lanes[lane].end() {
            self.push_to(at, lane, event);
        }
    }
}
