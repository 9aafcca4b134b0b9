//! Measures the tasks of a lane from its events.

use thiserror::Error;

use super::constants::MachineConstants;
use super::lane_measures::LaneMeasures;
use super::profile::WorkloadProfile;
use crate::event::workload::IoKind;
use crate::event::{CorePolicy, Event, LaneId, LaneStatus, Run, StampedEvent};
use crate::source::simulation::SIMULATED_ENGINE;

/// How the tasks of a profile were recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RecordedConditions {
    /// Workers of the lane.
    pub workers: u32,
    /// Kind of the tasks' I/O; none without I/O, or of a program.
    pub io_kind: Option<IoKind>,
    /// Whether other lanes ran at the same time.
    pub shared_time: bool,
    /// Mean cores used by others while the lane ran, as a share of its cores; none if unknown.
    pub other_load: Option<f64>,
    /// Mean size of a result in bytes.
    pub result_bytes: u64,
    /// Whether tasks waited for locks.
    pub locks: bool,
}

/// Tasks measured in a recording.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedWorkload {
    pub profile: WorkloadProfile,
    pub conditions: RecordedConditions,
    /// Recorded makespan in ns.
    pub makespan_ns: f64,
}

/// Why a recording cannot be predicted from.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ProfileError {
    #[error("the run has no lane {0}")]
    NoLane(LaneId),
    #[error("the run was simulated: predict from a real one")]
    Simulated,
    #[error("not all tasks finished")]
    Unfinished,
    #[error("CPU times of tasks or workers are missing")]
    NoCpuTime,
}

/// Collects the measures of one lane from the events of a run.
pub struct TaskRecorder {
    lane: LaneId,
    run: Option<Box<Run>>,
    measures: LaneMeasures,
    status: Option<LaneStatus>,
}

impl TaskRecorder {
    #[must_use]
    pub fn new(lane: LaneId) -> Self {
        Self { lane, run: None, measures: LaneMeasures::default(), status: None }
    }

    /// Applies an event of the run. Events of each worker must be in order.
    pub fn apply(&mut self, stamped: &StampedEvent) {
        match &stamped.event {
            Event::RunStarted(run) => self.run = Some(run.clone()),
            Event::LaneEnded { status } if stamped.lane == Some(self.lane) => self.status = Some(*status),
            event if stamped.lane == Some(self.lane) => self.measures.apply(stamped.at, event),
            _ => {}
        }
    }

    /// Returns what was measured, once the lane has ended.
    pub fn finish(&self, constants: &MachineConstants) -> Result<RecordedWorkload, ProfileError> {
        let no_lane = ProfileError::NoLane(self.lane);
        let run = self.run.as_ref().ok_or(no_lane)?;
        let plan = run.lanes.get(self.lane.index()).ok_or(no_lane)?;
        if plan.engine.as_str() == SIMULATED_ENGINE {
            return Err(ProfileError::Simulated);
        }
        if self.status != Some(LaneStatus::Finished) || !self.measures.are_all_finished() {
            return Err(ProfileError::Unfinished);
        }
        let workload = run.workload.as_ref();
        let conditions = RecordedConditions {
            workers: plan.workers,
            io_kind: workload.filter(|workload| workload.io > 0).map(|workload| workload.io_kind),
            shared_time: run.lanes.len() > 1 && run.cores != CorePolicy::Turns,
            other_load: None,
            result_bytes: self.measures.mean_result_bytes(),
            locks: self.measures.has_locks(),
        };
        let profile = self.measures.profile(plan, constants).ok_or(ProfileError::NoCpuTime)?;
        Ok(RecordedWorkload { profile, conditions, makespan_ns: self.measures.makespan_ns() })
    }
}
