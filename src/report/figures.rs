//! The rows of the table and of the Markdown report.

use super::phrases::{self, Label};
use super::{Report, program_table};
use crate::model::LaneSummary;

/// The rows of the table, the first with headings: a row per figure, or in a sweep, which may have many lanes, a row
/// per lane.
pub(super) fn table(report: &Report) -> Vec<Vec<String>> {
    if report.run.program.is_some() {
        program_table::rows(report)
    } else if is_sweep(report) {
        rows_of_lanes(report)
    } else {
        rows_of_figures(report)
    }
}

/// Whether lanes differ in their number of workers only.
pub(super) fn is_sweep(report: &Report) -> bool {
    report.lanes.iter().any(|lane| lane.in_sweep)
}

/// A text per lane after the label.
fn labelled(label: &str, report: &Report, text: fn(&LaneSummary) -> String) -> Vec<String> {
    std::iter::once(label.to_owned()).chain(report.lanes.iter().map(text)).collect()
}

/// A row per figure, the most important first, and a column per lane.
fn rows_of_figures(report: &Report) -> Vec<Vec<String>> {
    type Figure = fn(&LaneSummary) -> String;
    let figures: [(Label, Figure); 12] = [
        (Label::Time, phrases::makespan_cell),
        (Label::StartUp, phrases::worker_startup),
        (Label::Queue, phrases::queue_cell),
        (Label::Memory, phrases::resident_tasks),
        (Label::Measured, phrases::private_memory),
        (Label::Cores, phrases::core_count),
        (Label::Stall, phrases::stalled_core_time),
        (Label::Io, phrases::io_time),
        (Label::Cpu, phrases::cpu_time),
        (Label::Switches, phrases::context_switches),
        (Label::Tasks, phrases::task_outcomes),
        (Label::Result, phrases::sum_cell),
    ];
    let heading = if report.repeats > 1 { Label::Median.text() } else { "" };
    let mut rows = vec![labelled(heading, report, |lane| phrases::lane_title(lane).to_uppercase())];
    rows.extend(figures.map(|(label, figure)| labelled(label.text(), report, figure)));
    if let Some(ranges) = report.labelled_ranges("") {
        rows.insert(2, ranges);
    }
    rows
}

/// A row per lane, and a column per figure that depends on the number of workers.
fn rows_of_lanes(report: &Report) -> Vec<Vec<String>> {
    let time = if report.repeats > 1 { Label::Median } else { Label::Time };
    let mut columns = vec![
        labelled("", report, |lane| phrases::lane_title(lane).to_uppercase()),
        labelled(time.text(), report, phrases::makespan_cell),
        labelled(Label::Stall.text(), report, |lane| phrases::core_seconds(lane.stall_core_s)),
        labelled(Label::InMemory.text(), report, phrases::resident_bytes),
        labelled(Label::Private.text(), report, |lane| phrases::private_memory_text(lane.peak_private())),
        labelled(Label::Used.text(), report, |lane| phrases::figure_or_dash(lane.utilization.map(phrases::percent))),
    ];
    if let Some(ranges) = report.labelled_ranges(Label::OfRepeats.text()) {
        columns.insert(2, ranges);
    }
    let row = |n: usize| columns.iter().map(|column| column[n].clone()).collect();
    (0..=report.lanes.len()).map(row).collect()
}
