//! How the tasks are to be run.

use super::constants::MachineConstants;
use crate::event::workload::ChunkSize;
use crate::event::{LanePlan, Mode};
use crate::source::simulation::SIMULATED_ENGINE;

/// A way to run the tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    pub mode: Mode,
    /// Whether threads share a GIL.
    pub gil: bool,
    /// Workers of a pool, or threads. Without effect on the modes serial and process.
    pub workers: u32,
    pub chunk: ChunkSize,
    /// Cores that the workers may use, at least 1.
    pub cores: u32,
}

impl Plan {
    /// Workers of the lane for this number of tasks.
    #[must_use]
    pub fn slots(&self, tasks: u32) -> u32 {
        match self.mode {
            Mode::Serial => 1,
            Mode::Process => tasks,
            Mode::Threads | Mode::Pool => self.workers.max(1),
        }
    }

    /// Processes that mpviz starts.
    #[must_use]
    pub fn processes(&self, tasks: u32) -> u32 {
        if self.mode == Mode::Threads { 1 } else { self.slots(tasks) }
    }

    /// Whether its workers are started as processes: threads of Python, and a loop, run in the program itself.
    #[must_use]
    pub fn starts_processes(&self, constants: &MachineConstants) -> bool {
        constants.parent.is_none() || matches!(self.mode, Mode::Pool | Mode::Process)
    }

    /// Whether a process of its own hands the tasks out.
    #[must_use]
    pub fn has_parent(&self, constants: &MachineConstants) -> bool {
        constants.parent.is_some() && matches!(self.mode, Mode::Pool | Mode::Threads)
    }

    /// Whether workers take tasks from a queue; a loop and eager processes of Python have theirs.
    #[must_use]
    pub fn has_records(&self, constants: &MachineConstants) -> bool {
        constants.parent.is_none() || matches!(self.mode, Mode::Pool | Mode::Threads)
    }

    /// Whether it ends with its last process, as a program does that joins eager processes of Python.
    #[must_use]
    pub fn is_joined(&self, constants: &MachineConstants) -> bool {
        constants.parent.is_some() && self.mode == Mode::Process
    }

    /// Whether only one of its workers computes at a time.
    #[must_use]
    pub fn has_gil(&self) -> bool {
        self.gil && self.mode == Mode::Threads
    }

    /// The lane of this plan, as of a run that is shown or recorded.
    #[must_use]
    pub fn lane_plan(&self, tasks: u32) -> LanePlan {
        LanePlan {
            mode: self.mode,
            engine: SIMULATED_ENGINE.into(),
            workers: self.slots(tasks),
            cores: (0..self.cores).collect(),
            gil: self.has_gil(),
            unreported_gil: false,
            own_queues: self.mode == Mode::Process,
            chunk: self.mode.tasks_per_record(self.chunk, tasks, self.slots(tasks)).max(1),
            pool: None,
        }
    }
}
