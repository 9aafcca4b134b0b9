//! The tasks that `mpviz advise` is about: from a recording, a saved result or a description.

use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::compare_table::{looks_like_json, read_prefix};
use crate::app::calibration::CalibrationError;
use crate::event::text::SafeText;
use crate::event::workload::{ChunkSize, IoKind, Workload};
use crate::event::{LaneId, LanePlan, LaneStatus, Mode, Nanos, Run};
use crate::model::Lane;
use crate::recording::reader::{self, ReadError, RecordedEvents};
use crate::report::cluster_predictions::{ClusterPredictions, ClusterRefusal};
use crate::report::phrases;
use crate::source::simulation::{
    Description, DescriptionError, MachineConstants, NATIVE_ENGINE, ProfileError, RecordedConditions, RecordedRun,
    WorkloadProfile, predict_cluster,
};
use crate::system::exit_code::{EXIT_FAILED, EXIT_USAGE};

/// Maximum size of a saved result in bytes.
const MAX_RESULT_SIZE: u64 = 64 << 20;

/// Why there are no tasks to predict from.
#[derive(Debug, Error)]
pub(super) enum TasksError {
    #[error(transparent)]
    Calibration(#[from] CalibrationError),
    #[error(transparent)]
    Recording(#[from] ReadError),
    #[error("{0}: {1}")]
    Io(SafeText, io::Error),
    #[error("{0} is incomplete: {1}; predict from a complete recording")]
    Torn(SafeText, String),
    #[error("{0}: {1}")]
    Profile(SafeText, ProfileError),
    #[error("{0} is the result of a watched program, which says nothing about single tasks: record it with --record")]
    Program(SafeText),
    #[error("{0} is neither a recording nor a result of `mpviz run --json`: {1}")]
    Foreign(SafeText, serde_json::Error),
    #[error("{0}: the result says nothing about single tasks, which are uneven: record the run with --record")]
    Uneven(SafeText),
    #[error("{0}: no lane finished all its tasks")]
    NoLane(SafeText),
    #[error("{0} is of a cluster: --cores, --chunksize, --confirm and --confirm-with cannot be used with it")]
    Cluster(SafeText),
    #[error("{0}: {text}", text = phrases::cluster_refusal(*.1))]
    ClusterRefused(SafeText, ClusterRefusal),
    #[error("{0}: {1}")]
    Description(SafeText, DescriptionError),
    #[error(transparent)]
    Described(DescriptionError),
    #[error("{0}: {text}", text = phrases::reservation(&phrases::ReservationText::DiskIo(*.1)))]
    Disk(SafeText, u32),
}

impl TasksError {
    /// Files that cannot be read fail; those that say too little are the wrong ones.
    pub(super) const fn exit_code(&self) -> u8 {
        match self {
            Self::Recording(_) | Self::Io(..) | Self::Calibration(_) => EXIT_FAILED,
            _ => EXIT_USAGE,
        }
    }
}

/// What is read to predict from.
pub(super) enum Subject {
    Tasks(Box<MeasuredTasks>),
    Cluster(Box<MeasuredCluster>),
}

/// A cluster with its predictions.
#[derive(Serialize)]
pub(super) struct MeasuredCluster {
    /// Name of the recording.
    #[serde(skip)]
    pub(super) file: SafeText,
    #[serde(flatten)]
    pub(super) predictions: ClusterPredictions,
    pub(super) not_predicted: Vec<String>,
}

/// Tasks to predict from.
pub(super) struct MeasuredTasks {
    pub(super) profile: WorkloadProfile,
    /// How they were recorded; none if they were described.
    pub(super) conditions: Option<RecordedConditions>,
    /// What they are, as a text.
    pub(super) text: String,
    pub(super) origin: Origin,
    /// The costs to predict with.
    pub(super) constants: MachineConstants,
    /// Chunk size, if no other is asked for.
    pub(super) chunk: ChunkSize,
    /// The run that they were recorded in; none if they were not.
    pub(super) identity: Option<RunIdentity>,
    /// Titles of the other lanes of a watched program that had tasks.
    pub(super) not_predicted: Vec<String>,
}

/// What tells whether two recordings are of the same run, though their files differ.
pub(super) struct RunIdentity {
    pub(super) file: SafeText,
    began_ms: Option<u64>,
    /// Times of two runs never agree to the ns.
    makespan: Option<Nanos>,
}

impl RunIdentity {
    pub(super) fn new(file: SafeText, read: &RecordedRun, lane: LaneId) -> Self {
        Self {
            file,
            began_ms: read.model.run().and_then(|run| run.began_ms),
            makespan: read.model.lanes().get(lane.index()).and_then(Lane::makespan),
        }
    }

    pub(super) fn is_same_run(&self, other: &Self) -> bool {
        (self.began_ms, self.makespan) == (other.began_ms, other.makespan)
    }
}

/// Where the tasks come from, and what runs them again.
pub(super) enum Origin {
    Recording(Box<Workload>),
    /// Tasks of Python, which cannot be run again.
    Python,
    Result(Description),
    Description(Description),
}

impl Origin {
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Recording(_) | Self::Python => "recording",
            Self::Result(_) => "result",
            Self::Description(_) => "description",
        }
    }
}

