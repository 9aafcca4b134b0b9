//! What a lane of a cluster has beside tasks and workers.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::attempts::EndedAttempts;
use super::{CountedTasks, Lane, ReportedSilence};
use crate::event::text::SafeText;
use crate::event::{CallId, ClusterMemory, ClusterUsage, Nanos, PoolKind, RequeueCause, TaskCounts, TaskId, WorkerId};
use crate::model::tasks::TaskOutcome;
use crate::model::times::{NEVER, SortedSteps, StepGauge};
use crate::model::workers::{Worker, WorkerMemory};
use crate::model::{LaneCounts, LaneWork, TimeWindow};

/// Moments of a column at which busy threads are counted: an exact mean would pass over all tasks for each frame.
const MOMENTS_OF_COLUMN: u64 = 4;

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
    pub(in crate::model) sent: StepGauge<i64>,
    pub(in crate::model) waiting_on_workers: HashSet<TaskId>,
    /// Tasks that came back from a worker that was lost.
    pub(in crate::model) returned: Vec<(Nanos, TaskId, WorkerId)>,
    /// Tasks that the scheduler gave up with a worker that was lost.
    pub(in crate::model) given_up: BTreeMap<TaskId, (Nanos, WorkerId)>,
    /// Attempts after which their tasks ran again, and how many of them had ended how by each time.
    pub(in crate::model) run_again: HashSet<TaskId>,
    pub(in crate::model) ended_run_again: SortedSteps<EndedAttempts>,
    pub(in crate::model) task_names: HashMap<TaskId, SafeText>,
    /// The tasks whose results a task needs, if they did not exist when it was submitted.
    pub(in crate::model) dependencies: HashMap<TaskId, Vec<TaskId>>,
    /// Queued tasks that need results which do not exist, with the tasks that compute these.
    missing: HashMap<TaskId, HashSet<TaskId>>,
    /// The tasks that wait, or have waited, for the result of a task.
    needed_by: HashMap<TaskId, Vec<TaskId>>,
    waiting_for_results: StepGauge<i64>,
    /// Cores that workers may use, by host.
    pub(in crate::model) host_cores: HashMap<SafeText, u32>,
    /// How many tasks had to wait on the scheduler again, by cause.
    pub(in crate::model) requeued: BTreeMap<RequeueCause, u32>,
    /// Time of threads without a task during which data of their next one was fetched, in ns.
    pub(in crate::model) transfer_ns: SortedSteps<i64>,
    /// Time of the scheduler while there were tasks, and number of tasks that had ended by the newest sample.
    pub(in crate::model) scheduler_time: SchedulerTime,
    pub(in crate::model) ended_at_sample: usize,
    /// What was used by the newest sample.
    pub(in crate::model) usage: Option<ClusterUsage>,
    sampled_at: Option<Nanos>,
    /// The longest time between two samples of the scheduler, which come four times a second.
    longest_unsampled: Range<Nanos>,
    pub(in crate::model) call_times: HashMap<CallId, CallTime>,
    /// Time that tasks have waited on workers until the newest change, summed over tasks, in ns.
    waited_ns: f64,
    waited_until: Nanos,
    /// The highest of their numbers, and of each kind of memory of all workers.
    pub(in crate::model) peak_waiting: i64,
    peak_memory: Option<ClusterMemory>,
    /// Numbers of tasks, if no more is known of them, each since its time.
    pub(super) counted: Vec<(Nanos, TaskCounts)>,
    pub(super) counted_tasks: Option<CountedTasks>,
    /// The most that was held up to each time.
    pub(in crate::model) held: Vec<(Nanos, HeldTasks)>,
    /// The sum that the program received.
    pub(in crate::model) sum: Option<i64>,
    /// In the order of their reports.
    pub(in crate::model) silences: Vec<ReportedSilence>,
    /// Threads of which it is not known what they do, and how many of them hold a task.
    pub(in crate::model) unobserved: StepGauge<i64>,
    /// Memory of all workers.
    pub(in crate::model) memory: SortedSteps<WorkerMemory>,
}

/// Tasks that have not started, by what they wait for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClusterQueue {
    /// Kept by the scheduler although a worker could run them.
    pub on_scheduler: u32,
    /// Need results that do not exist yet.
    pub for_results: u32,
    /// Sent to workers, where they wait for a thread.
    pub on_workers: u32,
}

