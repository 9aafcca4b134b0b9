//! The terminal: taken over, written to, and always restored.
//!
//! Nothing here blocks in the kernel on a stalled terminal, and no lock is held while waiting: a signal, or a panic in
//! any thread, must be able to restore the terminal whatever other threads do.

use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::termios::{FlushArg, SetArg, Termios, cfmakeraw, tcflush, tcgetattr, tcgetsid, tcsetattr};
use nix::unistd::{getpgrp, getsid, tcgetpgrp, write};

use crate::system::standard_streams::{controlling_terminal, terminal_output};

/// Switches to the alternate screen and enables bracketed paste, so that pasted text is not taken for keys.
pub(super) const ENTER_SCREEN_SEQUENCE: &str = "\x1b[?1049h\x1b[?2004h";
/// Enables mouse buttons, drags and wheel with SGR coordinates, without plain movements.
pub(super) const ENABLE_MOUSE_SEQUENCE: &str = "\x1b[?1002h\x1b[?1006h";
/// Ends what a partial frame may have begun: synchronized update and style. Disables mouse and bracketed paste.
const END_INPUT_SEQUENCE: &str = "\x1b[?2026l\x1b[m\x1b[?1006l\x1b[?1002l\x1b[?2004l";
/// Removes the last frame, which stays on a terminal without an alternate screen.
const CLEAR_SCREEN_SEQUENCE: &str = "\x1b[H\x1b[J";
/// Switches back from the alternate screen, and shows the cursor.
const LEAVE_SCREEN_SEQUENCE: &str = "\x1b[?1049l\x1b[?25h";

/// Maximum bytes of one write: between writes, another thread can restore the terminal.
const MAX_WRITE_BYTES: usize = 4096;
/// How often a blocked writer checks whether it still owns the terminal, in ms.
const TERMINAL_OWNER_CHECK_INTERVAL_MS: u8 = 100;
/// When restoring: how long to wait for the terminal, then how long after discarding its pending output.
const OUTPUT_DRAIN_TIMEOUT: Duration = Duration::from_millis(200);
const RESTORE_TIMEOUT: Duration = Duration::from_millis(500);
const WAIT_STEP_MS: u8 = 20;

/// States of the terminal: not taken over, taken over, being restored.
const TERMINAL_FREE: u8 = 0;
const TERMINAL_OWNED: u8 = 1;
const TERMINAL_RESTORING: u8 = 2;

static TAKEN_TERMINAL: OnceLock<TakenTerminal> = OnceLock::new();

struct TakenTerminal {
    /// Descriptor of the keyboard, through which the modes of the terminal are set.
    keys: OwnedFd,
    screen: OwnedFd,
    /// The original modes.
    original_modes: Mutex<Option<Termios>>,
    state: AtomicU8,
    /// Number of times the terminal has been taken over.
    generation: AtomicU32,
    /// Whether a frame has been written since then.
    has_drawn: AtomicBool,
    /// Held during a non-blocking write.
    write_lock: Mutex<()>,
}

/// Whether standard output is a terminal to draw on, and there is a keyboard.
#[must_use]
pub fn has_terminal() -> bool {
    io::stdout().is_terminal() && can_draw()
}

/// Whether there is a terminal to draw on and a keyboard, even if standard output is redirected.
#[must_use]
pub fn can_draw() -> bool {
    let draws = std::env::var_os("TERM").is_some_and(|term| term != "dumb" && !term.is_empty());
    draws && terminal_output().is_ok() && open_keyboard().is_ok()
}

/// Opens the keyboard: standard input, or the controlling terminal.
pub(super) fn open_keyboard() -> io::Result<OwnedFd> {
    if io::stdin().is_terminal() {
        io::stdin().as_fd().try_clone_to_owned()
    } else {
        Ok(controlling_terminal()?.into())
    }
}

/// Whether mpviz is in the background. Reading from the terminal or setting its modes would then stop it.
pub(super) fn is_background(keys: BorrowedFd<'_>) -> bool {
    tcgetpgrp(keys).is_ok_and(|group| group != getpgrp())
}

/// Whether the terminal is gone, even if `poll` does not report it.
pub(super) fn is_gone(keys: BorrowedFd<'_>) -> bool {
    tcgetattr(keys).is_err()
}

/// Takes over the terminal: raw mode, without echo. Can be called again if another program changed the modes.
/// [`ENTER_SCREEN_SEQUENCE`] does the screen's part. False in the background.
pub(super) fn take_over() -> io::Result<bool> {
    if TAKEN_TERMINAL.get().is_none() {
        let _ = TAKEN_TERMINAL.set(TakenTerminal::new(open_keyboard()?, open_screen()?));
    }
    Ok(TAKEN_TERMINAL.get().ok_or(io::ErrorKind::NotFound)?.take_over()?)
}

