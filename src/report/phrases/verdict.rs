//! The verdict over lanes and its parts, as sentences.

use super::{
    Sentence, figure_or_dash, lane_noun, lane_noun_in_run, language_cost, makespan_text, mode_noun, peak_of_tasks,
    percent, pool_given_up, possessive_mode, resident_bytes, setting_name, startup_time, statements, workers_of,
};
use crate::event::units::{elapsed_number_and_unit, format_distinguishably, format_elapsed, format_seconds};
use crate::event::{CorePolicy, Run};
use crate::model::{
    ComparisonObstacle, DifferenceReason, LaneSummary, ModeFinding, Significance, Verdict, VerdictFinding,
};
use crate::text;

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
    let simulated = simulated.into_iter().filter_map(named);
    let simulated: Vec<_> =
        simulated.map(|(setting, time)| text!("setting-would-take", setting = setting, time = time)).collect();
    let measured = measured.into_iter().filter_map(named);
    let measured: Vec<_> =
        measured.map(|(setting, time)| text!("setting-took", setting = setting, time = time)).collect();
    let statement = format!("{}: {}", text!("simulated-not-measured"), simulated.join(", "));
    let beside =
        (!measured.is_empty()).then(|| format!("{statement}; {}: {}", text!("measured-beside"), measured.join(", ")));
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
            let lane = &lanes[*lane];
            Sentence::new(text!("lane-took", lane = lane_noun(lane), time = makespan_text(lane)))
        }
        VerdictFinding::Tie { lanes: tied, spread } => {
            let tied: Vec<&LaneSummary> = tied.iter().map(|lane| &lanes[*lane]).collect();
            tie_sentence(&tied, *spread)
        }
        VerdictFinding::Disturbed { lanes: disturbed } => {
            let disturbed: Vec<&LaneSummary> = disturbed.iter().map(|lane| &lanes[*lane]).collect();
            let statement = format!("{}: {}", text!("disturbed"), taken_from_lanes(&disturbed));
            Sentence { variants: vec![format!("{statement} ({})", times_of(&disturbed)), statement], notes: Vec::new() }
        }
        VerdictFinding::TooShort { lanes: short } => {
            let short: Vec<&LaneSummary> = short.iter().map(|lane| &lanes[*lane]).collect();
            Sentence::new(format!("{} ({})", text!("too-short-to-compare"), times_of(&short)))
        }
        VerdictFinding::Faster { fast, slow, as_fast } => {
            let (fast, slow) = (&lanes[*fast], &lanes[*slow]);
            let ratio = format!("{:.1}", verdict.ratio.unwrap_or(1.0));
            let name = noun_with_workers(fast);
            let statement = match lanes.len() {
                _ if fast.in_sweep && fast.mode_name() == slow.mode_name() => {
                    text!("lane-was-faster-than-with", lane = name, ratio = ratio, n = slow.workers)
                }
                0..=2 => text!("lane-was-faster", lane = name, ratio = ratio),
                _ => text!("lane-was-faster-than", lane = name, ratio = ratio, other = noun_with_workers(slow)),
            };
            let mut sentence =
                Sentence::with_cause(&statement, &causes_of_difference(run, lanes, fast, slow, verdict.reason));
            if run.cores == CorePolicy::Shared {
                sentence.notes.push(text!("lanes-competed", cores = slow.cores.len()));
            }
            sentence.notes.extend(equally_fast(as_fast.iter().map(|lane| lane_noun(&lanes[*lane]))));
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
            let explained = causes.iter().map(|cause| format!("{statements}; {}: {cause}", lane_noun_in_run(slow)));
            Sentence { variants: explained.chain([statements.clone()]).collect(), notes: Vec::new() }
        }
    })
}

/// A lane as a noun; in a sweep with its workers: `pool with 4 workers`.
fn noun_with_workers(lane: &LaneSummary) -> String {
    if !lane.in_sweep {
        return lane_noun(lane);
    }
    text!("lane-with-workers", lane = mode_noun(&lane.engine, lane.mode), n = lane.workers)
}

/// Names lanes that do not differ from the fastest; none without such lanes.
fn equally_fast(lanes: impl Iterator<Item = String>) -> Option<String> {
    let lanes: Vec<_> = lanes.collect();
    (!lanes.is_empty()).then(|| text!("lanes-equally-fast", n = lanes.len(), lanes = lanes.join(", ")))
}

