//! The rows of the table and of the Markdown report for a watched program or cluster: a row for each lane.

use super::Report;
use super::phrases::{self, Label};
use crate::event::units::{format_bytes, format_count};
use crate::model::{ClusterSummary, CountedTasks, HeldTasks, LaneSummary, ProgramLaneSummary, WorkerTime};

/// Maximum number of lanes in a table; JSON and CSV have all.
const MAX_LANES: usize = 24;

/// Texts with a label, longest first.
type LabelledTexts = (Label, Vec<String>);

type ClusterFigure = fn(&LaneSummary, &ClusterSummary) -> String;

/// Figures of a cluster.
pub(super) const CLUSTER_FIGURES: [(Label, ClusterFigure); 5] = [
    (Label::Saturation, |_, cluster| phrases::figure_or_dash(cluster.saturation.as_ref())),
    (Label::Threads, |lane, _| lane.workers.to_string()),
    (Label::Busy, |_, cluster| phrases::figure_or_dash(cluster.threads_busy.map(phrases::percent))),
    (Label::Managed, |_, cluster| phrases::figure_or_dash(cluster.peak_memory.map(|peak| format_bytes(peak.managed)))),
    (Label::Spilled, |_, cluster| phrases::figure_or_dash(cluster.peak_spilled_bytes.map(format_bytes))),
];

/// A figure of tasks that are only counted, in words.
pub(super) type CountedFigure = fn(&CountedTasks) -> String;

/// Figures of tasks that are only counted.
pub(super) const COUNTED_FIGURES: [(Label, CountedFigure); 6] = [
    (Label::Finished, |counted| phrases::figure_or_dash(counted.finished.map(format_count))),
    (Label::NotSent, |counted| format_count(counted.peak_not_sent.into())),
    (Label::OnWorkers, |counted| format_count(counted.peak_on_workers.into())),
    (Label::Failed, |counted| format_count(counted.peak_failed.into())),
    (Label::Results, |counted| format_count(counted.peak_results.into())),
    (Label::InMemory, |counted| phrases::figure_or_dash(counted.peak_result_bytes.map(format_bytes))),
];

type Figure = fn(&LaneSummary, &ProgramLaneSummary) -> String;

/// The rows, the first with headings.
pub(super) fn rows(report: &Report) -> Vec<Vec<String>> {
    if report.run.graph.is_some() {
        return rows_of_graph(report);
    }
    let has_lanes = !report.lanes.is_empty();
    if has_lanes && report.lanes.iter().all(|lane| counted_of(lane).is_some()) {
        return rows_of_counts(report);
    }
    if has_lanes && report.lanes.iter().all(|lane| cluster_of(lane).is_some()) {
        return cluster_rows(report);
    }
    let columns: [(&str, Figure); 8] = [
        ("", |_, lane| phrases::title_with_uses(lane)),
        (Label::Time.text(), |lane, _| phrases::makespan_cell(lane)),
        (Label::Tasks.text(), |lane, _| phrases::task_outcomes(lane)),
        (Label::Cpu.text(), |_, lane| share(lane, |time| time.cpu_s)),
        (Label::Blocked.text(), |_, lane| share(lane, |time| time.blocked_s)),
        (Label::Delay.text(), |_, lane| share(lane, |time| time.run_queue_delay_s)),
        (Label::Between.text(), |_, lane| share(lane, |time| Some(time.between_tasks_s))),
        (Label::Private.text(), |lane, _| phrases::private_memory_text(lane.peak_private())),
    ];
    rows_of(report, &columns)
}

/// What the clusters that run a graph differ in, with the ranges of repeats.
fn rows_of_graph(report: &Report) -> Vec<Vec<String>> {
    let time = if report.repeats > 1 { Label::Median } else { Label::Time };
    let columns: [(&str, Figure); 7] = [
        ("", |_, lane| phrases::title_with_uses(lane)),
        (time.text(), |lane, _| phrases::makespan_cell(lane)),
        (Label::Tasks.text(), |lane, _| phrases::task_outcomes(lane)),
        (Label::OnScheduler.text(), |_, lane| held_figure(lane, HELD_FIGURES[0].1)),
        (Label::OnWorker.text(), |_, lane| held_figure(lane, HELD_FIGURES[1].1)),
        (Label::Results.text(), |_, lane| held_figure(lane, HELD_FIGURES[2].1)),
        (Label::Private.text(), |lane, _| phrases::private_memory_text(lane.peak_private())),
    ];
    let mut rows = rows_of(report, &columns);
    if let Some(ranges) = report.labelled_ranges(Label::OfRepeats.text()) {
        rows.iter_mut().zip(ranges).for_each(|(row, range)| row.insert(2, range));
    }
    rows
}

/// A figure of what a cluster held, in words.
pub(super) type HeldFigure = fn(&HeldTasks) -> String;

/// What a cluster held, with its labels.
pub(super) const HELD_FIGURES: [(Label, HeldFigure); 3] = [
    (Label::OnScheduler, |held| format_count(held.peak_on_scheduler.into())),
    (Label::OnWorker, |held| format_count(held.peak_on_worker.into())),
    (Label::Results, |held| format_bytes(held.peak_result_bytes)),
];

