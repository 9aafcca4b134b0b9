//! The workers of a lane, one line each.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::super::brush::ClippedPainter;
use super::super::column::LaneColumn;
use super::super::memory::TileStyle;
use super::super::tiles::task_number_digits;
use super::text_table::{self, TableColumn, number_column, text_column};
use crate::event::units::{format_bytes, format_count};
use crate::event::{Exit, Nanos, SlotId};
use crate::model::{Lane, SlotSnapshot, Worker, WorkerState, WorkerUsage};
use crate::report::phrases::{self, figure_or_dash};
use crate::ui::WorkerSortOrder;

/// Data of a line of the worker table.
pub(super) struct WorkerLine<'a> {
    column: &'a LaneColumn<'a>,
    slot: SlotId,
    snapshot: SlotSnapshot,
    glyph: char,
    /// Whether more tasks are ready than there are cores.
    crowded: bool,
    worker: Option<&'a Worker>,
    spent: Option<WorkerUsage>,
}

impl<'a> WorkerLine<'a> {
    fn new(column: &'a LaneColumn<'a>, slot: SlotId, crowded: bool) -> Self {
        let at = column.scene.at;
        let snapshot = column.lane.slot_snapshot_at(slot, at);
        let glyph = TileStyle::new(column, &snapshot, crowded).glyph;
        let worker = snapshot.worker.and_then(|id| column.lane.worker(id));
        Self { column, slot, snapshot, glyph, crowded, worker, spent: worker.and_then(|worker| worker.usage_until(at)) }
    }
}

impl WorkerLine<'_> {
    /// Share of the lifetime blocked in locks, or in anything else; none if it is unknown, as in clusters.
    fn blocked_share(&self, in_locks: bool) -> Option<f32> {
        let (worker, at) = (self.worker.filter(|_| !self.column.lane.is_of_cluster())?, self.column.scene.at);
        let lifetime = worker.lifetime(at).filter(|lifetime| *lifetime > 0)?;
        let locks = worker.lock_time(at);
        let blocked = if in_locks { locks } else { worker.io_time(at).saturating_sub(locks) };
        Some((blocked as f32 / lifetime as f32).min(1.0))
    }
}

/// The slots in the viewer's order.
pub(super) fn slots_in_order(column: &LaneColumn) -> Vec<SlotId> {
    column.scene.ui.order.sorted_slots(column.lane, column.scene.at)
}

/// Draws the visible lines; returns their width.
pub(super) fn draw(
    brush: &mut ClippedPainter,
    heading: Rect,
    area: Rect,
    slots_in_order: &[SlotId],
    column: &LaneColumn,
) -> u16 {
    let theme = column.scene.theme;
    let columns = fitting_columns(column, area.width);
    let width = text_table::table_width(&columns) + 1;
    text_table::draw_heading(brush, heading, &columns, sort_column(column.scene.ui.order), (theme.weak, theme.strong));
    let crowded = column.is_crowded();
    for (y, slot) in (area.y..area.bottom()).zip(slots_in_order) {
        let row = Rect { y, height: 1, width: width.saturating_sub(1).min(area.width), ..area };
        let line = WorkerLine::new(column, *slot, crowded);
        let plain = state_style(column, &line.snapshot);
        text_table::draw_table_line(brush, row, &columns, &line, |key| {
            if key == "column-state" { plain } else { text_style(column, &line.snapshot) }
        });
        if column.scene.ui.slot == Some(*slot) {
            brush.add_style(row, Style::new().add_modifier(Modifier::REVERSED));
            if theme.is_mono() {
                brush.draw_glyph(row.x, row.y, '>', theme.alarm);
            }
        }
    }
    width
}

/// The columns that fit beside the history, which takes at least a quarter of the width.
fn fitting_columns<'a>(column: &LaneColumn, available: u16) -> Vec<TableColumn<WorkerLine<'a>>> {
    let history = (available.saturating_sub(2) / 4).max(14);
    text_table::fitting_columns(table_columns(column), available.saturating_sub(history + 1))
}

/// Width of the table, which is left of the history.
pub(super) fn table_width(column: &LaneColumn, available: u16) -> u16 {
    text_table::table_width(&fitting_columns(column, available)) + 1
}

/// Key of the sort column.
const fn sort_column(order: WorkerSortOrder) -> &'static str {
    match order {
        WorkerSortOrder::Number => "column-slot",
        WorkerSortOrder::State => "column-state",
        WorkerSortOrder::Cpu => "column-cpu",
        WorkerSortOrder::Io => "column-io",
        WorkerSortOrder::Memory => "column-private",
    }
}

