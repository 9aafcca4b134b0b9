//! The verdict.

use super::{cores, makespan, percent, possessive, startup, workers, workers_of};
use crate::event::units::{bytes, count, distinguishable, elapsed, elapsed_parts, seconds, tasks};
use crate::event::{CorePolicy, Run};
use crate::model::{Finding, LaneSummary, ModeFinding, Obstacle, Reason, Verdict};

/// A sentence in parts: `head: detail, and more; rest.`
#[derive(Clone, Debug, Default)]
pub struct Sentence {
    head: String,
    detail: Option<String>,
    more: Option<String>,
    rest: Vec<String>,
}

impl Sentence {
    fn new(head: impl Into<String>) -> Self {
        Self { head: head.into(), ..Self::default() }
    }

    fn with_detail(head: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..Self::new(head) }
    }

    /// The sentence without its full stop.
    fn clause(&self) -> String {
        let detail = self.detail.as_ref().map(|detail| format!(": {detail}")).unwrap_or_default();
        let more = self.more.as_ref().map(|more| format!(", and {more}")).unwrap_or_default();
        let sentence = format!("{}{detail}{more}", self.head);
        std::iter::once(&sentence).chain(&self.rest).map(String::as_str).collect::<Vec<_>>().join("; ")
    }

    /// The whole sentence; empty if there is nothing to say.
    #[must_use]
    pub fn full(&self) -> String {
        if self.head.is_empty() { String::new() } else { self.clause() + "." }
    }

    /// The sentence and its beginnings that can stand alone, longest first.
    #[must_use]
    pub fn variants(&self) -> Vec<String> {
        let without_rest = Self { rest: Vec::new(), more: None, ..self.clone() };
        let mut variants = vec![self.full(), without_rest.full(), Self::new(self.head.clone()).full()];
        variants.dedup();
        variants
    }
}

/// The verdict over the lanes of a run.
#[must_use]
pub fn verdict(run: &Run, lanes: &[LaneSummary], verdict: &Verdict) -> Sentence {
    let mut obstacles = verdict.excluded.iter().map(|(lane, why)| obstacle(&lanes[*lane], *why));
    let mut sentence = match finding(run, lanes, verdict) {
        Some(sentence) => sentence,
        None => obstacles.next().unwrap_or_default(),
    };
    sentence.rest.extend(obstacles.map(|obstacle| obstacle.clause()));
    sentence
}

fn finding(run: &Run, lanes: &[LaneSummary], verdict: &Verdict) -> Option<Sentence> {
    Some(match &verdict.finding {
        Finding::Nothing => return None,
        Finding::Single(lane) => Sentence::new(format!("{} took {}", lanes[*lane].name(), makespan(&lanes[*lane]))),
        Finding::Tie { lanes: tied, spread } => {
            let tied: Vec<&LaneSummary> = tied.iter().map(|lane| &lanes[*lane]).collect();
            tie(&tied, *spread)
        }
        Finding::Faster { fast, slow } => {
            let (fast, slow) = (&lanes[*fast], &lanes[*slow]);
            let ratio = verdict.ratio.unwrap_or(1.0);
            let head = match lanes.len() {
                0..=2 => format!("{} was {ratio:.1}× faster", fast.name()),
                _ => format!("{} was {ratio:.1}× faster than {}", fast.name(), slow.name()),
            };
            let mut sentence = reason(run, lanes, fast, slow, verdict.reason);
            if run.cores == CorePolicy::Shared {
                sentence.rest.push(format!("the lanes competed for the same {}", cores(slow.cores.len())));
            }
            Sentence { head, detail: Some(sentence.head), ..sentence }
        }
        Finding::BetweenRuns { modes, explained } => {
            let head = between_runs(lanes, modes);
            let Some((fast, slow, why)) = explained else { return Some(Sentence::new(head)) };
            let (fast, slow) = (&lanes[*fast], &lanes[*slow]);
            let why = reason(run, lanes, fast, slow, *why);
            let detail =
                if modes.len() > 1 { format!("in {}, {}", slow.mode.name(), why.head) } else { why.head.clone() };
            Sentence { head, detail: Some(detail), ..why }
        }
    })
}