/// A figure of what a cluster held.
pub(super) fn held_figure(lane: &ProgramLaneSummary, figure: HeldFigure) -> String {
    phrases::figure_or_dash(lane.held().as_ref().map(figure))
}

fn rows_of(report: &Report, columns: &[(&str, Figure)]) -> Vec<Vec<String>> {
    let heading = columns.iter().map(|(name, _)| (*name).to_owned()).collect();
    let lanes = report.lanes.iter().filter_map(|lane| Some((lane, lane.program.as_ref()?)));
    let row = |(lane, program): (&LaneSummary, &ProgramLaneSummary)| {
        columns.iter().map(|(_, figure)| figure(lane, program)).collect::<Vec<_>>()
    };
    std::iter::once(heading).chain(lanes.take(MAX_LANES).map(row)).collect()
}

/// Figures of a lane that is a cluster.
pub(super) fn cluster_of(lane: &LaneSummary) -> Option<&ClusterSummary> {
    lane.program.as_ref()?.cluster.as_ref()
}

/// Figures of a lane whose tasks are only counted.
pub(super) fn counted_of(lane: &LaneSummary) -> Option<&CountedTasks> {
    cluster_of(lane)?.counted.as_ref()
}

/// What is known of clusters whose tasks are only counted.
fn rows_of_counts(report: &Report) -> Vec<Vec<String>> {
    let labels = COUNTED_FIGURES.iter().map(|(label, _)| label.text().to_owned());
    let heading = std::iter::once(String::new()).chain(labels).collect();
    let row = |lane: &LaneSummary| {
        let (program, counted) = lane.program.as_ref().zip(counted_of(lane))?;
        let figures = COUNTED_FIGURES.iter().map(|(_, figure)| figure(counted));
        Some(std::iter::once(phrases::title_with_uses(program)).chain(figures).collect())
    };
    std::iter::once(heading).chain(report.lanes.iter().take(MAX_LANES).filter_map(row)).collect()
}

fn cluster_rows(report: &Report) -> Vec<Vec<String>> {
    let labels = [Label::Time, Label::Tasks].into_iter().chain(CLUSTER_FIGURES.map(|(label, _)| label));
    let heading = std::iter::once(String::new()).chain(labels.map(|label| label.text().to_owned())).collect();
    let lanes = report.lanes.iter().filter_map(|lane| Some((lane, lane.program.as_ref()?, cluster_of(lane)?)));
    let row = |(lane, program, cluster): (&LaneSummary, &ProgramLaneSummary, &ClusterSummary)| {
        let first =
            [phrases::title_with_uses(program), phrases::makespan_cell(lane), phrases::task_outcomes(lane)].into_iter();
        first.chain(CLUSTER_FIGURES.map(|(_, figure)| figure(lane, cluster))).collect()
    };
    std::iter::once(heading).chain(lanes.take(MAX_LANES).map(row)).collect()
}

/// Says how many lanes are not in the table if not all are, and what only some clusters have.
pub(super) fn lines_below(report: &Report) -> impl Iterator<Item = String> {
    let left_out = report.lanes.len().checked_sub(MAX_LANES).filter(|more| *more > 0).map(phrases::more_lanes);
    let counted = report.lanes.iter().any(|lane| counted_of(lane).is_some());
    let note = counted.then(|| phrases::counts_are_sampled().to_owned());
    left_out.into_iter().chain(note).chain(cluster_lines(report, |_| None))
}

/// What became of the tasks of clusters and how long they took, and why some had to wait again.
pub(super) fn cluster_results(report: &Report) -> impl Iterator<Item = String> {
    cluster_lines(report, |lane| {
        let counted = counted_of(lane).map(|counted| {
            let figure = |(label, figure): (Label, CountedFigure)| format!("{} {}", label.text(), figure(counted));
            format!("{}. {}", COUNTED_FIGURES.map(figure).join(" · "), phrases::counts_are_sampled())
        });
        let outcomes = || lane.tasks.map(|_| phrases::outcomes_and_makespan(lane));
        Some((Label::Tasks, vec![counted.or_else(outcomes)?]))
    })
}

/// Lines of clusters, each named if there are other lanes: a first one, and what only some have.
fn cluster_lines(report: &Report, first: fn(&LaneSummary) -> Option<LabelledTexts>) -> impl Iterator<Item = String> {
    let has_one = report.lanes.len() == 1;
    let clusters = report.lanes.iter().filter_map(|lane| Some((lane, cluster_of(lane)?)));
    clusters.flat_map(move |(lane, cluster)| {
        let title = if has_one { String::new() } else { format!("{}: ", phrases::lane_noun(lane)) };
        let line =
            move |(label, texts): LabelledTexts| texts.first().map(|text| format!("{title}{}: {text}", label.text()));
        first(lane).into_iter().chain(phrases::requeues_and_transfers(cluster)).filter_map(line)
    })
}

/// A part of the workers' time with a task or beside a queue.
fn share(lane: &ProgramLaneSummary, part: fn(&WorkerTime) -> Option<f64>) -> String {
    let shared = lane.worker_time.and_then(|time| Some((part(&time)?, time.in_tasks_s + time.between_tasks_s)));
    let shared = shared.filter(|(_, whole)| *whole > 0.0);
    phrases::figure_or_dash(shared.map(|(part, whole)| phrases::percent(part / whole)))
}
