//! Starts a program so that it can be watched: what its processes report to, the program itself, its observation.

use std::env;
use std::ffi::OsString;
use std::io;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use signal_hook::consts::SIGKILL;
use thiserror::Error;

use super::observation::{Observation, ObservedProgram};
use super::program::{Program, ProgramCommand, ProgramStreams, StartError, TerminalSize};
use super::python::shim_files::{ShimFiles, ShimFilesError};
use super::python::trace_directory::{TraceDirectory, TraceDirectoryError};
use crate::event::codec::RecordingHeader;
use crate::event::text::SafeText;
use crate::event::{CorePolicy, Exit, Machine, Run, StampedEvent, WatchedProgram};
use crate::probe::machine::{describe_machine, usable_cores};
use crate::system::clock::{Epoch, time_of_day_ms};

/// Where Python looks for modules first, and thus for the shim.
const MODULE_PATH: &str = "PYTHONPATH";
/// Tells the shim where to write.
const TRACE_DIR: &str = "MPVIZ_TRACE_DIR";

/// Which terminal the program gets.
#[derive(Clone, Copy)]
pub enum ProgramPlace {
    /// The streams and the terminal of mpviz.
    InPlace,
    /// A terminal of its own, of this size.
    OwnTerminal(TerminalSize),
}

/// Why a program is not watched.
#[derive(Debug, Error)]
pub enum WatchError {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("the program cannot be watched: {0}")]
    TraceDirectory(#[from] TraceDirectoryError),
    #[error("the program cannot be watched: {0}")]
    ShimFiles(#[from] ShimFilesError),
    #[error("the program cannot be watched: {0}")]
    System(#[from] io::Error),
}

/// A program that is watched.
pub struct ProgramWatch {
    pub program: Program,
    /// The events of its run; closed at its end.
    pub events: Receiver<Vec<StampedEvent>>,
    observation: Observation,
    exit_sender: Sender<Exit>,
    // Removed when the program is not watched any more.
    _trace: TraceDirectory,
    _shim: ShimFiles,
}

/// What is needed before the program is started.
pub struct WatchSetup {
    machine: Machine,
    cores: Vec<u32>,
    command: Vec<OsString>,
    trace: TraceDirectory,
    shim: ShimFiles,
}

impl WatchSetup {
    /// Prepares to watch a command line, which has a program.
    pub fn new(command: &[OsString]) -> Result<Self, WatchError> {
        let cores = usable_cores();
        Ok(Self {
            machine: describe_machine(&cores),
            cores,
            command: command.to_vec(),
            trace: TraceDirectory::create()?,
            shim: ShimFiles::install()?,
        })
    }

    /// Header of a recording of the program.
    #[must_use]
    pub fn recording_header(&self) -> RecordingHeader {
        let began = time_of_day_ms().unwrap_or(0) / 1_000;
        RecordingHeader::of_program(self.machine.clone(), self.printable_command(), began)
    }

    fn printable_command(&self) -> Vec<SafeText> {
        self.command.iter().map(|word| SafeText::new(&word.to_string_lossy())).collect()
    }

    fn program_command(&self, stdout_to_stderr: bool) -> ProgramCommand {
        ProgramCommand {
            program: self.command[0].clone(),
            args: self.command[1..].to_vec(),
            stdout_to_stderr,
            environment: watch_environment(&self.shim, &self.trace).into(),
        }
    }

    /// Starts the program and its observation. `stdout_to_stderr`: standard error takes the place of standard output,
    /// to which mpviz writes a recording. On an error, the program is not left running.
    pub fn start(self, place: ProgramPlace, stdout_to_stderr: bool) -> Result<ProgramWatch, WatchError> {
        let (epoch, began_ms) = (Epoch::start_now(), time_of_day_ms());
        let command = self.program_command(stdout_to_stderr);
        let program = match place {
            ProgramPlace::InPlace => Program::start_in_place(&command)?,
            ProgramPlace::OwnTerminal(size) => {
                Program::start_on_own_terminal(&command, &ProgramStreams::of_mpviz()?, size)?
            }
        };
        let run = Run {
            version: env!("CARGO_PKG_VERSION").into(),
            command: self.printable_command(),
            machine: self.machine,
            cores: CorePolicy::Shared,
            workload: None,
            rounds_per_number: 0,
            program: Some(WatchedProgram { pid: program.pid(), cluster: None }),
            lanes: Vec::new(),
            notes: Vec::new(),
            repeat: None,
            began_ms,
            graph: None,
        };
        let (exit_sender, exits) = bounded(1);
        let (event_sender, events) = unbounded();
        let observed = ObservedProgram { run, epoch, trace_dir: self.trace.path().to_owned(), exits };
        let observation =
            Observation::start(observed, self.cores, event_sender).inspect_err(|_| program.send_signal(SIGKILL))?;
        Ok(ProgramWatch { program, events, observation, exit_sender, _trace: self.trace, _shim: self.shim })
    }
}

/// Variables that make a program's interpreters load the shim, and report to the directory.
#[must_use]
pub fn watch_environment(shim: &ShimFiles, trace: &TraceDirectory) -> [(OsString, OsString); 2] {
    let mut module_path = shim.dir().as_os_str().to_owned();
    if let Some(path) = env::var_os(MODULE_PATH).filter(|path| !path.is_empty()) {
        module_path.push(":");
        module_path.push(path);
    }
    [(MODULE_PATH.into(), module_path), (TRACE_DIR.into(), trace.path().as_os_str().to_owned())]
}

impl ProgramWatch {
    /// Tells the observation how the program ended. Its last events follow.
    pub fn program_exited(&self, exit: Exit) {
        let _ = self.exit_sender.try_send(exit);
    }

    /// Suspends the program, which has a session of its own.
    pub fn suspend(&self) {
        self.program.suspend();
        self.observation.set_suspended(true);
    }

    /// Resumes a suspended program.
    pub fn resume(&self) {
        self.observation.set_suspended(false);
        self.program.resume();
    }

    /// Stops observing, and returns the program.
    #[must_use]
    pub fn into_program(self) -> Program {
        self.observation.stop();
        self.program
    }
}
