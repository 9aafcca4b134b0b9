//! The legend: signs of the map, the cores and the tiles with their meanings.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::brush::ClippedPainter;
use super::column::{LaneColumn, without_left_columns};
use super::zoom;
use crate::report::phrases::{self, LegendSign};
use crate::theme::{LaneColors, Theme};

/// The signs of the one-line legend.
const FOOTER_SIGNS: [LegendSign; 5] =
    [LegendSign::Computes, LegendSign::TakesTurns, LegendSign::InIo, LegendSign::Queued, LegendSign::IdleCore];
/// Width of a sign in columns.
const SIGN_WIDTH: u16 = 2;

/// Draws the signs of the map in one line, as many as fit.
pub(super) fn draw_line(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn) {
    let theme = column.scene.theme;
    let rows = if zoom::is_zoomed(column.scene.ui) {
        phrases::worker_per_row()
    } else {
        phrases::tasks_per_row(column.layout.per_row)
    };
    let mut rest = without_left_columns(area, brush.draw_text(area, &rows, theme.weak) + 3);
    for sign in FOOTER_SIGNS {
        let meaning = sign.long_meaning();
        if meaning.len() + 3 > usize::from(rest.width) {
            return;
        }
        let (glyphs, style) = sign_appearance(sign, theme, column.lane_colors());
        brush.draw_signs(rest, glyphs, style);
        let used = brush.draw_text(without_left_columns(rest, SIGN_WIDTH + 1), meaning, theme.weak);
        rest = without_left_columns(rest, used + 6);
    }
}

/// Draws all signs, one per line.
pub(super) fn draw_list(brush: &mut ClippedPainter, area: Rect, theme: &Theme, colors: &LaneColors) {
    for (y, sign) in (area.y..area.bottom()).zip(LegendSign::ALL_VARIANTS) {
        let line = Rect { y, height: 1, ..area };
        let (glyphs, style) = sign_appearance(sign, theme, colors);
        brush.draw_signs(Rect { width: SIGN_WIDTH.min(line.width), ..line }, glyphs, style);
        brush.draw_text(without_left_columns(line, SIGN_WIDTH + 1), sign.meaning(), theme.text);
    }
}

fn sign_appearance(sign: LegendSign, theme: &Theme, colors: &LaneColors) -> (&'static str, Style) {
    match sign {
        LegendSign::Computes => ("██", theme.as_foreground(colors.run)),
        LegendSign::TakesTurns if theme.has_block_characters() => ("██", theme.as_foreground(colors.mid)),
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
