//! Tables: as many columns as there is room for, each at its place in every line.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::super::column::right_of;
use super::super::paint::Brush;

/// A column of a table of `T`s.
pub(super) struct Field<T> {
    pub(super) name: &'static str,
    /// With the gap before it.
    pub(super) width: u16,
    /// Where there is no room for all, those with the highest rank go first; rank 0 stays.
    pub(super) rank: u8,
    /// Words begin at the left, figures end at the right.
    pub(super) words: bool,
    pub(super) text: fn(&T) -> String,
}

/// Figures.
pub(super) const fn figures<T>(name: &'static str, width: u16, rank: u8, text: fn(&T) -> String) -> Field<T> {
    Field { name, width, rank, words: false, text }
}

/// Words.
pub(super) const fn words<T>(name: &'static str, width: u16, rank: u8, text: fn(&T) -> String) -> Field<T> {
    Field { name, width, rank, words: true, text }
}

/// The columns that fit into so much room.
pub(super) fn fitting<T>(mut fields: Vec<Field<T>>, room: u16) -> Vec<Field<T>> {
    while width(&fields) > room {
        let Some(rank) = fields.iter().map(|field| field.rank).max().filter(|rank| *rank > 0) else { break };
        fields.retain(|field| field.rank != rank);
    }
    fields
}

pub(super) fn width<T>(fields: &[Field<T>]) -> u16 {
    fields.iter().map(|field| field.width).sum()
}

/// The names of the columns; the one that orders the lines stands out.
pub(super) fn heading<T>(
    brush: &mut Brush,
    area: Rect,
    fields: &[Field<T>],
    marked: &str,
    (weak, strong): (Style, Style),
) {
    brush.tint(Rect { width: width(fields).min(area.width), ..area }, weak.add_modifier(Modifier::UNDERLINED));
    each(area, fields, |at, field| {
        let style = if field.name == marked { strong } else { weak };
        write(brush, at, field, field.name, style.add_modifier(Modifier::UNDERLINED));
    });
}

/// One line.
pub(super) fn line<T>(brush: &mut Brush, area: Rect, fields: &[Field<T>], item: &T, style: impl Fn(&str) -> Style) {
    each(area, fields, |at, field| write(brush, at, field, &(field.text)(item), style(field.name)));
}

fn each<T>(area: Rect, fields: &[Field<T>], mut draw: impl FnMut(Rect, &Field<T>)) {
    let mut rest = Rect { height: area.height.min(1), ..area };
    for field in fields {
        // The gap is before it.
        draw(right_of(Rect { width: field.width.min(rest.width), ..rest }, 1), field);
        rest = right_of(rest, field.width);
    }
}

fn write<T>(brush: &mut Brush, at: Rect, field: &Field<T>, text: &str, style: Style) {
    if field.words {
        brush.text(at, text, style)
    } else {
        brush.right(at, text, style)
    };
}
