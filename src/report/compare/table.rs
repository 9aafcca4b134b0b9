//! A comparison as a table for a terminal.

use std::io;

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, ColumnConstraint, ContentArrangement, Table, Width};

use super::RunComparison;
use super::formats::{LabelAndCells, column_headings, comparison_rows};
use crate::report::table::wrap_sentence;

/// Maximum width of a lane's column; names are wrapped between words, and words are divided only beyond the second.
const MAX_COLUMN_WIDTH: u16 = 24;
const MAX_WORD_WIDTH: u16 = 40;
/// Columns of padding beside the text of a cell.
const CELL_PADDING: u16 = 2;

/// Writes the comparison as a table, followed by its sentences. If not all lanes fit into `width`, they are
/// distributed over several tables, with those of a mode together, and sentences are wrapped.
pub fn write_tables(comparison: &RunComparison, width: Option<u16>, out: &mut impl io::Write) -> io::Result<()> {
    let headings = column_headings(comparison).map(|heading| ("", heading));
    let rows: Vec<LabelAndCells> = headings.into_iter().chain(comparison_rows(comparison)).collect();
    for lanes in lanes_per_table(comparison, &rows, width) {
        writeln!(out, "{}\n", table_of_lanes(&rows, &lanes).trim_fmt())?;
    }
    for sentence in comparison.comparison_sentences() {
        writeln!(out, "{}", wrap_sentence(&format!("{sentence}."), width))?;
    }
    Ok(())
}

/// Distributes the lanes over as many tables as the width requires.
fn lanes_per_table(comparison: &RunComparison, rows: &[LabelAndCells], width: Option<u16>) -> Vec<Vec<usize>> {
    let all: Vec<usize> = (0..comparison.columns.len()).collect();
    let fits = |lanes: &[usize]| width.is_none_or(|width| table_width(&table_of_lanes(rows, lanes)) <= width);
    if fits(&all) {
        return vec![all];
    }
    let mode = |lane: &usize| comparison.summary_of(&comparison.columns[*lane]).mode;
    let mut by_mode: Vec<Vec<usize>> = Vec::new();
    for lane in &all {
        match by_mode.iter_mut().find(|lanes| mode(&lanes[0]) == mode(lane)) {
            Some(lanes) => lanes.push(*lane),
            None => by_mode.push(vec![*lane]),
        }
    }
    let mut blocks: Vec<Vec<usize>> = Vec::new();
    for part in by_mode.iter().flat_map(|lanes| split_evenly(lanes, fits)) {
        match blocks.last_mut() {
            Some(last) if fits(&[&last[..], &part].concat()) => last.extend(part),
            _ => blocks.push(part),
        }
    }
    blocks
}

/// Splits lanes into as few parts as fit, of about equal size.
fn split_evenly(lanes: &[usize], fits: impl Fn(&[usize]) -> bool) -> Vec<Vec<usize>> {
    let parts = |n: usize| lanes.chunks(lanes.len().div_ceil(n)).map(<[usize]>::to_vec).collect::<Vec<_>>();
    let fitting = (1..lanes.len()).map(parts).find(|parts| parts.iter().all(|part| fits(part)));
    fitting.unwrap_or_else(|| parts(lanes.len()))
}

fn table_of_lanes(rows: &[LabelAndCells], lanes: &[usize]) -> Table {
    let mut table = Table::new();
    // Only names are wrapped: a table with a fixed width would break words and numbers, too.
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(u16::MAX);
    for (name, cells) in rows {
        table.add_row(std::iter::once((*name).to_owned()).chain(lanes.iter().map(|lane| cells[*lane].clone())));
    }
    let widths = column_widths(&table);
    for (column, width) in table.column_iter_mut().zip(widths) {
        column.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(width)));
    }
    table
}

/// Widths of a table's columns, with their padding.
fn column_widths(table: &Table) -> Vec<u16> {
    let longest_word = |column: usize| {
        let cells = table.row_iter().filter_map(|row| row.cell_iter().nth(column)).map(Cell::content);
        cells.flat_map(|text| text.split_whitespace().map(width_of).collect::<Vec<_>>()).max().unwrap_or(0)
    };
    let widest = |(column, width): (usize, u16)| {
        width.min(MAX_COLUMN_WIDTH.max(longest_word(column).min(MAX_WORD_WIDTH))) + CELL_PADDING
    };
    table.column_max_content_widths().into_iter().enumerate().map(widest).collect()
}

fn width_of(word: &str) -> u16 {
    u16::try_from(console::measure_text_width(word)).unwrap_or(u16::MAX)
}

/// Width of a table in columns.
fn table_width(table: &Table) -> u16 {
    column_widths(table).into_iter().fold(0, u16::saturating_add)
}
