//! Reports: the figures of a run, or of several repeats, without a terminal.

mod figures;
mod median;
mod problems;
mod program_table;

pub mod claims;
pub mod cluster_predictions;
pub mod compare;
pub mod csv;
pub mod json;
pub mod markdown;
pub mod phrases;
pub mod table;
pub mod winner_map;

use std::sync::Arc;

use crate::event::{LaneStatus, Run};
use crate::model::{LaneSummary, Model, ObservationCost, ProgramSummary, RunSummary, Verdict, verdict};
use crate::system::exit_code;
pub use median::median;
use phrases::Sentence;

/// A finished run, or several repeats of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    pub run: Run,
    /// One summary per lane: of the only run, or medians over all that were not cut off.
    pub lanes: Vec<LaneSummary>,
    /// Shortest and longest makespan per lane, in s; none for a single run.
    pub ranges: Vec<Option<(f64, f64)>>,
    /// Number of runs of which `lanes` has the medians.
    pub repeats: usize,
    /// The figures of every run, in order, also of one that was cut off.
    pub runs: Vec<RunSummary>,
    pub verdict: Verdict,
    /// Cost of observing all runs.
    pub observer: ObservationCost,
}

impl Report {
    /// Makes the report of a run and its repeats.
    #[must_use]
    pub fn new(run: &Run, runs: Vec<RunSummary>) -> Self {
        // A run that was cut off says nothing about how long the others took.
        let lanes = runs.iter().map(|run| run.lanes.len()).max().unwrap_or(0);
        let whole: Vec<_> = runs.iter().filter(|run| run.is_whole(lanes)).collect();
        let whole = if whole.is_empty() { runs.iter().collect() } else { whole };
        let of_lane = |lane: usize| whole.iter().filter_map(|run| run.lanes.get(lane)).collect::<Vec<_>>();
        let by_lane: Vec<_> = (0..lanes).map(of_lane).filter(|runs| !runs.is_empty()).collect();
        let lanes: Vec<_> = by_lane.iter().map(|runs| median::median_summary(runs)).collect();
        let ranges: Vec<_> = by_lane.iter().map(|runs| median::makespan_range(runs)).collect();
        let spread = |(lane, range): (&LaneSummary, &Option<(f64, f64)>)| {
            range.zip(lane.makespan_s).map_or(0.0, |((min, max), median)| (max - min) / median)
        };
        let spread = lanes.iter().zip(&ranges).map(spread).fold(0.0, f64::max);
        // The lanes of a program do different work: they are compared only with the lane of another program.
        let is_comparable = run.program.is_none() || are_of_different_runs(&lanes);
        let verdict = if is_comparable { verdict(&lanes, spread) } else { verdict(&[], 0.0) };
        let observer = runs.iter().fold(ObservationCost::default(), |all, run| combine_observers(&all, &run.observer));
        Self { run: run.clone(), lanes, ranges, repeats: whole.len(), runs, verdict, observer }
    }

    /// Reports of consecutive runs, one per run; repeats share one.
    #[must_use]
    pub fn for_each_run(runs: &[Model]) -> Vec<Arc<Self>> {
        let mut reports = Vec::new();
        for series in runs.chunk_by(|_, next| is_repeat(next.run())) {
            let summaries = series.iter().filter_map(Model::summary).collect();
            let report = series.last().and_then(Model::run).map(|run| Arc::new(Self::new(run, summaries)));
            reports.extend(report.into_iter().cycle().take(series.len()));
        }
        reports
    }

    /// Report of the last of consecutive runs, with the runs that it repeats; none without runs.
    pub fn for_last_run(runs: impl Iterator<Item = Model>) -> Option<Self> {
        let mut last: Option<(Run, Vec<RunSummary>)> = None;
        for model in runs {
            let Some((run, summary)) = model.run().zip(model.summary()) else { continue };
            match &mut last {
                Some((newest, repeats)) if is_repeat(Some(run)) => {
                    repeats.push(summary);
                    *newest = run.clone();
                }
                _ => last = Some((run.clone(), vec![summary])),
            }
        }
        last.map(|(run, repeats)| Self::new(&run, repeats))
    }

    /// The figures of the watched program, of its last run that was not cut off; none for a run of mpviz's own workload,
    /// and for a comparison.
    #[must_use]
    pub fn program(&self) -> Option<&ProgramSummary> {
        if self.lanes.iter().any(|lane| lane.origin.is_some()) {
            return None;
        }
        let whole = self.runs.iter().rev().find(|run| run.is_whole(self.lanes.len()));
        whole.or(self.runs.last())?.program.as_ref()
    }

