//! Predicts the tasks of a cluster on other numbers of workers and threads.

mod recorded_tasks;
mod schedule;

use super::bounds::Uncertainty;
use crate::event::Nanos;
use crate::model::Lane;
use crate::report::cluster_predictions::{ClusterPrediction, ClusterPredictions, ClusterRefusal};
use recorded_tasks::RecordedTasks;

/// Share of the time in which the scheduler may be busy.
const MAX_SCHEDULER_BUSY: f64 = 0.5;
/// Largest number of threads that is predicted, as a multiple of the recorded one.
const MAX_GROWTH: u32 = 8;
/// Half-width of the intervals: above the largest error, 9.4 %, of 48 predictions of `benches/python/dask_prediction.py`
/// with the seed 1 on a machine with 2 cores. And how far the prediction for what was recorded may be from it.
const UNCERTAINTY: f64 = 0.15;
const MAX_BASELINE_ERROR: f64 = 0.1;
/// Use of the cores from which more threads than cores wait for one: of what was recorded, whose times are then too
/// long, and of what is predicted.
const MAX_RECORDED_USE: f64 = 0.6;
const MAX_PREDICTED_USE: f64 = 0.8;
/// Share of CPU time in the time of tasks up to which threads do not wait for the GIL.
const MAX_COMPUTING: f64 = 0.1;
/// CPU time of a worker's process around a task, in ns: of four threads with tasks that wait 5 ms, on a machine with 2
/// cores. And the share of time that it may take where other numbers of threads are predicted.
const WORKER_CPU: f64 = 2.5e6;
const MAX_WORKER_BUSY: f64 = 0.5;
/// Share of the makespan that transfers between workers may take, at the rate that Dask assumes, in bytes/s.
const MAX_TRANSFERS: f64 = 0.1;
const BANDWIDTH: f64 = 1e8;

/// Predicts the makespan of a cluster's tasks on other numbers of workers, and of threads where that is known.
pub fn predict_cluster(lane: &Lane) -> Result<ClusterPredictions, ClusterRefusal> {
    let recorded = RecordedTasks::measure(lane)?;
    refuse(lane, &recorded)?;
    let of_threads = recorded.threads_per_worker;
    let has_threads = recorded.computing_share() <= MAX_COMPUTING;
    let columns = match of_threads {
        _ if !has_threads => vec![of_threads],
        1 => vec![1, 2, 4],
        _ => vec![of_threads / 2, of_threads, of_threads * 2],
    };
    let is_busy = |threads: u32| f64::from(threads) * WORKER_CPU > MAX_WORKER_BUSY * recorded.mean_task();
    let (left_out, columns): (Vec<u32>, Vec<u32>) =
        columns.into_iter().partition(|threads| *threads != of_threads && is_busy(*threads));
    let mut predictions = ClusterPredictions {
        title: lane.title().unwrap_or_default(),
        tasks: recorded.count(),
        dependent_tasks: lane.dependent_tasks(),
        workers: recorded.workers,
        threads_per_worker: of_threads,
        measured_s: recorded.makespan as f64 / 1e9,
        cpu_share: lane.cpu_share(),
        computing_share: recorded.computing_share(),
        has_threads,
        cores: recorded.cores_of_hosts.map(|(cores, _)| cores),
        hosts: recorded.cores_of_hosts.map(|(_, hosts)| hosts as u32),
        interval_share: UNCERTAINTY,
        rows: Vec::new(),
        scheduler_limit: None,
        threads_limit: left_out.first().copied(),
        cores_limit: None,
        cores_at_limit: None,
    };
    for threads_per_worker in columns {
        predictions.add_column(&recorded, threads_per_worker);
    }
    predictions.rows.sort_by_key(|row| (row.workers, row.threads_per_worker));
    Ok(predictions)
}

