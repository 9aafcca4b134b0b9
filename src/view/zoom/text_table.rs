//! Tables with as many columns as fit, aligned in every line.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::super::brush::Brush;
use super::super::column::right_of;

/// A column of a table of `T`s.
pub(super) struct TableColumn<T> {
    pub(super) name: &'static str,
    /// Width including the gap before it.
    pub(super) width: u16,
    /// Columns with a higher rank are dropped first; rank 0 is never dropped.
    pub(super) rank: u8,
    /// Words are left-aligned, numbers right-aligned.
    pub(super) words: bool,
    pub(super) text: fn(&T) -> String,
}

/// A column of numbers.
pub(super) const fn figures<T>(name: &'static str, width: u16, rank: u8, text: fn(&T) -> String) -> TableColumn<T> {
    TableColumn { name, width, rank, words: false, text }
}

/// A column of words.
pub(super) const fn text_column<T>(name: &'static str, width: u16, rank: u8, text: fn(&T) -> String) -> TableColumn<T> {
    TableColumn { name, width, rank, words: true, text }
}

/// The columns that fit into this width.
pub(super) fn fitting<T>(mut fields: Vec<TableColumn<T>>, available: u16) -> Vec<TableColumn<T>> {
    while width(&fields) > available {
        let Some(rank) = fields.iter().map(|field| field.rank).max().filter(|rank| *rank > 0) else { break };
        fields.retain(|field| field.rank != rank);
    }
    fields
}

pub(super) fn width<T>(fields: &[TableColumn<T>]) -> u16 {
    fields.iter().map(|field| field.width).sum()
}

/// Draws the names of the columns; the sort column stands out.
pub(super) fn heading<T>(
    brush: &mut Brush,
    area: Rect,
    fields: &[TableColumn<T>],
    marked: &str,
    (weak, strong): (Style, Style),
) {
    brush.tint(Rect { width: width(fields).min(area.width), ..area }, weak.add_modifier(Modifier::UNDERLINED));
    for_each_column(area, fields, |at, field| {
        let style = if field.name == marked { strong } else { weak };
        write(brush, at, field, field.name, style.add_modifier(Modifier::UNDERLINED));
    });
}

/// Draws one line.
pub(super) fn line<T>(
    brush: &mut Brush,
    area: Rect,
    fields: &[TableColumn<T>],
    item: &T,
    style: impl Fn(&str) -> Style,
) {
    for_each_column(area, fields, |at, field| write(brush, at, field, &(field.text)(item), style(field.name)));
}

fn for_each_column<T>(area: Rect, fields: &[TableColumn<T>], mut draw: impl FnMut(Rect, &TableColumn<T>)) {
    let mut rest = Rect { height: area.height.min(1), ..area };
    for field in fields {
        // The gap is before the column.
        draw(right_of(Rect { width: field.width.min(rest.width), ..rest }, 1), field);
        rest = right_of(rest, field.width);
    }
}

fn write<T>(brush: &mut Brush, at: Rect, field: &TableColumn<T>, text: &str, style: Style) {
    if field.words {
        brush.text(at, text, style)
    } else {
        brush.right_aligned(at, text, style)
    };
}

/// Text at the right end of a heading: the visible part of a list.
pub(super) fn draw_list_position(brush: &mut Brush, area: Rect, used: u16, text: &str, style: Style) {
    let rest = right_of(Rect { width: area.width.saturating_sub(1), ..area }, used + 2);
    brush.right_aligned(rest, text, style);
}
