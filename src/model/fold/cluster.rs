//! Events that only clusters have: tasks that wait on workers, names, memory by kind.

use crate::event::{ClusterMemory, ClusterUsage, Event, Nanos, TaskId, WorkerId};
use crate::model::invalid_event::invalid;
use crate::model::lane::{ApplyResult, CallTime, HeldTasks, Lane, ReportedSilence};
use crate::model::tasks::TaskOutcome;
use crate::model::times::NEVER;
use crate::model::workers::WorkerMemory;

use super::LARGEST_PAYLOAD;

impl Lane {
    /// Applies an event of a cluster; others are without effect.
    pub(super) fn apply_cluster_event(&mut self, at: Nanos, event: &Event) -> ApplyResult {
        match event {
            Event::TaskSent { task } => self.task_sent(at, *task),
            Event::TaskReturned { task, worker } => self.task_returned(at, *task, *worker),
            Event::TaskNamed { task, name } => {
                self.check_submitted(*task)?;
                self.cluster.task_names.insert(*task, name.clone());
                Ok(())
            }
            Event::TasksHeld { on_scheduler, on_worker, result_bytes } => {
                let held = HeldTasks {
                    peak_on_scheduler: *on_scheduler,
                    peak_on_worker: *on_worker,
                    peak_result_bytes: (*result_bytes).min(LARGEST_PAYLOAD),
                };
                let before = self.cluster.held.last().copied().unwrap_or_default();
                self.cluster.held.push((at.max(before.0), held.highest(before.1)));
                Ok(())
            }
            Event::SumReturned { sum } => {
                self.cluster.sum = Some(*sum);
                Ok(())
            }
            Event::WorkerNamed { worker, name } => {
                self.workers.started_worker(*worker)?.name = Some(name.clone());
                Ok(())
            }
            Event::TaskRequeued { task, cause, after } => {
                self.check_submitted(*task)?;
                // An attempt may have been forgotten since it ended.
                if let Some(attempt) = after.filter(|attempt| self.tasks.get(*attempt).is_some())
                    && self.cluster.run_again.insert(attempt)
                {
                    self.count_run_again(at, attempt);
                }
                *self.cluster.requeued.entry(*cause).or_default() += 1;
                Ok(())
            }
            Event::TaskGivenUp { task, worker } => self.task_given_up(at, *task, *worker),
            Event::TaskDepends { task, on } => {
                self.check_submitted(*task)?;
                // The results of tasks that were forgotten exist for long.
                let known: Vec<_> = on.iter().copied().filter(|on| self.tasks.get(*on).is_some()).collect();
                if self.is_queued_on_scheduler(*task) {
                    let is_open = |on: &TaskId| self.tasks.row(on.index()).outcome == TaskOutcome::Open;
                    let missing: Vec<_> = known.iter().copied().filter(is_open).collect();
                    self.cluster.add_missing(at, *task, &missing);
                }
                if !known.is_empty() {
                    self.cluster.dependencies.entry(*task).or_default().extend(known);
                }
                Ok(())
            }
            Event::HostDescribed { host, cores } => {
                let known = self.cluster.host_cores.entry(host.clone()).or_default();
                *known = (*known).max(*cores);
                Ok(())
            }
            Event::HeartbeatsMissed { worker, since } => self.heartbeats_missed(at, *worker, *since),
            Event::HeartbeatsResumed { worker } => self.heartbeats_resumed(at, *worker),
            Event::TransferWaited { worker, task, ns } => {
                self.workers.started_worker(*worker)?;
                self.check_submitted(*task)?;
                self.cluster.transfer_ns.push(at, i64::try_from(*ns).unwrap_or(i64::MAX));
                Ok(())
            }
            Event::ClusterUsageSampled { usage } => {
                self.usage_sampled(at, usage);
                Ok(())
            }
            Event::CallTimeSampled { call, cpu_ns, other_ns } => {
                self.check_call(Some(*call))?;
                self.cluster.call_times.insert(*call, CallTime { cpu_ns: *cpu_ns, other_ns: *other_ns });
                Ok(())
            }
            Event::WorkerMemorySampled { worker, memory } => self.cluster_memory_sampled(at, *worker, memory),
            Event::TasksCounted { counts } => {
                self.cluster.tasks_counted(at, counts);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn heartbeats_missed(&mut self, at: Nanos, id: WorkerId, since: Nanos) -> ApplyResult {
        let thread = self.workers.started_worker(id)?;
        if self.cluster.open_silence(thread).is_none() {
            let (pid, name) = (thread.pid, thread.name.clone());
            self.cluster.silences.push(ReportedSilence { pid, name, from: since.min(at), reported: at, until: NEVER });
            self.stop_observing_worker(id, since.min(at));
        }
        Ok(())
    }

    fn heartbeats_resumed(&mut self, at: Nanos, id: WorkerId) -> ApplyResult {
        let thread = self.workers.started_worker(id)?;
        if let Some(silence) = self.cluster.open_silence(thread) {
            silence.until = at.max(silence.reported);
            self.observe_worker_again(id);
        }
        Ok(())
    }

    /// A thread ended. If it was the last one of a silent worker, this has ended.
    pub(super) fn end_silence_of_worker(&mut self, at: Nanos, id: WorkerId) {
        let Some(silence) = self.workers.get(id).and_then(|thread| self.cluster.open_silence(thread)) else { return };
        if !self.workers.iter().any(|(_, other)| other.end_time() == NEVER && silence.is_of(other)) {
            silence.until = at.max(silence.reported);
        }
    }

    fn check_submitted(&self, task: TaskId) -> ApplyResult {
        if self.tasks.get(task).is_none() {
            return invalid!("task {task} of a cluster was not submitted");
        }
        Ok(())
    }

    /// The scheduler's time counts as that of tasks if there were any since the sample before.
    fn usage_sampled(&mut self, at: Nanos, usage: &ClusterUsage) {
        let before = self.cluster.usage.replace(*usage).unwrap_or_default();
        self.cluster.sampled(at);
        let counts = self.counts_at(at);
        let ended = self.finished.len() + self.failed.len() + self.lost.len();
        let has_ended = std::mem::replace(&mut self.cluster.ended_at_sample, ended) != ended;
        if has_ended || counts.queued + counts.resident > 0 {
            let time = &mut self.cluster.scheduler_time;
            time.cpu_ns = time.cpu_ns.saturating_add(usage.scheduler_cpu_ns.saturating_sub(before.scheduler_cpu_ns));
            time.delay_ns =
                time.delay_ns.saturating_add(usage.scheduler_delay_ns.saturating_sub(before.scheduler_delay_ns));
        }
    }

    /// The report of a task's loss may follow, if the task was running.
    fn task_given_up(&mut self, at: Nanos, id: TaskId, worker: WorkerId) -> ApplyResult {
        self.check_submitted(id)?;
        self.workers.started_worker(worker)?;
        let task = self.tasks.row(id.index());
        if !matches!(task.outcome, TaskOutcome::Open | TaskOutcome::Lost) {
            return invalid!("task {id} is given up, but is {:?}", task.outcome);
        }
        if task.worker().is_some_and(|by| by != worker) {
            return invalid!("task {id} is given up with a worker that had not taken it");
        }
        if self.cluster.given_up.contains_key(&id) {
            return invalid!("task {id} is given up twice");
        }
        self.cluster.given_up.insert(id, (at, worker));
        Ok(())
    }

    fn task_sent(&mut self, at: Nanos, task: TaskId) -> ApplyResult {
        self.check_submitted(task)?;
        if !self.is_queued(task) {
            return invalid!("task {task} was sent to a worker, but has left the queue");
        }
        if !self.cluster.waiting_on_workers.insert(task) {
            return invalid!("task {task} was sent to a worker twice");
        }
        self.cluster.no_result_missing(at, task);
        self.cluster.count_waiting(at, 1);
        Ok(())
    }

    fn task_returned(&mut self, at: Nanos, task: TaskId, worker: Option<WorkerId>) -> ApplyResult {
        if !self.cluster.waiting_on_workers.remove(&task) {
            return invalid!("task {task} was returned to the scheduler but not sent to a worker");
        }
        self.cluster.count_waiting(at, -1);
        if let Some(worker) = worker {
            self.cluster.returned.push((at, task, worker));
        }
        Ok(())
    }

    /// Whether a task has not started. It is known.
    fn is_queued(&self, task: TaskId) -> bool {
        let row = self.tasks.row(task.index());
        row.taken == NEVER && row.outcome == TaskOutcome::Open
    }

    fn is_queued_on_scheduler(&self, task: TaskId) -> bool {
        self.is_queued(task) && !self.cluster.waiting_on_workers.contains(&task)
    }

    /// Tasks left the queue: they wait neither on a worker nor for results any more.
    pub(super) fn tasks_left_cluster_queue(&mut self, at: Nanos, first: TaskId, count: u32) {
        if !self.is_of_cluster() {
            return;
        }
        for task in (first.0..first.0 + count).map(TaskId) {
            if self.cluster.waiting_on_workers.remove(&task) {
                self.cluster.count_waiting(at, -1);
            }
            self.cluster.no_result_missing(at, task);
        }
    }

    fn cluster_memory_sampled(&mut self, at: Nanos, id: WorkerId, memory: &ClusterMemory) -> ApplyResult {
        let worker = self.workers.started_worker(id)?;
        if worker.left.is_some() {
            return Ok(());
        }
        let bytes = |bytes: u64| bytes.min(LARGEST_PAYLOAD).cast_signed();
        let now = WorkerMemory {
            managed: bytes(memory.managed),
            unmanaged: bytes(memory.unmanaged),
            spilled: bytes(memory.spilled),
        };
        let before = std::mem::replace(&mut worker.cluster_memory, now);
        self.cluster.memory.push(at, now.minus(before));
        self.cluster.keep_peaks();
        Ok(())
    }
}
