//! The tasks of a simulated lane, from their arrival until a worker takes them.

use super::plan::Plan;
use super::profile::{Arrival, WorkloadProfile};

/// Tasks that are submitted together, as by one call.
#[derive(Clone, Copy, Debug)]
struct Batch {
    first: u32,
    end: u32,
    arrival: Arrival,
    /// Tasks of a record.
    chunk: u32,
}

/// A range of tasks: the first, and their number.
pub(super) type TaskRange = (u32, u32);

/// Tasks in order of submission. They are handed out and taken in records, of tasks of one batch.
pub(super) struct TaskQueue {
    batches: Vec<Batch>,
    /// Number of batches that have arrived.
    arrived: usize,
    handed_out: Cursor,
    taken: Cursor,
}

/// A batch, and the next task.
#[derive(Clone, Copy, Default)]
struct Cursor {
    batch: usize,
    task: u32,
}

impl TaskQueue {
    pub(super) fn new(profile: &WorkloadProfile, plan: &Plan) -> Self {
        let slots = plan.slots(profile.tasks.len() as u32);
        let mut batches: Vec<Batch> = Vec::new();
        for (task, profile) in (0_u32..).zip(&profile.tasks) {
            match batches.last_mut() {
                Some(batch) if profile.arrival == Arrival::WithPrevious => batch.end = task + 1,
                _ => batches.push(Batch { first: task, end: task + 1, arrival: profile.arrival, chunk: 1 }),
            }
        }
        for batch in &mut batches {
            batch.chunk = plan.mode.tasks_per_record(plan.chunk, batch.end - batch.first, slots).max(1);
        }
        Self { batches, arrived: 0, handed_out: Cursor::default(), taken: Cursor::default() }
    }

    /// How the next batch arrives; none after the last one.
    pub(super) fn next_arrival(&self) -> Option<Arrival> {
        self.batches.get(self.arrived).map(|batch| batch.arrival)
    }

    /// The next batch arrives.
    pub(super) fn arrive(&mut self) -> TaskRange {
        let batch = self.batches[self.arrived];
        self.arrived += 1;
        (batch.first, batch.end - batch.first)
    }

    /// Tasks that have arrived.
    pub(super) fn arrived_tasks(&self) -> u32 {
        self.arrived.checked_sub(1).map_or(0, |last| self.batches[last].end)
    }

    /// Whether records have arrived that are not handed out.
    pub(super) fn has_waiting_records(&self) -> bool {
        self.handed_out.task < self.arrived_tasks()
    }

    /// Hands out the next record.
    pub(super) fn hand_out(&mut self) {
        let limit = self.arrived_tasks();
        Self::advance(&self.batches, &mut self.handed_out, limit);
    }

    /// Hands out all records that have arrived.
    pub(super) fn hand_out_all(&mut self) {
        self.handed_out = Cursor { batch: self.arrived, task: self.arrived_tasks() };
    }

    /// Takes the next record that is handed out.
    pub(super) fn take(&mut self) -> Option<TaskRange> {
        Self::advance(&self.batches, &mut self.taken, self.handed_out.task)
    }

    /// Whether all tasks were taken.
    pub(super) fn is_exhausted(&self) -> bool {
        self.taken.batch >= self.batches.len()
    }

    /// The record at a cursor, which moves behind it; none if it begins at the limit.
    fn advance(batches: &[Batch], cursor: &mut Cursor, limit: u32) -> Option<TaskRange> {
        let batch = batches.get(cursor.batch).filter(|_| cursor.task < limit)?;
        let record = (cursor.task, batch.chunk.min(batch.end - cursor.task));
        cursor.task += record.1;
        if cursor.task == batch.end {
            cursor.batch += 1;
        }
        Some(record)
    }
}
