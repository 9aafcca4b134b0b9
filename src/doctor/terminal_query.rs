//! A question to the terminal, which may never answer it.

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

/// Whether the terminal knows synchronized updates (DECRQM of mode 2026),
/// and then who it is: every terminal answers that, so that one which does not know the first question is not waited for.
const QUESTION: &[u8] = b"\x1b[?2026$p\x1b[c";
/// Longer than a terminal far away takes to answer, and short enough to wait for one that never will.
const PATIENCE: Duration = Duration::from_millis(500);
/// More than the longest answer.
const MOST: usize = 1024;

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SyncSupport {
    Supported,
    Unsupported,
    /// None in time.
    NoAnswer,
    /// There is no terminal, or it is somebody else's at the moment.
    NotAsked,
}

/// The terminal that mpviz was started from, if there is one: standard output may be a pipe for the moment.
///
/// Opened anew, so that not waiting for it is our own affair.
pub(super) fn open_terminal() -> Option<File> {
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    File::options().read(true).write(true).custom_flags(flags.bits()).open("/dev/tty").ok()
}

/// Whether the terminal, as [`open_terminal`] opens it, can show a frame at once. It is left as it was.
pub(super) fn query_synchronized_updates(tty: &File) -> SyncSupport {
    if tcgetpgrp(tty).ok() != Some(getpgrp()) {
        return SyncSupport::NotAsked;
    }
    match ask(tty, PATIENCE) {
        Ok(answer) => answer,
        Err(error) if error.kind() == io::ErrorKind::TimedOut => SyncSupport::NoAnswer,
        Err(_) => SyncSupport::NotAsked,
    }
}

/// Neither the question nor the answer is waited for any longer than that: the terminal may be held up, or not be read at all.
fn ask(mut tty: &File, timeout: Duration) -> io::Result<SyncSupport> {
    let deadline = Instant::now() + timeout;
    // Until the terminal is given back.
    let signals = BlockedSignals::block_all()?;
    let raw = Raw::enter(tty)?;
    let mut question = QUESTION;
    while !question.is_empty() {
        signals.wait(Some(tty.as_fd()), PollFlags::POLLOUT, deadline)?;
        question = &question[unless_held_up(tty.write(question))?.unwrap_or(0)..];
    }
    let mut said = Vec::new();
    while said.len() <= MOST {
        signals.wait(Some(tty.as_fd()), PollFlags::POLLIN, deadline)?;
        let mut bytes = [0; 256];
        match unless_held_up(tty.read(&mut bytes))? {
            Some(0) => break,
            Some(read) => said.extend_from_slice(&bytes[..read]),
            None => {}
        }
        if let Some(answer) = parse_args(&said) {
            raw.nothing_will_follow();
            return Ok(answer);
        }
    }
    Ok(SyncSupport::NoAnswer)
}

/// Somebody else may have been quicker.
fn unless_held_up(done: io::Result<usize>) -> io::Result<Option<usize>> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
        done => done.map(Some),
    }
}

/// The answer, once the terminal has also said who it is.
fn parse_args(said: &[u8]) -> Option<SyncSupport> {
    let mut answer = SyncSupport::Unsupported;
    for report in said.split(|byte| *byte == 0x1b) {
        let Some(body) = report.strip_prefix(b"[?") else { continue };
        match body {
            // 1 and 2: known, on or off. 0 is unknown, 4 never on.
            b"2026;1$y" | b"2026;2$y" | b"2026;3$y" => answer = SyncSupport::Supported,
            _ if body
                .iter()
                .position(|byte| !byte.is_ascii_digit() && *byte != b';')
                .is_some_and(|n| body[n] == b'c') =>
            {
                return Some(answer);
            }
            _ => {}
        }
    }
    None
}

/// The terminal while it answers: nothing is echoed.
struct Raw<'a> {
    tty: &'a File,
    before: Termios,
    late: std::cell::Cell<bool>,
}

impl<'a> Raw<'a> {
    fn enter(tty: &'a File) -> nix::Result<Self> {
        let raw = Self { tty, before: tcgetattr(tty)?, late: true.into() };
        let mut modes = raw.before.clone();
        cfmakeraw(&mut modes);
        // At once: what others have written may never be taken.
        tcsetattr(tty, SetArg::TCSANOW, &modes)?;
        Ok(raw)
    }

    /// All answers are in.
    fn nothing_will_follow(&self) {
        self.late.set(false);
    }
}

impl Drop for Raw<'_> {
    fn drop(&mut self) {
        // There is nobody left to tell if this fails.
        if self.late.get() {
            // What has come would be typed into the shell.
            let _ = tcflush(self.tty, FlushArg::TCIFLUSH);
        }
        let _ = tcsetattr(self.tty, SetArg::TCSANOW, &self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_answer_is_complete_when_the_terminal_has_said_who_it_is() {
        assert_eq!(parse_args(b"\x1b[?2026;2$y"), None);
        assert_eq!(parse_args(b"\x1b[?2026;2$y\x1b[?62;1;4c"), Some(SyncSupport::Supported));
        assert_eq!(parse_args(b"x\x1b[A\x1b[?2026;1$y\x1b[?1;2cjk"), Some(SyncSupport::Supported), "among keys");
        assert_eq!(parse_args(b"\x1b[?2026;0$y\x1b[?62c"), Some(SyncSupport::Unsupported));
        assert_eq!(parse_args(b"\x1b[?2026;4$y\x1b[?62c"), Some(SyncSupport::Unsupported));
        assert_eq!(parse_args(b"\x1b[?1;2c"), Some(SyncSupport::Unsupported), "does not know the question");
    }

    proptest! {
        #[test]
        fn whatever_it_says_is_heard(said in any::<Vec<u8>>()) {
            let _ = parse_args(&said);
        }
    }
}