/// Why a lane cannot be compared.
#[must_use]
pub fn obstacle_sentence(lane: &LaneSummary, obstacle: ComparisonObstacle) -> Sentence {
    let name = lane_noun(lane);
    let statement = match obstacle {
        ComparisonObstacle::RecordingEnds => return Sentence::new(text!("recording-ends-before-lane", lane = name)),
        ComparisonObstacle::WrongResult => return Sentence::new(text!("lane-result-wrong", lane = name)),
        ComparisonObstacle::OnlyCounts => return Sentence::new(text!("lane-has-only-counts", lane = name)),
        ComparisonObstacle::NoTask => return Sentence::new(text!("lane-finished-no-task", lane = name)),
        ComparisonObstacle::Incomplete { failed, lost, abandoned } => {
            let is_of_program = lane.program.is_some();
            let unfinished = || match lane.program {
                Some(_) => text!("some-tasks-not-finished", n = abandoned),
                None => text!("some-tasks-abandoned", n = abandoned),
            };
            let tasks = [
                (failed > 0).then(|| text!("some-tasks-failed", n = failed)),
                (lost > 0).then(|| text!("some-tasks-lost", n = lost)),
                (abandoned > 0).then(unfinished),
            ];
            let tasks = tasks.into_iter().flatten().collect::<Vec<_>>().join(", ");
            let statement = text!("lane-ended-with", lane = name, tasks = tasks);
            let mut causes = pool_given_up(lane);
            causes.extend((!is_of_program).then(|| text!("result-is-incomplete").into()));
            return Sentence::with_cause(&statement, &causes);
        }
        ComparisonObstacle::Cancelled => text!("lane-ended-by-viewer", lane = name),
        ComparisonObstacle::Suspended(s) => {
            text!("lane-suspended-by-viewer", lane = name, time = format_seconds(s))
        }
        ComparisonObstacle::Killed(n) => text!("workers-killed-by-viewer", n = n, lane = name),
        ComparisonObstacle::NotStarted(missing) => {
            text!("workers-not-started", missing = missing, workers = owned_workers(lane, lane.origin.is_some()))
        }
        ComparisonObstacle::Died(n) => text!("workers-of-lane-died", n = n, lane = name),
    };
    Sentence::with_cause(&statement, &[text!("no-comparison").into()])
}

/// Why a lane cannot be compared, as a part of a sentence.
pub(super) fn obstacle_statement(lane: &LaneSummary, why: ComparisonObstacle) -> String {
    obstacle_sentence(lane, why).statements()
}

/// No difference in time, or none beyond the spread of repeats; memory differs.
fn tie_sentence(lanes: &[&LaneSummary], spread: Option<f64>) -> Sentence {
    let memory =
        |lane: &&LaneSummary| format!("{} {} ({})", lane_noun(lane), resident_bytes(lane), peak_of_tasks(lane));
    let memory = lanes.iter().map(memory).collect::<Vec<_>>().join(", ");
    let statement = match spread {
        None => text!("same-speed").into(),
        Some(spread) => text!("no-significant-difference", spread = spread_text(spread)),
    };
    let statement = format!("{statement} ({})", times_of(lanes));
    Sentence { notes: vec![format!("{}: {memory}", text!("in-memory"))], ..Sentence::new(statement) }
}

/// The makespan of each lane.
fn times_of(lanes: &[&LaneSummary]) -> String {
    lanes.iter().map(|lane| format!("{} {}", lane_noun(lane), makespan_text(lane))).collect::<Vec<_>>().join(", ")
}

/// The difference between the longest and the shortest repeat, relative to the median.
fn spread_text(spread: f64) -> String {
    if spread < 1.0 { percent(spread) } else { text!("spread-of-median", ratio = format!("{spread:.1}")) }
}

/// The share of the core time of these lanes that other programs took.
pub(super) fn taken_from_lanes(lanes: &[&LaneSummary]) -> String {
    let taken: f64 = lanes.iter().filter_map(|lane| lane.taken_by_others_core_s).sum();
    let whole: f64 = lanes.iter().filter_map(|lane| Some(lane.makespan_s? * lane.cores.len() as f64)).sum();
    text!("programs-took-share", share = percent(taken / whole))
}

/// Variants of a verdict, followed by the key that runs again where there is space.
#[must_use]
pub fn with_run_again_hint(variants: Vec<String>) -> Vec<String> {
    let key = text!("run-again-key");
    let hinted: Vec<_> = variants.iter().map(|text| format!("{} · {key}", text.trim_end_matches('.'))).collect();
    hinted.into_iter().chain(variants).collect()
}

