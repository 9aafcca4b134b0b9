//! The slots of a lane and the workers that have run in them.

use super::invalid_event::{InvalidEvent, invalid};
use crate::event::{Nanos, SlotId, WorkerId};

/// A slot and its workers.
#[derive(Clone, Debug, Default)]
pub(super) struct SlotWorkers {
    /// Workers with their start times, in order of time.
    pub(super) workers: Vec<(Nanos, WorkerId)>,
    /// Number of earlier workers, which are forgotten.
    forgotten: u32,
    /// Time at which a worker could not be started in the slot.
    pub(super) refused: Option<Nanos>,
}

impl SlotWorkers {
    fn is_unknown(&self) -> bool {
        self.workers.is_empty() && self.forgotten == 0 && self.refused.is_none()
    }
}

/// All slots of a lane by number.
#[derive(Clone, Debug, Default)]
pub(super) struct LaneSlots {
    pub(super) all: Vec<SlotWorkers>,
    /// Number of slots whose numbers were skipped, and which have had no worker yet.
    skipped: usize,
    planned: u32,
    /// Whether workers beyond the planned ones add slots.
    grows: bool,
}

impl LaneSlots {
    /// Maximum number of slots that are skipped.
    const MAX_SKIPPED: usize = 1024;

    pub(super) fn new(planned: u32, grows: bool) -> Self {
        Self { all: Vec::new(), skipped: 0, planned, grows }
    }

    pub(super) fn count(&self) -> usize {
        self.all.len().max(self.planned as usize)
    }

    /// Forgets the workers that others had replaced before `t`.
    pub(super) fn forget_before(&mut self, t: Nanos) {
        for slot in &mut self.all {
            let earlier = slot.workers.partition_point(|(spawned, _)| *spawned <= t).saturating_sub(1);
            slot.workers.drain(..earlier);
            slot.forgotten += earlier as u32;
        }
    }

    /// Number of workers that were not the first in their slot.
    pub(super) fn replaced_count(&self) -> u32 {
        self.all.iter().map(|slot| slot.forgotten + slot.workers.len().saturating_sub(1) as u32).sum()
    }

    pub(super) fn slot_or_insert(&mut self, id: SlotId) -> Result<&mut SlotWorkers, InvalidEvent> {
        let i = id.index();
        let skipped = self.skipped + i.saturating_sub(self.all.len());
        if (id.0 >= self.planned && !self.grows) || skipped > Self::MAX_SKIPPED.max(self.planned as usize) {
            return invalid!("there is no slot {id}: {} are planned, {} known", self.planned, self.all.len());
        }
        if i >= self.all.len() {
            self.skipped = skipped;
            self.all.resize(i + 1, SlotWorkers::default());
        } else if self.all[i].is_unknown() {
            self.skipped = skipped.saturating_sub(1);
        }
        Ok(&mut self.all[i])
    }
}
