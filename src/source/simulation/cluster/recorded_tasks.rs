//! What is measured of a cluster's tasks.

use std::collections::{HashMap, HashSet};
use std::iter;

use super::schedule::{Delays, GraphTask, Setting, Submission, makespan};
use crate::event::text::SafeText;
use crate::event::{LaneStatus, Nanos, RequeueCause, TaskId, WorkerId};
use crate::model::{CoreLoadHistory, CoreTimeUsed, Lane, Silence, TaskOutcome, Worker};
use crate::report::cluster_predictions::ClusterRefusal;

/// Prefix of the tasks that follow a shuffle in which workers send data to each other outside of the graph.
const SHUFFLE: &str = "shuffle-barrier";
/// Latency of a task that needs results where fewer than three idle threads show it, in ns: the median of those on a
/// loopback cluster of Dask 2026.8.
const DEFAULT_LATENCY: f64 = 6e6;
const MIN_LATENCIES: usize = 3;
/// Tasks of a prefix that need fewer results than these in all are alike for Dask.
const MANY_RESULTS: usize = 5;
/// Time over which the use of cores must have been measured, in ns: what workers do beside tasks comes in bursts.
const MIN_MEASURED: Nanos = 1_000_000_000;
/// Time without a sample of the scheduler, in ns, from which it may have stood still.
const MAX_UNSAMPLED: Nanos = 1_000_000_000;
/// How much slower or faster than others a worker may be. It matters where the first to end takes the last tasks.
const UNEVENNESS: f64 = 0.03;

/// The tasks of a cluster and what they ran on. Times are in ns.
#[derive(Debug)]
pub(super) struct RecordedTasks {
    /// In the order of their starts.
    tasks: Vec<GraphTask>,
    /// Those after the first, for a program that submits at the recorded times. If tasks had ended before the last,
    /// also for one that waited for all of them.
    later_submissions: Vec<Vec<Submission>>,
    delays: Delays,
    median_between_tasks: f64,
    /// The scheduler's setting `worker-saturation`, infinite if it does not limit what it sends.
    saturation: Option<f64>,
    pub(super) makespan: Nanos,
    /// From the first submission to the last.
    pub(super) submission: Nanos,
    pub(super) workers: u32,
    pub(super) threads_per_worker: u32,
    /// Cores of all hosts and number of hosts; none if a worker has not reported them.
    pub(super) cores_of_hosts: Option<(u32, usize)>,
    /// CPU time of the scheduler's thread while there were tasks.
    pub(super) scheduler_cpu: u64,
    /// None unless the workers are on mpviz's machine.
    pub(super) measured_use: Option<MeasuredUse>,
}

/// Shares of the machine's cores while there were tasks, measured.
#[derive(Clone, Copy, Debug)]
pub(super) struct MeasuredUse {
    pub(super) by_all: f64,
    /// By what is neither tasks of the cluster nor its scheduler.
    pub(super) by_others: f64,
}

/// A simulated makespan in ns, with the least and the greatest of workers that differ a little.
#[derive(Clone, Copy, Debug)]
pub(super) struct SimulatedTime {
    pub(super) expected: Nanos,
    pub(super) least: f64,
    pub(super) most: f64,
    /// Ratio of the makespans with and without waits for results before submissions, the greater to the smaller.
    pub(super) submission_ratio: f64,
}

/// A task that finished.
struct FinishedTask {
    taken: Nanos,
    ended: Nanos,
    submitted: Nanos,
    worker: WorkerId,
    id: TaskId,
}

