//! The rules by which a lane's figures become findings.

use super::{FindingKind, MIN_COST, has_queue};
use crate::event::{Call, Mode, Nanos};
use crate::model::{Lane, LaneWork, Model};

/// Share of the cores' time from which idle cores beside a queue are a finding.
const MIN_STALL: f64 = 0.1;
/// Share of the workers' time from which a loss of it is a finding.
const MIN_SHARE_OF_WORKERS: f64 = 0.2;
/// Share of the cores' time from which a tail is a finding.
const MIN_TAIL: f64 = 0.1;
/// Share of the elapsed time that a lane must have worked.
const MIN_SHARE_OF_RUN: f64 = 0.1;
/// Share of the blocked time in locks from which locks are the cause.
const MIN_LOCK_SHARE: f64 = 0.5;
/// Mean number of workers with a task that do not wait for a lock, from which one of them can be said to hold it.
const MIN_HOLDERS: f64 = 0.5;
/// Bytes of a task from which shipping them can be the cause of slow tasks.
const MANY_BYTES: f64 = 65_536.0;
/// Cores that threads under a GIL use: one. What other programs take of it is run-queue delay.
const CORES_UNDER_GIL: std::ops::RangeInclusive<f64> = 0.9..=1.1;
/// Share of the cores that a lane uses itself if its workers are in each other's way.
const MIN_OWN_USE: f64 = 0.6;
/// Number of creations, and share of the elapsed time, from which a pool created again is a finding.
const MIN_USES: u32 = 3;
const MIN_START_UP: f64 = 0.05;
/// Tasks for each worker in which chunks are divided, so that the last ones end together.
const CHUNKS_PER_WORKER: u64 = 16;
/// Time that a chunk of small tasks should take, in s.
const WORTHWHILE_TASK_S: f64 = 0.05;
/// Number of tasks from which they can be called too small.
const MIN_SMALL_TASKS: u32 = 100;
/// Calls that are examined for the chunk size.
const RECENT_CALLS: usize = 64;

/// What slowed a lane down by `t`, each with the elapsed time it cost in s.
pub(super) fn slow_work(model: &Model, lane: &Lane, t: Nanos) -> Vec<(FindingKind, f64)> {
    let mut figures = Figures::new(model, lane, t);
    if figures.is_stalled() {
        figures.work.stall_core_s = model.idle_core_time(lane, figures.work.stall_core_s, t);
    }
    let feeding = figures.shipping().or_else(|| figures.tasks_too_small());
    // A pool that waits for its tasks has idle cores for that reason.
    let computing = if feeding.is_some() {
        None
    } else {
        figures.gil_bound().or_else(|| figures.lock_bound()).or_else(|| figures.pool_too_narrow())
    };
    let costly = feeding.into_iter().chain(computing).chain(figures.chunks_too_large());
    let is_worth_saying = |(_, cost_s): &(FindingKind, f64)| cost_s * 1e9 >= MIN_COST * t as f64;
    let costly = costly.filter(is_worth_saying).chain(figures.oversubscribed(t));
    costly.chain(figures.pool_recreated(t)).collect()
}

struct Figures<'a> {
    lane: &'a Lane,
    work: LaneWork,
    cores: f64,
    workers: u32,
    /// Mean number of workers with a task.
    in_flight: f64,
    /// Mean number of cores used by tasks.
    used: f64,
    /// Share of the time in tasks that was blocked, and share of that in locks.
    blocked: Option<(f64, f64)>,
}

impl<'a> Figures<'a> {
    fn new(model: &Model, lane: &'a Lane, t: Nanos) -> Self {
        let work = model.lane_work(lane, t);
        let LaneWork { working_s, workers, .. } = work;
        let planned = lane.plan().workers;
        let share = |blocked| LaneWork::share(blocked, workers.in_tasks_s);
        let lock_share = |lock| LaneWork::share(lock, workers.blocked_s.unwrap_or(0.0));
        Self {
            lane,
            work,
            cores: lane.plan().cores.len() as f64,
            workers: if planned > 0 { planned } else { lane.slot_count() as u32 },
            in_flight: LaneWork::share(workers.in_tasks_s, working_s),
            used: LaneWork::share(workers.cpu_s.unwrap_or(0.0), working_s),
            blocked: workers.blocked_s.zip(workers.lock_s).map(|(blocked, lock)| (share(blocked), lock_share(lock))),
        }
    }

