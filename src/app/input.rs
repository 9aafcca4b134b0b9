//! Where keys and signals come from: a thread each, so that neither waits for anything else.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, unbounded};
use crossterm::event::{self, Event, MouseEvent, MouseEventKind};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, raise};

use super::tty;
use super::watch::{Answers, Watch};
use crate::keys;
use crate::system::threads;
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
    /// mpviz is to stop, as for `Ctrl-Z`.
    Stop,
    /// mpviz has been stopped and goes on.
    GoOn,
    /// The terminal is gone.
    Gone,
}

/// What comes from outside.
pub struct Inputs {
    channel: Receiver<Input>,
    answers: Arc<Answers>,
}

impl Inputs {
    /// Listens to the signals that end or stop a program, unless whoever started it has them ignored.
    ///
    /// # Errors
    /// When they cannot be caught.
    pub fn of_signals() -> io::Result<Self> {
        let (sender, channel) = unbounded();
        Ok(Self { channel, answers: Watch::new(sender, None)?.start()? })
    }

    /// Listens to the keyboard, too.
    ///
    /// # Errors
    /// When there is no terminal.
    pub fn of_terminal() -> io::Result<Self> {
        let (sender, channel) = unbounded();
        let (terminal, inputs) = (tty::keyboard()?, sender.clone());
        let answers = Watch::new(sender, Some(terminal.try_clone()?))?.start()?;
        threads::start("keys", move || {
            let mut leaving = Leaving::default();
            // That the terminal is gone, the watch says.
            while let Ok(true) = wait_for_key(terminal.as_fd()) {
                if pass_on(&inputs, &mut leaving).is_err() {
                    break;
                }
            }
        })?;
        Ok(Self { channel, answers })
    }

    /// What comes from a test.
    #[cfg(test)]
    pub(super) fn told(channel: Receiver<Input>) -> Self {
        Self { channel, answers: Arc::default() }
    }

    pub(super) fn channel(&self) -> &Receiver<Input> {
        &self.channel
    }

    /// Where it is said what has become of them.
    pub(super) fn answers(&self) -> &Answers {
        &self.answers
    }
}

/// crossterm looks for keys only if it is given some time for it.
const NEXT: Duration = Duration::from_millis(1);

/// How often it is looked whether mpviz is in the foreground again.
pub(super) const NOT_OURS: Duration = Duration::from_millis(100);

/// Waits with our own `poll`: crossterm's never rests once the terminal is gone (crossterm#793). False if it is.
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
        if !tty::is_others(terminal) {
            return Ok(true);
        }
        // What is typed is for whoever is in the foreground.
        thread::sleep(NOT_OURS);
    }
}

/// A loop that has not taken a key for so long is stuck.
const UNHEARD: Duration = Duration::from_secs(1);

/// Since when the viewer has wanted to leave.
///
/// In a terminal that mpviz has taken, `Ctrl-C` is a key like any other. To a loop that is stuck it is made the signal that it
/// is elsewhere, for which the watch has a deadline.
#[derive(Default)]
struct Leaving(Option<Instant>);

impl Leaving {
    /// The viewer asks to leave; `heard` is whether the loop has taken all keys before this one.
    fn ask(&mut self, heard: bool) {
        if heard {
            self.0 = None;
        }
        if self.0.get_or_insert_with(Instant::now).elapsed() >= UNHEARD {
            let _ = raise(Signal::SIGINT);
        }
    }
}

/// Passes on all keys that are there.
fn pass_on(inputs: &Sender<Input>, leaving: &mut Leaving) -> io::Result<()> {
    while event::poll(NEXT)? {
        let input = match event::read()? {
            Event::Key(key) if key.is_press() => Input::Action(keys::action(&key)),
            Event::Mouse(mouse) if !matches!(mouse.kind, MouseEventKind::Moved | MouseEventKind::Up(_)) => {
                Input::Mouse(mouse)
            }
            Event::Resize(..) => Input::Resized,
            _ => continue,
        };
        if input == Input::Action(Action::Quit) {
            leaving.ask(inputs.is_empty());
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
    fn who_waits_for_a_key_of_a_terminal_that_is_gone_is_told_so_at_once() {
        let pty = nix::pty::openpty(None, None).unwrap();
        drop(pty.master);
        assert_eq!(wait_for_key(pty.slave.as_fd()), Ok(false));
    }

    #[test]
    fn a_key_is_waited_for() {
        let pty = nix::pty::openpty(None, None).unwrap();
        nix::unistd::write(&pty.master, b"q\n").unwrap();
        assert_eq!(wait_for_key(pty.slave.as_fd()), Ok(true));
    }
}
