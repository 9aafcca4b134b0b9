//! Predicts the independent tasks of a cluster on other numbers of workers.
//!
//! Tasks keep their wall time, and start in the recorded order on whichever thread is free first. Each takes the thread
//! for as long as threads were idle between two tasks in the recording.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use crate::event::text::SafeText;
use crate::event::{LaneStatus, Nanos, RequeueCause, WorkerId};
use crate::model::{Lane, TaskOutcome};
use crate::report::cluster_predictions::{ClusterPrediction, ClusterPredictions, ClusterRefusal};

/// Share of the makespan within which all tasks are submitted, unless the program submits them over time.
const MAX_SUBMISSION: f64 = 0.05;
/// Share of the time in which the scheduler may be busy.
const MAX_SCHEDULER_BUSY: f64 = 0.5;
/// Largest number of workers that is predicted, as a multiple of the recorded one.
const MAX_GROWTH: u32 = 8;

/// What was measured of a cluster's tasks. Times are in ns.
#[derive(Debug)]
struct ClusterTasks {
    /// Wall times in order of their starts.
    durations: Vec<Nanos>,
    /// From the first submission to the first start.
    first_start: Nanos,
    /// Mean time of a thread between two tasks while others waited.
    gap: Nanos,
    makespan: Nanos,
    workers: u32,
    threads_per_worker: u32,
    /// CPU time of the scheduler's thread while there were tasks.
    scheduler_cpu: u64,
}

/// Predicts the makespan of a cluster's tasks on other numbers of workers with the same number of threads.
pub fn predict_cluster(lane: &Lane) -> Result<ClusterPredictions, ClusterRefusal> {
    let tasks = ClusterTasks::measure(lane)?;
    let count = tasks.durations.len() as u32;
    let widths =
        (0..).map(|n| 1 << n).take_while(|workers| *workers <= count.min(MAX_GROWTH.saturating_mul(tasks.workers)));
    let mut widths: Vec<u32> = widths.filter(|workers| *workers != tasks.workers).chain([tasks.workers]).collect();
    widths.sort_unstable();
    let mut rows = Vec::new();
    let mut scheduler_limit = None;
    for workers in widths {
        let threads = workers.saturating_mul(tasks.threads_per_worker);
        let makespan = tasks.makespan_on(threads);
        let is_recorded = workers == tasks.workers;
        if tasks.scheduler_cpu as f64 > MAX_SCHEDULER_BUSY * makespan as f64 && !is_recorded {
            scheduler_limit = Some(workers);
            break;
        }
        rows.push(ClusterPrediction { workers, threads, predicted_s: makespan as f64 / 1e9, is_recorded });
    }
    Ok(ClusterPredictions {
        title: lane.title().unwrap_or_default(),
        tasks: count,
        workers: tasks.workers,
        threads_per_worker: tasks.threads_per_worker,
        measured_s: tasks.makespan as f64 / 1e9,
        cpu_share: lane.cpu_share(),
        rows,
        scheduler_limit,
    })
}