    fn core_count(&self) -> usize {
        self.lane.plan().cores.len()
    }

    /// Core time of the machine while the lane worked, in core-s.
    fn core_time(&self) -> f64 {
        self.cores * self.work.working_s
    }

    fn is_stalled(&self) -> bool {
        has_queue(self.lane) && self.work.stall_core_s >= MIN_STALL * self.core_time() && self.work.working_s > 0.0
    }

    fn pool_too_narrow(&self) -> Option<(FindingKind, f64)> {
        let (blocked, _) = self.blocked?;
        let is_blocked = blocked >= MIN_SHARE_OF_WORKERS && !self.waits_for_locks();
        let is_small = blocked < MIN_SHARE_OF_WORKERS && f64::from(self.workers) < self.cores;
        if !self.is_stalled() || !(is_blocked || is_small) {
            return None;
        }
        let for_s = self.stalled_time();
        let idle = LaneWork::share(self.work.stall_core_s, for_s).min(self.cores);
        let kind = FindingKind::PoolTooNarrow { workers: self.workers, idle, cores: self.core_count(), for_s, blocked };
        Some((kind, self.work.stall_core_s / self.cores))
    }

    /// Time in which tasks were queued, in s, at most the time in which the lane worked.
    fn stalled_time(&self) -> f64 {
        self.work.queued_s.min(self.work.working_s)
    }

    fn lock_bound(&self) -> Option<(FindingKind, f64)> {
        let (blocked, lock_share) = self.blocked?;
        let locked = blocked * lock_share;
        if !self.waits_for_locks() || locked < MIN_SHARE_OF_WORKERS || !self.has_idle_cores() {
            return None;
        }
        // A worker that holds the lock does not wait for it. If all wait, it is for others: a pool, a future or an
        // event.
        if self.in_flight * (1.0 - locked) < MIN_HOLDERS {
            return None;
        }
        let call = self.newest_calls().next().map(|call| call.function.to_string());
        let (workers, used, cores) = (self.workers, self.used, self.core_count());
        let kind = FindingKind::LockBound { workers, locked, used, cores, call };
        Some((kind, self.work.working_s * (1.0 - LaneWork::share(self.used, self.cores.min(self.in_flight)))))
    }

    /// Whether workers are blocked by locks rather than by something else, or a worker waits for a lock all the time on
    /// average: one more worker would wait, too.
    fn waits_for_locks(&self) -> bool {
        self.blocked.is_some_and(|(blocked, lock_share)| {
            let locked = blocked * lock_share;
            lock_share >= MIN_LOCK_SHARE || locked >= MIN_SHARE_OF_WORKERS && locked * self.in_flight >= 1.0
        })
    }

    /// Whether cores idled that the tasks in flight could have used.
    fn has_idle_cores(&self) -> bool {
        self.in_flight >= 2.0 && self.used < 0.5 * self.cores.min(self.in_flight)
    }

    fn gil_bound(&self) -> Option<(FindingKind, f64)> {
        let (blocked, lock_share) = self.blocked?;
        let is_threads = self.lane.plan().mode == Mode::Threads && self.in_flight >= 2.0;
        let delayed = LaneWork::share(self.work.workers.run_queue_delay_s?, self.work.working_s);
        // Each waiter asks for the GIL every 5 ms, and its delay counts, too: the sum may exceed the range.
        let wanted = self.used + delayed >= *CORES_UNDER_GIL.start();
        let is_one_core = wanted && self.used <= *CORES_UNDER_GIL.end() && self.cores >= 2.0;
        if !is_threads || !is_one_core || lock_share < MIN_LOCK_SHARE || blocked < MIN_SHARE_OF_WORKERS {
            return None;
        }
        let (threads, used, cores) = (self.workers, self.used, self.core_count());
        let kind = FindingKind::GilBound { threads, used, cores, locked: blocked * lock_share };
        Some((kind, self.work.working_s * (1.0 - 1.0 / self.cores.min(self.in_flight))))
    }

