//! Which lane was faster and why, by an identity.
//!
//! For every lane, cores × makespan = adding + loading + starting + stall by I/O + stall by width + tail + rest. So
//! the difference of two makespans is the sum of the differences of these terms, and the largest of them is the
//! reason.

mod words;

use serde::Serialize;

use super::{CoreTime, LaneSummary};
use crate::event::{Mode, Run};

/// Makespans closer than this count as equal.
const TIE_RATIO: f64 = 0.05;

/// The comparison of a run's lanes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdict {
    /// The fastest lane's mode; none on a tie or without a comparison.
    pub fastest: Option<Mode>,
    /// Index of the fastest lane.
    #[serde(skip)]
    pub fastest_lane: Option<usize>,
    /// Slowest makespan divided by the fastest; none without a comparison.
    pub ratio: Option<f64>,
    pub reason: Reason,
    /// The verdict as a sentence.
    pub sentence: String,
}

/// The reason of a difference: a term of [`CoreTime`], or why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// CPU time of adding.
    Adding,
    /// CPU time of writing payloads.
    Loading,
    /// Cores idle before all workers were ready.
    Starting,
    /// Cores idle while tasks were queued, due to I/O.
    StallIo,
    /// Cores idle while tasks were queued, due to too few workers.
    StallWidth,
    /// Cores idle for lack of tasks.
    Tail,
    /// None of these.
    Rest,
    /// No difference: under 5 %, or within the spread of repeats.
    Tie,
    /// Nothing to compare: one lane, or lanes that were interrupted or incomplete.
    NotComparable,
}

/// Compares the fastest and the slowest of the lanes that were not interrupted and finished. `spread` is that of the
/// repeats: (max − min) / median makespan, 0 for a single run.
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

/// Comparison of a lane with another one, of the same run or of another one.
#[derive(Clone, Debug, PartialEq)]
pub enum LaneComparison {
    /// They cannot be compared, because of what happened to one of them.
    None {
        /// Why.
        trouble: String,
        /// Whether it happened to the other lane.
        of_other: bool,
    },
    /// No difference: under 5 %, or within the spread of repeats.
    Same,
    /// Ratio of the first lane's time to the other's, and the main reason.
    Differs(f64, Reason),
}

/// Compares two lanes. `spread` is the larger of theirs.
#[must_use]
pub fn compare_lanes(lane: &LaneSummary, with: &LaneSummary, spread: f64) -> LaneComparison {
    let time = |lane: &LaneSummary, of_other| match (words::trouble(lane), lane.makespan_s) {
        (None, Some(time)) if time > 0.0 => Ok(time),
        (None, _) => Err(LaneComparison::None { trouble: words::no_task(lane), of_other }),
        (Some(trouble), _) => Err(LaneComparison::None { trouble, of_other }),
    };
    let (time, base) = match (time(lane, false), time(with, true)) {
        (Ok(time), Ok(base)) => (time, base),
        (Err(none), _) | (_, Err(none)) => return none,
    };
    let (fast, slow) = if time < base { (lane, with) } else { (with, lane) };
    if is_tie(time.max(base) / time.min(base), spread) {
        return LaneComparison::Same;
    }
    LaneComparison::Differs(time / base, reported_reason(fast, slow))
}

/// Whether a ratio of makespans counts as no difference.
fn is_tie(ratio: f64, spread: f64) -> bool {
    ratio - 1.0 < TIE_RATIO.max(spread)
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
        return ((None, Some(ratio), Reason::Tie), words::tie(&all, decisive_spread(ratio, spread)));
    }
    let reason = reported_reason(fast, slow);
    let gil = has_gil(run, lanes, slow);
    let sentence = words::difference(run, (lanes.len() > 2, gil), fast, slow, ratio, reason);
    ((Some(fast.mode), Some(ratio), reason), sentence)
}

/// The spread, if the tie is only due to it.
fn decisive_spread(ratio: f64, spread: f64) -> Option<f64> {
    (!is_tie(ratio, 0.0)).then_some(spread)
}

/// Compares each mode's lanes across several runs. None if no mode occurs twice.
fn between_runs(run: &Run, lanes: &[LaneSummary], sound: &[(&LaneSummary, f64)], spread: f64) -> Option<String> {
    let mut modes: Vec<Mode> = Vec::new();
    for lane in lanes {
        modes.extend((!modes.contains(&lane.mode)).then_some(lane.mode));
    }
    let of_mode = |mode: Mode| sound.iter().filter(|(lane, _)| lane.mode == mode).copied().collect::<Vec<_>>();
    let mut found: Vec<_> =
        modes.into_iter().map(of_mode).filter(|of_mode| of_mode.len() > 1).map(ModeLanes::new).collect();
    // The mode with the largest difference is explained.
    found.sort_by(|a, b| b.ratio.total_cmp(&a.ratio));
    let most = found.first()?;
    if is_tie(most.ratio, spread) {
        return Some(match &found[..] {
            [alone] => words::tie(&alone.lanes, decisive_spread(alone.ratio, spread)),
            _ => words::between_runs(found.iter().map(|of_mode| (&of_mode.lanes[..], None))),
        });
    }
    let differing = |of_mode: &ModeLanes| (!is_tie(of_mode.ratio, spread)).then_some(of_mode.ratio);
    let who = words::between_runs(found.iter().map(|of_mode| (&of_mode.lanes[..], differing(of_mode))));
    let (fast, slow) = (most.lanes[0], most.lanes[most.lanes.len() - 1]);
    let why = words::why(run, has_gil(run, lanes, slow), fast, slow, reported_reason(fast, slow));
    let of = if found.len() > 1 { format!("in {}, ", slow.mode.name()) } else { String::new() };
    Some(format!("{who}: {of}{why}"))
}

/// A mode's lanes in several runs, fastest first, with the ratio of slowest to fastest.
struct ModeLanes<'a> {
    lanes: Vec<&'a LaneSummary>,
    ratio: f64,
}

impl<'a> ModeLanes<'a> {
    fn new(sound: Vec<(&'a LaneSummary, f64)>) -> Self {
        let (fastest, slowest) = (sound[0].1, sound[sound.len() - 1].1);
        let ratio = if fastest > 0.0 { slowest / fastest } else { 1.0 };
        Self { lanes: sound.into_iter().map(|(lane, _)| lane).collect(), ratio }
    }
}

/// Whether the lane's threads share a GIL. Within one run the mode tells; across runs the plans are needed.
fn has_gil(run: &Run, lanes: &[LaneSummary], lane: &LaneSummary) -> bool {
    let place = lanes.iter().position(|other| other.mode == lane.mode && other.origin == lane.origin);
    let by_mode = run.lanes.iter().find(|plan| plan.mode == lane.mode);
    let plan = if lane.origin.is_some() { place.and_then(|place| run.lanes.get(place)) } else { by_mode };
    plan.is_some_and(|plan| plan.gil)
}

/// The reason that is named. Starting is also work, which is part of the rest.
fn reported_reason(fast: &LaneSummary, slow: &LaneSummary) -> Reason {
    let reason = reason(fast, slow);
    let longer = |s: fn(&LaneSummary) -> Option<f64>| s(slow).zip(s(fast)).map_or(0.0, |(slow, fast)| slow - fast);
    let by_starting = 2.0 * longer(|lane| lane.startup_s) > longer(|lane| lane.makespan_s);
    if reason == Reason::Rest && by_starting { Reason::Starting } else { reason }
}

/// The term that lengthens the slow lane's makespan most.
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
