//! What a worker used in its life, up to a moment.

use super::lane::Lane;
use super::workers::{Record, Worker};
use crate::event::{Nanos, SlotId, TaskId, Usage, WorkerId};

/// What a worker used from its start up to some moment: its end, where that is known, else its last sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// For how long, in ns.
    pub life: Nanos,
    /// Time on a core, in ns.
    pub cpu_ns: u64,
    /// Time runnable but not on a core, in ns.
    pub run_delay_ns: u64,
    /// Times it was given a core.
    pub timeslices: Option<u64>,
}

impl Spent {
    /// Shares of its life: on a core, and waiting for one.
    #[must_use]
    pub fn shares(&self) -> (f32, f32) {
        let share = |ns: u64| (ns as f32 / self.life.max(1) as f32).min(1.0);
        (share(self.cpu_ns), share(self.run_delay_ns))
    }

    /// Times a second it was given a core.
    #[must_use]
    pub fn timeslices_per_s(&self) -> Option<f32> {
        Some(self.timeslices? as f32 * 1e9 / self.life.max(1) as f32)
    }
}

impl Worker {
    /// What it used by `t`, as far as that is known; none before its first sample.
    #[must_use]
    pub fn spent(&self, t: Nanos) -> Option<Spent> {
        let spawned = self.spawned?;
        if let Some((left, usage)) = self.left.filter(|left| *left <= t).zip(self.usage.as_ref()) {
            let Usage { cpu_ns, run_delay_ns, voluntary_switches, involuntary_switches } = *usage;
            // It was given a core again whenever it had lost one.
            let timeslices = Some(voluntary_switches.saturating_add(involuntary_switches));
            return Some(Spent { life: left.checked_sub(spawned)?, cpu_ns, run_delay_ns, timeslices });
        }
        let (at, sample) = self.sampled(t).last()?;
        let life = at.checked_sub(spawned)?;
        Some(Spent { life, cpu_ns: sample.cpu_ns, run_delay_ns: sample.run_delay_ns, timeslices: sample.timeslices })
    }

    /// How long it has lived by `t`, in ns; none before its start.
    #[must_use]
    pub fn life(&self, t: Nanos) -> Option<Nanos> {
        t.min(self.left()).checked_sub(self.spawned?)
    }

    /// Share of its life by `t` in which it waited for I/O.
    #[must_use]
    pub fn io_share(&self, t: Nanos) -> Option<f32> {
        let life = self.life(t).filter(|life| *life > 0)?;
        Some((self.io_time(t) as f32 / life as f32).min(1.0))
    }

    /// When it was gone: its thread or its process.
    #[must_use]
    pub fn gone(&self) -> Option<Nanos> {
        self.left
    }

    /// Share of a core it had between the two samples around `t`.
    pub(super) fn cpu_around(&self, t: Nanos) -> Option<f32> {
        let (at, _) = *self.samples.get(self.sampled(t).len())?;
        self.shares(at).map(|(cpu, _)| cpu)
    }

    /// Private memory at its last sample by `t`; before the first one, what that said would be a guess.
    pub(super) fn private_around(&self, t: Nanos) -> Option<u64> {
        self.sample(t)?.private_bytes
    }

    /// The `n`th task it took, from 0 on.
    #[must_use]
    pub fn nth_task(&self, n: u32) -> Option<TaskId> {
        let record = self.records.get(self.records.partition_point(|record| record.taken() <= n))?;
        Some(TaskId(record.first + (n - record.before)))
    }
}

impl Lane {
    /// The workers that have sat in a place by `t`, in order.
    #[must_use]
    pub fn lives(&self, slot: SlotId, t: Nanos) -> impl DoubleEndedIterator<Item = WorkerId> + ExactSizeIterator + '_ {
        let all = self.slots.all.get(slot.index()).map_or(&[][..], |slot| &slot.workers);
        all[..all.partition_point(|(spawned, _)| *spawned <= t)].iter().map(|(_, id)| *id)
    }

    /// How many tasks a worker has finished by `t`.
    #[must_use]
    pub fn tasks_finished(&self, id: WorkerId, t: Nanos) -> u32 {
        let Some(worker) = self.workers.get(id) else { return 0 };
        let Some(record) = worker.record(&self.tasks, t) else { return 0 };
        let finished = |from: u32, to: u32| {
            let tasks = self.tasks.rows().get(from as usize..to as usize).unwrap_or(&[]);
            tasks.iter().filter(|task| task.has_finished(t)).count() as u32
        };
        let of_record = finished(record.first, record.first + record.count);
        // While nothing goes wrong, a record is taken when all of the one before is finished.
        if self.failed.count(t) + self.lost.count(t) + self.abandoned.count(t) == 0 {
            return record.before + of_record;
        }
        let taken = |record: &&Record| self.tasks.rows()[record.first as usize].taken <= t;
        let records = worker.records.iter().take_while(taken);
        records.map(|record| finished(record.first, record.first + record.count)).sum()
    }
}
