//! The verdict over lanes and its parts, as sentences.

use super::{
    language_cost, makespan_text, number_of_cores, number_of_workers, percent, possessive_mode, setting_name,
    startup_time, workers_of,
};
use crate::event::units::{
    elapsed_number_and_unit, format_bytes, format_count, format_distinguishably, format_elapsed, format_seconds,
    format_task_count,
};
use crate::event::{CorePolicy, Run};
use crate::model::{
    ComparisonObstacle, DifferenceReason, LaneSummary, ModeFinding, Significance, Verdict, VerdictFinding,
};

/// A sentence that consists of one or more complete statements.
#[derive(Clone, Debug, Default)]
pub struct Sentence {
    /// Variants of the main statement, longest first, without full stop.
    variants: Vec<String>,
    /// Further statements, which are dropped first.
    notes: Vec<String>,
}

impl Sentence {
    fn new(statement: impl Into<String>) -> Self {
        Self { variants: vec![statement.into()], notes: Vec::new() }
    }

    /// A statement, with its cause in variants and without it.
    pub(super) fn with_cause(statement: &str, causes: &[String]) -> Self {
        let explained = causes.iter().map(|cause| format!("{statement}: {cause}"));
        Self { variants: explained.chain([statement.into()]).collect(), notes: Vec::new() }
    }

    /// Adds a statement.
    #[must_use]
    pub fn with_note(mut self, note: String) -> Self {
        self.notes.push(note);
        self
    }

    /// Joins all statements into one sentence without full stop.
    fn statements(&self) -> String {
        statements(self.variants.iter().take(1).chain(&self.notes))
    }

    /// The whole sentence; empty if there is nothing to say.
    #[must_use]
    pub fn whole_sentence(&self) -> String {
        if self.variants.is_empty() { String::new() } else { format!("{}.", self.statements()) }
    }

    /// The sentence without the cause.
    #[must_use]
    pub fn without_cause(&self) -> String {
        let all: Vec<_> = self.variants.iter().rev().take(1).chain(&self.notes).collect();
        if all.is_empty() { String::new() } else { format!("{}.", statements(all)) }
    }

    /// The whole sentence, then its shorter variants.
    #[must_use]
    pub fn shorter_variants(&self) -> Vec<String> {
        let shorter = self.variants.iter().map(|text| format!("{text}."));
        let mut variants: Vec<String> = std::iter::once(self.whole_sentence()).chain(shorter).collect();
        variants.dedup();
        variants
    }
}

/// Joins independent statements into one sentence.
pub(super) fn statements<'a>(all: impl IntoIterator<Item = &'a String>) -> String {
    all.into_iter().map(String::as_str).collect::<Vec<_>>().join("; ")
}

/// The verdict over the lanes of a run.
#[must_use]
pub fn verdict_sentence(run: &Run, lanes: &[LaneSummary], verdict: &Verdict) -> Sentence {
    if lanes.iter().any(LaneSummary::is_simulated) {
        return simulated_sentence(run, lanes);
    }
    let mut obstacles = verdict.excluded.iter().map(|(lane, why)| obstacle_sentence(&lanes[*lane], *why));
    let mut sentence = match finding_sentence(run, lanes, verdict) {
        Some(sentence) => sentence,
        None => obstacles.next().unwrap_or_default(),
    };
    sentence.notes.extend(obstacles.map(|obstacle| obstacle.statements()));
    sentence.notes.extend(language_costs(lanes));
    sentence
}

/// What simulated lanes would take, and what the lanes beside them took.
fn simulated_sentence(run: &Run, lanes: &[LaneSummary]) -> Sentence {
    let named = |lane: &LaneSummary| {
        let setting = setting_name(lane.mode, has_gil(run, lanes, lane), lane.workers);
        lane.makespan_s.map(|s| (setting, format_elapsed(s)))
    };
    let (simulated, measured): (Vec<_>, Vec<_>) = lanes.iter().partition(|lane| lane.is_simulated());
    let simulated = simulated.into_iter().filter_map(named).map(|(setting, s)| format!("{setting} would take {s}"));
    let measured = measured.into_iter().filter_map(named).map(|(setting, s)| format!("{setting} took {s}"));
    let statement = format!("SIMULATED, not measured: {}", simulated.collect::<Vec<_>>().join(", "));
    let measured: Vec<_> = measured.collect();
    let beside = (!measured.is_empty()).then(|| format!("{statement}; measured: {}", measured.join(", ")));
    Sentence { variants: beside.into_iter().chain([statement]).collect(), notes: Vec::new() }
}

