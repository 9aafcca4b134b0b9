//! Real runs that confirm an advice.

use std::path::{Path, PathBuf};

use thiserror::Error;

use super::measured_tasks::{MeasuredTasks, Origin, RunIdentity, TasksError, read_last_run};
use crate::app::calibration::{LaneRunError, MeasuredRun, keep_errors, run_lane};
use crate::cli::exit::print_message;
use crate::cli::task_size::{TaskSizeError, TaskSizeOptions};
use crate::engine::CURRENT_EXE;
use crate::event::text::SafeText;
use crate::event::units::format_task_count;
use crate::event::workload::{ChunkSize, Workload, WorkloadError};
use crate::event::{LanePlan, Mode};
use crate::model::Lane;
use crate::recording::reader;
use crate::report::{median, phrases};
use crate::source::simulation::{
    Advice, Description, MachineConstants, Plan, ProfileError, Setting, TIE, Uncertainty, reservations, simulate,
};
use crate::system::exit_code::{EXIT_FAILED, EXIT_INSUFFICIENT_RESOURCES, EXIT_USAGE};

/// Number of runs of the choice, whose spread is that of repeats. Its neighbours are run once each.
const REPEATS: usize = 3;
/// CPU time of a number of described tasks without memory: threads check the GIL between numbers.
const COST_NS: u64 = 100_000;

/// What confirming runs measured.
pub(super) struct Confirmation {
    /// At least one. If the choice was run, it is the first.
    pub(super) runs: Vec<ConfirmedSetting>,
    /// None if other programs disturbed all runs.
    pub(super) uncertainty: Option<Uncertainty>,
}

impl Confirmation {
    /// From runs that were measured. Single runs cannot be surer than repeats differ, by this share of noise.
    fn of_runs(runs: Vec<ConfirmedSetting>, noise: f64) -> Self {
        let quiet = || runs.iter().filter(|run| !run.is_disturbed);
        let pairs: Vec<_> = quiet().map(|run| (run.setting.prediction.makespan_ns, run.median_ns())).collect();
        let spread = quiet().map(ConfirmedSetting::spread).fold(0.0, f64::max);
        let least = if quiet().any(|run| run.measured_ns.len() >= REPEATS) { 0.0 } else { noise };
        let uncertainty = Uncertainty::confirmed(spread, &pairs).map(|confirmed| confirmed.at_least(least));
        Self { runs, uncertainty }
    }

    /// Whether a setting of this mode was run without being disturbed.
    pub(super) fn covers(&self, mode: Mode) -> bool {
        self.runs.iter().any(|run| run.setting.plan.mode == mode && !run.is_disturbed)
    }

    /// Settings during whose runs other programs used the cores.
    pub(super) fn disturbed(&self) -> impl Iterator<Item = &Plan> {
        self.runs.iter().filter(|run| run.is_disturbed).map(|run| &run.setting.plan)
    }

    /// The fastest other setting, and how many times as fast as the choice it was, if it beats every run of the choice
    /// by more than a tie and this share of noise, and no other program interfered.
    pub(super) fn faster_than(&self, choice: &Setting, noise: f64) -> Option<(&ConfirmedSetting, f64)> {
        let fastest = self.runs.iter().min_by(|one, other| one.median_ns().total_cmp(&other.median_ns()))?;
        let choice = self.runs.first().filter(|run| run.setting.plan == choice.plan)?;
        choice
            .measured_ns
            .iter()
            .all(|measured| fastest.median_ns() * TIE.max(1.0 + noise) < *measured)
            .then(|| (fastest, choice.median_ns() / fastest.median_ns()))
            .filter(|_| self.disturbed().next().is_none())
    }
}

/// A setting that was run.
pub(super) struct ConfirmedSetting {
    pub(super) setting: Setting,
    /// Makespans in ns, at least one, in order.
    pub(super) measured_ns: Vec<f64>,
    /// Whether other programs used the cores during a run.
    pub(super) is_disturbed: bool,
}

impl ConfirmedSetting {
    /// The median of its makespans, in ns.
    pub(super) fn median_ns(&self) -> f64 {
        median(self.measured_ns.clone()).unwrap_or_default()
    }

    /// Longest minus shortest makespan, as a share of the median.
    fn spread(&self) -> f64 {
        let (low, high) = self
            .measured_ns
            .iter()
            .fold((f64::MAX, 0.0_f64), |(low, high), measured| (low.min(*measured), high.max(*measured)));
        (high - low) / self.median_ns()
    }
}

