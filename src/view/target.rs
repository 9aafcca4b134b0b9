//! What lies under the mouse, by the same layout as the drawing.

use ratatui::layout::{Position, Rect};

use super::column::Column;
use super::lane::Parts;
use super::map::{field, window, x_of};
use super::{Scene, columns, layout_of, memory, rows, strip, zoom};
use crate::model::{Model, Window};
use crate::theme::Theme;
use crate::ui::{Target, Ui};

/// A mark of a moment is hit within so many cells.
const NEAR: u16 = 1;

/// What a cell of a screen of this size shows that can be pointed at.
#[must_use]
pub fn target(model: &Model, ui: &Ui, (width, height): (u16, u16), column: u16, row: u16) -> Option<Target> {
    let [_, body, ..] = rows(Rect { x: 0, y: 0, width, height })?;
    // Where things are does not depend on their colours.
    let theme = Theme::mono();
    let scene = Scene { model, ui, theme: &theme, at: ui.time(model) };
    let shown = scene.lanes_shown(body.width);
    let layout = layout_of(body, &scene, &shown)?;
    let position = Position { x: column, y: row };
    let columns = columns(body, &scene, shown, &layout);
    let (area, column) = columns.iter().find(|(area, _)| area.contains(position))?;
    in_lane(*area, column, position)
}

fn in_lane(area: Rect, column: &Column, position: Position) -> Option<Target> {
    let id = column.lane.id();
    if zoom::is_near(column.scene.ui) {
        return match zoom::hit(area, column, position)? {
            zoom::Hit::Title => Some(Target::Lane(id)),
            zoom::Hit::SlotSnapshot(slot) => Some(Target::Slot(id, slot)),
            zoom::Hit::History(history) => {
                let axis = Rect { y: history.bottom().saturating_sub(1), height: history.height.min(1), ..history };
                in_history(history, axis, column, position)
            }
        };
    }
    let parts = Parts::of(area, column);
    if parts.title.contains(position) {
        return Some(Target::Lane(id));
    }
    if parts.memory.contains(position) && !column.has_ended() {
        return memory::seat_at(parts.memory, column, position).map(|slot| Target::Slot(id, slot));
    }
    let history = field(parts.map.union(parts.strip).union(parts.axis), column);
    history.contains(position).then(|| in_history(history, parts.axis, column, position))?
}

/// A moment of the history, or a key moment marked on its axis.
fn in_history(history: Rect, axis: Rect, column: &Column, position: Position) -> Option<Target> {
    let id = column.lane.id();
    let window = window(column, history)?;
    let x = position.x - history.x;
    if axis.contains(position)
        && let Some((_, moment)) = strip::marks(&column.history(), window)
            .into_iter()
            .filter(|(at, _)| at.abs_diff(x) <= NEAR)
            .min_by_key(|(at, _)| at.abs_diff(x))
    {
        return Some(Target::Moment(id, moment));
    }
    let at = first_in(x, window).min(column.scene.model.mark());
    Some(Target::Time(Ui::cursor_at(column.scene.model, id, at)))
}

/// The first moment that lies in a column.
fn first_in(x: u16, window: Window) -> u64 {
    let edge = window.edge(x.into());
    // The edge is rounded down, and may lie in the column before.
    if x_of(edge, window) == Some(x) { edge } else { edge + 1 }
}
