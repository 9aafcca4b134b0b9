//! Changes from one frame to the next, as runs of cells in one style.

use std::collections::{BTreeMap, BTreeSet};

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::Modifier;
use serde_json::{Value, json};

use crate::export::svg::{PictureStyle, Rgb, cells_of_row};

/// Foreground, background, bold, underlined.
type CellStyle = (Rgb, Rgb, bool, bool);

/// State of the encoder that turns frames into changes.
pub(super) struct FrameChanges {
    picture_style: PictureStyle,
    previous: Option<Buffer>,
    /// Styles in order of first use.
    pub(super) styles: Vec<Value>,
    style_indices: BTreeMap<CellStyle, usize>,
    /// Signs that occur in the frames, other than plain letters.
    pub(super) symbols: BTreeSet<String>,
    size: (u16, u16),
}

/// Adjacent cells with the same style.
struct CellRun {
    y: u16,
    x: u16,
    end: u16,
    style: usize,
    text: String,
    /// Whether the run is a single sign that needs a run of its own: not a plain letter, or wider than a cell.
    alone: bool,
}

impl FrameChanges {
    pub(super) fn new(size: (u16, u16), picture_style: PictureStyle) -> Self {
        Self {
            picture_style,
            previous: None,
            styles: Vec::new(),
            style_indices: BTreeMap::new(),
            symbols: BTreeSet::new(),
            size,
        }
    }

    /// The changes of this frame: `[row, column, style, text]` per run. A fifth element is the width of a sign that
    /// covers more than one cell.
    pub(super) fn next(&mut self, frame: Buffer) -> Vec<Value> {
        let mut runs: Vec<CellRun> = Vec::new();
        let previous = self.previous.take();
        for y in 0..self.size.1.min(frame.area.height) {
            for (x, wide, cell) in cells_of_row(&frame, y) {
                if previous.as_ref().is_some_and(|previous| (x..x + wide).all(|x| previous[(x, y)] == frame[(x, y)])) {
                    continue;
                }
                let style = self.style_index(cell);
                let alone = wide > 1 || cell.symbol().chars().count() != 1;
                if !cell.symbol().is_ascii() {
                    self.symbols.insert(cell.symbol().to_owned());
                }
                match runs.last_mut() {
                    Some(run) if (run.y, run.end, run.style) == (y, x, style) && !run.alone && !alone => {
                        run.text.push_str(cell.symbol());
                        run.end += 1;
                    }
                    _ => runs.push(CellRun { y, x, end: x + wide, style, text: cell.symbol().to_owned(), alone }),
                }
            }
        }
        self.previous = Some(frame);
        let value = |CellRun { y, x, end, style, text, alone }| {
            if alone { json!([y, x, style, text, end - x]) } else { json!([y, x, style, text]) }
        };
        runs.into_iter().map(value).collect()
    }

    fn style_index(&mut self, cell: &Cell) -> usize {
        let (foreground, background) = self.picture_style.cell_colors(cell);
        let bold = cell.modifier.contains(Modifier::BOLD);
        let line = cell.modifier.contains(Modifier::UNDERLINED);
        *self.style_indices.entry((foreground, background, bold, line)).or_insert_with(|| {
            self.styles.push(json!([foreground.to_string(), background.to_string(), u8::from(bold), u8::from(line)]));
            self.styles.len() - 1
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    #[test]
    fn only_changes_are_written() {
        let frame = |text: &str| Buffer::with_lines([text]);
        let mut changes = FrameChanges::new((6, 1), PictureStyle::default());
        assert_eq!(
            changes.next(frame("ab대cd")),
            [json!([0, 0, 0, "ab"]), json!([0, 2, 0, "대", 2]), json!([0, 4, 0, "cd"])]
        );
        assert!(changes.next(frame("ab대cd")).is_empty());
        assert_eq!(changes.next(frame("abxycd")), [json!([0, 2, 0, "xy"])]);
        let mut bold = frame("abxycd");
        bold.set_style(Rect::new(1, 0, 1, 1), Style::new().add_modifier(Modifier::BOLD));
        assert_eq!(changes.next(bold), [json!([0, 1, 1, "b"])]);
        assert_eq!(changes.symbols.into_iter().collect::<Vec<_>>(), ["대"]);
    }
}