/// Why an advice is not confirmed.
#[derive(Debug, Error)]
pub(super) enum ConfirmError {
    #[error("--confirm: {0}")]
    TaskSize(#[from] TaskSizeError),
    #[error("--confirm: {0}")]
    Workload(#[from] WorkloadError),
    #[error("--confirm: {0}")]
    Run(#[from] LaneRunError),
    #[error(
        "--confirm cannot be used with tasks of Python, which mpviz cannot run: change the program, record it by \
         `mpviz trace --record NEW` and pass --confirm-with NEW"
    )]
    Python,
    #[error("--confirm-with: {0}")]
    Recording(#[from] TasksError),
    #[error("--confirm-with: {file} has {there}, but {here} are predicted: record the same tasks")]
    OtherTasks { file: SafeText, there: String, here: String },
    #[error(
        "--confirm-with: {file} is the same run as {other}: record another one, since the same figures prove nothing"
    )]
    SameRun { file: SafeText, other: SafeText },
    #[error("--confirm: {0} did not finish its tasks")]
    Unfinished(String),
}

impl ConfirmError {
    pub(super) const fn exit_code(&self) -> u8 {
        match self {
            Self::TaskSize(_) | Self::Workload(_) | Self::Python | Self::OtherTasks { .. } | Self::SameRun { .. } => {
                EXIT_USAGE
            }
            Self::Recording(error) => error.exit_code(),
            Self::Run(LaneRunError::Resources(_)) => EXIT_INSUFFICIENT_RESOURCES,
            Self::Run(LaneRunError::Run(_)) | Self::Unfinished(_) => EXIT_FAILED,
        }
    }
}

/// Runs the choice and its two neighbours on these cores.
pub(super) fn confirm(
    tasks: &MeasuredTasks,
    advice: &Advice,
    cores: &[u32],
    noise: f64,
) -> Result<Confirmation, ConfirmError> {
    let workload = match &tasks.origin {
        Origin::Python => return Err(ConfirmError::Python),
        Origin::Recording(workload) => (**workload).clone(),
        Origin::Result(described) | Origin::Description(described) => described_workload(described)?,
    };
    workload.check_ranges()?;
    let neighbours = advice.neighbours();
    let settings: Vec<(&Setting, usize)> =
        std::iter::once((advice.chosen(), REPEATS)).chain(neighbours.into_iter().map(|setting| (setting, 1))).collect();
    let runs: usize = settings.iter().map(|(_, repeats)| repeats).sum();
    let predicted_ns: f64 = settings.iter().map(|(setting, n)| setting.prediction.makespan_ns * *n as f64).sum();
    print_message(&phrases::confirming(runs, predicted_ns / 1e9));
    let mut confirmed = Vec::new();
    for (setting, repeats) in settings {
        let measure = |_| measure_run(&workload, &setting.plan, advice.tasks, cores);
        let measured = (0..repeats).map(measure).collect::<Result<Vec<_>, _>>()?;
        confirmed.push(ConfirmedSetting {
            setting: setting.clone(),
            measured_ns: measured.iter().map(|run| run.makespan_ns).collect(),
            is_disturbed: measured.iter().any(|run| run.is_disturbed),
        });
    }
    let is_usable = |run: &&ConfirmedSetting| !run.is_disturbed && run.setting.reservations.is_empty();
    let error = |run: &ConfirmedSetting| Uncertainty::error(run.setting.prediction.makespan_ns, run.median_ns());
    keep_errors(&confirmed.iter().filter(is_usable).map(error).collect::<Vec<_>>());
    Ok(Confirmation::of_runs(confirmed, noise))
}

