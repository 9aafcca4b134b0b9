//! What events of clusters carry.

use serde::{Deserialize, Serialize};

/// Memory of a worker of a cluster by kind, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterMemory {
    /// Results of tasks, by their sizes.
    pub managed: u64,
    /// Other memory of the process.
    pub unmanaged: u64,
    /// Results that were moved to disk.
    pub spilled: u64,
}

/// Numbers of tasks of a cluster by place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskCounts {
    /// Tasks that wait on the scheduler.
    pub scheduler: u32,
    /// Tasks that wait or run on workers.
    pub workers: u32,
    /// Tasks whose results workers hold.
    pub memory: u32,
    pub erred: u32,
    /// Bytes of results that workers hold; none if unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result_bytes: Option<u64>,
    /// Tasks that finished since the scheduler started; none if unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<u64>,
    /// Whether the scheduler also answered which workers there are. Otherwise their newest memory is out of date.
    #[serde(default)]
    pub has_workers: bool,
}

/// What a cluster has used since the lane's time zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterUsage {
    /// CPU time of the scheduler's thread, in ns.
    pub scheduler_cpu_ns: u64,
    /// Its run-queue delay, in ns; 0 where the system does not tell.
    pub scheduler_delay_ns: u64,
    /// Results that workers sent to other workers and to clients, in bytes.
    pub sent_bytes: u64,
    /// Results that workers wrote to disk, and read from it, in bytes.
    pub disk_written_bytes: u64,
    pub disk_read_bytes: u64,
}

/// Why a cluster's task waits on the scheduler again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequeueCause {
    /// Its worker was lost.
    WorkerLost,
    /// Its worker was retired, as when a cluster becomes smaller.
    WorkerRetired,
    /// Another worker had less to do.
    Stolen,
    /// The task asked for it.
    Rescheduled,
    /// It failed and may be tried again.
    Failed,
    /// Its result was lost with a worker.
    ResultLost,
    Other,
}