impl ClusterTasks {
    fn measure(lane: &Lane) -> Result<Self, ClusterRefusal> {
        let (end, status) = lane.end_and_status().ok_or(ClusterRefusal::Running)?;
        let again = lane.requeued_tasks().iter().filter(|(cause, _)| **cause != RequeueCause::Stolen);
        let again: u32 = again.map(|(_, count)| *count).sum();
        let mut tasks: Vec<(Nanos, Nanos, Nanos, WorkerId)> = Vec::new();
        let mut unfinished = status != LaneStatus::Finished;
        for task in lane.task_ids() {
            let times = lane.task_times(task).unwrap_or_default();
            let known = (times.taken, times.ended, times.submitted, times.worker);
            match known {
                (Some(taken), Some(ended), Some(submitted), Some(worker))
                    if lane.task_outcome(task) == Some(TaskOutcome::Finished) =>
                {
                    tasks.push((taken, ended, submitted, worker));
                }
                _ => unfinished = true,
            }
        }
        tasks.sort_unstable();
        let (first, last) = tasks.first().zip(tasks.last()).ok_or(ClusterRefusal::NoTasks)?;
        let submitted = || tasks.iter().map(|(_, _, submitted, _)| *submitted);
        let (zero, last_submitted) = (submitted().min().unwrap_or(0), submitted().max().unwrap_or(0));
        let ended = tasks.iter().map(|(_, ended, ..)| *ended).max().unwrap_or(end);
        let makespan = ended.saturating_sub(zero);
        if again > 0 {
            return Err(ClusterRefusal::Requeued(again));
        }
        if unfinished {
            return Err(ClusterRefusal::Unfinished);
        }
        if lane.dependent_tasks() > 0 {
            return Err(ClusterRefusal::Dependent { tasks: lane.dependent_tasks(), of: tasks.len() as u32 });
        }
        if (last_submitted - zero) as f64 > MAX_SUBMISSION * makespan as f64 {
            return Err(ClusterRefusal::SubmittedOverTime);
        }
        let (workers, threads_per_worker) = workers_and_threads(lane, first.0, ended)?;
        let time = lane.scheduler_time();
        let busy = time.cpu_ns.saturating_add(time.delay_ns) as f64 / makespan.max(1) as f64;
        if busy > MAX_SCHEDULER_BUSY {
            return Err(ClusterRefusal::BusyScheduler { percent: (busy.min(1.0) * 100.0).round() as u32 });
        }
        Ok(Self {
            first_start: first.0.saturating_sub(zero),
            gap: mean_gap(&tasks, last.0),
            durations: tasks.iter().map(|(taken, ended, ..)| ended.saturating_sub(*taken)).collect(),
            makespan,
            workers,
            threads_per_worker,
            scheduler_cpu: time.cpu_ns,
        })
    }

    /// The makespan on so many threads, each of which takes the next task when it is free.
    fn makespan_on(&self, threads: u32) -> Nanos {
        let mut free: BinaryHeap<Reverse<Nanos>> = (0..threads.max(1)).map(|_| Reverse(self.first_start)).collect();
        let mut last = 0;
        for duration in &self.durations {
            let Reverse(start) = free.pop().unwrap_or_default();
            last = last.max(start + duration);
            free.push(Reverse(start + duration + self.gap));
        }
        last
    }
}

/// Mean time between two tasks of a thread, up to the start of the last task.
fn mean_gap(tasks: &[(Nanos, Nanos, Nanos, WorkerId)], last_start: Nanos) -> Nanos {
    let mut ends: HashMap<WorkerId, Nanos> = HashMap::new();
    let (mut sum, mut count) = (0, 0);
    for (taken, ended, _, worker) in tasks {
        if let Some(before) = ends.insert(*worker, *ended).filter(|_| *taken <= last_start) {
            sum += taken.saturating_sub(before);
            count += 1;
        }
    }
    sum.checked_div(count).unwrap_or(0)
}

/// How many workers there were from the first task to the last, and how many threads each has.
fn workers_and_threads(lane: &Lane, from: Nanos, to: Nanos) -> Result<(u32, u32), ClusterRefusal> {
    let mut threads: HashMap<(Option<u32>, Option<&str>), u32> = HashMap::new();
    for worker in lane.workers() {
        if worker.spawned_at().is_none_or(|at| at > from) || worker.ended_at().is_some_and(|at| at < to) {
            return Err(ClusterRefusal::ChangingWorkers);
        }
        *threads.entry((worker.pid(), worker.name().map(SafeText::as_str))).or_default() += 1;
    }
    let mut counts = threads.values().copied();
    let each = counts.next().ok_or(ClusterRefusal::NoTasks)?;
    if counts.any(|count| count != each) {
        return Err(ClusterRefusal::ChangingWorkers);
    }
    Ok((threads.len() as u32, each))
}