/// Runs that were cut off and are not part of the medians.
#[must_use]
pub fn runs_not_finished(unfinished: usize, all: usize) -> String {
    text!("runs-not-finished", all = all, n = unfinished)
}

/// In which run each mode was faster, and by how much.
fn mode_statements(lanes: &[LaneSummary], modes: &[ModeFinding]) -> Vec<String> {
    let statement = |mode: &ModeFinding| {
        let (fast, slow) = (&lanes[*mode.lanes.first()?], &lanes[*mode.lanes.last()?]);
        let name = lane_noun_in_run(fast);
        Some(match mode.significance {
            Significance::Significant => text!(
                "lane-was-faster-in",
                lane = name,
                ratio = format!("{:.1}", mode.ratio),
                fast = run_or_lane_noun(fast),
                slow = run_or_lane_noun(slow),
            ),
            Significance::Tie { .. } if mode.lanes.len() == 2 => text!("lane-equally-fast-in-both", lane = name),
            Significance::Tie { .. } => text!("lane-equally-fast-in-all", lane = name, n = mode.lanes.len()),
            Significance::Disturbed => {
                format!("{}: {}", text!("lane-was-disturbed", lane = name), taken_from_lanes(&[fast, slow]))
            }
            Significance::TooShort => text!("lane-was-too-short", lane = name),
        })
    };
    modes.iter().filter_map(statement).collect()
}

/// Name of a lane's run if lanes of several runs are compared, else the lane as a noun.
fn run_or_lane_noun(lane: &LaneSummary) -> String {
    lane.origin.as_ref().map_or_else(|| lane_noun(lane), ToString::to_string)
}

/// Possessive form of a lane's mode, or of its run's name if lanes of several runs are compared.
fn possessive_origin(lane: &LaneSummary) -> String {
    lane.origin.as_ref().map_or_else(|| possessive_mode(lane), |origin| possessive(origin.to_string()))
}

/// The workers of a lane: `pool's 4 workers`, or by the name of its run `before's 4 workers`.
fn owned_workers(lane: &LaneSummary, by_run: bool) -> String {
    let (owner, mode) = if by_run { (possessive_origin(lane), "") } else { (possessive_mode(lane), lane.mode.name()) };
    text!("owned-workers", owner = owner, workers = workers_of(lane.mode, lane.workers.into()), mode = mode)
}

/// Possessive form of a lane's name in its run.
fn possessive_noun(lane: &LaneSummary) -> String {
    if lane.in_sweep { possessive(lane_noun_in_run(lane)) } else { possessive_mode(lane) }
}

fn possessive(noun: String) -> String {
    text!("possessive", lane = noun, mode = "")
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
    let between_runs = fast.origin != slow.origin;
    let owner = if between_runs { possessive_origin(slow) } else { possessive_noun(slow) };
    let owned = owned_workers(slow, between_runs);
    let (owner, owned) = (owner.as_str(), owned.as_str());
    let (stall, cores) = (core_seconds(slow.stall_core_s.unwrap_or(0.0)), slow.cores.len());
    let shared_gil = || text!("cause-gil", workers = owned);
    match reason {
        DifferenceReason::StallIo => {
            let lifetimes = f64::from(slow.workers) * slow.makespan_s.unwrap_or(f64::INFINITY);
            let share = percent((slow.io_blocked_s.unwrap_or(0.0) / lifetimes).min(1.0));
            let share = share.as_str();
            vec![
                text!("cause-io-and-stall", workers = owned, share = share, stall = stall),
                text!("cause-io", workers = owned, share = share),
            ]
        }
        DifferenceReason::StallWidth | DifferenceReason::Tail if gil => {
            let idle = core_seconds(slow.stall_core_s.unwrap_or(0.0) + slow.idle_tail_core_s.unwrap_or(0.0));
            vec![text!("cause-gil-and-idle", workers = owned, idle = idle), shared_gil()]
        }
        DifferenceReason::StallWidth => {
            vec![text!("cause-width", workers = owned, cores = cores, stall = stall)]
        }
        DifferenceReason::Starting => {
            let name = if fast.mode == slow.mode { run_or_lane_noun(slow) } else { lane_noun(slow) };
            let workers = workers_of(slow.mode, slow.workers.into());
            vec![text!("cause-starting", lane = name, share = share_of_makespan(slow), workers = workers)]
        }
        DifferenceReason::Tail => {
            vec![text!("cause-tail", idle = core_seconds(slow.idle_tail_core_s.unwrap_or(0.0)), owner = owner)]
        }
        DifferenceReason::Rest if run.cores == CorePolicy::Shared && is_mostly_taken_by_lanes(fast, slow) => {
            let whole = slow.cores.len() as f64 * slow.makespan_s.unwrap_or(0.0);
            let part = core_seconds(slow.taken_by_other_lanes_core_s().min(whole));
            let whole = core_seconds(whole);
            if !gil {
                return vec![text!("cause-other-lanes", part = part, owner = owner, whole = whole)];
            }
            let with_gil =
                text!("cause-gil-and-other-lanes", workers = owned, part = part, owner = owner, whole = whole,);
            vec![with_gil, shared_gil()]
        }
        DifferenceReason::Adding | DifferenceReason::Rest if do_tasks_share_cores(slow) => {
            let (tasks, switches) =
                (slow.peak_resident_tasks.unwrap_or_default(), slow.involuntary_switches.unwrap_or(0));
            vec![text!("cause-turns", owner = owner, tasks = tasks, cores = cores, switches = switches)]
        }
        _ => vec![core_time_difference(fast, slow, reason)],
    }
}

