//! Real runs that confirm an advice.

use std::path::Path;

use thiserror::Error;

use super::measured_tasks::{MeasuredTasks, Origin};
use crate::app::calibration::{LaneRunError, MeasuredRun, keep_errors, run_lane};
use crate::cli::exit::print_message;
use crate::cli::task_size::{TaskSizeError, TaskSizeOptions};
use crate::engine::CURRENT_EXE;
use crate::event::workload::{Workload, WorkloadError};
use crate::report::phrases;
use crate::source::simulation::{Advice, Description, Plan, Setting, TIE, Uncertainty};
use crate::system::exit_code::{EXIT_FAILED, EXIT_INSUFFICIENT_RESOURCES, EXIT_USAGE};

/// Number of runs of the choice, whose spread is that of repeats. Its neighbours are run once each.
const REPEATS: usize = 3;
/// CPU time of a number of described tasks without memory: threads check the GIL between numbers.
const COST_NS: u64 = 100_000;

/// What confirming runs measured.
pub(super) struct Confirmation {
    pub(super) runs: Vec<ConfirmedSetting>,
    pub(super) uncertainty: Uncertainty,
}

impl Confirmation {
    /// The choice, which was run first.
    pub(super) fn chosen(&self) -> &ConfirmedSetting {
        &self.runs[0]
    }

    /// Whether other programs used the cores during a run.
    pub(super) fn is_disturbed(&self) -> bool {
        self.runs.iter().any(|run| run.is_disturbed)
    }

    /// The fastest neighbour, if it beats every run of the choice by more than a tie and this share of noise, and no
    /// other program interfered.
    pub(super) fn faster_neighbour(&self, noise: f64) -> Option<&ConfirmedSetting> {
        let fastest = self.runs.iter().min_by(|one, other| one.median_ns().total_cmp(&other.median_ns()))?;
        let choice = &self.chosen().measured_ns;
        choice
            .iter()
            .all(|measured| fastest.median_ns() * TIE.max(1.0 + noise) < *measured)
            .then_some(fastest)
            .filter(|_| !self.is_disturbed())
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
        let mut measured = self.measured_ns.clone();
        measured.sort_by(f64::total_cmp);
        measured[(measured.len() - 1) / 2]
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
        "--confirm cannot be used with tasks of Python, which mpviz cannot run: change the program and trace it again"
    )]
    Python,
    #[error("--confirm: {0} did not finish its tasks")]
    Unfinished(String),
}

impl ConfirmError {
    pub(super) const fn exit_code(&self) -> u8 {
        match self {
            Self::TaskSize(_) | Self::Workload(_) | Self::Python => EXIT_USAGE,
            Self::Run(LaneRunError::Resources(_)) => EXIT_INSUFFICIENT_RESOURCES,
            Self::Run(LaneRunError::Run(_)) | Self::Unfinished(_) => EXIT_FAILED,
        }
    }
}

/// Runs the choice and its two neighbours on these cores.
pub(super) fn confirm(tasks: &MeasuredTasks, advice: &Advice, cores: &[u32]) -> Result<Confirmation, ConfirmError> {
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
    let pairs: Vec<_> = confirmed.iter().map(|run| (run.setting.prediction.makespan_ns, run.median_ns())).collect();
    let is_usable = |run: &&ConfirmedSetting| !run.is_disturbed && run.setting.reservations.is_empty();
    let error = |run: &ConfirmedSetting| Uncertainty::error(run.setting.prediction.makespan_ns, run.median_ns());
    keep_errors(&confirmed.iter().filter(is_usable).map(error).collect::<Vec<_>>());
    let uncertainty = Uncertainty::confirmed(confirmed[0].spread(), &pairs);
    Ok(Confirmation { runs: confirmed, uncertainty: uncertainty.unwrap_or(Uncertainty::DEFAULT) })
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
