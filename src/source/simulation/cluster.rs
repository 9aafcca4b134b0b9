//! Predicts the tasks of a cluster on other numbers of workers and threads.

mod recorded_tasks;
mod schedule;

use super::bounds::Uncertainty;
use super::prediction::TIE;
use crate::event::Nanos;
use crate::model::{CoreLoadHistory, Lane};
use crate::report::cluster_predictions::{
    ClusterPrediction, ClusterPredictions, ClusterRefusal, LeftOut, LeftOutSetting,
};
use recorded_tasks::{RecordedTasks, SimulatedTime};

/// Share of the time in which the scheduler may be busy.
const MAX_SCHEDULER_BUSY: f64 = 0.5;
/// Largest number of threads that is predicted, as a multiple of the recorded one.
const MAX_GROWTH: u32 = 8;
/// Half-width of the intervals, and where cores are busy or results large: above the errors, up to 6.5 % and 17.5 %, of
/// `benches/python/dask_prediction.py` with the seed 1 on 2 cores. Of 68 predictions with the seed 2, 63 were within.
const UNCERTAINTY: f64 = 0.15;
const WIDE_UNCERTAINTY: f64 = 0.25;
/// How far the prediction for what was recorded may be from it.
const MAX_BASELINE_ERROR: f64 = 0.1;
/// Use of the cores from which more threads than cores wait for one: of what was recorded, whose times are then too
/// long, and of what is predicted.
const MAX_RECORDED_USE: f64 = 0.6;
const MAX_PREDICTED_USE: f64 = 0.8;
/// How far the predictions may be apart for a program that waited for results before it submitted more, and for one that
/// did not: the recording does not tell.
const MAX_SUBMISSION_RATIO: f64 = 1.1;
/// Share of a prediction from which it is worth telling that the time of the submissions bounds it.
const MIN_SUBMISSION: f64 = 0.2;
/// Share of CPU time in the time of tasks up to which threads do not wait for the GIL.
const MAX_COMPUTING: f64 = 0.1;
/// Time for which more threads of a worker may wait for each other, as a share of the tasks': less than the intervals.
const MAX_WAITS: f64 = 0.1;
/// Share of the makespan that threads may wait for results of other workers, or would if all were fetched at the rate
/// that Dask assumes, in bytes/s.
const MAX_TRANSFERS: f64 = 0.1;
const BANDWIDTH: f64 = 1e8;
/// Share of the makespan in which a worker may send at that rate: most is sent while threads have other tasks.
const MAX_SENDING: f64 = 0.5;

/// Share of the cores that others may use beside computing tasks: quiet machines show up to 12 %, disturbed ones 20 %
/// and more, in the recordings of `benches/python/dask_prediction.py`.
const MAX_USE_BY_OTHERS: f64 = 0.15;

