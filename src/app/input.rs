//! Where keys and signals come from: a thread each, so that neither waits for anything else.

use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, BorrowedFd};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, unbounded};
use crossterm::event::{self, Event, MouseEvent, MouseEventKind};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGWINCH};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use crate::keys;
use crate::signals::Ignored;
use crate::ui::Action;

/// Something from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Action(Action),
    /// The mouse.
    Mouse(MouseEvent),
    /// The terminal has another size.
    Resized,
    /// mpviz is to end by this signal.
    Signal(i32),
    /// The terminal is gone.
    Gone,
}

/// What comes from outside.
pub struct Inputs {
    channel: Receiver<Input>,
    sender: Sender<Input>,
}

impl Inputs {
    /// Listens to the signals that end a program, unless whoever started it has them ignored.
    ///
    /// # Errors
    /// When they cannot be caught.
    pub fn of_signals() -> io::Result<Self> {
        let (sender, channel) = unbounded();
        let ignored = Ignored::read();
        let heard =
            [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGWINCH].into_iter().filter(|signal| !ignored.contains(*signal));
        let mut signals = Signals::new(heard)?;
        let inputs = sender.clone();
        thread::Builder::new().name("signals".into()).spawn(move || {
            let mut asked = false;
            for signal in signals.forever() {
                if signal == SIGWINCH {
                    let _ = inputs.send(Input::Resized);
                } else if asked {
                    // Whoever asks twice does not want to wait for an orderly end.
                    super::restore();
                    let _ = emulate_default_handler(signal);
                } else {
                    asked = true;
                    let _ = inputs.send(Input::Signal(signal));
                }
            }
        })?;
        Ok(Self { channel, sender })
    }

    /// Listens to the keyboard, too.
    ///
    /// # Errors
    /// When there is no terminal.
    pub fn and_keys(self) -> io::Result<Self> {
        let tty = if io::stdin().is_terminal() { None } else { Some(File::open("/dev/tty")?) };
        let inputs = self.sender.clone();
        thread::Builder::new().name("keys".into()).spawn(move || {
            let stdin = io::stdin();
            let terminal = tty.as_ref().map_or_else(|| stdin.as_fd(), AsFd::as_fd);
            while let Ok(true) = wait_for_key(terminal) {
                if pass_on(&inputs).is_err() {
                    break;
                }
            }
            let _ = inputs.send(Input::Gone);
        })?;
        Ok(self)
    }

    pub(super) fn channel(&self) -> &Receiver<Input> {
        &self.channel
    }
}

/// Waits with our own `poll`: crossterm's never returns, and never rests, once the terminal is gone (crossterm#793).
/// False if it is.
fn wait_for_key(terminal: BorrowedFd<'_>) -> nix::Result<bool> {
    loop {
        let mut fds = [PollFd::new(terminal, PollFlags::POLLIN)];
        match poll(&mut fds, PollTimeout::NONE) {
            Ok(_) => {}
            Err(Errno::EINTR) => continue,
            Err(error) => return Err(error),
        }
        let happened = fds[0].revents().unwrap_or(PollFlags::POLLERR);
        return Ok(!happened.intersects(PollFlags::POLLHUP | PollFlags::POLLERR | PollFlags::POLLNVAL));
    }
}

/// Passes on all keys that are there.
fn pass_on(inputs: &Sender<Input>) -> io::Result<()> {
    while event::poll(Duration::ZERO)? {
        let input = match event::read()? {
            Event::Key(key) if key.is_press() => Input::Action(keys::action(&key)),
            Event::Mouse(mouse) if !matches!(mouse.kind, MouseEventKind::Moved | MouseEventKind::Up(_)) => {
                Input::Mouse(mouse)
            }
            Event::Resize(..) => Input::Resized,
            _ => continue,
        };
        if inputs.send(input).is_err() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
    }
    Ok(())
}
