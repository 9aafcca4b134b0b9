//! Queries the terminal for its capabilities, with a time limit.

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
use crate::system::input_parser::{InputParser, TerminalInput};
use crate::theme::AMBIGUOUS_SIGNS;

/// Saves the cursor; a report of its position (CPR) comes before and after the signs.
const BEFORE_SIGNS: &str = "\x1b7\x1b[6n";
/// Removes the signs. Asks for the background (OSC 11), for mode 2026 (DECRQM), and last for the device attributes:
/// every terminal answers the latter, so that one without the others need not time out.
const AFTER_SIGNS: &str = "\x1b[6n\x1b8\x1b[K\x1b]11;?\x1b\\\x1b[?2026$p\x1b[c";
/// Time limit for the answer, long enough for a remote terminal.
const ANSWER_TIMEOUT: Duration = Duration::from_millis(500);

/// The result of the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum QueryResult {
    Answered(TerminalAnswers),
    /// No answer before the time limit.
    NoAnswer,
    /// There is no terminal, or mpviz is not in its foreground.
    NotAsked,
}

impl QueryResult {
    /// The answers; none if there are none.
    pub(super) const fn answers(&self) -> Option<&TerminalAnswers> {
        match self {
            Self::Answered(answers) => Some(answers),
            Self::NoAnswer | Self::NotAsked => None,
        }
    }
}

/// What the terminal answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct TerminalAnswers {
    /// Whether it supports synchronized updates.
    pub(super) synchronized_updates: bool,
    /// Whether signs of ambiguous width are two cells wide; none if it did not say.
    pub(super) has_wide_signs: Option<bool>,
    /// Red, green and blue of the background; none if it did not say.
    pub(super) background: Option<[u8; 3]>,
    /// Row and column of the cursor before the signs.
    position_before_signs: Option<(u16, u16)>,
}

impl TerminalAnswers {
    fn add(&mut self, input: TerminalInput) {
        match input {
            // 1 set, 2 reset, 3 permanently set; 0 is unknown, 4 permanently reset.
            TerminalInput::ModeReport { mode: 2026, setting } => {
                self.synchronized_updates = matches!(setting, 1..=3);
            }
            TerminalInput::Background(color) => self.background = Some(color),
            TerminalInput::CursorPosition { row, column } => match self.position_before_signs {
                None => self.position_before_signs = Some((row, column)),
                Some((row_before, column_before)) if row_before == row => {
                    let width = usize::from(column.saturating_sub(column_before));
                    self.has_wide_signs = Some(width > AMBIGUOUS_SIGNS.chars().count());
                }
                Some(_) => {}
            },
            _ => {}
        }
    }
}

/// Opens the controlling terminal, if any; standard output may be a pipe.
///
/// A descriptor of its own, because `O_NONBLOCK` applies to all duplicates.
pub(super) fn open_terminal() -> Option<File> {
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    File::options().read(true).write(true).custom_flags(flags.bits()).open("/dev/tty").ok()
}

/// Asks the terminal for its capabilities, and restores its modes.
pub(super) fn query_terminal(tty: &File) -> QueryResult {
    if tcgetpgrp(tty).ok() != Some(getpgrp()) {
        return QueryResult::NotAsked;
    }
    match send_query(tty, ANSWER_TIMEOUT) {
        Ok(answers) => QueryResult::Answered(answers),
        Err(error) if error.kind() == io::ErrorKind::TimedOut => QueryResult::NoAnswer,
        Err(_) => QueryResult::NotAsked,
    }
}

/// Sends the query and waits for the answer, both within `timeout`: the terminal may accept no output or send nothing.
fn send_query(mut tty: &File, timeout: Duration) -> io::Result<TerminalAnswers> {
    let deadline = Instant::now() + timeout;
    // Signals stay blocked until the terminal's modes are restored.
    let signals = BlockedSignals::block_all()?;
    let raw = RawMode::enter(tty)?;
    let query = [BEFORE_SIGNS, AMBIGUOUS_SIGNS, AFTER_SIGNS].concat();
    let mut query = query.as_bytes();
    while !query.is_empty() {
        signals.wait(Some(tty.as_fd()), PollFlags::POLLOUT, deadline)?;
        query = &query[none_if_would_block(tty.write(query))?.unwrap_or(0)..];
    }
    let (mut parser, mut answers) = (InputParser::default(), TerminalAnswers::default());
    while Instant::now() < deadline {
        signals.wait(Some(tty.as_fd()), PollFlags::POLLIN, deadline)?;
        let mut bytes = [0; 256];
        let count = match none_if_would_block(tty.read(&mut bytes))? {
            Some(0) => break,
            count => count.unwrap_or(0),
        };
        for input in bytes[..count].iter().filter_map(|byte| parser.advance(*byte)) {
            if input == TerminalInput::DeviceAttributes {
                raw.mark_answer_complete();
                return Ok(answers);
            }
            answers.add(input);
        }
    }
    Err(io::ErrorKind::TimedOut.into())
}

/// Turns `WouldBlock` into `None`: another process may have read or written first.
fn none_if_would_block(done: io::Result<usize>) -> io::Result<Option<usize>> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
        done => done.map(Some),
    }
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