/// Predicts the makespan of a cluster's tasks on other numbers of workers, and of threads where that is known. `cores`
/// are those of mpviz's machine.
pub fn predict_cluster(lane: &Lane, cores: &CoreLoadHistory) -> Result<ClusterPredictions, ClusterRefusal> {
    let recorded = RecordedTasks::measure(lane, cores)?;
    refuse(lane, &recorded)?;
    let of_threads = recorded.threads_per_worker;
    let has_threads = recorded.computing_share() <= MAX_COMPUTING;
    let columns = match of_threads {
        _ if !has_threads => vec![of_threads],
        1 => vec![1, 2, 4],
        _ => vec![of_threads / 2, of_threads, of_threads * 2],
    };
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
        choice: 0,
        between_tasks_s: recorded.median_between_tasks() / 1e9,
        bound_by_submission_s: None,
        left_out: Vec::new(),
    };
    let sends_much = sending_ns(sent_bytes(lane, recorded.workers)) > MAX_TRANSFERS * recorded.makespan as f64;
    let most_threads = (recorded.workers * of_threads).saturating_mul(MAX_GROWTH);
    let mut widths: Vec<u32> = (0..31).map(|n| 1 << n).take_while(|width| *width <= most_threads).collect();
    if !widths.contains(&recorded.workers) {
        widths.push(recorded.workers);
    }
    widths.sort_unstable();
    for workers in widths {
        for threads_each in &columns {
            predictions.add(&recorded, (workers, *threads_each), sends_much);
        }
        let last = predictions.rows.last().map_or(0, |row| row.workers);
        if workers > recorded.workers.max(last) {
            break;
        }
    }
    let last = predictions.rows.last().map_or(0, |row| row.workers);
    let mut after = predictions.left_out.iter().filter(|left_out| left_out.workers > last);
    if after.all(|left_out| left_out.why == LeftOut::ManyThreads) {
        predictions.left_out.retain(|left_out| left_out.workers <= last);
    }
    if predictions.rows.len() == 1 && predictions.left_out.iter().any(|it| it.why == LeftOut::Submission) {
        return Err(ClusterRefusal::SubmittedOverTime);
    }
    let submission_s = recorded.submission as f64 / 1e9;
    let is_bound = |row: &ClusterPrediction| submission_s > MIN_SUBMISSION * row.predicted_s;
    predictions.bound_by_submission_s =
        Some(submission_s).filter(|_| recorded.submits_without_results() && predictions.rows.iter().any(is_bound));
    predictions.choose();
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
    // Where all fits on the cores, others do not change the tasks' times, and neither do they change waits.
    if let Some(measured) = recorded.measured_use
        && measured.by_others > MAX_USE_BY_OTHERS
        && measured.by_all > MAX_RECORDED_USE
        && recorded.computing_share() > MAX_COMPUTING
    {
        return Err(ClusterRefusal::OtherPrograms { percent: as_percent(measured.by_others) });
    }
    let threads = recorded.workers.saturating_mul(recorded.threads_per_worker);
    let used = recorded.use_of_cores(recorded.workers, recorded.makespan);
    if let Some(used) = used.filter(|used| *used > MAX_RECORDED_USE)
        && recorded.cores_of(recorded.workers).is_some_and(|cores| f64::from(threads) > cores)
    {
        return Err(ClusterRefusal::BusyCores { percent: as_percent(used) });
    }
    let bytes = sent_bytes(lane, recorded.workers);
    let is_alone = recorded.workers == 1;
    let most = if is_alone { MAX_TRANSFERS } else { MAX_SENDING };
    if sending_ns(bytes) > most * makespan {
        return Err(ClusterRefusal::Transfers { bytes, is_alone });
    }
    let waited = lane.transfer_wait_s(Nanos::MAX) * 1e9 / (f64::from(threads) * makespan);
    if waited > MAX_TRANSFERS {
        return Err(ClusterRefusal::TransferWaits { percent: as_percent(waited) });
    }
    let simulated = recorded.makespan_on(recorded.workers, recorded.threads_per_worker);
    if simulated.submission_ratio > MAX_SUBMISSION_RATIO {
        return Err(ClusterRefusal::SubmittedOverTime);
    }
    let nearest = makespan.clamp(simulated.least, simulated.most);
    if Uncertainty::error(nearest, makespan) > MAX_BASELINE_ERROR {
        return Err(ClusterRefusal::NotReproduced { predicted: simulated.expected, measured: recorded.makespan });
    }
    Ok(())
}

/// Bytes that each worker sent. The only one sends nothing; two would send results that tasks need.
fn sent_bytes(lane: &Lane, workers: u32) -> u64 {
    if workers == 1 && lane.dependent_tasks() > 0 {
        return lane.result_bytes() / 2;
    }
    lane.cluster_usage().map_or(0, |usage| usage.sent_bytes) / u64::from(workers)
}

fn sending_ns(bytes: u64) -> f64 {
    bytes as f64 / BANDWIDTH * 1e9
}

