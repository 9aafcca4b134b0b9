//! One lane alone, its workers and its tasks as tables with the history of each in the same line; or one of its
//! workers.
//!
//! ```text
//!  POOL  4 workers, 1 queue                              4 of 16 done · esc: back
//!  QUEUE 8  next: 08 09 …    MEMORY 4  200 MB       CORES 1  1.2 of 4 busy
//!  3 of 4 workers in I/O: 2.8 of 4 cores idle while 8 tasks wait
//!  w    pid  state   task  part   cpu …
//!  0  41868  ○ I/O     06  30 %  33 % …  █──█─█─█──█
//!  1  41875  ○ I/O     04  42 %  38 % …  █─██──█──█─
//!
//!  task worker state  queued  computed …
//!    00 w0     done      2.0     312.0   █──█─█
//!    04 w1     ○ I/O   640.0     101.0   ······─█──█─
//!  showing 1–2 of 4 workers          cpu █▆▄▅▆▄▅▅▆▄▅
//!                                        0   1     2 s
//! ```

mod figures;
mod slot_workers;
mod table;
mod tasks;
mod text_table;
mod worker;

use std::ops::Range;

use ratatui::layout::{Position, Rect};

use super::brush::ClippedPainter;
use super::column::{LaneColumn, split_rows, without_left_columns};
use super::map::{self, columns_until};
use super::{DisplayedScene, caption, strip, title, without_side_columns};
use crate::event::{SlotId, TaskId};
use crate::model::{Model, TaskMap, TimeWindow};
use crate::report::phrases;
use crate::ui::{Ui, ZoomLevel};

/// Whether a single lane is displayed.
pub(super) fn is_zoomed(ui: &Ui) -> bool {
    ui.zoom != ZoomLevel::Lanes
}

pub(super) fn draw(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn) {
    let [head, body] = split_rows(area, [1, area.height.saturating_sub(1)]);
    title::draw(brush, head, column);
    match selected_slot(column) {
        Some(slot) => worker::draw(brush, body, column, slot),
        None => draw_lane(brush, body, column),
    }
}

/// The slot that is displayed alone, if it belongs to the lane.
fn selected_slot(column: &LaneColumn) -> Option<SlotId> {
    let slot = column.scene.ui.slot.filter(|slot| slot.index() < column.lane.slot_count())?;
    (column.scene.ui.zoom == ZoomLevel::Worker).then_some(slot)
}

/// Rows of the list, of workers or of a worker's tasks, for lanes of this height.
pub(super) fn page(body: u16, model: &Model, ui: &Ui) -> usize {
    let below_title = body.saturating_sub(1);
    let rows = match (ui.slot, model.lanes().get(ui.selected_lane_id(model).index())) {
        (Some(slot), Some(lane)) if ui.zoom == ZoomLevel::Worker => {
            worker::Heights::heights_for(below_title, lane, slot, ui.lane_time(model, lane.id())).tasks
        }
        _ => Heights::heights_for(below_title, usize::MAX, 0).list,
    };
    rows.max(1).into()
}

/// Heights of the parts of a lane below its title.
struct Heights {
    figures: u16,
    spacing: u16,
    list: u16,
    /// Rows of the list of tasks.
    tasks: u16,
    strip: u16,
}

/// Minimum number of rows for the list of tasks.
const MIN_TASK_ROWS: u16 = 3;
/// Rows above the list of tasks: a blank one and the heading.
const ROWS_ABOVE_TASKS: u16 = 2;
/// Maximum height of the strip.
const MAX_STRIP_ROWS: u16 = 6;