/// Compares predictions with recordings of the same tasks, run by other settings.
pub(super) fn confirm_with(
    files: &[PathBuf],
    tasks: &MeasuredTasks,
    advice: &Advice,
    noise: f64,
) -> Result<Confirmation, ConfirmError> {
    let mut confirmed: Vec<ConfirmedSetting> = Vec::new();
    let mut known: Vec<&RunIdentity> = tasks.identity.iter().collect();
    let recorded = files.iter().map(|file| RecordedSetting::read(file, advice.tasks)).collect::<Result<Vec<_>, _>>()?;
    for RecordedSetting { plan, run, identity } in &recorded {
        let (plan, run) = (*plan, *run);
        if let Some(same) = known.iter().find(|other| other.is_same_run(identity)) {
            return Err(ConfirmError::SameRun { file: identity.file.clone(), other: same.file.clone() });
        }
        known.push(identity);
        if let Some(repeated) = confirmed.iter_mut().find(|repeated| repeated.setting.plan == plan) {
            repeated.measured_ns.push(run.makespan_ns);
            repeated.is_disturbed |= run.is_disturbed;
            continue;
        }
        let setting = Setting {
            plan,
            prediction: simulate(&tasks.profile, &plan, &tasks.constants),
            reservations: reservations(&tasks.profile, tasks.conditions.as_ref(), &plan),
        };
        let (measured_ns, is_disturbed) = (vec![run.makespan_ns], run.is_disturbed);
        confirmed.push(ConfirmedSetting { setting, measured_ns, is_disturbed });
    }
    confirmed.sort_by_key(|run| run.setting.plan != advice.chosen().plan);
    Ok(Confirmation::of_runs(confirmed, noise))
}

/// A setting with which a recorded lane was run.
struct RecordedSetting {
    plan: Plan,
    run: MeasuredRun,
    identity: RunIdentity,
}

impl RecordedSetting {
    /// Reads a recording of this number of tasks.
    fn read(file: &Path, tasks: u32) -> Result<Self, ConfirmError> {
        let name = reader::input_name(file);
        let (read, lane) = read_last_run(&name, reader::open(file).map_err(TasksError::from)?)?;
        let identity = RunIdentity::new(name.clone(), &read, lane);
        // Costs of the machine do not matter for what was measured.
        let measured = read.measured(lane, &MachineConstants::default());
        let (there, makespan_ns, chunk) = match &measured {
            Ok(measured) => (measured.profile.tasks.len() as u32, measured.makespan_ns, measured.chunk),
            // Eager processes of a program.
            Err(ProfileError::NoPool) => {
                let shown = read.model.lanes().get(lane.index());
                let finished = shown.map_or(0, |shown| shown.counts_at(read.model.newest_mark()).finished);
                (finished, shown.and_then(Lane::makespan).unwrap_or(0) as f64, ChunkSize::Tasks(1))
            }
            Err(error) => return Err(TasksError::Profile(name, *error).into()),
        };
        if there != tasks {
            let (there, here) = (format_task_count(there.into()), format_task_count(tasks.into()));
            return Err(ConfirmError::OtherTasks { file: name, there, here });
        }
        let lane_plan = read.model.lanes().get(lane.index()).map(Lane::plan).ok_or(TasksError::NoLane(name))?;
        let LanePlan { mode, workers, .. } = *lane_plan;
        let plan = Plan { mode, gil: true, workers, chunk, cores: lane_plan.cores.len() as u32 };
        let is_disturbed = read.lane_summary(lane).is_some_and(|summary| summary.is_disturbed_even_if_short());
        Ok(Self { plan, run: MeasuredRun { makespan_ns, is_disturbed }, identity })
    }
}

/// Equal tasks of this description, for the native engine.
pub(super) fn described_workload(described: &Description) -> Result<Workload, TaskSizeError> {
    let mut workload = Workload { tasks: described.tasks, ..Workload::default() };
    if described.memory > 0 {
        let size = TaskSizeOptions { cpu: Some(described.cpu), memory: Some(described.memory), io: None };
        size.apply(&mut workload)?;
    } else {
        let numbers = described.cpu.div_ceil(COST_NS).max(1);
        workload.numbers = numbers.saturating_mul(described.tasks.into());
        workload.cost_ns = described.cpu / numbers;
    }
    workload.io = described.io_operations;
    workload.io_latency_ns = described.io / u64::from(described.io_operations.max(1));
    Ok(workload)
}

/// Really runs a plan.
pub(super) fn measure_run(
    workload: &Workload,
    plan: &Plan,
    tasks: u32,
    cores: &[u32],
) -> Result<MeasuredRun, ConfirmError> {
    let workload = Workload { chunk: plan.chunk, gil: plan.gil, ..workload.clone() };
    let events = run_lane(workload, plan.mode, plan.slots(tasks), Path::new(CURRENT_EXE), cores)?;
    let unfinished = || ConfirmError::Unfinished(phrases::setting_name(plan.mode, plan.gil, plan.slots(tasks)));
    MeasuredRun::from_events(&events, tasks).ok_or_else(unfinished)
}
