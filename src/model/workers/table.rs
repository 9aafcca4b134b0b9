//! All workers of a lane by number.

use super::super::invalid_event::{InvalidEvent, invalid};
use super::super::tasks::TaskTable;
use super::Worker;
use crate::event::{Nanos, WorkerId};

/// Resource use of workers that are forgotten, in ns.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::model) struct ForgottenWorkers {
    pub(in crate::model) cpu: u64,
    pub(in crate::model) run_delay: u64,
    pub(in crate::model) io: u64,
}

/// All workers of a lane by number, boxed so that gaps are cheap.
#[derive(Clone, Debug, Default)]
pub(in crate::model) struct WorkerTable {
    all: Vec<Option<Box<Worker>>>,
    /// Number of workers whose numbers were skipped, and which are not known yet.
    skipped: usize,
    pub(in crate::model) forgotten: ForgottenWorkers,
}

impl WorkerTable {
    /// Maximum number of workers of a lane, including replaced ones.
    const MAX_WORKERS: usize = 10_000_000;
    /// Maximum number of workers that are skipped: events of different workers overtake each other.
    const MAX_SKIPPED: usize = 65_536;

    pub(in crate::model) fn get(&self, id: WorkerId) -> Option<&Worker> {
        self.all.get(id.index())?.as_deref()
    }

    pub(in crate::model) fn get_mut(&mut self, id: WorkerId) -> Option<&mut Worker> {
        self.all.get_mut(id.index())?.as_deref_mut()
    }

    /// Returns a worker that was started; an error if its start is not known.
    pub(in crate::model) fn started_worker(&mut self, id: WorkerId) -> Result<&mut Worker, InvalidEvent> {
        match self.all.get_mut(id.index()) {
            Some(Some(worker)) if worker.spawned.is_some() => Ok(worker),
            _ => invalid!("worker {id} was never started"),
        }
    }

    /// A worker, which is added if it is unknown.
    pub(in crate::model) fn worker_or_insert(&mut self, id: WorkerId) -> Result<&mut Worker, InvalidEvent> {
        let i = id.index();
        let skipped = self.skipped + i.saturating_sub(self.all.len());
        if i >= Self::MAX_WORKERS || skipped > Self::MAX_SKIPPED {
            return invalid!("worker {id} is far beyond the {} known workers", self.all.len());
        }
        if i >= self.all.len() {
            self.skipped = skipped;
            self.all.resize(i + 1, None);
        } else if self.all[i].is_none() {
            // It may also have been forgotten.
            self.skipped = skipped.saturating_sub(1);
        }
        Ok(self.all[i].get_or_insert_default())
    }

    /// Returns the worker that sent an event, after checking that its times do not decrease. If the event is valid,
    /// its time is the worker's newest.
    pub(in crate::model) fn sender_of_event(&mut self, id: WorkerId, at: Nanos) -> Result<&mut Worker, InvalidEvent> {
        let worker = self.worker_or_insert(id)?;
        if worker.left.is_some() {
            return invalid!("worker {id} sent an event after its end");
        }
        if at < worker.last {
            return invalid!("the events of worker {id} go back in time: {at} ns after {} ns", worker.last);
        }
        Ok(worker)
    }

    /// Keeps the time of a valid event of this worker.
    pub(in crate::model) fn event_applied(&mut self, id: WorkerId, at: Nanos) {
        if let Some(Some(worker)) = self.all.get_mut(id.index()) {
            worker.last = at;
        }
    }

    /// Forgets what happened before `t`: workers that had ended, and earlier samples and records of the others.
    /// `tasks` has forgotten its own already.
    pub(in crate::model) fn forget_before(&mut self, t: Nanos, tasks: &TaskTable) {
        for place in &mut self.all {
            let Some(worker) = place else { continue };
            if worker.end_time() >= t {
                worker.forget_before(t, tasks);
            } else {
                let sample = worker.samples.last().map(|(_, sample)| (sample.cpu_ns, sample.run_delay_ns));
                let used = worker.usage.map(|usage| (usage.cpu_ns, usage.run_delay_ns)).or(sample).unwrap_or_default();
                self.forgotten.cpu = self.forgotten.cpu.saturating_add(used.0);
                self.forgotten.run_delay = self.forgotten.run_delay.saturating_add(used.1);
                self.forgotten.io = self.forgotten.io.saturating_add(worker.io.total_time(t));
                *place = None;
            }
        }
    }

    /// All known workers by number.
    pub(in crate::model) fn iter(&self) -> impl Iterator<Item = (WorkerId, &Worker)> {
        self.all.iter().enumerate().filter_map(|(i, worker)| Some((WorkerId(i as u32), worker.as_deref()?)))
    }
}
