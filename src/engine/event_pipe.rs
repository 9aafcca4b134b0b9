//! The event pipe: one for the whole run.

use std::os::fd::OwnedFd;

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::unistd::pipe2;

/// What is asked for. With Linux's own 64 KiB writers wait for the reader's next turn again and again.
pub const REQUESTED_CAPACITY: i32 = 1024 * 1024;

/// The reading end, which does not block, and the writing end, which does.
pub(super) fn open() -> nix::Result<(OwnedFd, OwnedFd)> {
    let (read, write) = pipe2(OFlag::O_CLOEXEC)?;
    fcntl(&read, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    // A user may have used up their allowance: take what there is.
    let _ = (0..4)
        .map(|halvings| REQUESTED_CAPACITY >> halvings)
        .find(|size| fcntl(&write, FcntlArg::F_SETPIPE_SZ(*size)).is_ok());
    Ok((read, write))
}

/// The bytes that an event pipe holds here, of [`REQUESTED_CAPACITY`].
///
/// # Errors
/// When there is none to be had.
pub fn capacity() -> nix::Result<i32> {
    let (_, write) = open()?;
    fcntl(&write, FcntlArg::F_GETPIPE_SZ)
}
