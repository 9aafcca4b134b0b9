//! What the changes that findings ask for would take.

use super::bounds::Uncertainty;
use super::constants::MachineConstants;
use super::plan::Plan;
use super::prediction::{TIE, choose_plan};
use super::reservation::{Effect, reservations};
use super::run_recorder::RunRecorder;
use super::simulate;
use super::task_recorder::RecordedWorkload;
use crate::event::Mode;
use crate::event::workload::ChunkSize;
use crate::model::{FindingKind, LaneSummary, Remedy, RunSummary};

/// Numbers of workers that are tried.
const WIDTHS: [u32; 12] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];
/// Mean time of a task from which larger chunks are predicted, in s.
const MIN_TASK_S: f64 = 1e-4;
/// How much a simulation of the recorded lane may differ from it, as a share.
const MAX_ERROR: f64 = 0.25;

/// Predicts the changes of all findings that are about workers and chunks. Findings whose lane cannot be predicted from
/// stay as they are. `machine` is needed for threads; none if it was not measured.
pub fn predict_remedies(summary: &mut RunSummary, recorder: &RunRecorder, machine: Option<&MachineConstants>) {
    let RunSummary { lanes, program, .. } = summary;
    let Some(program) = program else { return };
    for finding in &mut program.findings {
        let Some((id, lane)) = finding.lane.and_then(|id| Some((id, lanes.get(id.index())?))) else { continue };
        if lane.mode == Mode::Threads && machine.is_none() {
            continue;
        }
        let Ok(recorded) = recorder.finish(id, Some(lane), &machine.copied().unwrap_or_default()) else { continue };
        let Some(today) = Today::new(&recorded, lane) else { continue };
        finding.remedy = today.remedy(&finding.kind);
        let Some(remedy) = finding.remedy else { continue };
        finding.cost_s = (remedy.today_s - remedy.predicted_s).max(0.0);
        if let (FindingKind::ChunksTooLarge { better, .. } | FindingKind::TasksTooSmall { better, .. }, Some(chunk)) =
            (&mut finding.kind, remedy.chunk)
        {
            *better = chunk;
        }
    }
    program.sort_findings();
}

/// A lane as it was recorded.
struct Today<'a> {
    recorded: &'a RecordedWorkload,
    plan: Plan,
    /// How much longer it really took than simulated.
    correction: f64,
}

impl<'a> Today<'a> {
    /// None if the simulation does not explain how long the lane took.
    fn new(recorded: &'a RecordedWorkload, lane: &LaneSummary) -> Option<Self> {
        let workers = recorded.conditions.workers;
        let plan = Plan { mode: lane.mode, gil: true, workers, chunk: recorded.chunk, cores: lane.cores.len() as u32 };
        let correction = recorded.makespan_ns / simulate(&recorded.profile, &plan, &recorded.constants).makespan_ns;
        let is_explained = (1.0 / (1.0 + MAX_ERROR)..=1.0 + MAX_ERROR).contains(&correction);
        is_explained.then_some(Self { recorded, plan, correction })
    }

    fn tasks(&self) -> u32 {
        self.recorded.profile.tasks.len() as u32
    }

    /// The best change for a finding; none if it gains nothing.
    fn remedy(&self, kind: &FindingKind) -> Option<Remedy> {
        let cores = self.plan.cores;
        let widths = |from: u32, to: u32| {
            WIDTHS.into_iter().chain([cores]).filter(move |width| (from..=to).contains(width)).collect::<Vec<_>>()
        };
        let with_workers = |workers: &u32| Plan { workers: *workers, ..self.plan };
        let with_chunk = |chunk: u32| Plan { chunk: ChunkSize::Tasks(chunk), ..self.plan };
        let plans: Vec<Plan> = match kind {
            FindingKind::PoolTooNarrow { workers, .. } => {
                widths(workers + 1, self.tasks()).iter().map(with_workers).collect()
            }
            FindingKind::Oversubscribed { workers, .. } => {
                widths(1, workers.saturating_sub(1)).iter().map(with_workers).collect()
            }
            FindingKind::GilBound { .. } => {
                let pool = Plan { mode: Mode::Pool, ..self.plan };
                widths(cores, 4 * cores).into_iter().map(|workers| Plan { workers, ..pool }).collect()
            }
            // Smaller chunks do not divide a long item.
            FindingKind::ChunksTooLarge { .. } if self.recorded.conditions.uneven_chunks => return None,
            // Of equal chunks, those that the pool hands out the least often come first.
            FindingKind::ChunksTooLarge { chunk, .. } => halves(*chunk).map(with_chunk).collect(),
            // The CPU time of shorter tasks contains that of handing them out.
            FindingKind::TasksTooSmall { mean_task_s, .. } if *mean_task_s < MIN_TASK_S => return None,
            FindingKind::TasksTooSmall { chunk, .. } => {
                let most = self.tasks().div_ceil(4 * self.plan.workers.max(1));
                doubles(*chunk, most).map(with_chunk).collect()
            }
            _ => return None,
        };
        let found = self.best(&plans)?;
        // Fewer workers are better if they take no longer.
        let is_fewer = matches!(kind, FindingKind::Oversubscribed { .. });
        let most_s = if is_fewer { found.today_s * TIE } else { found.today_s / TIE };
        (found.predicted_s <= most_s).then_some(found)
    }

    /// The first of the best plans, or of those with the fewest workers.
    fn best(&self, plans: &[Plan]) -> Option<Remedy> {
        let predicted: Vec<_> = plans
            .iter()
            .map(|plan| (*plan, simulate(&self.recorded.profile, plan, &self.recorded.constants)))
            .collect();
        let is_about_chunks = plans.first()?.workers == self.plan.workers && plans[0].mode == self.plan.mode;
        let best = predicted.iter().map(|(_, found)| found.makespan_ns).min_by(f64::total_cmp)?;
        let index = if is_about_chunks {
            predicted.iter().position(|(_, found)| found.makespan_ns <= TIE * best)?
        } else {
            choose_plan(self.tasks(), &predicted)?
        };
        let (plan, found) = predicted[index];
        let mut uncertainty = Uncertainty::DEFAULT;
        for reservation in reservations(&self.recorded.profile, Some(&self.recorded.conditions), &plan) {
            match reservation.effect() {
                Effect::Refused => return None,
                Effect::Widened(share) => uncertainty = uncertainty.at_least(share),
            }
        }
        let makespan_ns = found.makespan_ns * self.correction;
        let interval = uncertainty.interval_around(makespan_ns);
        let chunk =
            if let ChunkSize::Tasks(chunk) = plan.chunk { Some(chunk).filter(|_| is_about_chunks) } else { None };
        Some(Remedy {
            mode: plan.mode,
            workers: plan.workers,
            chunk,
            predicted_s: makespan_ns / 1e9,
            interval_s: (interval.low_ns / 1e9, interval.high_ns / 1e9),
            today_s: self.recorded.makespan_ns / 1e9,
        })
    }
}

/// Half of a chunk size, half of that, … 1.
fn halves(chunk: u32) -> impl Iterator<Item = u32> {
    std::iter::successors(Some(chunk / 2), |chunk| Some(chunk / 2)).take_while(|chunk| *chunk > 0)
}

/// Twice a chunk size, twice that, … at most `most`.
fn doubles(chunk: u32, most: u32) -> impl Iterator<Item = u32> {
    std::iter::successors(Some(chunk.saturating_mul(2)), |chunk| chunk.checked_mul(2)).take_while(move |it| *it <= most)
}
