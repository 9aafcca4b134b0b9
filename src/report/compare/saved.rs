//! A run as the object that `mpviz run --json` prints.

use std::io::{self, Read as _};

use serde::Deserialize;
use serde_json::value::RawValue;
use thiserror::Error;

use crate::event::text::SafeText;
use crate::event::workload::IoKind;
use crate::event::{CorePolicy, Machine, Mode};
use crate::model::{CoreTime, LaneSummary};
use crate::report::{Report, json};

/// As much as a report of 10,000 repeats of four lanes has, in bytes.
const LARGEST: u64 = 64 << 20;

/// An object that cannot be compared.
#[derive(Debug, Error)]
pub enum Unsuitable {
    /// It could not be read.
    #[error("it could not be read: {0}")]
    Unreadable(#[from] io::Error),
    /// No report is so large.
    #[error("it is larger than 64 MiB, and no saved run is")]
    TooLarge,
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

/// Which form of the object it is.
#[derive(Deserialize)]
struct Form {
    #[serde(default)]
    schema: u64,
}

/// What is read of the object. What it has besides is of no interest here, and takes no memory.
#[derive(Deserialize)]
struct Document<'a> {
    machine: Machine,
    cores: CorePolicy,
    repeats: usize,
    workload: Work,
    #[serde(borrow)]
    lanes: Vec<&'a RawValue>,
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
#[derive(Clone, Debug)]
pub(super) struct Saved {
    pub(super) lane: LaneSummary,
    pub(super) makespan_min_s: Option<f64>,
    pub(super) makespan_max_s: Option<f64>,
}

/// What the object says of a lane beside the summary.
#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "the names are the contract's")]
struct SideBySide {
    #[serde(default)]
    makespan_min_s: Option<f64>,
    #[serde(default)]
    makespan_max_s: Option<f64>,
    #[serde(default)]
    core_time_s: Option<CoreTime>,
}

impl Saved {
    fn of(text: &RawValue) -> Result<Self, serde_json::Error> {
        let lane: LaneSummary = serde_json::from_str(text.get())?;
        let SideBySide { makespan_min_s, makespan_max_s, core_time_s } = serde_json::from_str(text.get())?;
        Ok(Self { lane: LaneSummary { core_time_s, ..lane }, makespan_min_s, makespan_max_s })
    }
}

impl Side {
    /// Reads a saved object.
    ///
    /// # Errors
    /// When it cannot be read, is something else, or is newer than this program.
    pub fn read(name: &str, file: impl io::Read) -> Result<Self, Unsuitable> {
        let mut text = Vec::new();
        file.take(LARGEST + 1).read_to_end(&mut text)?;
        if text.len() as u64 > LARGEST {
            return Err(Unsuitable::TooLarge);
        }
        let Form { schema } = serde_json::from_slice(&text).map_err(Unsuitable::Other)?;
        if schema > u64::from(json::SCHEMA) {
            return Err(Unsuitable::Newer(schema));
        }
        Self::of(name, &text).map_err(Unsuitable::Other)
    }

    /// Whether it has a lane of a mode.
    #[must_use]
    pub fn has(&self, mode: Mode) -> bool {
        self.lanes.iter().any(|saved| saved.lane.mode == mode)
    }

    /// Leaves out the lanes of all modes but these.
    pub fn keep(&mut self, modes: &[Mode]) {
        self.lanes.retain(|saved| modes.contains(&saved.lane.mode));
    }

    /// A report as a side.
    ///
    /// # Panics
    /// Never: memory takes what is written, and what is written can be read.
    #[must_use]
    pub fn of_report(name: &str, report: &Report) -> Self {
        let mut text = Vec::new();
        json::write(report, &mut text).expect("memory takes it");
        Self::of(name, &text).expect("a report is a saved object")
    }

    fn of(name: &str, text: &[u8]) -> Result<Self, serde_json::Error> {
        let Document { machine, cores, repeats, workload, lanes } = serde_json::from_slice(text)?;
        let lanes = lanes.into_iter().map(Saved::of).collect::<Result<_, _>>()?;
        Ok(Self { name: name.into(), machine, cores, repeats, work: workload, lanes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_read_than_a_report_has() {
        assert!(matches!(Side::read("endless", io::repeat(b' ')), Err(Unsuitable::TooLarge)));
    }
}