impl RecordedTasks {
    pub(super) fn measure(lane: &Lane, cores: &CoreLoadHistory) -> Result<Self, ClusterRefusal> {
        if lane.has_only_counts() {
            return Err(ClusterRefusal::OnlyCounts);
        }
        let status = lane.end_and_status().map(|(_, status)| status);
        // The cluster may go on without tasks.
        if status.is_none() && lane.has_open_tasks() {
            return Err(ClusterRefusal::Running);
        }
        if lane.has_forgotten() {
            return Err(ClusterRefusal::Forgotten);
        }
        let (mut finished, ran_all) = finished_tasks(lane);
        finished.sort_unstable_by_key(|task| (task.taken, task.id));
        let (first, zero) = (finished.first(), finished.iter().map(|task| task.submitted).min());
        let (first, zero) = first.zip(zero).ok_or(ClusterRefusal::NoTasks)?;
        let ended = finished.iter().map(|task| task.ended).max().unwrap_or(zero);
        let makespan = ended.saturating_sub(zero);
        let is_meanwhile = |silence: Silence| silence.from < ended && silence.until.is_none_or(|until| until > zero);
        if lane.silences(Nanos::MAX).any(is_meanwhile) {
            return Err(ClusterRefusal::SilentWorkers);
        }
        let unsampled = lane.longest_unsampled();
        let ns = unsampled.end.min(ended).saturating_sub(unsampled.start.max(zero));
        if ns >= MAX_UNSAMPLED {
            return Err(ClusterRefusal::SilentScheduler { ns });
        }
        if lane.calls().iter().any(|call| call.function.as_str() == SHUFFLE) {
            return Err(ClusterRefusal::Shuffle);
        }
        let again = lane.requeued_tasks().iter().filter(|(cause, _)| **cause != RequeueCause::Stolen);
        match again.map(|(_, count)| *count).sum() {
            0 => {}
            again => return Err(ClusterRefusal::Requeued(again)),
        }
        if !ran_all || status.is_some_and(|status| status != LaneStatus::Finished) {
            return Err(ClusterRefusal::Unfinished);
        }
        let last_submitted = finished.iter().map(|task| task.submitted).max().unwrap_or(zero);
        let mut later_submissions = vec![later_submissions(&finished, false)];
        if finished.iter().any(|task| task.ended < last_submitted) {
            later_submissions.push(self::later_submissions(&finished, true));
        }
        let (workers, threads_per_worker) = workers_and_threads(lane, first.taken, ended)?;
        let numbers: HashMap<TaskId, u32> = (0..).zip(&finished).map(|(number, task)| (task.id, number)).collect();
        let alike = tasks_alike(lane, &finished);
        let graph_task = |task: &FinishedTask| GraphTask {
            wall_ns: task.ended.saturating_sub(task.taken) as f64,
            // Until it is known, the cores are taken for busy.
            cpu_share: lane.cpu_share_of(task.id).or_else(|| lane.cpu_share()).unwrap_or(1.0),
            after: lane.dependencies(task.id).iter().filter_map(|before| numbers.get(before).copied()).collect(),
            alike: prefix(lane, task.id).and_then(|prefix| alike.get(prefix).copied()).unwrap_or(0),
        };
        let tasks: Vec<GraphTask> = finished.iter().map(graph_task).collect();
        let saturation = lane.plan().pool.as_ref().and_then(|pool| pool.saturation.as_ref());
        let saturation = saturation.and_then(|saturation| saturation.as_str().parse().ok());
        let hosts = lane.host_cores();
        let are_described = lane.workers().all(|worker| hosts.keys().any(|host| is_on(worker, host)));
        let transfer_ns = lane.transfer_wait_s(Nanos::MAX) * 1e9;
        let (delays, median_between_tasks) = measured_delays(&finished, &tasks, zero, transfer_ns);
        let is_enough = |used: &CoreTimeUsed| used.to - used.from >= MIN_MEASURED && is_on_cores(lane, used.cores);
        let measured_use = cores.used_between(zero, ended).filter(is_enough).map(|used| {
            let length = (used.to - used.from) as f64;
            let ran = |task: &FinishedTask| task.ended.min(used.to).saturating_sub(task.taken.max(used.from)) as f64;
            let computed: f64 =
                finished.iter().zip(&tasks).map(|(task, of_graph)| ran(task) * of_graph.cpu_share).sum();
            let beside = lane.scheduler_time().cpu_ns as f64 + tasks.len() as f64 * median_between_tasks;
            let own = computed + beside * length / makespan.max(1) as f64;
            let all = f64::from(used.cores) * length;
            MeasuredUse { by_all: used.used_ns / all, by_others: (used.used_ns - own) / all }
        });
        Ok(Self {
            measured_use,
            delays,
            median_between_tasks,
            tasks,
            later_submissions,
            saturation,
            makespan,
            submission: last_submitted - zero,
            workers,
            threads_per_worker,
            cores_of_hosts: are_described.then(|| (hosts.values().sum(), hosts.len())),
            scheduler_cpu: lane.scheduler_time().cpu_ns,
        })
    }

