//! The rules by which the figures of a cluster become findings. Cores and CPU times of its workers are not known.

use std::cmp::Reverse;

use super::FindingKind;
use super::stragglers::stragglers;
use crate::event::{ClusterMemory, Nanos};
use crate::model::{Lane, LaneWork, Model, Silence};

/// Kind of a finding about a cluster, with the figures of its sentence.
#[derive(Clone, Debug, PartialEq)]
pub enum ClusterFinding {
    /// Workers sent no heartbeats for a time. Those that still send none come first, then the longest.
    WorkerSilent { silences: Vec<Silence> },
    /// Workers hold many more tasks than they have threads, and their results fill the memory.
    QueuedOnWorkers { waiting: f64, threads: u32, memory: ClusterMemory },
    /// Workers moved results to disk for lack of memory.
    Spilling { peak_bytes: u64, written_bytes: u64, read_bytes: u64 },
    /// The last tasks of a prefix ran while threads had nothing to do; or one still runs, for `longest_s` so far.
    Stragglers { prefix: String, is_running: bool, longest_s: f64, median_s: f64, busy: f64, threads: u32, for_s: f64 },
    /// Threads waited for the scheduler, which was busy: on a core, or waiting for one for `waited` of the time.
    SchedulerBound { busy: f64, waited: f64, per_task_s: f64, mean_task_s: f64, idle: f64, better_s: f64 },
    /// Threads waited for data of other workers.
    Transfer { share: f64, sent_bytes: Option<u64> },
}

impl ClusterFinding {
    /// The name, as in reports.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::WorkerSilent { .. } => "worker-silent",
            Self::QueuedOnWorkers { .. } => "queued-on-workers",
            Self::Spilling { .. } => "spilling",
            Self::Stragglers { .. } => "stragglers",
            Self::SchedulerBound { .. } => "scheduler-bound",
            Self::Transfer { .. } => "transfer",
        }
    }

    /// Whether it endangers the cluster: it is about memory, or about workers that may be hung.
    pub(super) fn is_danger(&self) -> bool {
        match self {
            Self::WorkerSilent { silences } => silences.iter().any(|silence| silence.until.is_none()),
            Self::QueuedOnWorkers { .. } | Self::Spilling { .. } => true,
            Self::Stragglers { .. } | Self::SchedulerBound { .. } | Self::Transfer { .. } => false,
        }
    }
}

/// Mean number of tasks that wait on workers, as a multiple of the threads, from which they are many.
const MANY_WAITING: f64 = 2.0;
/// Results on disk, as a share of the results in memory, from which they are a finding.
const MIN_SPILLED: f64 = 0.05;
/// Share of the threads' time from which transfers, and idle threads beside a busy scheduler, are a finding.
const MIN_TRANSFER: f64 = 0.1;
const MIN_IDLE: f64 = 0.2;
/// Share of the time in which the scheduler's thread is on a core, or waits for one, from which it is busy.
const MIN_SCHEDULER_BUSY: f64 = 0.5;
/// How many times as long tasks must become to keep all threads busy.
const MIN_GROWTH: f64 = 1.5;
/// Number of tasks from which the scheduler's time for a task is known.
const MIN_TASKS: u32 = 100;

/// What slowed a cluster down by `t`, each with the elapsed time it cost in s.
pub(super) fn findings(model: &Model, lane: &Lane, t: Nanos) -> Vec<(FindingKind, f64)> {
    let work = model.lane_work(lane, t);
    let threads = lane.slot_count() as u32;
    // The scheduler's time is known of all tasks, also of those whose reports were dropped.
    let bound = if model.program_state().dropped_reports > 0 { None } else { scheduler_bound(lane, &work) };
    let costly = [transfer(lane, &work, t), bound, stragglers(lane, t)];
    let is_worth_saying = |(_, cost_s): &(ClusterFinding, f64)| cost_s * 1e9 >= super::MIN_COST * t as f64;
    let dangers = [worker_silent(model, lane, t), queued_on_workers(lane, &work, threads, t), spilling(lane)];
    let all = dangers.into_iter().flatten().map(|finding| (finding, 0.0));
    let all = all.chain(costly.into_iter().flatten().filter(is_worth_saying));
    all.map(|(finding, cost_s)| (FindingKind::Cluster(finding), cost_s)).collect()
}

