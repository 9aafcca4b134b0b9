//! The rules by which the figures of a cluster become findings. Cores and CPU times of its workers are not known.

use std::collections::HashMap;

use super::FindingKind;
use crate::event::{CallId, ClusterMemory, Nanos};
use crate::model::{Lane, LaneWork, Model};

/// Kind of a finding about a cluster, with the figures of its sentence.
#[derive(Clone, Debug, PartialEq)]
pub enum ClusterFinding {
    /// Workers hold many more tasks than they have threads, and their results fill the memory.
    QueuedOnWorkers { waiting: f64, threads: u32, memory: ClusterMemory },
    /// Workers moved results to disk for lack of memory.
    Spilling { peak_bytes: u64, written_bytes: u64, read_bytes: u64 },
    /// The last tasks of a prefix ran while threads had nothing to do.
    Stragglers { prefix: String, longest_s: f64, median_s: f64, busy: f64, threads: u32, for_s: f64 },
    /// Threads waited for the scheduler, which was busy.
    SchedulerBound { busy: f64, per_task_s: f64, mean_task_s: f64, idle: f64, better_s: f64 },
    /// Threads waited for data of other workers.
    Transfer { share: f64, sent_bytes: Option<u64> },
}

impl ClusterFinding {
    /// The name, as in reports.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::QueuedOnWorkers { .. } => "queued-on-workers",
            Self::Spilling { .. } => "spilling",
            Self::Stragglers { .. } => "stragglers",
            Self::SchedulerBound { .. } => "scheduler-bound",
            Self::Transfer { .. } => "transfer",
        }
    }

    /// Whether it is about memory, which endangers the cluster.
    pub(super) const fn is_about_memory(&self) -> bool {
        matches!(self, Self::QueuedOnWorkers { .. } | Self::Spilling { .. })
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
/// How much longer than the median a straggler is, and the share of its prefix's time that its tail takes.
const MIN_STRAGGLER: f64 = 2.0;
const MIN_TAIL: f64 = 0.1;

/// What slowed a cluster down by `t`, each with the elapsed time it cost in s.
pub(super) fn findings(model: &Model, lane: &Lane, t: Nanos) -> Vec<(FindingKind, f64)> {
    let work = model.lane_work(lane, t);
    let threads = lane.slot_count() as u32;
    let costly = [transfer(lane, &work, t), scheduler_bound(lane, &work), stragglers(lane, t)];
    let is_worth_saying = |(_, cost_s): &(ClusterFinding, f64)| cost_s * 1e9 >= super::MIN_COST * t as f64;
    let about_memory = [queued_on_workers(lane, &work, threads, t), spilling(lane)];
    let all = about_memory.into_iter().flatten().map(|finding| (finding, 0.0));
    let all = all.chain(costly.into_iter().flatten().filter(is_worth_saying));
    all.map(|(finding, cost_s)| (FindingKind::Cluster(finding), cost_s)).collect()
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
    let (peak_bytes, memory) = (lane.peak_spilled(), lane.peak_cluster_memory()?);
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
    let (busy, per_task_s) = (LaneWork::share(cpu_s + delay_s, work.working_s), LaneWork::share(cpu_s, tasks));
    let mean_task_s = LaneWork::share(work.workers.in_tasks_s, tasks);
    let idle_s = work.workers.between_tasks_s;
    let idle = LaneWork::share(idle_s, work.worker_s());
    // With longer tasks, the scheduler is busy half of the time while all threads are.
    let better_s = 2.0 * threads * per_task_s;
    let is_cause = busy >= MIN_SCHEDULER_BUSY && idle >= MIN_IDLE && better_s >= MIN_GROWTH * mean_task_s;
    let finding = ClusterFinding::SchedulerBound { busy: busy.min(1.0), per_task_s, mean_task_s, idle, better_s };
    (is_cause && work.tasks >= MIN_TASKS).then_some((finding, idle_s / threads))
}

/// The prefix whose last tasks left the most threads idle. Costs a pass over all tasks, so only for lanes that have
/// ended.
fn stragglers(lane: &Lane, t: Nanos) -> Option<(ClusterFinding, f64)> {
    lane.end_and_status().filter(|(end, _)| *end <= t)?;
    let threads = lane.slot_count() as f64;
    let mut of_calls: HashMap<CallId, Vec<(Nanos, Nanos)>> = HashMap::new();
    let mut changes = Vec::new();
    for task in lane.task_ids() {
        let times = lane.task_times(task).unwrap_or_default();
        let (Some(from), Some(to)) = (times.taken, times.ended) else { continue };
        changes.extend([(from, 1_i64), (to, -1)]);
        if let Some(call) = lane.call_id_of(task) {
            of_calls.entry(call).or_default().push((from, to));
        }
    }
    // Busy threads from each time on. Of tasks that follow each other, the end of the first comes first.
    changes.sort_unstable();
    let mut busy = 0;
    let levels: Vec<(Nanos, i64)> = changes
        .into_iter()
        .map(|(at, change)| {
            busy += change;
            (at, busy)
        })
        .collect();
    let tails = of_calls.into_iter().filter_map(|(call, times)| {
        let (last_start, end) = times.iter().copied().max_by_key(|(_, end)| *end)?;
        let first = times.iter().map(|(from, _)| *from).min()?;
        let mut durations: Vec<Nanos> = times.iter().map(|(from, to)| to.saturating_sub(*from)).collect();
        durations.sort_unstable();
        let (median, longest) = (durations[durations.len() / 2], end.saturating_sub(last_start));
        // From when on at most half of the threads were busy until the prefix ended.
        let before_end = levels.partition_point(|(at, _)| *at < end);
        let is_low = |level: i64| level as f64 * 2.0 <= threads;
        let low = levels[..before_end].iter().rposition(|(_, level)| !is_low(*level)).map_or(0, |busy| busy + 1);
        let tail = levels.get(low..before_end).filter(|tail| !tail.is_empty())?;
        let start = tail[0].0;
        let ends = tail.iter().skip(1).map(|(at, _)| *at).chain([end]);
        let busy_ns: f64 = tail.iter().zip(ends).map(|((from, level), to)| (to - from) as f64 * *level as f64).sum();
        let tail_ns = end.saturating_sub(start) as f64;
        let is_long = longest as f64 >= MIN_STRAGGLER * median as f64 && tail_ns >= MIN_TAIL * (end - first) as f64;
        let is_one_of_many = times.len() as f64 >= threads.max(2.0) && last_start <= start;
        let mean_busy = busy_ns / tail_ns;
        let cost_s = (threads - mean_busy) / threads * tail_ns / 1e9;
        (is_long && is_one_of_many).then_some((call, longest, median, mean_busy, tail_ns, cost_s))
    });
    let (call, longest, median, busy, tail_ns, cost_s) = tails.max_by(|a, b| a.5.total_cmp(&b.5))?;
    let finding = ClusterFinding::Stragglers {
        prefix: lane.calls().get(call.index())?.function.to_string(),
        longest_s: longest as f64 / 1e9,
        median_s: median as f64 / 1e9,
        busy,
        threads: threads as u32,
        for_s: tail_ns / 1e9,
    };
    Some((finding, cost_s))
}
