//! Resources that a worker has used up to a given time.

use super::lane::Lane;
use super::workers::Worker;
use crate::event::{FinalUsage, Nanos, SlotId, TaskId, WorkerId};

/// Resources used by a worker from its start to its end, or else to its last sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorkerUsage {
    /// Lifetime in ns.
    pub lifetime: Nanos,
    /// Time on a core, in ns.
    pub cpu_ns: u64,
    /// Time runnable but not on a core, in ns.
    pub run_delay_ns: u64,
    /// Number of time slices.
    pub timeslices: Option<u64>,
}

impl WorkerUsage {
    /// Share of the lifetime on a core, and share waiting for a core.
    #[must_use]
    pub fn core_and_wait_shares(&self) -> (f32, f32) {
        let share = |ns: u64| (ns as f32 / self.lifetime.max(1) as f32).min(1.0);
        (share(self.cpu_ns), share(self.run_delay_ns))
    }

    /// Time slices per second.
    #[must_use]
    pub fn timeslices_per_s(&self) -> Option<f32> {
        Some(self.timeslices? as f32 * 1e9 / self.lifetime.max(1) as f32)
    }
}

impl Worker {
    /// Resources used up to `t`; none before the first sample.
    #[must_use]
    pub fn usage_until(&self, t: Nanos) -> Option<WorkerUsage> {
        let spawned = self.spawned?;
        if let Some((left, usage)) = self.left.filter(|left| *left <= t).zip(self.usage.as_ref()) {
            let FinalUsage { cpu_ns, run_delay_ns, voluntary_switches, involuntary_switches } = *usage;
            // Each switch away from a core was followed by another time slice.
            let timeslices = Some(voluntary_switches.saturating_add(involuntary_switches));
            return Some(WorkerUsage { lifetime: left.checked_sub(spawned)?, cpu_ns, run_delay_ns, timeslices });
        }
        let (at, sample) = self.samples_until(t).last()?;
        let lifetime = at.checked_sub(spawned)?;
        Some(WorkerUsage {
            lifetime,
            cpu_ns: sample.cpu_ns,
            run_delay_ns: sample.run_delay_ns,
            timeslices: sample.timeslices,
        })
    }

    /// Lifetime up to `t`, in ns; none before the start.
    #[must_use]
    pub fn lifetime(&self, t: Nanos) -> Option<Nanos> {
        t.min(self.end_time()).checked_sub(self.spawned?)
    }

    /// Share of the lifetime up to `t` that was spent in I/O.
    #[must_use]
    pub fn io_share(&self, t: Nanos) -> Option<f32> {
        let lifetime = self.lifetime(t).filter(|lifetime| *lifetime > 0)?;
        Some((self.io_time(t) as f32 / lifetime as f32).min(1.0))
    }

    /// When its thread or process ended.
    #[must_use]
    pub fn ended_at(&self) -> Option<Nanos> {
        self.left
    }

    /// Share of a core between the two samples around `t`.
    pub(super) fn cpu_share_at(&self, t: Nanos) -> Option<f32> {
        let (at, _) = *self.samples.get(self.samples_until(t).len())?;
        self.core_and_wait_shares(at).map(|(cpu, _)| cpu)
    }

    /// Private memory at the last sample by `t`. None before the first one.
    pub(super) fn private_bytes_at_time(&self, t: Nanos) -> Option<u64> {
        self.last_sample(t)?.private_bytes
    }

    /// The `n`th task that it took, from 0.
    #[must_use]
    pub fn nth_task(&self, n: u32) -> Option<TaskId> {
        let record = self.records.get(self.records.partition_point(|record| record.tasks_taken_so_far() <= n))?;
        Some(TaskId(record.first + (n - record.before)))
    }
}

impl Lane {
    /// Workers of a slot that have started by `t`, in order.
    #[must_use]
    pub fn workers_in_slot(
        &self,
        slot: SlotId,
        t: Nanos,
    ) -> impl DoubleEndedIterator<Item = WorkerId> + ExactSizeIterator + '_ {
        let all = self.slots.all.get(slot.index()).map_or(&[][..], |slot| &slot.workers);
        all[..all.partition_point(|(spawned, _)| *spawned <= t)].iter().map(|(_, id)| *id)
    }

    /// Number of tasks that a worker has finished by `t`.
    #[must_use]
    pub fn tasks_finished(&self, id: WorkerId, t: Nanos) -> u32 {
        let Some(worker) = self.workers.get(id) else { return 0 };
        let Some(record) = worker.record(t) else { return 0 };
        let finished = |from: u32, to: u32| {
            let tasks = self.tasks.rows_of(from as usize..to as usize);
            tasks.iter().filter(|task| task.has_finished(t)).count() as u32
        };
        let of_record = finished(record.first, record.first + record.count);
        // Without failures, all records before the current one are finished.
        if self.failed.count(t) + self.lost.count(t) + self.abandoned.count(t) == 0 {
            return record.before + of_record;
        }
        let records = worker.records.iter().take_while(|record| record.taken <= t);
        records.map(|record| finished(record.first, record.first + record.count)).sum()
    }
}
