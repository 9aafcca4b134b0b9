//! The figures of a run.

mod cluster;
mod measure;
mod program;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::side_by_side::{lane_name, with_origin};
use super::{ObservationCost, PrivateMemory, Problem, ProblemKind};
use crate::event::text::SafeText;
use crate::event::{Exit, LaneStatus, Mode, SIMULATED_ENGINE, WorkerId, mode_name};

pub use cluster::ClusterSummary;
pub use program::{CallSummary, ProgramLaneSummary, ProgramSummary};

/// The figures of a run, by lane.
#[derive(Clone, Debug, PartialEq)]
pub struct RunSummary {
    /// Lanes by number.
    pub lanes: Vec<LaneSummary>,
    pub observer: ObservationCost,
    /// Figures of a watched program; none for a run of mpviz's own workload.
    pub program: Option<ProgramSummary>,
}

impl RunSummary {
    /// Whether all of the run's `lanes` were run to their end. They are cut off by the viewer, a signal, or the end of
    /// the recording; lanes that take turns may not have begun.
    #[must_use]
    pub fn is_whole(&self, lanes: usize) -> bool {
        let was_cut_off = |lane: &LaneSummary| matches!(lane.status, None | Some(LaneStatus::Cancelled));
        self.lanes.len() == lanes && !self.lanes.iter().any(was_cut_off)
    }
}

/// The figures of a lane; none for a figure that was not measured or does not exist.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LaneSummary {
    pub mode: Mode,
    /// Whether its run has other lanes of its mode. Not part of reports.
    #[serde(skip)]
    pub in_sweep: bool,
    /// Name of the run, if several are shown side by side. Not part of reports.
    #[serde(skip)]
    pub origin: Option<SafeText>,
    pub engine: SafeText,
    /// How the lane ended; none if a recording ends earlier.
    pub status: Option<LaneStatus>,
    /// Number of slots.
    pub workers: u32,
    /// The cores it was given.
    pub cores: Vec<u32>,
    /// The sum, unless a task failed, was lost or was abandoned.
    #[serde(serialize_with = "serialize_optional_as_text", deserialize_with = "optional_sum_from_text")]
    pub result: Option<i64>,
    /// The correct sum; none if nothing was added: a program is watched, or the lane was simulated.
    #[serde(serialize_with = "serialize_optional_as_text", deserialize_with = "optional_sum_from_text")]
    pub expected: Option<i64>,
    /// Whether the result is correct; none without a result.
    pub correct: Option<bool>,
    /// From time zero, or the first task of a cluster, to the last completion, in s.
    pub makespan_s: Option<f64>,
    /// From time zero until the first worker of every slot was ready, in s; none for a cluster.
    pub startup_s: Option<f64>,
    /// Time of receiving and unpickling tasks, summed over workers, in s. Not part of reports.
    #[serde(skip)]
    pub receive_s: f64,
    /// Wall time of loading, summed over tasks, in s; none for a cluster.
    pub load_s: Option<f64>,
    /// CPU time of its workers, in s.
    pub cpu_s: Option<f64>,
    /// CPU time per number, in ns; none unless every task finished.
    pub ns_per_number: Option<f64>,
    /// Time in I/O, summed over workers, in s; none for a cluster.
    pub io_blocked_s: Option<f64>,
    /// Time from submission to taking, summed over tasks, in s; none where tasks are only counted, as the peaks of
    /// tasks and the totals.
    pub queue_wait_s: Option<f64>,
    /// Time waiting for a core, summed over workers, in s.
    pub run_queue_delay_s: Option<f64>,
    /// ∫ min(idle, queued) dt over the makespan, in core-seconds; none for a cluster, as the next two.
    pub stall_core_s: Option<f64>,
    /// Part of the stall due to I/O: ∫ min(idle, queued, workers in I/O) dt.
    pub stall_io_core_s: Option<f64>,
    /// ∫ idle dt minus the stall: cores idle for lack of tasks.
    pub idle_tail_core_s: Option<f64>,
    /// CPU time of its workers divided by cores × lifetime of the lane, from 0 to 1.
    pub utilization: Option<f64>,
    /// Maximum of queued tasks.
    pub peak_queue: Option<u32>,
    /// Mean number of queued tasks over the makespan.
    pub mean_queue: Option<f64>,
    /// Maximum of tasks in memory.
    pub peak_resident_tasks: Option<u32>,
    /// Maximum of payload in memory, in bytes; none for a cluster.
    #[serde(serialize_with = "serialize_optional_exact", deserialize_with = "optional_exact_from_text")]
    pub peak_resident_bytes: Option<u64>,
    /// Maximum of its workers' private memory, by samples, in bytes.
    pub peak_private_bytes: Option<u64>,
    /// Proportional set size of its workers near their peak, in bytes; none if it was not read then.
    pub peak_pss_bytes: Option<u64>,
    pub tasks: Option<TaskTotals>,
    /// Number of workers that were started, including replacements.
    pub workers_started: u32,
    /// Workers that ended by a signal or with an error; none where tasks are only counted.
    pub workers_died: Option<u32>,
    /// Workers that replaced another.
    pub workers_replaced: Option<u32>,
    pub voluntary_switches: Option<u64>,
    pub involuntary_switches: Option<u64>,
    /// Actions of the viewer on the lane.
    pub interventions: Vec<Intervention>,
    /// How many of its cores its workers can use at once; 1 under a GIL.
    #[serde(default)]
    pub usable_cores: Option<u32>,
    /// Core time that programs other than the run's workers took, in core-seconds.
    #[serde(default)]
    pub taken_by_others_core_s: Option<f64>,
    /// Whether `peak_private_bytes` lacks processes that were not sampled in time.
    #[serde(default)]
    pub peak_private_is_lower_bound: bool,
    /// Figures of a lane of a watched program.
    #[serde(flatten)]
    pub program: Option<ProgramLaneSummary>,
    /// Not serialized here: reports write it after the keys of their first version.
    #[serde(skip)]
    pub problems: Vec<Problem>,
    /// Time from the end of the last task until the lane ended, in s. Not part of reports.
    #[serde(skip)]
    pub wait_after_tasks_s: Option<f64>,
    /// Where the core time went; none without a makespan. The last key of reports.
    #[serde(skip)]
    pub core_time_s: Option<CoreTime>,
}