/// Columns of the worker table. Number, state and task are never dropped.
fn table_columns<'a>(column: &LaneColumn) -> Vec<TableColumn<WorkerLine<'a>>> {
    let slots = task_number_digits(column.lane.slot_count() as u32).max(2);
    let task = column.layout.tiles.digits.max(4);
    if column.lane.is_of_program() {
        return columns_of_program(column, slots, task);
    }
    vec![
        number_column("column-slot", slots + 2, 0, |line| line.slot.to_string()),
        number_column("column-pid", 8, 5, |line| figure_or_dash(line.snapshot.pid)),
        text_column("column-state", 9, 0, |line| state_text(line)),
        number_column("column-task", task + 1, 0, |line| {
            figure_or_dash(line.snapshot.task.map(|task| line.column.padded_task_number(task.0)))
        }),
        number_column("column-part", 6, 6, |line| percent(line.snapshot.progress)),
        number_column("column-cpu", 6, 3, |line| percent(line.spent.map(|spent| spent.core_and_wait_shares().0))),
        number_column("column-wait", 6, 7, |line| percent(line.spent.map(|spent| spent.core_and_wait_shares().1))),
        number_column("column-io", 6, 4, |line| {
            percent(line.worker.and_then(|worker| worker.io_share(line.column.scene.at)))
        }),
        number_column("column-tasks", 7, 8, |line| {
            let finished = |id| format_count(line.column.lane.tasks_finished(id, line.column.scene.at).into());
            figure_or_dash(line.snapshot.worker.map(finished))
        }),
        number_column("column-private", 9, 2, |line| figure_or_dash(line.snapshot.private_bytes.map(format_bytes))),
        number_column("column-switch-rate", 7, 9, |line| {
            let rate = line.spent.and_then(|spent| spent.timeslices_per_s());
            figure_or_dash(rate.map(|rate| format_count(rate.round() as u64)))
        }),
    ]
}

/// Columns of the worker table of a watched program.
fn columns_of_program<'a>(column: &LaneColumn, slots: u16, task: u16) -> Vec<TableColumn<WorkerLine<'a>>> {
    let mut columns: Vec<TableColumn<WorkerLine<'a>>> = vec![
        number_column("column-slot", slots + 2, 0, |line| line.slot.to_string()),
        number_column("column-pid", 8, 6, |line| figure_or_dash(line.snapshot.pid)),
        text_column("column-state", 9, 0, |line| state_text(line)),
        number_column("column-task", task + 1, 0, |line| {
            figure_or_dash(line.snapshot.task.map(|task| line.column.task_label(task)))
        }),
        text_column("column-function", 18, 5, |line| {
            let call = line.snapshot.task.and_then(|task| line.column.lane.call_of(task));
            call.map_or_else(String::new, |call| call.function.to_string())
        }),
        number_column("column-cpu", 6, 1, |line| percent(line.spent.map(|spent| spent.core_and_wait_shares().0))),
        number_column("column-delay", 7, 4, |line| percent(line.spent.map(|spent| spent.core_and_wait_shares().1))),
        number_column("column-wait", 6, 2, |line| percent(line.blocked_share(false))),
        number_column("column-lock", 6, 2, |line| percent(line.blocked_share(true))),
        number_column("column-tasks", 7, 7, |line| {
            let finished = |id| format_count(line.column.lane.tasks_finished(id, line.column.scene.at).into());
            figure_or_dash(line.snapshot.worker.map(finished))
        }),
        number_column("column-private", 9, 3, |line| figure_or_dash(line.snapshot.private_bytes.map(format_bytes))),
    ];
    if column.lane.is_of_cluster() {
        let unknown = columns_unknown_of_cluster(column.lane, column.scene.at);
        columns.retain(|column| !unknown.contains(&column.key));
        // Over HTTP, the other columns leave their place.
        let width = if column.lane.has_only_counts() { 40 } else { 18 };
        let name = text_column("column-worker", width, 4, |line: &WorkerLine<'a>| {
            figure_or_dash(line.worker.and_then(Worker::name))
        });
        columns.insert(1, name);
    }
    columns
}

/// Columns that are not known of a cluster. Only processes that mpviz has started are sampled, and over HTTP, nothing
/// tells what a thread does.
pub(super) fn columns_unknown_of_cluster(lane: &Lane, t: Nanos) -> &'static [&'static str] {
    const ALL: [&str; 14] = [
        "column-wait",
        "column-lock",
        "column-cpu",
        "column-delay",
        "column-private",
        "column-switches",
        "column-pid",
        "column-state",
        "column-task",
        "column-function",
        "column-tasks",
        "column-exit",
        "column-from",
        "column-to",
    ];
    let (waits, samples) = (&ALL[..2], &ALL[..6]);
    if lane.has_only_counts() {
        &ALL
    } else if lane.workers().any(|worker| worker.last_sample(t).is_some()) {
        waits
    } else {
        samples
    }
}

/// The sign of the state, and its name.
fn state_text(line: &WorkerLine) -> String {
    format!("{} {}", line.glyph, phrases::worker_state(line.snapshot.state, line.crowded))
}

fn percent(share: Option<f32>) -> String {
    figure_or_dash(share.map(|share| phrases::percent(share.into())))
}

fn state_style(column: &LaneColumn, snapshot: &SlotSnapshot) -> Style {
    match snapshot.state {
        WorkerState::NotSpawned | WorkerState::Exited(Exit::Signal(_)) => column.scene.theme.alarm,
        WorkerState::Exited(Exit::Code(code)) if code != 0 => column.scene.theme.alarm,
        _ => text_style(column, snapshot),
    }
}

fn text_style(column: &LaneColumn, snapshot: &SlotSnapshot) -> Style {
    let theme = column.scene.theme;
    match snapshot.state {
        WorkerState::Exited(_) | WorkerState::Vacant => theme.weak,
        _ => theme.text,
    }
}
