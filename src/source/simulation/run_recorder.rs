//! Measures the tasks of all lanes of a run from its events.

use super::constants::MachineConstants;
use super::task_recorder::{ProfileError, RecordedWorkload, TaskRecorder};
use crate::event::{Event, LaneId, Nanos, Run, StampedEvent};
use crate::model::LaneSummary;

/// Collects the measures of the lanes of the newest run, also of those that a watched program opens.
#[derive(Default)]
pub struct RunRecorder {
    run: Option<Box<Run>>,
    recorders: Vec<TaskRecorder>,
}

impl RunRecorder {
    /// Applies an event of the run. Events of each worker must be in order.
    pub fn apply(&mut self, stamped: &StampedEvent) {
        match &stamped.event {
            Event::RunStarted(run) => {
                self.recorders = (0..run.lanes.len()).map(|lane| TaskRecorder::new(LaneId(lane as u16))).collect();
                self.recorders.iter_mut().for_each(|recorder| recorder.apply(stamped));
                self.run = Some(run.clone());
            }
            Event::LaneOpened(_) => self.lane_opened(),
            _ => {}
        }
        if let Some(recorder) = stamped.lane.and_then(|lane| self.recorders.get_mut(lane.index())) {
            recorder.apply(stamped);
        }
    }

    fn lane_opened(&mut self) {
        let Some(run) = &self.run else { return };
        let mut recorder = TaskRecorder::new(LaneId(self.recorders.len() as u16));
        recorder.apply(&StampedEvent { at: 0, lane: None, event: Event::RunStarted(run.clone()) });
        self.recorders.push(recorder);
    }

    /// The pool of a watched program that was busy for the longest time, or else another lane.
    #[must_use]
    pub fn busiest_lane(&self) -> Option<LaneId> {
        let lanes = (0..self.recorders.len()).map(|lane| LaneId(lane as u16));
        let length = |lane: LaneId| {
            let periods = self.recorders[lane.index()].busy_periods();
            periods.iter().map(|(from, to)| to - from).sum::<Nanos>()
        };
        lanes.max_by_key(|lane| (self.recorders[lane.index()].is_pool(), length(*lane)))
    }

    /// Returns what was measured in a lane, once it has ended. `summary` is of this lane.
    pub fn finish(
        &self,
        lane: LaneId,
        summary: Option<&LaneSummary>,
        machine: &MachineConstants,
    ) -> Result<RecordedWorkload, ProfileError> {
        let recorder = self.recorders.get(lane.index()).ok_or(ProfileError::NoLane(lane))?;
        let mut recorded = recorder.finish(machine)?;
        recorded.conditions.other_load = summary.and_then(other_load).filter(|_| !ignores_other_load());
        recorded.conditions.other_pools = self.overlaps_with_others(lane);
        Ok(recorded)
    }

    /// Whether other lanes of a watched program had tasks at the same time.
    fn overlaps_with_others(&self, lane: LaneId) -> bool {
        let is_program = self.run.as_ref().is_some_and(|run| run.program.is_some());
        let own = self.recorders.get(lane.index()).map(TaskRecorder::busy_periods).unwrap_or_default();
        let is_beside_own = |(start, end): (Nanos, Nanos)| {
            let next = own.partition_point(|(_, to)| *to <= start);
            own.get(next).is_some_and(|(from, _)| *from < end)
        };
        let others = self.recorders.iter().enumerate().filter(|(other, _)| *other != lane.index());
        is_program && others.flat_map(|(_, other)| other.busy_periods()).any(is_beside_own)
    }
}

/// Test hook, compiled only with debug assertions: whether others do not count as load, so that tests can run beside
/// each other.
fn ignores_other_load() -> bool {
    cfg!(debug_assertions) && std::env::var_os("MPVIZ_TEST_IGNORE_OTHER_LOAD").is_some()
}

/// Share of a lane's core time that others took; not the process that hands out its tasks.
fn other_load(summary: &LaneSummary) -> Option<f64> {
    let parent_s = summary.program.as_ref().and_then(|program| program.parent_cpu_s).unwrap_or(0.0);
    let core_time = summary.makespan_s? * summary.cores.len() as f64;
    summary.disturbance_even_if_short().map(|share| (share - parent_s / core_time).max(0.0))
}