impl MeasuredTasks {
    /// The tasks of a description, which is valid.
    pub(super) fn described(described: Description, constants: &MachineConstants) -> Result<Self, DescriptionError> {
        Ok(Self {
            profile: described.profile(constants)?,
            conditions: None,
            text: description_text(&described),
            origin: Origin::Description(described),
            constants: *constants,
            chunk: ChunkSize::Tasks(1),
            identity: None,
            not_predicted: Vec::new(),
        })
    }

    /// Reads a recording or a saved result. The costs of this machine are measured only if they are needed.
    pub(super) fn read(
        file: &Path,
        constants: impl FnOnce() -> Result<MachineConstants, TasksError>,
    ) -> Result<Subject, TasksError> {
        let name = reader::input_name(file);
        let mut from = reader::open_file(file)?;
        let begin = read_prefix(&mut from).map_err(|error| TasksError::Io(name.clone(), error))?;
        let begin = reader::without_byte_order_mark(&begin).to_vec();
        let is_result = looks_like_json(&begin);
        let from = Cursor::new(begin).chain(from);
        if is_result {
            return Self::from_result(&name, from, &constants()?).map(|tasks| Subject::Tasks(Box::new(tasks)));
        }
        Self::from_recording(name, from, constants)
    }

    fn from_recording(
        name: SafeText,
        from: impl Read + Send + 'static,
        constants: impl FnOnce() -> Result<MachineConstants, TasksError>,
    ) -> Result<Subject, TasksError> {
        let (read, lane) = read_last_run(&name, reader::read(name.clone(), from)?)?;
        let others = read.model.lanes().iter().filter(|other| other.id() != lane && other.task_ids().next().is_some());
        let not_predicted = others.filter_map(Lane::title).collect();
        if let Some(lane) = read.model.lanes().get(lane.index()).filter(|lane| lane.is_of_cluster()) {
            let predictions = predict_cluster(lane, read.model.core_loads())
                .map_err(|why| TasksError::ClusterRefused(name.clone(), why))?;
            let cluster = MeasuredCluster { file: name, predictions, not_predicted };
            return Ok(Subject::Cluster(Box::new(cluster)));
        }
        let constants = &constants()?;
        let identity = Some(RunIdentity::new(name.clone(), &read, lane));
        let run = read.model.run().ok_or_else(|| TasksError::NoLane(name.clone()))?;
        let measured = read.measured(lane, constants).map_err(|error| TasksError::Profile(name, error))?;
        let is_python = measured.conditions.python.is_some();
        let title = read.model.lanes().get(lane.index()).and_then(Lane::title);
        let tasks = measured.profile.tasks.len();
        Ok(Subject::Tasks(Box::new(Self {
            profile: measured.profile,
            conditions: Some(measured.conditions),
            text: title
                .map_or_else(|| phrases::workload_description(run), |title| phrases::recorded_pool(&title, tasks)),
            origin: if is_python {
                Origin::Python
            } else {
                Origin::Recording(Box::new(run.workload.clone().unwrap_or_default()))
            },
            constants: measured.constants,
            chunk: if is_python { measured.chunk } else { ChunkSize::Tasks(1) },
            identity,
            not_predicted,
        })))
    }

