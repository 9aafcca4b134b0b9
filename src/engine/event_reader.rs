//! The reader thread of the event pipe. It blocks only on the pipe, never on the executor.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::eventfd::EventFd;
use nix::unistd::read;

use super::RunError;
use super::event_pipe;
use super::queue::Queue;
use super::reaper::ProcessExit;
use crate::event::codec::{self, CodecError};
use crate::event::{Nanos, StampedEvent, TakenTaskBounds};
use crate::system::call_error::CallError;
use crate::system::clock::Epoch;
use crate::system::threads;

/// Delay between waking up and reading: it batches the events of many workers, and a writer need not wake the reader
/// for each.
const EVENT_BATCH_DELAY: Duration = Duration::from_millis(4);
/// Upper bound on the time between two batches.
const MAX_BATCH_INTERVAL: Duration = Duration::from_millis(100);
/// A pipe that fills to this part or further between two batches is read as often as possible.
const MAX_PIPE_FILL: usize = 8;
/// Bytes after which a batch is passed on; more than the pipe holds.
const MAX_BATCH_BYTES: usize = 2 * 1024 * 1024;

/// Events and exits that were reported up to a point in time.
pub(super) struct EventBatch {
    pub(super) at: Nanos,
    /// Events of the workers.
    pub(super) events: Vec<StampedEvent>,
    /// Exited processes; all their events are in this batch or an earlier one.
    pub(super) exits: Vec<ProcessExit>,
    /// Lower and upper bound on the number of tasks taken from each shared queue.
    pub(super) taken: Vec<Option<TakenTaskBounds>>,
    /// The error in an invalid line.
    pub(super) decode_error: Option<CodecError>,
}

pub(super) struct EventReader {
    pub(super) epoch: Epoch,
    pub(super) pipe: OwnedFd,
    pub(super) exits: Receiver<Result<ProcessExit, RunError>>,
    /// Readable when a batch is due at once: a process has exited, or a command was executed.
    pub(super) trigger: Arc<EventFd>,
    /// The shared queue of each lane.
    pub(super) queues: Vec<Option<Queue>>,
    /// Receives every batch; the reader ends after an error.
    pub(super) batches: Sender<Result<EventBatch, RunError>>,
    /// Time between two frames of the screen.
    pub(super) frame_interval: Duration,
}

impl EventReader {
    /// Starts the thread, which ends when all writing ends of the pipe are closed.
    pub(super) fn start(self) -> io::Result<JoinHandle<()>> {
        threads::start("reader", move || self.run())
    }

    fn run(self) {
        let mut decoder = LineDecoder::default();
        let mut pace = BatchPace::new(self.frame_interval, event_pipe::capacity(&self.pipe).unwrap_or(0) as usize);
        let mut open = true;
        while open {
            let batch = self.next_batch(&mut decoder, &mut pace, &mut open);
            open &= batch.is_ok();
            if self.batches.send(batch).is_err() {
                return;
            }
        }
    }

    /// Waits for events and reads them. Sets `open` to false if all writing ends of the pipe are closed.
    fn next_batch(
        &self,
        decoder: &mut LineDecoder,
        pace: &mut BatchPace,
        open: &mut bool,
    ) -> Result<EventBatch, RunError> {
        self.wait_until_due(pace).map_err(RunError::Call)?;
        // Exits are collected before the pipe is read: by then the pipe holds all events of these processes.
        let exits = self.exits.try_iter().collect::<Result<_, _>>()?;
        let before = self.queue_offsets();
        let at = self.epoch.now();
        let mut batch = EventBatch { at, events: Vec::new(), exits, taken: Vec::new(), decode_error: None };
        let read;
        (read, *open) = decoder.decode_available(&self.pipe, &mut batch).map_err(RunError::Call)?;
        pace.record_batch(read);
        let bounds = before.into_iter().zip(self.queue_offsets());
        batch.taken = bounds.map(|(before, after)| Some(TakenTaskBounds { before: before?, after: after? })).collect();
        Ok(batch)
    }

    /// Waits until the pipe is to be read: for the pause, then for an event. A trigger or the end of the pipe ends
    /// both waits.
    fn wait_until_due(&self, pace: &BatchPace) -> Result<(), CallError> {
        if !self.is_woken(PollFlags::empty(), pace.pause)?
            && !self.is_woken(PollFlags::POLLIN, pace.longest_pause.saturating_sub(pace.pause))?
        {
            return Ok(());
        }
        thread::sleep(EVENT_BATCH_DELAY);
        match self.trigger.read() {
            // EAGAIN: no batch was demanded.
            Ok(_) | Err(Errno::EAGAIN | Errno::EINTR) => Ok(()),
            Err(error) => Err(CallError::new("read of an eventfd", error)),
        }
    }

