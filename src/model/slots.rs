//! The places of a lane's workers: who sits where, and what they are doing.

use super::illegal::{Illegal, illegal};
use super::lane::Lane;
use super::state::{Seat, SeatState};
use super::tasks::Outcome;
use super::workers::Worker;
use crate::event::{Exit, Nanos, SlotId, TaskId, WorkerId};

/// A place and the workers it has seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Slot {
    /// In order of time.
    pub(super) workers: Vec<(Nanos, WorkerId)>,
    /// When its worker could not be started.
    pub(super) refused: Option<Nanos>,
}

/// All places of a lane by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Slots {
    pub(super) all: Vec<Slot>,
    planned: u32,
}

impl Slots {
    /// So far a place may be ahead of those known.
    const AHEAD: usize = 1024;

    pub(super) fn new(planned: u32) -> Self {
        Self { all: Vec::new(), planned }
    }

    /// Workers that were not the first in their place.
    pub(super) fn replaced(&self) -> u32 {
        self.all.iter().map(|slot| slot.workers.len().saturating_sub(1) as u32).sum()
    }

    pub(super) fn entry(&mut self, id: SlotId) -> Result<&mut Slot, Illegal> {
        let i = id.index();
        if id.0 >= self.planned || i > self.all.len() + Self::AHEAD {
            return illegal!("there is no place {id}: {} are planned, {} known", self.planned, self.all.len());
        }
        if i >= self.all.len() {
            self.all.resize(i + 1, Slot::default());
        }
        Ok(&mut self.all[i])
    }
}

/// What a worker has in hand at a moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hand {
    pub(super) task: TaskId,
    /// Tasks of the record after it.
    pub(super) rest: u32,
    /// Whether its payload is in memory.
    pub(super) resident: bool,
}

impl Lane {
    /// A place at `t`.
    #[must_use]
    pub fn seat(&self, slot: SlotId, t: Nanos) -> Seat {
        let Some((id, worker, replaced)) = self.sitting(slot, t) else {
            let refused = self.slots.all.get(slot.index()).and_then(|slot| slot.refused).is_some_and(|at| at <= t);
            return Seat { state: if refused { SeatState::NotSpawned } else { SeatState::Vacant }, ..Seat::default() };
        };
        let hand = self.hand(worker, t);
        let state = self.doing_with(worker, hand, t);
        let seat = Seat { worker: Some(id), pid: worker.pid, state, replaced, ..Seat::default() };
        if matches!(seat.state, SeatState::Exited(_)) {
            return seat;
        }
        let sample = worker.sample(t);
        let shares = worker.shares(t);
        Seat {
            task: hand.map(|hand| hand.task),
            rest_of_record: hand.map_or(0, |hand| hand.rest),
            progress: hand.filter(|hand| hand.resident).map(|hand| self.progress(worker, hand.task, t)),
            cpu_share: shares.map(|(cpu, _)| cpu),
            wait_share: shares.map(|(_, wait)| wait),
            private_bytes: sample.and_then(|sample| sample.private_bytes),
            core: sample.map(|sample| sample.core),
            ..seat
        }
    }

    /// What the worker of a place is doing at `t`; cheaper than all of [`Lane::seat`].
    #[must_use]
    pub fn seat_state(&self, slot: SlotId, t: Nanos) -> SeatState {
        match self.sitting(slot, t) {
            Some((_, worker, _)) => self.doing(worker, t),
            None => self.seat(slot, t).state,
        }
    }

    /// Who sits in a place at `t` or was the last to, and whether they are not its first.
    pub(super) fn sitting(&self, slot: SlotId, t: Nanos) -> Option<(WorkerId, &Worker, bool)> {
        let workers = &self.slots.all.get(slot.index())?.workers;
        let last = workers.partition_point(|(spawned, _)| *spawned <= t).checked_sub(1)?;
        let id = workers[last].1;
        Some((id, self.workers.get(id)?, last > 0))
    }

    fn progress(&self, worker: &Worker, id: TaskId, t: Nanos) -> f32 {
        let finished = self.tasks.get(id).is_some_and(|task| task.ended <= t);
        if finished { 1.0 } else { worker.done(id, t) as f32 / 1e6 }
    }

    /// What a worker is doing at `t`, which is not before its start.
    pub(super) fn doing(&self, worker: &Worker, t: Nanos) -> SeatState {
        self.doing_with(worker, self.hand(worker, t), t)
    }

    fn doing_with(&self, worker: &Worker, hand: Option<Hand>, t: Nanos) -> SeatState {
        if worker.left() <= t {
            return SeatState::Exited(worker.exit.map_or(Exit::Code(0), |(_, exit)| exit));
        }
        if hand.is_none() && worker.ready.is_none_or(|ready| t < ready) {
            return SeatState::Starting;
        }
        if self.suspended(t) {
            return SeatState::Suspended;
        }
        match hand {
            None => SeatState::Idle,
            Some(_) if worker.io.cover(t) => SeatState::InIo,
            Some(hand) if !hand.resident => SeatState::Loading,
            Some(_) if self.plan().gil && !worker.gil.cover(t) => SeatState::WaitsForGil,
            Some(_) => SeatState::Computing,
        }
    }

    /// The task whose turn it is at `t`, until it is gone from the worker's memory.
    pub(super) fn hand(&self, worker: &Worker, t: Nanos) -> Option<Hand> {
        if t >= worker.left() {
            return None;
        }
        let rows = self.tasks.rows();
        let record = worker.record(&self.tasks, t)?;
        let of_record = &rows[record.first as usize..(record.first + record.count) as usize];
        let done = of_record.partition_point(|task| task.gone() <= t);
        let task = of_record.get(done)?;
        // After a failed task nothing of the record is in hand, though the rest may be accounted for later.
        let dropped = of_record[..done].last().is_some_and(|before| before.outcome != Outcome::Finished);
        if dropped {
            return None;
        }
        let done = done as u32;
        Some(Hand { task: TaskId(record.first + done), rest: record.count - 1 - done, resident: task.loaded <= t })
    }
}