impl Heights {
    fn heights_for(body: u16, workers: usize, tasks: u32) -> Self {
        let (figures, spacing, strip) = match body {
            0..18 => (1, 0, 1),
            18..26 => (4, 0, 1),
            26..29 => (4, 1, 1),
            29.. => (4, 1, 2),
        };
        // Caption, heading and axis take one row each.
        let available = body.saturating_sub(figures + spacing + strip + 3);
        let list = u16::try_from(workers).unwrap_or(u16::MAX).min(available);
        let left = (available - list).saturating_sub(ROWS_ABOVE_TASKS);
        let tasks = if left >= MIN_TASK_ROWS { u16::try_from(tasks).unwrap_or(u16::MAX).min(left) } else { 0 };
        let free = available - list - if tasks > 0 { tasks + ROWS_ABOVE_TASKS } else { 0 };
        Self { figures, spacing, strip: (strip + free).min(MAX_STRIP_ROWS), list, tasks }
    }
}

fn draw_lane(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn) {
    let [numbers, caption_area, heading, lines, tasks_area, strip, axis] = lane_areas(area, column);
    figures::draw(brush, numbers, column);
    brush.draw_longest(without_side_columns(caption_area, 1), &lane_sentence(column), column.scene.theme.text);
    let slots = table::slots_in_order(column);
    let shown = visible_slots(column.scene, lines.height.into(), &slots);
    let used = table::draw(brush, heading, lines, &slots[shown.clone()], column);
    let [tasks_heading, task_lines] = split_rows(tasks_area, [1, tasks_area.height.saturating_sub(1)]);
    let tasks_shown = tasks::visible_tasks(column, shown.start, task_lines.height);
    let beside_chart = |area: Rect| Rect { width: used.saturating_sub(1).min(area.width), ..area };
    tasks::draw_of_lane(brush, beside_chart(tasks_heading), beside_chart(task_lines), column, tasks_shown.clone());
    let order = column.scene.ui.order.name();
    let list_position = if column.lane.is_of_cluster() {
        phrases::thread_list_position(&shown, slots.len(), order)
    } else {
        phrases::worker_list_position(&shown, slots.len(), order)
    };
    let beside = Rect { width: used.saturating_sub(4), height: strip.height.min(1), ..strip };
    brush.draw_longest(without_side_columns(beside, 1), &list_position, column.scene.theme.weak);
    let chart = |area: Rect| chart_area(area, column, used);
    let past = column.column_at_exact_time();
    draw_history(brush, chart(lines), &past, &slots[shown]);
    draw_task_history(brush, chart(task_lines), &past, tasks_shown);
    strip::draw(brush, chart(strip), &past);
    strip::draw_axis(brush, chart(axis), &past);
    strip::draw_cursor(brush, chart(lines).union(chart(strip)), &past);
}

/// Areas of a zoomed lane: counts, caption, heading, lines, tasks with their heading, strip and axis.
fn lane_areas(area: Rect, column: &LaneColumn) -> [Rect; 7] {
    let heights = Heights::heights_for(area.height, column.lane.slot_count(), column.task_count());
    let Heights { figures, spacing, list, tasks, strip } = heights;
    let above_tasks = if tasks > 0 { ROWS_ABOVE_TASKS - 1 } else { 0 };
    let with_heading = if tasks > 0 { tasks + 1 } else { 0 };
    let [numbers, caption_area, _, heading, lines, _, tasks, strip, axis] =
        split_rows(area, [figures, 1, spacing, 1, list, above_tasks, with_heading, strip, 1]);
    [numbers, caption_area, heading, lines, tasks, strip, axis]
}

/// Mouse targets: the title, a worker's line, or the history with its area and axis.
pub(super) enum ZoomTarget {
    Title,
    Slot(SlotId),
    History(Rect),
}

/// Returns the mouse target at a position.
pub(super) fn zoom_target_at(area: Rect, column: &LaneColumn, position: Position) -> Option<ZoomTarget> {
    let [title, body] = split_rows(area, [1, area.height.saturating_sub(1)]);
    if title.contains(position) {
        return Some(ZoomTarget::Title);
    }
    if let Some(slot) = selected_slot(column) {
        let history = map::area_right_of_labels(worker::slot_chart_area(body, column, slot), column);
        return history.contains(position).then_some(ZoomTarget::History(history));
    }
    let [.., lines, _, strip, axis] = lane_areas(body, column);
    let history = map::area_right_of_labels(
        chart_area(lines.union(strip).union(axis), column, table::table_width(column, body.width)),
        column,
    );
    if history.contains(position) {
        return Some(ZoomTarget::History(history));
    }
    let slots = table::slots_in_order(column);
    let shown = visible_slots(column.scene, lines.height.into(), &slots);
    let line = usize::from(position.y.checked_sub(lines.y)?);
    lines.contains(position).then(|| slots[shown].get(line).copied())?.map(ZoomTarget::Slot)
}