impl ClusterPredictions {
    /// Predicts so many workers with so many threads each, or notes why not.
    fn add(&mut self, recorded: &RecordedTasks, (workers, threads_per_worker): (u32, u32), sends_much: bool) {
        let threads = workers.saturating_mul(threads_per_worker);
        let mut leave_out = |why| self.left_out.push(LeftOutSetting { workers, threads_per_worker, why });
        let of_recorded = recorded.workers.saturating_mul(recorded.threads_per_worker);
        let is_recorded = (workers, threads_per_worker) == (recorded.workers, recorded.threads_per_worker);
        if threads > of_recorded.saturating_mul(MAX_GROWTH).min(recorded.count()) && !is_recorded {
            return leave_out(LeftOut::ManyThreads);
        }
        let simulated = recorded.makespan_on(workers, threads_per_worker);
        if let Some(why) = left_out(recorded, (workers, threads_per_worker), simulated).filter(|_| !is_recorded) {
            return leave_out(why);
        }
        let SimulatedTime { expected, least, most, .. } = simulated;
        let is_busy =
            |workers, makespan| recorded.use_of_cores(workers, makespan).is_some_and(|used| used > MAX_RECORDED_USE);
        // Tasks then wait for a core now and then, although there are not more threads than cores, or for results.
        let is_unsure = sends_much || is_busy(workers, expected) || is_busy(recorded.workers, recorded.makespan);
        let uncertainty = Uncertainty::new(if is_unsure { WIDE_UNCERTAINTY } else { UNCERTAINTY });
        let around = |ns: f64| uncertainty.interval_around(ns);
        self.rows.push(ClusterPrediction {
            workers,
            threads_per_worker,
            threads,
            predicted_s: expected as f64 / 1e9,
            interval_s: (around(least).low_ns / 1e9, around(most).high_ns / 1e9),
            is_recorded,
        });
    }

    /// Of the settings with the fewest threads, prefers the recorded number of threads each, then the fewest workers.
    /// More threads than recorded must be worth it.
    fn choose(&mut self) {
        let fastest = self.rows.iter().map(|row| row.predicted_s).fold(f64::INFINITY, f64::min);
        let recorded = self.rows.iter().find(|row| row.is_recorded);
        let is_worth_it = |row: &ClusterPrediction| {
            recorded
                .is_none_or(|recorded| row.threads <= recorded.threads || TIE * row.predicted_s <= recorded.predicted_s)
        };
        let is_candidate = |row: &ClusterPrediction| row.predicted_s <= TIE * fastest && is_worth_it(row);
        let of_recorded = self.threads_per_worker;
        let order =
            |(_, row): &(usize, &ClusterPrediction)| (row.threads, row.threads_per_worker != of_recorded, row.workers);
        let candidates = self.rows.iter().enumerate().filter(|(_, row)| is_candidate(row));
        self.choice = candidates.min_by_key(order).map_or(0, |(index, _)| index);
    }
}

/// Why a makespan on so many workers and threads each would not be as simulated.
fn left_out(
    recorded: &RecordedTasks,
    (workers, threads_each): (u32, u32),
    simulated: SimulatedTime,
) -> Option<LeftOut> {
    if simulated.submission_ratio > MAX_SUBMISSION_RATIO {
        return Some(LeftOut::Submission);
    }
    let makespan = simulated.expected;
    let threads = workers.saturating_mul(threads_each);
    if recorded.scheduler_cpu as f64 > MAX_SCHEDULER_BUSY * makespan as f64 {
        return Some(LeftOut::BusyScheduler);
    }
    let is_over = |used: f64| used > MAX_PREDICTED_USE;
    let has_too_few_cores = recorded.cores_of(workers).is_some_and(|cores| f64::from(threads) > cores);
    if has_too_few_cores && recorded.use_of_cores(workers, makespan).is_some_and(is_over) {
        return Some(LeftOut::BusyCores);
    }
    // At worst, each thread waits between two tasks until all others of its worker have passed.
    let more_waits = f64::from(threads_each.abs_diff(recorded.threads_per_worker)) * recorded.median_between_tasks();
    (more_waits > MAX_WAITS * recorded.mean_task()).then_some(LeftOut::ShortTasks)
}
