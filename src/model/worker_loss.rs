//! Workers of a watched program that died, and what their deaths mean for the calls of the program.

use std::ops::RangeInclusive;

use signal_hook::consts::SIGTERM;

use super::lane::Lane;
use super::tasks::TaskOutcome;
use super::workers::Worker;
use crate::event::text::SafeText;
use crate::event::{Call, Exit, Nanos, PoolKind, TaskId, WorkerId};

/// Time without a task taken, beside a ready worker, after which the queue of a dead worker's pool counts as locked, in
/// ns.
const LOCKED_QUEUE_THRESHOLD: Nanos = 500_000_000;

/// Longest time between the death that breaks an executor and the deaths of the workers that it then ends, as observed,
/// in ns.
pub const MAX_TIME_TO_END_WORKERS: Nanos = 500_000_000;

/// A worker that died.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkerLoss {
    pub worker: WorkerId,
    pub pid: Option<u32>,
    /// Its name in a cluster.
    pub name: Option<SafeText>,
    pub exit: Exit,
    /// When it died.
    pub at: Nanos,
    pub pool: PoolKind,
    /// The tasks that it ran, one for each thread; none if it was idle.
    pub tasks: Vec<LostTask>,
    /// Tasks that waited on a worker of a cluster and are back on its scheduler, with their names.
    pub returned: Vec<(TaskId, Option<SafeText>)>,
    /// Tasks that the scheduler of a cluster will not try again, with their names: too many workers were lost with
    /// them.
    pub given_up: Vec<(TaskId, Option<SafeText>)>,
    /// Whether the pool's other workers have taken no task since, though some are queued: it died with the queue's
    /// lock.
    pub locked_queue: bool,
    /// Whether the pool has ended since.
    pub pool_ended: bool,
}

/// The task that a worker held when it died.
#[derive(Clone, Debug, PartialEq)]
pub struct LostTask {
    pub task: TaskId,
    /// Its name in its program, if known.
    pub name: Option<SafeText>,
    /// Its items, if it is a chunk.
    pub items: Option<RangeInclusive<u64>>,
    /// The call that submitted it.
    pub call: Option<Call>,
}

impl WorkerLoss {
    /// Whether tasks were lost with the worker, or had to leave it.
    #[must_use]
    pub fn concerns_tasks(&self) -> bool {
        !self.tasks.is_empty() || !self.returned.is_empty() || !self.given_up.is_empty()
    }

    /// Whether a call of the program waits, or waited until the pool ended, because of the death.
    #[must_use]
    pub fn blocks_call(&self) -> bool {
        self.pool == PoolKind::Pool && (!self.tasks.is_empty() || self.locked_queue)
    }
}

impl Lane {
    /// The workers of a watched program that died by `t`, in order of time.
    #[must_use]
    pub fn worker_losses(&self, t: Nanos) -> Vec<WorkerLoss> {
        let mut deaths: Vec<_> = self.worker_deaths().filter(|(at, _)| *at <= t).collect();
        deaths.sort_unstable();
        deaths.into_iter().filter_map(|(_, worker)| self.worker_loss(worker, t)).collect()
    }

    /// What the death of a worker means, as known at `t`; none for a worker that lives, that the program or its
    /// executor ended or may have ended, or of mpviz's own workload.
    #[must_use]
    pub fn worker_loss(&self, id: WorkerId, t: Nanos) -> Option<WorkerLoss> {
        let pool = self.plan.pool.as_ref()?.kind;
        let worker = self.workers.get(id)?;
        let (at, exit) = worker.exit?;
        if !worker.died() || self.is_ended_by_executor(id, t) != Some(false) {
            return None;
        }
        let is_unfinished = |task: &TaskId| {
            let outcome = self.tasks.get(*task).map(|row| row.outcome);
            matches!(outcome, Some(TaskOutcome::Open | TaskOutcome::Lost))
        };
        let lost_task = |task| LostTask {
            task,
            name: self.task_name(task).cloned(),
            items: self.items_of(task),
            call: self.call_of(task).cloned(),
        };
        let threads: Vec<_> = std::iter::once(id).chain(self.threads_lost_with(id)).collect();
        let newest = threads.iter().filter_map(|thread| self.workers.get(*thread)?.tasks().next_back());
        let tasks: Vec<_> = newest.filter(is_unfinished).map(lost_task).collect();
        let locked_queue = !self.is_of_cluster() && tasks.is_empty() && self.is_queue_locked_since(at, t);
        let pool_ended = self.has_pool_ended_between(at, t);
        let named = |task| (task, self.task_name(task).cloned());
        let returned = threads.iter().flat_map(|thread| self.returned_from(*thread)).map(named).collect();
        let given_up = threads.iter().flat_map(|thread| self.given_up_with(*thread)).map(named).collect();
        let (pid, name) = (worker.pid, worker.name.clone());
        Some(WorkerLoss { worker: id, pid, name, exit, at, pool, tasks, returned, given_up, locked_queue, pool_ended })
    }

