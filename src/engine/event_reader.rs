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

use super::queue::Queue;
use super::reaper::{ProcessExit, ReapError};
use crate::event::codec::{self, CodecError};
use crate::event::{Nanos, StampedEvent, TakenTaskBounds};
use crate::system::clock::Epoch;
use crate::system::threads;

/// Delay between waking up and reading: it batches the events of many workers, and a writer need not wake the reader
/// for each.
const EVENT_BATCH_DELAY: Duration = Duration::from_millis(4);
/// Maximum time between two batches, in ms, so that the screen's clock advances when nothing happens.
const MAX_BATCH_INTERVAL: u16 = 50;
/// Bytes after which a batch is passed on; more than the pipe holds.
const MAX_BATCH_BYTES: usize = 2 * 1024 * 1024;

/// Events and exits that were reported up to a point in time.
pub(super) struct EventBatch {
    pub(super) at: Nanos,
    /// Events of the workers.
    pub(super) events: Vec<StampedEvent>,
    /// Exited processes; all their events are in this batch or an earlier one.
    pub(super) exits: Result<Vec<ProcessExit>, ReapError>,
    /// Lower and upper bound on the number of tasks taken from each shared queue.
    pub(super) taken: Vec<Option<TakenTaskBounds>>,
    /// The error in an invalid line.
    pub(super) decode_error: Option<CodecError>,
}

pub(super) struct EventReader {
    pub(super) epoch: Epoch,
    pub(super) pipe: OwnedFd,
    pub(super) exits: Receiver<Result<ProcessExit, ReapError>>,
    /// Readable when a process has exited.
    pub(super) exit_notifier: Arc<EventFd>,
    /// The shared queue of each lane.
    pub(super) queues: Vec<Option<Queue>>,
    pub(super) batches: Sender<EventBatch>,
}

impl EventReader {
    /// Starts the thread, which ends when all writing ends of the pipe are closed.
    pub(super) fn start(self) -> io::Result<JoinHandle<()>> {
        threads::start("reader", move || self.run())
    }

    fn run(self) {
        let mut decoder = LineDecoder::default();
        let mut open = true;
        while open {
            self.wait_for_events();
            // Exits are collected before the pipe is read: by then the pipe holds all events of these processes.
            let exits = self.exits.try_iter().collect();
            let before = self.queue_offsets();
            let at = self.epoch.now();
            let mut batch = EventBatch { at, events: Vec::new(), exits, taken: Vec::new(), decode_error: None };
            open = decoder.decode_available(&self.pipe, &mut batch);
            let bounds = before.into_iter().zip(self.queue_offsets());
            batch.taken =
                bounds.map(|(before, after)| Some(TakenTaskBounds { before: before?, after: after? })).collect();
            if self.batches.send(batch).is_err() {
                return;
            }
        }
    }

    fn wait_for_events(&self) {
        let mut fds = [
            PollFd::new(self.pipe.as_fd(), PollFlags::POLLIN),
            PollFd::new(self.exit_notifier.as_fd(), PollFlags::POLLIN),
        ];
        if poll(&mut fds, PollTimeout::from(MAX_BATCH_INTERVAL)).is_ok_and(|ready| ready > 0) {
            thread::sleep(EVENT_BATCH_DELAY);
            let _ = self.exit_notifier.read();
        }
    }

    fn queue_offsets(&self) -> Vec<Option<u32>> {
        self.queues.iter().map(|queue| queue.as_ref()?.taken_count().ok()).collect()
    }
}

/// Decodes lines of events; buffers the beginning of an incomplete line.
#[derive(Default)]
struct LineDecoder(Vec<u8>);

impl LineDecoder {
    /// Reads and decodes what the pipe holds. False if all writing ends are closed.
    fn decode_available(&mut self, pipe: &OwnedFd, batch: &mut EventBatch) -> bool {
        let mut buffer = [0; 16 * 1024];
        let mut total = 0;
        while total < MAX_BATCH_BYTES {
            match read(pipe, &mut buffer) {
                Ok(0) => return false,
                Ok(n) => {
                    total += n;
                    self.decode(&buffer[..n], batch);
                }
                Err(Errno::EINTR) => {}
                // EAGAIN: the pipe is empty.
                Err(_) => break,
            }
        }
        true
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
