//! The one loop: keys first, then facts for a while, then a frame if one is due.
//!
//! Without a screen it is the same loop; its face is then a progress bar.

mod input;
mod pace;
mod progress;
mod replay;
mod screen;
mod series;
mod source;
mod tty;
mod watch;

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Select, never};
use thiserror::Error;

use crate::engine::RunError;
use crate::engine::resources::InsufficientResources;
use crate::keys;
use crate::model::{InvalidEvent, Model};
use crate::recording::reader::Unreadable;
use crate::report::Report;
use crate::system::shortage::describe;
use crate::system::signals;
use crate::system::threads;
use crate::ui::{Action, Target, Ui, Wish};
use input::NOT_OURS;

pub use input::{Input, Inputs};
pub use progress::Progress;
pub use replay::Replay;
pub use screen::{Drawing, Screen};
pub use series::{Options, Series};
pub use source::Source;
pub use tty::{is_there as has_terminal, restore};

/// Facts are folded for so long at a time before keys are looked at again.
const FOLD: Duration = Duration::from_millis(8);
/// A run that is given up is waited for so long; its processes cannot outlive mpviz in any case.
const PATIENCE: Duration = Duration::from_secs(2);

/// Before mpviz stops, the lanes have this long to do so.
const STOPPING: Duration = Duration::from_millis(500);
/// Longer than anybody waits without anything happening.
const LONG: Duration = Duration::from_hours(1);

/// What shows a run while it goes on.
pub trait Face {
    /// Whether another picture can be taken now.
    fn is_free(&mut self) -> bool;
    /// Answers when another picture can be taken.
    fn freed(&self) -> &Receiver<Vec<u8>>;
    /// Shows the run.
    ///
    /// # Errors
    /// When it cannot be shown any more.
    fn show(&mut self, model: &Model, ui: &Ui) -> io::Result<()>;
    /// What lies under a cell of its newest picture.
    fn target(&self, model: &Model, ui: &Ui, column: u16, row: u16) -> Option<Target>;
    /// How many rows of the list in the zoom it has room for.
    fn page(&self, _model: &Model, _ui: &Ui) -> usize {
        1
    }
    /// The least time between two pictures.
    fn interval(&self) -> Duration;
    /// Whether it stays when the run has ended, until the viewer leaves.
    fn stays(&self) -> bool;
    /// Leaves the terminal to others for a while.
    fn step_aside(&mut self) {}
    /// Takes the terminal again, whatever has been done to it. False while it is others'.
    ///
    /// # Errors
    /// When that cannot be.
    fn come_back(&mut self) -> io::Result<bool> {
        Ok(true)
    }
}

/// How it ended.
pub struct Outcome {
    /// The last run's figures, or those of all repeats. None if no run had begun.
    pub report: Option<Arc<Report>>,
    /// The signal that ended it, by which mpviz then dies.
    pub signal: Option<i32>,
    /// What went wrong beside the run, such as a recording that could not be written.
    pub warnings: Vec<String>,
}