/// Numbers of tasks by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskTotals {
    pub submitted: u32,
    pub finished: u32,
    /// Tasks that ended with an error.
    pub failed: u32,
    /// Tasks whose worker died.
    pub lost: u32,
    /// Tasks that were not run.
    pub abandoned: u32,
}

/// The core time of a lane, cores × makespan, divided by use, in core-seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CoreTime {
    /// CPU time of adding.
    pub adding: f64,
    /// CPU time of writing payloads.
    pub loading: f64,
    /// Idle before the first worker of every slot was ready.
    pub starting: f64,
    /// Idle while tasks were queued, due to workers in I/O.
    pub stall_io: f64,
    /// Idle while tasks were queued, due to too few workers.
    pub stall_width: f64,
    /// Idle for lack of tasks.
    pub tail: f64,
    /// The remainder: starting and releasing, other programs on these cores, the kernel.
    pub rest: f64,
}

impl CoreTime {
    /// The mean of two lanes.
    #[must_use]
    pub const fn midpoint(&self, other: &Self) -> Self {
        Self {
            adding: f64::midpoint(self.adding, other.adding),
            loading: f64::midpoint(self.loading, other.loading),
            starting: f64::midpoint(self.starting, other.starting),
            stall_io: f64::midpoint(self.stall_io, other.stall_io),
            stall_width: f64::midpoint(self.stall_width, other.stall_width),
            tail: f64::midpoint(self.tail, other.tail),
            rest: f64::midpoint(self.rest, other.rest),
        }
    }
}

/// An action of the viewer on a lane.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "what")]
pub enum Intervention {
    /// Suspended its processes.
    Suspended {
        /// Time since the lane's time zero, in s.
        at_s: f64,
        /// Duration of the suspension in s; it lasts until the lane's end if it was not resumed.
        for_s: f64,
    },
    /// Killed a worker.
    Killed {
        /// Time since the lane's time zero, in s.
        at_s: f64,
        worker: WorkerId,
    },
}

impl LaneSummary {
    /// Name among the lanes of its run: the mode, in a sweep with the number of workers; of a watched program, its title.
    #[must_use]
    pub fn name_in_run(&self) -> String {
        let title = self.program.as_ref().map(|program| program.title.to_string());
        title.unwrap_or_else(|| lane_name(&self.mode_name(), self.in_sweep.then_some(self.workers), None))
    }

