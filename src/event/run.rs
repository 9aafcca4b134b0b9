//! The description of a run: machine, workload, lanes.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::event::graph::ClusterGraph;
use crate::event::program::{ProgramPool, WatchedProgram};
use crate::event::text::SafeText;
use crate::event::workload::{ChunkSize, Workload};

/// Description of a run, written once at its start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Version of mpviz.
    pub version: SafeText,
    pub command: Vec<SafeText>,
    pub machine: Machine,
    /// How the lanes share the cores. This is the policy in force, which may differ from the requested one.
    pub cores: CorePolicy,
    /// The work of every lane; none if a program is watched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workload: Option<Workload>,
    /// Rounds of the integer mix per number, as calibrated for this run; 0 without a workload.
    #[serde(default)]
    pub rounds_per_number: u32,
    /// The program that is watched; none if mpviz runs a workload of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<WatchedProgram>,
    /// The graph that mpviz runs on clusters; none if they run programs of others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub graph: Option<ClusterGraph>,
    /// The lanes, indexed by [`super::LaneId`]. Those of a watched program are added by [`super::Event::LaneOpened`].
    pub lanes: Vec<LanePlan>,
    /// What the viewer should know about the set-up, such as a policy that was not possible.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<SafeText>,
    /// Set if the run is one of several repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<RepeatPosition>,
    /// Time of day at time zero, in ms since 1970 (UTC). For comparison with other clocks; all event times count from
    /// time zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began_ms: Option<u64>,
}

impl Run {
    /// Maximum number of lanes at the start of a run.
    pub const MAX_LANES: usize = 64;
    /// Maximum number of lanes of a watched program.
    pub const MAX_PROGRAM_LANES: usize = 4096;

    /// Whether several lanes of this engine run this mode, with different numbers of workers.
    #[must_use]
    pub fn sweeps(&self, lane: &LanePlan) -> bool {
        self.lanes.iter().filter(|plan| plan.mode == lane.mode && plan.engine == lane.engine).count() > 1
    }

    /// Joins the notes into one line.
    #[must_use]
    pub fn notes_in_one_line(&self) -> Option<String> {
        let notes: Vec<_> = self.notes.iter().map(SafeText::as_str).collect();
        (!notes.is_empty()).then(|| notes.join(" · "))
    }
}

/// Position of a run among its repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepeatPosition {
    /// Number of this run, from 1.
    pub number: u32,
    /// Total number of repeats.
    pub of: u32,
}

/// The machine that runs the workload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Usable cores (affinity and cgroup quota).
    pub cores: u32,
    pub memory_bytes: u64,
    /// Operating system and version.
    pub os: SafeText,
}

/// The set-up of one lane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LanePlan {
    pub mode: Mode,
    /// The program that executes the lane: `native` for mpviz's own workers, [`SIMULATED_ENGINE`] if it was not run.
    pub engine: SafeText,
    /// Number of slots.
    pub workers: u32,
    /// The cores that its workers are pinned to.
    pub cores: Vec<u32>,
    /// Whether its threads share a lock that lets one of them compute at a time.
    pub gil: bool,
    /// Whether its threads share a GIL whose holder is not reported: that of CPython.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unreported_gil: bool,
    /// Whether every task has its own worker from the start, so that there is no shared queue.
    pub own_queues: bool,
    /// Tasks in a record.
    pub chunk: u32,
    /// What the watched program created; none for a lane of mpviz's own workers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<ProgramPool>,
}

impl LanePlan {
    /// Name of mode and engine: `pool`, `python/pool`, `simulated pool`. Lanes of a watched program have a title
    /// instead.
    #[must_use]
    pub fn mode_name(&self) -> String {
        if self.pool.is_some() { self.mode.name().into() } else { mode_name(&self.engine, self.mode) }
    }

    /// Whether the lane was simulated, not run.
    #[must_use]
    pub fn is_simulated(&self) -> bool {
        self.engine.as_str() == SIMULATED_ENGINE
    }

    /// Whether CPython executes the lane.
    #[must_use]
    pub fn is_python(&self) -> bool {
        self.engine.as_str().starts_with(CPYTHON)
    }

    /// How many of its cores its workers can use at once.
    #[must_use]
    pub fn usable_cores(&self) -> u32 {
        let width = if self.gil || self.unreported_gil { 1 } else { self.workers };
        width.min(self.cores.len() as u32)
    }
}

/// Engine of a lane that was simulated.
pub const SIMULATED_ENGINE: &str = "simulated";

/// Start of the name of an engine that is a CPython; its version follows.
pub const CPYTHON: &str = "cpython ";

/// Name of a mode with its engine, as on the command line: `pool`, `python/pool`; or `simulated pool`.
#[must_use]
pub fn mode_name(engine: &SafeText, mode: Mode) -> String {
    match engine.as_str() {
        SIMULATED_ENGINE => format!("simulated {}", mode.name()),
        engine if engine.starts_with(CPYTHON) => format!("python/{}", mode.name()),
        _ => mode.name().into(),
    }
}

/// How tasks are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// One process with one thread: a `for` loop.
    #[value(help = None::<&str>)]
    Serial,
    /// One process with N threads and one queue: CPython's `ThreadPool`.
    #[value(help = None::<&str>)]
    Threads,
    /// N processes with one queue: `multiprocessing.Pool`.
    #[value(help = None::<&str>)]
    Pool,
    /// One process per task, all started at once: a list of `multiprocessing.Process`.
    #[value(help = None::<&str>)]
    Process,
}

impl Mode {
    /// All modes, in the order of their keys `1` to `4`.
    pub const ALL_VARIANTS: [Self; 4] = [Self::Serial, Self::Threads, Self::Pool, Self::Process];

    /// Returns the name, as on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Serial => "serial",
            Self::Threads => "threads",
            Self::Pool => "pool",
            Self::Process => "process",
        }
    }

    /// Number of tasks that a worker takes at a time.
    #[must_use]
    pub fn tasks_per_record(self, chunk: ChunkSize, tasks: u32, workers: u32) -> u32 {
        match self {
            Self::Serial | Self::Process => 1,
            Self::Threads | Self::Pool => chunk.tasks_per_record(tasks, workers).min(tasks),
        }
    }
}

/// How the lanes share the machine's cores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum CorePolicy {
    /// Disjoint sets of equal size.
    #[value(help = None::<&str>)]
    Split,
    /// All lanes on all cores at once.
    #[value(help = None::<&str>)]
    Shared,
    /// One lane after the other, each on all cores.
    #[value(help = None::<&str>)]
    Turns,
}

impl CorePolicy {
    /// Returns the next policy, and the first one after the last.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Split => Self::Turns,
            Self::Turns => Self::Shared,
            Self::Shared => Self::Split,
        }
    }

    /// Returns the name, as on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Split => "split",
            Self::Shared => "shared",
            Self::Turns => "turns",
        }
    }
}