/// Time of the scheduler's thread, in ns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SchedulerTime {
    pub cpu_ns: u64,
    /// Runnable but not on a core.
    pub delay_ns: u64,
}

/// Time of a call's tasks by the newest sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::model) struct CallTime {
    /// CPU time of the tasks' threads, in ns.
    pub(in crate::model) cpu_ns: u64,
    /// Other time of the tasks, in ns: waits, also for a core or the GIL.
    pub(in crate::model) other_ns: u64,
}

impl ClusterState {
    pub(in crate::model) fn sampled(&mut self, at: Nanos) {
        let since = self.sampled_at.replace(at).unwrap_or(at);
        let longest = &self.longest_unsampled;
        if at.saturating_sub(since) > longest.end - longest.start {
            self.longest_unsampled = since..at;
        }
    }

    /// Counts a task that waits on a worker from now on, or does not wait any more.
    pub(in crate::model) fn count_waiting(&mut self, at: Nanos, change: i64) {
        let level = self.sent.up.total() - self.sent.down.total();
        self.waited_ns += at.saturating_sub(self.waited_until) as f64 * level as f64;
        self.waited_until = self.waited_until.max(at);
        let steps = if change > 0 { &mut self.sent.up } else { &mut self.sent.down };
        steps.push(at, 1);
        self.peak_waiting = self.peak_waiting.max(level + change);
    }

    /// A queued task needs results that do not exist.
    pub(in crate::model) fn add_missing(&mut self, at: Nanos, task: TaskId, results: &[TaskId]) {
        if results.is_empty() {
            return;
        }
        let missing = self.missing.entry(task).or_insert_with(|| {
            self.waiting_for_results.up.push(at, 1);
            HashSet::new()
        });
        for result in results {
            if missing.insert(*result) {
                self.needed_by.entry(*result).or_default().push(task);
            }
        }
    }

    /// A task ended: those that need only its result wait for a worker. If it has none, they may wait for that of
    /// another.
    pub(in crate::model) fn task_ended(&mut self, at: Nanos, task: TaskId) {
        for waiting in self.needed_by.remove(&task).unwrap_or_default() {
            let Some(missing) = self.missing.get_mut(&waiting) else { continue };
            if missing.remove(&task) && missing.is_empty() {
                self.no_result_missing(at, waiting);
            }
        }
    }

    /// A task has all results that it needs, or has left the queue.
    pub(in crate::model) fn no_result_missing(&mut self, at: Nanos, task: TaskId) {
        if self.missing.remove(&task).is_some() {
            self.waiting_for_results.down.push(at, 1);
        }
    }

    /// The silence of this thread's worker that has not ended.
    pub(in crate::model) fn open_silence(&mut self, thread: &Worker) -> Option<&mut ReportedSilence> {
        self.silences.iter_mut().find(|silence| silence.until == NEVER && silence.is_of(thread))
    }

    /// Keeps the highest memory, so that no pass over its history is needed.
    pub(in crate::model) fn keep_peaks(&mut self) {
        let now = ClusterMemory::from(self.memory.total());
        let peak = self.peak_memory.get_or_insert(now);
        peak.managed = peak.managed.max(now.managed);
        peak.unmanaged = peak.unmanaged.max(now.unmanaged);
        peak.spilled = peak.spilled.max(now.spilled);
    }

    pub(super) fn forget_before(&mut self, t: Nanos, is_known: impl Fn(TaskId) -> bool) {
        self.sent.forget_before(t);
        self.memory.forget_before(t);
        self.transfer_ns.forget_before(t);
        let last_before = self.counted.partition_point(|(at, _)| *at <= t).saturating_sub(1);
        self.counted.drain(..last_before);
        let forgotten = self.held.partition_point(|(at, _)| *at < t).saturating_sub(1);
        self.held.drain(..forgotten);
        self.returned.retain(|(at, ..)| *at >= t);
        self.given_up.retain(|_, (at, _)| *at >= t);
        self.silences.retain(|silence| silence.until >= t);
        self.unobserved.forget_before(t);
        self.run_again.retain(|task| is_known(*task));
        self.ended_run_again.forget_before(t);
        self.task_names.retain(|task, _| is_known(*task));
        self.dependencies.retain(|task, _| is_known(*task));
        self.needed_by.retain(|task, _| is_known(*task));
        self.waiting_for_results.forget_before(t);
    }
}