const EXCLUDED: &str = "no comparison";

/// Why a lane cannot be compared.
#[must_use]
pub fn obstacle(lane: &LaneSummary, obstacle: Obstacle) -> Sentence {
    let name = lane.name();
    match obstacle {
        Obstacle::RecordingEnds => Sentence::new(format!("the recording ends before {name} did")),
        Obstacle::Cancelled => Sentence::with_detail(format!("{name} was ended by you"), EXCLUDED),
        Obstacle::Incomplete { failed, lost, abandoned } => {
            let counts = [(failed, "failed"), (lost, "lost"), (abandoned, "abandoned")];
            let counts = counts.iter().filter(|(n, _)| *n > 0);
            let counts: Vec<_> = counts.map(|(n, what)| format!("{} {what}", tasks((*n).into()))).collect();
            Sentence::with_detail(format!("{name} ended with {}", counts.join(", ")), "its result is incomplete")
        }
        Obstacle::WrongResult => Sentence::new(format!("{name}'s result is wrong")),
        Obstacle::Suspended(s) => {
            Sentence::with_detail(format!("{name} was suspended by you for {}", seconds(s)), EXCLUDED)
        }
        Obstacle::Killed(n) => Sentence::with_detail(format!("you killed {} of {name}", workers(n as u64)), EXCLUDED),
        Obstacle::NotStarted(missing) => Sentence::with_detail(
            format!("{missing} of {} {} could not be started", owner(lane), workers_of(lane.mode, lane.workers.into())),
            EXCLUDED,
        ),
        Obstacle::Died(n) => Sentence::with_detail(format!("{} of {name} died", workers(n.into())), EXCLUDED),
        Obstacle::NoTask => Sentence::new(format!("{name} finished no task")),
    }
}

/// The same as a clause, for sentences about two runs.
#[must_use]
pub fn obstacle_clause(lane: &LaneSummary, why: Obstacle) -> String {
    obstacle(lane, why).clause()
}

/// No difference in time, or none beyond the spread of repeats; memory differs.
fn tie(lanes: &[&LaneSummary], spread: Option<f64>) -> Sentence {
    let list = |what: fn(&LaneSummary) -> String| lanes.iter().map(|lane| what(lane)).collect::<Vec<_>>().join(", ");
    let times = list(|lane| format!("{} {}", lane.name(), makespan(lane)));
    let memory = list(|lane| {
        let (peak, all) = (count(lane.peak_resident_tasks.into()), tasks(lane.tasks.submitted.into()));
        format!("{} {} ({peak} of {all})", lane.name(), bytes(lane.peak_resident_bytes))
    });
    let head = match spread {
        None => format!("same speed ({times})"),
        Some(spread) => {
            format!("no significant difference, because repeats of a lane differ by {} ({times})", percent(spread))
        }
    };
    Sentence { rest: vec![format!("in memory: {memory}")], ..Sentence::new(head) }
}

/// In which run each mode was faster, and by how much.
fn between_runs(lanes: &[LaneSummary], modes: &[ModeFinding]) -> String {
    let clause = |(n, mode): (usize, &ModeFinding)| {
        let (fast, slow) = (&lanes[*mode.lanes.first()?], &lanes[*mode.lanes.last()?]);
        let subject = format!("{}{}", fast.mode.name(), if n == 0 { " was" } else { "" });
        Some(match mode.ratio {
            Some(ratio) => format!("{subject} {ratio:.1}× faster in {} than in {}", run_name(fast), run_name(slow)),
            None if mode.lanes.len() == 2 => format!("{subject} equally fast in both"),
            None => format!("{subject} equally fast in all {}", mode.lanes.len()),
        })
    };
    modes.iter().enumerate().filter_map(clause).collect::<Vec<_>>().join(", ")
}

/// A lane's run, if lanes of several runs are compared; else its name.
fn run_name(lane: &LaneSummary) -> String {
    lane.origin.as_ref().map_or_else(|| lane.name(), ToString::to_string)
}

