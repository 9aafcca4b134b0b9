//! The rows of the table and of the Markdown report.

use super::Report;
use super::phrases::{self, label};
use crate::model::LaneSummary;

/// A row: its label and one text per lane.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) lanes: Vec<String>,
}

/// The heading: names of the modes, and a label if the figures are medians.
pub(super) fn table_heading(report: &Report) -> Row {
    let name = if report.runs.len() > 1 { label::MEDIAN } else { "" };
    Row { name, lanes: report.lanes.iter().map(|lane| lane.mode.name().to_uppercase()).collect() }
}

/// All rows of the report's table, the most important first.
pub(super) fn table_rows(report: &Report) -> Vec<Row> {
    type Figure = fn(&LaneSummary) -> String;
    let figures: [(&'static str, Figure); 12] = [
        (label::TIME, phrases::makespan_cell),
        (label::START_UP, phrases::worker_startup),
        (label::QUEUE, phrases::queue_cell),
        (label::MEMORY, phrases::resident_tasks),
        (label::MEASURED, phrases::private_memory),
        (label::CORES, phrases::core_count),
        (label::STALL, phrases::stall_figure),
        (label::IO, phrases::io_time),
        (label::CPU, phrases::cpu_time),
        (label::SWITCHES, phrases::context_switches),
        (label::TASKS, phrases::task_outcomes),
        (label::RESULT, phrases::sum_cell),
    ];
    let row = |(name, figure): (&'static str, Figure)| Row { name, lanes: report.lanes.iter().map(figure).collect() };
    let mut rows: Vec<Row> = figures.into_iter().map(row).collect();
    if report.ranges.iter().any(Option::is_some) {
        let ranges = report.ranges.iter().map(|range| phrases::or_unknown(range.map(phrases::time_range)));
        rows.insert(1, Row { name: "", lanes: ranges.collect() });
    }
    rows
}
