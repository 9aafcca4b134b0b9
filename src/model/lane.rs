//! One lane: its columns, and what they say of any time.

mod task;

use super::illegal::Illegal;
use super::problems::Mishap;
use super::sides::Origin;
use super::slots::Slots;
use super::spans::Spans;
use super::state::Counts;
use super::tasks::Tasks;
use super::times::{Gauge, NEVER, Steps};
use super::workers::{Record, Worker, Workers};
use crate::event::{LaneId, LanePlan, Nanos, Status, TaskId, WorkerId};

/// One lane of a run.
///
/// All questions about a time `t` cost a few bisections, whatever the number of tasks.
#[derive(Clone, Debug)]
pub struct Lane {
    pub(super) id: LaneId,
    pub(super) plan: LanePlan,
    /// The run it is from, where several are side by side.
    pub(super) origin: Option<Origin>,
    pub(super) zero: Option<Nanos>,
    pub(super) ended: Option<(Nanos, Status)>,
    pub(super) tasks: Tasks,
    pub(super) workers: Workers,
    pub(super) slots: Slots,
    /// Tasks joining and leaving the queue.
    pub(super) queue: Gauge<i64>,
    /// Payloads coming and going, in bytes.
    pub(super) resident: Gauge<i64>,
    pub(super) finished: Steps<()>,
    pub(super) failed: Steps<()>,
    pub(super) lost: Steps<()>,
    pub(super) abandoned: Steps<()>,
    /// Tasks that left a worker's hands unloaded: failed, lost or abandoned.
    pub(super) dropped: Steps<i64>,
    /// Workers that hold a task.
    pub(super) busy: Gauge<()>,
    pub(super) io: Gauge<()>,
    pub(super) live: Gauge<()>,
    pub(super) suspended: Spans,
    /// How many of the first workers of its places have been ready, and when the last of them was.
    pub(super) firsts_ready: (u32, Nanos),
    pub(super) totals: Totals,
    /// Private memory of all live workers, in bytes, as it changes from sample to sample.
    pub(super) private: Steps<i64>,
    pub(super) pss: Vec<(Nanos, u64)>,
    /// Tasks that failed or were lost: when, and which.
    pub(super) losses: Vec<(Nanos, TaskId)>,
    pub(super) deaths: Vec<(Nanos, WorkerId)>,
    pub(super) kills: Vec<(Nanos, WorkerId)>,
    /// What went wrong besides deaths.
    pub(super) mishaps: Vec<(Nanos, Mishap)>,
    /// The earliest time whose state has changed since the ledger was last brought up to date.
    pub(super) changed: Nanos,
}

/// What is only ever asked for as a whole.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Totals {
    /// CPU time of adding, in ns.
    pub(super) adding: u64,
    /// CPU time of writing payloads, in ns.
    pub(super) loading: u64,
    /// The partial sums of all finished tasks.
    pub(super) sum: i64,
}

impl Lane {
    pub(super) fn new(id: LaneId, plan: LanePlan, tasks: u32) -> Self {
        Self {
            id,
            tasks: Tasks::new(tasks),
            slots: Slots::new(plan.workers),
            plan,
            origin: None,
            zero: None,
            ended: None,
            workers: Workers::default(),
            queue: Gauge::default(),
            resident: Gauge::default(),
            finished: Steps::default(),
            failed: Steps::default(),
            lost: Steps::default(),
            abandoned: Steps::default(),
            dropped: Steps::default(),
            busy: Gauge::default(),
            io: Gauge::default(),
            live: Gauge::default(),
            suspended: Spans::default(),
            firsts_ready: (0, 0),
            totals: Totals::default(),
            private: Steps::default(),
            pss: Vec::new(),
            losses: Vec::new(),
            deaths: Vec::new(),
            kills: Vec::new(),
            mishaps: Vec::new(),
            changed: NEVER,
        }
    }

    /// Its number.
    #[must_use]
    pub fn id(&self) -> LaneId {
        self.id
    }

    /// What it was planned to be.
    #[must_use]
    pub fn plan(&self) -> &LanePlan {
        &self.plan
    }

    /// Its zero: when its tasks were submitted.
    #[must_use]
    pub fn zero(&self) -> Option<Nanos> {
        self.zero
    }

    /// When and how it ended.
    #[must_use]
    pub fn ended(&self) -> Option<(Nanos, Status)> {
        self.ended
    }

    /// The end of its history: when the last of its tasks finished, or came to whatever end.
    #[must_use]
    pub fn end(&self) -> Option<Nanos> {
        let (over, _) = self.ended?;
        let ends = [&self.finished, &self.failed, &self.lost, &self.abandoned].map(Steps::last);
        Some(ends.into_iter().flatten().max().unwrap_or(over))
    }

    /// When a task finished last, so far.
    #[must_use]
    pub fn last_completion(&self) -> Option<Nanos> {
        self.finished.last()
    }

    /// From its zero to its last completion so far, in ns.
    #[must_use]
    pub fn makespan(&self) -> Option<Nanos> {
        self.last_completion()?.checked_sub(self.zero?)
    }

    /// How many there are at `t`.
    #[must_use]
    pub fn counts(&self, t: Nanos) -> Counts {
        let submitted = self.queue.up.sum(t);
        let queued = self.queued(t);
        let in_memory_ever = (self.resident.up.count(t) as u64).cast_signed();
        let held = submitted - i64::from(queued) - in_memory_ever - self.left_unloaded(t);
        Counts {
            submitted: submitted as u32,
            queued,
            held: held.max(0) as u32,
            resident: self.resident.count(t),
            resident_bytes: self.resident.sum(t).max(0) as u64,
            in_io: self.io.count(t),
            ready: self.ready(t),
            finished: self.finished.count(t) as u32,
            failed: self.failed.count(t) as u32,
            lost: self.lost.count(t) as u32,
            abandoned: self.abandoned.count(t) as u32,
            live_workers: self.live.count(t),
        }
    }

