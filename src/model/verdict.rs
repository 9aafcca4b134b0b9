//! Which lane was faster, and why: an identity, not a set of rules.

mod sentence;

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
///
/// The reason is the term of the identity cores × makespan = Σ terms that differs most between the two, a core.
#[must_use]
pub fn verdict(run: &Run, lanes: &[LaneSummary], spread: f64) -> Verdict {
    let said = |sentence| Verdict { fastest: None, ratio: None, reason: Reason::NotComparable, sentence };
    if let Some(sentence) = sentence::incomparable(lanes) {
        return said(sentence);
    }
    let timed = || lanes.iter().filter(|lane| lane.makespan_s.is_some());
    let by_time =
        |a: &&LaneSummary, b: &&LaneSummary| a.makespan_s.unwrap_or(0.0).total_cmp(&b.makespan_s.unwrap_or(0.0));
    let (Some(fast), Some(slow)) = (timed().min_by(by_time), timed().max_by(by_time)) else {
        return said("no task was finished: there is nothing to compare.".into());
    };
    let [fast_s, slow_s] = [fast, slow].map(|lane| lane.makespan_s.unwrap_or(0.0));
    if lanes.len() == 1 {
        return said(sentence::alone(fast));
    }
    let ratio = slow_s / fast_s.max(f64::MIN_POSITIVE);
    if ratio - 1.0 < TIE.max(spread) {
        return Verdict { fastest: None, ratio: Some(ratio), reason: Reason::Tie, sentence: sentence::tie(lanes) };
    }
    let reason = dominating(fast, slow);
    let sentence = sentence::difference(run, fast, slow, reason, ratio);
    Verdict { fastest: Some(fast.mode), ratio: Some(ratio), reason, sentence }
}

/// Below this difference two times are the same.
const TIE: f64 = 0.05;

/// The term in which the slower lane spent most more than the faster one, a core.
fn dominating(fast: &LaneSummary, slow: &LaneSummary) -> Reason {
    let terms = |lane: &LaneSummary| {
        let time = lane.core_time_s.unwrap_or_default();
        let cores = lane.cores.len().max(1) as f64;
        [time.adding, time.loading, time.starting, time.stall_io, time.stall_width, time.tail, time.rest]
            .map(|term| term / cores)
    };
    let reasons = [
        Reason::Adding,
        Reason::Loading,
        Reason::Starting,
        Reason::StallIo,
        Reason::StallWidth,
        Reason::Tail,
        Reason::Rest,
    ];
    let more = terms(slow).into_iter().zip(terms(fast)).map(|(slow, fast)| slow - fast);
    reasons.into_iter().zip(more).max_by(|a, b| a.1.total_cmp(&b.1)).map_or(Reason::Rest, |(reason, _)| reason)
}
