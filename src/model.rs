//! The model: applies events in any order that preserves each worker's own, and answers what the run's state was at
//! any time.
//!
//! It knows no terminal, clock or file. Whether the picture is live, frozen or replayed is the caller's choice of `t`.

mod accessors;
mod core_use;
mod cores;
mod findings;
mod fold;
mod idle_cores;
mod integrals;
mod invalid_event;
mod lane;
mod map;
mod moments;
mod observation_cost;
mod problems;
mod program_figures;
mod program_state;
mod serial_part;
mod side_by_side;
mod slots;
mod spans;
mod state;
mod summary;
mod tasks;
mod times;
mod usage;
mod verdict;
mod worker_loss;
mod worker_time;
mod worker_usage;
mod workers;

use crate::event::workload::Workload;
use crate::event::{CorePolicy, Event, LaneId, LanePlan, Nanos, Run, StampedEvent};
use integrals::{IntegralTotals, Integrals, LaneWithCoreSharers};
use invalid_event::invalid;
use serial_part::SerialPart;
use times::NEVER;

pub use core_use::CoreUse;
pub use cores::{CoreLoadHistory, CoreTimeUsed};
pub use findings::{ClusterFinding, Finding, FindingKind, Remedy};
pub use integrals::CoreUseColumn;
pub use invalid_event::InvalidEvent;
pub use lane::{ClusterQueue, CountedTasks, HeldTasks, Lane, PrivateMemory, SchedulerTime, Silence};
pub use map::{ColumnUsage, MapCell, TaskMap, TimeWindow};
pub use moments::{KeyMoment, KeyMomentKind};
pub use observation_cost::ObservationCost;
pub use problems::{Problem, ProblemKind};
pub use program_figures::{ProgramFigures, SerialFigures};
pub use program_state::ProgramState;
pub use side_by_side::lane_name;
pub use state::{LaneCounts, SlotSnapshot, TaskDurations, TaskState, TaskTimes, WorkerState};
pub(crate) use summary::serialize_exact;
pub use summary::{
    CallSummary, ClusterSummary, CoreTime, Intervention, LaneSummary, ProgramLaneSummary, ProgramSummary, RunSummary,
    TaskTotals,
};
pub use tasks::TaskOutcome;
pub(crate) use verdict::MIN_MAKESPAN;
pub use verdict::{
    ComparisonObstacle, DifferenceReason, LaneComparison, ModeFinding, Significance, Verdict, VerdictFinding,
    compare_lanes, verdict,
};
pub use worker_loss::{LostTask, MAX_TIME_TO_END_WORKERS, WorkerLoss};
pub use worker_time::{LaneWork, WorkerTime};
pub use worker_usage::WorkerUsage;
pub use workers::Worker;

/// The lanes of a run with a workload.
fn lanes_of_workload(run: &Run, workload: &Workload) -> Result<Vec<Lane>, InvalidEvent> {
    if run.lanes.is_empty() || run.lanes.len() > Run::MAX_LANES {
        return invalid!("a run of {} lanes", run.lanes.len());
    }
    if let Err(impossible) = workload.check_ranges() {
        return invalid!("{impossible}");
    }
    if let Some(plan) = run.lanes.iter().find(|plan| plan.workers > Workload::MAX_TASKS || plan.pool.is_some()) {
        return invalid!("a lane of {} workers, or of a program", plan.workers);
    }
    let lane = |(i, plan): (usize, &LanePlan)| Lane::new(LaneId(i as u16), plan.clone(), run.sweeps(plan), workload);
    Ok(run.lanes.iter().enumerate().map(lane).collect())
}

/// Events between two updates of the integrals: frequent enough for queries to be cheap, rare enough for late events
/// to be cheap.
const EVENTS_BETWEEN_INTEGRAL_UPDATES: u64 = 1024;

/// Maximum length of the history of a watched program, in tasks, waits and samples. They take up to 400
/// bytes each.
const MAX_HISTORY: usize = 300_000;

/// Events later than this (146 years) are invalid: their times could not be added up.
const MAX_EVENT_TIME: Nanos = 1 << 62;

/// State of a run.
#[derive(Clone, Debug, Default)]
pub struct Model {
    run: Option<Run>,
    lanes: Vec<Lane>,
    integrals: Vec<Integrals>,
    cores: CoreLoadHistory,
    observer: ObservationCost,
    program: ProgramState,
    serial: SerialPart,
    mark: Nanos,
    /// Number of events at the last update of the integrals.
    updated: u64,
    ended: Option<Nanos>,
}

