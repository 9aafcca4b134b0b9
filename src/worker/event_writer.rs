//! How a worker says what happens: a line of JSON on standard output, at once.

use nix::errno::Errno;
use nix::unistd;
use rustix::stdio::stdout;

use super::WorkerConfig;
use crate::event::codec;
use crate::event::{Event, LaneId, Nanos, StampedEvent};
use crate::system::clock::Epoch;

/// The worker's side of the event pipe. Lines of a process and of its threads never mix: each is one `write` below `PIPE_BUF`.
pub(super) struct EventWriter {
    epoch: Epoch,
    lane: LaneId,
    line: Vec<u8>,
}

impl EventWriter {
    pub(super) fn new(config: &WorkerConfig) -> Self {
        Self { epoch: config.epoch, lane: config.lane, line: Vec::with_capacity(512) }
    }

    /// The time of the run.
    pub(super) fn now(&self) -> Nanos {
        self.epoch.now()
    }

    /// Says what happens now.
    pub(super) fn write(&mut self, event: Event) -> nix::Result<()> {
        self.buffer(self.now(), event);
        self.flush()
    }

    /// Keeps an event for the next [`EventWriter::flush`]: for two that happen within the time one `write` takes.
    pub(super) fn buffer(&mut self, at: Nanos, event: Event) {
        codec::encode(&StampedEvent { at, lane: Some(self.lane), event }, &mut self.line);
    }

    /// Writes what was noted. An error means that nobody listens any more, and ends the worker.
    pub(super) fn flush(&mut self) -> nix::Result<()> {
        let mut rest = self.line.as_slice();
        while !rest.is_empty() {
            match unistd::write(stdout(), rest) {
                // A pipe takes a line whole; a file or a terminal, when run by hand, may take part of it.
                Ok(written) => rest = &rest[written..],
                Err(Errno::EINTR) => {}
                Err(error) => return Err(error),
            }
        }
        self.line.clear();
        Ok(())
    }
}