/// Opens the terminal of [`terminal_output`] again, because its non-blocking flag must not affect others that share it.
fn open_screen() -> io::Result<OwnedFd> {
    let open = |path| {
        let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
        File::options().write(true).custom_flags(flags.bits()).open(path).map(OwnedFd::from)
    };
    let stdout = io::stdout();
    if !stdout.is_terminal() {
        return open("/dev/tty");
    }
    // After `su` the terminal may belong to another user, but `/dev/tty` can still be opened.
    let by_dev_tty = || match (tcgetsid(stdout.as_fd()), getsid(None)) {
        (Ok(its), Ok(ours)) if its == ours => open("/dev/tty"),
        _ => Err(io::ErrorKind::NotFound.into()),
    };
    open("/proc/self/fd/1").or_else(|_| by_dev_tty()).or_else(|_| stdout.as_fd().try_clone_to_owned())
}

/// Writes to the terminal, as long as it is owned by mpviz. Its loss is detected elsewhere.
pub(super) fn print(bytes: &[u8]) {
    if let Some(tty) = TAKEN_TERMINAL.get() {
        tty.print(bytes);
    }
}

/// Restores the terminal. Can be called at any time, from any thread, repeatedly. Takes at most half a second.
pub fn restore() {
    let Some(tty) = TAKEN_TERMINAL.get() else { return };
    match tty.state.compare_exchange(TERMINAL_OWNED, TERMINAL_RESTORING, Ordering::SeqCst, Ordering::SeqCst) {
        Ok(_) => {
            tty.restore();
            tty.state.store(TERMINAL_FREE, Ordering::SeqCst);
        }
        // Another thread is restoring the terminal: wait for it, because the caller may end the process next.
        Err(TERMINAL_RESTORING) => {
            let began = Instant::now();
            while tty.state.load(Ordering::SeqCst) == TERMINAL_RESTORING && began.elapsed() < RESTORE_TIMEOUT {
                thread::sleep(Duration::from_millis(WAIT_STEP_MS.into()));
            }
        }
        Err(_) => {}
    }
}

impl TakenTerminal {
    fn new(keys: OwnedFd, screen: OwnedFd) -> Self {
        let (state, generation) = (AtomicU8::new(TERMINAL_FREE), AtomicU32::new(0));
        let (original_modes, write_lock) = (Mutex::new(None), Mutex::new(()));
        Self { keys, screen, original_modes, state, generation, has_drawn: AtomicBool::new(false), write_lock }
    }

    fn take_over(&self) -> nix::Result<bool> {
        if is_background(self.keys.as_fd()) {
            return Ok(false);
        }
        let mut modes = tcgetattr(&self.keys)?;
        if self.state.load(Ordering::SeqCst) != TERMINAL_OWNED {
            *self.original_modes.lock().unwrap_or_else(PoisonError::into_inner) = Some(modes.clone());
        }
        // Increased before the terminal is taken: the rest of an earlier frame must not be written to the new screen.
        self.generation.fetch_add(1, Ordering::SeqCst);
        self.state.store(TERMINAL_OWNED, Ordering::SeqCst);
        cfmakeraw(&mut modes);
        tcsetattr(&self.keys, SetArg::TCSANOW, &modes)?;
        Ok(true)
    }

    fn print(&self, mut bytes: &[u8]) {
        let generation = self.generation.load(Ordering::SeqCst);
        while !bytes.is_empty() {
            let ready = self.wait_until_terminal_writable(TERMINAL_OWNER_CHECK_INTERVAL_MS);
            let write_lock = self.write_lock.lock().unwrap_or_else(PoisonError::into_inner);
            let ours = self.state.load(Ordering::SeqCst) == TERMINAL_OWNED
                && self.generation.load(Ordering::SeqCst) == generation;
            if !ours || is_background(self.keys.as_fd()) {
                return;
            }
            #[cfg(debug_assertions)]
            crate::system::test_panic::panic_point("write");
            match if ready {
                write(&self.screen, &bytes[..bytes.len().min(MAX_WRITE_BYTES)])
            } else {
                Err(Errno::EAGAIN)
            } {
                Ok(written) => {
                    self.has_drawn.store(true, Ordering::SeqCst);
                    bytes = &bytes[written..];
                }
                Err(Errno::EAGAIN | Errno::EINTR) => {}
                Err(_) => return,
            }
            drop(write_lock);
        }
    }