impl Lane {
    /// Whether it is a cluster, whose workers are threads of several processes on any machines.
    #[must_use]
    pub fn is_of_cluster(&self) -> bool {
        self.plan.pool.as_ref().is_some_and(|pool| pool.kind == PoolKind::DaskCluster)
    }

    /// All known workers.
    pub fn workers(&self) -> impl Iterator<Item = &Worker> {
        self.workers.iter().map(|(_, worker)| worker)
    }

    /// Tasks that wait on workers at `t`: sent by the scheduler and not started.
    #[must_use]
    pub fn tasks_waiting_on_workers(&self, t: Nanos) -> u32 {
        self.task_counts(t).map_or_else(|| self.cluster.sent.count(t), |counts| counts.workers)
    }

    /// Tasks that have not started at `t`.
    #[must_use]
    pub fn cluster_queue(&self, t: Nanos) -> ClusterQueue {
        let (queued, on_workers) = (self.counts_at(t).queued, self.tasks_waiting_on_workers(t));
        let on_scheduler = queued.saturating_sub(on_workers);
        let for_results = self.cluster.waiting_for_results.count(t).min(on_scheduler);
        ClusterQueue { on_scheduler: on_scheduler - for_results, for_results, on_workers }
    }

    /// Numbers of tasks at `t`, if no more is known of them.
    #[must_use]
    pub fn task_counts(&self, t: Nanos) -> Option<TaskCounts> {
        let until = self.cluster.counted.partition_point(|(at, _)| *at <= t);
        self.cluster.counted[..until].last().map(|(_, counts)| *counts)
    }

    /// Whether no more is known of its tasks than their numbers.
    #[must_use]
    pub fn has_only_counts(&self) -> bool {
        self.cluster.counted_tasks.is_some()
    }

    /// Figures of tasks of which no more is known than their numbers.
    pub(in crate::model) fn counted_tasks(&self) -> Option<CountedTasks> {
        self.cluster.counted_tasks
    }

