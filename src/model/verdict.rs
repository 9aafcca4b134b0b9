//! Which lane was faster, and why: an identity, not a set of rules.

use serde::Serialize;

use super::LaneSummary;
use crate::event::{Mode, Run};

/// The answer to "which should I use?", for this run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdict {
    /// The fastest lane; none on a tie or without a comparison.
    pub fastest: Option<Mode>,
    /// Makespan of the slowest by that of the fastest; none without a comparison.
    pub ratio: Option<f64>,
    /// What made the difference.
    pub reason: Reason,
    /// All of it in words.
    pub sentence: String,
}

/// What made the difference: a term of [`super::CoreTime`], or why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// CPU time of adding.
    Adding,
    /// CPU time of writing payloads.
    Loading,
    /// Cores idle before all workers were ready.
    Starting,
    /// Cores idle while tasks were queued, by I/O.
    StallIo,
    /// Cores idle while tasks were queued, for want of workers.
    StallWidth,
    /// Cores idle for want of tasks.
    Tail,
    /// None of these.
    Rest,
    /// There is no difference: under 5 % or within the spread of repeats.
    Tie,
    /// There is nothing to compare: one lane, or one that was interrupted or incomplete.
    NotComparable,
}

/// Compares the fastest and the slowest lane. `spread` is that of the repeats: (max − min) by median makespan.
#[must_use]
pub fn verdict(_run: &Run, _lanes: &[LaneSummary], _spread: f64) -> Verdict {
    Verdict { fastest: None, ratio: None, reason: Reason::NotComparable, sentence: String::new() }
}
