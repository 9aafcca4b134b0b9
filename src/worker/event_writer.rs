//! Writes events to standard output, one line of JSON each.

use nix::errno::Errno;
use nix::unistd;
use rustix::stdio::stdout;

use super::WorkerConfig;
use crate::event::codec;
use crate::event::{Event, LaneId, Nanos, StampedEvent};
use crate::system::clock::Epoch;

/// The worker's end of the event pipe. Lines of different processes and threads never interleave: each is one `write`
/// shorter than `PIPE_BUF`.
pub(super) struct EventWriter {
    epoch: Epoch,
    lane: LaneId,
    line: Vec<u8>,
}

impl EventWriter {
    pub(super) fn new(config: &WorkerConfig) -> Self {
        Self { epoch: config.epoch, lane: config.lane, line: Vec::with_capacity(512) }
    }

    /// Time since the start of the run.
    pub(super) fn now(&self) -> Nanos {
        self.epoch.now()
    }

    /// Writes an event with the current time.
    pub(super) fn write(&mut self, event: Event) -> nix::Result<()> {
        self.buffer_event(self.now(), event);
        self.flush()
    }

    /// Buffers an event until the next [`EventWriter::flush`], so that two simultaneous events cost one `write`.
    pub(super) fn buffer_event(&mut self, at: Nanos, event: Event) {
        codec::encode(&StampedEvent { at, lane: Some(self.lane), event }, &mut self.line);
    }

    /// Writes the buffered events. An error means that the reader has closed the pipe.
    pub(super) fn flush(&mut self) -> nix::Result<()> {
        let mut rest = self.line.as_slice();
        while !rest.is_empty() {
            match unistd::write(stdout(), rest) {
                // A pipe accepts a whole line; a file or terminal, when run by hand, may accept part of it.
                Ok(written) => rest = &rest[written..],
                Err(Errno::EINTR) => {}
                Err(error) => return Err(error),
            }
        }
        self.line.clear();
        Ok(())
    }
}