/// What Python costs in each of its lanes that finished beside a native lane of the same set-up.
fn language_costs(lanes: &[LaneSummary]) -> impl Iterator<Item = String> {
    let is_native = |lane: &LaneSummary| lane.engine.as_str() == "native";
    lanes.iter().filter(|lane| lane.program.is_none() && lane.makespan_s.is_some()).filter_map(move |python| {
        let same = |lane: &&LaneSummary| {
            (lane.mode, lane.workers, &lane.origin) == (python.mode, python.workers, &python.origin)
        };
        let native = lanes.iter().filter(|lane| is_native(lane) && lane.makespan_s.is_some()).find(same)?;
        (!is_native(python)).then(|| language_cost(python, native))
    })
}

fn finding_sentence(run: &Run, lanes: &[LaneSummary], verdict: &Verdict) -> Option<Sentence> {
    Some(match &verdict.finding {
        VerdictFinding::Nothing => return None,
        VerdictFinding::Single(lane) => {
            Sentence::new(format!("{} took {}", lanes[*lane].name(), makespan_text(&lanes[*lane])))
        }
        VerdictFinding::Tie { lanes: tied, spread } => {
            let tied: Vec<&LaneSummary> = tied.iter().map(|lane| &lanes[*lane]).collect();
            tie_sentence(&tied, *spread)
        }
        VerdictFinding::Disturbed { lanes: disturbed } => {
            let disturbed: Vec<&LaneSummary> = disturbed.iter().map(|lane| &lanes[*lane]).collect();
            let statement = format!("disturbed: {}", taken_from_lanes(&disturbed));
            Sentence { variants: vec![format!("{statement} ({})", times_of(&disturbed)), statement], notes: Vec::new() }
        }
        VerdictFinding::TooShort { lanes: short } => {
            let short: Vec<&LaneSummary> = short.iter().map(|lane| &lanes[*lane]).collect();
            Sentence::new(format!("too short to compare ({})", times_of(&short)))
        }
        VerdictFinding::Faster { fast, slow, as_fast } => {
            let (fast, slow) = (&lanes[*fast], &lanes[*slow]);
            let ratio = verdict.ratio.unwrap_or(1.0);
            let name = name_with_workers(fast);
            let statement = match lanes.len() {
                _ if fast.in_sweep && fast.mode_name() == slow.mode_name() => {
                    format!("{name} was {ratio:.1}× faster than with {}", format_count(slow.workers.into()))
                }
                0..=2 => format!("{name} was {ratio:.1}× faster"),
                _ => format!("{name} was {ratio:.1}× faster than {}", name_with_workers(slow)),
            };
            let mut sentence =
                Sentence::with_cause(&statement, &causes_of_difference(run, lanes, fast, slow, verdict.reason));
            if run.cores == CorePolicy::Shared {
                sentence.notes.push(format!("the lanes competed for the same {}", number_of_cores(slow.cores.len())));
            }
            sentence.notes.extend(equally_fast(as_fast.iter().map(|lane| lanes[*lane].name())));
            sentence
        }
        VerdictFinding::BetweenRuns { modes, explained } => {
            let statements = statements(&mode_statements(lanes, modes));
            let Some((fast, slow, reason)) = explained else { return Some(Sentence::new(statements)) };
            let (fast, slow) = (&lanes[*fast], &lanes[*slow]);
            let causes = causes_of_difference(run, lanes, fast, slow, *reason);
            if modes.len() == 1 {
                return Some(Sentence::with_cause(&statements, &causes));
            }
            let explained = causes.iter().map(|cause| format!("{statements}; {}: {cause}", slow.name_in_run()));
            Sentence { variants: explained.chain([statements.clone()]).collect(), notes: Vec::new() }
        }
    })
}

/// Name of a lane; in a sweep with its workers: `pool with 4 workers`.
fn name_with_workers(lane: &LaneSummary) -> String {
    if !lane.in_sweep {
        return lane.name();
    }
    format!("{} with {}", lane.mode_name(), number_of_workers(lane.workers.into()))
}

/// Names lanes that do not differ from the fastest; none without such lanes.
fn equally_fast(lanes: impl Iterator<Item = String>) -> Option<String> {
    let lanes: Vec<_> = lanes.collect();
    let verb = if lanes.len() == 1 { "was" } else { "were" };
    (!lanes.is_empty()).then(|| format!("{} {verb} equally fast", lanes.join(", ")))
}

