//! The history of a lane's tasks as cells of tasks by time.

mod canvas;
mod history;

use std::ops::Range;

use super::lane::Lane;
use super::spans::TimeSpans;
use super::tasks::Task;
use super::times::NEVER;
use super::workers::Worker;
use crate::event::{Nanos, TaskId};
use canvas::{MapRowSums, TimeShare};

pub use history::ColumnUsage;

/// A time range divided into columns of equal width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeWindow {
    /// Start of the first column, in run time.
    pub from: Nanos,
    /// End of the last column.
    pub to: Nanos,
    pub columns: usize,
}

impl TimeWindow {
    /// Start time of a column, which is the end of the previous column.
    #[must_use]
    pub fn column_start(self, column: usize) -> Nanos {
        let wall = u128::from(self.to.saturating_sub(self.from));
        self.from + (wall * column as u128 / self.columns.max(1) as u128) as Nanos
    }

    /// Middle of each column.
    pub(super) fn column_midpoints(self) -> Vec<Nanos> {
        let midpoint = |column| self.column_start(column).midpoint(self.column_start(column + 1));
        (0..self.columns).map(midpoint).collect()
    }
}

/// Some tasks over one column of time: the share of task-time in each state.
///
/// The shares add up to at most 1. The rest is time before submission and after release.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MapCell {
    /// Share in the queue.
    pub queued: f32,
    /// Share held by a worker that still processes an earlier task of the record.
    pub held: f32,
    /// Share with the payload being written.
    pub loading: f32,
    /// Share computing: payload resident, and in none of the following three states.
    pub computing: f32,
    /// Share waiting for the GIL, with the payload resident.
    pub waits_for_gil: f32,
    /// Share in I/O, with the payload resident.
    pub in_io: f32,
    /// Share in which the lane was suspended, with the payload resident.
    pub suspended: f32,
    /// Share in which it is not known what the cluster's thread did.
    pub unobserved: f32,
    /// Whether a task was lost or failed in this cell.
    pub lost: bool,
    /// Share of a core that a computing task had, from 0 to 1, in the middle of the column. In a row of one task with
    /// samples, it is the worker's share of the time it wanted a core; otherwise cores divided by ready workers.
    pub cpu_share: f32,
}

impl MapCell {
    /// Share of task-time with the payload in memory.
    #[must_use]
    pub fn resident_share(&self) -> f32 {
        self.computing + self.waits_for_gil + self.in_io + self.suspended
    }
}

/// Cells by row and column; see [`Lane::task_map`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskMap {
    columns: usize,
    cells: Vec<MapCell>,
}

impl TaskMap {
    #[must_use]
    pub fn row_count(&self) -> usize {
        self.cells.len().checked_div(self.columns).unwrap_or(0)
    }

    /// The cells of a row by column; empty beyond the last row.
    #[must_use]
    pub fn cells_of_row(&self, row: usize) -> &[MapCell] {
        self.cells.get(row * self.columns..(row + 1) * self.columns).unwrap_or(&[])
    }
}

/// Maximum number of tasks of a row that are examined. In a row of more tasks, this many at equal distances represent
/// all, which is enough for each of the few columns in which a row is active.
const MAX_EXAMINED_TASKS_PER_ROW: usize = 64;

impl Lane {
    /// The map: row r holds `per_row` tasks from `first` + r × `per_row`, over the window's columns.
    ///
    /// Cells are exact up to 64 tasks per row; beyond that, 64 tasks represent the row. A task costs its transitions,
    /// I/O operations and GIL switches, whatever the number of columns.
    #[must_use]
    pub fn task_map(&self, first: TaskId, rows: usize, per_row: u32, window: TimeWindow) -> TaskMap {
        let per_row = per_row.max(1) as usize;
        let Range { start: oldest, end: known } = self.tasks.known();
        let begin = |row: usize| first.index().saturating_add(row.saturating_mul(per_row)).clamp(oldest, known);
        let mut canvas = MapRowSums::new(window);
        let shares = self.core_shares_of_ready_workers(window);
        let mut map = TaskMap { columns: window.columns, cells: Vec::new() };
        for row in (0..rows).take_while(|row| begin(*row) < known) {
            let tasks = begin(row)..begin(row + 1);
            let stride = tasks.len().div_ceil(MAX_EXAMINED_TASKS_PER_ROW).max(1);
            let looked_at = tasks.len().div_ceil(stride);
            for task in tasks.step_by(stride) {
                self.add_task_history(&mut canvas, TaskId(task as u32));
            }
            canvas.append_cells(looked_at, &shares, &mut map.cells);
        }
        self.mark_cells_with_losses(first, per_row, window, &mut map);
        if per_row == 1 {
            self.use_sampled_core_shares(first, window, &mut map);
        }
        map
    }