    fn from_result(name: &SafeText, from: impl Read, constants: &MachineConstants) -> Result<Self, TasksError> {
        let from = BufReader::new(from.take(MAX_RESULT_SIZE));
        let result: SavedResult =
            serde_json::from_reader(from).map_err(|error| TasksError::Foreign(name.clone(), error))?;
        let work = result.workload.ok_or_else(|| TasksError::Program(name.clone()))?;
        if work.skew != 0.0 {
            return Err(TasksError::Uneven(name.clone()));
        }
        let finished = |lane: &&SavedLane| lane.engine == NATIVE_ENGINE && lane.status == Some(LaneStatus::Finished);
        let lane = result.lanes.iter().filter(finished).min_by_key(|lane| preference(lane.mode));
        let lane = lane.ok_or_else(|| TasksError::NoLane(name.clone()))?;
        if work.io > 0 && work.io_kind == IoKind::Disk {
            return Err(TasksError::Disk(name.clone(), lane.workers));
        }
        let tasks = u64::from(work.tasks.max(1));
        let cpu_ns = lane.ns_per_number.ok_or_else(|| TasksError::Profile(name.clone(), ProfileError::NoCpuTime))?
            * (work.numbers / tasks) as f64;
        let described = Description {
            tasks: work.tasks,
            cpu: cpu_ns.max(0.0).round() as u64,
            io: if work.io > 0 { work.io_latency_ns.saturating_mul(work.io.into()) } else { 0 },
            io_operations: if work.io_latency_ns > 0 { work.io } else { 0 },
            memory: work.payload_bytes / tasks,
        };
        let wrong = |error| TasksError::Description(name.clone(), error);
        Ok(Self { origin: Origin::Result(described), ..Self::described(described, constants).map_err(wrong)? })
    }
}

fn description_text(described: &Description) -> String {
    phrases::described_tasks(described.tasks, described.cpu, described.io, described.memory)
}

/// Reads the last run of a recording, and chooses the lane to predict from.
pub(super) fn read_last_run(name: &SafeText, mut events: RecordedEvents) -> Result<(RecordedRun, LaneId), TasksError> {
    let read = RecordedRun::read(&mut events, usize::MAX);
    if let Some(error) = &read.invalid {
        return Err(TasksError::Torn(name.clone(), error.to_string()));
    }
    if let Some(reason) = events.incomplete_reason() {
        return Err(TasksError::Torn(name.clone(), reason.to_string()));
    }
    let lane = read.model.run().and_then(|run| match run.program {
        Some(_) => read.busiest_lane(),
        None => lane_to_predict_from(run),
    });
    lane.map(|lane| (read, lane)).ok_or_else(|| TasksError::NoLane(name.clone()))
}

/// The lane whose tasks are the most like those of other settings: of a native pool, if there is one.
fn lane_to_predict_from(run: &Run) -> Option<LaneId> {
    let is_native = |plan: &LanePlan| plan.engine.as_str() == NATIVE_ENGINE;
    let lanes = run.lanes.iter().enumerate();
    lanes.min_by_key(|(_, plan)| (!is_native(plan), preference(plan.mode))).map(|(lane, _)| LaneId(lane as u16))
}

const fn preference(mode: Mode) -> u8 {
    match mode {
        Mode::Pool => 0,
        Mode::Process => 1,
        Mode::Serial => 2,
        Mode::Threads => 3,
    }
}

/// The keys of a saved result that are read.
#[derive(Deserialize)]
struct SavedResult {
    workload: Option<SavedWorkload>,
    lanes: Vec<SavedLane>,
}

#[derive(Deserialize)]
struct SavedWorkload {
    numbers: u64,
    tasks: u32,
    payload_bytes: u64,
    io: u32,
    io_latency_ns: u64,
    io_kind: IoKind,
    skew: f64,
}

#[derive(Deserialize)]
struct SavedLane {
    mode: Mode,
    engine: String,
    workers: u32,
    status: Option<LaneStatus>,
    ns_per_number: Option<f64>,
}
