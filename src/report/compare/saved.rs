//! Reads the results that `mpviz run --json` prints.

use std::io::{self, Read as _};

use serde::Deserialize;
use serde_json::value::RawValue;
use thiserror::Error;

use crate::event::text::SafeText;
use crate::event::workload::{ChunkSize, IoKind, StartMethod};
use crate::event::{ClusterGraph, CorePolicy, Machine, Mode, Run};
use crate::model::{CoreTime, LaneSummary};
use crate::report::{Report, json, phrases, problems};

/// Maximum size in bytes: a report of 10,000 repeats of four lanes.
const MAX_SIZE: u64 = 64 << 20;

/// Name of the finding that makes the times of a cluster doubtful.
const SILENT_WORKER: &str = "worker-silent";

/// Why a file cannot be compared.
#[derive(Debug, Error)]
pub enum SavedError {
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    #[error("larger than 64 MiB, so not a saved result")]
    TooLarge,
    /// The file is neither a recording nor a saved result.
    #[error("neither a recording nor a result of `mpviz run --json`: {0}")]
    Other(serde_json::Error),
    /// The result was written by a newer version of mpviz.
    #[error("schema {0} is newer than {known}, the newest that this mpviz reads: update mpviz", known = json::JSON_SCHEMA_VERSION)]
    Newer(u64),
}

/// A run to compare, read from a saved result or converted from a report.
#[derive(Clone, Debug)]
pub struct ComparedRunData {
    pub(super) name: SafeText,
    pub(super) machine: Machine,
    pub(super) cores: CorePolicy,
    pub(super) repeats: usize,
    pub(super) workload: Option<SavedWorkload>,
    pub(super) graph: Option<ClusterGraph>,
    pub(super) lanes: Vec<SavedLane>,
    /// Reasons to doubt the figures of a watched program or cluster, such as reports that were lost.
    pub(super) doubts: Vec<SafeText>,
}

/// The key that holds the version of the JSON format.
#[derive(Deserialize)]
struct SchemaVersion {
    #[serde(default)]
    schema: u64,
}

/// The keys of a saved result that are read. All other keys are skipped and take no memory.
#[derive(Deserialize)]
struct SavedResult<'a> {
    machine: Machine,
    cores: CorePolicy,
    repeats: usize,
    workload: Option<SavedWorkload>,
    graph: Option<ClusterGraph>,
    #[serde(borrow)]
    lanes: Vec<&'a RawValue>,
    #[serde(default)]
    doubts: Vec<SafeText>,
    program: Option<SavedProgram>,
    findings: Option<Vec<SavedFinding>>,
}

/// The keys of a watched program in a saved result that are read.
#[derive(Deserialize)]
struct SavedProgram {
    /// Results of earlier versions lack it.
    #[serde(default)]
    dropped_reports: u64,
}

/// The keys of a finding in a saved result that are read.
#[derive(Deserialize)]
struct SavedFinding {
    name: SafeText,
    sentence: SafeText,
}

/// The workload of a saved result.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct SavedWorkload {
    pub(super) numbers: u64,
    pub(super) tasks: u32,
    pub(super) cost_ns: u64,
    pub(super) rounds_per_number: u32,
    pub(super) io: u32,
    pub(super) io_latency_ns: u64,
    pub(super) io_kind: IoKind,
    pub(super) skew: f64,
    pub(super) chunksize: SavedChunkSize,
    pub(super) max_tasks_per_worker: Option<u32>,
    pub(super) gil: bool,
    #[serde(default)]
    pub(super) start_method: StartMethod,
}

impl SavedWorkload {
    /// The workload of a run; none if a program is watched.
    fn of_run(run: &Run) -> Option<Self> {
        let workload = run.workload.as_ref()?;
        Some(Self {
            numbers: workload.numbers,
            tasks: workload.tasks,
            cost_ns: workload.cost_ns,
            rounds_per_number: run.rounds_per_number,
            io: workload.io,
            io_latency_ns: workload.io_latency_ns,
            io_kind: workload.io_kind,
            skew: workload.skew,
            chunksize: match workload.chunk {
                ChunkSize::Tasks(n) => SavedChunkSize::Tasks(n),
                ChunkSize::Auto => SavedChunkSize::Auto("auto".into()),
            },
            max_tasks_per_worker: workload.max_records,
            gil: workload.gil,
            start_method: workload.start_method,
        })
    }
}

/// Value of the key `chunksize`: a number, or `auto`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub(super) enum SavedChunkSize {
    Tasks(u32),
    Auto(SafeText),
}

