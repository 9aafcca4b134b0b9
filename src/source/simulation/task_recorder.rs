//! Measures the tasks of a lane from its events.

use thiserror::Error;

use super::constants::MachineConstants;
use super::lane_measures::LaneMeasures;
use super::profile::WorkloadProfile;
use super::python_measures::PythonMeasures;
use crate::event::workload::{ChunkSize, IoKind};
use crate::event::{
    CorePolicy, Event, LaneId, LanePlan, LaneStatus, Mode, Nanos, PoolKind, Run, SIMULATED_ENGINE, StampedEvent,
};
use crate::source::simulation::NATIVE_ENGINE;
use crate::text;

/// How the tasks of a profile were recorded.
#[expect(clippy::struct_excessive_bools, reason = "they are independent of each other")]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RecordedConditions {
    /// Workers of the lane.
    pub workers: u32,
    /// Kind of the tasks' I/O; none without I/O, or of a program.
    pub io_kind: Option<IoKind>,
    /// Whether other lanes ran at the same time.
    pub shared_time: bool,
    /// Whether other lanes of a watched program had tasks at the same time.
    pub other_pools: bool,
    /// Mean cores used by others while the lane ran, as a share of its cores; none if unknown.
    pub other_load: Option<f64>,
    /// Mean size of a result in bytes.
    pub result_bytes: u64,
    /// Whether tasks waited for locks.
    pub locks: bool,
    /// Mode of the recorded lane, if Python ran it.
    pub python: Option<Mode>,
    /// Whether single items of its chunks may take long.
    pub uneven_chunks: bool,
    /// Whether workers were replaced, or the pool was created again.
    pub replaced_workers: bool,
}

impl RecordedConditions {
    /// Whether it is known how long a process for every task takes to start: processes of Python start more slowly than
    /// native ones, and threads tell nothing about them.
    #[must_use]
    pub fn tell_process_start(&self) -> bool {
        self.python != Some(Mode::Threads)
    }
}

/// Tasks measured in a recording.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedWorkload {
    pub profile: WorkloadProfile,
    pub conditions: RecordedConditions,
    /// Recorded makespan in ns.
    pub makespan_ns: f64,
    /// The costs to predict with: those of the machine, or of the recorded Python lane.
    pub constants: MachineConstants,
    /// Chunk size as it was asked for.
    pub chunk: ChunkSize,
}

/// Why a recording cannot be predicted from.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ProfileError {
    #[error("{}", text!("no-such-lane", lane = .0.to_string()))]
    NoLane(LaneId),
    #[error("{}", text!("profile-of-simulation"))]
    Simulated,
    #[error("{}", text!("profile-unfinished"))]
    Unfinished,
    #[error("{}", text!("profile-without-cpu-time"))]
    NoCpuTime,
    #[error("{}", text!("profile-without-pool"))]
    NoPool,
    #[error("{}", text!("profile-too-many-tasks"))]
    TooManyTasks,
}

/// Measures of a lane, by what runs it.
enum Measures {
    Native(LaneMeasures),
    Python(PythonMeasures),
}

/// Collects the measures of one lane from the events of a run.
pub struct TaskRecorder {
    lane: LaneId,
    run: Option<Box<Run>>,
    /// The lane, and its measures; none before it is known.
    of_lane: Option<(LanePlan, Measures)>,
    status: Option<LaneStatus>,
}

impl TaskRecorder {
    #[must_use]
    pub fn new(lane: LaneId) -> Self {
        Self { lane, run: None, of_lane: None, status: None }
    }

    /// Applies an event of the run. Events of each worker must be in order.
    pub fn apply(&mut self, stamped: &StampedEvent) {
        match &stamped.event {
            Event::RunStarted(run) => {
                if let Some(plan) = run.lanes.get(self.lane.index()) {
                    self.lane_opened(plan);
                }
                self.run = Some(run.clone());
            }
            _ if stamped.lane != Some(self.lane) => {}
            Event::LaneOpened(plan) => self.lane_opened(plan),
            Event::LaneEnded { status } => self.status = Some(*status),
            event => match &mut self.of_lane {
                Some((_, Measures::Native(measures))) => measures.apply(stamped.at, event),
                Some((_, Measures::Python(measures))) => measures.apply(stamped.at, event),
                None => {}
            },
        }
    }

