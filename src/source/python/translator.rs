//! Translates the records of a program's processes into events of lanes.
//!
//! Records come in order of time. A lane is a pool, or the processes or threads that one process started outside of
//! pools; a pool that is created again at the same place reuses its lane. What a worker process writes before the
//! record of its start has arrived is kept until then.

mod jobs;
mod kernel_processes;
mod lane;
mod lanes;
mod outside_pools;
mod tasks;
mod workers;

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use super::record::{PoolNumber, Record, StampedRecord};
use crate::event::text::SafeText;
use crate::event::{Call, Event, Exit, LaneId, Nanos, ProgramPool, StampedEvent, WorkerId};
use crate::system::clock::Epoch;
use jobs::JobId;
use kernel_processes::{KernelProcesses, label_of_interpreter};
use lane::{ObservedLane, OpenJob, WorkerKey};

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
    /// When and how it ended. It is forgotten some time later: the record of its start may come after its end.
    exited: Option<(Nanos, Exit)>,
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
        self.processes.retain(|_, process| process.exited.is_none_or(|(exited, _)| exited >= limit));
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
}