    /// The other threads of a lost worker of a cluster. They ended with it and have its name.
    pub(in crate::model) fn threads_lost_with(&self, id: WorkerId) -> impl Iterator<Item = WorkerId> + '_ {
        let lost = self.workers.get(id).filter(|_| self.is_of_cluster());
        let lost = lost.and_then(|worker| Some((worker.name.as_ref()?, worker.exit?)));
        let is_with = move |worker: &Worker| {
            lost.is_some_and(|(name, exit)| worker.name.as_ref() == Some(name) && worker.exit == Some(exit))
        };
        let all = self.workers.iter().filter(move |(_, worker)| is_with(worker));
        all.map(|(other, _)| other).filter(move |other| *other != id)
    }

    /// Whether an executor ended this worker by SIGTERM, because another one had died; none as long as that is unknown.
    /// If all died by SIGTERM, the first is the one that had died.
    #[must_use]
    pub fn is_ended_by_executor(&self, id: WorkerId, t: Nanos) -> Option<bool> {
        let of_executor = self.plan.pool.as_ref().is_some_and(|pool| pool.kind == PoolKind::ProcessPoolExecutor);
        let exit_of = |id: WorkerId| self.workers.get(id)?.exit;
        let (at, exit) = exit_of(id)?;
        if !of_executor || exit != Exit::Signal(SIGTERM) {
            return Some(false);
        }
        let around = at.saturating_sub(MAX_TIME_TO_END_WORKERS)..=at.saturating_add(MAX_TIME_TO_END_WORKERS);
        let mut others = self.deaths.iter().filter(|(at, other)| *at <= t && around.contains(at) && *other != id);
        let is_cause = |(other_at, other): &(Nanos, WorkerId)| {
            let by_other_means = exit_of(*other).is_some_and(|(_, exit)| exit != Exit::Signal(SIGTERM));
            by_other_means || (*other_at, *other) < (at, id)
        };
        if others.any(is_cause) {
            return Some(true);
        }
        let is_decided = t > *around.end() || self.ended.is_some_and(|(ended, _)| ended <= t);
        is_decided.then_some(false)
    }

    /// Whether the pool that was in use at `from` had ended by `t`.
    fn has_pool_ended_between(&self, from: Nanos, t: Nanos) -> bool {
        let ended = self.pool_ended.or(self.ended.map(|(ended, _)| ended));
        ended.is_some_and(|ended| ended <= t) || self.reopened.is_some_and(|reopened| from < reopened && reopened <= t)
    }

    /// Whether no worker holds a task at `t` and none has taken one since `since`, though the head of the queue has
    /// waited long for a worker that is ready.
    fn is_queue_locked_since(&self, since: Nanos, t: Nanos) -> bool {
        let Some(head) = self.next_in_queue(t).and_then(|task| self.tasks.get(task)) else { return false };
        let is_taken_since = self.queue.down.next_after(since).is_some_and(|at| at <= t);
        let waits = t.saturating_sub(head.submitted.max(since));
        let is_served = self.serving.count(t.saturating_sub(LOCKED_QUEUE_THRESHOLD)) > 0;
        !is_taken_since && self.busy.count(t) == 0 && waits >= LOCKED_QUEUE_THRESHOLD && is_served
    }
}
