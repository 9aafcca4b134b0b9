//! What observing a run cost, and how late or incomplete its events were.

/// What observing the run cost, and how late or incomplete its events were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct ObservationCost {
    /// CPU time of mpviz without its workers, in ns.
    pub cpu_ns: u64,
    /// Events applied.
    pub events: u64,
    /// Number of worker events that arrived after a mark with a later time.
    pub late_events: u64,
    /// Largest delay of such an event behind the mark, in ns.
    pub max_late_ns: u64,
    /// Samples that could not be taken.
    pub skipped_samples: u64,
    /// Peak resident memory of mpviz, in bytes.
    pub peak_bytes: u64,
    /// Longest time between two marks while a lane ran, in ns. Marks arrive at least every 100 ms unless mpviz is
    /// stopped or gets no core.
    pub longest_unseen_ns: u64,
}

impl ObservationCost {
    /// Delays of mpviz below this are not reported, in ns.
    const HELD_UP_THRESHOLD_NS: u64 = 1_000_000_000;

    /// How long mpviz itself was held up, in ns, if that is worth reporting.
    #[must_use]
    pub fn held_up(&self) -> Option<u64> {
        Some(self.longest_unseen_ns).filter(|time| *time >= Self::HELD_UP_THRESHOLD_NS)
    }
}
