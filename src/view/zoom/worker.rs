//! One slot: its workers, its history with resource use, and its tasks.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::brush::ClippedPainter;
use super::super::column::{LaneColumn, split_rows};
use super::super::map::{self, columns_until};
use super::super::{strip, without_side_columns};
use super::{chart_area, draw_history, slot_workers, tasks};
use crate::event::units::format_bytes;
use crate::event::{Nanos, SlotId};
use crate::model::{ColumnUsage, Lane, TimeWindow};
use crate::report::phrases::figure_or_dash;
use crate::text;

/// Width left of the history.
const LABEL_WIDTH: u16 = 14;
/// Rows of the history, and maximum of rows that are added to it and to each strip if tasks leave them free.
const HISTORY_ROWS: u16 = 3;
const MAX_MORE_HISTORY_ROWS: u16 = 3;
const MAX_MORE_STRIP_ROWS: u16 = 4;

/// Heights of the parts below the title.
pub(super) struct Heights {
    workers: u16,
    spacing: u16,
    history: u16,
    strip: u16,
    pub(super) tasks: u16,
}

impl Heights {
    pub(super) fn heights_for(body: u16, lane: &Lane, slot: SlotId, t: Nanos) -> Self {
        let (most, spacing, strip) = match body {
            0..18 => (1, 0, 1),
            18..26 => (2, 0, 1),
            26..49 => (4, 1, 2),
            49.. => (8, 1, 3),
        };
        let workers = u16::try_from(lane.workers_in_slot(slot, t).len()).unwrap_or(most).clamp(1, most);
        // Two headings, the axis and the number of displayed tasks take one row each.
        let tasks = body.saturating_sub(workers + 2 * spacing + HISTORY_ROWS + 2 * strip + 4);
        let free = tasks.saturating_sub(expected_tasks(lane));
        let more_history = (free / 3).min(MAX_MORE_HISTORY_ROWS);
        let more_strip = ((free - more_history) / 2).min(MAX_MORE_STRIP_ROWS);
        Self {
            workers,
            spacing,
            history: HISTORY_ROWS + more_history,
            strip: strip + more_strip,
            tasks: tasks - more_history - 2 * more_strip,
        }
    }
}

/// Tasks that a slot may take, known from the plan so that nothing moves during a run: twice its share.
fn expected_tasks(lane: &Lane) -> u16 {
    let share = lane.task_total().div_ceil(lane.plan().workers.max(1)).max(1);
    u16::try_from(share.saturating_mul(2)).unwrap_or(u16::MAX)
}

pub(super) fn draw(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn, slot: SlotId) {
    let [workers_area, history, cpu, memory, axis, tasks_area] = slot_areas(area, column, slot);
    slot_workers::draw(brush, workers_area, column, slot);
    let past = column.column_at_exact_time();
    let chart = |area: Rect| chart_area(area, column, LABEL_WIDTH);
    draw_history(brush, chart(history), &past, &[slot]);
    draw_usage(brush, cpu, memory, &past, slot);
    strip::draw_axis(brush, chart(axis), &past);
    strip::draw_cursor(brush, chart(history).union(chart(memory)), &past);
    brush.draw_text(label_area(history), text!("chart-history"), column.scene.theme.weak);
    tasks::draw(brush, tasks_area, column, slot);
}

/// Areas of a zoomed slot: workers, history, two strips, axis, tasks.
fn slot_areas(area: Rect, column: &LaneColumn, slot: SlotId) -> [Rect; 6] {
    let heights = Heights::heights_for(area.height, column.lane, slot, column.scene.at);
    let Heights { workers, spacing, history, strip, tasks } = heights;
    let [workers, _, history, cpu, memory, axis, _, tasks] =
        split_rows(area, [workers + 1, spacing, history, strip, strip, 1, spacing, tasks + 2]);
    [workers, history, cpu, memory, axis, tasks]
}

/// Area of the history, the strips and their axis.
pub(super) fn slot_chart_area(area: Rect, column: &LaneColumn, slot: SlotId) -> Rect {
    let [_, history, _, _, axis, _] = slot_areas(area, column, slot);
    chart_area(history.union(axis), column, LABEL_WIDTH)
}

/// Area of a chart's label.
fn label_area(area: Rect) -> Rect {
    without_side_columns(Rect { width: LABEL_WIDTH.min(area.width), height: area.height.min(1), ..area }, 1)
}

/// Draws the share of a core and the memory over time, with gaps where samples are missing.
fn draw_usage(brush: &mut ClippedPainter, cpu: Rect, memory: Rect, column: &LaneColumn, slot: SlotId) {
    let theme = column.scene.theme;
    let field = map::area_right_of_labels(chart_area(cpu, column, LABEL_WIDTH), column);
    let Some(window) = map::map_window(column, field) else { return };
    let known = columns_until(column.scene.model.newest_mark(), window);
    let used = column
        .lane
        .slot_usage(slot, TimeWindow { to: window.column_start(known.into()), columns: known.into(), ..window });
    // Of a cluster, only processes that mpviz has started are sampled.
    if column.lane.is_of_cluster() && used.iter().all(|used| used.cpu_share.is_none()) {
        return;
    }
    brush.draw_text(label_area(cpu), text!("chart-cpu"), theme.weak);
    let most = used.iter().filter_map(|used| used.private_bytes).max();
    brush.draw_text(
        label_area(memory),
        &text!("chart-memory", bytes = figure_or_dash(most.map(format_bytes))),
        theme.weak,
    );
    let colors = column.lane_colors();
    let of_most = |used: &ColumnUsage| Some(used.private_bytes? as f32 / most.unwrap_or(0).max(1) as f32);
    let shown = columns_until(column.scene.at, window);
    for (x, used) in (0..known).zip(&used) {
        let style = |style: Style| if x < shown { theme.as_foreground(style) } else { theme.faint };
        let at = |area: Rect| Rect { x: field.x + x, width: 1, ..area };
        draw_bar(brush, at(cpu), used.cpu_share, style(colors.run));
        draw_bar(brush, at(memory), of_most(used), style(colors.mid));
    }
}

/// Draws a column that is filled from below. A measured zero is drawn as one eighth, to differ from a missing sample.
fn draw_bar(brush: &mut ClippedPainter, area: Rect, share: Option<f32>, style: Style) {
    let Some(share) = share else { return };
    let level = ((share.clamp(0.0, 1.0) * f32::from(area.height) * 8.0).round() as u16).max(1);
    for (n, y) in (0..).zip((area.y..area.bottom()).rev()) {
        let part = level.saturating_sub(n * 8).min(8);
        brush.draw_level(area.x, y, part, style);
    }
}
