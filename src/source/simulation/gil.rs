//! A GIL as a FIFO lock with forced releases.

use std::collections::VecDeque;

/// How long a thread waits without a switch before it asks the holder to release, in ns: `sys.getswitchinterval()`.
const SWITCH_INTERVAL: f64 = 5e6;

/// State of the lock. The caller keeps the time.
#[derive(Default)]
pub(super) struct Gil {
    holder: Option<u32>,
    /// The thread that is being handed the lock.
    next: Option<u32>,
    /// A holder that was forced to release. It queues again once the lock is handed over.
    forced: Option<u32>,
    waiting: VecDeque<u32>,
    switches: u64,
}

impl Gil {
    pub(super) fn is_held_by(&self, worker: u32) -> bool {
        self.holder == Some(worker)
    }

    /// Number of times the lock was handed over.
    pub(super) fn switches(&self) -> u64 {
        self.switches
    }

    /// Acquires a free lock, or queues. Returns whether the worker has the lock.
    pub(super) fn acquire(&mut self, worker: u32) -> bool {
        if self.holder.is_none() && self.next.is_none() {
            self.holder = Some(worker);
            return true;
        }
        self.waiting.push_back(worker);
        false
    }

    /// When the first waiting thread asks for the lock if no switch happens before, in ns; none if no thread waits.
    pub(super) fn request_time(&self, now: f64) -> Option<f64> {
        (self.holder.is_some() && !self.waiting.is_empty()).then_some(now + SWITCH_INTERVAL)
    }

    /// Whether this was the first to queue: it starts the time of a request.
    pub(super) fn is_only_waiter(&self) -> bool {
        self.waiting.len() == 1
    }

    /// Releases the lock. Returns whether it is handed to a waiting thread, by [`Self::hand_over`] after a delay.
    pub(super) fn release(&mut self) -> bool {
        self.holder = None;
        self.next = self.waiting.pop_front();
        self.next.is_some()
    }

    /// Forces the holder to release to a waiting thread, after `switches` switches, and returns it.
    pub(super) fn force_release(&mut self, switches: u64) -> Option<u32> {
        let holder = self.holder.filter(|_| self.switches == switches && !self.waiting.is_empty())?;
        self.release();
        self.forced = Some(holder);
        Some(holder)
    }

    /// Ends a hand-over and returns the new holder.
    pub(super) fn hand_over(&mut self) -> Option<u32> {
        self.holder = self.next.take();
        self.switches += 1;
        self.waiting.extend(self.forced.take());
        self.holder
    }
}
