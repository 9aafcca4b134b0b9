//! Signals that wait until something is again as it was found.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};

use crate::system::signals::Ignored;

/// By these mpviz is told to end.
const ENDS: [Signal; 4] = [Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTERM];

/// Signals are kept back for as long as this lives; those that have come by then do what they do at its end.
pub(super) struct BlockedSignals {
    before: SigSet,
    ends: SignalFd,
}

impl BlockedSignals {
    /// Keeps back what would end mpviz.
    pub(super) fn block_termination() -> io::Result<Self> {
        Self::keep_back(&ENDS.into_iter().collect())
    }

    /// Keeps back all that can be.
    pub(super) fn block_all() -> io::Result<Self> {
        Self::keep_back(&SigSet::all())
    }

    fn keep_back(signals: &SigSet) -> io::Result<Self> {
        // While it is kept back the kernel keeps even a signal that is ignored, and that is nothing to end for.
        let ignored = Ignored::read();
        let ends = ENDS.into_iter().filter(|signal| !ignored.contains(*signal as i32)).collect();
        let ends = SignalFd::with_flags(&ends, SfdFlags::SFD_CLOEXEC)?;
        Ok(Self { before: signals.thread_swap_mask(SigmaskHow::SIG_BLOCK)?, ends })
    }

    /// Waits until a file, if there still is one, is ready.
    ///
    /// # Errors
    /// `TimedOut` when it is not until then; `Interrupted` when mpviz has been told to end, and should tidy up.
    pub(super) fn wait(&self, file: Option<BorrowedFd<'_>>, ready: PollFlags, until: Instant) -> io::Result<()> {
        let mut fds = vec![PollFd::new(self.ends.as_fd(), PollFlags::POLLIN)];
        fds.extend(file.map(|file| PollFd::new(file, ready)));
        loop {
            let left = until.saturating_duration_since(Instant::now());
            // Rounded up, or the last millisecond is spent asking again and again.
            let up = if left.is_zero() { left } else { left + Duration::from_millis(1) };
            match poll(&mut fds, PollTimeout::try_from(up).unwrap_or(PollTimeout::ZERO)) {
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
        let _ = self.before.thread_set_mask();
    }
}
