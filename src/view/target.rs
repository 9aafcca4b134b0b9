//! What is under the mouse, computed from the same layout as the drawing.

use ratatui::layout::{Position, Rect};

use super::column::LaneColumn;
use super::lane::LanePanels;
use super::map::{area_right_of_labels, map_window, screen_column_of};
use super::{DisplayedScene, ScreenAreas, lane_columns, layout_of_lanes, memory, strip, zoom};
use crate::model::{Model, TimeWindow};
use crate::theme::Theme;
use crate::ui::{MouseTarget, Ui};

/// Distance in cells within which a key moment is hit.
const MOMENT_TOLERANCE: u16 = 1;

/// The target at a cell of a screen of this size.
#[must_use]
pub fn mouse_target(model: &Model, ui: &Ui, (width, height): (u16, u16), column: u16, row: u16) -> Option<MouseTarget> {
    let screen = ScreenAreas::new(Rect { x: 0, y: 0, width, height }, ui)?;
    let body = screen.body;
    // Positions do not depend on colours.
    let theme = Theme::without_colors();
    let scene = DisplayedScene { model, ui, theme: &theme, at: ui.displayed_time(model), is_exported: false };
    let shown = scene.lanes_shown(body.width);
    let layout = layout_of_lanes(&screen, &scene, &shown)?;
    let position = Position { x: column, y: row };
    let columns = lane_columns(body, &scene, &shown, &layout);
    let (area, column) = columns.iter().find(|(area, _)| area.contains(position))?;
    lane_target(*area, column, position)
}

fn lane_target(area: Rect, column: &LaneColumn, position: Position) -> Option<MouseTarget> {
    let id = column.lane.id();
    if zoom::is_zoomed(column.scene.ui) {
        return match zoom::zoom_target_at(area, column, position)? {
            zoom::ZoomTarget::Title => Some(MouseTarget::Lane(id)),
            zoom::ZoomTarget::Slot(slot) => Some(MouseTarget::Slot(id, slot)),
            zoom::ZoomTarget::History(history) => {
                let axis = Rect { y: history.bottom().saturating_sub(1), height: history.height.min(1), ..history };
                history_target(history, axis, column, position)
            }
        };
    }
    let parts = LanePanels::new(area, column);
    if parts.title.contains(position) {
        return Some(MouseTarget::Lane(id));
    }
    if parts.memory.contains(position) && !column.has_ended() {
        return memory::slot_under_mouse(parts.memory, column, position).map(|slot| MouseTarget::Slot(id, slot));
    }
    let history = area_right_of_labels(parts.map.union(parts.strip).union(parts.axis), column);
    history.contains(position).then(|| history_target(history, parts.axis, column, position))?
}

/// A moment of the history, or a key moment on its axis.
fn history_target(history: Rect, axis: Rect, column: &LaneColumn, position: Position) -> Option<MouseTarget> {
    let id = column.lane.id();
    let window = map_window(column, history)?;
    let x = position.x - history.x;
    if axis.contains(position)
        && let Some((_, moment)) = strip::marked_moments(&column.column_at_exact_time(), window)
            .into_iter()
            .filter(|(at, _)| at.abs_diff(x) <= MOMENT_TOLERANCE)
            .min_by_key(|(at, _)| at.abs_diff(x))
    {
        return Some(MouseTarget::Moment(id, moment));
    }
    let at = start_of_screen_column(x, window).min(column.scene.model.newest_mark());
    Some(MouseTarget::Time(Ui::cursor_at(column.scene.model, id, at)))
}

/// Time at which a column begins.
fn start_of_screen_column(x: u16, window: TimeWindow) -> u64 {
    let edge = window.column_start(x.into());
    // The start of a column is rounded down, so it may lie in the previous column.
    if screen_column_of(edge, window) == Some(x) { edge } else { edge + 1 }
}
