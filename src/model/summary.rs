//! A run in figures.

mod measure;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::sides::named;
use super::{Observer, Problem};
use crate::event::text::SafeText;
use crate::event::{Mode, Status, WorkerId};

/// A run in figures: one lane after the other.
#[derive(Clone, Debug, PartialEq)]
pub struct RunSummary {
    /// Its lanes, by number.
    pub lanes: Vec<LaneSummary>,
    /// What watching cost.
    pub observer: Observer,
}

/// One lane in figures; none where it was not measured or did not happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LaneSummary {
    /// How its tasks were run.
    pub mode: Mode,
    /// What the run that it is from is called, where several are side by side on the screen. No report writes it.
    #[serde(skip)]
    pub origin: Option<SafeText>,
    /// Who ran them.
    pub engine: SafeText,
    /// How it ended; none where nobody knows, for what was recorded ends before it did.
    pub status: Option<Status>,
    /// Number of places for workers.
    pub workers: u32,
    /// The cores it was given.
    pub cores: Vec<u32>,
    /// The sum, if no task failed, was lost or abandoned.
    #[serde(serialize_with = "text_if_any", deserialize_with = "sum_if_any")]
    pub result: Option<i64>,
    /// What the sum should be.
    #[serde(serialize_with = "text", deserialize_with = "sum")]
    pub expected: i64,
    /// Whether it is; none without a result.
    pub correct: Option<bool>,
    /// From its zero to its last completion, in s.
    pub makespan_s: Option<f64>,
    /// From its zero until all its first workers were ready, in s.
    pub startup_s: Option<f64>,
    /// Wall time of writing payloads, summed over tasks, in s.
    pub load_s: f64,
    /// CPU time of its workers in all their lives, in s.
    pub cpu_s: Option<f64>,
    /// CPU time of adding a number, in ns; none unless every task finished.
    pub ns_per_number: Option<f64>,
    /// Time workers waited for I/O, summed, in s.
    pub io_blocked_s: f64,
    /// Time from submitted to taken, summed over tasks taken, in s.
    pub queue_wait_s: f64,
    /// Time workers wanted a core and had none, summed, in s.
    pub run_queue_delay_s: Option<f64>,
    /// ∫ min(idle, queued) dt over the makespan, in core-seconds.
    pub stall_core_s: f64,
    /// Its part by I/O: ∫ min(idle, queued, workers in I/O) dt.
    pub stall_io_core_s: f64,
    /// ∫ idle dt less the stall: cores idle for want of tasks.
    pub idle_tail_core_s: f64,
    /// CPU time of its workers by cores × time from its zero to its end, 0 to 1.
    pub utilization: Option<f64>,
    /// The most tasks queued at a time.
    pub peak_queue: u32,
    /// Mean number of tasks queued over the makespan.
    pub mean_queue: Option<f64>,
    /// The most tasks in memory at a time.
    pub peak_resident_tasks: u32,
    /// The most payload in memory at a time, in bytes.
    #[serde(serialize_with = "exact", deserialize_with = "exactly")]
    pub peak_resident_bytes: u64,
    /// The most private memory of its workers at a time, by samples, in bytes.
    pub peak_private_bytes: Option<u64>,
    /// Proportional set size of its workers when they held most, or nearly so, in bytes; none if it was not read then.
    pub peak_pss_bytes: Option<u64>,
    /// What became of its tasks.
    pub tasks: TaskTotals,
    /// Workers started, replacements included.
    pub workers_started: u32,
    /// Workers that ended by a signal or with an error.
    pub workers_died: u32,
    /// Workers that took the place of another.
    pub workers_replaced: u32,
    /// Times its workers gave their core up.
    pub voluntary_switches: Option<u64>,
    /// Times their core was taken from them.
    pub involuntary_switches: Option<u64>,
    /// What the viewer did to it.
    pub interventions: Vec<Intervention>,
    /// What went wrong in it. A report writes it after the keys that were promised first.
    #[serde(skip)]
    pub problems: Vec<Problem>,
    /// Where its cores' time went; none without a makespan. A report writes it last.
    #[serde(skip)]
    pub core_time_s: Option<CoreTime>,
}

