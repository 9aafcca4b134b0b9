//! Measures what starting processes and running tasks costs on this machine, once per boot.

mod interpreter;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crossbeam_channel::unbounded;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::engine::resources::{AvailableResources, InsufficientResources, PROCESS_MEMORY_BYTES, check_resources};
use crate::engine::{Engine, EngineMode, RunError, RunExecution, RunPlan, RunSpec};
use crate::event::text::SafeText;
use crate::event::workload::Workload;
use crate::event::{CorePolicy, Mode, StampedEvent};
use crate::model::Model;
use crate::probe::machine::{describe_machine, usable_cores};
use crate::source::simulation::{Accuracy, CalibrationRun, Capacity, InterpreterCosts, MachineConstants};
use crate::system::atomic_file::write_file;
use crate::system::boot::boot_id;
use crate::system::dirs;
use crate::system::private_dir::create_private_dir;
use crate::system::shortage::first_descriptor_limit;
use crate::text;
use interpreter::measure_interpreter;

/// Why the machine could not be measured.
#[derive(Debug, Error)]
pub enum CalibrationError {
    #[error("{}", text!("not-calibrated", error = .0.to_string()))]
    Run(#[from] LaneRunError),
    #[error("{}", text!("calibration-contradicts"))]
    Contradiction,
}

/// Why a lane could not be run.
#[derive(Debug, Error)]
pub enum LaneRunError {
    #[error(transparent)]
    Resources(#[from] InsufficientResources),
    #[error(transparent)]
    Run(#[from] RunError),
}

/// A cached measurement, valid for one boot, version and number of cores.
#[derive(PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CachedConstants {
    boot_id: SafeText,
    version: SafeText,
    cores: u32,
    constants: MachineConstants,
    #[serde(default)]
    accuracy: Accuracy,
}

/// Returns the costs on this machine: those measured since it was booted, or else those of runs of about two seconds
/// with workers of `program`.
pub fn machine_constants(program: &Path) -> Result<MachineConstants, CalibrationError> {
    if let Some(constants) = known_constants() {
        return Ok(constants);
    }
    let cores = usable_cores();
    let constants = measure(program, &cores)?;
    let accuracy = Accuracy::from_repeats(measure_repeats(program, &cores)?);
    // Costs that were measured beside busy programs would mislead until the next boot.
    if let Some(boot_id) = boot_id().filter(|_| accuracy.noise_floor().is_measured) {
        let version = env!("CARGO_PKG_VERSION").into();
        write_cache(&CachedConstants { boot_id, version, cores: cores.len() as u32, constants, accuracy });
    }
    Ok(constants)
}

/// The costs that were measured since this machine was booted; none if they were not.
#[must_use]
pub fn known_constants() -> Option<MachineConstants> {
    Some(read_cache()?.constants)
}

/// What real runs since this machine was booted tell about predictions.
#[must_use]
pub fn known_accuracy() -> Accuracy {
    read_cache().map(|cached| cached.accuracy).unwrap_or_default()
}

/// Keeps the errors of predictions without reservations beside real runs.
pub fn keep_errors(errors: &[f64]) {
    if let Some(mut cached) = read_cache().filter(|_| !errors.is_empty()) {
        cached.accuracy.add_errors(errors);
        write_cache(&cached);
    }
}

fn cache_file() -> PathBuf {
    dirs::runtime_dir().join("machine-constants.json")
}

/// Reads the cache; none if it is of another boot, version or number of cores, or cannot be read.
fn read_cache() -> Option<CachedConstants> {
    let path = cache_file();
    create_private_dir(path.parent()?).ok()?;
    let cached: CachedConstants = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    let is_current = cached.boot_id == boot_id()?
        && cached.version.as_str() == env!("CARGO_PKG_VERSION")
        && cached.cores == usable_cores().len() as u32
        && cached.constants.is_plausible()
        && cached.accuracy.is_plausible();
    is_current.then_some(cached)
}

/// Writes the cache. Without it, the machine is measured again.
fn write_cache(cached: &CachedConstants) {
    let path = cache_file();
    if path.parent().is_some_and(|dir| create_private_dir(dir).is_ok()) {
        let _ = write_file(&path, true, |file| file.write_all(&serde_json::to_vec(cached)?));
    }
}

/// The interpreter whose processes are measured, if there is one.
const INTERPRETER: &str = "python3";

/// Measures the costs by real runs.
pub fn measure(program: &Path, cores: &[u32]) -> Result<MachineConstants, CalibrationError> {
    let mut runs = Vec::new();
    for run in CalibrationRun::ALL {
        let (mode, workers) = run.mode_and_workers();
        runs.push((run, run_lane(run.workload(), mode, workers, program, cores)?));
    }
    // Described tasks are run by Python in the end.
    let interpreter = measure_interpreter(Path::new(INTERPRETER)).unwrap_or_default();
    let process_bytes = interpreter.process_bytes.max(PROCESS_MEMORY_BYTES);
    let interpreter = InterpreterCosts { process_bytes, ..interpreter };
    MachineConstants::from_runs(&runs, cores.len() as u32, interpreter).ok_or(CalibrationError::Contradiction)
}

/// Descriptors that `multiprocessing` keeps for each process, and those of a program besides.
const DESCRIPTORS_PER_PROCESS: u64 = 2;
const OTHER_DESCRIPTORS: u64 = 64;

/// What this machine has for the processes of a program of Python.
#[must_use]
pub fn capacity() -> Capacity {
    let by_descriptors =
        first_descriptor_limit().map(|limit| limit.saturating_sub(OTHER_DESCRIPTORS) / DESCRIPTORS_PER_PROCESS);
    let by_threads = AvailableResources::read().threads;
    Capacity {
        memory: describe_machine(&usable_cores()).memory_bytes,
        processes: [by_descriptors, by_threads].into_iter().flatten().min().unwrap_or(u64::MAX),
    }
}

/// Makespans of repeats of a run, in ns, without those that other programs disturbed.
fn measure_repeats(program: &Path, cores: &[u32]) -> Result<Vec<f64>, CalibrationError> {
    let run = CalibrationRun::Repeat;
    let (mode, workers) = run.mode_and_workers();
    let repeat = |_| {
        let events = run_lane(run.workload(), mode, workers, program, cores)?;
        MeasuredRun::from_events(&events, run.workload().tasks).ok_or(CalibrationError::Contradiction)
    };
    let repeats = (0..CalibrationRun::REPEATS).map(repeat).collect::<Result<Vec<_>, _>>()?;
    Ok(repeats.into_iter().filter(|run| !run.is_disturbed).map(|run| run.makespan_ns).collect())
}

/// A real run of a lane.
#[derive(Clone, Copy)]
pub struct MeasuredRun {
    pub makespan_ns: f64,
    /// Whether other programs used the cores meanwhile.
    pub is_disturbed: bool,
}

impl MeasuredRun {
    /// From the events of a run with one lane; none if it did not finish its tasks.
    #[must_use]
    pub fn from_events(events: &[StampedEvent], tasks: u32) -> Option<Self> {
        let mut model = Model::new();
        events.iter().try_for_each(|stamped| model.apply(stamped)).ok()?;
        let lane = model.lanes().first()?;
        let makespan_ns = lane.makespan()? as f64;
        let is_disturbed = model.summary()?.lanes.first()?.is_disturbed_even_if_short();
        let is_finished = lane.counts_at(model.newest_mark()).finished == tasks;
        is_finished.then_some(Self { makespan_ns, is_disturbed })
    }
}

/// Runs a workload in one lane with workers of `program`, and returns the events.
pub fn run_lane(
    workload: Workload,
    mode: Mode,
    workers: u32,
    program: &Path,
    cores: &[u32],
) -> Result<Vec<StampedEvent>, LaneRunError> {
    let spec = RunSpec {
        workload,
        modes: vec![EngineMode { engine: Engine::Native, mode }],
        interpreter: None,
        workers: vec![workers],
        cores: CorePolicy::Turns,
        io_dir: ".".into(),
        worker_program: program.to_owned(),
        command: Vec::new(),
        notes: Vec::new(),
        rounds: None,
        repeat: None,
    };
    let (sender, events) = unbounded();
    let plan = RunPlan::new(&spec, cores, describe_machine(cores));
    check_resources(&plan.required_resources(), &AvailableResources::read())?;
    let execution = RunExecution::start(plan, sender, Duration::from_millis(100)).map_err(RunError::Thread)?;
    let collected = events.iter().flatten().collect();
    execution.join()?;
    Ok(collected)
}