/// Refuses recordings whose tasks would take another time on other workers.
fn refuse(lane: &Lane, recorded: &RecordedTasks) -> Result<(), ClusterRefusal> {
    let as_percent = |share: f64| (share.min(1.0) * 100.0).round() as u32;
    let makespan = recorded.makespan.max(1) as f64;
    let time = lane.scheduler_time();
    let scheduler = time.cpu_ns.saturating_add(time.delay_ns) as f64 / makespan;
    if scheduler > MAX_SCHEDULER_BUSY {
        return Err(ClusterRefusal::BusyScheduler { percent: as_percent(scheduler) });
    }
    let threads = recorded.workers.saturating_mul(recorded.threads_per_worker);
    let used = recorded.use_of_cores(recorded.workers, recorded.makespan);
    if let Some(used) = used.filter(|used| *used > MAX_RECORDED_USE)
        && recorded.cores_of(recorded.workers).is_some_and(|cores| f64::from(threads) > cores)
    {
        return Err(ClusterRefusal::BusyCores { percent: as_percent(used) });
    }
    // One worker sends nothing; others would send results that tasks need.
    let is_alone = recorded.workers == 1;
    let bytes = if is_alone && lane.dependent_tasks() > 0 {
        lane.result_bytes() / 2
    } else {
        lane.cluster_usage().map_or(0, |usage| usage.sent_bytes) / u64::from(recorded.workers)
    };
    if bytes as f64 / BANDWIDTH * 1e9 > MAX_TRANSFERS * makespan {
        return Err(ClusterRefusal::Transfers { bytes, is_alone });
    }
    let waited = lane.transfer_wait_s(Nanos::MAX) * 1e9 / (f64::from(threads) * makespan);
    if waited > MAX_TRANSFERS {
        return Err(ClusterRefusal::TransferWaits { percent: as_percent(waited) });
    }
    let predicted = recorded.makespan_on(recorded.workers, recorded.threads_per_worker);
    if Uncertainty::error(predicted as f64, makespan) > MAX_BASELINE_ERROR {
        return Err(ClusterRefusal::NotReproduced { predicted, measured: recorded.makespan });
    }
    Ok(())
}

impl ClusterPredictions {
    /// Adds the numbers of workers with so many threads each, up to what would keep the scheduler or the cores busy.
    fn add_column(&mut self, recorded: &RecordedTasks, threads_per_worker: u32) {
        let is_recorded_column = threads_per_worker == recorded.threads_per_worker;
        let most = recorded.workers.saturating_mul(recorded.threads_per_worker).saturating_mul(MAX_GROWTH);
        let is_possible = |workers: &u32| workers.saturating_mul(threads_per_worker) <= most.min(self.tasks);
        let mut widths: Vec<u32> = (0..31).map(|n| 1 << n).take_while(is_possible).collect();
        if !widths.contains(&recorded.workers) && (is_recorded_column || is_possible(&recorded.workers)) {
            widths.push(recorded.workers);
        }
        widths.sort_unstable();
        for workers in widths {
            let threads = workers.saturating_mul(threads_per_worker);
            let makespan = recorded.makespan_on(workers, threads_per_worker);
            let is_recorded = is_recorded_column && workers == recorded.workers;
            let is_over = |used: f64| used > MAX_PREDICTED_USE;
            let lacks_cores = recorded.cores_of(workers).is_some_and(|cores| f64::from(threads) > cores)
                && recorded.use_of_cores(workers, makespan).is_some_and(is_over);
            let lacks_scheduler = recorded.scheduler_cpu as f64 > MAX_SCHEDULER_BUSY * makespan as f64;
            if (lacks_cores || lacks_scheduler) && !is_recorded {
                // Fewer workers than recorded are on fewer hosts; more may have enough.
                if workers < recorded.workers {
                    continue;
                }
                let limit = if lacks_cores { &mut self.cores_limit } else { &mut self.scheduler_limit };
                if is_recorded_column {
                    *limit = Some(workers);
                    self.cores_at_limit = recorded.cores_of(workers).filter(|_| lacks_cores).map(|cores| cores as u32);
                }
                return;
            }
            let predicted = Uncertainty::new(UNCERTAINTY).interval_around(makespan as f64);
            self.rows.push(ClusterPrediction {
                workers,
                threads_per_worker,
                threads,
                predicted_s: makespan as f64 / 1e9,
                interval_s: (predicted.low_ns / 1e9, predicted.high_ns / 1e9),
                is_recorded,
            });
        }
    }
}
