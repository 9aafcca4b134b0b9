//! The event loop: keys first, then events for a while, then a frame if one is due.
//!
//! Without a screen the same loop draws a progress bar.

pub mod calibration;
mod claims;
mod cluster;
mod event_stream;
mod followed;
mod frame_limiter;
mod input;
mod keyboard;
mod lesson;
mod progress;
mod replay;
mod screen;
mod series;
mod signal_watcher;
mod source;
mod terminal;
mod watched;
mod what_if;
mod winner_map;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Select, never};
use thiserror::Error;

use crate::engine::RunError;
use crate::engine::resources::InsufficientResources;
use crate::event::text::display_path;
use crate::keys;
use crate::model::{InvalidEvent, Model};
use crate::recording::reader::ReadError;
use crate::recording::writer::Recorder;
use crate::report::Report;
use crate::source::dask::ClusterError;
use crate::system::shortage::describe_error;
use crate::system::signals;
use crate::text;
use crate::ui::{Action, MouseTarget, OpenQuestion, Request, Ui};
use keyboard::FOREGROUND_POLL;

pub use claims::{Claims, ClaimsOptions, ECHO_SUBCOMMAND, echo};
pub use cluster::WatchedCluster;
pub use followed::Followed;
pub use input::LoopInput;
pub use keyboard::InputChannel;
pub use lesson::{LessonMenu, LessonOptions, Lessons, PlannedLesson};
pub use progress::ProgressDisplay;
pub use replay::Replay;
pub use screen::{Screen, ScreenSettings};
pub use series::{ScenarioRun, Series, SeriesOptions};
pub use source::Source;
pub use terminal::{can_draw, has_terminal, restore};
pub use watched::Watched;
pub use winner_map::ShownMap;

/// Maximum time for applying events before the keys are checked again.
const MAX_APPLY_TIME: Duration = Duration::from_millis(8);
/// How long to wait for a cancelled run. Its processes cannot outlive mpviz in any case.
const CANCEL_TIMEOUT: Duration = Duration::from_secs(2);

/// How long the lanes may take to suspend before mpviz itself stops.
const SUSPEND_TIMEOUT: Duration = Duration::from_millis(500);
/// How long a pressed key is shown.
const KEY_TIMEOUT: Duration = Duration::from_secs(2);
/// Upper bound on an idle wait.
const MAX_IDLE_WAIT: Duration = Duration::from_hours(1);

/// A display for a run in progress.
pub trait Display {
    /// Whether it can draw another frame now.
    fn is_ready(&mut self) -> bool;
    /// A channel that is ready for receiving when another frame can be drawn.
    fn unused_frame_buffers(&self) -> &Receiver<Vec<u8>>;
    /// Draws the run.
    fn show_frame(&mut self, model: &Model, ui: &Ui) -> io::Result<()>;
    /// The mouse target at a cell of the newest frame.
    fn mouse_target(&self, model: &Model, ui: &Ui, column: u16, row: u16) -> Option<MouseTarget>;
    /// Whether the viewer can see the question.
    fn is_question_visible(&mut self, _question: OpenQuestion) -> bool {
        false
    }
    /// Chooses signs that fit the terminal, after it reported the position of the cursor. Whether they changed.
    fn choose_signs(&mut self, _row: u16, _column: u16) -> bool {
        false
    }
    /// Number of rows for the list in the zoom.
    fn zoom_list_rows(&self, _model: &Model, _ui: &Ui) -> usize {
        1
    }
    /// Minimum time between two frames.
    fn min_frame_interval(&self) -> Duration;
    /// Whether it stays open after the run, until the viewer leaves.
    fn stays_after_run(&self) -> bool;
    /// Releases the terminal while mpviz is stopped.
    fn release_terminal(&mut self) {}
    /// Takes over the terminal again. False while mpviz is in the background.
    fn reclaim_terminal(&mut self) -> io::Result<bool> {
        Ok(true)
    }
}

/// How the session ended.
#[derive(Default)]
pub struct SessionOutcome {
    /// The last run's report, or that of all repeats. None if no run had started.
    pub report: Option<Arc<Report>>,
    /// The signal that ended the session; mpviz then ends by it.
    pub signal: Option<i32>,
    /// Failures other than those of the run, such as a recording that could not be written.
    pub warnings: Vec<String>,
}

