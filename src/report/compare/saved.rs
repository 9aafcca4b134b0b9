//! A run as the object that `mpviz run --json` prints.

use std::io;

use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use crate::event::{CorePolicy, Machine};
use crate::model::{CoreTime, LaneSummary};
use crate::report::{Report, json};
use crate::text::SafeText;
use crate::workload::IoKind;

/// More than a report of 10,000 repeats has, in bytes.
const LARGEST: u64 = 256 << 20;

/// An object that cannot be compared.
#[derive(Debug, Error)]
pub enum Unsuitable {
    /// It could not be read.
    #[error("it could not be read: {0}")]
    Unreadable(#[from] io::Error),
    /// It is something else.
    #[error("it is neither a recording nor what `mpviz run --json` prints: {0}")]
    Other(serde_json::Error),
    /// It was written by a later version.
    #[error("its schema is {0}, and this mpviz knows {known}: use a newer one", known = json::SCHEMA)]
    Newer(u64),
}

/// One of the runs that are compared.
#[derive(Clone, Debug)]
pub struct Side {
    pub(super) name: SafeText,
    pub(super) machine: Machine,
    pub(super) cores: CorePolicy,
    pub(super) repeats: usize,
    pub(super) work: Work,
    pub(super) lanes: Vec<Saved>,
}

/// What is read of the object. What it has besides is of no interest here.
#[derive(Deserialize)]
struct Document {
    machine: Machine,
    cores: CorePolicy,
    repeats: usize,
    workload: Work,
    lanes: Vec<Saved>,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Work {
    pub(super) numbers: u64,
    pub(super) tasks: u32,
    pub(super) cost_ns: u64,
    pub(super) rounds_per_number: u32,
    pub(super) io: u32,
    pub(super) io_latency_ns: u64,
    pub(super) io_kind: IoKind,
    pub(super) skew: f64,
    pub(super) chunksize: ChunkKey,
    pub(super) max_tasks_per_worker: Option<u32>,
    pub(super) gil: bool,
}

/// A number, or `auto`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub(super) enum ChunkKey {
    Tasks(u32),
    Auto(SafeText),
}

/// A lane with what the object says of it beside the summary.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Saved {
    #[serde(flatten)]
    pub(super) lane: LaneSummary,
    #[serde(default)]
    pub(super) makespan_min_s: Option<f64>,
    #[serde(default)]
    pub(super) makespan_max_s: Option<f64>,
    #[serde(default)]
    core_time_s: Option<CoreTime>,
}

impl Side {
    /// Reads a saved object.
    ///
    /// # Errors
    /// When it cannot be read, is something else, or is newer than this program.
    pub fn read(name: &str, file: impl io::Read) -> Result<Self, Unsuitable> {
        let value: Value =
            serde_json::from_reader(file.take(LARGEST)).map_err(|error| match error.io_error_kind() {
                Some(kind) => Unsuitable::Unreadable(kind.into()),
                None => Unsuitable::Other(error),
            })?;
        let schema = value.get("schema").and_then(Value::as_u64).unwrap_or(0);
        if schema > u64::from(json::SCHEMA) {
            return Err(Unsuitable::Newer(schema));
        }
        Self::of(name, value).map_err(Unsuitable::Other)
    }

    /// A report as a side.
    ///
    /// # Panics
    /// Never: what is written can be read.
    #[must_use]
    pub fn of_report(name: &str, report: &Report) -> Self {
        Self::of(name, json::value(report)).expect("a report is a saved object")
    }

    fn of(name: &str, value: Value) -> Result<Self, serde_json::Error> {
        let Document { machine, cores, repeats, workload, mut lanes } = serde_json::from_value(value)?;
        for saved in &mut lanes {
            saved.lane.core_time_s = saved.core_time_s;
        }
        Ok(Self { name: name.into(), machine, cores, repeats, work: workload, lanes })
    }
}