    /// Tasks that ended by `t` without ever having been loaded.
    fn left_unloaded(&self, t: Nanos) -> i64 {
        self.dropped.sum(t)
    }

    /// Tasks in the queue at `t`.
    pub(super) fn queued(&self, t: Nanos) -> u32 {
        self.queue.sum(t).max(0) as u32
    }

    /// Workers that hold a task and are neither in I/O nor suspended. A lane with a lock is one process, of whose
    /// threads the lock lets one compute.
    pub(super) fn ready(&self, t: Nanos) -> u32 {
        let most = if self.plan.gil { 1 } else { u32::MAX };
        if self.suspended(t) { 0 } else { self.busy.count(t).saturating_sub(self.io.count(t)).min(most) }
    }

    /// For how long between the two it has run: begun, neither suspended nor ended.
    pub(super) fn ran(&self, from: Nanos, to: Nanos) -> Nanos {
        let from = from.max(self.zero().unwrap_or(to));
        let to = self.ended().map_or(to, |(end, _)| end.min(to)).max(from);
        to - from - (self.suspended.time(to) - self.suspended.time(from)).min(to - from)
    }

    /// Whether the viewer has stopped the lane's processes at `t`.
    #[must_use]
    pub fn suspended(&self, t: Nanos) -> bool {
        self.suspended.cover(t)
    }

    /// Since when the lane's processes have been stopped at `t`; none if they are not.
    #[must_use]
    pub fn suspended_since(&self, t: Nanos) -> Option<Nanos> {
        self.suspended.since(t)
    }

    /// When its workers last told anything by `t`: a transition, or how far a task is. Costs a look at every worker.
    #[must_use]
    pub fn last_news(&self, t: Nanos) -> Option<Nanos> {
        let told = self.workers.iter().filter_map(|(_, worker)| worker.last_progress(t)).max();
        told.max(self.previous_event(t.saturating_add(1)))
    }

    /// The tasks queued at `t`, head first. Lazy: the head costs a bisection, every other what lies between.
    pub fn queue(&self, t: Nanos) -> impl Iterator<Item = TaskId> + '_ {
        self.tasks.queue(t, self.queued(t))
    }

    /// The head of the queue at `t`.
    #[must_use]
    pub fn next_in_queue(&self, t: Nanos) -> Option<TaskId> {
        self.queue(t).next()
    }

    /// When all first workers of its places were ready; none before, and if some never are.
    #[must_use]
    pub fn all_ready(&self) -> Option<Nanos> {
        (self.firsts_ready.0 == self.plan.workers).then_some(self.firsts_ready.1)
    }

    /// Number of places for workers.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.plan.workers as usize
    }

    /// A worker, if anything is known of it.
    #[must_use]
    pub fn worker(&self, id: WorkerId) -> Option<&Worker> {
        self.workers.get(id)
    }

    /// How many tasks a worker has taken by `t`, those of its present record included.
    #[must_use]
    pub fn tasks_taken(&self, id: WorkerId, t: Nanos) -> u32 {
        self.workers.get(id).and_then(|worker| worker.record(&self.tasks, t)).map_or(0, Record::taken)
    }

    /// Private memory of its live workers at their last samples by `t`, in bytes; none if none of them has any.
    #[must_use]
    pub fn private_bytes(&self, t: Nanos) -> Option<u64> {
        u64::try_from(self.private.sum(t)).ok().filter(|bytes| *bytes > 0)
    }

    /// Proportional set size of its workers, as last sampled by `t`, in bytes.
    #[must_use]
    pub fn pss_bytes(&self, t: Nanos) -> Option<u64> {
        self.pss[..self.pss.partition_point(|(at, _)| *at <= t)].last().map(|(_, bytes)| *bytes)
    }

    /// The next transition after `t`.
    #[must_use]
    pub fn next_event(&self, t: Nanos) -> Option<Nanos> {
        let tasks = [self.queue.up.after(t), self.queue.down.after(t), self.resident.up.after(t)];
        let ends = [self.resident.down.after(t), self.finished.after(t), self.failed.after(t)];
        let losses = [self.lost.after(t), self.abandoned.after(t)];
        let workers = [self.io.up.after(t), self.io.down.after(t), self.live.up.after(t), self.live.down.after(t)];
        tasks.into_iter().chain(ends).chain(losses).chain(workers).flatten().min()
    }

    /// The last transition before `t`.
    #[must_use]
    pub fn previous_event(&self, t: Nanos) -> Option<Nanos> {
        let tasks = [self.queue.up.before(t), self.queue.down.before(t), self.resident.up.before(t)];
        let ends = [self.resident.down.before(t), self.finished.before(t), self.failed.before(t)];
        let losses = [self.lost.before(t), self.abandoned.before(t)];
        let workers = [self.io.up.before(t), self.io.down.before(t), self.live.up.before(t), self.live.down.before(t)];
        tasks.into_iter().chain(ends).chain(losses).chain(workers).flatten().max()
    }
}

/// One more first worker of a place is ready.
pub(super) fn note_ready((ready, latest): &mut (u32, Nanos), at: Nanos) {
    *ready += 1;
    *latest = at.max(*latest);
}

/// What folding a fact gives.
pub(super) type Folded = Result<(), Illegal>;