/// Why a lane cannot be compared.
#[must_use]
pub fn obstacle_sentence(lane: &LaneSummary, obstacle: ComparisonObstacle) -> Sentence {
    let name = lane.name();
    let statement = match obstacle {
        ComparisonObstacle::RecordingEnds => return Sentence::new(format!("the recording ends before {name} did")),
        ComparisonObstacle::WrongResult => return Sentence::new(format!("{name}'s result is wrong")),
        ComparisonObstacle::NoTask => return Sentence::new(format!("{name} finished no task")),
        ComparisonObstacle::Incomplete { failed, lost, abandoned } => {
            let is_of_program = lane.program.is_some();
            let unfinished = if is_of_program { "not finished" } else { "abandoned" };
            let counts = [(failed, "failed"), (lost, "lost"), (abandoned, unfinished)];
            let counts = counts.iter().filter(|(n, _)| *n > 0);
            let counts: Vec<_> =
                counts.map(|(n, outcome)| format!("{} {outcome}", format_task_count((*n).into()))).collect();
            let statement = format!("{name} ended with {}", counts.join(", "));
            let cause = (!is_of_program).then(|| "its result is incomplete".into());
            return Sentence::with_cause(&statement, cause.as_slice());
        }
        ComparisonObstacle::Cancelled => format!("{name} was ended by you"),
        ComparisonObstacle::Suspended(s) => format!("{name} was suspended by you for {}", format_seconds(s)),
        ComparisonObstacle::Killed(n) => format!("you killed {} of {name}", number_of_workers(n as u64)),
        ComparisonObstacle::NotStarted(missing) => {
            let workers = workers_of(lane.mode, lane.workers.into());
            format!("{missing} of {} {workers} could not be started", possessive_origin(lane))
        }
        ComparisonObstacle::Died(n) => format!("{} of {name} died", number_of_workers(n.into())),
    };
    Sentence::with_cause(&statement, &["no comparison".into()])
}

/// Why a lane cannot be compared, as a part of a sentence.
pub(super) fn obstacle_statement(lane: &LaneSummary, why: ComparisonObstacle) -> String {
    obstacle_sentence(lane, why).statements()
}

/// No difference in time, or none beyond the spread of repeats; memory differs.
fn tie_sentence(lanes: &[&LaneSummary], spread: Option<f64>) -> Sentence {
    let list =
        |figure: fn(&LaneSummary) -> String| lanes.iter().map(|lane| figure(lane)).collect::<Vec<_>>().join(", ");
    let times = times_of(lanes);
    let memory = list(|lane| {
        let (peak, all) =
            (format_count(lane.peak_resident_tasks.into()), format_task_count(lane.tasks.submitted.into()));
        format!("{} {} ({peak} of {all})", lane.name(), format_bytes(lane.peak_resident_bytes))
    });
    let statement = match spread {
        None => format!("same speed ({times})"),
        Some(spread) => {
            format!("no significant difference, because repeats of a lane differ by {} ({times})", spread_text(spread))
        }
    };
    Sentence { notes: vec![format!("in memory: {memory}")], ..Sentence::new(statement) }
}

/// The makespan of each lane.
fn times_of(lanes: &[&LaneSummary]) -> String {
    lanes.iter().map(|lane| format!("{} {}", lane.name(), makespan_text(lane))).collect::<Vec<_>>().join(", ")
}

/// The difference between the longest and the shortest repeat, relative to the median.
fn spread_text(spread: f64) -> String {
    if spread < 1.0 { percent(spread) } else { format!("{spread:.1}× the median") }
}

/// The share of the core time of these lanes that other programs took.
pub(super) fn taken_from_lanes(lanes: &[&LaneSummary]) -> String {
    let taken: f64 = lanes.iter().filter_map(|lane| lane.taken_by_others_core_s).sum();
    let whole: f64 = lanes.iter().filter_map(|lane| Some(lane.makespan_s? * lane.cores.len() as f64)).sum();
    format!("other programs took {} of the cores", percent(taken / whole))
}

/// Variants of a verdict, followed by the key that runs again where there is space.
#[must_use]
pub fn with_run_again_hint(variants: Vec<String>) -> Vec<String> {
    let hinted: Vec<_> = variants.iter().map(|text| format!("{} · r: run again", text.trim_end_matches('.'))).collect();
    hinted.into_iter().chain(variants).collect()
}

/// Runs that were cut off and are not part of the medians.
#[must_use]
pub fn runs_not_finished(unfinished: usize, all: usize) -> String {
    format!("of {all} runs {unfinished} not finished")
}

