//! What happened from beginning to end, for whoever writes it down elsewhere.

use super::Model;
use super::lane::Lane;
use super::tasks::Outcome;
use super::times::NEVER;
use super::workers::Worker;
use crate::event::{Nanos, ProcessSample, TaskId};

impl Outcome {
    /// The word for it.
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

/// A time that has come.
fn known(at: Nanos) -> Option<Nanos> {
    (at != NEVER).then_some(at)
}

impl Lane {
    /// The tasks of which anything is known, by number.
    pub fn tasks(&self) -> impl Iterator<Item = TaskId> {
        (0..self.tasks.rows().len() as u32).map(TaskId)
    }

    /// What became of a task; none if nothing is known of it.
    #[must_use]
    pub fn outcome(&self, id: TaskId) -> Option<Outcome> {
        self.tasks.get(id).map(|task| task.outcome)
    }

    /// When it was a task's turn in its worker's hands: when its record was taken, or the task before it was gone.
    #[must_use]
    pub fn turn(&self, id: TaskId) -> Option<Nanos> {
        self.tasks.get(id)?;
        known(self.tasks.turn(id))
    }

    /// The times for which the viewer had stopped its processes; the end of the last is not known while they are.
    pub fn suspensions(&self) -> impl Iterator<Item = (Nanos, Option<Nanos>)> + '_ {
        self.suspended.iter().map(|(from, to)| (from, known(to)))
    }
}

impl Worker {
    /// `from..to` cut into what it spent in I/O (true) and what not, in order, nothing left out.
    pub fn cut_by_io(&self, from: Nanos, to: Nanos) -> impl Iterator<Item = (bool, Nanos, Nanos)> + '_ {
        self.io.cut(from, to)
    }

    /// `from..to` cut into what it spent with the lock that lets it compute (true) and what not.
    pub fn cut_by_gil(&self, from: Nanos, to: Nanos) -> impl Iterator<Item = (bool, Nanos, Nanos)> + '_ {
        self.gil.cut(from, to)
    }

    /// What the kernel had charged it with, sample by sample.
    #[must_use]
    pub fn samples(&self) -> &[(Nanos, ProcessSample)] {
        &self.samples
    }
}

impl Model {
    /// When the first of its lanes began: where the screen's clock begins.
    #[must_use]
    pub fn zero(&self) -> Option<Nanos> {
        self.lanes.iter().filter_map(Lane::zero).min()
    }

    /// How long the run lasted from its zero, as far as it is known.
    #[must_use]
    pub fn length(&self) -> Nanos {
        let end = self.ended.unwrap_or(self.mark);
        end.saturating_sub(self.zero().unwrap_or(end))
    }

    /// The load of every core that was sampled, 0 to 1, as measured: each speaks of the time since the one before.
    pub fn core_samples(&self) -> impl Iterator<Item = (u32, &[(Nanos, f32)])> {
        self.cores.all()
    }
}
