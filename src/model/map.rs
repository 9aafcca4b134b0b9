//! The history of a lane's tasks as cells: some tasks over one column of time.

mod canvas;
mod history;

use super::lane::Lane;
use super::spans::Spans;
use super::tasks::Task;
use super::times::NEVER;
use super::workers::Worker;
use crate::event::{Nanos, TaskId};
use canvas::{Canvas, Share};

pub use history::Used;

/// A stretch of time cut into columns of equal width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Where the first column begins, in run time.
    pub from: Nanos,
    /// Where the last column ends.
    pub to: Nanos,
    /// Number of columns.
    pub columns: usize,
}

impl Window {
    /// Where column number `column` begins, and the one before it ends.
    #[must_use]
    pub fn edge(self, column: usize) -> Nanos {
        let wall = u128::from(self.to.saturating_sub(self.from));
        self.from + (wall * column as u128 / self.columns.max(1) as u128) as Nanos
    }
}

/// Some tasks over one column of time: which share of their task-time was spent in which state.
///
/// The shares add up to at most 1; the rest is time before submission, or after a task is done and its payload gone.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cell {
    /// In the queue.
    pub queued: f32,
    /// TakenBounds with its record, but not its turn yet.
    pub held: f32,
    /// Payload being written.
    pub loading: f32,
    /// Payload resident, and neither of the next three.
    pub computing: f32,
    /// Payload resident, its thread waits for the GIL.
    pub waits_for_gil: f32,
    /// Payload resident, its worker waits for I/O.
    pub in_io: f32,
    /// Payload resident, its lane is suspended.
    pub suspended: f32,
    /// A task was lost or failed in this cell.
    pub lost: bool,
    /// Share of a core that a computing task had, 0 to 1: by the worker's samples, of the time in which it wanted one, for
    /// a row of one task that has them,
    /// else cores by ready workers, in the middle of the column.
    pub cpu_share: f32,
}

impl Cell {
    /// Share of the task-time with the payload in memory.
    #[must_use]
    pub fn resident(&self) -> f32 {
        self.computing + self.waits_for_gil + self.in_io + self.suspended
    }
}

/// Cells by row and column; see [`Lane::map`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    columns: usize,
    cells: Vec<Cell>,
}

impl Map {
    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.cells.len().checked_div(self.columns).unwrap_or(0)
    }

    /// The cells of a row, by column; empty beyond the last row.
    #[must_use]
    pub fn row(&self, row: usize) -> &[Cell] {
        self.cells.get(row * self.columns..(row + 1) * self.columns).unwrap_or(&[])
    }
}

/// So many tasks of a row are looked at; of more, these many at equal distances stand for all. A row then still has
/// many tasks for each of the few columns in which it is active, so that none of these is missed.
const LOOKED_AT: usize = 64;

impl Lane {
    /// The map: row r is the `per_row` tasks from `first` + r × `per_row` on, over the window's columns.
    ///
    /// Each cell has the exact shares of its task-time up to 64 tasks a row; of more, it has those of 64 at equal
    /// distances. A task costs its transitions, its I/O operations and its turns with the lock, whatever the columns.
    #[must_use]
    pub fn map(&self, first: TaskId, rows: usize, per_row: u32, window: Window) -> Map {
        let per_row = per_row.max(1) as usize;
        let known = self.tasks.rows().len();
        let begin = |row: usize| first.index().saturating_add(row.saturating_mul(per_row)).min(known);
        let mut canvas = Canvas::new(window);
        let shares = self.fair_shares(window);
        let mut map = Map { columns: window.columns, cells: Vec::new() };
        for row in (0..rows).take_while(|row| begin(*row) < known) {
            let tasks = begin(row)..begin(row + 1);
            let stride = tasks.len().div_ceil(LOOKED_AT);
            let looked_at = tasks.len().div_ceil(stride);
            for task in tasks.step_by(stride) {
                self.paint(&mut canvas, TaskId(task as u32));
            }
            canvas.finish(looked_at, &shares, &mut map.cells);
        }
        self.mark_losses(first, per_row, window, &mut map);
        if per_row == 1 {
            self.mark_samples(first, window, &mut map);
        }
        map
    }

