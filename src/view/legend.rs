//! The legend: signs of the map, the cores and the tiles with their meanings.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::brush::Brush;
use super::column::{Column, right_of};
use super::zoom;
use crate::report::phrases::{self, Sign};
use crate::theme::{LaneColors, Theme};

/// The signs in one line.
const IN_LINE: [Sign; 5] = [Sign::Computes, Sign::TakesTurns, Sign::InIo, Sign::Queued, Sign::IdleCore];
/// Width of a sign.
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
    for (y, sign) in (area.y..area.bottom()).zip(Sign::ALL) {
        let line = Rect { y, height: 1, ..area };
        let (glyphs, style) = appearance(sign, theme, colors);
        brush.signs(Rect { width: WIDTH.min(line.width), ..line }, glyphs, style);
        brush.text(right_of(line, WIDTH + 1), sign.meaning(), theme.text);
    }
}

fn appearance(sign: Sign, theme: &Theme, colors: &LaneColors) -> (&'static str, Style) {
    match sign {
        Sign::Computes => ("██", theme.as_foreground(colors.run)),
        Sign::TakesTurns if theme.has_blocks() => ("██", theme.as_foreground(colors.mid)),
        Sign::TakesTurns => ("▒▒", theme.as_foreground(colors.mid)),
        Sign::InIo => ("──", colors.dim),
        Sign::Queued => ("··", theme.dot),
        Sign::FutureOrOthers => ("░░", theme.faint),
        Sign::IdleCore => ("╱╱", theme.hazard),
        Sign::Lost => ("××", theme.alarm),
        Sign::Suspended => ("║║", colors.dim),
        Sign::TileOnCore => ("► ", theme.text),
        Sign::TileShare => ("≈ ", theme.text),
        Sign::TileInIo => ("○ ", theme.text),
        Sign::TileLoads => ("↓ ", theme.text),
        Sign::MemoryBox => ("━━", theme.strong),
    }
}
