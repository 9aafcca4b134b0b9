//! What a run is: where, what, and by which lanes.

use serde::{Deserialize, Serialize};

use crate::event::text::SafeText;
use crate::event::workload::Workload;

/// What a run is, said once at its start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The version of mpviz.
    pub version: SafeText,
    /// The command line, for the report.
    pub command: Vec<SafeText>,
    /// Where it runs.
    pub machine: Machine,
    /// How the cores are shared out. What was asked may not have been possible: this is what was done.
    pub cores: CorePolicy,
    /// What is to be done.
    pub workload: Workload,
    /// Rounds of the integer mix a number costs, as calibrated for this run.
    pub rounds_per_number: u32,
    /// The lanes, by their number.
    pub lanes: Vec<LanePlan>,
    /// What the viewer should know of how the run was set up, such as a wish not met.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<SafeText>,
    /// Which of several runs of the same kind it is; none for a single one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
    /// The time of day at its zero, in ms since 1970 (UTC). For whoever has other clocks beside it; all else counts from the zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began_ms: Option<u64>,
}

impl Run {
    /// What the viewer should know, in one line; none if there is nothing.
    #[must_use]
    pub fn notes_in_a_line(&self) -> Option<String> {
        let notes: Vec<_> = self.notes.iter().map(SafeText::as_str).collect();
        (!notes.is_empty()).then(|| notes.join(" · "))
    }
}

/// One of several runs of the same kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeat {
    /// Its number, from 1.
    pub number: u32,
    /// How many there are to be.
    pub of: u32,
}

/// The machine a run is measured on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Cores that this program may use (affinity and cgroup quota).
    pub cores: u32,
    /// Installed memory.
    pub memory_bytes: u64,
    /// Operating system and version.
    pub os: SafeText,
}

/// One lane as planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LanePlan {
    /// How the tasks are run.
    pub mode: Mode,
    /// Who runs them: `native` for mpviz's own workers.
    pub engine: SafeText,
    /// Number of slots.
    pub workers: u32,
    /// The cores its workers are pinned to.
    pub cores: Vec<u32>,
    /// Whether its threads share a lock that lets one of them compute at a time.
    pub gil: bool,
    /// Whether every task has a worker of its own from the start, so that there is no queue to share.
    pub own_queues: bool,
    /// Tasks in one record.
    pub chunk: u32,
}

/// How tasks are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// One process, one thread: a `for` loop.
    Serial,
    /// One process, N threads, one queue: CPython's `ThreadPool`.
    Threads,
    /// N processes, one queue: `multiprocessing.Pool`.
    Pool,
    /// A process for each task, all at once: a list of `multiprocessing.Process`.
    Process,
}

impl Mode {
    /// All modes, in the order of their keys `1` to `4`.
    pub const ALL: [Self; 4] = [Self::Serial, Self::Threads, Self::Pool, Self::Process];

    /// The word for it, as on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Serial => "serial",
            Self::Threads => "threads",
            Self::Pool => "pool",
            Self::Process => "process",
        }
    }
}

/// How the machine's cores are shared out among the lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CorePolicy {
    /// Disjoint, equal sets.
    Split,
    /// All lanes on all cores at once.
    Shared,
    /// One lane after the other, each with all cores.
    Turns,
}

impl CorePolicy {
    /// The word for it, as on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Split => "split",
            Self::Shared => "shared",
            Self::Turns => "turns",
        }
    }
}
