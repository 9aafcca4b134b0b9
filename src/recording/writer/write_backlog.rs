//! Limit on events waiting to be written.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use thiserror::Error;

use crate::event::StampedEvent;
use crate::event::units;
use crate::text;

/// About the size of the events of the largest run. A slow disk never reaches it, but a stalled one, or a pipe that is
/// not read, must not exhaust memory.
pub(super) const DEFAULT_BACKLOG_BYTES: usize = 512 << 20;

/// Size of the waiting events, in bytes.
pub(super) struct WriteBacklog {
    waiting: AtomicUsize,
    limit: usize,
    full: AtomicBool,
}

/// Error: the events waiting to be written exceed the limit.
#[derive(Debug, Error)]
#[error("{}", text!("recording-too-slow", size = units::format_bytes(*limit)))]
pub(super) struct BacklogFull {
    limit: u64,
}

impl WriteBacklog {
    pub(super) fn new(limit: usize) -> Self {
        Self { waiting: AtomicUsize::new(0), limit, full: AtomicBool::new(false) }
    }

    /// Adds the size of events that are waiting to be written. Returns false once the limit has been exceeded, and the
    /// reason the first time. Events after a gap would be useless, so none are accepted any more.
    pub(super) fn add_waiting(&self, events: &[StampedEvent]) -> Result<bool, BacklogFull> {
        let waiting = self.waiting.load(Ordering::Relaxed) + size_of_val(events);
        if waiting > self.limit {
            let first = !self.full.swap(true, Ordering::Relaxed);
            return if first { Err(BacklogFull { limit: self.limit as u64 }) } else { Ok(false) };
        }
        self.waiting.fetch_add(size_of_val(events), Ordering::Relaxed);
        Ok(!self.full.load(Ordering::Relaxed))
    }

    /// Subtracts events that have been written.
    pub(super) fn remove(&self, events: &[StampedEvent]) {
        self.waiting.fetch_sub(size_of_val(events), Ordering::Relaxed);
    }
}