/// A lane of a saved result: its summary, and keys that the summary lacks.
#[derive(Clone, Debug)]
pub(super) struct SavedLane {
    pub(super) lane: LaneSummary,
    pub(super) makespan_min_s: Option<f64>,
    pub(super) makespan_max_s: Option<f64>,
}

/// Keys of a lane in a saved result that the summary lacks.
#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "the names are the contract's")]
struct LaneExtras {
    #[serde(default)]
    makespan_min_s: Option<f64>,
    #[serde(default)]
    makespan_max_s: Option<f64>,
    #[serde(default)]
    core_time_s: Option<CoreTime>,
}

impl SavedLane {
    fn parse(text: &RawValue) -> Result<Self, serde_json::Error> {
        let lane: LaneSummary = serde_json::from_str(text.get())?;
        let LaneExtras { makespan_min_s, makespan_max_s, core_time_s } = serde_json::from_str(text.get())?;
        Ok(Self { lane: LaneSummary { core_time_s, ..lane }, makespan_min_s, makespan_max_s })
    }
}

impl ComparedRunData {
    /// Reads a saved result.
    pub fn read(name: &str, file: impl io::Read) -> Result<Self, SavedError> {
        let mut text = Vec::new();
        file.take(MAX_SIZE + 1).read_to_end(&mut text)?;
        if text.len() as u64 > MAX_SIZE {
            return Err(SavedError::TooLarge);
        }
        let SchemaVersion { schema } = serde_json::from_slice(&text).map_err(SavedError::Other)?;
        if schema > u64::from(json::JSON_SCHEMA_VERSION) {
            return Err(SavedError::Newer(schema));
        }
        Self::parse(name, &text).map_err(SavedError::Other)
    }

    /// Whether the run has a lane of this mode.
    #[must_use]
    pub fn has_lane_of(&self, mode: Mode) -> bool {
        self.lanes.iter().any(|saved| saved.lane.mode == mode)
    }

    /// Keeps only the lanes of these modes.
    pub fn retain(&mut self, modes: &[Mode]) {
        self.lanes.retain(|saved| modes.contains(&saved.lane.mode));
    }

    /// Converts a report into a run to compare.
    #[must_use]
    pub fn from_report(name: &str, report: &Report) -> Self {
        let lane = |(lane, range): (&LaneSummary, &Option<(f64, f64)>)| SavedLane {
            lane: lane.clone(),
            makespan_min_s: range.map(|(min, _)| min),
            makespan_max_s: range.map(|(_, max)| max),
        };
        Self {
            name: name.into(),
            machine: report.run.machine.clone(),
            cores: report.run.cores,
            repeats: report.repeats,
            workload: SavedWorkload::of_run(&report.run),
            graph: report.run.graph.clone(),
            lanes: report.lanes.iter().zip(&report.ranges).map(lane).collect(),
            doubts: report.program().map_or_else(Vec::new, |program| {
                let silent = program.findings.iter().filter(|finding| finding.kind.name() == SILENT_WORKER);
                let silent = silent.map(phrases::finding_sentence);
                let others = silent.chain(problems::doubt_sentences(report));
                doubts(program.dropped_reports, others.map(SafeText::from))
            }),
        }
    }

    fn parse(name: &str, text: &[u8]) -> Result<Self, serde_json::Error> {
        let SavedResult { machine, cores, repeats, workload, graph, lanes, doubts: saved, program, findings } =
            serde_json::from_slice(text)?;
        let mut lanes: Vec<SavedLane> = lanes.into_iter().map(SavedLane::parse).collect::<Result<_, _>>()?;
        let modes: Vec<_> = lanes.iter().map(|saved| saved.lane.mode_name()).collect();
        for SavedLane { lane, .. } in &mut lanes {
            lane.in_sweep =
                lane.program.is_none() && modes.iter().filter(|mode| **mode == lane.mode_name()).count() > 1;
        }
        let silent = findings.into_iter().flatten().filter(|finding| finding.name.as_str() == SILENT_WORKER);
        let others = silent.map(|finding| finding.sentence).chain(saved);
        let doubts = program.map_or_else(Vec::new, |program| doubts(program.dropped_reports, others));
        Ok(Self { name: name.into(), machine, cores, repeats, workload, graph, lanes, doubts })
    }
}

/// Reports that were lost, and other reasons to doubt the figures.
fn doubts(dropped_reports: u64, others: impl IntoIterator<Item = SafeText>) -> Vec<SafeText> {
    let lost = (dropped_reports > 0).then(|| phrases::reports_lost(dropped_reports).into());
    lost.into_iter().chain(others).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_a_saved_result_is_bounded() {
        assert!(matches!(ComparedRunData::read("endless", io::repeat(b' ')), Err(SavedError::TooLarge)));
    }
}