    /// It has no cost in time: the cores are busy.
    fn oversubscribed(&self, t: Nanos) -> Option<(FindingKind, f64)> {
        let delayed = LaneWork::share(self.work.workers.run_queue_delay_s?, self.work.worker_s());
        // If there are no more tasks than cores, or the lane does not use the cores, other programs take them.
        let uses_cores = self.used >= MIN_OWN_USE * self.cores;
        let is_long = self.work.working_s * 1e9 >= MIN_SHARE_OF_RUN * t as f64;
        let is_crowded = self.in_flight > self.cores && uses_cores && self.blocked.is_some() && is_long;
        let kind = FindingKind::Oversubscribed { workers: self.workers, cores: self.core_count(), delayed };
        (is_crowded && delayed >= MIN_SHARE_OF_WORKERS).then_some((kind, 0.0))
    }

    fn chunks_too_large(&self) -> Option<(FindingKind, f64)> {
        let idle = LaneWork::share(self.work.tail_core_s, self.core_time());
        let call = self.newest_calls().max_by_key(|call| call.chunk)?;
        let workers = u64::from(self.workers.max(1));
        let better = call.items.unwrap_or(0) / (workers * CHUNKS_PER_WORKER);
        let better = u32::try_from(better).unwrap_or(u32::MAX).max(1);
        let kind = FindingKind::ChunksTooLarge { idle, chunk: call.chunk, better };
        (idle >= MIN_TAIL && better < call.chunk).then_some((kind, self.work.tail_core_s / self.cores))
    }

    fn tasks_too_small(&self) -> Option<(FindingKind, f64)> {
        let between_s = self.work.workers.between_tasks_s;
        let between = LaneWork::share(between_s, self.work.worker_s());
        let mean_task_s = LaneWork::share(self.work.workers.in_tasks_s, f64::from(self.work.tasks));
        let chunk = self.newest_calls().next().map_or(1, |call| call.chunk);
        let times = (WORTHWHILE_TASK_S / mean_task_s.max(1e-6)).ceil();
        let better = (f64::from(chunk) * times).min(f64::from(u32::MAX)) as u32;
        let is_small = mean_task_s < WORTHWHILE_TASK_S && self.work.tasks >= MIN_SMALL_TASKS;
        let holds = between >= MIN_SHARE_OF_WORKERS && is_small && self.work.bytes_per_task < MANY_BYTES;
        let kind = FindingKind::TasksTooSmall { between, mean_task_s, chunk, better };
        holds.then_some((kind, between_s / f64::from(self.workers.max(1))))
    }

    /// One worker at a time reads from the queue, but they unpickle at the same time.
    fn shipping(&self) -> Option<(FindingKind, f64)> {
        let receive_s = self.work.workers.receive_s?;
        let receive = LaneWork::share(receive_s, self.work.worker_s());
        let bytes_per_task = self.work.bytes_per_task;
        let holds = receive >= MIN_SHARE_OF_WORKERS && bytes_per_task >= MANY_BYTES;
        holds.then_some((FindingKind::Shipping { bytes_per_task, receive }, receive_s / f64::from(self.workers.max(1))))
    }

    fn pool_recreated(&self, t: Nanos) -> Option<(FindingKind, f64)> {
        let uses = self.lane.uses();
        // The workers of one use start at the same time.
        let start_up_s = self.work.workers.starting_s? / f64::from(self.workers.max(1));
        let of_run = LaneWork::share(start_up_s * 1e9, t as f64);
        let kind = FindingKind::PoolRecreated { uses, start_up_s, of_run };
        (uses >= MIN_USES && of_run >= MIN_START_UP).then_some((kind, start_up_s))
    }

    fn newest_calls(&self) -> impl Iterator<Item = &'a Call> {
        self.lane.calls().iter().rev().take(RECENT_CALLS)
    }
}
