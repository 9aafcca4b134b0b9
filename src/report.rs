//! A run, or several of the same, in figures: the same model without a terminal.

pub mod csv;
pub mod json;
pub mod markdown;
mod median;
mod rows;
pub mod table;

use crate::event::{Run, Status};
use crate::model::{LaneSummary, Observer, RunSummary, Verdict, verdict};

/// A finished run, or several repeats of it, and what they say.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// What was run.
    pub run: Run,
    /// One summary a lane: of the only run, or the medians over all.
    pub lanes: Vec<LaneSummary>,
    /// All runs, in order.
    pub runs: Vec<RunSummary>,
    /// Which lane was faster, and why.
    pub verdict: Verdict,
    /// What watching cost, over all runs.
    pub observer: Observer,
}

impl Report {
    /// The report of a run and its repeats, of which there is at least one.
    #[must_use]
    pub fn new(run: &Run, runs: Vec<RunSummary>) -> Self {
        let of_lane = |n: usize| runs.iter().filter_map(move |run| run.lanes.get(n)).collect::<Vec<_>>();
        let lanes: Vec<_> = (0..run.lanes.len()).filter_map(|n| median::of(&of_lane(n))).collect();
        let spread = (0..run.lanes.len()).map(|n| median::spread(&of_lane(n))).fold(0.0, f64::max);
        let verdict = verdict(run, &lanes, spread);
        let observer = runs.iter().map(|run| run.observer).reduce(together).unwrap_or_default();
        Self { run: run.clone(), lanes, runs, verdict, observer }
    }

    /// 0, or 3 if a task failed, was lost or abandoned, or a result is wrong.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        let well = |lane: &LaneSummary| lane.status == Status::Finished && lane.correct == Some(true);
        if self.runs.iter().flat_map(|run| &run.lanes).all(well) { 0 } else { 3 }
    }
}

/// The cost of two runs: CPU time is counted since mpviz was started, the rest run by run.
fn together(a: Observer, b: Observer) -> Observer {
    Observer {
        cpu_ns: a.cpu_ns.max(b.cpu_ns),
        events: a.events + b.events,
        late_events: a.late_events + b.late_events,
        max_late_ns: a.max_late_ns.max(b.max_late_ns),
        skipped_samples: a.skipped_samples + b.skipped_samples,
        peak_bytes: a.peak_bytes.max(b.peak_bytes),
    }
}