    pub(super) fn count(&self) -> u32 {
        self.tasks.len() as u32
    }

    /// Cores of so many workers: one host has all of them, several grow with their number. None if unknown.
    pub(super) fn cores_of(&self, workers: u32) -> Option<f64> {
        self.cores_of_hosts.map(|(cores, hosts)| {
            let growth = if hosts > 1 { f64::from(workers) / f64::from(self.workers) } else { 1.0 };
            // A host is used as a whole.
            f64::from(cores.max(1)) / hosts as f64 * (hosts as f64 * growth).ceil()
        })
    }

    /// The makespan on so many workers and threads each, and its least and greatest if workers differ a little.
    pub(super) fn makespan_on(&self, workers: u32, threads_per_worker: u32) -> SimulatedTime {
        let cores = self.cores_of(workers);
        let slots = (self.saturation.unwrap_or(1.0) * f64::from(threads_per_worker)).ceil().max(1.0) as u32;
        // A result that a task needs is on another of n workers in (n - 1) of n cases.
        let elsewhere = |workers: u32| 1.0 - 1.0 / f64::from(workers);
        let more = if self.workers > 1 { elsewhere(workers) / elsewhere(self.workers) } else { 1.0 };
        let delays = Delays { fetching: self.delays.fetching * more, ..self.delays };
        let simulated = |later: &[Submission], slowness, background_ns: f64| {
            let background = self.scheduler_cpu as f64 / background_ns.max(1.0);
            let setting = Setting { workers, threads_per_worker, slots, cores, background, slowness };
            makespan(&self.tasks, later, delays, setting)
        };
        let even = [1.0; 2];
        let uneven = [[1.0 - UNEVENNESS, 1.0 + UNEVENNESS], [1.0 + UNEVENNESS, 1.0 - UNEVENNESS]];
        let (mut expected, mut all) = (Vec::new(), Vec::new());
        for later in &self.later_submissions {
            let first = simulated(later, even, self.makespan as f64);
            // The scheduler computes as much in another makespan, which matters where it needs a core of the tasks.
            let of_even = if cores.is_some() { simulated(later, even, first) } else { first };
            expected.push(of_even);
            all.push(of_even);
            all.extend(uneven.iter().filter(|_| workers > 1).map(|slowness| simulated(later, *slowness, of_even)));
        }
        let least = |of: &[f64]| of.iter().copied().fold(f64::INFINITY, f64::min);
        let most = |of: &[f64]| of.iter().copied().fold(0.0, f64::max);
        SimulatedTime {
            expected: (expected.iter().sum::<f64>() / expected.len() as f64).round() as Nanos,
            least: least(&all),
            most: most(&all),
            submission_ratio: most(&expected) / least(&expected).max(1.0),
        }
    }

    /// Whether the program made all submissions before any task had ended, so that it waited for none.
    pub(super) fn submits_without_results(&self) -> bool {
        self.later_submissions.len() == 1
    }

    /// Median time of a thread between two tasks, in ns.
    pub(super) fn median_between_tasks(&self) -> f64 {
        self.median_between_tasks
    }

    /// Mean wall time of a task, in ns.
    pub(super) fn mean_task(&self) -> f64 {
        self.tasks.iter().map(|task| task.wall_ns).sum::<f64>() / self.tasks.len().max(1) as f64
    }

    /// CPU time of the tasks, in ns.
    fn computing(&self) -> f64 {
        self.tasks.iter().map(|task| task.wall_ns * task.cpu_share).sum()
    }

