//! Reads keys and signals, in one thread each.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, unbounded};
use crossterm::event::{self, Event, MouseEventKind};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, raise};

use super::input::LoopInput;
use super::signal_watcher::{EventLoopState, SignalWatcher};
use super::terminal;
use crate::keys;
use crate::system::threads;
use crate::ui::{Action, Request};

/// The input channel.
pub struct InputChannel {
    channel: Receiver<LoopInput>,
    loop_state: Arc<EventLoopState>,
}

impl InputChannel {
    /// Catches the signals that end or stop a program, except those inherited as ignored.
    pub fn for_signals() -> io::Result<Self> {
        let (sender, channel) = unbounded();
        Ok(Self { channel, loop_state: SignalWatcher::new(sender, None)?.start()? })
    }

    /// Catches signals and reads the keyboard.
    pub fn for_terminal() -> io::Result<Self> {
        let (sender, channel) = unbounded();
        let (terminal, inputs) = (terminal::open_keyboard()?, sender.clone());
        let loop_state = SignalWatcher::new(sender, Some(terminal.try_clone()?))?.start()?;
        threads::start("keys", move || {
            let mut quit_key = QuitKeyWatch::default();
            // The signal watcher reports a terminal that is gone.
            while let Ok(true) = wait_for_key(terminal.as_fd()) {
                if send_keys(&inputs, &mut quit_key).is_err() {
                    break;
                }
            }
        })?;
        Ok(Self { channel, loop_state })
    }

    /// Creates inputs for a test from a channel.
    #[cfg(test)]
    pub(super) fn for_test(channel: Receiver<LoopInput>) -> Self {
        Self { channel, loop_state: Arc::default() }
    }

    pub(super) fn input_receiver(&self) -> &Receiver<LoopInput> {
        &self.channel
    }

    /// What the loop reports back to the signal watcher.
    pub(super) fn loop_state(&self) -> &EventLoopState {
        &self.loop_state
    }
}

/// crossterm polls the terminal only with a nonzero timeout.
const POLL_TIMEOUT: Duration = Duration::from_millis(1);

/// How often to check whether mpviz is in the foreground again.
pub(super) const FOREGROUND_POLL: Duration = Duration::from_millis(100);

/// Waits with our own `poll`, because crossterm's spins once the terminal is gone (crossterm#793). False if it is
/// gone.
fn wait_for_key(terminal: BorrowedFd<'_>) -> nix::Result<bool> {
    loop {
        let mut fds = [PollFd::new(terminal, PollFlags::POLLIN)];
        match poll(&mut fds, PollTimeout::NONE) {
            Ok(_) => {}
            Err(Errno::EINTR) => continue,
            Err(error) => return Err(error),
        }
        let happened = fds[0].revents().unwrap_or(PollFlags::POLLERR);
        if happened.intersects(PollFlags::POLLHUP | PollFlags::POLLERR | PollFlags::POLLNVAL) {
            return Ok(false);
        }
        if !terminal::is_background(terminal) {
            return Ok(true);
        }
        // In the background, keys belong to the foreground process.
        thread::sleep(FOREGROUND_POLL);
    }
}

/// The loop is stuck if it has not taken a key for this long.
const LOOP_STUCK_TIMEOUT: Duration = Duration::from_secs(1);

/// When the viewer first asked to quit.
///
/// In raw mode `Ctrl-C` is an ordinary key. If the loop is stuck, it is turned into SIGINT, for which the signal
/// watcher has a deadline.
#[derive(Default)]
struct QuitKeyWatch(Option<Instant>);

impl QuitKeyWatch {
    /// Handles a quit key; `all_taken` tells whether the loop has taken all keys before it.
    fn handle_quit(&mut self, all_taken: bool) {
        if all_taken {
            self.0 = None;
        }
        if self.0.get_or_insert_with(Instant::now).elapsed() >= LOOP_STUCK_TIMEOUT {
            let _ = raise(Signal::SIGINT);
        }
    }
}

/// Sends all pending keys to the loop.
fn send_keys(inputs: &Sender<LoopInput>, quit_key: &mut QuitKeyWatch) -> io::Result<()> {
    while event::poll(POLL_TIMEOUT)? {
        let input = match event::read()? {
            Event::Key(key) if key.is_press() => LoopInput::Action(keys::action_of_key(&key)),
            Event::Mouse(mouse) if !matches!(mouse.kind, MouseEventKind::Moved | MouseEventKind::Up(_)) => {
                LoopInput::Mouse(mouse)
            }
            Event::Resize(..) => LoopInput::Resized,
            _ => continue,
        };
        if input == LoopInput::Action(Action::Request(Request::Quit)) {
            quit_key.handle_quit(inputs.is_empty());
        }
        if inputs.send(input).is_err() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_for_a_key_ends_when_the_terminal_is_gone() {
        let pty = nix::pty::openpty(None, None).unwrap();
        drop(pty.master);
        assert_eq!(wait_for_key(pty.slave.as_fd()), Ok(false));
    }

    #[test]
    fn waiting_for_a_key_ends_with_a_key() {
        let pty = nix::pty::openpty(None, None).unwrap();
        nix::unistd::write(&pty.master, b"q\n").unwrap();
        assert_eq!(wait_for_key(pty.slave.as_fd()), Ok(true));
    }
}
