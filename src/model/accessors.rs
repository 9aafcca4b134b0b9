//! Accessors for exporters.

use super::lane::Lane;
use super::tasks::TaskOutcome;
use super::times::NEVER;
use super::workers::Worker;
use super::{CoreLoadHistory, Model};
use crate::event::{Nanos, ProcessSample, TaskId};

impl TaskOutcome {
    /// Returns the name, as in exports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "unfinished",
            Self::Finished => "finished",
            Self::Failed => "failed",
            Self::Lost => "lost",
            Self::Abandoned => "abandoned",
        }
    }
}

/// Returns the time; none if it is [`NEVER`].
fn known_time(at: Nanos) -> Option<Nanos> {
    (at != NEVER).then_some(at)
}

impl Lane {
    /// The known tasks by number.
    pub fn task_ids(&self) -> impl Iterator<Item = TaskId> {
        self.tasks.known().map(|i| TaskId(i as u32))
    }

    /// Outcome of a task; none if there is no such task.
    #[must_use]
    pub fn task_outcome(&self, id: TaskId) -> Option<TaskOutcome> {
        self.tasks.get(id).map(|task| task.outcome)
    }

    /// Time at which the worker turned to a task: it took the task's record, or was done with the task before.
    #[must_use]
    pub fn task_reached_at(&self, id: TaskId) -> Option<Nanos> {
        self.tasks.get(id)?;
        known_time(self.tasks.reached_at(id))
    }

    /// The lane's suspensions; the last has no end while it lasts.
    pub fn suspensions(&self) -> impl Iterator<Item = (Nanos, Option<Nanos>)> + '_ {
        self.suspended.iter().map(|(from, to)| (from, known_time(to)))
    }
}

impl Worker {
    /// Divides `from..to` into time in I/O (true) and the rest, in order, without gaps.
    pub fn partition_by_io(&self, from: Nanos, to: Nanos) -> impl Iterator<Item = (bool, Nanos, Nanos)> + '_ {
        self.io.partition(from, to)
    }

    /// Divides `from..to` into time with the GIL (true) and the rest.
    pub fn partition_by_gil(&self, from: Nanos, to: Nanos) -> impl Iterator<Item = (bool, Nanos, Nanos)> + '_ {
        self.gil.partition(from, to)
    }

    /// All samples of the worker.
    #[must_use]
    pub fn all_samples(&self) -> &[(Nanos, ProcessSample)] {
        &self.samples
    }
}

impl Model {
    /// Whether the run watches a program.
    #[must_use]
    pub fn is_of_program(&self) -> bool {
        self.run.as_ref().is_some_and(|run| run.program.is_some())
    }

    /// Whether the axis starts with the watched program, and not with its lanes.
    #[must_use]
    pub fn has_program_axis(&self) -> bool {
        self.is_of_program() && !self.has_own_axes()
    }

    /// Whether the run observes a cluster.
    #[must_use]
    pub fn is_of_cluster(&self) -> bool {
        self.lanes.iter().any(Lane::is_of_cluster)
    }

    /// Whether the run observes clusters alone, and not those of a program.
    #[must_use]
    pub(super) fn observes_clusters_alone(&self) -> bool {
        self.is_of_cluster() && self.program.engine.as_ref().is_none_or(|engine| engine.as_str().starts_with("dask "))
    }

    /// Where the screen's clock starts: time zero of the first lane, or the start of a watched program.
    #[must_use]
    pub fn time_zero(&self) -> Option<Nanos> {
        if self.has_program_axis() { Some(0) } else { self.lanes.iter().filter_map(Lane::time_zero).min() }
    }

    /// Where the clock of a lane starts: with the lane if lanes have axes of their own, else with the run.
    #[must_use]
    pub fn clock_zero(&self, lane: &Lane) -> Nanos {
        lane.time_zero().filter(|_| self.has_own_axes()).or(self.time_zero()).unwrap_or(0)
    }

    /// Where the axis of a lane starts: where its clock does, or with the first task of a cluster, which may be observed
    /// long before.
    #[must_use]
    pub fn axis_start(&self, lane: &Lane) -> Option<Nanos> {
        if !self.has_program_axis() {
            return lane.time_zero();
        }
        let first_task = self.lanes.iter().filter_map(Lane::first_submission).min();
        Some(first_task.filter(|_| self.observes_clusters_alone()).unwrap_or(0))
    }

    /// When a watched program ended; its newest mark if it has not.
    #[must_use]
    pub fn program_end(&self) -> Nanos {
        self.program.exit.map_or_else(|| self.ended.unwrap_or(self.mark), |(at, _)| at)
    }

    /// Duration of the run from its time zero, as far as it is known.
    #[must_use]
    pub fn duration(&self) -> Nanos {
        let end = self.ended.unwrap_or(self.mark);
        end.saturating_sub(self.time_zero().unwrap_or(end))
    }

    /// All load samples by core, from 0 to 1; each covers the time since its predecessor.
    pub fn core_samples(&self) -> impl Iterator<Item = (u32, &[(Nanos, f32)])> {
        self.cores.all_samples()
    }

    /// The load of the machine's cores.
    #[must_use]
    pub const fn core_loads(&self) -> &CoreLoadHistory {
        &self.cores
    }
}
