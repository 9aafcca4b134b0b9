//! The fold: events in, in any order that keeps each source's own; the state of the run at any time out.
//!
//! Nothing here knows a terminal, a clock or a file. What is live, frozen or replayed is the caller's choice of `t`.

mod lane;
mod map;
mod moments;
mod summary;
mod verdict;

use crate::event::{LaneId, Nanos, Run, Stamped};

pub use lane::{Counts, Lane, Seat, SeatState, TaskState, TaskTimes, Worker};
pub use map::{Cell, Map, StripCell, Window};
pub use moments::{Moment, MomentKind};
pub use summary::{CoreTime, Intervention, LaneSummary, RunSummary, TaskTotals};
pub use verdict::{Reason, Verdict, verdict};

/// A fact that cannot be: it breaks a law of the vocabulary or names something that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Illegal(String);

/// What watching has cost, and how far the facts can be trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Observer {
    /// CPU time of mpviz itself, in ns.
    pub cpu_ns: u64,
    /// Facts folded.
    pub events: u64,
    /// Workers' own facts dated before the newest mark when they arrived.
    pub late_events: u64,
    /// The latest of them, in ns behind the mark.
    pub max_late_ns: u64,
    /// Samples that could not be taken.
    pub skipped_samples: u64,
    /// The most memory mpviz has held, in bytes.
    pub peak_bytes: u64,
}

/// All that is known of a run.
#[derive(Clone, Debug, Default)]
pub struct Model {
    run: Option<Run>,
    lanes: Vec<Lane>,
    observer: Observer,
    mark: Nanos,
    ended: Option<Nanos>,
}

impl Model {
    /// A model that has heard nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Folds a fact in.
    ///
    /// # Errors
    /// When the fact cannot be; the model is then as before.
    pub fn apply(&mut self, _fact: &Stamped) -> Result<(), Illegal> {
        Ok(())
    }

    /// What the run is, once it has begun.
    #[must_use]
    pub fn run(&self) -> Option<&Run> {
        self.run.as_ref()
    }

    /// The lanes by their number; empty before the run has begun.
    #[must_use]
    pub fn lanes(&self) -> &[Lane] {
        &self.lanes
    }

    /// The newest mark: the time as of which the live screen shows the run.
    #[must_use]
    pub fn mark(&self) -> Nanos {
        self.mark
    }

    /// When the run ended.
    #[must_use]
    pub fn ended(&self) -> Option<Nanos> {
        self.ended
    }

    /// Mean load of a core over the last second before `t`, 0 to 1. None where there is no sample.
    #[must_use]
    pub fn core_load(&self, _core: u32, _t: Nanos) -> Option<f32> {
        None
    }

    /// What watching has cost so far.
    #[must_use]
    pub fn observer(&self) -> &Observer {
        &self.observer
    }

    /// Cores of the lane that nobody is ready to use at `t`: max(0, cores − Σ ready of the lanes that share them).
    #[must_use]
    pub fn idle(&self, _lane: LaneId, _t: Nanos) -> u32 {
        0
    }

    /// The lane's cores over time, column by column: what the strip under the map draws.
    #[must_use]
    pub fn strip(&self, _lane: LaneId, _window: Window) -> Vec<StripCell> {
        Vec::new()
    }

    /// The moments of a lane worth jumping to, up to the newest mark, in order of time.
    #[must_use]
    pub fn key_moments(&self, _lane: LaneId) -> Vec<Moment> {
        Vec::new()
    }

    /// The run in figures. None before it has begun. O(n log n): for a run that has ended.
    #[must_use]
    pub fn summary(&self) -> Option<RunSummary> {
        None
    }
}