    /// The verdict, without the cause if findings follow, which tell it.
    #[must_use]
    pub fn headline(&self) -> String {
        let sentence = self.verdict_sentence();
        let has_findings = self.program().is_some_and(|program| !program.findings.is_empty());
        if has_findings { sentence.without_cause() } else { sentence.whole_sentence() }
    }

    /// The result in a few sentences: the headline, what became of the tasks of clusters, findings with what to change,
    /// problems, and what was not observed.
    #[must_use]
    pub fn short_result(&self) -> Vec<String> {
        let problems = problems::lane_problems(self).into_iter().chain(problems::observation_gaps(self));
        let findings = problems::finding_lines(self).into_iter();
        // The headline of a graph has its figures.
        let clusters = self.run.graph.is_none().then(|| program_table::cluster_results(self)).into_iter().flatten();
        let texts = std::iter::once(self.headline()).chain(clusters).chain(findings);
        texts.chain(problems.map(|problem| format!("{problem}."))).collect()
    }

    /// Returns the verdict as a sentence.
    #[must_use]
    pub fn verdict_sentence(&self) -> Sentence {
        let sentence = match self.program() {
            Some(program) => match &self.run.graph {
                Some(graph) => phrases::graph_verdict(graph, &self.lanes),
                None => phrases::program_verdict(&self.run, program),
            },
            None => phrases::verdict_sentence(&self.run, &self.lanes, &self.verdict),
        };
        match self.runs.len() - self.repeats {
            0 => sentence,
            unfinished => sentence.with_note(phrases::runs_not_finished(unfinished, self.runs.len())),
        }
    }

    /// The ranges of the repeats, a text for each lane after the label; none for a single run.
    fn labelled_ranges(&self, label: &str) -> Option<Vec<String>> {
        self.ranges.iter().find(|range| range.is_some())?;
        let ranges = self.ranges.iter().map(|range| phrases::figure_or_dash(range.map(phrases::time_range)));
        Some(std::iter::once(label.to_owned()).chain(ranges).collect())
    }

    /// The exit code: 0, or 3 if a task failed, was lost or abandoned, or a result is wrong. Runs cancelled by the
    /// viewer count as 0, as do those of a watched program, which has an exit code of its own. A graph of which a part
    /// was not observed counts as 3.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        if self.run.program.is_some() && self.run.graph.is_none() {
            return 0;
        }
        let wrong = |lane: &LaneSummary| {
            let tasks = lane.totals();
            let given_up = if matches!(lane.status, None | Some(LaneStatus::Cancelled)) { 0 } else { tasks.abandoned };
            tasks.failed + tasks.lost + given_up > 0 || lane.correct == Some(false)
        };
        // A cluster that could not be started leaves no lane.
        let has_gaps = |run: &RunSummary| run.program.as_ref().is_some_and(|program| !program.not_observed.is_empty());
        if self.runs.iter().any(has_gaps) || self.runs.iter().flat_map(|run| &run.lanes).any(wrong) {
            exit_code::EXIT_WRONG_RESULT
        } else {
            0
        }
    }
}

/// Whether each lane is the only one that is compared of its run.
fn are_of_different_runs(lanes: &[LaneSummary]) -> bool {
    let is_only = |(n, lane): (usize, &LaneSummary)| {
        lane.origin.is_some() && lanes[..n].iter().all(|other| other.origin != lane.origin)
    };
    lanes.iter().enumerate().all(is_only)
}

/// Whether a run repeats the previous one.
fn is_repeat(run: Option<&Run>) -> bool {
    run.and_then(|run| run.repeat).is_some_and(|repeat| repeat.number > 1)
}

/// Combines two observations. CPU time and memory are cumulative, so the later figure includes the earlier one.
fn combine_observers(all: &ObservationCost, run: &ObservationCost) -> ObservationCost {
    ObservationCost {
        cpu_ns: all.cpu_ns.max(run.cpu_ns),
        events: all.events + run.events,
        late_events: all.late_events + run.late_events,
        max_late_ns: all.max_late_ns.max(run.max_late_ns),
        skipped_samples: all.skipped_samples + run.skipped_samples,
        peak_bytes: all.peak_bytes.max(run.peak_bytes),
        longest_unseen_ns: all.longest_unseen_ns.max(run.longest_unseen_ns),
    }
}
