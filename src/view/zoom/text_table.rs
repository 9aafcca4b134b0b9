//! Tables with as many columns as fit, aligned in every line.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::super::brush::ClippedPainter;
use super::super::column::without_left_columns;
use crate::language;

/// A column of a table of `T`s.
pub(super) struct TableColumn<T> {
    /// Key of the heading.
    pub(super) key: &'static str,
    /// Width of the column, including the gap before it.
    pub(super) width: u16,
    /// Columns with a higher rank are dropped first; rank 0 is never dropped.
    pub(super) rank: u8,
    /// Text is left-aligned, numbers are right-aligned.
    pub(super) is_text: bool,
    pub(super) text: fn(&T) -> String,
}

/// A column of numbers.
pub(super) const fn number_column<T>(
    key: &'static str,
    width: u16,
    rank: u8,
    text: fn(&T) -> String,
) -> TableColumn<T> {
    TableColumn { key, width, rank, is_text: false, text }
}

/// A column of text.
pub(super) const fn text_column<T>(key: &'static str, width: u16, rank: u8, text: fn(&T) -> String) -> TableColumn<T> {
    TableColumn { key, width, rank, is_text: true, text }
}

/// The columns that fit into this width.
pub(super) fn fitting_columns<T>(mut columns: Vec<TableColumn<T>>, available: u16) -> Vec<TableColumn<T>> {
    while table_width(&columns) > available {
        let Some(rank) = columns.iter().map(|column| column.rank).max().filter(|rank| *rank > 0) else { break };
        columns.retain(|column| column.rank != rank);
    }
    columns
}

pub(super) fn table_width<T>(columns: &[TableColumn<T>]) -> u16 {
    columns.iter().map(|column| column.width).sum()
}

/// Draws the names of the columns; the sort column stands out.
pub(super) fn draw_heading<T>(
    brush: &mut ClippedPainter,
    area: Rect,
    columns: &[TableColumn<T>],
    sort_column: &str,
    (weak, strong): (Style, Style),
) {
    brush.add_style(
        Rect { width: table_width(columns).min(area.width), ..area },
        weak.add_modifier(Modifier::UNDERLINED),
    );
    for_each_column(area, columns, |at, column| {
        let style = if column.key == sort_column { strong } else { weak };
        write(brush, at, column, language::fixed_text(column.key), style.add_modifier(Modifier::UNDERLINED));
    });
}

/// Draws one line.
pub(super) fn draw_table_line<T>(
    brush: &mut ClippedPainter,
    area: Rect,
    columns: &[TableColumn<T>],
    item: &T,
    style: impl Fn(&str) -> Style,
) {
    for_each_column(area, columns, |at, column| write(brush, at, column, &(column.text)(item), style(column.key)));
}

fn for_each_column<T>(area: Rect, columns: &[TableColumn<T>], mut draw: impl FnMut(Rect, &TableColumn<T>)) {
    let mut rest = Rect { height: area.height.min(1), ..area };
    for column in columns {
        // The first cell of a column is the gap before it.
        draw(without_left_columns(Rect { width: column.width.min(rest.width), ..rest }, 1), column);
        rest = without_left_columns(rest, column.width);
    }
}

fn write<T>(brush: &mut ClippedPainter, at: Rect, column: &TableColumn<T>, text: &str, style: Style) {
    if column.is_text {
        brush.draw_text(at, text, style)
    } else {
        brush.draw_right_aligned(at, text, style)
    };
}

/// Draws at the right end of a heading which rows of the list are visible.
pub(super) fn draw_list_position(brush: &mut ClippedPainter, area: Rect, used: u16, text: &str, style: Style) {
    let rest = without_left_columns(Rect { width: area.width.saturating_sub(1), ..area }, used + 2);
    brush.draw_right_aligned(rest, text, style);
}
