//! Reads keys and signals, in one thread each.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, unbounded};
use crossterm::event::MouseEventKind;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, raise};
use nix::unistd::read;

use super::input::LoopInput;
use super::signal_watcher::{EventLoopState, SignalWatcher};
use super::terminal;
use crate::keys;
use crate::system::input_parser::{InputParser, TerminalInput};
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
        let (parser, quit_key) = (InputParser::default(), QuitKeyWatch::default());
        let reader = TerminalReader { terminal, parser, inputs, loop_state: Arc::clone(&loop_state), quit_key };
        threads::start("keys", move || reader.run())?;
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

/// How often to check whether mpviz is in the foreground again.
pub(super) const FOREGROUND_POLL: Duration = Duration::from_millis(100);

/// Waits until the terminal has input. False after `timeout`.
///
/// # Errors
/// If the terminal is gone.
fn wait_for_input(terminal: BorrowedFd<'_>, timeout: Option<Duration>) -> nix::Result<bool> {
    let timeout = timeout.map_or(PollTimeout::NONE, |timeout| PollTimeout::from(timeout.as_millis() as u16));
    loop {
        let mut fds = [PollFd::new(terminal, PollFlags::POLLIN)];
        match poll(&mut fds, timeout) {
            Ok(0) => return Ok(false),
            Ok(_) => {}
            Err(Errno::EINTR) => continue,
            Err(error) => return Err(error),
        }
        let happened = fds[0].revents().unwrap_or(PollFlags::POLLERR);
        if happened.intersects(PollFlags::POLLHUP | PollFlags::POLLERR | PollFlags::POLLNVAL) {
            return Err(Errno::EIO);
        }
        if !terminal::is_background(terminal) {
            return Ok(true);
        }
        // In the background, keys belong to the foreground process.
        thread::sleep(FOREGROUND_POLL);
    }
}

/// What terminals send for [`keys::CLOSE_OUTPUT`].
const CLOSE_OUTPUT_SEQUENCE: &[u8] = b"\x1b[24~";

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

/// Reads the terminal and sends its inputs to the loop.
struct TerminalReader {
    terminal: OwnedFd,
    parser: InputParser,
    inputs: Sender<LoopInput>,
    loop_state: Arc<EventLoopState>,
    quit_key: QuitKeyWatch,
}

impl TerminalReader {
    /// Reads until the terminal is gone, which the signal watcher reports, or until the loop has ended.
    fn run(mut self) {
        while self.read_once().is_ok() {}
    }

    /// Waits for input, or for the end of an incomplete one, and sends it.
    fn read_once(&mut self) -> io::Result<()> {
        if !wait_for_input(self.terminal.as_fd(), self.parser.timeout())? {
            return self.parser.expire().map_or(Ok(()), |input| self.send(input));
        }
        let mut bytes = [0; 1024];
        let count = match read(&self.terminal, &mut bytes) {
            Ok(0) if terminal::is_gone(self.terminal.as_fd()) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => count,
            Err(Errno::EINTR | Errno::EAGAIN) => 0,
            Err(error) => return Err(error.into()),
        };
        if self.loop_state.is_typing() {
            return self.pass_keys(&bytes[..count]);
        }
        let inputs: Vec<_> = bytes[..count].iter().filter_map(|byte| self.parser.advance(*byte)).collect();
        inputs.into_iter().try_for_each(|input| self.send(input))
    }

    /// Passes keys on to the watched program, up to the key that closes its output.
    fn pass_keys(&mut self, bytes: &[u8]) -> io::Result<()> {
        let end = bytes.windows(CLOSE_OUTPUT_SEQUENCE.len()).position(|window| window == CLOSE_OUTPUT_SEQUENCE);
        let keys = &bytes[..end.unwrap_or(bytes.len())];
        let inputs = [
            (!keys.is_empty()).then(|| LoopInput::Keys(keys.into())),
            end.map(|_| LoopInput::Key(keys::CLOSE_OUTPUT.into())),
        ];
        inputs
            .into_iter()
            .flatten()
            .try_for_each(|input| self.inputs.send(input).map_err(|_| io::ErrorKind::BrokenPipe.into()))
    }

    fn send(&mut self, input: TerminalInput) -> io::Result<()> {
        let input = match input {
            TerminalInput::Key(key) => LoopInput::Key(key),
            TerminalInput::Mouse(mouse) if !matches!(mouse.kind, MouseEventKind::Moved | MouseEventKind::Up(_)) => {
                LoopInput::Mouse(mouse)
            }
            TerminalInput::CursorPosition { row, column } => LoopInput::CursorPosition { row, column },
            _ => return Ok(()),
        };
        let quits = |key| matches!(keys::action_of_key(key), Action::Request(Request::Quit | Request::Interrupt));
        if matches!(&input, LoopInput::Key(key) if quits(key)) {
            self.quit_key.handle_quit(self.inputs.is_empty());
        }
        self.inputs.send(input).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyCode;
    use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};

    use super::*;

    /// A reader of a terminal in raw mode, the other side of the terminal, and what the reader sends.
    fn reader_for_test() -> (TerminalReader, OwnedFd, Receiver<LoopInput>) {
        let pty = nix::pty::openpty(None, None).unwrap();
        let mut modes = tcgetattr(&pty.slave).unwrap();
        cfmakeraw(&mut modes);
        tcsetattr(&pty.slave, SetArg::TCSANOW, &modes).unwrap();
        let (inputs, receiver) = unbounded();
        let (parser, quit_key) = (InputParser::default(), QuitKeyWatch::default());
        let reader = TerminalReader { terminal: pty.slave, parser, inputs, loop_state: Arc::default(), quit_key };
        (reader, pty.master, receiver)
    }

    #[test]
    fn reading_ends_when_the_terminal_is_gone() {
        let (mut reader, master, _inputs) = reader_for_test();
        drop(master);
        assert!(reader.read_once().is_err());
    }

    #[test]
    fn keys_do_not_depend_on_how_bytes_are_split() {
        let bytes = "\x1b[A\x1b[<0;3;2Mr\x1b[200~q\x1b[201~\x1b]11;rgb:ff/ff/ff\x07\x1b[1;5H?\x1b".as_bytes();
        let sent_for = |size: usize| {
            let (mut reader, master, inputs) = reader_for_test();
            for piece in bytes.chunks(size) {
                nix::unistd::write(&master, piece).unwrap();
                reader.read_once().unwrap();
            }
            // The timeout of the last ESC.
            reader.read_once().unwrap();
            inputs.try_iter().collect::<Vec<_>>()
        };
        let whole = sent_for(bytes.len());
        assert_eq!(whole.len(), 6, "{whole:?}");
        assert_eq!(whole.last(), Some(&LoopInput::Key(KeyCode::Esc.into())));
        for size in 1..bytes.len() {
            assert_eq!(sent_for(size), whole, "pieces of {size} bytes");
        }
    }
}