/// In which run each mode was faster, and by how much.
fn mode_statements(lanes: &[LaneSummary], modes: &[ModeFinding]) -> Vec<String> {
    let statement = |mode: &ModeFinding| {
        let (fast, slow) = (&lanes[*mode.lanes.first()?], &lanes[*mode.lanes.last()?]);
        let name = fast.name_in_run();
        Some(match mode.significance {
            Significance::Significant => format!(
                "{name} was {:.1}× faster in {} than in {}",
                mode.ratio,
                run_or_lane_name(fast),
                run_or_lane_name(slow)
            ),
            Significance::Tie { .. } if mode.lanes.len() == 2 => format!("{name} was equally fast in both"),
            Significance::Tie { .. } => format!("{name} was equally fast in all {}", mode.lanes.len()),
            Significance::Disturbed => format!("{name} was disturbed: {}", taken_from_lanes(&[fast, slow])),
            Significance::TooShort => format!("{name} was too short to compare"),
        })
    };
    modes.iter().filter_map(statement).collect()
}

/// Name of a lane's run if lanes of several runs are compared, else name of the lane.
fn run_or_lane_name(lane: &LaneSummary) -> String {
    lane.origin.as_ref().map_or_else(|| lane.name(), ToString::to_string)
}

/// Possessive form of a lane's mode, or of its run's name if lanes of several runs are compared.
fn possessive_origin(lane: &LaneSummary) -> String {
    lane.origin.as_ref().map_or_else(|| possessive_mode(lane), |origin| format!("{origin}'s"))
}

/// Possessive form of a lane's name in its run.
fn possessive_name(lane: &LaneSummary) -> String {
    if lane.in_sweep { format!("{}'s", lane.name_in_run()) } else { possessive_mode(lane) }
}

/// Why `slow` took longer than `fast`, as variants, longest first.
fn causes_of_difference(
    run: &Run,
    lanes: &[LaneSummary],
    fast: &LaneSummary,
    slow: &LaneSummary,
    reason: DifferenceReason,
) -> Vec<String> {
    let gil = has_gil(run, lanes, slow);
    let (owner, owning_lane) = if fast.origin == slow.origin {
        (possessive_mode(slow), possessive_name(slow))
    } else {
        (possessive_origin(slow), possessive_origin(slow))
    };
    let workers = workers_of(slow.mode, slow.workers.into());
    let stall = core_seconds(slow.stall_core_s);
    match reason {
        DifferenceReason::StallIo => {
            let lifetimes = f64::from(slow.workers) * slow.makespan_s.unwrap_or(f64::INFINITY);
            let share = percent((slow.io_blocked_s / lifetimes).min(1.0));
            vec![
                format!(
                    "{owner} {workers} blocked on I/O {share} of the time, and {stall} core-s idled while tasks queued"
                ),
                format!("{owner} {workers} blocked on I/O {share} of the time"),
            ]
        }
        DifferenceReason::StallWidth | DifferenceReason::Tail if gil => {
            let idle = core_seconds(slow.stall_core_s + slow.idle_tail_core_s);
            vec![
                format!("{owner} {workers} shared one GIL, and {idle} core-s went idle"),
                format!("{owner} {workers} shared one GIL"),
            ]
        }
        DifferenceReason::StallWidth => {
            let cores = number_of_cores(slow.cores.len());
            vec![format!("{owner} {workers} could not use {cores}: {stall} core-s idled while tasks queued")]
        }
        DifferenceReason::Starting => {
            let name = if fast.mode == slow.mode { run_or_lane_name(slow) } else { slow.name() };
            vec![format!("{name} spent {} starting {workers}", share_of_makespan(slow))]
        }
        DifferenceReason::Tail => {
            let idle = core_seconds(slow.idle_tail_core_s);
            vec![format!("{idle} of {owning_lane} core-s went idle for lack of tasks")]
        }
        DifferenceReason::Rest if run.cores == CorePolicy::Shared && is_mostly_taken_by_lanes(fast, slow) => {
            let whole = slow.cores.len() as f64 * slow.makespan_s.unwrap_or(0.0);
            let part = slow.taken_by_other_lanes_core_s().min(whole);
            let taken = format!("{} of {owning_lane} {} core-s", core_seconds(part), core_seconds(whole));
            if gil {
                vec![
                    format!("{owner} {workers} shared one GIL, and the other lanes took {taken}"),
                    format!("{owner} {workers} shared one GIL"),
                ]
            } else {
                vec![format!("the other lanes took {taken}")]
            }
        }
        DifferenceReason::Adding | DifferenceReason::Rest if do_tasks_share_cores(slow) => {
            let switches = format_count(slow.involuntary_switches.unwrap_or(0));
            let (tasks, cores) =
                (format_task_count(slow.peak_resident_tasks.into()), number_of_cores(slow.cores.len()));
            vec![format!("{owning_lane} {tasks} took turns on {cores}, {switches} forced switches")]
        }
        _ => vec![core_time_difference(fast, slow, reason)],
    }
}