    /// Adds the history of a task to the canvas.
    fn add_task_history(&self, canvas: &mut MapRowSums, id: TaskId) {
        let task = self.tasks.row(id.index());
        canvas.add_time_range(TimeShare::Queued, task.submitted, task.left_queue_at());
        if task.taken == NEVER {
            return;
        }
        let left = self.left_worker_at(task);
        canvas.add_time_range(TimeShare::Held, task.taken, self.tasks.reached_at(id).min(task.ended.min(left)));
        self.add_worker_time_to_map(canvas, id, left);
    }

    /// Time at which the worker was done with the task; at the latest the worker's end.
    fn left_worker_at(&self, task: &Task) -> Nanos {
        task.worker().and_then(|id| self.workers.get(id)).map_or(NEVER, Worker::end_time)
    }

    /// Adds the part of a task's history in which its worker worked on it.
    fn add_worker_time_to_map(&self, canvas: &mut MapRowSums, id: TaskId, left: Nanos) {
        let task = self.tasks.row(id.index());
        let worker = task.worker().and_then(|id| self.workers.get(id));
        let left = left.min(worker.map_or(NEVER, Worker::unobserved_since));
        let end = task.ended.min(left);
        canvas.add_time_range(TimeShare::Loading, self.tasks.reached_at(id).min(end), task.loaded.min(end));
        if task.loaded != NEVER {
            for (stopped, from, to) in canvas.partition_in_window(&self.suspended, task.loaded, task.released.min(left))
            {
                if stopped {
                    canvas.add_time_range(TimeShare::Suspended, from, to);
                } else {
                    self.add_running_time_to_map(canvas, task, from, to);
                }
            }
        }
    }

    /// Adds a time range in which the payload was resident and the lane not suspended, divided into I/O, GIL and
    /// computing.
    fn add_running_time_to_map(&self, canvas: &mut MapRowSums, task: &Task, from: Nanos, to: Nanos) {
        let Some(worker) = task.worker().and_then(|id| self.workers.get(id)) else { return };
        for (in_io, from, to) in canvas.partition_in_window(&worker.io, from, to) {
            if in_io {
                canvas.add_time_range(TimeShare::InIo, from, to);
            } else if self.plan.gil {
                for (has_it, from, to) in canvas.partition_in_window(&worker.gil, from, to) {
                    canvas.add_time_range(if has_it { TimeShare::Computing } else { TimeShare::WaitsForGil }, from, to);
                }
            } else {
                canvas.add_time_range(TimeShare::Computing, from, to);
            }
        }
    }

    /// For each column, the share of a core per ready worker in the middle of the column.
    fn core_shares_of_ready_workers(&self, window: TimeWindow) -> Vec<f32> {
        let share = |midpoint| {
            let ready = self.ready_workers(midpoint).max(1);
            (self.plan.cores.len() as f32 / ready as f32).min(1.0)
        };
        window.column_midpoints().into_iter().map(share).collect()
    }

    fn mark_cells_with_losses(&self, first: TaskId, per_row: usize, window: TimeWindow, map: &mut TaskMap) {
        for (at, task) in &self.losses {
            let row = task.index().checked_sub(first.index()).map(|task| task / per_row);
            let (Some(row), Some(column)) = (row, canvas::column_at(window, *at)) else { continue };
            if let Some(cell) = map.cells.get_mut(row * window.columns + column) {
                cell.lost = true;
            }
        }
    }

    /// In rows of one task, replaces the computed share of a core by that of the worker's samples.
    fn use_sampled_core_shares(&self, first: TaskId, window: TimeWindow, map: &mut TaskMap) {
        let midpoints = window.column_midpoints();
        for row in 0..map.row_count() {
            let task = TaskId(first.0 + row as u32);
            let Some(worker) = self.tasks.get(task).and_then(|task| self.workers.get(task.worker()?)) else { continue };
            if worker.samples.is_empty() {
                continue;
            }
            let cells = map.cells[row * window.columns..].iter_mut().zip(&midpoints);
            for (cell, midpoint) in cells.filter(|(cell, _)| cell.computing > 0.0) {
                cell.cpu_share = worker.share_of_wanted_core_at(*midpoint).unwrap_or(cell.cpu_share);
            }
        }
    }
}

impl MapRowSums {
    /// Divides the part of `from..to` inside the window into ranges inside and outside of spans.
    fn partition_in_window<'a>(
        &self,
        spans: &'a TimeSpans,
        from: Nanos,
        to: Nanos,
    ) -> impl Iterator<Item = (bool, Nanos, Nanos)> + use<'a> {
        let window = self.window();
        spans.partition(from.max(window.from), to.min(window.to))
    }
}
