//! Labels of the rows in tables and result cards, and names of settings.

use crate::language;

/// A label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    Time,
    Median,
    OfRepeats,
    ToTheFirst,
    StartUp,
    Queue,
    Memory,
    Measured,
    InMemory,
    TasksInMemory,
    Private,
    Cores,
    Used,
    Stall,
    StallIo,
    StallWidth,
    Tail,
    IdleBlocked,
    IdleFewWorkers,
    IdleAtEnd,
    Workers,
    Io,
    Cpu,
    CpuPerNumber,
    Switches,
    ForcedSwitches,
    Tasks,
    Result,
    Deaths,
    Finding,
    Blocked,
    Delay,
    Between,
    Graph,
    OnScheduler,
    OnWorker,
    Results,
    NotObserved,
    Machine,
    CorePolicy,
    Numbers,
    Cost,
    Skew,
    Chunksize,
    TasksPerWorker,
    Gil,
}

impl Label {
    /// The text of the label.
    #[must_use]
    pub fn text(self) -> &'static str {
        language::fixed_text(self.key())
    }

    /// The key of the text.
    const fn key(self) -> &'static str {
        match self {
            Self::Time => "label-time",
            Self::Median => "label-median",
            Self::OfRepeats => "label-of-repeats",
            Self::ToTheFirst => "label-to-the-first",
            Self::StartUp => "label-start-up",
            Self::Queue => "label-queue",
            Self::Memory => "label-memory",
            Self::Measured => "label-measured",
            Self::InMemory => "label-in-memory",
            Self::TasksInMemory => "label-tasks-in-memory",
            Self::Private => "label-private",
            Self::Cores => "label-cores",
            Self::Used => "label-used",
            Self::Stall => "label-stall",
            Self::StallIo => "label-stall-io",
            Self::StallWidth => "label-stall-width",
            Self::Tail => "label-tail",
            Self::IdleBlocked => "label-idle-blocked",
            Self::IdleFewWorkers => "label-idle-few-workers",
            Self::IdleAtEnd => "label-idle-at-end",
            Self::Workers => "label-workers",
            Self::Io => "label-io",
            Self::Cpu => "label-cpu",
            Self::CpuPerNumber => "label-cpu-per-number",
            Self::Switches => "label-switches",
            Self::ForcedSwitches => "label-forced-switches",
            Self::Tasks => "label-tasks",
            Self::Result => "label-result",
            Self::Deaths => "label-deaths",
            Self::Finding => "label-finding",
            Self::Blocked => "label-blocked",
            Self::Delay => "label-delay",
            Self::Between => "label-between",
            Self::Graph => "label-graph",
            Self::OnScheduler => "label-on-scheduler",
            Self::OnWorker => "label-on-worker",
            Self::Results => "label-results",
            Self::NotObserved => "label-not-observed",
            Self::Machine => "label-machine",
            Self::CorePolicy => "label-core-policy",
            Self::Numbers => "label-numbers",
            Self::Cost => "label-cost",
            Self::Skew => "label-skew",
            Self::Chunksize => "label-chunksize",
            Self::TasksPerWorker => "label-tasks-per-worker",
            Self::Gil => "label-gil",
        }
    }
}
