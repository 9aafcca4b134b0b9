//! Claims about threads, pools and processes, with what was measured and what follows.

mod figures;
pub mod json;
pub mod markdown;
pub mod text;

use clap::ValueEnum;
use serde::Serialize;

use crate::event::Machine;
use crate::event::text::SafeText;

pub use figures::{
    ChoiceFigures, CollectFigures, ExceptionFigures, FifoFigures, Figures, GilFigures, IoFigures, KillFigures,
    KillOutcome, MapFigures, OrderFigures, PoolMemoryFigures, ProcessMemoryFigures, SchedulingFigures, SecondsFigures,
    ShareFigures, StartFigures, ThreadGain, TimeShares, VisibleFigures, WorkerLossFigures,
};

/// A claim, by its name on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Claim {
    Fifo,
    PoolMemory,
    ProcessMemory,
    Io,
    Scheduling,
    Gil,
    Choice,
    Map,
    Start,
    Share,
    Kill,
    Visible,
    Collect,
    Seconds,
}

impl Claim {
    /// All claims, in the order in which they are printed.
    pub const ALL: [Self; 14] = [
        Self::Fifo,
        Self::PoolMemory,
        Self::ProcessMemory,
        Self::Io,
        Self::Scheduling,
        Self::Gil,
        Self::Choice,
        Self::Map,
        Self::Start,
        Self::Share,
        Self::Kill,
        Self::Visible,
        Self::Collect,
        Self::Seconds,
    ];

    /// The name, as on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fifo => "fifo",
            Self::PoolMemory => "pool-memory",
            Self::ProcessMemory => "process-memory",
            Self::Io => "io",
            Self::Scheduling => "scheduling",
            Self::Gil => "gil",
            Self::Choice => "choice",
            Self::Map => "map",
            Self::Start => "start",
            Self::Share => "share",
            Self::Kill => "kill",
            Self::Visible => "visible",
            Self::Collect => "collect",
            Self::Seconds => "seconds",
        }
    }

    /// Whether its verdict follows from times that other programs change.
    #[must_use]
    pub const fn compares_times(self) -> bool {
        matches!(self, Self::Io | Self::Gil | Self::Choice | Self::Start | Self::Seconds)
    }

    /// Whether it is about computing in parallel, which takes two cores.
    #[must_use]
    pub const fn needs_two_cores(self) -> bool {
        matches!(self, Self::Gil | Self::Choice | Self::Seconds)
    }
}

/// What follows from the figures of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClaimVerdict {
    /// All its parts hold here.
    So,
    /// Some of its parts hold here.
    HalfSo,
    /// None of its parts holds here.
    NotSo,
}

/// Why a claim has no verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum NoVerdict {
    /// There is no Python.
    NoPython,
    /// It is about computing in parallel, and mpviz may use one core.
    OneCore,
    /// It would take more memory than there is, in bytes.
    Memory { needed: u64, available: u64 },
    /// Other programs used this share of the cores, in per cent.
    Disturbed { percent: u32 },
    /// It could not be measured.
    Failed { why: SafeText },
}

/// A claim with its figures.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimResult {
    pub claim: Claim,
    /// None if it was not measured.
    pub figures: Option<Figures>,
    /// Why there is no verdict; none if there is one.
    pub no_verdict: Option<NoVerdict>,
}

impl ClaimResult {
    /// The verdict; none if it cannot be given.
    #[must_use]
    pub fn verdict(&self) -> Option<ClaimVerdict> {
        if self.no_verdict.is_some() { None } else { self.figures.as_ref().map(Figures::verdict) }
    }
}

/// All results.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimsReport {
    pub machine: Machine,
    /// Implementation and version of the interpreter; none without one.
    pub python: Option<SafeText>,
    pub results: Vec<ClaimResult>,
    /// Duration of all measurements, in s.
    pub elapsed_s: f64,
}
