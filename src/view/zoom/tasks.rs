//! Tasks in tables: those that the workers of a slot have taken, newest first; and those of a lane.

use std::ops::Range;

use ratatui::layout::Rect;

use super::super::brush::ClippedPainter;
use super::super::column::{LaneColumn, split_rows};
use super::super::{format_time, key_moment};
use super::text_table::{self, TableColumn, number_column, text_column};
use super::without_side_columns;
use crate::event::{Nanos, SlotId, TaskId, WorkerId};
use crate::model::{Lane, TaskDurations, TaskState};
use crate::report::phrases::{self, figure_or_dash};
use crate::theme::Theme;

struct TaskLine {
    number: String,
    /// The function of a watched program that it runs.
    function: String,
    /// CPU time of a finished task of a watched program, in ns.
    cpu: Option<Nanos>,
    worker: Option<WorkerId>,
    state: TaskState,
    /// Whether more tasks are ready than there are cores.
    crowded: bool,
    spent: TaskDurations,
    /// Time of its end on the axis, as displayed.
    ended: Option<String>,
}

impl TaskLine {
    fn new(column: &LaneColumn, task: TaskId, worker: Option<WorkerId>) -> Self {
        let (lane, at) = (column.lane, column.scene.at);
        let ended = lane.task_times(task).and_then(|times| times.ended).filter(|ended| *ended <= at);
        Self {
            number: column.task_label(task),
            function: lane.call_of(task).map_or_else(String::new, |call| call.function.to_string()),
            cpu: lane.task_cpu_time(task).filter(|_| ended.is_some()),
            worker,
            state: lane.task_state(task, at),
            crowded: column.is_crowded(),
            spent: lane.task_durations(task, at),
            ended: ended.map(|ended| format_time(key_moment::time_on_axis(&column.scene, lane, ended))),
        }
    }

    fn draw(&self, brush: &mut ClippedPainter, area: Rect, columns: &[TableColumn<Self>], theme: &Theme) {
        let lost = matches!(self.state, TaskState::Lost(_) | TaskState::Failed(_));
        let style = |key: &str| match key {
            "column-state" | "column-ended" if lost => theme.alarm,
            _ => theme.text,
        };
        text_table::draw_table_line(brush, area, columns, self, style);
    }
}

/// The tasks of a lane that are displayed in this many rows: all if they fit, else those up to the first one in the
/// queue. With a process per task, those of the displayed workers, from `first_slot` on.
pub(super) fn visible_tasks(column: &LaneColumn, first_slot: usize, rows: u16) -> Range<u32> {
    // Those of a program are not known before they are submitted.
    let known = if column.lane.is_of_program() { column.counts.submitted } else { u32::MAX };
    let (all, rows) = (column.task_count().min(known), u32::from(rows));
    let last = all.saturating_sub(rows);
    let first = if column.lane.plan().own_queues {
        first_slot as u32
    } else {
        column.lane.next_in_queue(column.scene.at).map_or(last, |next| (next.0 + 1).saturating_sub(rows))
    };
    let first = first.min(last);
    first..(first + rows).min(all)
}

/// Draws tasks of a lane, one line each.
pub(super) fn draw_of_lane(
    brush: &mut ClippedPainter,
    heading: Rect,
    area: Rect,
    column: &LaneColumn,
    tasks: Range<u32>,
) {
    if tasks.is_empty() {
        return;
    }
    let theme = column.scene.theme;
    let columns = text_table::fitting_columns(table_columns(column), heading.width);
    text_table::draw_heading(brush, heading, &columns, "", (theme.weak, theme.strong));
    for (y, task) in (area.y..area.bottom()).zip(tasks.map(TaskId)) {
        let taken = column.lane.task_times(task).filter(|times| times.taken.is_some_and(|at| at <= column.scene.at));
        let line = TaskLine::new(column, task, taken.and_then(|times| times.worker));
        line.draw(brush, Rect { y, height: 1, ..area }, &columns, theme);
    }
}

pub(super) fn draw(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn, slot: SlotId) {
    let theme = column.scene.theme;
    if column.lane.has_only_counts() {
        return brush.draw_wrapped(without_side_columns(area, 1), &phrases::only_counts(), theme.weak);
    }
    let rows = area.height.saturating_sub(2);
    let [heading, lines, last] = split_rows(area, [1, rows, 1]);
    let (lane, at) = (column.lane, column.scene.at);
    let all: usize = lane.workers_in_slot(slot, at).map(|id| lane.tasks_taken(id, at) as usize).sum();
    let top = column.scene.ui.top.min(all.saturating_sub(rows.into()));
    let shown = top..(top + usize::from(rows)).min(all);
    let columns = text_table::fitting_columns(table_columns(column), area.width);
    text_table::draw_heading(brush, heading, &columns, "", (theme.weak, theme.strong));
    for (y, (worker, task)) in (lines.y..lines.bottom()).zip(newest_tasks(lane, slot, at, top)) {
        let line = TaskLine::new(column, task, Some(worker));
        line.draw(brush, Rect { y, height: 1, ..lines }, &columns, theme);
    }
    brush.draw_longest(without_side_columns(last, 1), &phrases::task_list_position(&shown, all), theme.weak);
}

