//! Figures of a watched program as a whole.

use super::Model;
use super::lane::Lane;
use crate::event::{CodeLocation, Exit, Nanos};

/// What is known of a watched program at a moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProgramFigures {
    /// Time since its start, or until its end.
    pub elapsed: Nanos,
    /// Time in which no lane had a task queued or running; none before the first lane.
    pub serial: Option<Nanos>,
    /// Reports that were lost, as known now.
    pub dropped_reports: u64,
    /// Whether parts of it are not observed for other reasons, as known now.
    pub has_gaps: bool,
    /// How it ended, if it has.
    pub exit: Option<Exit>,
}

impl ProgramFigures {
    /// The serial part as a share of the elapsed time; none before the first lane.
    #[must_use]
    pub fn serial_share(&self) -> Option<f64> {
        self.serial.filter(|_| self.elapsed > 0).map(|serial| serial as f64 / self.elapsed as f64)
    }
}

/// The serial part of a program that has ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SerialFigures {
    /// Time in which no lane had a task queued or running, in s.
    pub serial_s: f64,
    /// The longest time without such a task, in s.
    pub longest_s: f64,
    /// The call whose last task ended before it; none if it begins with the program.
    pub after: Option<CodeLocation>,
    /// The call that submitted the next task; none if it lasts to the end.
    pub before: Option<CodeLocation>,
}

impl Model {
    /// Figures of the watched program at `t`. Costs a pass over the events since the integrals were updated.
    #[must_use]
    pub fn program_figures(&self, t: Nanos) -> ProgramFigures {
        let elapsed = t.min(self.program_end());
        ProgramFigures {
            elapsed,
            serial: (self.has_lanes_at(t) && !self.observes_clusters_alone())
                .then(|| self.serial.total_time(&self.lanes, elapsed)),
            dropped_reports: self.program.dropped_reports,
            has_gaps: !self.program.not_observed.is_empty() || self.lanes.iter().any(|lane| lane.has_silent_worker(t)),
            exit: self.program.exit.filter(|(at, _)| *at <= t).map(|(_, exit)| exit),
        }
    }

    fn has_lanes_at(&self, t: Nanos) -> bool {
        self.lanes.iter().any(|lane| lane.time_zero().is_some_and(|zero| zero <= t))
    }

    /// The serial part, and the calls around its longest gap; none where tasks are only counted. Costs a pass over all
    /// tasks.
    #[must_use]
    pub fn serial_figures(&self) -> Option<SerialFigures> {
        self.run.as_ref()?.program.as_ref()?;
        if self.lanes.iter().any(Lane::has_only_counts) {
            return None;
        }
        let end = self.program_end();
        let gap = self.serial.longest_gap(&self.lanes, end);
        let seconds = |ns: Nanos| ns as f64 / 1e9;
        Some(SerialFigures {
            serial_s: seconds(self.serial.total_time(&self.lanes, end)),
            longest_s: gap.map_or(0.0, |gap| seconds(gap.to - gap.from)),
            after: gap.and_then(|gap| self.lanes.iter().find_map(|lane| lane.call_that_ended_at(gap.from))),
            before: gap.and_then(|gap| self.lanes.iter().find_map(|lane| lane.call_made_at(gap.to))),
        })
    }
}

impl Lane {
    /// Whether the kernel alone knows its processes, so that it has no tasks.
    pub(super) fn runs_without_tasks(&self) -> bool {
        self.plan.pool.as_ref().is_some_and(|pool| pool.kind == crate::event::PoolKind::ProcessTree)
    }

    fn call_that_ended_at(&self, t: Nanos) -> Option<CodeLocation> {
        let task = self.tasks.known().rev().find(|task| self.tasks.row(*task).ended == t)?;
        self.call_of(crate::event::TaskId(task as u32))?.site.clone()
    }

    fn call_made_at(&self, t: Nanos) -> Option<CodeLocation> {
        let task = self.tasks.known().find(|task| self.tasks.row(*task).submitted == t)?;
        self.call_of(crate::event::TaskId(task as u32))?.site.clone()
    }
}