impl Model {
    /// Creates a model without events.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Applies an event.
    ///
    /// # Errors
    /// If the event is invalid. The model is then unchanged in everything it shows.
    pub fn apply(&mut self, stamped: &StampedEvent) -> Result<(), InvalidEvent> {
        if stamped.at >= MAX_EVENT_TIME {
            return invalid!("an event is dated {} ns after the start of the run", stamped.at);
        }
        match stamped.lane {
            _ if matches!(stamped.event, Event::RunStarted(_)) => self.begin_run(&stamped.event)?,
            _ if self.run.is_none() => return invalid!("the first event is not RunStarted"),
            Some(id) => self.apply_lane(id, stamped)?,
            None => self.apply_run(stamped.at, &stamped.event)?,
        }
        self.observer.events += 1;
        Ok(())
    }

    fn apply_lane(&mut self, id: LaneId, stamped: &StampedEvent) -> Result<(), InvalidEvent> {
        if let Event::LaneOpened(plan) = &stamped.event {
            return self.open_lane(id, plan);
        }
        let Some(lane) = self.lanes.get_mut(id.index()) else { return invalid!("there is no lane {id}") };
        if let Err(InvalidEvent(sentence)) = lane.apply(stamped.at, &stamped.event) {
            return invalid!("{}, {} ns: {sentence}", lane.plan().mode.name(), stamped.at);
        }
        if stamped.at < self.mark && stamped.event.sender().is_some() {
            self.observer.late_events += 1;
            self.observer.max_late_ns = self.observer.max_late_ns.max(self.mark - stamped.at);
        }
        Ok(())
    }

    fn begin_run(&mut self, event: &Event) -> Result<(), InvalidEvent> {
        let Event::RunStarted(run) = event else { return Ok(()) };
        if self.run.is_some() {
            return invalid!("the run started twice");
        }
        self.lanes = match (&run.workload, &run.program) {
            (Some(workload), None) => lanes_of_workload(run, workload)?,
            (None, Some(_)) if run.lanes.is_empty() => Vec::new(),
            _ => return invalid!("a run has either a workload or a program, whose lanes are opened later"),
        };
        self.integrals = vec![Integrals::default(); self.lanes.len()];
        self.run = Some(Run::clone(run));
        Ok(())
    }

    /// Adds a lane of the watched program.
    fn open_lane(&mut self, id: LaneId, plan: &LanePlan) -> Result<(), InvalidEvent> {
        let Some(run) = self.run.as_mut().filter(|run| run.program.is_some()) else {
            return invalid!("lane {id} was opened, but no program is watched");
        };
        if id.index() != self.lanes.len() || self.lanes.len() >= Run::MAX_PROGRAM_LANES {
            return invalid!("lane {id} was opened after {} lanes", self.lanes.len());
        }
        if plan.workers > Workload::MAX_TASKS || plan.pool.is_none() {
            return invalid!("lane {id} has {} workers, or no pool of the program", plan.workers);
        }
        run.lanes.push(plan.clone());
        let mut lane = Lane::of_program(id, plan.clone());
        for other in self.lanes.iter_mut().filter(|other| other.has_title_of(plan)) {
            (other.shares_title, lane.shares_title) = (true, true);
        }
        self.lanes.push(lane);
        self.integrals.push(Integrals::default());
        Ok(())
    }

    fn apply_run(&mut self, at: Nanos, event: &Event) -> Result<(), InvalidEvent> {
        match event {
            Event::RunEnded {} if self.ended.is_some() => return invalid!("the run ended twice"),
            Event::RunEnded {} => self.ended = Some(at),
            Event::CoresSampled { loads } => self.cores.add_sample(at, loads),
            Event::CoreWentOffline { core } => self.cores.set_online(at, *core, false),
            Event::CoreCameOnline { core } => self.cores.set_online(at, *core, true),
            Event::SamplesSkipped { count } => self.observer.skipped_samples += u64::from(*count),
            Event::Drained { .. } => self.apply_mark(at),
            Event::ObserverMeasured { cpu_ns, peak_bytes } => {
                self.observer.cpu_ns = self.observer.cpu_ns.max(*cpu_ns);
                self.observer.peak_bytes = self.observer.peak_bytes.max(*peak_bytes);
            }
            Event::InterpreterAttached { engine, .. } => {
                self.program.attached += 1;
                self.program.engine.get_or_insert_with(|| engine.clone());
            }
            Event::ProgramExited { .. } if self.program.exit.is_some() => return invalid!("the program exited twice"),
            Event::ProgramExited { exit } => self.program.exit = Some((at, *exit)),
            Event::NotObserved { reason } => self.program.add_reason(reason),
            Event::ObservedAgain { reason } => self.program.not_observed.retain(|other| other != reason),
            Event::ReportsDropped { count } => {
                self.program.dropped_reports = self.program.dropped_reports.saturating_add(*count);
            }
            other => return invalid!("an event of a lane has no lane: {other:?}"),
        }
        Ok(())
    }