    /// Waits for these events of the pipe, or for the trigger. False after `timeout`.
    fn is_woken(&self, pipe_events: PollFlags, timeout: Duration) -> Result<bool, CallError> {
        let mut fds =
            [PollFd::new(self.pipe.as_fd(), pipe_events), PollFd::new(self.trigger.as_fd(), PollFlags::POLLIN)];
        match poll(&mut fds, PollTimeout::from(timeout.as_millis() as u16)) {
            Ok(0) => Ok(false),
            Ok(_) | Err(Errno::EINTR) => Ok(true),
            Err(error) => Err(CallError::new("poll", error)),
        }
    }

    fn queue_offsets(&self) -> Vec<Option<u32>> {
        self.queues.iter().map(|queue| queue.as_ref()?.taken_count().ok()).collect()
    }
}

/// Chooses how long the pipe is left alone between two batches: half a frame, so that a frame shows events at most half
/// a frame old, but not so long that the pipe fills and blocks its writers.
struct BatchPace {
    /// Pause before the next batch, in addition to [`EVENT_BATCH_DELAY`].
    pause: Duration,
    longest_pause: Duration,
    pipe_capacity: usize,
}

impl BatchPace {
    fn new(frame_interval: Duration, pipe_capacity: usize) -> Self {
        let longest_pause = (frame_interval / 2).min(MAX_BATCH_INTERVAL).saturating_sub(EVENT_BATCH_DELAY);
        Self { pause: Duration::ZERO, longest_pause, pipe_capacity }
    }

    /// Adapts the pause to the number of bytes that a batch took from the pipe. The pause grows slowly, because the
    /// rate of events may rise suddenly, above all after silence.
    fn record_batch(&mut self, bytes: usize) {
        self.pause = if bytes == 0 || bytes > self.pipe_capacity / MAX_PIPE_FILL {
            Duration::ZERO
        } else {
            (2 * self.pause + EVENT_BATCH_DELAY).min(self.longest_pause)
        };
    }
}

/// Decodes lines of events; buffers the beginning of an incomplete line.
#[derive(Default)]
struct LineDecoder(Vec<u8>);

impl LineDecoder {
    /// Reads and decodes what the pipe holds. Returns the number of bytes, and false if all writing ends are closed.
    fn decode_available(&mut self, pipe: &OwnedFd, batch: &mut EventBatch) -> Result<(usize, bool), CallError> {
        let mut buffer = [0; 16 * 1024];
        let mut total = 0;
        while total < MAX_BATCH_BYTES {
            match read(pipe, &mut buffer) {
                Ok(0) => return Ok((total, false)),
                Ok(n) => {
                    total += n;
                    self.decode(&buffer[..n], batch);
                }
                Err(Errno::EINTR) => {}
                // The pipe is empty.
                Err(Errno::EAGAIN) => break,
                Err(error) => return Err(CallError::new("read of the event pipe", error)),
            }
        }
        Ok((total, true))
    }

    fn decode(&mut self, bytes: &[u8], batch: &mut EventBatch) {
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let (line, next) = rest.split_at(end + 1);
            rest = next;
            let decoded = if self.0.is_empty() {
                codec::decode(line)
            } else {
                self.0.extend_from_slice(line);
                let decoded = codec::decode(&self.0);
                self.0.clear();
                decoded
            };
            match decoded {
                Ok(stamped) => batch.events.push(stamped),
                Err(error) => batch.decode_error = Some(error),
            }
        }
        self.0.extend_from_slice(rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pause after batches of these sizes, in ms, at a frame every 100 ms and a pipe of 1 MiB.
    fn pause_after(batches: &[usize]) -> u128 {
        let mut pace = BatchPace::new(Duration::from_millis(100), 1 << 20);
        for bytes in batches {
            pace.record_batch(*bytes);
        }
        pace.pause.as_millis()
    }

    #[test]
    fn pipe_is_read_twice_a_frame_while_it_fills_slowly() {
        assert_eq!([1, 2, 3, 4, 9].map(|batches| pause_after(&vec![1_000; batches])), [4, 12, 28, 46, 46]);
    }

    #[test]
    fn pipe_is_read_at_once_when_it_fills_fast_or_after_silence() {
        assert_eq!(pause_after(&[1_000, 1_000, 1_000, 200_000]), 0);
        assert_eq!(pause_after(&[1_000, 1_000, 1_000, 0]), 0);
    }
}
