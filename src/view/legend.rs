//! The legend: signs of the map, the cores and the tiles with their meanings.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::brush::Brush;
use super::column::{Column, right_of};
use super::zoom;
use crate::report::phrases::{self, LegendSign};
use crate::theme::{LaneColors, Theme};

/// The signs of the one-line legend.
const IN_LINE: [LegendSign; 5] =
    [LegendSign::Computes, LegendSign::TakesTurns, LegendSign::InIo, LegendSign::Queued, LegendSign::IdleCore];
/// Width of a sign in columns.
const WIDTH: u16 = 2;

/// Draws the signs of the map in one line, as many as fit.
pub(super) fn draw_line(brush: &mut Brush, area: Rect, column: &Column) {
    let theme = column.scene.theme;
    let rows = if zoom::is_zoomed(column.scene.ui) {
        phrases::worker_per_row()
    } else {
        phrases::tasks_per_row(column.layout.per_row)
    };
    let mut rest = right_of(area, brush.text(area, &rows, theme.weak) + 3);
    for sign in IN_LINE {
        let meaning = sign.long_meaning();
        if meaning.len() + 3 > usize::from(rest.width) {
            return;
        }
        let (glyphs, style) = appearance(sign, theme, column.colors());
        brush.signs(rest, glyphs, style);
        let used = brush.text(right_of(rest, WIDTH + 1), meaning, theme.weak);
        rest = right_of(rest, used + 6);
    }
}

/// Draws all signs, one per line.
pub(super) fn draw_list(brush: &mut Brush, area: Rect, theme: &Theme, colors: &LaneColors) {
    for (y, sign) in (area.y..area.bottom()).zip(LegendSign::ALL) {
        let line = Rect { y, height: 1, ..area };
        let (glyphs, style) = appearance(sign, theme, colors);
        brush.signs(Rect { width: WIDTH.min(line.width), ..line }, glyphs, style);
        brush.text(right_of(line, WIDTH + 1), sign.meaning(), theme.text);
    }
}

fn appearance(sign: LegendSign, theme: &Theme, colors: &LaneColors) -> (&'static str, Style) {
    match sign {
        LegendSign::Computes => ("██", theme.as_foreground(colors.run)),
        LegendSign::TakesTurns if theme.has_blocks() => ("██", theme.as_foreground(colors.mid)),
        LegendSign::TakesTurns => ("▒▒", theme.as_foreground(colors.mid)),
        LegendSign::InIo => ("──", colors.dim),
        LegendSign::Queued => ("··", theme.dot),
        LegendSign::FutureOrOthers => ("░░", theme.faint),
        LegendSign::IdleCore => ("╱╱", theme.hazard),
        LegendSign::Lost => ("××", theme.alarm),
        LegendSign::Suspended => ("║║", colors.dim),
        LegendSign::TileOnCore => ("► ", theme.text),
        LegendSign::TileShare => ("≈ ", theme.text),
        LegendSign::TileInIo => ("○ ", theme.text),
        LegendSign::TileLoads => ("↓ ", theme.text),
        LegendSign::MemoryBox => ("━━", theme.strong),
    }
}
