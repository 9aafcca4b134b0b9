//! The terminal: taken over, written to, and always given back as it was.
//!
//! Nothing here waits in the kernel for a terminal that takes nothing, and nobody holds a lock while waiting: a signal, or a
//! panic in any thread, must be able to give the terminal back whatever the other threads are at.

use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::termios::{FlushArg, SetArg, Termios, cfmakeraw, tcflush, tcgetattr, tcgetsid, tcsetattr};
use nix::unistd::{getpgrp, getsid, tcgetpgrp, write};

use crate::system::threads;

/// Takes the screen: the alternate one; what is pasted is marked as such, lest it be taken for keys.
pub(super) const ENTER: &str = "\x1b[?1049h\x1b[?2004h";
/// Clicks, drags and the wheel, with coordinates of any size; not every movement.
pub(super) const MOUSE_ON: &str = "\x1b[?1002h\x1b[?1006h";
/// Undoes all of that, and what a frame may have begun: a synchronized update, a style, a hidden cursor.
const LEAVE: &str = "\x1b[?2026l\x1b[m\x1b[?1006l\x1b[?1002l\x1b[?2004l\x1b[?1049l\x1b[?25h";

/// The most that is written at once: in between, others may need the terminal.
const PIECE: usize = 4096;
/// How often a writer looks whether the terminal is still its own. In ms.
const LOOK: u8 = 100;
/// A terminal that is given back is first waited for, then what it has not taken yet is thrown away, then it is given up.
const PATIENCE: Duration = Duration::from_millis(200);
const GRACE: Duration = Duration::from_millis(500);
const STEP: u8 = 20;

/// Whose the terminal is.
const FREE: u8 = 0;
const OURS: u8 = 1;
const GIVING_BACK: u8 = 2;

static TTY: OnceLock<Tty> = OnceLock::new();

struct Tty {
    /// Where keys come from; its modes are those of the terminal.
    keys: OwnedFd,
    screen: OwnedFd,
    /// The modes as they were.
    found: Mutex<Option<Termios>>,
    state: AtomicU8,
    /// How often it has been taken.
    turn: AtomicU32,
    /// Held for a write that does not wait.
    pen: Mutex<()>,
}

/// Whether there is a terminal that a screen can be drawn on, and one to press keys at.
#[must_use]
pub fn is_there() -> bool {
    let draws = std::env::var_os("TERM").is_some_and(|term| term != "dumb" && !term.is_empty());
    draws && io::stdout().is_terminal() && keyboard().is_ok()
}

/// Where keys come from: standard input, or else the terminal that mpviz was started from.
///
/// # Errors
/// When there is neither.
pub(super) fn keyboard() -> io::Result<OwnedFd> {
    if io::stdin().is_terminal() {
        io::stdin().as_fd().try_clone_to_owned()
    } else {
        Ok(File::open("/dev/tty")?.into())
    }
}

/// Whether mpviz is in the background: the terminal is others' then, and who reads from it or sets its modes is stopped.
pub(super) fn is_others(keys: BorrowedFd<'_>) -> bool {
    tcgetpgrp(keys).is_ok_and(|group| group != getpgrp())
}

/// Whether the terminal is gone, also where `poll` does not say so.
pub(super) fn is_gone(keys: BorrowedFd<'_>) -> bool {
    tcgetattr(keys).is_err()
}

/// Makes the terminal ours: keys come at once and unechoed. May be called when it is ours already but somebody changed its
/// modes. The screen's part is done by [`ENTER`]. False in the background, where it is others'.
///
/// # Errors
/// When there is no terminal, or it does not let itself be taken over.
pub(super) fn take() -> io::Result<bool> {
    if TTY.get().is_none() {
        let _ = TTY.set(Tty::new(keyboard()?, open_screen()?));
    }
    Ok(TTY.get().ok_or(io::ErrorKind::NotFound)?.take()?)
}

/// The terminal opened anew, so that not waiting for it is our own affair: whoever shares standard output shares its flags.
fn open_screen() -> io::Result<OwnedFd> {
    let open = |path| {
        let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
        File::options().write(true).custom_flags(flags.bits()).open(path).map(OwnedFd::from)
    };
    let stdout = io::stdout();
    // After `su`, the terminal may be another user's; its nickname is open to all.
    let by_nickname = || match (tcgetsid(stdout.as_fd()), getsid(None)) {
        (Ok(its), Ok(ours)) if its == ours => open("/dev/tty"),
        _ => Err(io::ErrorKind::NotFound.into()),
    };
    open("/proc/self/fd/1").or_else(|_| by_nickname()).or_else(|_| stdout.as_fd().try_clone_to_owned())
}

/// Writes to the terminal for as long as it takes, or until it is not ours any more. That it is gone is noticed elsewhere.
pub(super) fn print(bytes: &[u8]) {
    if let Some(tty) = TTY.get() {
        tty.print(bytes);
    }
}

/// Gives the terminal back as it was; may be called at any time, from any thread, more than once. Takes at most
/// half a second.
pub fn restore() {
    let Some(tty) = TTY.get() else { return };
    match tty.state.compare_exchange(OURS, GIVING_BACK, Ordering::SeqCst, Ordering::SeqCst) {
        Ok(_) => {
            tty.give_back();
            tty.state.store(FREE, Ordering::SeqCst);
        }
        // Another thread is at it, and whoever calls may end the process next.
        Err(GIVING_BACK) => {
            let began = Instant::now();
            while tty.state.load(Ordering::SeqCst) == GIVING_BACK && began.elapsed() < GRACE {
                thread::sleep(Duration::from_millis(STEP.into()));
            }
        }
        Err(_) => {}
    }
}

