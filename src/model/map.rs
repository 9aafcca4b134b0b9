//! The history of a lane as cells: tasks by time (the map) and cores by time (the strip under it).

use crate::event::Nanos;

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

/// Some tasks over one column of time: which share of their task-time was spent in which state.
///
/// The shares add up to at most 1; the rest is time before submission, or after a task is done and its payload gone.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cell {
    /// In the queue.
    pub queued: f32,
    /// Taken with its record, but not its turn yet.
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
    /// Share of a core that a computing task had, 0 to 1: by the worker's samples, else cores by ready workers.
    pub cpu_share: f32,
}

impl Cell {
    /// Share of the task-time with the payload in memory.
    #[must_use]
    pub fn resident(&self) -> f32 {
        self.computing + self.waits_for_gil + self.in_io + self.suspended
    }
}

/// Cells by row and column; see [`super::Lane::map`].
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

/// A lane's cores over one column of time, in cores (mean over the column).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StripCell {
    /// Cores for which there was a ready worker of the lane.
    pub busy: f32,
    /// Cores idle while a task was queued: their area is the stall.
    pub stalled: f32,
    /// The part of `stalled` that workers in I/O account for.
    pub stalled_by_io: f32,
    /// All idle cores, stalled or not.
    pub idle: f32,
}
