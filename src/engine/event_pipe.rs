//! The event pipe, shared by all workers of a run.

use std::os::fd::OwnedFd;

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::unistd::pipe2;

use crate::system::call_error::CallError;

/// Requested capacity in bytes. With Linux' default of 64 KiB, writers often block until the reader's next read.
pub const REQUESTED_PIPE_CAPACITY: i32 = 1024 * 1024;

/// Opens a pipe with a non-blocking reading end and a blocking writing end.
pub(super) fn open() -> Result<(OwnedFd, OwnedFd), CallError> {
    let (read, write) = pipe2(OFlag::O_CLOEXEC).map_err(CallError::in_call("pipe2"))?;
    fcntl(&read, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).map_err(CallError::in_call("fcntl(F_SETFL)"))?;
    // The user's pipe buffer quota may be exhausted: try smaller sizes.
    let _ = (0..4)
        .map(|halvings| REQUESTED_PIPE_CAPACITY >> halvings)
        .find(|size| fcntl(&write, FcntlArg::F_SETPIPE_SZ(*size)).is_ok());
    Ok((read, write))
}

/// Returns the capacity of a pipe, in bytes.
pub(super) fn capacity(pipe: &OwnedFd) -> nix::Result<i32> {
    fcntl(pipe, FcntlArg::F_GETPIPE_SZ)
}

/// Returns the capacity that an event pipe has on this machine, in bytes.
pub fn pipe_capacity() -> Result<i32, CallError> {
    capacity(&open()?.0).map_err(CallError::in_call("fcntl(F_GETPIPE_SZ)"))
}