/// A part of the core time in both lanes; if its figures round to the same, the makespans instead.
fn core_time_difference(fast: &LaneSummary, slow: &LaneSummary, reason: DifferenceReason) -> String {
    let noun = if fast.mode == slow.mode { run_or_lane_noun } else { lane_noun };
    let (fast_noun, slow_noun) = (noun(fast), noun(slow));
    let figures = format_distinguishably(slow.core_time_of(reason), fast.core_time_of(reason));
    let Some((slow_time, fast_time)) = figures else {
        let (slow_time, fast_time) = (makespan_text(slow), makespan_text(fast));
        return text!("cause-times", slow = slow_noun, slow_time = slow_time, fast = fast_noun, fast_time = fast_time,);
    };
    match reason {
        DifferenceReason::Adding => {
            text!("cause-adding", slow = slow_noun, slow_time = slow_time, fast = fast_noun, fast_time = fast_time,)
        }
        DifferenceReason::Loading => {
            text!("cause-loading", slow = slow_noun, slow_time = slow_time, fast = fast_noun, fast_time = fast_time,)
        }
        _ => text!("cause-rest", slow = slow_noun, slow_time = slow_time, fast = fast_noun, fast_time = fast_time,),
    }
}

/// Start-up time out of the makespan: `0.5 of 1.2 s`.
fn share_of_makespan(lane: &LaneSummary) -> String {
    let (part, whole) = (startup_time(lane), makespan_text(lane));
    // English leaves the unit of the part out if it is that of the whole.
    let number = match lane.startup_s.map(elapsed_number_and_unit).zip(lane.makespan_s.map(elapsed_number_and_unit)) {
        Some(((number, unit), (_, whole_unit))) if unit == whole_unit => number,
        _ => part.clone(),
    };
    text!("part-of-whole", number = number, part = part, whole = whole)
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
    lane.peak_resident_tasks.unwrap_or_default() as usize > lane.cores.len() && lane.involuntary_switches.is_some()
}

/// The medians of repeats, with the median makespan.
#[must_use]
pub fn medians_label(runs: usize, makespan_s: f64) -> Vec<String> {
    vec![
        format!("{}: {}", text!("medians-of-runs", n = runs), format_seconds(makespan_s)),
        text!("medians-of-runs-short", n = runs),
        text!("of-runs", n = runs),
    ]
}

/// The verdict over repeats.
#[must_use]
pub fn verdict_of_repeats(runs: usize, verdict: &Sentence) -> Vec<String> {
    let variants = verdict.shorter_variants();
    let last = variants.last().cloned().unwrap_or_default();
    let medians = text!("medians-of-runs", n = runs);
    let labelled = variants.iter().map(|text| format!("{medians}: {text}"));
    labelled.chain([format!("{}: {last}", text!("of-runs", n = runs)), last.clone()]).collect()
}

/// Elapsed time, for tables; a dash if unknown.
#[must_use]
pub fn elapsed_or_unknown(s: Option<f64>) -> String {
    figure_or_dash(s.map(format_elapsed))
}
