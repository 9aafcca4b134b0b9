//! What a recording is written to. Whoever reads it may be slow, or take nothing at all: the run's end does not wait for that.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, poll};

/// Once all is said, a reader that takes nothing is waited for so long.
const PATIENCE: Duration = Duration::from_secs(2);
/// So often it is looked whether all is said, in ms.
const BEAT: u16 = 100;

/// A file, device or pipe that is written to.
pub(super) struct Outlet {
    file: File,
    /// Set when no more facts can come.
    all_is_said: Arc<AtomicBool>,
    /// Given up: whatever is still to be written is lost.
    closed: bool,
}

impl Outlet {
    pub(super) fn new(file: File, all_is_said: Arc<AtomicBool>) -> Self {
        Self { file, all_is_said, closed: false }
    }

    /// Waits until more can be written.
    fn wait(&self) -> io::Result<()> {
        let mut deadline = None;
        loop {
            let mut fds = [PollFd::new(self.file.as_fd(), PollFlags::POLLOUT)];
            match poll(&mut fds, BEAT) {
                Ok(0) | Err(Errno::EINTR) => {}
                Ok(_) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
            // As long as the run goes on, a reader may take its time.
            if self.all_is_said.load(Ordering::Relaxed) {
                let now = Instant::now();
                if now >= *deadline.get_or_insert(now + PATIENCE) {
                    return Err(io::Error::new(ErrorKind::TimedOut, "its reader takes nothing any more"));
                }
            }
        }
    }
}

impl Write for Outlet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.closed {
            return Err(ErrorKind::TimedOut.into());
        }
        loop {
            match self.file.write(bytes) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.wait().inspect_err(|_| self.closed = true)?;
                }
                written => return written,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