    /// Declares that no more events follow although the run has not ended; the state is known up to `at`.
    pub fn end_incomplete(&mut self, at: Nanos) {
        self.mark = self.mark.max(at);
    }

    fn apply_mark(&mut self, at: Nanos) {
        // Tasks are counted only once a second.
        let lanes = self.lanes.iter().filter(|lane| !lane.has_only_counts());
        let unseen = lanes.map(|lane| lane.running_time(self.mark, at)).max();
        self.observer.longest_unseen_ns = self.observer.longest_unseen_ns.max(unseen.unwrap_or(0));
        self.mark = self.mark.max(at);
        if self.observer.events >= self.updated + EVENTS_BETWEEN_INTEGRAL_UPDATES {
            self.update_integrals();
        }
    }

    /// Brings the integrals up to the mark.
    fn update_integrals(&mut self) {
        let mut integrals = std::mem::take(&mut self.integrals);
        for (integrals, lane) in integrals.iter_mut().zip(&self.lanes) {
            integrals.add_checkpoints_until(self.lane_with_core_sharers(lane), lane.integrated_until(self.mark));
        }
        self.integrals = integrals;
        if self.is_of_program() {
            self.serial.update(&self.lanes, self.mark);
        }
        for lane in &mut self.lanes {
            lane.changed = NEVER;
        }
        self.updated = self.observer.events;
        if self.run.as_ref().is_some_and(|run| run.program.is_some()) {
            self.forget_oldest_history();
        }
    }

    /// Halves the history of a watched program, if it is longer than [`MAX_HISTORY`].
    fn forget_oldest_history(&mut self) {
        let core_samples: usize = self.cores.all_samples().map(|(_, samples)| samples.len()).sum();
        if self.lanes.iter().map(Lane::history_len).sum::<usize>() + core_samples <= MAX_HISTORY {
            return;
        }
        let start = self.history_start();
        let t = start + (self.mark - start) / 2;
        let mut integrals = std::mem::take(&mut self.integrals);
        for (integrals, lane) in integrals.iter_mut().zip(&self.lanes) {
            integrals.forget_before(self.lane_with_core_sharers(lane), t);
        }
        self.integrals = integrals;
        self.lanes.iter_mut().for_each(|lane| lane.forget_before(t));
        self.cores.forget_before(t);
        self.serial.forget_before(t);
    }

    /// Time before which the history of a watched program is forgotten; 0 if it is whole.
    #[must_use]
    pub fn history_start(&self) -> Nanos {
        self.lanes.iter().map(|lane| lane.history_start).max().unwrap_or(0)
    }

    /// Returns a lane together with the lanes that share its cores.
    fn lane_with_core_sharers<'a>(&'a self, lane: &'a Lane) -> LaneWithCoreSharers<'a> {
        let shared = self.core_policy_of(lane) == Some(CorePolicy::Shared);
        LaneWithCoreSharers { lane, others: if shared { &self.lanes } else { &[] } }
    }

    /// The integrals of a lane from its time zero to `t`.
    fn integrals_until(&self, lane: &Lane, t: Nanos) -> IntegralTotals {
        self.integrals[lane.id.index()].totals_at(self.lane_with_core_sharers(lane), lane.integrated_until(t))
    }

    /// The run's description; none before it began.
    #[must_use]
    pub fn run(&self) -> Option<&Run> {
        self.run.as_ref()
    }

    /// What is known of the watched program as a whole.
    #[must_use]
    pub fn program_state(&self) -> &ProgramState {
        &self.program
    }

    /// The largest number of tasks of any lane.
    #[must_use]
    pub fn most_tasks(&self) -> u32 {
        self.lanes.iter().map(Lane::task_total).max().unwrap_or(0)
    }

    /// The lanes by number; empty before the run began.
    #[must_use]
    pub fn lanes(&self) -> &[Lane] {
        &self.lanes
    }

    /// Whether a lane was simulated, not run.
    #[must_use]
    pub fn is_simulated(&self) -> bool {
        self.lanes.iter().any(|lane| lane.plan.is_simulated())
    }

    /// Time of the newest mark. The live screen shows the run as of this time.
    #[must_use]
    pub fn newest_mark(&self) -> Nanos {
        self.mark
    }

    /// Time at which the run ended; none before.
    #[must_use]
    pub fn ended_at(&self) -> Option<Nanos> {
        self.ended
    }

    /// Cost of observing the run so far.
    #[must_use]
    pub fn observation_cost(&self) -> &ObservationCost {
        &self.observer
    }

    /// Cores of the lane without a ready worker at `t`: max(0, cores − Σ ready of the lanes that share them).
    #[must_use]
    pub fn idle_cores(&self, lane: LaneId, t: Nanos) -> u32 {
        self.lanes.get(lane.index()).map_or(0, |lane| self.lane_with_core_sharers(lane).idle_cores(t))
    }
}
