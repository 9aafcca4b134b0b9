//! Predicts other settings for the tasks of a lane that has run, and simulates one of them, in a thread.

mod measured_lane;

use std::io::{self, Cursor};
use std::path::Path;
use std::sync::Arc;

use crossbeam_channel::{Receiver, bounded, never};
use thiserror::Error;

use super::calibration::{CalibrationError, known_constants, machine_constants};
use crate::engine::CURRENT_EXE;
use crate::event::{LaneId, StampedEvent};
use crate::model::Model;
use crate::recording::reader::{self, ReadError, RecordedEvents};
use crate::recording::writer::Recorder;
use crate::report::cluster_predictions::{ClusterPredictions, ClusterRefusal};
use crate::report::phrases;
use crate::source::simulation::{ProfileError, Reservation, predict_cluster};
use crate::system::threads;
use crate::text;
use crate::ui::{LaneSetting, Refusal, Ui};
use measured_lane::MeasuredLane;

/// Why other settings are not predicted.
#[derive(Debug, Error)]
pub(super) enum WhatIfError {
    #[error("{}", text!("what-if-not-in-memory"))]
    NotInMemory,
    #[error("{}", text!("what-if-no-file"))]
    NoFile,
    #[error("{}", text!("what-if-followed"))]
    Followed,
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("{}", text!("what-if-not-measured"))]
    NotMeasured,
    #[error(transparent)]
    Profile(#[from] ProfileError),
    #[error("{}", phrases::reservation(&.0.text()))]
    Refused(Reservation),
    #[error("{}", phrases::nothing_fits(*.least, *.memory))]
    Memory { least: u64, memory: u64 },
    #[error(transparent)]
    Calibration(#[from] CalibrationError),
}

impl WhatIfError {
    /// As the panel shows it.
    fn refusal(&self) -> Refusal {
        let is_disturbed = matches!(
            self,
            Self::Refused(Reservation::OtherLanes | Reservation::OtherPools | Reservation::DisturbedRecording)
        );
        Refusal { why: self.to_string(), is_disturbed }
    }
}

/// A simulated lane beside the measured one.
pub(super) struct SimulatedRun {
    pub(super) model: Model,
    /// The events of the simulated lane, as a run of its own.
    pub(super) events: Arc<Vec<StampedEvent>>,
    pub(super) setting: LaneSetting,
    /// The measured lane, and the index of its run.
    pub(super) of: (usize, LaneId),
}

/// Opens the events that are kept of the newest run.
pub(super) fn read_newest_run(
    recorder: Option<&Recorder>,
) -> impl FnOnce() -> Result<RecordedEvents, WhatIfError> + Send + use<> {
    let copy = recorder.map(Recorder::copy_newest_run);
    move || {
        let bytes = copy.and_then(|copy| copy.recv().ok().flatten()).ok_or(WhatIfError::NotInMemory)?;
        Ok(reader::read("the run".into(), Cursor::new(bytes))?)
    }
}

/// What the thread sends.
enum Outcome {
    Predicted(Result<Box<MeasuredLane>, WhatIfError>),
    Simulated(Box<SimulatedRun>),
    PredictedCluster(Result<ClusterPredictions, ClusterRefusal>),
}

/// What is to be shown of an outcome.
pub(super) enum ShownOutcome {
    /// Predictions, which the panel shows already.
    Predictions,
    Simulated(Box<SimulatedRun>),
}

/// Predictions and simulations in a thread. The newest request counts.
pub(super) struct WhatIfJob {
    outcomes: Receiver<Outcome>,
    /// The lane of the newest predictions.
    lane: Option<Arc<MeasuredLane>>,
}

impl WhatIfJob {
    pub(super) fn idle() -> Self {
        Self { outcomes: never(), lane: None }
    }

    /// A channel that is ready when an outcome can be taken.
    pub(super) fn receiver(&self) -> &Receiver<impl Sized> {
        &self.outcomes
    }

    /// Starts to predict settings for a lane of the run with this index in the events that `read` opens. `is_quiet`:
    /// nothing runs that measuring the machine would disturb.
    pub(super) fn predict(
        &mut self,
        read: impl FnOnce() -> Result<RecordedEvents, WhatIfError> + Send + 'static,
        (run, lane): (usize, LaneId),
        is_quiet: bool,
    ) -> io::Result<()> {
        self.lane = None;
        self.start(move || {
            let constants = match known_constants() {
                Some(constants) => Ok(constants),
                None if is_quiet => machine_constants(Path::new(CURRENT_EXE)).map_err(WhatIfError::from),
                None => Err(WhatIfError::NotMeasured),
            };
            let measured = constants.and_then(|constants| MeasuredLane::read(read()?, run, lane, constants));
            Outcome::Predicted(measured.map(Box::new))
        })
    }

    /// Starts to predict other numbers of workers for a lane that is a cluster. False if it is another lane.
    pub(super) fn predict_cluster(&mut self, model: &Model, lane: LaneId) -> io::Result<bool> {
        let lane = model.lanes().get(lane.index());
        let Some(lane) = lane.filter(|lane| lane.is_of_cluster()).cloned() else { return Ok(false) };
        let cores = model.core_loads().clone();
        self.lane = None;
        self.start(move || Outcome::PredictedCluster(predict_cluster(&lane, &cores)))?;
        Ok(true)
    }

    /// Starts to simulate a setting for the lane of the newest predictions.
    pub(super) fn simulate(&mut self, setting: LaneSetting) -> io::Result<()> {
        let Some(lane) = self.lane.clone() else { return Ok(()) };
        self.start(move || Outcome::Simulated(Box::new(lane.simulate(setting))))
    }

    fn start(&mut self, work: impl FnOnce() -> Outcome + Send + 'static) -> io::Result<()> {
        let (sender, outcomes) = bounded(1);
        self.outcomes = outcomes;
        // The outcome of an older request is not needed any more.
        threads::start("what-if", move || drop(sender.send(work()))).map(drop)
    }

    /// Takes an outcome, and shows predictions in the panel. None if nothing is ready.
    pub(super) fn take_outcome(&mut self, ui: &mut Ui) -> Option<ShownOutcome> {
        let outcome = self.outcomes.try_recv().ok()?;
        self.outcomes = never();
        match outcome {
            Outcome::Simulated(run) => return Some(ShownOutcome::Simulated(run)),
            Outcome::PredictedCluster(Ok(predictions)) => ui.show_cluster_predictions(predictions),
            Outcome::PredictedCluster(Err(why)) => ui.show_predictions(Err(phrases::cluster_refusal(why).into())),
            Outcome::Predicted(Err(why)) => ui.show_predictions(Err(why.refusal())),
            Outcome::Predicted(Ok(lane)) => {
                ui.show_predictions(Ok(lane.predictions.clone()));
                self.lane = Some(Arc::new(*lane));
            }
        }
        Some(ShownOutcome::Predictions)
    }
}
