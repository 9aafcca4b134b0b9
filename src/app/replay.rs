//! A recording as a source: read in a thread, then played at the viewer's speed.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Select, bounded, never};

use super::{AppError, Source};
use crate::event::Nanos;
use crate::model::Model;
use crate::recording::reader::{self, ReadError, RecordedEvents, Recording};
use crate::report::Report;
use crate::system::threads;
use crate::ui::{Playback, Request, Ui};

/// A recording being played.
pub struct Replay {
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
        Ok(Self { events: Some(reader::open(path)?), ..Self::waiting_for(never()) })
    }

    /// Replays runs that are in memory; `note` is shown at the start.
    #[must_use]
    pub fn new(runs: Vec<Model>, note: Option<String>) -> Self {
        let (sender, loading) = bounded(1);
        // The channel has capacity for this message.
        let _ = sender.send(Ok(LoadedRecording { runs, note }));
        Self::waiting_for(loading)
    }

    fn waiting_for(loading: Receiver<Result<LoadedRecording, ReadError>>) -> Self {
        Self {
            events: None,
            loading,
            read: Arc::default(),
            empty: Model::new(),
            runs: Vec::new(),
            reports: Vec::new(),
            note: None,
            shown: 0,
            moved: None,
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
        let run = (run + 1, self.runs.len());
        let playback = ui.playback.unwrap_or_default();
        ui.playback = Some(Playback { reading: None, playing: true, run, ..playback });
        ui.rewind_to_start(self.model());
    }

    fn show_other(&mut self, by: i8, ui: &mut Ui) {
        if let Some(run) = self.shown.checked_add_signed(by.into()).filter(|run| *run < self.runs.len()) {
            return self.show_run(run, ui);
        }
        let side = if by < 0 { "before" } else { "after" };
        ui.message = Some(format!("the recording has no run {side} this one"));
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
        let now = Instant::now();
        let before = self.moved.filter(|_| self.is_picture_moving(ui));
        self.moved = Some(now);
        Ok(ui.advance_playback(before.map_or(0, |before| playback_time(before, now)), self.model()))
    }

    fn register_channels<'a>(&'a self, select: &mut Select<'a>) {
        select.recv(&self.loading);
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
            _ => ui.message = Some("this is a recording: nothing in it can be changed".into()),
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