    /// Paints what a task did into the canvas.
    fn paint(&self, canvas: &mut Canvas, id: TaskId) {
        let task = &self.tasks.rows()[id.index()];
        canvas.add(Share::Queued, task.submitted, task.left());
        if task.taken == NEVER {
            return;
        }
        let left = self.left_worker(task);
        canvas.add(Share::Held, task.taken, self.tasks.turn(id).min(task.ended.min(left)));
        self.paint_in_hand(canvas, id, left);
    }

    /// Its time with the worker ends with its worker, too.
    fn left_worker(&self, task: &Task) -> Nanos {
        task.worker().and_then(|id| self.workers.get(id)).map_or(NEVER, Worker::left)
    }

    /// Paints what a taken task did from its turn on.
    fn paint_in_hand(&self, canvas: &mut Canvas, id: TaskId, left: Nanos) {
        let task = &self.tasks.rows()[id.index()];
        let end = task.ended.min(left);
        canvas.add(Share::Loading, self.tasks.turn(id).min(end), task.loaded.min(end));
        if task.loaded != NEVER {
            for (stopped, from, to) in canvas.cut(&self.suspended, task.loaded, task.released.min(left)) {
                if stopped {
                    canvas.add(Share::Suspended, from, to);
                } else {
                    self.paint_running(canvas, task, from, to);
                }
            }
        }
    }

    /// A stretch in which a payload was resident and its lane not suspended: I/O, the lock, computing.
    fn paint_running(&self, canvas: &mut Canvas, task: &Task, from: Nanos, to: Nanos) {
        let Some(worker) = task.worker().and_then(|id| self.workers.get(id)) else { return };
        for (in_io, from, to) in canvas.cut(&worker.io, from, to) {
            if in_io {
                canvas.add(Share::InIo, from, to);
            } else if self.plan.gil {
                for (has_it, from, to) in canvas.cut(&worker.gil, from, to) {
                    canvas.add(if has_it { Share::Computing } else { Share::WaitsForGil }, from, to);
                }
            } else {
                canvas.add(Share::Computing, from, to);
            }
        }
    }

    /// For each column the share of a core a ready worker has in its middle, if all get the same.
    fn fair_shares(&self, window: Window) -> Vec<f32> {
        let share = |column| {
            let ready = self.ready(middle(window, column)).max(1);
            (self.plan.cores.len() as f32 / ready as f32).min(1.0)
        };
        (0..window.columns).map(share).collect()
    }

    fn mark_losses(&self, first: TaskId, per_row: usize, window: Window, map: &mut Map) {
        for (at, task) in &self.losses {
            let row = task.index().checked_sub(first.index()).map(|task| task / per_row);
            let (Some(row), Some(column)) = (row, canvas::column(window, *at)) else { continue };
            if let Some(cell) = map.cells.get_mut(row * window.columns + column) {
                cell.lost = true;
            }
        }
    }

    /// In rows of one task, what its worker's samples say takes the place of the fair share.
    fn mark_samples(&self, first: TaskId, window: Window, map: &mut Map) {
        for row in 0..map.rows() {
            let task = TaskId(first.0 + row as u32);
            let Some(worker) = self.tasks.get(task).and_then(|task| self.workers.get(task.worker()?)) else { continue };
            if worker.samples.is_empty() {
                continue;
            }
            let cells = map.cells[row * window.columns..].iter_mut().take(window.columns).enumerate();
            for (column, cell) in cells.filter(|(_, cell)| cell.computing > 0.0) {
                cell.cpu_share = worker.share_around(middle(window, column)).unwrap_or(cell.cpu_share);
            }
        }
    }
}

pub(super) fn middle(window: Window, column: usize) -> Nanos {
    window.edge(column).midpoint(window.edge(column + 1))
}

impl Canvas {
    /// What of `from..to` lies in the window, cut by spans.
    fn cut<'a>(
        &self,
        spans: &'a Spans,
        from: Nanos,
        to: Nanos,
    ) -> impl Iterator<Item = (bool, Nanos, Nanos)> + use<'a> {
        let window = self.window();
        spans.cut(from.max(window.from), to.min(window.to))
    }
}
