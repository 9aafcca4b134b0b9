//! Processes and threads: workers of a pool, or tasks of their own if they were started outside of any pool.

use super::lane::{CurrentTask, WorkerKey};
use super::{JobId, Translator};
use crate::event::text::SafeText;
use crate::event::{Call, CallKind, CodeLocation, Event, Exit, FinalUsage, Nanos, PoolKind, ProgramPool};
use crate::source::python::record::PoolNumber;

/// The pool of processes and threads that belong to none.
const NO_POOL: PoolNumber = PoolNumber(0);
/// What a worker process of a Dask cluster runs.
const WORKER_OF_CLUSTER: &str = "AsyncProcess._run";
/// What the server process of a `multiprocessing.Manager` runs.
const SERVER_OF_MANAGER: &str = "BaseManager._run_server";

impl Translator {
    /// A process was started, from one time to another: a worker of a pool, the server of a manager, or a task of its
    /// own.
    pub(super) fn process_spawned(
        &mut self,
        (begun, at): (Nanos, Nanos),
        parent: u32,
        child: u32,
        pool: Option<PoolNumber>,
        target: SafeText,
        site: Option<CodeLocation>,
    ) {
        if self.has_cluster && target.as_str() == WORKER_OF_CLUSTER {
            return;
        }
        let key = WorkerKey::process(child);
        let is_manager = target.as_str() == SERVER_OF_MANAGER;
        let known_lane = self.lane_of_pool(parent, pool);
        let lane = known_lane.unwrap_or_else(|| {
            let kind = if is_manager { PoolKind::Manager } else { PoolKind::Processes };
            self.lane_of_parent(begun, ProgramPool { kind, pid: parent, site: site.clone(), saturation: None })
        });
        let process = self.process(child);
        // A process with this pid that ended earlier is another one.
        if process.exited.is_some_and(|(exited, _)| exited < begun) {
            *process = super::Process::default();
        }
        if process.worker_of.is_some() {
            return;
        }
        // If the parent was held up while it started the process, that may have ended before.
        let exited = process.exited;
        process.worker_of = Some(lane);
        process.pool = Some((parent, pool.unwrap_or(NO_POOL)));
        let early = std::mem::take(&mut process.early);
        // The clock reads of two processes on two cores may differ.
        let spawned =
            early.iter().map(|stamped| self.epoch.time_of(stamped.at)).min().map_or(begun, |first| first.min(begun));
        self.ensure_worker(spawned, lane, key);
        if known_lane.is_none() && !is_manager {
            self.start_own_task(exited.map_or(at, |(exited, _)| exited.min(at)), lane, key, target, site);
        }
        for stamped in early {
            self.translate_record(self.epoch.time_of(stamped.at), child, stamped.record);
        }
        if let Some((exited, exit)) = exited {
            self.worker_exited(exited, lane, key, exit);
        }
    }

    /// A thread outside of any pool started, and with it a task of its own.
    pub(super) fn thread_started(
        &mut self,
        at: Nanos,
        pid: u32,
        tid: u32,
        target: SafeText,
        site: Option<CodeLocation>,
    ) {
        let lane =
            self.lane_of_parent(at, ProgramPool { kind: PoolKind::Threads, pid, site: site.clone(), saturation: None });
        let key = WorkerKey::thread(pid, tid);
        self.ensure_worker(at, lane, key);
        self.start_own_task(at, lane, key, target, site);
    }

    pub(super) fn thread_ended(&mut self, at: Nanos, pid: u32, tid: u32, cpu_ns: u64, usage: Option<FinalUsage>) {
        let key = WorkerKey::thread(pid, tid);
        let Some(lane) = (0..self.lanes.len()).find(|lane| self.lanes[*lane].current_task(key).is_some()) else {
            return;
        };
        self.finish_own_task(at, lane, key, cpu_ns);
        self.lanes[lane].set_usage(key, usage);
        self.worker_exited(at, lane, key, Exit::Code(0));
    }

    /// Ends the task of a process outside of pools, whose process ended.
    pub(super) fn end_own_task(&mut self, at: Nanos, lane: usize, key: WorkerKey, exit: Exit) {
        let is_own = self.lanes[lane].current_task(key).is_some_and(|current| current.job.pool == NO_POOL);
        match exit {
            Exit::Code(0) if is_own => self.finish_own_task(at, lane, key, 0),
            Exit::Code(code) if is_own => {
                let Some(current) = self.lanes[lane].current_task(key) else { return };
                let error = SafeText::from(format!("exit code {code}"));
                let events = self.lanes[lane].end_task(key, current.task, at, |worker, task| Event::TaskFailed {
                    worker,
                    task,
                    error,
                });
                self.push_all(lane, events);
            }
            _ => {}
        }
    }

    fn finish_own_task(&mut self, at: Nanos, lane: usize, key: WorkerKey, cpu_ns: u64) {
        let Some(current) = self.lanes[lane].current_task(key) else { return };
        let events = self.lanes[lane].end_task(key, current.task, at, |worker, task| Event::TaskFinished {
            worker,
            task,
            sum: None,
            cpu_ns,
            result_bytes: 0,
        });
        self.push_all(lane, events);
    }

    /// The lane of processes or threads that one process starts outside of pools.
    pub(super) fn lane_of_parent(&mut self, at: Nanos, pool: ProgramPool) -> usize {
        match self.open_lane_of(&pool) {
            Some(lane) => lane,
            None => self.open_lane(at, pool, 0),
        }
    }

    /// Submits and starts the task that a process or thread is.
    pub(super) fn start_own_task(
        &mut self,
        at: Nanos,
        lane: usize,
        key: WorkerKey,
        function: SafeText,
        site: Option<CodeLocation>,
    ) {
        // Starts at one place are one call.
        let start = Call { kind: CallKind::Start, function, site, items: None, chunk: 1 };
        let known = self.lanes[lane].starts.iter().find(|(known, _)| *known == start).map(|(_, call)| *call);
        let call = known.unwrap_or_else(|| {
            let call = self.call_made(at, lane, start.clone());
            self.lanes[lane].starts.push((start, call));
            call
        });
        let job = JobId { pid: key.pid, pool: NO_POOL, job: u64::from(key.tid.unwrap_or(0)) };
        let index = self.lanes[lane].next_own_task();
        self.tasks_submitted(at, lane, job, (index, 1), Some(call));
        if let Some((at, event)) = self.lanes[lane].ready(key, at) {
            self.push_to(at, lane, event);
        }
        let Some(task) = self.lanes[lane].jobs.task(job, index) else { return };
        let events = self.lanes[lane].start_task(key, CurrentTask { task, job, index }, at, (0, 0));
        self.push_all(lane, events);
    }
}