/// Times count from where the lane's clock starts.
fn worker_silent(model: &Model, lane: &Lane, t: Nanos) -> Option<ClusterFinding> {
    let mut silences: Vec<_> = lane.silences(t).collect();
    let length = |silence: &Silence| silence.until.unwrap_or(t).saturating_sub(silence.from);
    silences.sort_by_key(|silence| (silence.until.is_some(), Reverse(length(silence))));
    let zero = model.clock_zero(lane);
    for silence in &mut silences {
        silence.from = silence.from.saturating_sub(zero);
        silence.until = silence.until.map(|until| until.saturating_sub(zero));
    }
    (!silences.is_empty()).then_some(ClusterFinding::WorkerSilent { silences })
}

/// A scheduler that holds back tasks has another setting.
fn queued_on_workers(lane: &Lane, work: &LaneWork, threads: u32, t: Nanos) -> Option<ClusterFinding> {
    let saturation = lane.plan().pool.as_ref()?.saturation.as_ref()?;
    let memory = lane.peak_cluster_memory()?;
    let waiting = LaneWork::share(lane.waiting_on_workers_s(t), work.working_s);
    let is_unbounded = saturation.as_str().parse().is_ok_and(f64::is_infinite);
    let are_many = waiting >= MANY_WAITING * f64::from(threads);
    let finding = ClusterFinding::QueuedOnWorkers { waiting, threads, memory };
    (is_unbounded && are_many && memory.managed.saturating_add(memory.spilled) > memory.unmanaged).then_some(finding)
}

fn spilling(lane: &Lane) -> Option<ClusterFinding> {
    let memory = lane.peak_cluster_memory()?;
    let peak_bytes = memory.spilled;
    let usage = lane.cluster_usage().unwrap_or_default();
    let (written_bytes, read_bytes) = (usage.disk_written_bytes, usage.disk_read_bytes);
    let is_much = peak_bytes > 0 && peak_bytes as f64 >= MIN_SPILLED * memory.managed as f64;
    is_much.then_some(ClusterFinding::Spilling { peak_bytes, written_bytes, read_bytes })
}

fn transfer(lane: &Lane, work: &LaneWork, t: Nanos) -> Option<(ClusterFinding, f64)> {
    let waited_s = lane.transfer_wait_s(t);
    let threads = lane.slot_count() as f64;
    let share = LaneWork::share(waited_s, work.working_s * threads);
    // Workers report bytes with their next heartbeat.
    let sent_bytes = lane.cluster_usage().map(|usage| usage.sent_bytes).filter(|bytes| *bytes > 0);
    (share >= MIN_TRANSFER).then_some((ClusterFinding::Transfer { share, sent_bytes }, waited_s / threads))
}

fn scheduler_bound(lane: &Lane, work: &LaneWork) -> Option<(ClusterFinding, f64)> {
    let time = lane.scheduler_time();
    let (cpu_s, delay_s) = (time.cpu_ns as f64 / 1e9, time.delay_ns as f64 / 1e9);
    let threads = lane.slot_count() as f64;
    let tasks = f64::from(work.tasks);
    let share = |time_s| LaneWork::share(time_s, work.working_s);
    let (busy, waited, per_task_s) = (share(cpu_s + delay_s), share(delay_s), LaneWork::share(cpu_s, tasks));
    let mean_task_s = LaneWork::share(work.workers.in_tasks_s, tasks);
    let idle_s = work.workers.between_tasks_s;
    let idle = LaneWork::share(idle_s, work.worker_s());
    // With longer tasks, the scheduler is busy half of the time while all threads are.
    let better_s = 2.0 * threads * per_task_s;
    let is_cause = busy >= MIN_SCHEDULER_BUSY && idle >= MIN_IDLE && better_s >= MIN_GROWTH * mean_task_s;
    let (busy, waited) = (busy.min(1.0), waited.min(1.0));
    let finding = ClusterFinding::SchedulerBound { busy, waited, per_task_s, mean_task_s, idle, better_s };
    (is_cause && work.tasks >= MIN_TASKS).then_some((finding, idle_s / threads))
}