    /// Share of CPU time in the time of the tasks.
    pub(super) fn computing_share(&self) -> f64 {
        self.computing() / self.tasks.iter().map(|task| task.wall_ns).sum::<f64>().max(1.0)
    }

    /// Share of the cores that so many workers use in a makespan; none if the cores are unknown.
    pub(super) fn use_of_cores(&self, workers: u32, makespan: Nanos) -> Option<f64> {
        let between = self.tasks.len() as f64 * self.delays.between_tasks;
        let used = self.computing() + between + self.scheduler_cpu as f64;
        self.cores_of(workers).map(|cores| used / (cores * makespan.max(1) as f64))
    }
}

/// The tasks that finished, and whether all did.
fn finished_tasks(lane: &Lane) -> (Vec<FinishedTask>, bool) {
    let mut finished = Vec::new();
    let mut ran_all = true;
    for id in lane.task_ids() {
        let times = lane.task_times(id).unwrap_or_default();
        match (times.taken, times.ended, times.submitted, times.worker) {
            (Some(taken), Some(ended), Some(submitted), Some(worker))
                if lane.task_outcome(id) == Some(TaskOutcome::Finished) =>
            {
                finished.push(FinishedTask { taken, ended, submitted, worker, id });
            }
            _ => ran_all = false,
        }
    }
    (finished, ran_all)
}

/// The submissions after the first, in their order. With `waits`, the program waits before each for all tasks that had
/// ended.
fn later_submissions(finished: &[FinishedTask], waits: bool) -> Vec<Submission> {
    let task = |number: u32| &finished[number as usize];
    let mut by_submission: Vec<u32> = (0..finished.len() as u32).collect();
    let mut by_end = by_submission.clone();
    by_submission.sort_by_key(|number| task(*number).submitted);
    by_end.sort_by_key(|number| task(*number).ended);
    let mut ends = by_end.into_iter().filter(|_| waits).peekable();
    let submissions: Vec<&[u32]> =
        by_submission.chunk_by(|one, next| task(*one).submitted == task(*next).submitted).collect();
    let with_previous = submissions.iter().zip(submissions.iter().skip(1));
    with_previous
        .map(|(previous, tasks)| {
            let at = |tasks: &[u32]| task(tasks[0]).submitted;
            let has_ended = iter::from_fn(|| ends.next_if(|number| task(*number).ended < at(tasks)));
            // Stamps of a worker may be ahead of the scheduler's.
            let after: Vec<u32> = has_ended.filter(|number| task(*number).submitted < at(tasks)).collect();
            let last_end = after.last().map_or(0, |number| task(*number).ended);
            let delay = at(tasks).saturating_sub(last_end.max(at(previous))) as f64;
            Submission { tasks: tasks.to_vec(), after, delay }
        })
        .collect()
}

fn prefix(lane: &Lane, task: TaskId) -> Option<&str> {
    lane.call_of(task).map(|call| call.function.as_str())
}

/// Number of tasks of each prefix whose tasks need only few results in all.
fn tasks_alike<'a>(lane: &'a Lane, finished: &[FinishedTask]) -> HashMap<&'a str, u32> {
    let mut groups: HashMap<&str, (u32, HashSet<TaskId>)> = HashMap::new();
    for task in finished {
        let Some(prefix) = prefix(lane, task.id) else { continue };
        let (count, results) = groups.entry(prefix).or_default();
        *count += 1;
        results.extend(lane.dependencies(task.id).iter().take(MANY_RESULTS));
    }
    let are_few = |(_, (_, results)): &(&str, (u32, HashSet<TaskId>))| results.len() < MANY_RESULTS;
    groups.into_iter().filter(are_few).map(|(prefix, (count, _))| (prefix, count)).collect()
}

