//! Queries the terminal for synchronized updates, with a time limit.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::time::{Duration, Instant};

use nix::fcntl::OFlag;
use nix::poll::PollFlags;
use nix::sys::termios::{FlushArg, SetArg, Termios, cfmakeraw, tcflush, tcgetattr, tcsetattr};
use nix::unistd::{getpgrp, tcgetpgrp};

use super::blocked_signals::BlockedSignals;

/// Asks for mode 2026 (DECRQM), then for the device attributes: every terminal answers the latter, so that one without
/// DECRQM need not time out.
const SYNCHRONIZED_UPDATE_QUERY: &[u8] = b"\x1b[?2026$p\x1b[c";
/// Time limit for the answer, long enough for a remote terminal.
const ANSWER_TIMEOUT: Duration = Duration::from_millis(500);
/// Maximum length of the terminal's answer, in bytes.
const MAX_ANSWER_BYTES: usize = 1024;

/// The result of the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SynchronizedUpdateSupport {
    Supported,
    Unsupported,
    /// No answer before the time limit.
    NoAnswer,
    /// There is no terminal, or mpviz is not in its foreground.
    NotAsked,
}

/// Opens the controlling terminal, if any; standard output may be a pipe.
///
/// A descriptor of its own, because `O_NONBLOCK` applies to all duplicates.
pub(super) fn open_terminal() -> Option<File> {
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    File::options().read(true).write(true).custom_flags(flags.bits()).open("/dev/tty").ok()
}

/// Asks the terminal whether it supports synchronized updates, and restores its modes.
pub(super) fn query_synchronized_updates(tty: &File) -> SynchronizedUpdateSupport {
    if tcgetpgrp(tty).ok() != Some(getpgrp()) {
        return SynchronizedUpdateSupport::NotAsked;
    }
    match send_query(tty, ANSWER_TIMEOUT) {
        Ok(answer) => answer,
        Err(error) if error.kind() == io::ErrorKind::TimedOut => SynchronizedUpdateSupport::NoAnswer,
        Err(_) => SynchronizedUpdateSupport::NotAsked,
    }
}

/// Sends the query and waits for the answer, both within `timeout`: the terminal may accept no output or send nothing.
fn send_query(mut tty: &File, timeout: Duration) -> io::Result<SynchronizedUpdateSupport> {
    let deadline = Instant::now() + timeout;
    // Signals stay blocked until the terminal's modes are restored.
    let signals = BlockedSignals::block_all()?;
    let raw = RawMode::enter(tty)?;
    let mut query = SYNCHRONIZED_UPDATE_QUERY;
    while !query.is_empty() {
        signals.wait(Some(tty.as_fd()), PollFlags::POLLOUT, deadline)?;
        query = &query[none_if_would_block(tty.write(query))?.unwrap_or(0)..];
    }
    let mut answer = Vec::new();
    while answer.len() <= MAX_ANSWER_BYTES {
        signals.wait(Some(tty.as_fd()), PollFlags::POLLIN, deadline)?;
        let mut bytes = [0; 256];
        match none_if_would_block(tty.read(&mut bytes))? {
            Some(0) => break,
            Some(read) => answer.extend_from_slice(&bytes[..read]),
            None => {}
        }
        if let Some(support) = parse_answer(&answer) {
            raw.mark_answer_complete();
            return Ok(support);
        }
    }
    Ok(SynchronizedUpdateSupport::NoAnswer)
}

/// Turns `WouldBlock` into `None`: another process may have read or written first.
fn none_if_would_block(done: io::Result<usize>) -> io::Result<Option<usize>> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
        done => done.map(Some),
    }
}

/// Parses the answer; none before the device attributes have arrived.
fn parse_answer(answer: &[u8]) -> Option<SynchronizedUpdateSupport> {
    let mut support = SynchronizedUpdateSupport::Unsupported;
    for report in answer.split(|byte| *byte == 0x1b) {
        let Some(body) = report.strip_prefix(b"[?") else { continue };
        match body {
            // 1 set, 2 reset, 3 permanently set; 0 is unknown, 4 permanently reset.
            b"2026;1$y" | b"2026;2$y" | b"2026;3$y" => support = SynchronizedUpdateSupport::Supported,
            _ if body
                .iter()
                .position(|byte| !byte.is_ascii_digit() && *byte != b';')
                .is_some_and(|n| body[n] == b'c') =>
            {
                return Some(support);
            }
            _ => {}
        }
    }
    None
}

/// Raw mode, restored when dropped.
struct RawMode<'a> {
    tty: &'a File,
    previous: Termios,
    answer_pending: std::cell::Cell<bool>,
}

impl<'a> RawMode<'a> {
    fn enter(tty: &'a File) -> nix::Result<Self> {
        let raw = Self { tty, previous: tcgetattr(tty)?, answer_pending: true.into() };
        let mut modes = raw.previous.clone();
        cfmakeraw(&mut modes);
        // TCSANOW: pending output of other programs may never drain.
        tcsetattr(tty, SetArg::TCSANOW, &modes)?;
        Ok(raw)
    }

    /// Records that the whole answer has been received.
    fn mark_answer_complete(&self) {
        self.answer_pending.set(false);
    }
}

impl Drop for RawMode<'_> {
    fn drop(&mut self) {
        // Errors are ignored, because `drop` cannot report them.
        if self.answer_pending.get() {
            // A late answer would appear as input of the shell.
            let _ = tcflush(self.tty, FlushArg::TCIFLUSH);
        }
        let _ = tcsetattr(self.tty, SetArg::TCSANOW, &self.previous);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_answer_ends_with_the_device_attributes() {
        assert_eq!(parse_answer(b"\x1b[?2026;2$y"), None);
        assert_eq!(parse_answer(b"\x1b[?2026;2$y\x1b[?62;1;4c"), Some(SynchronizedUpdateSupport::Supported));
        assert_eq!(
            parse_answer(b"x\x1b[A\x1b[?2026;1$y\x1b[?1;2cjk"),
            Some(SynchronizedUpdateSupport::Supported),
            "among keys"
        );
        assert_eq!(parse_answer(b"\x1b[?2026;0$y\x1b[?62c"), Some(SynchronizedUpdateSupport::Unsupported));
        assert_eq!(parse_answer(b"\x1b[?2026;4$y\x1b[?62c"), Some(SynchronizedUpdateSupport::Unsupported));
        assert_eq!(
            parse_answer(b"\x1b[?1;2c"),
            Some(SynchronizedUpdateSupport::Unsupported),
            "does not know the question"
        );
    }

    proptest! {
        #[test]
        fn any_input_is_parsed_without_panic(answer in any::<Vec<u8>>()) {
            let _ = parse_answer(&answer);
        }
    }
}