/// A part of the core time in both lanes; if its figures round to the same, the makespans instead.
fn core_time_difference(fast: &LaneSummary, slow: &LaneSummary, reason: DifferenceReason) -> String {
    let name = if fast.mode == slow.mode { run_or_lane_name } else { LaneSummary::name };
    let (fast_name, slow_name) = (name(fast), name(slow));
    match (reason, format_distinguishably(slow.core_time_of(reason), fast.core_time_of(reason))) {
        (_, None) => format!("{slow_name} took {}, {fast_name} {}", makespan_text(slow), makespan_text(fast)),
        (DifferenceReason::Adding, Some((slower, faster))) => {
            format!("adding took {slow_name} {slower} core-s, {fast_name} {faster}")
        }
        (DifferenceReason::Loading, Some((slower, faster))) => {
            format!("writing payloads took {slow_name} {slower} core-s, {fast_name} {faster}")
        }
        (_, Some((slower, faster))) => {
            format!("starting, releasing and the system took {slow_name} {slower} core-s, {fast_name} {faster}")
        }
    }
}

/// Start-up time out of the makespan: `0.5 of 1.2 s`.
fn share_of_makespan(lane: &LaneSummary) -> String {
    match lane.startup_s.map(elapsed_number_and_unit).zip(lane.makespan_s.map(elapsed_number_and_unit)) {
        Some(((part, part_unit), (whole, whole_unit))) if part_unit == whole_unit && !whole_unit.is_empty() => {
            format!("{part} of {whole} {whole_unit}")
        }
        _ => format!("{} of {}", startup_time(lane), makespan_text(lane)),
    }
}

/// Core time with as many decimals as it needs to be nonzero.
fn core_seconds(s: f64) -> String {
    format_distinguishably(s, 0.0).map_or("0.0".into(), |(s, _)| s)
}

/// Whether the lane's threads share a GIL. Within one run the mode tells; across runs the plans are needed.
fn has_gil(run: &Run, lanes: &[LaneSummary], lane: &LaneSummary) -> bool {
    let index = lanes
        .iter()
        .position(|other| other.mode == lane.mode && other.engine == lane.engine && other.origin == lane.origin);
    let by_mode = run.lanes.iter().find(|plan| plan.mode == lane.mode && plan.engine == lane.engine);
    let plan = if lane.origin.is_some() { index.and_then(|index| run.lanes.get(index)) } else { by_mode };
    plan.is_some_and(|plan| plan.gil || plan.unreported_gil)
}

/// Whether the remaining difference is mostly core time that went to other lanes.
fn is_mostly_taken_by_lanes(fast: &LaneSummary, slow: &LaneSummary) -> bool {
    let per_core = |lane: &LaneSummary, core_s: f64| core_s / lane.cores.len().max(1) as f64;
    let rest = |lane: &LaneSummary| per_core(lane, lane.core_time_of(DifferenceReason::Rest));
    let taken = |lane: &LaneSummary| per_core(lane, lane.taken_by_other_lanes_core_s());
    2.0 * (taken(slow) - taken(fast)) > rest(slow) - rest(fast)
}

/// Whether tasks of the lane shared cores: more were in memory than there are cores.
fn do_tasks_share_cores(lane: &LaneSummary) -> bool {
    lane.peak_resident_tasks as usize > lane.cores.len() && lane.involuntary_switches.is_some()
}

/// The medians of repeats, with the median makespan.
#[must_use]
pub fn medians_label(runs: usize, makespan_s: f64) -> Vec<String> {
    vec![
        format!("medians of {runs} runs: {}", format_seconds(makespan_s)),
        format!("medians of {runs}"),
        format!("of {runs} runs"),
    ]
}

/// The verdict over repeats.
#[must_use]
pub fn verdict_of_repeats(runs: usize, verdict: &Sentence) -> Vec<String> {
    let variants = verdict.shorter_variants();
    let last = variants.last().cloned().unwrap_or_default();
    let labelled = variants.iter().map(|text| format!("medians of {runs} runs: {text}"));
    labelled.chain([format!("of {runs} runs: {last}"), last.clone()]).collect()
}

/// Elapsed time, for tables; a dash if unknown.
#[must_use]
pub fn elapsed_or_unknown(s: Option<f64>) -> String {
    super::figure_or_dash(s.map(format_elapsed))
}
