//! Problems of a report, and reasons to doubt its figures.

use std::collections::HashMap;

use super::{Report, phrases};
use crate::event::text::SafeText;
use crate::model::{LaneSummary, Problem, ProblemKind};

/// Maximum number of problems of a lane that are listed.
const MAX_LISTED_PROBLEMS: usize = 8;

/// Problems of each lane, then reasons to doubt the figures.
pub(super) fn problem_sentences(report: &Report) -> Vec<String> {
    lane_problems(report).into_iter().chain(doubt_sentences(report)).collect()
}

/// Maximum number of findings that are listed.
const MAX_LISTED_FINDINGS: usize = 12;

/// What slowed a watched program down, one line each.
pub(super) fn finding_lines(report: &Report) -> Vec<String> {
    let findings = report.program().map_or(&[][..], |program| &program.findings);
    let more = findings.len().checked_sub(MAX_LISTED_FINDINGS).filter(|more| *more > 0).map(phrases::more_findings);
    findings.iter().take(MAX_LISTED_FINDINGS).map(phrases::finding_in_report).chain(more).collect()
}

/// Problems of all lanes.
pub(super) fn lane_problems(report: &Report) -> Vec<String> {
    report.lanes.iter().flat_map(merged_problems).collect()
}

/// Problems of a lane; those with the same cause are merged.
fn merged_problems(lane: &LaneSummary) -> Vec<String> {
    let mut merged: Vec<(String, usize, &Problem)> = Vec::new();
    let mut positions = HashMap::new();
    for problem in &lane.problems {
        let text = phrases::describe_problem(problem);
        let failure = failure_of_function(problem);
        let same = match failure {
            Some(failure) => {
                let position = *positions.entry(failure).or_insert(merged.len());
                merged.get_mut(position)
            }
            None => merged.last_mut().filter(|(last, ..)| *last == text),
        };
        match same {
            Some((_, times, _)) => *times += 1,
            None => merged.push((text, 1, problem)),
        }
    }
    let name = phrases::lane_noun(lane);
    let listed = merged.iter().take(MAX_LISTED_PROBLEMS).map(|(text, times, first)| {
        let failures = phrases::failed_alike(first, *times);
        failures.map_or_else(|| phrases::lane_problem(&name, *times, text), |all| phrases::lane_problem(&name, 1, &all))
    });
    let more = merged.len().saturating_sub(MAX_LISTED_PROBLEMS);
    let more = (more > 0).then(|| phrases::more_problems_text(&name, more, lane.program.is_some()));
    let own_death = lane.last_death().filter(|_| lane.program.is_none());
    let in_python = own_death.and_then(|exit| {
        let text = phrases::python_after_death_of(lane, exit).into_iter().next()?;
        Some(phrases::lane_problem(&name, 1, &text))
    });
    listed.chain(more).chain(in_python).collect()
}

/// The function of a failed task, its error, and whether the task was tried again.
fn failure_of_function(problem: &Problem) -> Option<(&SafeText, &SafeText, bool)> {
    match &problem.what {
        ProblemKind::TaskFailed { function, error, ran_again, .. } => Some((function.as_ref()?, error, *ran_again)),
        _ => None,
    }
}

/// Reasons to distrust the measured figures: other programs, pauses of mpviz.
pub(super) fn doubt_sentences(report: &Report) -> Vec<String> {
    disturbance_sentence(report).into_iter().chain(held_up(report)).chain(observation_gaps(report)).collect()
}

/// Why parts of a watched program, or its interpreters, were not observed.
pub(super) fn observation_gaps(report: &Report) -> Vec<String> {
    let Some(program) = report.program() else { return Vec::new() };
    let was_run = !report.lanes.iter().any(LaneSummary::is_simulated);
    let observes_processes = was_run && report.run.graph.is_none();
    let not_attached = (observes_processes && program.engine.is_none()).then(|| phrases::not_attached(&report.run));
    let of_runs = report.runs.iter().filter_map(|run| run.program.as_ref()).flat_map(|program| &program.not_observed);
    let mut gaps = Vec::new();
    for gap in not_attached.into_iter().chain(of_runs.map(phrases::observation_gap)) {
        // Repeats may have the same.
        if !gaps.contains(&gap) {
            gaps.push(gap);
        }
    }
    gaps
}

fn disturbance_sentence(report: &Report) -> Option<String> {
    let share = |lane: &LaneSummary| Some((phrases::lane_noun(lane), lane.disturbance()?));
    let shares: Vec<_> = report.lanes.iter().filter_map(share).collect();
    (!shares.is_empty()).then(|| phrases::core_time_taken_by_others(&shares))
}

/// While mpviz is held up it starts no processes, and workers may block on the event pipe. Those of a cluster do not
/// wait for it.
fn held_up(report: &Report) -> Option<String> {
    let programs = report.lanes.iter().filter_map(|lane| lane.program.as_ref());
    let clusters_only =
        !report.lanes.is_empty() && programs.filter(|program| program.cluster.is_some()).count() == report.lanes.len();
    report.observer.held_up().map(|time| phrases::held_up(time, clusters_only))
}