    fn restore(&self) {
        // In the background the modes belong to the shell, and changing them would stop this process.
        let ours = !is_background(self.keys.as_fd());
        if let (true, Ok(original_modes)) = (ours, self.original_modes.try_lock())
            && let Some(modes) = &*original_modes
        {
            let _ = tcsetattr(&self.keys, SetArg::TCSANOW, modes);
        }
        self.write_restore_sequence(ours);
    }

    /// Writes the sequences that restore the screen. The unwritten rest of a frame is discarded for them.
    fn write_restore_sequence(&self, may_flush: bool) {
        let (began, mut flushed) = (Instant::now(), !may_flush);
        let clear = if self.has_drawn.swap(false, Ordering::SeqCst) { CLEAR_SCREEN_SEQUENCE } else { "" };
        let sequence = [END_INPUT_SEQUENCE, clear, LEAVE_SCREEN_SEQUENCE].concat();
        let mut rest = sequence.as_bytes();
        while !rest.is_empty() && began.elapsed() < RESTORE_TIMEOUT {
            if self.wait_until_terminal_writable(WAIT_STEP_MS) {
                // The lock holder may be the panicking thread itself, so the wait is bounded.
                let write_lock = self.write_lock.try_lock();
                if matches!(write_lock, Err(TryLockError::WouldBlock)) && began.elapsed() < OUTPUT_DRAIN_TIMEOUT {
                    continue;
                }
                match write(&self.screen, rest) {
                    Ok(written) => rest = &rest[written..],
                    Err(Errno::EAGAIN | Errno::EINTR) => {}
                    Err(_) => return,
                }
            } else if began.elapsed() > OUTPUT_DRAIN_TIMEOUT && !flushed {
                flushed = true;
                let _ = tcflush(&self.screen, FlushArg::TCOFLUSH);
            }
        }
    }

    /// Waits at most `limit` ms until the terminal accepts output.
    fn wait_until_terminal_writable(&self, limit: u8) -> bool {
        let mut fds = [PollFd::new(self.screen.as_fd(), PollFlags::POLLOUT)];
        match poll(&mut fds, PollTimeout::from(limit)) {
            Ok(ready) => ready > 0,
            Err(Errno::EINTR) => false,
            Err(_) => {
                // In a sandbox that refuses `poll`, writing tells.
                thread::sleep(Duration::from_millis(limit.into()));
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::fd::AsRawFd;

    use super::*;

    #[test]
    fn loss_of_the_terminal_is_detected_without_poll() {
        // A pipe behaves like a terminal that was closed without `poll` reporting it.
        let (silent, _open) = io::pipe().unwrap();
        let mut fds = [PollFd::new(silent.as_fd(), PollFlags::empty())];
        assert_eq!(poll(&mut fds, PollTimeout::from(10_u8)), Ok(0));
        assert!(is_gone(silent.as_fd()));
        assert!(!is_gone(nix::pty::openpty(None, None).unwrap().slave.as_fd()));
    }

    #[test]
    fn rest_of_a_frame_is_not_written_after_a_restart() {
        let pty = nix::pty::openpty(None, None).unwrap();
        let own = format!("/proc/self/fd/{}", pty.slave.as_raw_fd());
        let screen = File::options().write(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(own).unwrap();
        let tty = TakenTerminal::new(pty.slave, screen.into());
        tty.take_over().unwrap();
        // More bytes than a terminal buffers.
        let frame = vec![b'x'; 1 << 20];
        thread::scope(|scope| {
            let writer = scope.spawn(|| tty.print(&frame));
            while tty.wait_until_terminal_writable(0) {
                thread::yield_now();
            }
            // Simulates a stop of mpviz before the writer checks the owner.
            let write_lock = tty.write_lock.lock().unwrap();
            tty.state.store(TERMINAL_FREE, Ordering::SeqCst);
            tty.take_over().unwrap();
            drop(write_lock);
            let mut master = File::from(pty.master);
            let mut read = 0;
            while !writer.is_finished() {
                let mut piece = [0; 4096];
                let mut fds = [PollFd::new(master.as_fd(), PollFlags::POLLIN)];
                if poll(&mut fds, PollTimeout::from(TERMINAL_OWNER_CHECK_INTERVAL_MS)).unwrap() > 0 {
                    read += master.read(&mut piece).unwrap();
                }
            }
            assert!(read < frame.len() / 2, "{read} bytes of it");
        });
    }
}
