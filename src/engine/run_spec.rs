//! Runs and lanes as requested by the options.

use std::path::PathBuf;

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
    /// The modes, at least one, each at most once.
    pub modes: Vec<Mode>,
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

/// A lane as requested by the options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneSpec {
    pub mode: Mode,
    /// Number of slots.
    pub workers: u32,
}

impl LaneSpec {
    /// Number of tasks that a worker takes at a time.
    pub(super) fn tasks_per_record(self, workload: &Workload) -> u32 {
        match self.mode {
            Mode::Serial | Mode::Process => 1,
            Mode::Threads | Mode::Pool => {
                workload.chunk.tasks_per_record(workload.tasks, self.workers).min(workload.tasks)
            }
        }
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
        let lanes_of_mode = |mode: Mode| {
            let workers = match mode {
                Mode::Serial => vec![1],
                Mode::Threads | Mode::Pool => self.workers.clone(),
                Mode::Process => vec![self.workload.tasks],
            };
            workers.into_iter().map(move |workers| LaneSpec { mode, workers })
        };
        self.modes.iter().copied().flat_map(lanes_of_mode).collect()
    }

    /// A run of the default workload with four workers.
    #[cfg(test)]
    pub(super) fn of_modes(modes: &[Mode]) -> Self {
        Self {
            workload: Workload::default(),
            modes: modes.to_vec(),
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
