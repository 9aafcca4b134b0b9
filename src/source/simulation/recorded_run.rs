//! A run of a recording, with what was measured of its tasks.

use super::constants::MachineConstants;
use super::run_recorder::RunRecorder;
use super::task_recorder::{ProfileError, RecordedWorkload};
use crate::event::{Event, LaneId, StampedEvent};
use crate::model::{InvalidEvent, LaneSummary, Model};

/// The model of a run, and the measures of its lanes.
#[derive(Default)]
pub struct RecordedRun {
    pub model: Model,
    recorder: RunRecorder,
    /// Why the events after a certain one do not count.
    pub invalid: Option<InvalidEvent>,
}

impl RecordedRun {
    /// Reads the run with this index, or else the last one.
    pub fn read(events: &mut impl Iterator<Item = StampedEvent>, index: usize) -> Self {
        let (mut read, mut runs) = (Self::default(), 0);
        for stamped in events {
            if matches!(stamped.event, Event::RunStarted(_)) {
                if runs > index {
                    break;
                }
                (runs, read) = (runs + 1, Self::default());
            }
            if let Err(invalid) = read.model.apply(&stamped) {
                read.invalid = Some(invalid);
                break;
            }
            read.recorder.apply(&stamped);
        }
        read
    }

    /// The pool of a watched program that was busy for the longest time, or else another lane.
    #[must_use]
    pub fn busiest_lane(&self) -> Option<LaneId> {
        self.recorder.busiest_lane()
    }

    /// The figures of a lane.
    #[must_use]
    pub fn lane_summary(&self, lane: LaneId) -> Option<LaneSummary> {
        self.model.summary()?.lanes.into_iter().nth(lane.index())
    }

    /// Returns what was measured in a lane that has ended.
    pub fn measured(&self, lane: LaneId, machine: &MachineConstants) -> Result<RecordedWorkload, ProfileError> {
        self.recorder.finish(lane, self.lane_summary(lane).as_ref(), machine)
    }
}
