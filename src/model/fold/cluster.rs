//! Events that only clusters have: tasks that wait on workers, names, memory by kind.

use crate::event::{ClusterMemory, Event, Nanos, TaskId, WorkerId};
use crate::model::invalid_event::invalid;
use crate::model::lane::{ApplyResult, HeldTasks, Lane};
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
            Event::WorkerMemorySampled { worker, memory } => self.cluster_memory_sampled(at, *worker, memory),
            _ => Ok(()),
        }
    }

    fn check_submitted(&self, task: TaskId) -> ApplyResult {
        if self.tasks.get(task).is_none() {
            return invalid!("task {task} of a cluster was not submitted");
        }
        Ok(())
    }

    fn task_sent(&mut self, at: Nanos, task: TaskId) -> ApplyResult {
        self.check_submitted(task)?;
        if !self.cluster.waiting_on_workers.insert(task) {
            return invalid!("task {task} was sent to a worker twice");
        }
        self.cluster.sent.up.push(at, ());
        Ok(())
    }

    fn task_returned(&mut self, at: Nanos, task: TaskId, worker: Option<WorkerId>) -> ApplyResult {
        if !self.cluster.waiting_on_workers.remove(&task) {
            return invalid!("task {task} was returned to the scheduler but not sent to a worker");
        }
        self.cluster.sent.down.push(at, ());
        if let Some(worker) = worker {
            self.cluster.returned.push((at, task, worker));
        }
        Ok(())
    }

    /// Tasks left the queue: they do not wait on a worker any more.
    pub(super) fn tasks_left_workers(&mut self, at: Nanos, first: TaskId, count: u32) {
        if self.cluster.waiting_on_workers.is_empty() {
            return;
        }
        for task in first.0..first.0 + count {
            if self.cluster.waiting_on_workers.remove(&TaskId(task)) {
                self.cluster.sent.down.push(at, ());
            }
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
        Ok(())
    }
}