/// The delays, with the median of the times between tasks, whose mean includes transfers and pauses.
fn measured_delays(finished: &[FinishedTask], tasks: &[GraphTask], zero: Nanos, transfer_ns: f64) -> (Delays, f64) {
    let mut free: HashMap<WorkerId, Nanos> = HashMap::new();
    let (mut times_between, mut latencies) = (Vec::new(), Vec::new());
    for (task, of_graph) in finished.iter().zip(tasks) {
        let ends = of_graph.after.iter().map(|before| finished[*before as usize].ended);
        let ready = ends.chain([task.submitted]).max().unwrap_or(zero);
        match free.insert(task.worker, task.ended) {
            Some(free) if ready <= free => times_between.push(task.taken.saturating_sub(free)),
            _ if ready > zero => latencies.push(task.taken.saturating_sub(ready)),
            _ => {}
        }
    }
    times_between.sort_unstable();
    let all_between = times_between.iter().sum::<Nanos>() as f64;
    let all_delays = all_between + latencies.iter().sum::<Nanos>() as f64;
    let between = all_between / times_between.len().max(1) as f64;
    let fetching = between * (transfer_ns / all_delays.max(1.0)).min(1.0);
    latencies.sort_unstable();
    let median_between_tasks = times_between.get(times_between.len() / 2).copied().unwrap_or(0) as f64;
    let middle = latencies.get(latencies.len().saturating_sub(1) / 2).filter(|_| latencies.len() >= MIN_LATENCIES);
    let delays = Delays {
        first_start: finished.first().map_or(0, |first| first.taken.saturating_sub(zero)) as f64,
        between_tasks: between - fetching,
        fetching,
        latency: middle.map_or(DEFAULT_LATENCY, |latency| *latency as f64).max(between),
    };
    (delays, median_between_tasks)
}

/// Whether a cluster runs on this number of cores of mpviz's machine, as its addresses show.
fn is_on_cores(lane: &Lane, cores: u32) -> bool {
    let is_local = |host: &str| host.starts_with("127.") || host.starts_with("[::1]") || host == "::1";
    let scheduler = lane.plan().pool.as_ref().and_then(|pool| pool.site.as_ref()).map(|site| site.file.as_str());
    let scheduler = scheduler.is_some_and(|address| is_local(address.rsplit('/').next().unwrap_or_default()));
    scheduler && lane.host_cores().iter().all(|(host, of_host)| is_local(host.as_str()) && *of_host == cores)
}

/// Whether a worker, which is named `name@host` or by its address, is on a host.
fn is_on(worker: &Worker, host: &SafeText) -> bool {
    let (name, host) = (worker.name().map_or("", SafeText::as_str), host.as_str());
    let is_address = |name: &str| name.strip_prefix(host).is_some_and(|rest| rest.starts_with([':', ']']));
    name.strip_suffix(host).is_some_and(|name| name.ends_with('@')) || is_address(name.trim_start_matches('['))
}

/// How many workers there were from the first task to the last, and how many threads each has.
fn workers_and_threads(lane: &Lane, from: Nanos, to: Nanos) -> Result<(u32, u32), ClusterRefusal> {
    let process = |worker: &Worker| (worker.pid(), worker.name().cloned());
    let is_early = |worker: &&Worker| worker.spawned_at().is_some_and(|at| at <= from);
    let early: HashSet<_> = lane.workers().filter(is_early).map(process).collect();
    if lane.workers().any(|worker| !is_early(&worker) && early.contains(&process(worker))) {
        return Err(ClusterRefusal::LeftThreads);
    }
    let mut threads: HashMap<_, u32> = HashMap::new();
    for worker in lane.workers() {
        if worker.spawned_at().is_none_or(|at| at > from) || worker.ended_at().is_some_and(|at| at < to) {
            return Err(ClusterRefusal::ChangingWorkers);
        }
        *threads.entry(process(worker)).or_default() += 1;
    }
    let mut counts = threads.values().copied();
    let each = counts.next().ok_or(ClusterRefusal::NoTasks)?;
    if counts.any(|count| count != each) {
        return Err(ClusterRefusal::ChangingWorkers);
    }
    Ok((threads.len() as u32, each))
}
