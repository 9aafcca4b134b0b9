//! A recording as a source: read in a thread, then played at the viewer's speed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Select, bounded, never};

use super::series::join_messages;
use super::what_if::{ShownOutcome, SimulatedRun, WhatIfError, WhatIfJob};
use super::{AppError, Source};
use crate::event::codec::RecordingHeader;
use crate::event::{LaneId, Nanos};
use crate::model::Model;
use crate::recording::reader::{self, ReadError, RecordedEvents, Recording};
use crate::recording::writer::Recorder;
use crate::report::{Report, phrases};
use crate::system::clock::time_of_day_ms;
use crate::system::standard_streams::is_standard_stream;
use crate::system::threads;
use crate::text;
use crate::ui::{Playback, Request, Ui};

/// A recording being played.
pub struct Replay {
    /// The file of the recording; none if it cannot be read again.
    file: Option<PathBuf>,
    /// The events to read; none once the reader thread is started.
    events: Option<RecordedEvents>,
    loading: Receiver<Result<LoadedRecording, ReadError>>,
    /// Number of events read so far.
    read: Arc<AtomicU64>,
    empty: Model,
    runs: Vec<Model>,
    reports: Vec<Arc<Report>>,
    /// Why the recording is incomplete.
    note: Option<String>,
    shown: usize,
    /// When the picture last moved; none while it is paused.
    moved: Option<Instant>,
    what_if: WhatIfJob,
    simulated: Option<Simulated>,
}

/// A simulated lane that is shown beside a recorded one, as an additional run after those of the recording.
struct Simulated {
    /// The recorded lane, and the index of its run.
    of: (usize, LaneId),
    /// Saves the simulated lane.
    recorder: Recorder,
}

/// The runs of a recording, and why it is incomplete.
struct LoadedRecording {
    runs: Vec<Model>,
    note: Option<String>,
}

impl From<Recording> for LoadedRecording {
    fn from(Recording { runs, note, .. }: Recording) -> Self {
        Self { runs, note }
    }
}

impl Replay {
    /// Opens a recording.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let file = (!is_standard_stream(path) && path.is_file()).then(|| path.to_owned());
        Ok(Self { file, events: Some(reader::open(path)?), ..Self::waiting_for(never()) })
    }

    /// Replays runs that are in memory; `note` is shown at the start.
    #[must_use]
    pub fn new(runs: Vec<Model>, note: Option<String>) -> Self {
        let (sender, loading) = bounded(1);
        // The channel has capacity for this message.
        let _ = sender.send(Ok(LoadedRecording { runs, note }));
        Self::waiting_for(loading)
    }

    /// Shows a run that has ended, beside which lanes can be simulated.
    pub(super) fn of_ended_run(model: Model, report: Option<Arc<Report>>) -> Self {
        Self { runs: vec![model], reports: report.into_iter().collect(), ..Self::waiting_for(never()) }
    }

    /// The first run.
    pub(super) fn into_first_run(self) -> Option<Model> {
        self.runs.into_iter().next()
    }

    fn waiting_for(loading: Receiver<Result<LoadedRecording, ReadError>>) -> Self {
        Self {
            file: None,
            events: None,
            loading,
            read: Arc::default(),
            empty: Model::new(),
            runs: Vec::new(),
            reports: Vec::new(),
            note: None,
            shown: 0,
            moved: None,
            what_if: WhatIfJob::idle(),
            simulated: None,
        }
    }

    /// Starts playing a recording that has been read.
    fn start_playing(&mut self, LoadedRecording { runs, note }: LoadedRecording, ui: &mut Ui) {
        self.loading = never();
        self.reports = Report::for_each_run(&runs);
        self.runs = runs;
        self.show_run(0, ui);
        ui.message.clone_from(&note);
        self.note = note;
    }

    fn show_run(&mut self, run: usize, ui: &mut Ui) {
        self.shown = run;
        ui.begin_run();
        ui.report = self.reports.get(run).cloned();
        let recorded = self.runs.len() - usize::from(self.simulated.is_some());
        let run = ((run + 1).min(recorded), recorded);
        let playback = ui.playback.unwrap_or_default();
        ui.playback = Some(Playback { reading: None, playing: true, run, ..playback });
        ui.rewind_to_start(self.model());
    }

    /// The recorded lane that stands for a displayed one, and the index of its run.
    pub(super) fn recorded_lane(&self, lane: LaneId) -> (usize, LaneId) {
        let of = self.simulated.as_ref().filter(|_| self.shown + 1 == self.runs.len()).map(|simulated| simulated.of);
        of.unwrap_or((self.shown, lane))
    }

    /// Starts to predict other settings for a displayed lane.
    fn predict(&mut self, lane: LaneId, ui: &mut Ui) {
        let position = self.recorded_lane(lane);
        let recorded = self.runs.get(position.0).map(|model| self.what_if.predict_cluster(model, position.1));
        match recorded.transpose() {
            Ok(None | Some(false)) => {}
            Ok(Some(true)) => return,
            Err(error) => return ui.show_predictions(Err(error.into())),
        }
        let file = self.file.clone();
        let read = move || Ok(reader::open(&file.ok_or(WhatIfError::NoFile)?)?);
        if let Err(error) = self.what_if.predict(read, position, true) {
            ui.show_predictions(Err(error.into()));
        }
    }

    /// Shows a simulated lane beside the recorded one, in place of an earlier one.
    pub(super) fn show_simulated(&mut self, SimulatedRun { model, events, setting, of }: SimulatedRun, ui: &mut Ui) {
        if self.simulated.take().is_some() {
            self.runs.pop();
            self.reports.pop();
        }
        let Some(machine) = model.run().map(|run| run.machine.clone()) else { return };
        let header = RecordingHeader::new(machine, Vec::new(), time_of_day_ms().unwrap_or(0) / 1_000);
        match Recorder::start(&header, None, true) {
            Ok(recorder) => {
                recorder.record_events(&events);
                self.simulated = Some(Simulated { of, recorder });
            }
            Err(error) => return ui.message = Some(error.to_string()),
        }
        self.reports.extend(Report::for_each_run(std::slice::from_ref(&model)));
        self.runs.push(model);
        self.show_run(self.runs.len() - 1, ui);
        ui.message = Some(phrases::simulated_shown(&phrases::setting_name(setting.mode, setting.gil, setting.workers)));
    }

    /// Shows messages of the recorder that saves a simulated lane.
    fn show_recorder_messages(&self, ui: &mut Ui) -> bool {
        let messages = self.simulated.as_ref().and_then(|it| join_messages(it.recorder.messages_to_viewer()));
        ui.message = messages.clone().or(ui.message.take());
        messages.is_some()
    }

    fn show_other(&mut self, by: i8, ui: &mut Ui) {
        if let Some(run) = self.shown.checked_add_signed(by.into()).filter(|run| *run < self.runs.len()) {
            return self.show_run(run, ui);
        }
        let message = if by < 0 { text!("no-run-before") } else { text!("no-run-after") };
        ui.message = Some(message.into());
    }
}

