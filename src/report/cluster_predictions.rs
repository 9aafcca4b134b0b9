//! What a cluster's tasks would take with other numbers of workers and threads.

use serde::Serialize;

use crate::event::Nanos;

/// Predictions for the tasks of a cluster. Times are in s.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClusterPredictions {
    pub title: String,
    pub tasks: u32,
    /// Those that need results of others.
    pub dependent_tasks: u32,
    /// As recorded.
    pub workers: u32,
    pub threads_per_worker: u32,
    /// From the first submission to the end of the last task.
    pub measured_s: f64,
    /// Share of CPU time in the time of tasks; none if workers have not reported it.
    pub cpu_share: Option<f64>,
    /// Share of CPU time in the time of tasks; 1 if workers have not reported it.
    pub computing_share: f64,
    /// Whether other numbers of threads per worker are predicted: tasks compute too little to wait for the GIL.
    pub has_threads: bool,
    /// Cores of all hosts of workers, and number of these hosts; none if they were not reported.
    pub cores: Option<u32>,
    pub hosts: Option<u32>,
    /// Least half-width of the intervals, as a share of the prediction.
    pub interval_share: f64,
    /// By numbers of workers and of threads.
    pub rows: Vec<ClusterPrediction>,
    /// Index in `rows` of the fewest threads that are as fast as any, within 5 %.
    pub choice: usize,
    /// Median time of a thread between two tasks.
    pub between_tasks_s: f64,
    /// Time from the first submission to the last, if it bounds predictions: no task had ended before.
    pub bound_by_submission_s: Option<f64>,
    /// Settings between those that are predicted, and the next ones.
    pub left_out: Vec<LeftOutSetting>,
}

/// Workers and threads that are not predicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOutSetting {
    pub workers: u32,
    pub threads_per_worker: u32,
    pub why: LeftOut,
}

/// Why workers and threads are not predicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftOut {
    /// Tasks would wait for the cores.
    BusyCores,
    /// The scheduler would be busy for more than half of the time.
    BusyScheduler,
    /// Threads would wait for their worker between such short tasks.
    ShortTasks,
    /// Tasks were submitted after others had ended, and it matters whether the program waited for these.
    Submission,
    /// Too many more threads than recorded, or more than tasks.
    ManyThreads,
}

/// A number of workers with a number of threads each.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ClusterPrediction {
    pub workers: u32,
    pub threads_per_worker: u32,
    /// Of all workers.
    pub threads: u32,
    pub predicted_s: f64,
    /// Between these the real time is expected in nine of ten cases.
    pub interval_s: (f64, f64),
    pub is_recorded: bool,
}

/// Why nothing is predicted for a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClusterRefusal {
    /// It is still observed, and tasks have not ended.
    Running,
    /// So many tasks that the oldest were forgotten.
    Forgotten,
    /// Tasks were only counted, over HTTP.
    OnlyCounts,
    /// No task finished.
    NoTasks,
    /// Tasks failed, were lost or were not finished.
    Unfinished,
    /// Some tasks ran more than once.
    Requeued(u32),
    /// The program submitted tasks after others had ended, and it matters whether it waited for these.
    SubmittedOverTime,
    /// Workers sent no heartbeats for a part of the time, in which their tasks may have stood still.
    SilentWorkers,
    /// For this time, in ns, no report came from the scheduler, which may have stood still.
    SilentScheduler { ns: u64 },
    /// Tasks left their threads, and workers got others instead.
    LeftThreads,
    /// Workers came or left meanwhile, or have different numbers of threads.
    ChangingWorkers,
    /// The scheduler was busy, or waited for a core, for much of the time.
    BusyScheduler { percent: u32 },
    /// Others used this share of the workers' cores while tasks computed.
    OtherPrograms { percent: u32 },
    /// More threads than cores: their tasks waited for a core.
    BusyCores { percent: u32 },
    /// Workers sent data to each other outside of the graph.
    Shuffle,
    /// Moving results between workers takes long, or would if the only one had others beside it.
    Transfers { bytes: u64, is_alone: bool },
    /// Threads waited for results of other workers.
    TransferWaits { percent: u32 },
    /// What was recorded is not reproduced. Times are in ns.
    NotReproduced { predicted: Nanos, measured: Nanos },
}
