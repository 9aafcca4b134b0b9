//! A lane as a column: from top to bottom queue, memory, cores and history.

use ratatui::layout::Rect;

use super::brush::ClippedPainter;
use super::column::{LaneColumn, split_rows};
use super::{card, cores, map, memory, queue, strip, title};

/// Areas of a lane's panels.
pub(super) struct LanePanels {
    pub(super) title: Rect,
    /// Area of the queue and the memory box together.
    pub(super) now: Rect,
    pub(super) queue: Rect,
    pub(super) memory: Rect,
    pub(super) cores: Rect,
    pub(super) map: Rect,
    pub(super) strip: Rect,
    pub(super) axis: Rect,
}

impl LanePanels {
    /// Computes the areas of a lane's panels, for drawing and for mouse targets.
    pub(super) fn new(area: Rect, column: &LaneColumn) -> Self {
        let layout = column.layout;
        let [title, now, cores, map, strip, axis] = split_rows(
            area,
            [layout.title, layout.now, layout.cores, layout.rows * layout.row_height, layout.strip, 1],
        );
        let inside = layout.tiles.memory_box_rows(column.lane.slot_count() as u32, layout.spacing);
        let inside = u16::try_from(inside).unwrap_or(now.height).min(now.height);
        let [queue, memory] = split_rows(now, [now.height - inside, inside]);
        Self { title, now, queue, memory, cores, map, strip, axis }
    }
}

pub(super) fn draw(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn) {
    let parts = LanePanels::new(area, column);
    title::draw(brush, parts.title, column);
    if column.has_ended() {
        card::draw(brush, parts.now.union(parts.cores), column);
    } else {
        queue::draw(brush, parts.now, parts.queue, column);
        memory::draw(brush, parts.now, parts.memory, column);
        cores::draw(brush, parts.cores, column);
    }
    let history = column.column_at_exact_time();
    map::draw(brush, parts.map, &history);
    strip::draw(brush, parts.strip, &history);
    strip::draw_axis(brush, parts.axis, &history);
    strip::draw_cursor(brush, parts.map.union(parts.strip), &history);
}