/// The tasks taken in a slot by `t`, newest first, without the first `skip`.
fn newest_tasks(lane: &Lane, slot: SlotId, t: Nanos, skip: usize) -> impl Iterator<Item = (WorkerId, TaskId)> {
    let mut skip = skip;
    lane.workers_in_slot(slot, t).rev().flat_map(move |id| {
        let taken = lane.tasks_taken(id, t);
        let skipped = (taken as usize).min(skip) as u32;
        skip -= skipped as usize;
        let worker = lane.worker(id);
        (0..taken - skipped).rev().filter_map(move |n| Some((id, worker?.nth_task(n)?)))
    })
}

fn table_columns(column: &LaneColumn) -> Vec<TableColumn<TaskLine>> {
    let digits = column.layout.tiles.digits.max(4);
    if column.lane.is_of_program() {
        return columns_of_program(digits, column.lane.is_of_cluster());
    }
    vec![
        number_column("column-task", digits + 2, 0, |row| row.number.clone()),
        text_column("column-worker", 8, 2, |row| figure_or_dash(row.worker.map(|worker| format!("w{worker}")))),
        text_column("column-state", 9, 0, |row| state_text(row.state, row.crowded)),
        number_column("column-queued", 10, 3, |row| milliseconds(row.spent.queued)),
        number_column("column-loaded", 10, 5, |row| milliseconds(row.spent.loading)),
        number_column("column-run", 8, 0, |row| milliseconds(row.spent.computing)),
        number_column("column-io-time", 9, 4, |row| milliseconds(row.spent.in_io)),
        number_column("column-total", 10, 6, |row| milliseconds(row.spent.total)),
        number_column("column-ended", 9, 1, |row| figure_or_dash(row.ended.as_ref())),
    ]
}

/// Columns for tasks of a watched program.
fn columns_of_program(digits: u16, of_cluster: bool) -> Vec<TableColumn<TaskLine>> {
    let mut columns: Vec<TableColumn<TaskLine>> = vec![
        number_column("column-task", digits + 2, 0, |row| row.number.clone()),
        text_column("column-function", 18, 3, |row| row.function.clone()),
        text_column(if of_cluster { "column-thread" } else { "column-worker" }, 8, 2, |row| {
            figure_or_dash(row.worker.map(|worker| format!("w{worker}")))
        }),
        text_column("column-state", 9, 0, |row| state_text(row.state, row.crowded)),
        number_column("column-queued", 10, 5, |row| milliseconds(row.spent.queued)),
        number_column("column-total", 10, 6, |row| milliseconds(row.spent.total)),
        number_column("column-ended", 9, 1, |row| figure_or_dash(row.ended.as_ref())),
    ];
    let of_tasks = if of_cluster {
        vec![number_column("column-run", 8, 0, |row: &TaskLine| milliseconds(row.spent.computing))]
    } else {
        vec![
            number_column("column-cpu-time", 8, 4, |row: &TaskLine| milliseconds(row.cpu)),
            number_column("column-blocked-time", 11, 4, |row: &TaskLine| milliseconds(row.spent.in_io)),
        ]
    };
    columns.splice(5..5, of_tasks);
    columns
}

fn milliseconds(ns: Option<Nanos>) -> String {
    figure_or_dash(ns.map(|ns| format!("{:.1}", ns as f64 / 1e6)))
}

/// The state with its sign, if it has one.
fn state_text(state: TaskState, crowded: bool) -> String {
    let sign = match state {
        TaskState::Queued | TaskState::Held(_) => '·',
        TaskState::Loading(_) => '↓',
        TaskState::Computing(_) if !crowded => '►',
        TaskState::Computing(_) | TaskState::WaitsForGil(_) => '≈',
        TaskState::InIo(_) | TaskState::Blocked { .. } => '○',
        TaskState::Suspended(_) => '║',
        TaskState::NotObserved(_) => '?',
        TaskState::Failed(_) | TaskState::Lost(_) => '×',
        TaskState::Unknown | TaskState::Finished(_) | TaskState::Abandoned => {
            return phrases::task_state(state, crowded).into();
        }
    };
    format!("{sign} {}", phrases::task_state(state, crowded))
}
