//! The output of a recording. The end of the run does not wait for a slow reader.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, poll};

/// How long to wait for a stalled reader after the last event.
const STALL_TIMEOUT: Duration = Duration::from_secs(2);
/// How often to check whether there are more events, in ms.
const CHECK_INTERVAL: u16 = 100;

/// A file, device or pipe.
pub(super) struct RecordingOutput {
    file: File,
    /// Bytes that may still be written; none for no limit.
    room: Option<u64>,
    /// Whether the last event has been received.
    no_more_events: Arc<AtomicBool>,
    /// Whether writing was given up; unwritten events are lost.
    closed: bool,
}

impl RecordingOutput {
    pub(super) fn new(file: File, max_bytes: Option<u64>, no_more_events: Arc<AtomicBool>) -> Self {
        Self { file, room: max_bytes, no_more_events, closed: false }
    }

    /// Waits until the output is writable.
    fn wait_until_writable(&self) -> io::Result<()> {
        let mut deadline = None;
        loop {
            let mut fds = [PollFd::new(self.file.as_fd(), PollFlags::POLLOUT)];
            match poll(&mut fds, CHECK_INTERVAL) {
                Ok(0) | Err(Errno::EINTR) => {}
                Ok(_) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
            // During the run, wait as long as necessary: a slow reader delays only this thread.
            if self.no_more_events.load(Ordering::Relaxed) {
                let now = Instant::now();
                if now >= *deadline.get_or_insert(now + STALL_TIMEOUT) {
                    return Err(io::Error::new(ErrorKind::TimedOut, "the reader stopped reading"));
                }
            }
        }
    }
}

impl Write for RecordingOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.closed {
            return Err(ErrorKind::TimedOut.into());
        }
        if self.room.is_some_and(|room| room < bytes.len() as u64) {
            return Err(ErrorKind::FileTooLarge.into());
        }
        loop {
            match self.file.write(bytes) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.wait_until_writable().inspect_err(|_| self.closed = true)?;
                }
                written => {
                    let n = written? as u64;
                    self.room = self.room.map(|room| room - n);
                    return Ok(n as usize);
                }
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_ends_at_its_maximum_size() {
        let file = tempfile::tempfile().unwrap();
        let mut output = RecordingOutput::new(file.try_clone().unwrap(), Some(10), Arc::default());
        output.write_all(b"123456").unwrap();
        assert_eq!(output.write(b"78901").unwrap_err().kind(), ErrorKind::FileTooLarge);
        assert_eq!(file.metadata().unwrap().len(), 6);
    }
}