    fn lane_opened(&mut self, plan: &LanePlan) {
        let is_native = [NATIVE_ENGINE, SIMULATED_ENGINE].contains(&plan.engine.as_str());
        let measures = if is_native {
            Measures::Native(LaneMeasures::default())
        } else {
            Measures::Python(PythonMeasures::default())
        };
        self.of_lane = Some((plan.clone(), measures));
    }

    /// Whether it is a lane of Python whose tasks a pool hands out.
    #[must_use]
    pub fn is_pool(&self) -> bool {
        let pool = self.of_lane.as_ref().and_then(|(plan, _)| plan.pool.as_ref());
        pool.is_some_and(|pool| is_predicted(pool.kind))
    }

    /// Periods with a task of a Python lane, in order.
    #[must_use]
    pub fn busy_periods(&self) -> Vec<(Nanos, Nanos)> {
        match &self.of_lane {
            Some((_, Measures::Python(measures))) => measures.busy_periods(),
            _ => Vec::new(),
        }
    }

    /// Returns what was measured, once the lane has ended.
    pub fn finish(&self, machine: &MachineConstants) -> Result<RecordedWorkload, ProfileError> {
        let no_lane = ProfileError::NoLane(self.lane);
        let run = self.run.as_ref().ok_or(no_lane)?;
        let (plan, measures) = self.of_lane.as_ref().ok_or(no_lane)?;
        if plan.engine.as_str() == SIMULATED_ENGINE {
            return Err(ProfileError::Simulated);
        }
        if self.status != Some(LaneStatus::Finished) {
            return Err(ProfileError::Unfinished);
        }
        match measures {
            Measures::Native(measures) => native_workload(run, plan, measures, machine),
            Measures::Python(measures) => python_workload(run, plan, measures, machine),
        }
    }
}

/// Whether a pool hands tasks out to processes, or to threads that share a GIL.
const fn is_predicted(kind: PoolKind) -> bool {
    matches!(
        kind,
        PoolKind::Pool
            | PoolKind::ProcessPoolExecutor
            | PoolKind::Loky
            | PoolKind::ThreadPool
            | PoolKind::ThreadPoolExecutor
    )
}

fn conditions(run: &Run, plan: &LanePlan) -> RecordedConditions {
    let workload = run.workload.as_ref();
    RecordedConditions {
        workers: plan.workers,
        io_kind: workload.filter(|workload| workload.io > 0).map(|workload| workload.io_kind),
        shared_time: run.lanes.len() > 1 && run.cores != CorePolicy::Turns,
        ..RecordedConditions::default()
    }
}

fn native_workload(
    run: &Run,
    plan: &LanePlan,
    measures: &LaneMeasures,
    machine: &MachineConstants,
) -> Result<RecordedWorkload, ProfileError> {
    if !measures.are_all_finished() {
        return Err(ProfileError::Unfinished);
    }
    let result_bytes = measures.mean_result_bytes();
    Ok(RecordedWorkload {
        profile: measures.profile(plan, machine).ok_or(ProfileError::NoCpuTime)?,
        conditions: RecordedConditions { result_bytes, locks: measures.has_locks(), ..conditions(run, plan) },
        makespan_ns: measures.makespan_ns(),
        constants: *machine,
        chunk: run.workload.as_ref().map_or(ChunkSize::Tasks(1), |workload| workload.chunk),
    })
}

fn python_workload(
    run: &Run,
    plan: &LanePlan,
    measures: &PythonMeasures,
    machine: &MachineConstants,
) -> Result<RecordedWorkload, ProfileError> {
    if plan.own_queues || plan.pool.as_ref().is_some_and(|pool| !is_predicted(pool.kind)) {
        return Err(ProfileError::NoPool);
    }
    if measures.has_too_many_tasks() {
        return Err(ProfileError::TooManyTasks);
    }
    if !measures.are_all_finished() {
        return Err(ProfileError::Unfinished);
    }
    Ok(RecordedWorkload {
        profile: measures.profile(plan),
        conditions: RecordedConditions {
            result_bytes: measures.mean_result_bytes(),
            locks: measures.has_locks(plan),
            python: Some(plan.mode),
            uneven_chunks: measures.has_uneven_chunks(),
            replaced_workers: measures.has_replaced_workers(plan),
            ..conditions(run, plan)
        },
        makespan_ns: measures.makespan_ns(),
        constants: measures.constants(plan, machine),
        chunk: run.workload.as_ref().map_or_else(|| measures.chunk(plan), |workload| workload.chunk),
    })
}
