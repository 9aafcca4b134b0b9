//! What a cluster's tasks would take with other numbers of workers.

use serde::Serialize;

/// Predictions for the independent tasks of a cluster. Times are in s.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClusterPredictions {
    pub title: String,
    pub tasks: u32,
    /// As recorded.
    pub workers: u32,
    pub threads_per_worker: u32,
    /// From the first submission to the end of the last task.
    pub measured_s: f64,
    /// Share of CPU time in the time of tasks; none if workers have not reported it.
    pub cpu_share: Option<f64>,
    /// By number of workers.
    pub rows: Vec<ClusterPrediction>,
    /// Number of workers from which the scheduler would be busy for more than half of the time; none if none of those
    /// that were tried.
    pub scheduler_limit: Option<u32>,
}

/// A number of workers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ClusterPrediction {
    pub workers: u32,
    /// Of all workers.
    pub threads: u32,
    pub predicted_s: f64,
    pub is_recorded: bool,
}

/// Why nothing is predicted for a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClusterRefusal {
    /// It is still observed.
    Running,
    /// No task finished.
    NoTasks,
    /// Tasks failed, were lost or were not finished.
    Unfinished,
    /// Some tasks ran more than once.
    Requeued(u32),
    /// Tasks need results of others. Dependencies are not recorded.
    Dependent { tasks: u32, of: u32 },
    /// The program submitted tasks while others ran.
    SubmittedOverTime,
    /// Workers came or left meanwhile, or have different numbers of threads.
    ChangingWorkers,
    /// The scheduler was busy for much of the time.
    BusyScheduler { percent: u32 },
}