/// Why it could not go on.
#[derive(Debug, Error)]
pub enum AppError {
    /// The machine has not what the run needs.
    #[error(transparent)]
    Refused(#[from] InsufficientResources),
    /// The run could not be carried out.
    #[error(transparent)]
    Run(#[from] RunError),
    /// A fact that cannot be.
    #[error("the run was ended because its events contradict each other: {0}")]
    InvalidEvent(#[from] InvalidEvent),
    /// Nothing of a recording can be shown.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The screen or a file.
    #[error("{}", describe(.0))]
    System(#[from] io::Error),
}

/// Shows a source by a face, to its end or until the viewer leaves.
///
/// # Errors
/// Why it could not go on. No process of it is left then either.
pub fn run(source: impl Source, inputs: &Inputs, face: &mut impl Face) -> Result<Outcome, AppError> {
    let mut app =
        App { source, inputs, ui: Ui::default(), terminal_state: TerminalState::Here, leaving: None, signal: None };
    let result = app.run(face);
    app.source.give_up(PATIENCE);
    result?;
    Ok(Outcome { report: app.source.report(), signal: app.signal, warnings: app.source.take_warnings() })
}

/// Where mpviz is, as seen from the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TerminalState {
    /// In the foreground.
    Here,
    /// About to be stopped, or stopped, until it knows that it goes on: a picture would come over the shell.
    Aside,
    /// Going on in the background.
    Background,
}

struct App<'a, S> {
    source: S,
    inputs: &'a Inputs,
    ui: Ui,
    terminal_state: TerminalState,
    /// Until when the end of the run is waited for, once the viewer wants to leave.
    leaving: Option<Instant>,
    signal: Option<i32>,
}

impl<S: Source> App<'_, S> {
    fn run(&mut self, face: &mut impl Face) -> Result<(), AppError> {
        let mut pace = pace::Pace::new(face.interval());
        self.source.start(&mut self.ui)?;
        loop {
            while let Ok(input) = self.inputs.channel().try_recv() {
                self.ui.page = face.page(self.source.model(), &self.ui);
                self.answer(input, face)?;
                pace.hurry();
            }
            if self.source.fold(FOLD, &mut self.ui)? {
                pace.changed();
            }
            if self.terminal_state == TerminalState::Background {
                self.come_back(face)?;
            }
            let now = Instant::now();
            if self.terminal_state == TerminalState::Here && pace.is_due(now) && face.is_free() {
                face.show(self.source.model(), &self.ui)?;
                pace.shown(now);
            }
            if self.source.is_moving(&self.ui) {
                pace.changed();
            }
            if self.is_over(face, &pace) {
                return Ok(());
            }
            self.wait(face, &pace);
        }
    }

    /// The viewer leaves and the run has ended or is not waited for any longer; or all is done and shown, and the face does not stay.
    fn is_over(&self, face: &impl Face, pace: &pace::Pace) -> bool {
        match self.leaving {
            Some(deadline) => self.source.is_done() || Instant::now() >= deadline,
            None => self.source.is_done() && !face.stays() && !pace.has_news(),
        }
    }

    /// Waits for whatever comes first.
    fn wait(&self, face: &impl Face, pace: &pace::Pace) {
        let due = pace.due_in(Instant::now()).filter(|_| self.terminal_state == TerminalState::Here);
        let leaving = self.leaving.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let back = (self.terminal_state == TerminalState::Background).then_some(NOT_OURS);
        let limit = [due, leaving, back].into_iter().flatten().min().unwrap_or(LONG);
        // A frame that is due waits for the terminal, not for the clock.
        let freed = if due == Some(Duration::ZERO) { face.freed().clone() } else { never() };
        let limit = if due == Some(Duration::ZERO) { leaving.unwrap_or(LONG) } else { limit };
        let mut inputs = Select::new();
        inputs.recv(self.inputs.channel());
        self.source.watch(&mut inputs);
        inputs.recv(&freed);
        let _ = inputs.ready_timeout(limit);
    }

    fn answer(&mut self, input: Input, face: &mut impl Face) -> io::Result<()> {
        match input {
            Input::Action(action) => self.act(action),
            Input::Mouse(mouse) => {
                let target = face.target(self.source.model(), &self.ui, mouse.column, mouse.row);
                if let Some(action) = keys::mouse(mouse.kind, target) {
                    self.act(action);
                }
            }
            Input::Resized => {}
            Input::Signal(signal) => {
                self.inputs.answers().heard();
                self.signal = Some(signal);
                self.leave();
            }
            Input::Gone => {
                self.inputs.answers().heard();
                self.leave();
            }
            Input::Stop => {
                self.source.pause(STOPPING);
                self.terminal_state = TerminalState::Aside;
                face.step_aside();
                self.inputs.answers().stop();
            }
            // It may have been stopped without having been asked.
            Input::GoOn => {
                self.come_back(face)?;
                self.source.go_on();
            }
        }
        Ok(())
    }

    fn come_back(&mut self, face: &mut impl Face) -> io::Result<()> {
        self.terminal_state = if face.come_back()? { TerminalState::Here } else { TerminalState::Background };
        Ok(())
    }

    fn act(&mut self, action: Action) {
        if let Some(wish) = self.ui.update(action, self.source.model()) {
            self.grant(wish);
        }
    }

    fn grant(&mut self, wish: Wish) {
        match wish {
            Wish::Quit => self.leave(),
            Wish::Stop if signals::has_job_control() => signals::stop_process_group(),
            Wish::Stop => self.ui.message = Some("mpviz was not started from a shell that could let it go on".into()),
            other => self.source.grant(other, &mut self.ui),
        }
    }

    fn leave(&mut self) {
        threads::panic_for_test("main");
        if self.leaving.is_none() {
            self.leaving = Some(Instant::now() + PATIENCE);
            self.source.cancel();
        }
    }
}

#[cfg(test)]
mod tests;