/// The part of an area that lies above the axis, right of the first `used` columns.
fn chart_area(area: Rect, column: &LaneColumn, used: u16) -> Rect {
    without_left_columns(area, used.saturating_sub(column.layout.map_gutter()))
}

/// A sentence about the lane; after the death of a worker also what Python would do.
fn lane_sentence(column: &LaneColumn) -> Vec<String> {
    let texts = state_or_result(column);
    let own = !column.lane.is_of_program();
    let Some(exit) = column.lane.last_death_by(column.scene.at).filter(|_| own) else { return texts };
    let in_python = phrases::python_after_death(column.lane.plan().mode, column.lane.plan().is_python(), exit);
    let with_python = texts.iter().flat_map(|text| in_python.iter().map(move |python| format!("{text} · {python}")));
    with_python.chain(texts.clone()).collect()
}

/// A sentence about what the lane is doing; after its end, about its result.
fn state_or_result(column: &LaneColumn) -> Vec<String> {
    let Some((_, status)) = column.lane.end_and_status().filter(|_| column.has_ended()) else {
        return caption::caption_variants(column);
    };
    let summary = column.scene.ui.report.as_ref().and_then(|report| report.lanes.get(column.lane.id().index()));
    let result = summary.and_then(|lane| Some((lane.result?, lane.correct == Some(true))));
    phrases::result_of_lane(status, column.counts.finished, column.task_count(), result)
}

/// The visible part of the list: scrolled by the viewer, and moved to include the selection.
fn visible_slots(scene: DisplayedScene, rows: usize, slots: &[SlotId]) -> Range<usize> {
    let top = scene.ui.top.min(slots.len().saturating_sub(rows));
    let selected = scene.ui.slot.and_then(|slot| slots.iter().position(|other| *other == slot));
    let top = selected.map_or(top, |index| top.clamp((index + 1).saturating_sub(rows), index));
    top..(top + rows).min(slots.len())
}

/// Draws the history of slots, one row each, as far as it is known.
fn draw_history(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn, slots: &[SlotId]) {
    if column.lane.has_only_counts() {
        let field = map::area_right_of_labels(area, column);
        return brush.draw_wrapped(field, &phrases::no_history_of_threads(), column.scene.theme.weak);
    }
    draw_rows(brush, area, column, slots.len(), |past| column.lane.slot_history(slots, past));
}

/// Draws the history of tasks, one row each.
fn draw_task_history(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn, tasks: Range<u32>) {
    let rows = tasks.len();
    // One row for each, as in the list beside it.
    let area = Rect { height: area.height.min(rows as u16), ..area };
    draw_rows(brush, area, column, rows, |past| column.lane.task_map(TaskId(tasks.start), rows, 1, past));
}

fn draw_rows(
    brush: &mut ClippedPainter,
    area: Rect,
    column: &LaneColumn,
    rows: usize,
    history: impl FnOnce(TimeWindow) -> TaskMap,
) {
    let field = map::area_right_of_labels(area, column);
    let Some(window) = map::map_window(column, field) else { return };
    let known = columns_until(column.scene.model.newest_mark(), window);
    let past = TimeWindow { to: window.column_start(known.into()), columns: known.into(), ..window };
    if known == 0 || rows == 0 {
        return;
    }
    let history = history(past);
    let high = (area.height / rows as u16).max(1);
    for (row, y) in (0..history.row_count()).zip((field.y..field.bottom()).step_by(high.into())) {
        let cells = Rect { y, height: high.min(field.bottom() - y), ..field };
        map::draw_row(brush, cells, column, history.cells_of_row(row), columns_until(column.scene.at, window));
    }
}