/// `pool's`; for a lane of one of several runs, with the run's name.
fn owner(lane: &LaneSummary) -> String {
    lane.origin.as_ref().map_or_else(|| possessive(lane.mode), |origin| format!("{origin}'s"))
}

/// Why `slow` took longer than `fast`.
fn reason(run: &Run, lanes: &[LaneSummary], fast: &LaneSummary, slow: &LaneSummary, reason: Reason) -> Sentence {
    let gil = has_gil(run, lanes, slow);
    let owner = if fast.origin == slow.origin { possessive(slow.mode) } else { owner(slow) };
    let workers = workers_of(slow.mode, slow.workers.into());
    let name = if fast.mode == slow.mode { run_name } else { LaneSummary::name };
    let both = |what: &str| {
        let (slow_s, fast_s) = (slow.core_time_of(reason), fast.core_time_of(reason));
        Sentence::new(match distinguishable(slow_s, fast_s) {
            Some((slower, faster)) => format!("{what} took {} {slower} core-s, {} {faster}", name(slow), name(fast)),
            None => format!("{} took {}, {} {}", name(slow), makespan(slow), name(fast), makespan(fast)),
        })
    };
    let stall = format!("{} core-s idled while tasks queued", core_seconds(slow.stall_core_s));
    match reason {
        Reason::StallIo => {
            let lifetimes = f64::from(slow.workers) * slow.makespan_s.unwrap_or(f64::INFINITY);
            let share = percent(slow.io_blocked_s / lifetimes);
            let head = format!("{owner} {workers} blocked on I/O {share} of the time");
            Sentence { more: Some(stall), ..Sentence::new(head) }
        }
        Reason::StallWidth | Reason::Tail if gil => {
            let idle = core_seconds(slow.stall_core_s + slow.idle_tail_core_s);
            let head = format!("{owner} {workers} shared one GIL");
            Sentence { more: Some(format!("{idle} core-s went idle")), ..Sentence::new(head) }
        }
        Reason::StallWidth => {
            Sentence::new(format!("{owner} {workers} could not use {}: {stall}", cores(slow.cores.len())))
        }
        Reason::Starting => {
            let share = share_of_makespan(slow);
            Sentence::new(format!("{} spent {share} starting {workers}", name(slow)))
        }
        Reason::Tail => {
            let idle = core_seconds(slow.idle_tail_core_s);
            Sentence::new(format!("{idle} of {owner} core-s went idle for lack of tasks"))
        }
        Reason::Rest if mostly_taken_by_others(fast, slow) => {
            let whole = slow.cores.len() as f64 * slow.makespan_s.unwrap_or(0.0);
            let taken = format!("{:.1} of {owner} {whole:.1} core-s", slow.taken_by_others_core_s());
            match run.cores {
                CorePolicy::Shared if gil => {
                    let head = format!("{owner} {workers} shared one GIL");
                    Sentence { more: Some(format!("the other lanes took {taken}")), ..Sentence::new(head) }
                }
                CorePolicy::Shared => Sentence::new(format!("other lanes and programs took {taken}")),
                _ => Sentence::new(format!("other programs took {taken}")),
            }
        }
        Reason::Adding | Reason::Rest if shares_cores(slow) => {
            let switches = count(slow.involuntary_switches.unwrap_or(0));
            let (tasks, cores) = (tasks(slow.peak_resident_tasks.into()), cores(slow.cores.len()));
            Sentence::new(format!("{owner} {tasks} took turns on {cores}, {switches} forced switches"))
        }
        Reason::Adding => both("adding"),
        Reason::Loading => both("writing payloads"),
        _ => both("starting, releasing and the system"),
    }
}

/// `0.5 of 1.2 s`, or with both units if they differ.
fn share_of_makespan(lane: &LaneSummary) -> String {
    match lane.startup_s.map(elapsed_parts).zip(lane.makespan_s.map(elapsed_parts)) {
        Some(((part, part_unit), (whole, whole_unit))) if part_unit == whole_unit && !whole_unit.is_empty() => {
            format!("{part} of {whole} {whole_unit}")
        }
        _ => format!("{} of {}", startup(lane), makespan(lane)),
    }
}