impl Tty {
    fn new(keys: OwnedFd, screen: OwnedFd) -> Self {
        let (state, turn) = (AtomicU8::new(FREE), AtomicU32::new(0));
        Self { keys, screen, found: Mutex::new(None), state, turn, pen: Mutex::new(()) }
    }

    fn take(&self) -> nix::Result<bool> {
        if is_others(self.keys.as_fd()) {
            return Ok(false);
        }
        let mut modes = tcgetattr(&self.keys)?;
        if self.state.load(Ordering::SeqCst) != OURS {
            *self.found.lock().unwrap_or_else(PoisonError::into_inner) = Some(modes.clone());
        }
        // Before it is ours: what is left of a frame of the turn before must not come into this one.
        self.turn.fetch_add(1, Ordering::SeqCst);
        self.state.store(OURS, Ordering::SeqCst);
        cfmakeraw(&mut modes);
        tcsetattr(&self.keys, SetArg::TCSANOW, &modes)?;
        Ok(true)
    }

    fn print(&self, mut bytes: &[u8]) {
        let turn = self.turn.load(Ordering::SeqCst);
        while !bytes.is_empty() {
            let ready = self.has_room(LOOK);
            let pen = self.pen.lock().unwrap_or_else(PoisonError::into_inner);
            let ours = self.state.load(Ordering::SeqCst) == OURS && self.turn.load(Ordering::SeqCst) == turn;
            if !ours || is_others(self.keys.as_fd()) {
                return;
            }
            threads::panic_for_test("pen");
            match if ready { write(&self.screen, &bytes[..bytes.len().min(PIECE)]) } else { Err(Errno::EAGAIN) } {
                Ok(written) => bytes = &bytes[written..],
                Err(Errno::EAGAIN | Errno::EINTR) => {}
                Err(_) => return,
            }
            drop(pen);
        }
    }

    fn give_back(&self) {
        // In the background the modes are those that the shell has set for itself; whoever touches them there is stopped.
        let ours = !is_others(self.keys.as_fd());
        if let (true, Ok(found)) = (ours, self.found.try_lock())
            && let Some(modes) = &*found
        {
            let _ = tcsetattr(&self.keys, SetArg::TCSANOW, modes);
        }
        self.say_goodbye(ours);
    }

    /// Writes what gives the screen back. What a stalled terminal has not taken of a frame gives way to it.
    fn say_goodbye(&self, may_flush: bool) {
        let (began, mut flushed) = (Instant::now(), !may_flush);
        let mut rest = LEAVE.as_bytes();
        while !rest.is_empty() && began.elapsed() < GRACE {
            if self.has_room(STEP) {
                // Whoever has the pen may be the one who calls, in a panic: it is not waited for in the end.
                let pen = self.pen.try_lock();
                if matches!(pen, Err(TryLockError::WouldBlock)) && began.elapsed() < PATIENCE {
                    continue;
                }
                match write(&self.screen, rest) {
                    Ok(written) => rest = &rest[written..],
                    Err(Errno::EAGAIN | Errno::EINTR) => {}
                    Err(_) => return,
                }
            } else if began.elapsed() > PATIENCE && !flushed {
                flushed = true;
                let _ = tcflush(&self.screen, FlushArg::TCOFLUSH);
            }
        }
    }

    /// Waits, so many milliseconds at most, until the terminal takes something.
    fn has_room(&self, limit: u8) -> bool {
        let mut fds = [PollFd::new(self.screen.as_fd(), PollFlags::POLLOUT)];
        poll(&mut fds, PollTimeout::from(limit)).is_ok_and(|ready| ready > 0)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::fd::AsRawFd;

    use super::*;

    #[test]
    fn a_terminal_that_is_gone_without_a_word_is_noticed() {
        // As something that was a terminal and is none any more: `poll` has nothing to say of it.
        let (silent, _open) = io::pipe().unwrap();
        let mut fds = [PollFd::new(silent.as_fd(), PollFlags::empty())];
        assert_eq!(poll(&mut fds, PollTimeout::from(10_u8)), Ok(0));
        assert!(is_gone(silent.as_fd()));
        assert!(!is_gone(nix::pty::openpty(None, None).unwrap().slave.as_fd()));
    }

    #[test]
    fn what_is_left_of_a_frame_is_not_written_into_the_next_turn() {
        let pty = nix::pty::openpty(None, None).unwrap();
        let own = format!("/proc/self/fd/{}", pty.slave.as_raw_fd());
        let screen = File::options().write(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(own).unwrap();
        let tty = Tty::new(pty.slave, screen.into());
        tty.take().unwrap();
        // More than a terminal holds that nobody reads.
        let frame = vec![b'x'; 1 << 20];
        thread::scope(|scope| {
            let writer = scope.spawn(|| tty.print(&frame));
            while tty.has_room(0) {
                thread::yield_now();
            }
            // As when mpviz was stopped in between, before the writer could look.
            let pen = tty.pen.lock().unwrap();
            tty.state.store(FREE, Ordering::SeqCst);
            tty.take().unwrap();
            drop(pen);
            let mut master = File::from(pty.master);
            let mut read = 0;
            while !writer.is_finished() {
                let mut piece = [0; 4096];
                let mut fds = [PollFd::new(master.as_fd(), PollFlags::POLLIN)];
                if poll(&mut fds, PollTimeout::from(LOOK)).unwrap() > 0 {
                    read += master.read(&mut piece).unwrap();
                }
            }
            assert!(read < frame.len() / 2, "{read} bytes of it");
        });
    }
}
