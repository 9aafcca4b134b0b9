//! Runs and lanes as requested by the options.

use std::path::PathBuf;

use clap::ValueEnum;

use super::python::Interpreter;
use crate::event::text::SafeText;
use crate::event::workload::Workload;
use crate::event::{CorePolicy, Mode, RepeatPosition};

/// Maximum number of workers of a lane.
pub const MAX_WORKERS: u32 = 100_000;

/// The path of the running program.
pub const CURRENT_EXE: &str = "/proc/self/exe";

/// A run as requested by the options.
#[derive(Clone, Debug)]
pub struct RunSpec {
    /// The workload, which passes [`Workload::check_ranges`].
    pub workload: Workload,
    /// Modes and engines, at least one, each at most once.
    pub modes: Vec<EngineMode>,
    /// The interpreter of the lanes of Python; none until it was asked for its version.
    pub interpreter: Option<Interpreter>,
    /// Workers of a pool, threads of a process; 1 to [`MAX_WORKERS`]. Several numbers, each at most once, are a sweep:
    /// pool and threads have a lane for each.
    pub workers: Vec<u32>,
    pub cores: CorePolicy,
    /// Directory for I/O of kind `disk`.
    pub io_dir: PathBuf,
    /// The program of worker processes: [`CURRENT_EXE`], or another build of mpviz.
    pub worker_program: PathBuf,
    /// The command line, for reports.
    pub command: Vec<SafeText>,
    /// Notes to show before the run.
    pub notes: Vec<SafeText>,
    /// Rounds of the integer mix per number, if an earlier run of the series has calibrated it.
    pub rounds: Option<u32>,
    /// The position in a series of repeats.
    pub repeat: Option<RepeatPosition>,
}

/// The program that executes a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Engine {
    /// mpviz's own workers.
    #[value(help = None::<&str>)]
    Native,
    /// CPython: `multiprocessing` and its threads.
    #[value(help = None::<&str>)]
    Python,
}

/// A mode and the engine that executes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EngineMode {
    pub engine: Engine,
    pub mode: Mode,
}

impl EngineMode {
    /// Returns the name, as on the command line: `pool`, `python/pool`.
    #[must_use]
    pub fn name(self) -> String {
        match self.engine {
            Engine::Native => self.mode.name().into(),
            Engine::Python => format!("python/{}", self.mode.name()),
        }
    }
}

/// A lane as requested by the options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneSpec {
    pub engine: Engine,
    pub mode: Mode,
    /// Whether its threads share a GIL.
    pub gil: bool,
    /// Number of slots.
    pub workers: u32,
}

impl LaneSpec {
    /// Number of tasks that a worker takes at a time.
    pub(super) fn tasks_per_record(self, workload: &Workload) -> u32 {
        self.mode.tasks_per_record(workload.chunk, workload.tasks, self.workers)
    }
}

impl RunSpec {
    /// Whether the run compares several numbers of workers.
    #[must_use]
    pub fn is_sweep(&self) -> bool {
        self.lanes().len() > self.modes.len()
    }

    /// Returns the lanes, by mode and then by workers.
    #[must_use]
    pub fn lanes(&self) -> Vec<LaneSpec> {
        let lanes_of_mode = |EngineMode { engine, mode }| {
            let workers = match mode {
                Mode::Serial => vec![1],
                Mode::Threads | Mode::Pool => self.workers.clone(),
                Mode::Process => vec![self.workload.tasks],
            };
            let gil = mode == Mode::Threads
                && match engine {
                    Engine::Native => self.workload.gil,
                    Engine::Python => self.interpreter.as_ref().is_none_or(|interpreter| interpreter.gil),
                };
            workers.into_iter().map(move |workers| LaneSpec { engine, mode, gil, workers })
        };
        self.modes.iter().copied().flat_map(lanes_of_mode).collect()
    }

    /// Whether a lane needs the interpreter.
    #[must_use]
    pub fn has_python(&self) -> bool {
        self.modes.iter().any(|mode| mode.engine == Engine::Python)
    }

    /// A run of the default workload with four workers.
    #[cfg(test)]
    pub(crate) fn of_modes(modes: &[Mode]) -> Self {
        Self {
            workload: Workload::default(),
            modes: modes.iter().map(|mode| EngineMode { engine: Engine::Native, mode: *mode }).collect(),
            interpreter: None,
            workers: vec![4],
            cores: CorePolicy::Split,
            io_dir: ".".into(),
            worker_program: CURRENT_EXE.into(),
            command: Vec::new(),
            notes: Vec::new(),
            rounds: None,
            repeat: None,
        }
    }
}
