//! A question to the terminal, which may never answer it.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::SigSet;
use nix::sys::termios::{SetArg, Termios, cfmakeraw, tcgetattr, tcsetattr};
use nix::unistd::{getpgrp, tcgetpgrp};

/// Whether the terminal knows synchronized updates (DECRQM of mode 2026),
/// and then who it is: every terminal answers that, so that one which does not know the first question is not waited for.
const QUESTION: &[u8] = b"\x1b[?2026$p\x1b[c";
/// Longer than a terminal far away takes to answer, and short enough to wait for one that never will.
const PATIENCE: Duration = Duration::from_millis(500);
/// More than the longest answer.
const MOST: usize = 1024;

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
    /// None in time.
    Silent,
    /// There is no terminal, or it is somebody else's at the moment.
    NotAsked,
}

/// Whether the terminal can show a frame at once. It is left as it was.
pub(super) fn synchronized_updates(tty: &File) -> Answer {
    if tcgetpgrp(tty).ok() != Some(getpgrp()) {
        return Answer::NotAsked;
    }
    ask(tty).unwrap_or(Answer::NotAsked)
}

fn ask(mut tty: &File) -> std::io::Result<Answer> {
    let raw = Raw::enter(tty)?;
    tty.write_all(QUESTION)?;
    let deadline = Instant::now() + PATIENCE;
    let mut said = Vec::new();
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let mut fds = [PollFd::new(tty.as_fd(), PollFlags::POLLIN)];
        // Rounded up, or the last millisecond is spent asking again and again.
        let left = PollTimeout::try_from(left + Duration::from_millis(1)).unwrap_or(PollTimeout::ZERO);
        if Instant::now() >= deadline || poll(&mut fds, left)? == 0 || said.len() > MOST {
            return Ok(Answer::Silent);
        }
        let mut bytes = [0; 256];
        let read = tty.read(&mut bytes)?;
        if read == 0 {
            return Ok(Answer::Silent);
        }
        said.extend_from_slice(&bytes[..read]);
        if let Some(answer) = understand(&said) {
            raw.nothing_will_follow();
            return Ok(answer);
        }
    }
}

/// The answer, once the terminal has also said who it is.
fn understand(said: &[u8]) -> Option<Answer> {
    let mut answer = Answer::No;
    for report in said.split(|byte| *byte == 0x1b) {
        let Some(body) = report.strip_prefix(b"[?") else { continue };
        match body {
            // 1 and 2: known, on or off. 0 is unknown, 4 never on.
            b"2026;1$y" | b"2026;2$y" | b"2026;3$y" => answer = Answer::Yes,
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

/// The terminal while it answers: nothing is echoed, and no signal keeps us from giving it back.
struct Raw<'a> {
    tty: &'a File,
    before: Termios,
    mask: SigSet,
    late: std::cell::Cell<bool>,
}

impl<'a> Raw<'a> {
    fn enter(tty: &'a File) -> nix::Result<Self> {
        let before = tcgetattr(tty)?;
        let mask = SigSet::all().thread_swap_mask(nix::sys::signal::SigmaskHow::SIG_BLOCK)?;
        let raw = Self { tty, before, mask, late: true.into() };
        let mut modes = raw.before.clone();
        cfmakeraw(&mut modes);
        tcsetattr(tty, SetArg::TCSADRAIN, &modes)?;
        Ok(raw)
    }

    /// All answers are in.
    fn nothing_will_follow(&self) {
        self.late.set(false);
    }
}

impl Drop for Raw<'_> {
    fn drop(&mut self) {
        // What may still come would be typed into the shell.
        let how = if self.late.get() { SetArg::TCSAFLUSH } else { SetArg::TCSADRAIN };
        // There is nobody left to tell if this fails.
        let _ = tcsetattr(self.tty, how, &self.before);
        let _ = self.mask.thread_set_mask();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_answer_is_complete_when_the_terminal_has_said_who_it_is() {
        assert_eq!(understand(b"\x1b[?2026;2$y"), None);
        assert_eq!(understand(b"\x1b[?2026;2$y\x1b[?62;1;4c"), Some(Answer::Yes));
        assert_eq!(understand(b"x\x1b[A\x1b[?2026;1$y\x1b[?1;2cjk"), Some(Answer::Yes), "among keys");
        assert_eq!(understand(b"\x1b[?2026;0$y\x1b[?62c"), Some(Answer::No));
        assert_eq!(understand(b"\x1b[?2026;4$y\x1b[?62c"), Some(Answer::No));
        assert_eq!(understand(b"\x1b[?1;2c"), Some(Answer::No), "does not know the question");
    }

    proptest! {
        #[test]
        fn whatever_it_says_is_heard(said in any::<Vec<u8>>()) {
            let _ = understand(&said);
        }
    }
}
