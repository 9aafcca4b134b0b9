//! A lesson on the screen: the class votes, the picture is stopped at moments, the result is shown.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::{Action, Request, TimeCursor, Ui};
use crate::event::{LaneId, Mode};
use crate::lesson::{Lesson, Outcome};
use crate::model::{KeyMoment, Model};

/// A lesson in progress.
#[derive(Clone, Debug, PartialEq)]
pub struct LessonView {
    pub lesson: Arc<Lesson>,
    pub phase: LessonPhase,
    /// Indexes of the answers that were voted for, in the order of the votes.
    pub votes: Vec<usize>,
    /// Index of the current run.
    pub run: usize,
    /// Index of the next stop.
    pub next_stop: usize,
}

/// Phases of a lesson.
#[derive(Clone, Debug, PartialEq)]
pub enum LessonPhase {
    /// The question is open.
    Question,
    /// The runs go on.
    Running,
    /// The picture is stopped; the run goes on.
    Stopped { lane: LaneId, caption: String },
    /// The result is shown.
    Closing(LessonResult),
    /// The viewer has closed the result.
    Closed,
}

/// The result of a lesson.
#[derive(Clone, Debug, PartialEq)]
pub enum LessonResult {
    Measured {
        outcome: Outcome,
        /// Whether other programs used the cores.
        disturbed: bool,
    },
    /// The viewer changed a run.
    Changed,
    /// A figure is missing.
    NotMeasured,
}

impl LessonView {
    /// A lesson at its start: the question, or without it the first run.
    #[must_use]
    pub fn new(lesson: Arc<Lesson>, asks: bool) -> Self {
        let phase = if asks { LessonPhase::Question } else { LessonPhase::Running };
        Self { lesson, phase, votes: Vec::new(), run: 0, next_stop: 0 }
    }

    /// Number of votes for an answer.
    #[must_use]
    pub fn votes_for(&self, answer: usize) -> usize {
        self.votes.iter().filter(|vote| **vote == answer).count()
    }

    /// Whether the lesson is over.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        matches!(self.phase, LessonPhase::Closing(_) | LessonPhase::Closed)
    }

    fn is_stopped(&self) -> bool {
        matches!(self.phase, LessonPhase::Stopped { .. })
    }
}

impl Ui {
    /// Applies an action to a lesson. What it returns by `Continue` has its usual function.
    pub(super) fn apply_to_lesson(&mut self, action: Action) -> ControlFlow<Option<Request>> {
        let Some(view) = self.lesson.as_mut() else { return ControlFlow::Continue(()) };
        match (&view.phase, action) {
            (
                _,
                Action::Help | Action::Scenarios | Action::Request(Request::Quit | Request::Interrupt | Request::Stop),
            ) => return ControlFlow::Continue(()),
            // The keys 1 to 4.
            (LessonPhase::Question, Action::Request(Request::ToggleMode(mode))) => {
                let answer = Mode::ALL_VARIANTS.into_iter().position(|other| other == mode);
                view.votes.extend(answer.filter(|answer| *answer < view.lesson.answers.len()));
            }
            (LessonPhase::Question, Action::Back) => drop(view.votes.pop()),
            (LessonPhase::Question, Action::Zoom) => {
                view.phase = LessonPhase::Running;
                return ControlFlow::Break(Some(Request::BeginLesson));
            }
            (LessonPhase::Question, _) => {}
            (LessonPhase::Stopped { .. }, Action::Freeze) => self.cursor = TimeCursor::Live,
            // A run that is repeated or changed is shown.
            (LessonPhase::Closing(_), Action::Request(_)) => {
                view.phase = LessonPhase::Closed;
                return ControlFlow::Continue(());
            }
            (LessonPhase::Closing(_), Action::Back | Action::Zoom | Action::Freeze) => view.phase = LessonPhase::Closed,
            _ => return ControlFlow::Continue(()),
        }
        ControlFlow::Break(None)
    }

    /// Stops the picture at the next stop of a lesson, if the run has reached it and the viewer looks at the newest
    /// moment. Stops that an ended run does not have are left out. Returns whether the picture has changed.
    pub fn stop_lesson(&mut self, model: &Model) -> bool {
        let Some(view) = self.lesson.as_mut().filter(|_| self.cursor == TimeCursor::Live) else { return false };
        // The viewer has gone on, by space, `End` or `Esc`.
        if view.is_stopped() {
            view.phase = LessonPhase::Running;
            view.next_stop += 1;
        }
        if view.phase != LessonPhase::Running {
            return false;
        }
        while let Some(stop) = view.lesson.stops.get(view.next_stop).filter(|stop| stop.moment.run <= view.run) {
            let reached = stop.moment.reached_in(model).filter(|_| stop.moment.run == view.run);
            if let Some((lane, moment)) = reached {
                let caption = stop.caption(model, lane, moment.at);
                view.phase = LessonPhase::Stopped { lane, caption };
                self.show_stop(model, lane, moment);
                return true;
            }
            if stop.moment.run == view.run && model.ended_at().is_none() {
                return false;
            }
            view.next_stop += 1;
        }
        false
    }

    fn show_stop(&mut self, model: &Model, lane: LaneId, moment: KeyMoment) {
        self.cursor = Self::cursor_at(model, lane, moment.at);
        self.select_lane(lane);
    }

    /// Whether a lesson waits for the viewer before it goes on to the next run.
    #[must_use]
    pub fn holds_lesson(&self) -> bool {
        self.cursor != TimeCursor::Live || self.lesson.as_ref().is_some_and(LessonView::is_stopped)
    }
}
