//! The tasks that the workers of a slot have taken, newest first.

use ratatui::layout::Rect;

use super::super::brush::ClippedPainter;
use super::super::column::{LaneColumn, split_rows};
use super::text_table::{self, TableColumn, number_column, text_column};
use super::without_side_columns;
use crate::event::{Nanos, SlotId, TaskId, WorkerId};
use crate::model::{Lane, TaskDurations, TaskState};
use crate::report::phrases::{self, figure_or_dash};

struct TaskLine {
    number: String,
    worker: WorkerId,
    state: TaskState,
    spent: TaskDurations,
}

pub(super) fn draw(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn, slot: SlotId) {
    let theme = column.scene.theme;
    let rows = area.height.saturating_sub(2);
    let [heading, lines, last] = split_rows(area, [1, rows, 1]);
    let (lane, at) = (column.lane, column.scene.at);
    let all: usize = lane.workers_in_slot(slot, at).map(|id| lane.tasks_taken(id, at) as usize).sum();
    let top = column.scene.ui.top.min(all.saturating_sub(rows.into()));
    let shown = top..(top + usize::from(rows)).min(all);
    let columns = text_table::fitting_columns(table_columns(column.layout.tiles.digits.max(4)), area.width);
    text_table::draw_heading(brush, heading, &columns, "", (theme.weak, theme.strong));
    for (y, (worker, task)) in (lines.y..lines.bottom()).zip(newest_tasks(lane, slot, at, top)) {
        let number = column.padded_task_number(task.0);
        let row = TaskLine { number, worker, state: lane.task_state(task, at), spent: lane.task_durations(task, at) };
        let lost = matches!(row.state, TaskState::Lost(_) | TaskState::Failed(_));
        let style = |name: &str| if lost && name == "state" { theme.alarm } else { theme.text };
        text_table::draw_table_line(brush, Rect { y, height: 1, ..lines }, &columns, &row, style);
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

fn table_columns(digits: u16) -> Vec<TableColumn<TaskLine>> {
    vec![
        number_column("task", digits + 2, 0, |row| row.number.clone()),
        text_column("worker", 8, 1, |row| format!("w{}", row.worker)),
        text_column("state", 9, 0, |row| state_text(row.state)),
        number_column("queued", 9, 0, |row| milliseconds(row.spent.queued)),
        number_column("loaded", 9, 0, |row| milliseconds(row.spent.loading)),
        number_column("computed", 10, 0, |row| milliseconds(row.spent.computing)),
        number_column("I/O", 9, 0, |row| milliseconds(row.spent.in_io)),
        number_column("total ms", 10, 0, |row| milliseconds(row.spent.total)),
    ]
}

fn milliseconds(ns: Option<Nanos>) -> String {
    figure_or_dash(ns.map(|ns| format!("{:.1}", ns as f64 / 1e6)))
}

/// The state with its sign, if it has one.
fn state_text(state: TaskState) -> String {
    let sign = match state {
        TaskState::Queued | TaskState::Held(_) => '·',
        TaskState::Loading(_) => '↓',
        TaskState::Computing(_) => '►',
        TaskState::WaitsForGil(_) => '≈',
        TaskState::InIo(_) => '○',
        TaskState::Suspended(_) => '║',
        TaskState::Failed(_) | TaskState::Lost(_) => '×',
        TaskState::Unknown | TaskState::Finished(_) | TaskState::Abandoned => {
            return phrases::task_state(state).into();
        }
    };
    format!("{sign} {}", phrases::task_state(state))
}
