//! What a machine has for the processes of a lane.

use super::prediction::Prediction;

/// Upper bounds that a lane must not exceed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// Memory in bytes.
    pub memory: u64,
    /// Processes that a program may start and keep.
    pub processes: u64,
}

impl Capacity {
    /// Of a machine without bounds.
    pub const UNLIMITED: Self = Self { memory: u64::MAX, processes: u64::MAX };

    /// Whether a lane keeps within it.
    #[must_use]
    pub fn fits(&self, prediction: &Prediction) -> bool {
        prediction.peak_memory <= self.memory && u64::from(prediction.processes) <= self.processes
    }
}
