//! The report as a table for a terminal.

use std::io;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ContentArrangement, Table};

use super::{Report, figures, phrases, problems, program_table};

/// Width of a common terminal, in columns; two lanes fit.
const TERMINAL_WIDTH: u16 = 80;
/// Additional width per lane beyond two, in columns.
const EXTRA_LANE_WIDTH: u16 = 34;

/// Writes the report as a table.
pub fn write(report: &Report, out: &mut impl io::Write) -> io::Result<()> {
    let table = if figures::is_sweep(report) || report.run.program.is_some() {
        table_of_sweep(report)
    } else {
        table_of_figures(report)
    };
    writeln!(out, "{}\n\n{}\n", phrases::workload_description(&report.run), table.trim_fmt())?;
    writeln!(out, "{}", report.headline())?;
    for line in program_table::lines_below(report).chain(problems::finding_lines(report)) {
        writeln!(out, "{line}")?;
    }
    for sentence in problems::problem_sentences(report) {
        writeln!(out, "{sentence}.")?;
    }
    for note in &report.run.notes {
        writeln!(out, "{note}.")?;
    }
    Ok(())
}

/// A column per lane.
fn table_of_figures(report: &Report) -> Table {
    let more = (report.lanes.len() as u16).saturating_sub(2);
    let mut table = Table::new();
    table
        .load_style(NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(TERMINAL_WIDTH + more * EXTRA_LANE_WIDTH)
        .add_rows(figures::table(report));
    table
}

/// A row per lane, with figures aligned to the right.
fn table_of_sweep(report: &Report) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).add_rows(figures::table(report));
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
