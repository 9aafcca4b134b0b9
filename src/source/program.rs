//! The watched program: starts it, owns it until it ends, and ends it on request.
//!
//! ```text
//! in place          mpviz ─► program                  both in one process group, on the streams of mpviz
//! on own terminal   mpviz ─► session leader ─► program
//!                     └──── pseudo-terminal ──────┘   drained by mpviz, later by the session leader
//! ```
//!
//! The program sees what it would see without mpviz: file descriptors, ignored signals, signal mask, limits, umask,
//! working directory and its own name. Two things cannot be kept, because Rust's runtime changes them before `main`:
//! SIGPIPE is always set to its default, and a closed standard stream is `/dev/null`.

mod launch;
mod output_log;
mod process;
pub mod session_leader;
mod signal_relay;
mod terminal;

use std::ffi::OsString;
use std::io;
use std::process::Command;

use crossbeam_channel::Receiver;
use rustix::process::Signal;
use thiserror::Error;

use crate::event::Exit;
use crate::event::text::SafeText;
use crate::system::shortage::describe_error;
use process::ProgramProcess;

pub use launch::{ProgramStreams, Stream};
pub use terminal::{ProgramTerminal, TerminalSize};

/// The command line of a program, and the environment variables that it gets in addition.
#[derive(Clone, Debug, Default)]
pub struct ProgramCommand {
    pub program: OsString,
    pub args: Vec<OsString>,
    pub environment: Vec<(OsString, OsString)>,
    /// Whether what it writes to standard output goes to standard error, because mpviz itself writes there.
    pub stdout_to_stderr: bool,
}

impl ProgramCommand {
    fn to_command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args).envs(self.environment.iter().cloned());
        if self.stdout_to_stderr {
            command.stdout(io::stderr());
        }
        command
    }
}

/// Why the program was not started.
#[derive(Debug, Error)]
pub enum StartError {
    /// The program could not be executed.
    #[error("cannot start \"{program}\": {}", describe_start_error(program, error))]
    NotExecuted { program: SafeText, error: io::Error },
    /// The terminal or a process of mpviz could not be set up.
    #[error("cannot start the program: {what}: {}", describe_error(error))]
    SetUp { what: &'static str, error: io::Error },
}

impl StartError {
    /// Exit code of a shell for this error: 127 if there is no such program, else 126. 1 for errors of mpviz itself.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::NotExecuted { error, .. } if error.kind() == io::ErrorKind::NotFound => 127,
            Self::NotExecuted { .. } => 126,
            Self::SetUp { .. } => crate::system::exit_code::EXIT_FAILED,
        }
    }

    fn of_program(command: &ProgramCommand, error: io::Error) -> Self {
        Self::NotExecuted { program: SafeText::new(&command.program.to_string_lossy()), error }
    }

    fn set_up<E: Into<io::Error>>(what: &'static str) -> impl Fn(E) -> Self {
        move |error| Self::SetUp { what, error: error.into() }
    }
}

fn describe_start_error(program: &SafeText, error: &io::Error) -> String {
    let is_path = program.as_str().contains('/');
    match error.kind() {
        io::ErrorKind::NotFound if is_path => "there is no such file, or its interpreter is missing".into(),
        io::ErrorKind::NotFound => "there is no such program in the directories of PATH".into(),
        io::ErrorKind::PermissionDenied => "it is not executable (chmod +x makes a file executable)".into(),
        _ => describe_error(error),
    }
}

/// A started program.
///
/// Dropping it leaves the program running: it keeps its terminal, and its further output is printed on standard output,
/// as that of a program that a shell has put into the background.
pub struct Program {
    process: ProgramProcess,
    exits: Receiver<Exit>,
    terminal: Option<ProgramTerminal>,
}

impl Program {
    /// Starts the program on the streams and the terminal of mpviz, in its process group.
    ///
    /// Signals that were sent to mpviz alone are forwarded from now on, and mpviz stops and continues with the program.
    pub fn start_in_place(command: &ProgramCommand) -> Result<Self, StartError> {
        launch::start_in_place(command)
    }

    /// Starts the program in a session of its own. A new terminal, with the modes of `streams.terminal`, replaces the
    /// streams that are [`Stream::Terminal`]; the other streams are those of mpviz.
    pub fn start_on_own_terminal(
        command: &ProgramCommand,
        streams: &ProgramStreams,
        size: TerminalSize,
    ) -> Result<Self, StartError> {
        launch::start_on_own_terminal(command, streams, size)
    }

    /// Process id of the program's first process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Receives how the program's first process has ended, once, after its output has been read.
    #[must_use]
    pub fn exits(&self) -> &Receiver<Exit> {
        &self.exits
    }

    /// How the program has ended; none while it runs.
    #[must_use]
    pub fn exit(&self) -> Option<Exit> {
        self.process.exit()
    }

    /// The program's own terminal; none if it was started in place.
    #[must_use]
    pub fn terminal(&self) -> Option<&ProgramTerminal> {
        self.terminal.as_ref()
    }

    /// Sends a signal to the program's first process, unless it has ended.
    pub fn send_signal(&self, signal: i32) {
        self.process.send_signal(signal);
    }

    /// Stops all processes of the program's own session.
    pub fn suspend(&self) {
        self.process.signal_session(Signal::STOP);
    }

    /// Resumes what [`Program::suspend`] stopped.
    pub fn resume(&self) {
        self.process.signal_session(Signal::CONT);
    }

    /// Begins to end the program: SIGINT, after some seconds SIGTERM, then SIGKILL to all processes of its session.
    pub fn begin_end(&self) -> io::Result<()> {
        self.process.begin_end()
    }

    /// Stops reading the program's terminal, and prints all of its output. The program itself is left as it is.
    pub fn print_output(&mut self, out: &mut impl io::Write) -> io::Result<()> {
        self.terminal.as_mut().map_or(Ok(()), |terminal| terminal.print_output(out))
    }
}