    /// Time until `t` that tasks waited on workers, summed over tasks, in s.
    pub(in crate::model) fn waiting_on_workers_s(&self, t: Nanos) -> f64 {
        let cluster = &self.cluster;
        if t < cluster.waited_until {
            return cluster.sent.integral(t) / 1e9;
        }
        (cluster.waited_ns + (t - cluster.waited_until) as f64 * f64::from(cluster.sent.count(t))) / 1e9
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

    /// Memory of a cluster's workers at `t`; none before it is known, and while it is out of date.
    #[must_use]
    pub fn cluster_memory(&self, t: Nanos) -> Option<ClusterMemory> {
        let is_known = self.task_counts(t).is_none_or(|counts| counts.has_workers);
        (is_known && self.cluster.memory.count(t) > 0).then(|| self.cluster.memory.sum(t).into())
    }

    /// The most memory of a kind that a cluster's workers had.
    #[must_use]
    pub fn peak_cluster_memory(&self) -> Option<ClusterMemory> {
        self.cluster.peak_memory
    }

    /// Share of the threads' time in tasks while the lane had work, as far as it was observed; none if none was.
    #[must_use]
    pub fn threads_busy(&self, work: &LaneWork) -> Option<f64> {
        let threads_s = work.working_s * self.slot_count() as f64 - work.unobserved_s;
        (threads_s > 0.0).then(|| (work.workers.in_tasks_s / threads_s).min(1.0))
    }

    /// Share of the observed threads that have a task over time, one cell per column: the mean of some moments of it.
    pub fn threads_busy_over_time(&self, window: TimeWindow) -> impl Iterator<Item = f32> {
        (0..window.columns).map(move |column| {
            let (from, to) = (window.column_start(column), window.column_start(column + 1));
            let moment = |n: u64| from + (to - from) * (2 * n + 1) / (2 * MOMENTS_OF_COLUMN);
            let share = |t| {
                let LaneCounts { resident, unobserved, unobserved_with_task, .. } = self.counts_at(t);
                let threads = (self.slot_count() as u32).saturating_sub(unobserved).max(1);
                (resident.saturating_sub(unobserved_with_task) as f32 / threads as f32).min(1.0)
            };
            (0..MOMENTS_OF_COLUMN).map(|n| share(moment(n))).sum::<f32>() / MOMENTS_OF_COLUMN as f32
        })
    }

    /// Time of threads without a task by `t` during which data of their next one was fetched, in s.
    #[must_use]
    pub fn transfer_wait_s(&self, t: Nanos) -> f64 {
        self.cluster.transfer_ns.sum(t) as f64 / 1e9
    }

    /// The tasks whose results a task needs, if they did not exist when it was submitted.
    #[must_use]
    pub fn dependencies(&self, task: TaskId) -> &[TaskId] {
        self.cluster.dependencies.get(&task).map_or(&[], Vec::as_slice)
    }

    /// Number of tasks that were submitted before the results that they need existed.
    #[must_use]
    pub fn dependent_tasks(&self) -> u32 {
        self.cluster.dependencies.len() as u32
    }

    /// Cores that workers may use, by host; empty if unknown.
    #[must_use]
    pub fn host_cores(&self) -> &HashMap<SafeText, u32> {
        &self.cluster.host_cores
    }

    /// Whether the oldest tasks were forgotten, as in long observations.
    #[must_use]
    pub fn has_forgotten(&self) -> bool {
        self.history_start > 0
    }

    /// How many tasks had to wait on the scheduler again, by cause.
    #[must_use]
    pub fn requeued_tasks(&self) -> &BTreeMap<RequeueCause, u32> {
        &self.cluster.requeued
    }

    /// Time of the scheduler's thread while there were tasks.
    #[must_use]
    pub fn scheduler_time(&self) -> SchedulerTime {
        self.cluster.scheduler_time
    }

    /// The longest time between two samples of a cluster's scheduler.
    #[must_use]
    pub fn longest_unsampled(&self) -> Range<Nanos> {
        self.cluster.longest_unsampled.clone()
    }

    /// What a cluster has used by its newest sample; none before the first.
    #[must_use]
    pub fn cluster_usage(&self) -> Option<ClusterUsage> {
        self.cluster.usage
    }

    /// Share of CPU time in the time of a cluster's tasks, as far as workers have reported it; none before they have.
    #[must_use]
    pub fn cpu_share(&self) -> Option<f64> {
        let sum = |part: fn(&CallTime) -> u64| self.cluster.call_times.values().map(part).fold(0, u64::saturating_add);
        let (cpu, other) = (sum(|time| time.cpu_ns), sum(|time| time.other_ns));
        (cpu > 0 || other > 0).then(|| cpu as f64 / (cpu as f64 + other as f64))
    }

    /// Share of CPU time in the time of the tasks of a task's prefix; none before workers have reported it.
    #[must_use]
    pub fn cpu_share_of(&self, task: TaskId) -> Option<f64> {
        let CallTime { cpu_ns, other_ns } = *self.cluster.call_times.get(&self.call_id_of(task)?)?;
        (cpu_ns > 0 || other_ns > 0).then(|| cpu_ns as f64 / (cpu_ns as f64 + other_ns as f64))
    }

    /// Size of the results of all tasks, in bytes.
    #[must_use]
    pub fn result_bytes(&self) -> u64 {
        self.totals.result_bytes
    }

    /// The tasks that came back from a lost worker without having started.
    pub(in crate::model) fn returned_from(&self, id: WorkerId) -> impl Iterator<Item = TaskId> + '_ {
        self.cluster.returned.iter().filter(move |(_, _, worker)| *worker == id).map(|(_, task, _)| *task)
    }

    /// Tasks that were lost with this worker and that the scheduler gave up.
    pub(in crate::model) fn given_up_with(&self, id: WorkerId) -> impl Iterator<Item = TaskId> + '_ {
        let is_lost = |task: TaskId| self.tasks.get(task).is_some_and(|row| row.outcome == TaskOutcome::Lost);
        let with_worker = self.cluster.given_up.iter().filter(move |(_, (_, worker))| *worker == id);
        with_worker.map(|(task, _)| *task).filter(move |task| is_lost(*task))
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
