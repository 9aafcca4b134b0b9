//! Memory of workers: as sampled from processes, and by kind as a cluster reports it.

use super::super::fold::LARGEST_PAYLOAD;
use super::super::times::StepAmount;
use crate::event::ProcessSample;

/// Private memory of the sampled processes, or a change of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::model) struct SampledMemory {
    pub(in crate::model) bytes: i64,
    /// Number of processes that were sampled.
    pub(in crate::model) processes: i64,
}

impl SampledMemory {
    /// Memory of one process by its last sample, capped to a plausible maximum.
    pub(super) fn of_process(sample: Option<&ProcessSample>) -> Self {
        let bytes = sample.and_then(|sample| sample.private_bytes);
        bytes.map_or_else(Self::default, |bytes| Self { bytes: bytes.min(LARGEST_PAYLOAD).cast_signed(), processes: 1 })
    }

    pub(in crate::model) fn minus(self, other: Self) -> Self {
        Self { bytes: self.bytes - other.bytes, processes: self.processes - other.processes }
    }
}

impl StepAmount for SampledMemory {
    fn plus(self, other: Self) -> Self {
        Self { bytes: self.bytes.saturating_add(other.bytes), processes: self.processes + other.processes }
    }
}

/// Memory of a worker of a cluster by kind in bytes, or a change of it.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::model) struct WorkerMemory {
    pub(in crate::model) managed: i64,
    pub(in crate::model) unmanaged: i64,
    pub(in crate::model) spilled: i64,
}

impl WorkerMemory {
    pub(in crate::model) fn minus(self, other: Self) -> Self {
        Self {
            managed: self.managed - other.managed,
            unmanaged: self.unmanaged - other.unmanaged,
            spilled: self.spilled - other.spilled,
        }
    }
}

impl StepAmount for WorkerMemory {
    fn plus(self, other: Self) -> Self {
        Self {
            managed: self.managed.saturating_add(other.managed),
            unmanaged: self.unmanaged.saturating_add(other.unmanaged),
            spilled: self.spilled.saturating_add(other.spilled),
        }
    }
}
