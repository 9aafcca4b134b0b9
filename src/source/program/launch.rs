//! Start of a program.

use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crossbeam_channel::{Receiver, bounded};
use rustix::fs::fstat;
use signal_hook::consts::SIGKILL;

use super::process::{ProgramProcess, wait_for_exit};
use super::session_leader::{self, LeaderMessage, MessageReader, ProgramFiles};
use super::signal_relay::{SignalRelay, stop_with_program};
use super::terminal::{self, ProgramTerminal, TerminalSize};
use super::{Program, ProgramCommand, StartError};
use crate::event::Exit;
use crate::system::standard_streams::controlling_terminal;
use crate::system::{signals, threads};

/// What the program gets as a standard stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// The stream of mpviz, byte for byte.
    Inherited,
    /// The terminal of the program.
    Terminal,
}

/// How the terminal of a program is set up.
pub struct ProgramStreams {
    /// Standard input, output and error.
    pub streams: [Stream; 3],
    /// The terminal that the program's terminal stands for: it has the same modes, and when mpviz has ended, output is
    /// printed on it.
    pub terminal: Option<OwnedFd>,
    /// The program file of mpviz.
    pub mpviz: PathBuf,
}

impl ProgramStreams {
    /// Replaces the streams of mpviz that are its terminal. Other terminals, such as another window for standard error,
    /// are inherited. One terminal for all of them keeps the order of their output.
    pub fn of_mpviz() -> io::Result<Self> {
        let (stdin, stdout, stderr) = (io::stdin(), io::stdout(), io::stderr());
        let device = |stream: BorrowedFd| fstat(stream).ok().map(|stat| stat.st_rdev);
        let all = [
            (stdin.is_terminal(), stdin.as_fd()),
            (stdout.is_terminal(), stdout.as_fd()),
            (stderr.is_terminal(), stderr.as_fd()),
        ];
        let screen = [1, 0, 2].into_iter().map(|n| all[n]).find(|(is_terminal, _)| *is_terminal);
        let screen = screen.map(|(_, stream)| stream);
        let streams = all.map(|(is_terminal, stream)| {
            if is_terminal && device(stream) == screen.and_then(device) { Stream::Terminal } else { Stream::Inherited }
        });
        let terminal = match screen {
            Some(stream) => stream.try_clone_to_owned()?,
            // All streams are redirected.
            None => controlling_terminal()?.into(),
        };
        Ok(Self { streams, terminal: Some(terminal), mpviz: session_leader::MPVIZ.into() })
    }
}

pub(super) fn start_in_place(command: &ProgramCommand) -> Result<Program, StartError> {
    let relay = SignalRelay::new().map_err(StartError::set_up("signals"))?;
    let child = command.to_command().spawn().map_err(|error| StartError::of_program(command, error))?;
    let process = ProgramProcess::new(child.id(), None);
    let exits = wait_in_thread(&process, relay).map_err(|error| {
        process.send_signal(SIGKILL);
        StartError::set_up("a thread")(error)
    })?;
    Ok(Program { process, exits, terminal: None })
}

/// Starts the threads that forward signals to the program and wait for its end.
fn wait_in_thread(process: &ProgramProcess, relay: SignalRelay) -> io::Result<Receiver<Exit>> {
    // Only now, because the program inherits that SIGCHLD is ignored.
    signals::keep_zombies()?;
    relay.start(process.clone())?;
    let (sender, exits) = bounded(1);
    let process = process.clone();
    threads::start("program", move || {
        let exit = wait_for_exit(process.pid(), stop_with_program);
        process.set_exit(exit);
        let _ = sender.send(exit);
    })?;
    Ok(exits)
}

pub(super) fn start_on_own_terminal(
    command: &ProgramCommand,
    setup: &ProgramStreams,
    size: TerminalSize,
) -> Result<Program, StartError> {
    let (master, slave) = terminal::open_pair(setup.terminal.as_ref().map(OwnedFd::as_fd), size)
        .map_err(StartError::set_up("a pseudo-terminal could not be opened"))?;
    let of_leader = StartError::set_up("its session could not be started");
    let (socket, socket_of_leader) = UnixStream::pair().map_err(&of_leader)?;
    let (stdin, stdout, stderr) = (io::stdin(), io::stdout(), io::stderr());
    let stream = |n: usize, own| if setup.streams[n] == Stream::Terminal { slave.as_fd() } else { own };
    let stderr = stream(2, stderr.as_fd());
    let stdout = if command.stdout_to_stderr { stderr } else { stream(1, stdout.as_fd()) };
    let streams = [stream(0, stdin.as_fd()), stdout, stderr];
    let files = ProgramFiles { streams, terminal: slave.as_fd(), master: master.as_fd() };
    files.send(&socket).map_err(&of_leader)?;
    leader_command(command, setup, socket_of_leader).and_then(|mut leader| leader.spawn()).map_err(&of_leader)?;
    drop(slave);
    let mut messages = MessageReader::new(socket.try_clone().map_err(&of_leader)?);
    let (pid, session) = match messages.next().map_err(&of_leader)? {
        Some(LeaderMessage::Started { pid, session }) => (pid, session),
        Some(LeaderMessage::NotStarted { errno }) => {
            return Err(StartError::of_program(command, io::Error::from_raw_os_error(errno)));
        }
        Some(LeaderMessage::NoSession { error }) => return Err(of_leader(io::Error::other(error.to_string()))),
        Some(LeaderMessage::Exited(_)) | None => return Err(of_leader(io::Error::from(io::ErrorKind::UnexpectedEof))),
    };
    let process = ProgramProcess::new(pid, Some(session));
    let (sender, exits) = bounded(1);
    let terminal = signals::keep_zombies()
        .and_then(|()| ProgramTerminal::start(master, socket, messages, process.clone(), sender))
        .map_err(|error| {
            process.send_signal(SIGKILL);
            StartError::set_up("a thread")(error)
        })?;
    Ok(Program { process, exits, terminal: Some(terminal) })
}

/// The command that starts the session leader. Its standard output is where the program's output goes when mpviz has
/// ended.
fn leader_command(command: &ProgramCommand, setup: &ProgramStreams, socket: UnixStream) -> io::Result<Command> {
    let mut leader = Command::new(&setup.mpviz);
    leader.arg0("mpviz").arg(session_leader::SUBCOMMAND).arg(&command.program).args(&command.args);
    leader.envs(command.environment.iter().cloned());
    let output = setup.terminal.as_ref().map(OwnedFd::try_clone).transpose()?;
    let output = output.map_or_else(Stdio::null, Stdio::from);
    // Readers of the standard error of mpviz do not wait for the session leader.
    leader.stdin(OwnedFd::from(socket)).stdout(output).stderr(Stdio::null());
    Ok(leader)
}
