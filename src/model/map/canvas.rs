//! Adds up time ranges in columns, at a cost independent of their length.

use super::{MapCell, TimeWindow};
use crate::event::Nanos;

/// The state that a time range of a task was spent in.
#[derive(Clone, Copy, Debug)]
pub(super) enum TimeShare {
    Queued,
    Held,
    Loading,
    Computing,
    WaitsForGil,
    InIo,
    Suspended,
    Unobserved,
}

const SHARE_COUNT: usize = 8;

/// One row of the map under construction.
///
/// A range adds its parts of the first and last column; the columns in between are recorded by their ends, and summed
/// when the row is complete.
#[derive(Debug)]
pub(super) struct MapRowSums {
    window: TimeWindow,
    /// Columns per ns.
    scale: f64,
    /// Parts of columns covered at the ends of ranges.
    parts: Vec<[f32; SHARE_COUNT]>,
    /// Fully covered columns: change in the number of covering ranges from one column to the next.
    wholes: Vec<[i32; SHARE_COUNT]>,
}

impl MapRowSums {
    pub(super) fn new(window: TimeWindow) -> Self {
        let columns = window.columns;
        let wall = window.to.saturating_sub(window.from).max(1);
        let (parts, wholes) = (vec![[0.0; SHARE_COUNT]; columns], vec![[0; SHARE_COUNT]; columns]);
        Self { window, scale: columns as f64 / wall as f64, parts, wholes }
    }

    pub(super) fn window(&self) -> TimeWindow {
        self.window
    }

    /// Adds a time range, clipped to the window.
    pub(super) fn add_time_range(&mut self, share: TimeShare, from: Nanos, to: Nanos) {
        let TimeWindow { from: begin, to: end, columns } = self.window;
        let (from, to) = (from.max(begin), to.min(end));
        if from >= to || columns == 0 {
            return;
        }
        let column = |t: Nanos| (t - begin) as f64 * self.scale;
        let (left, right) = (column(from), column(to));
        let (first, last) = ((left as usize).min(columns - 1), (right as usize).min(columns - 1));
        let share = share as usize;
        if first == last {
            self.parts[first][share] += (right - left) as f32;
            return;
        }
        self.parts[first][share] += (first as f64 + 1.0 - left) as f32;
        self.parts[last][share] += (right - last as f64) as f32;
        self.wholes[first + 1][share] += 1;
        self.wholes[last][share] -= 1;
    }

    /// Appends the row's cells for this many tasks, and clears the canvas.
    pub(super) fn append_cells(&mut self, tasks: usize, cpu_shares: &[f32], cells: &mut Vec<MapCell>) {
        let mut covering = [0_i32; SHARE_COUNT];
        for (column, cpu_share) in cpu_shares.iter().enumerate() {
            let mut shares = std::mem::take(&mut self.parts[column]);
            let changes = std::mem::take(&mut self.wholes[column]);
            for ((share, covering), change) in shares.iter_mut().zip(&mut covering).zip(changes) {
                *covering += change;
                *share = (*share + *covering as f32) / tasks as f32;
            }
            let [queued, held, loading, computing, waits_for_gil, in_io, suspended, unobserved] = shares;
            let states =
                MapCell { queued, held, loading, computing, waits_for_gil, in_io, suspended, ..MapCell::default() };
            cells.push(MapCell { unobserved, cpu_share: *cpu_share, ..states });
        }
    }
}

/// The column of the window that contains `t`.
pub(super) fn column_at(window: TimeWindow, t: Nanos) -> Option<usize> {
    if t < window.from || t >= window.to {
        return None;
    }
    let wall = u128::from(window.to - window.from);
    Some((u128::from(t - window.from) * window.columns as u128 / wall) as usize)
}
