//! The output of a watched program, over the lanes.

use ratatui::layout::Rect;

use super::brush::ClippedPainter;
use super::{DisplayedScene, without_side_columns};
use crate::report::phrases;

/// Draws the last rows of the output.
pub(super) fn draw(brush: &mut ClippedPainter, screen: Rect, scene: &DisplayedScene) {
    let theme = scene.theme;
    let (x, y) = (u16::from(screen.width >= 80), 1);
    let area = Rect { x: screen.x + x, y: screen.y + y, width: screen.width - 2 * x, height: screen.height - 2 * y };
    brush.clear(area);
    brush.fill_area(area, ' ', theme.text);
    let command = scene.model.run().map(phrases::program_name).unwrap_or_default();
    brush.draw_box(area, &phrases::output_title(&command, scene.ui.types_into_program(scene.model)), theme.strong);
    let inside = Rect { y: area.y + 1, height: area.height.saturating_sub(2), ..without_side_columns(area, 2) };
    let rows = scene.ui.output.as_deref().unwrap_or(&[]);
    let first = rows.len().saturating_sub(inside.height.into());
    for (y, row) in (inside.y..inside.bottom()).zip(&rows[first..]) {
        brush.draw_text(Rect { y, height: 1, ..inside }, row.as_str(), theme.text);
    }
    if first > 0 {
        let foot = Rect { y: area.bottom() - 1, height: 1, ..inside };
        brush.draw_text(foot, &phrases::output_rows_shown(rows.len() - first, rows.len()), theme.weak);
    }
}
