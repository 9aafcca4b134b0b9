//! Calls and their tasks: submitted, queued, started and ended.

use super::Translator;
use super::jobs::JobId;
use super::lane::{CurrentTask, WorkerKey};
use crate::event::{Call, CallId, Event, Nanos, TaskId, WorkerId};
use crate::source::python::record::TaskKey;

impl Translator {
    pub(super) fn call_made(&mut self, at: Nanos, lane: usize, call: Call) -> CallId {
        let id = self.lanes[lane].next_call();
        self.push_to(at, lane, Event::CallMade(Box::new(call)));
        id
    }

    /// Submits the tasks of a range of indices that are not known yet.
    pub(super) fn tasks_submitted(
        &mut self,
        at: Nanos,
        lane: usize,
        job: JobId,
        range: (u64, u32),
        call: Option<CallId>,
    ) {
        for (first, count) in self.lanes[lane].jobs.add_unknown(at, job, range) {
            self.push_to(at, lane, Event::TasksSubmitted { first, count, call });
        }
    }

    /// Submits a task of a job whose tasks are not announced. The record of its queuing may come after its end.
    pub(super) fn submit_next_of_open_job(&mut self, at: Nanos, lane: usize, job: JobId, index: u64) {
        let Some(open) = self.lanes[lane].open_jobs.get_mut(&job).filter(|open| open.next_index <= index) else {
            return;
        };
        open.next_index = index + 1;
        let call = open.call;
        self.tasks_submitted(at, lane, job, (index, 1), call);
    }

    /// Divides `bytes` evenly among the tasks.
    pub(super) fn tasks_queued(&mut self, at: Nanos, pid: u32, (first, count): (TaskKey, u32), bytes: u64) {
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
    pub(super) fn job_of_worker(&self, pid: u32, key: TaskKey) -> Option<(usize, JobId)> {
        if let Some(pool) = key.pool {
            return Some((self.lane_of_pool(pid, key.pool)?, JobId { pid, pool, job: key.job }));
        }
        let process = self.processes.get(&pid)?;
        let (creator, pool) = process.pool?;
        Some((process.worker_of?, JobId { pid: creator, pool, job: key.job }))
    }

    pub(super) fn worker_key(key: TaskKey, pid: u32, tid: u32) -> WorkerKey {
        if key.pool.is_some() { WorkerKey::thread(pid, tid) } else { WorkerKey::process(pid) }
    }

    pub(super) fn task_started(
        &mut self,
        at: Nanos,
        pid: u32,
        tid: u32,
        key: TaskKey,
        (receive_ns, cpu_us): (u64, u32),
    ) {
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

    pub(super) fn task_ended(
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
}
