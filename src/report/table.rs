//! The report as a table for a terminal.

use std::io;

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Table, Width};

use super::{Report, figures, phrases, problems, program_table};

/// Width of a common terminal, in columns; two lanes fit.
const TERMINAL_WIDTH: u16 = 80;
/// Additional width per lane beyond two, in columns.
const EXTRA_LANE_WIDTH: u16 = 34;
/// Columns of padding beside the text of a cell.
const CELL_PADDING: u16 = 2;
/// What precedes the further lines of a wrapped sentence.
const INDENT: &str = "  ";

/// Writes the report as a table, followed by its sentences, both wrapped to this width in columns.
pub fn write(report: &Report, width: Option<u16>, out: &mut impl io::Write) -> io::Result<()> {
    let mut table = if figures::is_sweep(report) || report.run.program.is_some() {
        table_of_sweep(report)
    } else {
        table_of_figures(report)
    };
    if let Some(width) = width {
        let width = table.width().map_or(width, |widest| widest.min(width));
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        keep_words_of_names(&mut table);
    }
    writeln!(out, "{}\n", wrap_sentence(&phrases::workload_description(&report.run), width))?;
    writeln!(out, "{}\n", table.trim_fmt())?;
    let mut paragraph = |text: &str| writeln!(out, "{}", wrap_sentence(text, width));
    paragraph(&report.headline())?;
    for line in program_table::lines_below(report).chain(problems::finding_lines(report)) {
        paragraph(&line)?;
    }
    for sentence in problems::problem_sentences(report) {
        paragraph(&format!("{sentence}."))?;
    }
    for note in &report.run.notes {
        paragraph(&format!("{note}."))?;
    }
    Ok(())
}

/// Keeps the first column as wide as its longest word, because addresses of clusters are no longer ones if divided.
fn keep_words_of_names(table: &mut Table) {
    let names = table.row_iter().filter_map(|row| row.cell_iter().next()).map(Cell::content);
    let widths = names.flat_map(|name| name.split_whitespace().map(console::measure_text_width).collect::<Vec<_>>());
    let longest = widths.max().unwrap_or(0) as u16 + CELL_PADDING;
    if let Some(names) = table.column_mut(0) {
        names.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(longest)));
    }
}

/// Wraps a sentence between words, and indents all lines but the first. A number keeps its unit, and words that are
/// wider, such as paths, stay whole.
#[must_use]
pub fn wrap_sentence(sentence: &str, width: Option<u16>) -> String {
    let width = width.map_or(usize::MAX, usize::from);
    let (mut lines, mut column) = (String::new(), 0);
    for words in sentence.split_inclusive(' ').collect::<Vec<_>>().chunk_by(|word, _| ends_with_number(word)) {
        let words = words.concat();
        let words_width = console::measure_text_width(words.trim_end());
        if column > INDENT.len() && column + words_width > width {
            lines.truncate(lines.trim_end().len());
            lines.push('\n');
            lines.push_str(INDENT);
            column = INDENT.len();
        }
        lines.push_str(&words);
        column += console::measure_text_width(&words);
    }
    lines
}

fn ends_with_number(word: &str) -> bool {
    word.trim_end().ends_with(|last: char| last.is_ascii_digit())
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
