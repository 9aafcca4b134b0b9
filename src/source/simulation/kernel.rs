//! The kernel's scheduler as processor sharing: each of r runnable bursts advances at min(1, cores ÷ r).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A time from 0 on in ns, as an integer of the same order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TimeKey(u64);

impl TimeKey {
    pub(super) fn new(time: f64) -> Self {
        Self(time.max(0.0).to_bits())
    }

    pub(super) fn time(self) -> f64 {
        f64::from_bits(self.0)
    }
}

/// Runnable bursts, of which all have the same service at any time. So a heap by the service at which a burst ends
/// answers which ends first, whatever starts or ends meanwhile.
pub(super) struct Kernel {
    cores: f64,
    now: f64,
    /// CPU time that a burst would have got if it had been runnable from the start.
    service: f64,
    /// CPU time used by all bursts.
    used: f64,
    added: u64,
    bursts: BinaryHeap<Reverse<(TimeKey, u64, u32)>>,
}

impl Kernel {
    pub(super) fn new(cores: u32) -> Self {
        Self { cores: f64::from(cores.max(1)), now: 0.0, service: 0.0, used: 0.0, added: 0, bursts: BinaryHeap::new() }
    }

    pub(super) fn now(&self) -> f64 {
        self.now
    }

    pub(super) fn used(&self) -> f64 {
        self.used
    }

    fn busy_cores(&self) -> f64 {
        (self.bursts.len() as f64).min(self.cores)
    }

    /// Starts a burst of this CPU time. A worker has at most one burst.
    pub(super) fn start_burst(&mut self, worker: u32, cpu: f64) {
        self.added += 1;
        self.bursts.push(Reverse((TimeKey::new(self.service + cpu), self.added, worker)));
    }

    /// Time at which the next burst ends, if no other starts before.
    pub(super) fn next_end(&self) -> Option<f64> {
        let Reverse((end, ..)) = self.bursts.peek()?;
        let rate = self.busy_cores() / self.bursts.len() as f64;
        Some(self.now + (end.time() - self.service).max(0.0) / rate)
    }

    /// Moves the time on, at most to [`Self::next_end`].
    pub(super) fn advance(&mut self, to: f64) {
        let elapsed = (to - self.now).max(0.0);
        self.used += elapsed * self.busy_cores();
        if !self.bursts.is_empty() {
            self.service += elapsed * self.busy_cores() / self.bursts.len() as f64;
        }
        self.now = self.now.max(to);
    }

    /// Ends the burst that ends first, and returns its worker.
    pub(super) fn end_burst(&mut self) -> Option<u32> {
        let Reverse((end, _, worker)) = self.bursts.pop()?;
        self.service = self.service.max(end.time());
        Some(worker)
    }

    /// Interrupts a worker's burst and returns its remaining CPU time. Costs O(n): the holder of a GIL runs alone.
    pub(super) fn interrupt(&mut self, worker: u32) -> f64 {
        let end = self.bursts.iter().find(|Reverse((.., of))| *of == worker).map(|Reverse((end, ..))| end.time());
        self.bursts.retain(|Reverse((.., of))| *of != worker);
        (end.unwrap_or(self.service) - self.service).max(0.0)
    }
}
