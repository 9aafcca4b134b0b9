//! What the workers of a lane's slots are doing.

use super::Lane;
use crate::event::{Exit, Nanos, SlotId, TaskId, WorkerId};
use crate::model::state::{SlotSnapshot, WorkerState};
use crate::model::tasks::TaskOutcome;
use crate::model::workers::Worker;

/// The task that a worker works on.
#[derive(Clone, Copy, Debug)]
pub(in crate::model) struct CurrentTask {
    pub(in crate::model) task: TaskId,
    /// Tasks of the record after it.
    pub(in crate::model) rest: u32,
    /// Whether its payload is in memory.
    pub(in crate::model) resident: bool,
}

impl Lane {
    /// State of a slot at `t`.
    #[must_use]
    pub fn slot_snapshot_at(&self, slot: SlotId, t: Nanos) -> SlotSnapshot {
        let Some((id, worker)) = self.worker_in_slot(slot, t) else {
            let refused = self.slots.all.get(slot.index()).and_then(|slot| slot.refused).is_some_and(|at| at <= t);
            return SlotSnapshot {
                state: if refused { WorkerState::NotSpawned } else { WorkerState::Vacant },
                ..SlotSnapshot::default()
            };
        };
        let current = self.current_task(worker, t);
        let state = self.slot_state_and_task(worker, current, t);
        let snapshot = SlotSnapshot { worker: Some(id), pid: worker.pid, state, ..SlotSnapshot::default() };
        if matches!(snapshot.state, WorkerState::Exited(_)) {
            return snapshot;
        }
        let sample = worker.last_sample(t);
        SlotSnapshot {
            task: current.map(|current| current.task),
            rest_of_record: current.map_or(0, |current| current.rest),
            progress: current
                .filter(|current| current.resident)
                .map(|current| self.task_progress(worker, current.task, t)),
            private_bytes: sample.and_then(|sample| sample.private_bytes),
            core: sample.map(|sample| sample.core),
            ..snapshot
        }
    }

    /// State of the slot's worker at `t`; cheaper than [`Lane::slot_snapshot_at`].
    #[must_use]
    pub fn worker_state(&self, slot: SlotId, t: Nanos) -> WorkerState {
        match self.worker_in_slot(slot, t) {
            Some((_, worker)) => self.worker_state_of(worker, t),
            None => self.slot_snapshot_at(slot, t).state,
        }
    }

    /// The worker of a slot at `t`, or the last one before.
    pub(in crate::model) fn worker_in_slot(&self, slot: SlotId, t: Nanos) -> Option<(WorkerId, &Worker)> {
        let workers = &self.slots.all.get(slot.index())?.workers;
        let last = workers.partition_point(|(spawned, _)| *spawned <= t).checked_sub(1)?;
        let id = workers[last].1;
        Some((id, self.workers.get(id)?))
    }

    pub(super) fn task_progress(&self, worker: &Worker, id: TaskId, t: Nanos) -> f32 {
        let finished = self.tasks.get(id).is_some_and(|task| task.ended <= t);
        if finished { 1.0 } else { worker.progress_ppm(id, t) as f32 / 1e6 }
    }

    /// State of a worker at `t`, which is not before its start.
    pub(in crate::model) fn worker_state_of(&self, worker: &Worker, t: Nanos) -> WorkerState {
        self.slot_state_and_task(worker, self.current_task(worker, t), t)
    }

    fn slot_state_and_task(&self, worker: &Worker, current: Option<CurrentTask>, t: Nanos) -> WorkerState {
        if worker.end_time() <= t {
            let exit = worker.exit.filter(|_| !worker.ended_by_program);
            return WorkerState::Exited(exit.map_or(Exit::Code(0), |(_, exit)| exit));
        }
        if worker.unobserved_since() <= t {
            return WorkerState::NotObserved;
        }
        if current.is_none() && worker.ready.is_none_or(|ready| t < ready) {
            return WorkerState::Starting;
        }
        if self.is_suspended(t) {
            return WorkerState::Suspended;
        }
        match current {
            None => WorkerState::Idle,
            Some(_) if worker.io.contains(t) && self.is_of_program() => {
                WorkerState::Blocked { lock: worker.is_in_lock(t) }
            }
            Some(_) if worker.io.contains(t) => WorkerState::InIo,
            Some(current) if !current.resident => WorkerState::Loading,
            Some(_) if self.plan().gil && !worker.gil.contains(t) => WorkerState::WaitsForGil,
            Some(_) => WorkerState::Computing,
        }
    }

    /// The task that a worker works on at `t`, until its payload is released.
    pub(in crate::model) fn current_task(&self, worker: &Worker, t: Nanos) -> Option<CurrentTask> {
        if t >= worker.end_time() {
            return None;
        }
        let record = worker.record(t)?;
        let of_record = self.tasks.rows_of(record.first as usize..(record.first + record.count) as usize);
        let done = of_record.partition_point(|task| task.left_worker_at() <= t);
        let task = of_record.get(done)?;
        // After a failed task the rest of the record is dropped, though it may be accounted for later.
        let dropped = of_record[..done].last().is_some_and(|before| before.outcome != TaskOutcome::Finished);
        if dropped {
            return None;
        }
        let done = done as u32;
        Some(CurrentTask {
            task: TaskId(record.first + done),
            rest: record.count - 1 - done,
            resident: task.loaded <= t,
        })
    }
}