/// What became of a lane's tasks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskTotals {
    /// Joined the queue.
    pub submitted: u32,
    /// Done.
    pub finished: u32,
    /// Ended in an error.
    pub failed: u32,
    /// Their worker died.
    pub lost: u32,
    /// Nobody ran them.
    pub abandoned: u32,
}

/// Where cores × makespan went, in core-seconds: the terms add up to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CoreTime {
    /// CPU time of adding.
    pub adding: f64,
    /// CPU time of writing payloads.
    pub loading: f64,
    /// Idle before all first workers were ready.
    pub starting: f64,
    /// Idle while tasks were queued, by workers in I/O.
    pub stall_io: f64,
    /// Idle while tasks were queued, for want of workers that can run.
    pub stall_width: f64,
    /// Idle for want of tasks.
    pub tail: f64,
    /// What is left: starting and releasing on a core, others on these cores, the kernel.
    pub rest: f64,
}

/// What the viewer did to a lane.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "what")]
pub enum Intervention {
    /// Stopped its processes.
    Suspended {
        /// When, in s since the lane's zero.
        at_s: f64,
        /// For how long, in s; until the lane's end if it was not resumed.
        for_s: f64,
    },
    /// Had a worker killed.
    Killed {
        /// When, in s since the lane's zero.
        at_s: f64,
        /// Whom.
        worker: WorkerId,
    },
}

impl LaneSummary {
    /// Its mode, and of which of several runs.
    #[must_use]
    pub fn name(&self) -> String {
        named(self.mode.name(), self.origin.as_ref())
    }

    /// Core time that the lane's cores gave to others while it could have used them, in core-seconds: what is left of the
    /// identity's rest after CPU time of its own, such as that of starting. 0 where that is not known.
    #[must_use]
    pub fn elsewhere_core_s(&self) -> f64 {
        let Some((time, cpu)) = self.core_time_s.zip(self.cpu_s) else { return 0.0 };
        let own = (cpu - time.adding - time.loading).max(0.0);
        (time.rest - own).max(0.0)
    }
}

impl CoreTime {
    /// All terms together: cores × makespan, in core-seconds.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.adding + self.loading + self.starting + self.stall_io + self.stall_width + self.tail + self.rest
    }
}

impl Intervention {
    /// For how long it stopped the lane, if it did, in s.
    #[must_use]
    pub fn suspended_s(&self) -> Option<f64> {
        match self {
            Self::Suspended { for_s, .. } => Some(*for_s),
            Self::Killed { .. } => None,
        }
    }
}

/// Whole numbers up to this are exact in a reader that has only floating point, as JavaScript has: 2^53.
const EXACT: u64 = 1 << 53;

/// A sum is always text.
fn text<S: Serializer>(sum: &impl ToString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&sum.to_string())
}

#[expect(clippy::ref_option, reason = "the signature serde asks for")]
fn text_if_any<S: Serializer>(sum: &Option<i64>, serializer: S) -> Result<S::Ok, S::Error> {
    match sum {
        Some(sum) => text(sum, serializer),
        None => serializer.serialize_none(),
    }
}

/// A number, or text where a number would not be exact for every reader.
///
/// # Errors
/// Those of the serializer.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
pub(crate) fn exact<S: Serializer>(n: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    if *n <= EXACT { serializer.serialize_u64(*n) } else { text(n, serializer) }
}

/// A sum, which is always text.
fn sum<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

fn sum_if_any<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    Option::<String>::deserialize(deserializer)?.map(|text| text.parse().map_err(D::Error::custom)).transpose()
}

/// A number, or the text that stands for one.
fn exactly<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Exact {
        Number(u64),
        Text(String),
    }
    match Exact::deserialize(deserializer)? {
        Exact::Number(n) => Ok(n),
        Exact::Text(text) => text.parse().map_err(D::Error::custom),
    }
}