/// Upper bound on the time between two frames, in a replay.
const MAX_FRAME_TIME: Duration = Duration::from_millis(1250);

/// Time by which the picture moves, in ns. The time in which mpviz was stopped, or the terminal accepted no frame,
/// does not count.
fn playback_time(before: Instant, now: Instant) -> Nanos {
    now.duration_since(before).min(MAX_FRAME_TIME).as_nanos() as Nanos
}

impl Source for Replay {
    fn start(&mut self, ui: &mut Ui, _: Duration) -> Result<(), AppError> {
        ui.playback = Some(Playback::new());
        let Some(events) = self.events.take() else { return Ok(()) };
        let (read, recording) = bounded(1);
        self.loading = recording;
        let counter = Arc::clone(&self.read);
        threads::start("loader", move || {
            // The send fails if the receiver was dropped, which is harmless.
            let _ = read.send(events.load(&counter).map(LoadedRecording::from));
        })?;
        Ok(())
    }

    fn model(&self) -> &Model {
        self.runs.get(self.shown).unwrap_or(&self.empty)
    }

    fn apply_pending(&mut self, _: Duration, ui: &mut Ui) -> Result<bool, AppError> {
        if self.runs.is_empty() {
            if let Ok(recording) = self.loading.try_recv() {
                self.start_playing(recording?, ui);
            } else if let Some(playback) = &mut ui.playback {
                playback.reading = Some(self.read.load(Ordering::Relaxed));
            }
            return Ok(true);
        }
        let mut any = self.show_recorder_messages(ui);
        match self.what_if.take_outcome(ui) {
            Some(ShownOutcome::Simulated(run)) => self.show_simulated(*run, ui),
            Some(ShownOutcome::Predictions) => any = true,
            None => {}
        }
        let now = Instant::now();
        let before = self.moved.filter(|_| self.is_picture_moving(ui));
        self.moved = Some(now);
        Ok(any | ui.advance_playback(before.map_or(0, |before| playback_time(before, now)), self.model()))
    }

    fn register_channels<'a>(&'a self, select: &mut Select<'a>) {
        select.recv(&self.loading);
        select.recv(self.what_if.receiver());
        if let Some(simulated) = &self.simulated {
            select.recv(simulated.recorder.messages_to_viewer());
        }
    }

    fn is_picture_moving(&self, ui: &Ui) -> bool {
        self.runs.is_empty() || ui.playback.is_some_and(|playback| playback.playing)
    }

    fn is_everything_done(&self) -> bool {
        true
    }

    fn handle_request(&mut self, request: Request, ui: &mut Ui) {
        match request {
            Request::Run(by) => self.show_other(by, ui),
            Request::Predict(lane) => self.predict(lane, ui),
            Request::Try(setting) => {
                if let Err(error) = self.what_if.simulate(setting) {
                    ui.message = Some(error.to_string());
                }
            }
            Request::Save => self.simulated.iter().for_each(|simulated| simulated.recorder.save_newest_run()),
            _ => ui.message = Some(text!("recording-not-changed").into()),
        }
    }

    /// The time in which mpviz is stopped does not count.
    fn suspend_workers(&mut self, _: Duration) {
        self.moved = None;
    }

    fn resume_workers(&mut self) {
        self.moved = None;
    }

    fn cancel(&mut self) {}

    fn wait_for_end(&mut self, _: Duration) {}

    fn report(&self) -> Option<Arc<Report>> {
        self.reports.get(self.shown).cloned()
    }

    fn finish_and_take_warnings(&mut self) -> Vec<String> {
        self.note.take().into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replay_excludes_the_time_while_stopped() {
        let began = Instant::now();
        let after = |ms| playback_time(began, began + Duration::from_millis(ms));
        assert_eq!([after(0), after(1000), after(60_000)], [0, 1_000_000_000, 1_250_000_000]);
    }
}
