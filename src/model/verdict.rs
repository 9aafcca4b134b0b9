//! Which lane was faster, and why: an identity, not a set of rules.
//!
//! Cores × makespan = adding + loading + starting + stall by I/O + stall by width + tail + rest, for every lane; so the
//! difference of two makespans is the sum of the differences of these terms, and the largest of them is the reason.

mod words;

use serde::Serialize;

use super::{CoreTime, LaneSummary};
use crate::event::{Mode, Run};

/// Makespans closer than this are no difference.
const NO_DIFFERENCE: f64 = 0.05;

/// The answer to "which should I use?", for this run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdict {
    /// The fastest lane; none on a tie or without a comparison.
    pub fastest: Option<Mode>,
    /// Its place among the lanes.
    #[serde(skip)]
    pub fastest_lane: Option<usize>,
    /// Makespan of the slowest by that of the fastest; none without a comparison.
    pub ratio: Option<f64>,
    /// What made the difference.
    pub reason: Reason,
    /// All of it in words.
    pub sentence: String,
}

/// What made the difference: a term of [`CoreTime`], or why there is none.
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

/// Compares the fastest and the slowest lane of those that were left to themselves and did all their work.
/// `spread` is that of the repeats: (max − min) by median makespan, 0 for a single run.
#[must_use]
pub fn verdict(run: &Run, lanes: &[LaneSummary], spread: f64) -> Verdict {
    let mut troubles = Vec::new();
    let mut sound = Vec::new();
    for lane in lanes {
        match (words::trouble(lane), lane.makespan_s) {
            (None, Some(makespan)) => sound.push((lane, makespan)),
            (None, None) => troubles.push(words::no_task(lane)),
            (Some(trouble), _) => troubles.push(trouble),
        }
    }
    sound.sort_by(|(_, a), (_, b)| a.total_cmp(b));
    let compared = match sound[..] {
        [(fast, fastest), .., (slow, slowest)] => {
            let ratio = if fastest > 0.0 { slowest / fastest } else { 1.0 };
            Some(compare(run, lanes, (fast, slow), ratio, spread))
        }
        _ => None,
    };
    let alone = || sound.first().map(|(lane, _)| words::alone(lane)).filter(|_| troubles.is_empty());
    let compared =
        compared.map(|(found, sentence)| (found, between_runs(run, lanes, &sound, spread).unwrap_or(sentence)));
    let mut sentences: Vec<String> =
        compared.iter().map(|(_, sentence)| sentence.clone()).chain(troubles.clone()).collect();
    if compared.is_none() {
        sentences.extend(alone());
    }
    let (fastest, ratio, reason) = compared.map_or((None, None, Reason::NotComparable), |(found, _)| found);
    let fastest_lane = sound
        .first()
        .filter(|_| fastest.is_some())
        .and_then(|(fast, _)| lanes.iter().position(|lane| std::ptr::eq(lane, *fast)));
    Verdict { fastest, fastest_lane, ratio, reason, sentence: words::join(&sentences) }
}

/// How a lane compares with another, of the same run or of another one.
#[derive(Clone, Debug, PartialEq)]
pub enum Contrast {
    /// It does not, for what happened to it (or, if it says so, to the other one).
    None {
        /// In words.
        trouble: String,
        /// Whether that is the other one's.
        of_other: bool,
    },
    /// No difference: under 5 % or within the spread of repeats.
    Same,
    /// The first took so many times the time of the other, mostly for this reason.
    Differs(f64, Reason),
}

/// Compares two lanes by the rule of the verdict. `spread` is the greater of theirs.
#[must_use]
pub fn contrast(lane: &LaneSummary, with: &LaneSummary, spread: f64) -> Contrast {
    let time = |lane: &LaneSummary, of_other| match (words::trouble(lane), lane.makespan_s) {
        (None, Some(time)) if time > 0.0 => Ok(time),
        (None, _) => Err(Contrast::None { trouble: words::no_task(lane), of_other }),
        (Some(trouble), _) => Err(Contrast::None { trouble, of_other }),
    };
    let (time, base) = match (time(lane, false), time(with, true)) {
        (Ok(time), Ok(base)) => (time, base),
        (Err(none), _) | (_, Err(none)) => return none,
    };
    let (fast, slow) = if time < base { (lane, with) } else { (with, lane) };
    if is_tie(time.max(base) / time.min(base), spread) {
        return Contrast::Same;
    }
    Contrast::Differs(time / base, named_reason(fast, slow))
}

/// Whether makespans of this ratio are no difference.
fn is_tie(ratio: f64, spread: f64) -> bool {
    ratio - 1.0 < NO_DIFFERENCE.max(spread)
}

type Found = (Option<Mode>, Option<f64>, Reason);

fn compare(
    run: &Run,
    lanes: &[LaneSummary],
    (fast, slow): (&LaneSummary, &LaneSummary),
    ratio: f64,
    spread: f64,
) -> (Found, String) {
    if is_tie(ratio, spread) {
        let all: Vec<_> = lanes.iter().collect();
        return ((None, Some(ratio), Reason::Tie), words::tie(&all, hidden(ratio, spread)));
    }
    let reason = named_reason(fast, slow);
    let gil = has_gil(run, lanes, slow);
    let sentence = words::difference(run, (lanes.len() > 2, gil), fast, slow, ratio, reason);
    ((Some(fast.mode), Some(ratio), reason), sentence)
}

