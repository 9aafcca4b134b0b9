//! The one reader of the event pipe. It waits for nobody but the workers.

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
use super::reaper::ProcessExit;
use crate::event::codec::{self, CodecError};
use crate::event::{Nanos, StampedEvent, TakenBounds};
use crate::system::clock::Epoch;
use crate::system::threads;

/// Between hearing that there is something and reading it: events of many workers come in one go, and a writer does not
/// pay for waking the reader each time.
const GATHER: Duration = Duration::from_millis(4);
/// A mark at least this often while a run lasts, so that the live screen's time goes on when nothing happens. In ms.
const BEAT: u16 = 50;
/// The most that is read before it is passed on; more than the pipe holds.
const AT_ONCE: usize = 2 * 1024 * 1024;

/// What has arrived by a certain time.
pub(super) struct EventBatch {
    /// That time.
    pub(super) at: Nanos,
    /// What the workers said.
    pub(super) events: Vec<StampedEvent>,
    /// Whose process ended; all that they had said is in this batch or an earlier one.
    pub(super) exits: Vec<ProcessExit>,
    /// How far each shared queue was, by its own offset.
    pub(super) taken: Vec<Option<TakenBounds>>,
    /// A line that no worker of ours wrote.
    pub(super) decode_error: Option<CodecError>,
}

pub(super) struct EventReader {
    pub(super) epoch: Epoch,
    pub(super) pipe: OwnedFd,
    pub(super) exits: Receiver<ProcessExit>,
    /// Rung when there is an exit.
    pub(super) exit_notifier: Arc<EventFd>,
    /// For each lane, its shared queue.
    pub(super) queues: Vec<Option<Queue>>,
    pub(super) batches: Sender<EventBatch>,
}

impl EventReader {
    /// Reads until no process has the writing end.
    pub(super) fn start(self) -> io::Result<JoinHandle<()>> {
        threads::start("reader", move || self.run())
    }

    fn run(self) {
        let mut text = Text::default();
        let mut open = true;
        while open {
            self.wait();
            // Whoever exited before the pipe is read has said all they had to say by then.
            let exits = self.exits.try_iter().collect();
            let before = self.offsets();
            let at = self.epoch.now();
            let mut batch = EventBatch { at, events: Vec::new(), exits, taken: Vec::new(), decode_error: None };
            open = text.drain(&self.pipe, &mut batch);
            let both = before.into_iter().zip(self.offsets());
            batch.taken = both.map(|(before, after)| Some(TakenBounds { before: before?, after: after? })).collect();
            if self.batches.send(batch).is_err() {
                return;
            }
        }
    }

    fn wait(&self) {
        let mut both = [
            PollFd::new(self.pipe.as_fd(), PollFlags::POLLIN),
            PollFd::new(self.exit_notifier.as_fd(), PollFlags::POLLIN),
        ];
        if poll(&mut both, PollTimeout::from(BEAT)).is_ok_and(|ready| ready > 0) {
            thread::sleep(GATHER);
            let _ = self.exit_notifier.read();
        }
    }

    fn offsets(&self) -> Vec<Option<u32>> {
        self.queues.iter().map(|queue| queue.as_ref()?.taken_count().ok()).collect()
    }
}

/// Text that has been read and not yet understood: at most the beginning of a line.
#[derive(Default)]
struct Text(Vec<u8>);

impl Text {
    /// Reads what there is. False if nobody can write any more.
    fn drain(&mut self, pipe: &OwnedFd, batch: &mut EventBatch) -> bool {
        let mut room = [0; 16 * 1024];
        let mut total = 0;
        while total < AT_ONCE {
            match read(pipe, &mut room) {
                Ok(0) => return false,
                Ok(n) => {
                    total += n;
                    self.parse_args(&room[..n], batch);
                }
                Err(Errno::EINTR) => {}
                // EAGAIN: that was all.
                Err(_) => break,
            }
        }
        true
    }

    fn parse_args(&mut self, piece: &[u8], batch: &mut EventBatch) {
        let mut rest = piece;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let (line, next) = rest.split_at(end + 1);
            rest = next;
            let understood = if self.0.is_empty() {
                codec::decode(line)
            } else {
                self.0.extend_from_slice(line);
                let understood = codec::decode(&self.0);
                self.0.clear();
                understood
            };
            match understood {
                Ok(stamped) => batch.events.push(stamped),
                Err(error) => batch.decode_error = Some(error),
            }
        }
        self.0.extend_from_slice(rest);
    }
}
