//! The figures of a cluster.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::event::text::SafeText;
use crate::event::{ClusterMemory, ClusterUsage, Nanos, RequeueCause};
use crate::model::LaneWork;
use crate::model::lane::{CountedTasks, HeldTasks, Lane};

/// What the summary of a cluster has beside that of any watched lane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClusterSummary {
    /// Setting `worker-saturation` of the scheduler; none if unknown.
    pub saturation: Option<SafeText>,
    /// The most that was held at a time; none unless it ran a graph of mpviz.
    #[serde(flatten)]
    pub held: Option<HeldTasks>,
    /// Figures of tasks that are only counted; none of others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<CountedTasks>,
    /// Share of the threads' time in tasks while the cluster had work; none if it had none.
    pub threads_busy: Option<f64>,
    /// Memory of all workers when managed and unmanaged memory were highest; none if it was not reported.
    pub peak_memory: Option<ClusterMemory>,
    /// Maximum of results on disk, in bytes; none where tasks are only counted, as the figures of tasks below.
    pub peak_spilled_bytes: Option<u64>,
    /// Maximum of tasks that waited on workers.
    pub peak_waiting_on_workers: Option<u32>,
    /// Time of threads without a task during which data of their next one was fetched, in s.
    pub transfer_wait_s: Option<f64>,
    /// Attempts at tasks that were run again; totals of tasks do not count them.
    #[serde(default)]
    pub attempts_run_again: Option<u32>,
    /// Tasks that had to wait on the scheduler again, by cause.
    pub requeued: Option<BTreeMap<RequeueCause, u32>>,
    /// What was used; none if it was not reported.
    pub usage: Option<ClusterUsage>,
    /// Share of CPU time in the time of tasks, as far as workers have reported it; none before they have.
    pub cpu_share: Option<f64>,
}

impl Lane {
    /// What the summary of a cluster has beside that of any watched lane; none for other lanes.
    pub(super) fn cluster_summary(&self, work: &LaneWork) -> Option<ClusterSummary> {
        let pool = self.plan.pool.as_ref().filter(|_| self.is_of_cluster())?;
        let has_tasks = !self.has_only_counts();
        // Over HTTP, it is not known while tasks run.
        let peak_memory = self.peak_cluster_memory().filter(|_| has_tasks);
        Some(ClusterSummary {
            // Over HTTP, it is not told.
            saturation: pool.saturation.clone().filter(|setting| !setting.as_str().is_empty()),
            held: self.held_tasks(Nanos::MAX),
            counted: self.counted_tasks(),
            threads_busy: self.threads_busy(work),
            peak_memory,
            peak_spilled_bytes: peak_memory.map(|memory| memory.spilled),
            transfer_wait_s: has_tasks.then(|| self.transfer_wait_s(Nanos::MAX)),
            attempts_run_again: has_tasks.then(|| self.cluster.ended_run_again.total().all()),
            requeued: has_tasks.then(|| self.cluster.requeued.clone()),
            usage: self.cluster.usage,
            cpu_share: self.cpu_share(),
            peak_waiting_on_workers: has_tasks.then_some(self.cluster.peak_waiting.max(0) as u32),
        })
    }
}