/// A spread that alone makes a tie of it.
fn hidden(ratio: f64, spread: f64) -> Option<f64> {
    (!is_tie(ratio, 0.0)).then_some(spread)
}

/// Before and after: what a mode's lanes of several runs, from the fastest to the slowest, say of the runs. None if no mode is
/// there twice.
fn between_runs(run: &Run, lanes: &[LaneSummary], sound: &[(&LaneSummary, f64)], spread: f64) -> Option<String> {
    let mut modes: Vec<Mode> = Vec::new();
    for lane in lanes {
        modes.extend((!modes.contains(&lane.mode)).then_some(lane.mode));
    }
    let of_mode = |mode: Mode| sound.iter().filter(|(lane, _)| lane.mode == mode).copied().collect::<Vec<_>>();
    let mut found: Vec<_> =
        modes.into_iter().map(of_mode).filter(|of_mode| of_mode.len() > 1).map(OfMode::new).collect();
    // The one with the largest difference is explained.
    found.sort_by(|a, b| b.ratio.total_cmp(&a.ratio));
    let most = found.first()?;
    if is_tie(most.ratio, spread) {
        return Some(match &found[..] {
            [alone] => words::tie(&alone.lanes, hidden(alone.ratio, spread)),
            _ => words::between_runs(found.iter().map(|of_mode| (&of_mode.lanes[..], None))),
        });
    }
    let differing = |of_mode: &OfMode| (!is_tie(of_mode.ratio, spread)).then_some(of_mode.ratio);
    let who = words::between_runs(found.iter().map(|of_mode| (&of_mode.lanes[..], differing(of_mode))));
    let (fast, slow) = (most.lanes[0], most.lanes[most.lanes.len() - 1]);
    let why = words::why(run, has_gil(run, lanes, slow), fast, slow, named_reason(fast, slow));
    let of = if found.len() > 1 { format!("in {}, ", slow.mode.name()) } else { String::new() };
    Some(format!("{who}: {of}{why}"))
}

/// A mode's lanes in several runs, the fastest first, and the slowest's makespan by its.
struct OfMode<'a> {
    lanes: Vec<&'a LaneSummary>,
    ratio: f64,
}

impl<'a> OfMode<'a> {
    fn new(sound: Vec<(&'a LaneSummary, f64)>) -> Self {
        let (fastest, slowest) = (sound[0].1, sound[sound.len() - 1].1);
        let ratio = if fastest > 0.0 { slowest / fastest } else { 1.0 };
        Self { lanes: sound.into_iter().map(|(lane, _)| lane).collect(), ratio }
    }
}

/// Whether the lane's threads share a lock. A mode tells the lanes of one run apart, but not those of several.
fn has_gil(run: &Run, lanes: &[LaneSummary], lane: &LaneSummary) -> bool {
    let place = lanes.iter().position(|other| other.mode == lane.mode && other.origin == lane.origin);
    let by_mode = run.lanes.iter().find(|plan| plan.mode == lane.mode);
    let plan = if lane.origin.is_some() { place.and_then(|place| run.lanes.get(place)) } else { by_mode };
    plan.is_some_and(|plan| plan.gil)
}

/// What made the difference. Starting is also work, and that is part of the rest.
fn named_reason(fast: &LaneSummary, slow: &LaneSummary) -> Reason {
    let reason = reason(fast, slow);
    let longer = |s: fn(&LaneSummary) -> Option<f64>| s(slow).zip(s(fast)).map_or(0.0, |(slow, fast)| slow - fast);
    let by_starting = 2.0 * longer(|lane| lane.startup_s) > longer(|lane| lane.makespan_s);
    if reason == Reason::Rest && by_starting { Reason::Starting } else { reason }
}

/// The term that makes the slow lane's makespan longer by most.
fn reason(fast: &LaneSummary, slow: &LaneSummary) -> Reason {
    let (fast, slow) = (terms(fast), terms(slow));
    let differences = slow.into_iter().zip(fast).map(|((reason, slow), (_, fast))| (reason, slow - fast));
    differences.max_by(|(_, a), (_, b)| a.total_cmp(b)).map_or(Reason::Rest, |(reason, _)| reason)
}

/// The terms in seconds of the lane's makespan.
fn terms(lane: &LaneSummary) -> [(Reason, f64); 7] {
    let CoreTime { adding, loading, starting, stall_io, stall_width, tail, rest } =
        lane.core_time_s.unwrap_or_default();
    let cores = lane.cores.len().max(1) as f64;
    [
        (Reason::Adding, adding / cores),
        (Reason::Loading, loading / cores),
        (Reason::Starting, starting / cores),
        (Reason::StallIo, stall_io / cores),
        (Reason::StallWidth, stall_width / cores),
        (Reason::Tail, tail / cores),
        (Reason::Rest, rest / cores),
    ]
}
