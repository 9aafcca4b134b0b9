//! The terminal of a program: a pseudo-terminal that is always read, because the program would block otherwise.

use std::io::{self, PipeWriter, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{OptionalActions, Winsize, tcgetattr, tcsetattr, tcsetwinsize};

use super::output_log::OutputLog;
use super::process::ProgramProcess;
use super::session_leader::{LeaderMessage, MessageReader};
use crate::event::Exit;
use crate::event::text::SafeText;
use crate::system::threads;

/// Bytes of one read; a pseudo-terminal gives at most 4 KiB.
const READ_SIZE: usize = 4096;
/// Output that is read after the program's end: more than the kernel holds. Processes that the program left running
/// may write for ever.
const MAX_DRAIN_BYTES: usize = 1 << 20;
/// How often to check whether a terminal that no process had open is open again, in ms.
const REOPEN_CHECK_INTERVAL_MS: u8 = 100;

/// Size of a terminal in cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalSize {
    pub columns: u16,
    pub rows: u16,
}

impl From<TerminalSize> for Winsize {
    fn from(size: TerminalSize) -> Self {
        Self { ws_row: size.rows, ws_col: size.columns, ws_xpixel: 0, ws_ypixel: 0 }
    }
}

/// Opens a pseudo-terminal with this size and the modes of another terminal. Reading its master does not block.
pub(super) fn open_pair(modes_of: Option<BorrowedFd>, size: TerminalSize) -> io::Result<(OwnedFd, OwnedFd)> {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let master = openpt(flags)?;
    grantpt(&master)?;
    unlockpt(&master)?;
    let slave = ioctl_tiocgptpeer(&master, flags)?;
    if let Some(modes) = modes_of.and_then(|terminal| tcgetattr(terminal).ok()) {
        tcsetattr(&slave, OptionalActions::Now, &modes)?;
    }
    tcsetwinsize(&slave, size.into())?;
    fcntl_setfl(&master, fcntl_getfl(&master)? | OFlags::NONBLOCK)?;
    Ok((master, slave))
}

/// The program's terminal as mpviz holds it.
pub struct ProgramTerminal {
    master: Arc<OwnedFd>,
    log: Arc<Mutex<OutputLog>>,
    new_output: Receiver<()>,
    /// Ends the reading thread when it is dropped.
    stop: Option<PipeWriter>,
    thread: Option<JoinHandle<()>>,
    /// Closed last: the session leader reads the terminal from then on.
    _socket: UnixStream,
}

impl ProgramTerminal {
    /// Starts the thread that reads the terminal and the messages of the session leader.
    pub(super) fn start(
        master: OwnedFd,
        socket: UnixStream,
        messages: MessageReader,
        process: ProgramProcess,
        exits: Sender<Exit>,
    ) -> io::Result<Self> {
        let (stopped, stop) = io::pipe()?;
        let (output_sender, new_output) = bounded(1);
        let (master, log) = (Arc::new(master), Arc::default());
        let reader = TerminalReader { master: Arc::clone(&master), log: Arc::clone(&log), output_sender };
        let thread = threads::start("program output", move || {
            reader.run(&stopped.into(), messages, &|exit| {
                process.set_exit(exit);
                let _ = exits.send(exit);
            });
        })?;
        Ok(Self { master, log, new_output, stop: Some(stop), thread: Some(thread), _socket: socket })
    }

    /// Receives a message when there is new output.
    #[must_use]
    pub fn new_output(&self) -> &Receiver<()> {
        &self.new_output
    }

    /// The last lines of the output, without escape sequences; at most `rows`. The last one may be incomplete.
    #[must_use]
    pub fn last_lines(&self, rows: usize) -> Vec<SafeText> {
        lock(&self.log).last_lines(rows)
    }

    /// Types keys. Returns the number of bytes that the terminal took: a program that does not read its input leaves no
    /// room after some thousand bytes.
    pub fn write_keys(&self, keys: &[u8]) -> io::Result<usize> {
        match rustix::io::write(&self.master, keys) {
            Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => Ok(0),
            written => Ok(written?),
        }
    }

    /// Changes the size, of which the program is notified by SIGWINCH.
    pub fn resize(&self, size: TerminalSize) -> io::Result<()> {
        Ok(tcsetwinsize(&self.master, size.into())?)
    }

    /// Stops reading, and prints the output so far.
    pub(super) fn print_output(&mut self, out: &mut impl Write) -> io::Result<()> {
        self.stop_reading();
        lock(&self.log).print(out)
    }

    fn stop_reading(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for ProgramTerminal {
    fn drop(&mut self) {
        self.stop_reading();
    }
}

fn lock(log: &Mutex<OutputLog>) -> MutexGuard<'_, OutputLog> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What can be read next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ReadState {
    Open,
    /// No process has the terminal open.
    Hung,
}

struct TerminalReader {
    master: Arc<OwnedFd>,
    log: Arc<Mutex<OutputLog>>,
    output_sender: Sender<()>,
}

impl TerminalReader {
    /// Reads until it is stopped. `on_exit` is called once the program has ended and its output is read.
    fn run(self, stopped: &OwnedFd, mut messages: MessageReader, on_exit: &dyn Fn(Exit)) {
        let (mut state, mut has_exited) = (ReadState::Open, false);
        loop {
            let mut fds = vec![PollFd::new(stopped.as_fd(), PollFlags::POLLIN)];
            if !has_exited {
                fds.push(PollFd::new(messages.as_fd(), PollFlags::POLLIN));
            }
            if state == ReadState::Open {
                fds.push(PollFd::new(self.master.as_fd(), PollFlags::POLLIN));
            }
            let limit = match state {
                _ if messages.has_message() => PollTimeout::ZERO,
                ReadState::Open => PollTimeout::NONE,
                ReadState::Hung => PollTimeout::from(REOPEN_CHECK_INTERVAL_MS),
            };
            if poll(&mut fds, limit).is_err_and(|error| error != Errno::EINTR) {
                // In a sandbox that refuses `poll`, everything is still checked.
                std::thread::sleep(Duration::from_millis(REOPEN_CHECK_INTERVAL_MS.into()));
            }
            let is_ready = |n: usize| fds.get(n).is_some_and(|fd| fd.any().unwrap_or(false));
            if is_ready(0) {
                return;
            }
            let exits = !has_exited && (is_ready(1) || messages.has_message());
            state = self.read_available(if exits { MAX_DRAIN_BYTES } else { READ_SIZE });
            if exits {
                on_exit(next_exit(&mut messages));
                has_exited = true;
            }
        }
    }

    /// Reads what is there, up to about this many bytes.
    fn read_available(&self, limit: usize) -> ReadState {
        let mut buffer = [0; READ_SIZE];
        let mut total = 0;
        while total < limit {
            match rustix::io::read(&self.master, &mut buffer) {
                Ok(0) => return ReadState::Hung,
                Ok(n) => {
                    lock(&self.log).append(&buffer[..n]);
                    let _ = self.output_sender.try_send(());
                    total += n;
                }
                Err(rustix::io::Errno::INTR) => {}
                Err(rustix::io::Errno::AGAIN) => return ReadState::Open,
                Err(_) => return ReadState::Hung,
            }
        }
        ReadState::Open
    }
}

/// The end of the program. If the session leader was killed, as by a program that kills its whole process group, the
/// kernel hangs up the terminal, and the program ends, too.
fn next_exit(messages: &mut MessageReader) -> Exit {
    match messages.next() {
        Ok(Some(LeaderMessage::Exited(exit))) => exit,
        _ => Exit::Signal(signal_hook::consts::SIGKILL),
    }
}