    /// Numbers of its tasks; 0 where they are only counted.
    #[must_use]
    pub fn totals(&self) -> TaskTotals {
        self.tasks.unwrap_or_default()
    }

    /// Name of mode and engine: `pool`, `python/pool`, `simulated pool`.
    #[must_use]
    pub fn mode_name(&self) -> String {
        mode_name(&self.engine, self.mode)
    }

    /// Whether its figures are predicted, not measured.
    #[must_use]
    pub fn is_simulated(&self) -> bool {
        self.engine.as_str() == SIMULATED_ENGINE
    }

    /// Name in its run, with the name of the run if there are several.
    #[must_use]
    pub fn name(&self) -> String {
        with_origin(self.name_in_run(), self.origin.as_ref())
    }

    /// How the last worker that died ended.
    #[must_use]
    pub fn last_death(&self) -> Option<Exit> {
        self.problems.iter().rev().find_map(|problem| match &problem.what {
            ProblemKind::Died { exit, by_executor: false, .. } => Some(*exit),
            _ => None,
        })
    }

    /// The highest private memory of its workers.
    #[must_use]
    pub fn peak_private(&self) -> Option<PrivateMemory> {
        let is_lower_bound = self.peak_private_is_lower_bound;
        self.peak_private_bytes.map(|bytes| PrivateMemory { bytes, is_lower_bound })
    }

    /// Core time that other lanes on the same cores took, in core-seconds: what remains without the lane's own CPU
    /// time and that of other programs. 0 if unknown.
    #[must_use]
    pub fn taken_by_other_lanes_core_s(&self) -> f64 {
        let figures = self.core_time_s.zip(self.cpu_s).zip(self.taken_by_others_core_s);
        figures.map_or(0.0, |((parts, cpu), others)| (parts.taken_from_lane(cpu) - others).max(0.0))
    }
}

impl CoreTime {
    /// Part of the remainder in which the lane wanted a core and had none: without its own CPU time, such as starting
    /// workers. `cpu_s` is all CPU time of the lane.
    fn taken_from_lane(&self, cpu_s: f64) -> f64 {
        let own = (cpu_s - self.adding - self.loading).max(0.0);
        (self.rest - own).max(0.0)
    }

    /// Sum of all parts: cores × makespan, in core-seconds.
    #[must_use]
    pub fn total_core_time(&self) -> f64 {
        self.adding + self.loading + self.starting + self.stall_io + self.stall_width + self.tail + self.rest
    }
}

impl Intervention {
    /// Duration of the suspension in s, if this is one.
    #[must_use]
    pub fn suspension_seconds(&self) -> Option<f64> {
        match self {
            Self::Suspended { for_s, .. } => Some(*for_s),
            Self::Killed { .. } => None,
        }
    }
}

/// Largest integer that is exact in readers with only floating point, such as JavaScript: 2^53.
const MAX_EXACT_INTEGER: u64 = 1 << 53;

/// Serializes a sum as text.
fn serialize_as_text<S: Serializer>(sum: &impl ToString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&sum.to_string())
}

#[expect(clippy::ref_option, reason = "the signature serde asks for")]
fn serialize_optional_as_text<S: Serializer>(sum: &Option<i64>, serializer: S) -> Result<S::Ok, S::Error> {
    match sum {
        Some(sum) => serialize_as_text(sum, serializer),
        None => serializer.serialize_none(),
    }
}

/// Serializes a number, as text if it would not be exact for every reader.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
pub(crate) fn serialize_exact<S: Serializer>(n: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    if *n <= MAX_EXACT_INTEGER { serializer.serialize_u64(*n) } else { serialize_as_text(n, serializer) }
}

#[expect(clippy::ref_option, reason = "the signature serde asks for")]
fn serialize_optional_exact<S: Serializer>(n: &Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
    match n {
        Some(n) => serialize_exact(n, serializer),
        None => serializer.serialize_none(),
    }
}

fn optional_sum_from_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    Option::<String>::deserialize(deserializer)?.map(|text| text.parse().map_err(D::Error::custom)).transpose()
}

/// Deserializes a number, or the text of one.
fn optional_exact_from_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum NumberOrText {
        Number(u64),
        Text(String),
    }
    match Option::deserialize(deserializer)? {
        None => Ok(None),
        Some(NumberOrText::Number(n)) => Ok(Some(n)),
        Some(NumberOrText::Text(text)) => text.parse().map(Some).map_err(D::Error::custom),
    }
}
