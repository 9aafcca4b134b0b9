//! The rows of the table and of the Markdown report.

use super::Report;
use super::phrases::{self, Label};
use crate::model::LaneSummary;

/// A row: its label and one text per lane.
pub(super) struct FigureRow {
    pub(super) name: &'static str,
    pub(super) lanes: Vec<String>,
}

/// The heading: names of the modes, and a label if the figures are medians.
pub(super) fn table_heading(report: &Report) -> FigureRow {
    let name = if report.repeats > 1 { Label::Median.text() } else { "" };
    FigureRow { name, lanes: report.lanes.iter().map(|lane| lane.mode.name().to_uppercase()).collect() }
}

/// All rows of the report's table, the most important first.
pub(super) fn table_rows(report: &Report) -> Vec<FigureRow> {
    type Figure = fn(&LaneSummary) -> String;
    let figures: [(&'static str, Figure); 12] = [
        (Label::Time.text(), phrases::makespan_cell),
        (Label::StartUp.text(), phrases::worker_startup),
        (Label::Queue.text(), phrases::queue_cell),
        (Label::Memory.text(), phrases::resident_tasks),
        (Label::Measured.text(), phrases::private_memory),
        (Label::Cores.text(), phrases::core_count),
        (Label::Stall.text(), phrases::stalled_core_time),
        (Label::Io.text(), phrases::io_time),
        (Label::Cpu.text(), phrases::cpu_time),
        (Label::Switches.text(), phrases::context_switches),
        (Label::Tasks.text(), phrases::task_outcomes),
        (Label::Result.text(), phrases::sum_cell),
    ];
    let row =
        |(name, figure): (&'static str, Figure)| FigureRow { name, lanes: report.lanes.iter().map(figure).collect() };
    let mut rows: Vec<FigureRow> = figures.into_iter().map(row).collect();
    if report.ranges.iter().any(Option::is_some) {
        let ranges = report.ranges.iter().map(|range| phrases::figure_or_dash(range.map(phrases::time_range)));
        rows.insert(1, FigureRow { name: "", lanes: ranges.collect() });
    }
    rows
}
