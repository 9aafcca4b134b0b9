//! The problems of a lane.

use super::Lane;
use crate::event::{Exit, LaneStatus, Nanos, TaskId, WorkerId};
use crate::model::problems::{Problem, ProblemKind};
use crate::model::tasks::TaskOutcome;
use crate::model::workers::Worker;

impl Lane {
    /// All problems so far, in order of time.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let zero = self.zero_of_problems();
        let deaths = self.worker_deaths().filter_map(|(at, worker)| Some((at, self.death_of_worker(worker)?)));
        let others = self.problems.iter().map(|(at, what)| (*at, self.with_later_reports(what.clone())));
        let mut all: Vec<(Nanos, ProblemKind)> = others.chain(deaths).collect();
        // Sorted, so that the order of arrival does not matter.
        all.sort_by_key(|(at, what)| (*at, what.sort_key()));
        let problem = |(at, what): (Nanos, ProblemKind)| Problem { at_s: at.saturating_sub(zero) as f64 / 1e9, what };
        all.into_iter().map(problem).collect()
    }

    /// What became known after a task of a cluster failed: its key, and that it was tried again.
    fn with_later_reports(&self, mut problem: ProblemKind) -> ProblemKind {
        if let ProblemKind::TaskFailed { task, key, ran_again, .. } = &mut problem {
            (*key, *ran_again) = (self.task_name(*task).cloned(), self.ran_again(*task));
        }
        problem
    }

    /// Zero of the clock of its problems: its own, or that of its program.
    pub(in crate::model) fn zero_of_problems(&self) -> Nanos {
        self.zero.filter(|_| !self.is_of_program()).unwrap_or(0)
    }

    /// Whether a worker had died or could not be started, or a task had been lost or had failed, by `t`.
    #[must_use]
    pub fn has_problem_by(&self, t: Nanos) -> bool {
        let times = self.losses.iter().map(|(at, _)| at).chain(self.deaths.iter().map(|(at, _)| at));
        times.chain(self.problems.iter().map(|(at, _)| at)).any(|at| *at <= t)
    }

    /// How the last worker that died by `t` ended, those aside that their executor ended.
    #[must_use]
    pub fn last_death_by(&self, t: Nanos) -> Option<Exit> {
        let deaths = self.worker_deaths().filter(|(at, _)| *at <= t);
        let own = deaths.filter(|(_, worker)| self.is_ended_by_executor(*worker, t) != Some(true));
        let (_, last) = own.max_by_key(|(at, _)| *at)?;
        self.workers.get(last)?.exit.map(|(_, exit)| exit)
    }

    /// Number of workers that died, those aside that their executor ended.
    pub(in crate::model) fn workers_died(&self) -> u32 {
        let own = self.deaths.iter().filter(|(_, worker)| self.is_ended_by_executor(*worker, Nanos::MAX) != Some(true));
        own.count() as u32
    }

    /// Workers that died. Workers ended by the end of the run count only if they had lost a task before.
    pub(in crate::model) fn worker_deaths(&self) -> impl Iterator<Item = (Nanos, WorkerId)> + '_ {
        let cancelled = self.ended.is_some_and(|(_, status)| status == LaneStatus::Cancelled);
        let lost_any =
            |id| matches!(self.death_of_worker(id), Some(ProblemKind::Died { tasks, .. }) if !tasks.is_empty());
        self.deaths.iter().copied().filter(move |(_, worker)| !cancelled || lost_any(*worker))
    }

    fn death_of_worker(&self, id: WorkerId) -> Option<ProblemKind> {
        let worker = self.workers.get(id)?;
        let (_, exit) = worker.exit?;
        let lost = |task: &TaskId| self.tasks.get(*task).is_some_and(|row| row.outcome == TaskOutcome::Lost);
        let by_executor = self.is_ended_by_executor(id, Nanos::MAX) == Some(true);
        let others = self.threads_lost_with(id).flat_map(|thread| self.tasks_of(thread));
        let given_up =
            std::iter::once(id).chain(self.threads_lost_with(id)).flat_map(|thread| self.given_up_with(thread));
        let mut tasks: Vec<_> = self.tasks_of(id).chain(others).chain(given_up).filter(lost).collect();
        tasks.sort_unstable();
        tasks.dedup();
        let (pid, name) = (worker.pid, worker.name.clone());
        Some(ProblemKind::Died { worker: id, pid, name, exit, by_executor, tasks })
    }

    /// The tasks that a worker took, and the task that was assigned to it at its start.
    fn tasks_of(&self, id: WorkerId) -> impl Iterator<Item = TaskId> + '_ {
        let worker = self.workers.get(id);
        let own = worker.and_then(|worker| worker.slot).filter(|_| self.plan.own_queues).map(|slot| TaskId(slot.0));
        let taken = worker.into_iter().flat_map(Worker::tasks);
        taken.filter(move |task| Some(*task) != own).chain(own)
    }
}