/// Core time with as many decimals as it needs to be nonzero.
fn core_seconds(s: f64) -> String {
    distinguishable(s, 0.0).map_or("0.0".into(), |(s, _)| s)
}

/// Whether the lane's threads share a GIL. Within one run the mode tells; across runs the plans are needed.
fn has_gil(run: &Run, lanes: &[LaneSummary], lane: &LaneSummary) -> bool {
    let index = lanes.iter().position(|other| other.mode == lane.mode && other.origin == lane.origin);
    let by_mode = run.lanes.iter().find(|plan| plan.mode == lane.mode);
    let plan = if lane.origin.is_some() { index.and_then(|index| run.lanes.get(index)) } else { by_mode };
    plan.is_some_and(|plan| plan.gil)
}

/// Whether the remaining difference is mostly core time that went to other programs.
fn mostly_taken_by_others(fast: &LaneSummary, slow: &LaneSummary) -> bool {
    let per_core = |lane: &LaneSummary, core_s: f64| core_s / lane.cores.len().max(1) as f64;
    let rest = |lane: &LaneSummary| per_core(lane, lane.core_time_of(Reason::Rest));
    let taken = |lane: &LaneSummary| per_core(lane, lane.taken_by_others_core_s());
    2.0 * (taken(slow) - taken(fast)) > rest(slow) - rest(fast)
}

/// Whether the lane had more tasks in memory than cores.
fn shares_cores(lane: &LaneSummary) -> bool {
    lane.peak_resident_tasks as usize > lane.cores.len() && lane.involuntary_switches.is_some()
}

/// A lane's rank while others still run.
#[must_use]
pub fn first_to_finish() -> Vec<String> {
    vec!["first to finish".into()]
}

/// The recording ends before the lane did.
#[must_use]
pub fn cut_off() -> Vec<String> {
    vec!["CUT OFF".into()]
}

/// The viewer ended the run.
#[must_use]
pub fn cancelled() -> Vec<String> {
    vec!["ended by you".into()]
}

/// Not all tasks finished.
#[must_use]
pub fn incomplete() -> Vec<String> {
    vec!["INCOMPLETE".into()]
}

/// Other programs took so much that the run should be repeated.
#[must_use]
pub fn repeat_disturbed() -> Vec<String> {
    vec!["disturbed: repeat".into()]
}

/// The fastest lane, this many times faster than the slowest.
#[must_use]
pub fn fastest(ratio: f64) -> Vec<Vec<String>> {
    vec![vec!["FASTEST".into()], vec![format!("{ratio:.1}× faster"), format!("{ratio:.1}×")]]
}

/// A lane that took this many times as long as the fastest.
#[must_use]
pub fn times_as_long(ratio: f64) -> Vec<Vec<String>> {
    vec![vec![format!("{ratio:.1}× as long"), format!("{ratio:.1}×")]]
}

/// Lanes whose times differ by less than what counts as a difference.
#[must_use]
pub fn equal(ratio: f64) -> Vec<Vec<String>> {
    vec![vec!["EQUAL".into()], vec![format!("within {:.0} %", ((ratio - 1.0) * 100.0).ceil())]]
}

/// The medians of repeats, with the median makespan.
#[must_use]
pub fn medians(runs: usize, makespan_s: f64) -> Vec<String> {
    vec![
        format!("medians of {runs} runs: {}", seconds(makespan_s)),
        format!("medians of {runs}"),
        format!("of {runs} runs"),
    ]
}

/// The verdict over repeats.
#[must_use]
pub fn verdict_of_repeats(runs: usize, verdict: &Sentence) -> Vec<String> {
    let variants = verdict.variants();
    let last = variants.last().cloned().unwrap_or_default();
    let labelled = variants.iter().map(|text| format!("medians of {runs} runs: {text}"));
    labelled.chain([format!("of {runs} runs: {last}"), last.clone()]).collect()
}

/// How long a lane took, for tables.
#[must_use]
pub fn elapsed_or_unknown(s: Option<f64>) -> String {
    super::or_unknown(s.map(elapsed))
}
