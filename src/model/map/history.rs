//! The history of a lane's slots: what their workers worked on.

use super::canvas::{MapRowSums, TimeShare};
use super::{MapCell, TaskMap, TimeWindow};
use crate::event::{Nanos, SlotId, TaskId};
use crate::model::Lane;
use crate::model::state::WorkerState;
use crate::model::tasks::{Task, TaskOutcome};
use crate::model::workers::{TakenRecord, Worker};

/// Number of samples per column for a slot with very many tasks.
const SAMPLES_PER_COLUMN: usize = 4;

impl Lane {
    /// The history of slots, one row each. Cells are exact, except that slots with more transitions than can be seen
    /// are sampled four times per column. A cell in which a worker died or a task failed is marked as lost.
    #[must_use]
    pub fn slot_history(&self, slots: &[SlotId], window: TimeWindow) -> TaskMap {
        let shares = self.core_shares_of_ready_workers(window);
        let midpoints = window.column_midpoints();
        let mut canvas = MapRowSums::new(window);
        let mut map = TaskMap { columns: window.columns, cells: Vec::with_capacity(slots.len() * window.columns) };
        for slot in slots {
            let begin = map.cells.len();
            if self.count_transitions(*slot, window) <= window.columns * SAMPLES_PER_COLUMN {
                for (worker, records) in self.slot_workers_in_window(*slot, window) {
                    self.add_records_to_map(&mut canvas, worker, records);
                }
                canvas.append_cells(1, &shares, &mut map.cells);
            } else {
                map.cells.extend(shares.iter().enumerate().map(|(column, share)| {
                    let sampled_cell = self.sampled_cell(*slot, window, column);
                    MapCell { cpu_share: *share, ..sampled_cell }
                }));
            }
            self.use_sampled_core_shares_of_slot(*slot, &midpoints, &mut map.cells[begin..]);
            self.mark_losses_in_slot(*slot, window, &mut map.cells[begin..]);
        }
        map
    }

    /// The workers of a slot in the window, with their records.
    fn slot_workers_in_window(
        &self,
        slot: SlotId,
        window: TimeWindow,
    ) -> impl Iterator<Item = (&Worker, &[TakenRecord])> {
        let workers = self.slots.all.get(slot.index()).map_or(&[][..], |slot| &slot.workers);
        let first = workers.partition_point(|(spawned, _)| *spawned <= window.from).saturating_sub(1);
        let last = workers.partition_point(|(spawned, _)| *spawned < window.to);
        workers.get(first..last).unwrap_or(&[]).iter().filter_map(move |(_, id)| {
            let worker = self.workers.get(*id)?;
            let first = worker.records.partition_point(|record| record.taken <= window.from).saturating_sub(1);
            let last = worker.records.partition_point(|record| record.taken < window.to);
            Some((worker, worker.records.get(first..last).unwrap_or(&[])))
        })
    }

    /// Approximate number of transitions in the slot's history in the window.
    fn count_transitions(&self, slot: SlotId, window: TimeWindow) -> usize {
        let transitions_of = |(worker, records): (&Worker, &[TakenRecord])| {
            let tasks = records.last().map_or(0, TakenRecord::tasks_taken_so_far)
                - records.first().map_or(0, |first| first.before);
            let spans =
                worker.io.count_starts(window.from, window.to) + worker.gil.count_starts(window.from, window.to);
            1 + tasks as usize + spans
        };
        self.slot_workers_in_window(slot, window).map(transitions_of).sum()
    }

    fn add_records_to_map(&self, canvas: &mut MapRowSums, worker: &Worker, records: &[TakenRecord]) {
        for task in records.iter().flat_map(|record| record.first..record.first + record.count) {
            self.add_worker_time_to_map(canvas, TaskId(task), worker.end_time());
        }
        canvas.add_time_range(TimeShare::Unobserved, worker.unobserved_since(), worker.end_time());
    }

    fn sampled_cell(&self, slot: SlotId, window: TimeWindow, column: usize) -> MapCell {
        let (from, to) = (window.column_start(column), window.column_start(column + 1));
        let mut cell = MapCell::default();
        for look in 0..SAMPLES_PER_COLUMN as u64 {
            let t = from + (to - from) * (2 * look + 1) / (2 * SAMPLES_PER_COLUMN as u64);
            let Some((_, worker)) = self.worker_in_slot(slot, t) else { continue };
            let part = match self.worker_state_of(worker, t) {
                WorkerState::Loading => &mut cell.loading,
                WorkerState::Computing => &mut cell.computing,
                WorkerState::WaitsForGil => &mut cell.waits_for_gil,
                WorkerState::InIo | WorkerState::Blocked { .. } => &mut cell.in_io,
                WorkerState::Suspended => &mut cell.suspended,
                WorkerState::NotObserved => &mut cell.unobserved,
                _ => continue,
            };
            *part += 1.0 / SAMPLES_PER_COLUMN as f32;
        }
        cell
    }

    /// Replaces the computed share of a core by that of the workers' samples.
    fn use_sampled_core_shares_of_slot(&self, slot: SlotId, midpoints: &[Nanos], cells: &mut [MapCell]) {
        for (cell, t) in cells.iter_mut().zip(midpoints).filter(|(cell, _)| cell.computing > 0.0) {
            let share = self.worker_in_slot(slot, *t).and_then(|(_, worker)| worker.share_of_wanted_core_at(*t));
            cell.cpu_share = share.unwrap_or(cell.cpu_share);
        }
    }

    fn mark_losses_in_slot(&self, slot: SlotId, window: TimeWindow, cells: &mut [MapCell]) {
        let workers = self.slots.all.get(slot.index()).map_or(&[][..], |slot| &slot.workers);
        let dead = workers.iter().filter_map(|(_, id)| Some((*id, self.workers.get(*id)?)));
        let dead =
            dead.filter(|(id, worker)| worker.died() && self.is_ended_by_executor(*id, Nanos::MAX) != Some(true));
        let deaths = dead.map(|(_, worker)| worker.end_time());
        let failed_here = |task: TaskId| {
            let worker = self.tasks.get(task).filter(|task| task.outcome == TaskOutcome::Failed).and_then(Task::worker);
            worker.and_then(|id| self.workers.get(id)).is_some_and(|worker| worker.slot() == Some(slot))
        };
        let column_at = |at| super::canvas::column_at(window, at);
        let failures = self.losses.iter().filter_map(|(at, task)| Some((column_at(*at)?, *task)));
        let failures: Vec<_> = failures.filter(|(_, task)| failed_here(*task)).map(|(column, _)| column).collect();
        for column in deaths.filter_map(column_at).chain(failures) {
            cells[column].lost = true;
        }
    }

    /// Resource use of a slot's workers, by column.
    #[must_use]
    pub fn slot_usage(&self, slot: SlotId, window: TimeWindow) -> Vec<ColumnUsage> {
        let used = |t| {
            let Some((_, worker)) = self.worker_in_slot(slot, t).filter(|(_, worker)| t < worker.end_time()) else {
                return ColumnUsage::default();
            };
            ColumnUsage { cpu_share: worker.cpu_share_at(t), private_bytes: worker.private_bytes_at_time(t) }
        };
        window.column_midpoints().into_iter().map(used).collect()
    }
}

/// Resource use of a worker in one column of time; none without samples.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ColumnUsage {
    /// Share of a core between the samples around the middle of the column.
    pub cpu_share: Option<f32>,
    /// Private memory at the sample before the middle of the column, in bytes.
    pub private_bytes: Option<u64>,
}