/// Why the session could not continue.
#[derive(Debug, Error)]
pub enum AppError {
    /// Insufficient resources.
    #[error(transparent)]
    InsufficientResources(#[from] InsufficientResources),
    /// Insufficient resources for a lesson, whose size is given.
    #[error("{}", text!("lesson-too-large", name = .name.as_str(), shortage = .shortage.shortage()))]
    LessonTooLarge { name: String, shortage: InsufficientResources },
    #[error(transparent)]
    Run(#[from] RunError),
    #[error("the run was cancelled because of an invalid event: {0}")]
    InvalidEvent(#[from] InvalidEvent),
    #[error(transparent)]
    ReadError(#[from] ReadError),
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// An error of the terminal or of a file.
    #[error("{}", describe_error(.0))]
    System(#[from] io::Error),
}

/// Runs a source on a display, to its end or until the viewer leaves. On an error, too, no process is left.
pub fn run(
    source: impl Source,
    ui: Ui,
    inputs: &InputChannel,
    display: &mut impl Display,
) -> Result<SessionOutcome, AppError> {
    let mut app = App {
        source,
        inputs,
        ui,
        key_shown_until: None,
        terminal_state: TerminalState::Foreground,
        leaving: None,
        signal: None,
    };
    let result = app.run(display);
    match result {
        Ok(()) => app.source.wait_for_end(app.source.cancel_timeout()),
        Err(error) => {
            end(&mut app.source);
            return Err(error);
        }
    }
    Ok(SessionOutcome {
        report: app.source.report(),
        signal: app.signal,
        warnings: app.source.finish_and_take_warnings(),
    })
}

/// Ends a recording. Returns a warning if the file that was requested is incomplete.
#[must_use]
pub fn finish_recording(recorder: Option<Recorder>, file: Option<&Path>) -> Option<String> {
    let error = recorder?.finish_recording().err()?;
    Some(text!("recording-is-incomplete", file = display_path(file?), error = describe_error(&error)))
}

/// Ends a source that cannot be shown.
pub fn end(source: &mut impl Source) {
    source.cancel();
    source.wait_for_end(source.cancel_timeout());
}

/// The state of mpviz with regard to the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TerminalState {
    /// In the foreground.
    Foreground,
    /// Stopped, or about to be. Nothing is drawn until mpviz knows that it continues, because the frame would
    /// overwrite the shell.
    Stopped,
    /// Running in the background.
    Background,
}

struct App<'a, S> {
    source: S,
    inputs: &'a InputChannel,
    ui: Ui,
    key_shown_until: Option<Instant>,
    terminal_state: TerminalState,
    /// Deadline for the end of the run, once the viewer wants to leave.
    leaving: Option<Instant>,
    signal: Option<i32>,
}

impl<S: Source> App<'_, S> {
    fn run(&mut self, display: &mut impl Display) -> Result<(), AppError> {
        let mut pace = frame_limiter::FrameLimiter::new(display.min_frame_interval());
        self.source.start(&mut self.ui, display.min_frame_interval())?;
        loop {
            while let Ok(input) = self.inputs.input_receiver().try_recv() {
                self.ui.page = display.zoom_list_rows(self.source.model(), &self.ui);
                self.handle_input(input, display)?;
                pace.record_key_press();
            }
            if self.source.apply_pending(MAX_APPLY_TIME, &mut self.ui)? {
                pace.record_change();
            }
            self.inputs.loop_state().set_typing(self.ui.types_into_program(self.source.model()));
            if self.terminal_state == TerminalState::Background {
                self.reclaim_terminal(display)?;
            }
            let now = Instant::now();
            if self.terminal_state == TerminalState::Foreground && pace.is_frame_due(now) && display.is_ready() {
                display.show_frame(self.source.model(), &self.ui)?;
                pace.record_drawn_frame(now);
            }
            if self.key_shown_until.take_if(|until| *until <= now).is_some() {
                self.ui.pressed_key = None;
                pace.record_change();
            }
            if self.source.is_picture_moving(&self.ui) {
                pace.record_change();
            }
            if self.is_loop_over(display, &pace) {
                return Ok(());
            }
            self.wait_for_input_or_event(display, &pace);
        }
    }

    /// Whether the loop ends: the viewer leaves and the run has ended or timed out, or all is done and the display
    /// does not stay.
    fn is_loop_over(&self, display: &impl Display, pace: &frame_limiter::FrameLimiter) -> bool {
        match self.leaving {
            Some(deadline) => self.source.is_everything_done() || Instant::now() >= deadline,
            None => self.source.is_everything_done() && !display.stays_after_run() && !pace.has_changes(),
        }
    }

    /// Waits for the next input, event or deadline.
    fn wait_for_input_or_event(&self, display: &impl Display, pace: &frame_limiter::FrameLimiter) {
        let due = pace.time_until_due(Instant::now()).filter(|_| self.terminal_state == TerminalState::Foreground);
        let leaving = self.leaving.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let back = (self.terminal_state == TerminalState::Background).then_some(FOREGROUND_POLL);
        let shown = self.key_shown_until.map(|until| until.saturating_duration_since(Instant::now()));
        let limit = [due, leaving, back, shown].into_iter().flatten().min().unwrap_or(MAX_IDLE_WAIT);
        // If a frame is due, the loop waits until the terminal can take it.
        let freed = if due == Some(Duration::ZERO) { display.unused_frame_buffers().clone() } else { never() };
        let limit = if due == Some(Duration::ZERO) { leaving.unwrap_or(MAX_IDLE_WAIT) } else { limit };
        let mut inputs = Select::new();
        inputs.recv(self.inputs.input_receiver());
        self.source.register_channels(&mut inputs);
        inputs.recv(&freed);
        let _ = inputs.ready_timeout(limit);
    }

    fn handle_input(&mut self, input: LoopInput, display: &mut impl Display) -> io::Result<()> {
        match input {
            LoopInput::Key(key) => {
                let action = keys::action_of_key(&key);
                self.ui.pressed_key = Some(keys::pressed_key(&key, action, &self.ui, self.source.model()));
                self.key_shown_until = Some(Instant::now() + KEY_TIMEOUT);
                self.handle_action(action, display);
            }
            LoopInput::Mouse(mouse) => {
                let target = display.mouse_target(self.source.model(), &self.ui, mouse.column, mouse.row);
                if let Some(action) = keys::action_of_mouse(mouse.kind, target) {
                    self.handle_action(action, display);
                }
            }
            LoopInput::CursorPosition { row, column } => {
                if display.choose_signs(row, column) {
                    self.ui.message = Some(text!("drawn-in-ascii").into());
                }
            }
            LoopInput::Resized => self.source.terminal_resized(),
            LoopInput::Keys(keys) => self.source.type_into_program(&keys),
            LoopInput::Signal(signal) => {
                self.inputs.loop_state().acknowledge_end();
                self.signal = Some(signal);
                self.begin_leaving();
            }
            LoopInput::TerminalGone => {
                self.inputs.loop_state().acknowledge_end();
                self.begin_leaving();
            }
            LoopInput::Stop => {
                self.source.suspend_workers(SUSPEND_TIMEOUT);
                self.terminal_state = TerminalState::Stopped;
                display.release_terminal();
                self.inputs.loop_state().stop();
            }
            // mpviz may also have been stopped by SIGSTOP.
            LoopInput::Continued => {
                self.reclaim_terminal(display)?;
                self.source.resume_workers();
            }
        }
        Ok(())
    }

    fn reclaim_terminal(&mut self, display: &mut impl Display) -> io::Result<()> {
        self.terminal_state =
            if display.reclaim_terminal()? { TerminalState::Foreground } else { TerminalState::Background };
        Ok(())
    }

    fn handle_action(&mut self, action: Action, display: &mut impl Display) {
        // What the viewer cannot see, the viewer does not answer.
        self.ui.question = self.ui.question.filter(|question| display.is_question_visible(*question));
        if let Some(request) = self.ui.apply_action(action, self.source.model()) {
            self.handle_request(request);
        }
    }

    fn handle_request(&mut self, request: Request) {
        match request {
            Request::Interrupt if self.source.interrupt(&mut self.ui) => {}
            Request::Quit | Request::Interrupt => self.begin_leaving(),
            Request::QuitWithoutEnding => {
                self.source.leave_running();
                self.begin_leaving();
            }
            Request::Stop if signals::has_job_control() => signals::stop_process_group(),
            Request::Stop => self.ui.message = Some(text!("cannot-stop").into()),
            other => self.source.handle_request(other, &mut self.ui),
        }
    }

    fn begin_leaving(&mut self) {
        #[cfg(debug_assertions)]
        crate::system::test_panic::panic_point("main");
        if self.leaving.is_none() {
            self.leaving = Some(Instant::now() + self.source.cancel_timeout());
            self.source.cancel();
        }
    }
}

#[cfg(test)]
mod tests;
