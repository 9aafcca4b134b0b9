//! The workers of a slot, one line each, the newest last.

use ratatui::layout::Rect;

use super::super::brush::{ClippedPainter, text_width};
use super::super::column::{LaneColumn, split_rows};
use super::super::format_time;
use super::table::columns_unknown_of_cluster;
use super::text_table::{self, TableColumn, draw_list_position, number_column, text_column};
use crate::event::units::{format_bytes, format_count};
use crate::event::{Exit, Nanos, SlotId, WorkerId};
use crate::model::{Lane, Worker, WorkerUsage};
use crate::report::phrases::{self, figure_or_dash};

struct SlotWorker<'a> {
    id: WorkerId,
    worker: &'a Worker,
    spent: Option<WorkerUsage>,
    at: Nanos,
    zero: Nanos,
    finished: u32,
}

impl SlotWorker<'_> {
    /// Time at which the worker ended; none if that is after the displayed moment.
    fn ended_at(&self) -> Option<Nanos> {
        self.worker.ended_at().filter(|gone| *gone <= self.at)
    }

    fn time_since_zero(&self, at: Option<Nanos>) -> String {
        figure_or_dash(at.map(|at| format_time(at.saturating_sub(self.zero))))
    }

    fn exit_text(&self) -> String {
        let exit = self.worker.exit_time_and_kind().filter(|(at, _)| *at <= self.at).map(|(_, exit)| exit);
        if exit.is_some() && self.worker.was_ended_by_program() {
            return phrases::ended_by_program_cell();
        }
        phrases::worker_exit_cell((exit.is_some() || self.ended_at().is_some()).then_some(exit))
    }

    /// Context switches. Before the worker's end only their sum is known, from the number of time slices.
    fn switches_text(&self) -> String {
        match self.worker.final_usage().filter(|_| self.ended_at().is_some()) {
            Some(usage) => phrases::switches_cell(usage.voluntary_switches, usage.involuntary_switches),
            None => phrases::timeslices_cell(self.spent.and_then(|spent| spent.timeslices)),
        }
    }
}

pub(super) fn draw(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn, slot: SlotId) {
    let theme = column.scene.theme;
    let [heading, lines] = split_rows(area, [1, area.height.saturating_sub(1)]);
    let at = column.scene.at;
    let all = column.lane.workers_in_slot(slot, at).len();
    let first = all.saturating_sub(lines.height.into());
    // A thread of a cluster is the only one of its slot.
    let is_alone = column.lane.is_of_cluster() && all == 1;
    let position = if is_alone { String::new() } else { phrases::workers_shown(&(first..all), all) };
    let columns = text_table::fitting_columns(
        table_columns(column.lane, at),
        area.width.saturating_sub(text_width(&position) as u16 + 3),
    );
    text_table::draw_heading(brush, heading, &columns, "", (theme.weak, theme.strong));
    draw_list_position(brush, heading, text_table::table_width(&columns), &position, theme.weak);
    for (y, id) in (lines.y..lines.bottom()).zip(column.lane.workers_in_slot(slot, at).skip(first)) {
        let Some(worker) = column.lane.worker(id) else { continue };
        let finished = column.lane.tasks_finished(id, at);
        let row = SlotWorker {
            id,
            worker,
            spent: worker.usage_until(at),
            at,
            zero: column.scene.zero_of_header_clock(),
            finished,
        };
        let died = worker.exit_time_and_kind().is_some_and(|(when, exit)| when <= at && exit != Exit::Code(0));
        let style = |key: &str| match key {
            "column-exit" if died => theme.alarm,
            _ if row.ended_at().is_some() => theme.weak,
            _ => theme.strong,
        };
        text_table::draw_table_line(brush, Rect { y, height: 1, ..lines }, &columns, &row, style);
    }
}

fn table_columns<'a>(lane: &Lane, t: Nanos) -> Vec<TableColumn<SlotWorker<'a>>> {
    let program = lane.is_of_program();
    let mut columns: Vec<TableColumn<SlotWorker<'a>>> = vec![
        text_column(if lane.is_of_cluster() { "column-thread" } else { "column-worker" }, 8, 0, |row| {
            format!("w{}", row.id)
        }),
        number_column("column-pid", 8, 0, |row| figure_or_dash(row.worker.pid())),
        text_column("column-exit", 10, 0, SlotWorker::exit_text),
        number_column("column-from", 8, 4, |row| row.time_since_zero(row.worker.spawned_at())),
        number_column("column-to", 8, 4, |row| row.time_since_zero(row.ended_at())),
        number_column("column-cpu", 8, 1, |row| figure_or_dash(row.spent.map(|spent| format_time(spent.cpu_ns)))),
        number_column(if program { "column-delay" } else { "column-wait" }, 8, 3, |row| {
            figure_or_dash(row.spent.map(|spent| format_time(spent.run_delay_ns)))
        }),
        number_column("column-tasks", 7, 5, |row| format_count(row.finished.into())),
        number_column("column-private", 9, 6, |row| {
            figure_or_dash(row.worker.last_sample(row.at).and_then(|sample| sample.private_bytes).map(format_bytes))
        }),
        number_column("column-switches", 21, 7, SlotWorker::switches_text),
    ];
    if lane.is_of_cluster() {
        let unknown = columns_unknown_of_cluster(lane, t);
        columns.retain(|column| !unknown.contains(&column.key));
    } else {
        let name = if program { "column-blocked" } else { "column-io" };
        columns.insert(7, number_column(name, 8, 2, |row| format_time(row.worker.io_time(row.at))));
    }
    columns
}
