//! Facts that wait to be recorded: as many as there are, up to a limit.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::event::StampedEvent;
use crate::event::units;

/// About as much as the facts of the largest run take: no disk that is only slow makes so many of them wait, but one that has
/// stopped, or a pipe that nobody reads, must not take all memory.
pub(super) const MOST: usize = 512 << 20;

/// How much is waiting, in bytes.
pub(super) struct Backlog {
    waiting: AtomicUsize,
    most: usize,
    full: AtomicBool,
}

impl Backlog {
    pub(super) fn new(most: usize) -> Self {
        Self { waiting: AtomicUsize::new(0), most, full: AtomicBool::new(false) }
    }

    /// Whether there is room for these facts. Once there was none, what would come after has lost its beginning.
    ///
    /// # Errors
    /// The first time that there is none: why, in a sentence.
    pub(super) fn takes(&self, facts: &[StampedEvent]) -> Result<bool, String> {
        let waiting = self.waiting.load(Ordering::Relaxed) + size_of_val(facts);
        if waiting > self.most {
            let first = !self.full.swap(true, Ordering::Relaxed);
            let most = units::bytes(self.most as u64);
            return if first { Err(format!("it is written too slowly, and {most} wait already")) } else { Ok(false) };
        }
        self.waiting.fetch_add(size_of_val(facts), Ordering::Relaxed);
        Ok(!self.full.load(Ordering::Relaxed))
    }

    /// These facts no longer wait.
    pub(super) fn lets_go(&self, facts: &[StampedEvent]) {
        self.waiting.fetch_sub(size_of_val(facts), Ordering::Relaxed);
    }
}
