//! What a lane of a cluster has beside tasks and workers.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::Lane;
use crate::event::text::SafeText;
use crate::event::{ClusterMemory, Nanos, PoolKind, TaskId, WorkerId};
use crate::model::times::{SortedSteps, StepGauge};
use crate::model::workers::{Worker, WorkerMemory};

/// The most that a cluster held at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldTasks {
    /// Tasks that the scheduler kept although a worker could run them.
    pub peak_on_scheduler: u32,
    /// Tasks that one worker had, executing and waiting.
    pub peak_on_worker: u32,
    /// Results on all workers, in bytes.
    pub peak_result_bytes: u64,
}

impl HeldTasks {
    pub(in crate::model) fn highest(self, other: Self) -> Self {
        Self {
            peak_on_scheduler: self.peak_on_scheduler.max(other.peak_on_scheduler),
            peak_on_worker: self.peak_on_worker.max(other.peak_on_worker),
            peak_result_bytes: self.peak_result_bytes.max(other.peak_result_bytes),
        }
    }
}

/// State of a cluster; empty for other lanes.
#[derive(Clone, Debug, Default)]
pub(in crate::model) struct ClusterState {
    /// Tasks that were sent to a worker and have not started.
    pub(in crate::model) sent: StepGauge<()>,
    pub(in crate::model) waiting_on_workers: HashSet<TaskId>,
    /// Tasks that came back from a worker that was lost.
    pub(in crate::model) returned: Vec<(Nanos, TaskId, WorkerId)>,
    pub(in crate::model) task_names: HashMap<TaskId, SafeText>,
    /// The most that was held up to each time.
    pub(in crate::model) held: Vec<(Nanos, HeldTasks)>,
    /// The sum that the program received.
    pub(in crate::model) sum: Option<i64>,
    /// Memory of all workers.
    pub(in crate::model) memory: SortedSteps<WorkerMemory>,
}

impl ClusterState {
    pub(super) fn forget_before(&mut self, t: Nanos, is_known: impl Fn(TaskId) -> bool) {
        self.sent.forget_before(t);
        self.memory.forget_before(t);
        let forgotten = self.held.partition_point(|(at, _)| *at < t).saturating_sub(1);
        self.held.drain(..forgotten);
        self.returned.retain(|(at, ..)| *at >= t);
        self.task_names.retain(|task, _| is_known(*task));
    }
}

impl Lane {
    /// Whether it is a cluster, whose workers are threads of several processes on any machines.
    #[must_use]
    pub fn is_of_cluster(&self) -> bool {
        self.plan.pool.as_ref().is_some_and(|pool| pool.kind == PoolKind::DaskCluster)
    }

    /// Tasks that wait on workers at `t`: sent by the scheduler and not started.
    #[must_use]
    pub fn tasks_waiting_on_workers(&self, t: Nanos) -> u32 {
        self.cluster.sent.count(t)
    }

    /// The name of a task in its program; known of tasks that a lost worker held.
    #[must_use]
    pub fn task_name(&self, task: TaskId) -> Option<&SafeText> {
        self.cluster.task_names.get(&task)
    }

    /// The most that a cluster held at a time up to `t`; none if that was not reported.
    #[must_use]
    pub fn held_tasks(&self, t: Nanos) -> Option<HeldTasks> {
        let known = self.cluster.held.partition_point(|(at, _)| *at <= t);
        self.cluster.held[..known].last().map(|(_, held)| *held)
    }

    /// Memory of a cluster's workers at `t`; none before it is known.
    #[must_use]
    pub fn cluster_memory(&self, t: Nanos) -> Option<ClusterMemory> {
        (self.cluster.memory.count(t) > 0).then(|| self.cluster.memory.sum(t).into())
    }

    /// The most memory of a kind that a cluster's workers had.
    #[must_use]
    pub fn peak_cluster_memory(&self) -> Option<ClusterMemory> {
        let peak = self.cluster.memory.highest_sum(|memory| memory.managed.saturating_add(memory.unmanaged))?;
        Some(peak.1.into())
    }

    /// The tasks that came back from a lost worker without having started.
    pub(in crate::model) fn returned_from(&self, id: WorkerId) -> impl Iterator<Item = TaskId> + '_ {
        self.cluster.returned.iter().filter(move |(_, _, worker)| *worker == id).map(|(_, task, _)| *task)
    }
}

impl Worker {
    /// Its name in a cluster, with its host.
    #[must_use]
    pub fn name(&self) -> Option<&SafeText> {
        self.name.as_ref()
    }
}

impl From<WorkerMemory> for ClusterMemory {
    fn from(memory: WorkerMemory) -> Self {
        let bytes = |bytes: i64| u64::try_from(bytes).unwrap_or(0);
        Self { managed: bytes(memory.managed), unmanaged: bytes(memory.unmanaged), spilled: bytes(memory.spilled) }
    }
}
