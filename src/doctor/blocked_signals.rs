//! Blocking of signals while a temporary change must be undone before mpviz ends.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};

use crate::system::signals::IgnoredSignalSet;

/// Signals that terminate mpviz.
const TERMINATION_SIGNALS: [Signal; 4] = [Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTERM];

/// Blocks signals until it is dropped; pending ones take effect then.
pub(super) struct BlockedSignals {
    previous_mask: SigSet,
    termination: SignalFd,
}

impl BlockedSignals {
    /// Blocks the signals that terminate mpviz.
    pub(super) fn block_termination() -> io::Result<Self> {
        Self::block_signals(&TERMINATION_SIGNALS.into_iter().collect())
    }

    /// Blocks all signals that can be blocked.
    pub(super) fn block_all() -> io::Result<Self> {
        Self::block_signals(&SigSet::all())
    }

    fn block_signals(signals: &SigSet) -> io::Result<Self> {
        // The kernel queues blocked signals even if they are ignored; ignored signals must not end the wait.
        let ignored = IgnoredSignalSet::read();
        let termination =
            TERMINATION_SIGNALS.into_iter().filter(|signal| !ignored.is_ignored(*signal as i32)).collect();
        let termination = SignalFd::with_flags(&termination, SfdFlags::SFD_CLOEXEC)?;
        Ok(Self { previous_mask: signals.thread_swap_mask(SigmaskHow::SIG_BLOCK)?, termination })
    }

    /// Waits until `file`, if any, is ready.
    ///
    /// # Errors
    /// `TimedOut` at the deadline; `Interrupted` when a termination signal is pending.
    pub(super) fn wait(&self, file: Option<BorrowedFd<'_>>, ready: PollFlags, deadline: Instant) -> io::Result<()> {
        let mut fds = vec![PollFd::new(self.termination.as_fd(), PollFlags::POLLIN)];
        fds.extend(file.map(|file| PollFd::new(file, ready)));
        loop {
            let remaining = deadline.saturating_duration_since(Instant::now());
            // Rounded up, so that the last millisecond is not spent polling without a timeout.
            let timeout = if remaining.is_zero() { remaining } else { remaining + Duration::from_millis(1) };
            match poll(&mut fds, PollTimeout::try_from(timeout).unwrap_or(PollTimeout::ZERO)) {
                Ok(0) => return Err(io::ErrorKind::TimedOut.into()),
                Ok(_) if fds[0].any() == Some(true) => return Err(io::ErrorKind::Interrupted.into()),
                Ok(_) => return Ok(()),
                Err(Errno::EINTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

impl Drop for BlockedSignals {
    fn drop(&mut self) {
        let _ = self.previous_mask.thread_set_mask();
    }
}
