//! A run as moving pictures: the frames that the live screen drew, one after the other, drawn again without a terminal.
//!
//! Time is the recording's own. A frame is what was known at a mark, as it was live: the same facts give the same frames.

use std::sync::Arc;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use crate::event::{Event, Nanos, StampedEvent};
use crate::model::{Lane, Model};
use crate::report::Report;
use crate::theme::Theme;
use crate::ui::Ui;
use crate::view;

/// How a film is made.
#[derive(Clone, Debug)]
pub struct FilmOptions {
    /// Width and height of the screen, in cells.
    pub size: (u16, u16),
    /// The colours and signs.
    pub theme: Theme,
    /// Time of the run from one frame to the next, in ns; at least 1.
    pub step: Nanos,
    /// Time of the run that passes in one ns of the film.
    pub speed: f64,
}

/// A frame of a film.
#[derive(Clone, Debug)]
pub struct Frame {
    /// When it is shown, in ns of the film.
    pub at: Nanos,
    /// The screen.
    pub cells: Buffer,
}

/// The frames of a run, in order: one at the first mark after every step, and the result at the end.
pub struct Film<I> {
    facts: I,
    model: Model,
    /// What is said of the run at its end: of one of several repeats, what all of them say.
    report: Option<Arc<Report>>,
    take: FilmOptions,
    /// Since the run's zero: no frame before this.
    due: Nanos,
    over: bool,
}

impl<I: Iterator<Item = StampedEvent>> Film<I> {
    /// A film of the run that these facts tell of, with this result.
    pub fn new(facts: I, report: Option<Arc<Report>>, take: FilmOptions) -> Self {
        Self { facts, model: Model::new(), report, take, due: 0, over: false }
    }

    /// The frame at this time since the run's zero; the last one if it ended before.
    pub fn still(mut self, at: Nanos) -> Frame {
        match self.roll(at) {
            Some(at) => self.draw(at, &Ui::default()),
            None => self.end(),
        }
    }

    /// The last frame: the result, if the run has one.
    pub fn last(self) -> Frame {
        self.still(Nanos::MAX)
    }

    fn end(&self) -> Frame {
        // What broke off has no result, and the live screen shows none before the end.
        let report = self.report.clone().filter(|_| self.model.ended().is_some());
        self.draw(self.model.length(), &Ui { report, ..Ui::default() })
    }

    /// Folds facts up to the first mark that is so long after the run's zero. None if they end before.
    fn roll(&mut self, due: Nanos) -> Option<Nanos> {
        loop {
            let fact = self.facts.next()?;
            // What cannot be ends the run there, as it does for whoever else reads it.
            self.model.apply(&fact).ok()?;
            let zero = self.model.zero();
            if let (Event::Drained { .. }, Some(zero)) = (&fact.event, zero)
                && let Some(at) = fact.at.checked_sub(zero).filter(|at| *at >= due)
            {
                return Some(at);
            }
        }
    }

    fn draw(&self, at: Nanos, ui: &Ui) -> Frame {
        Frame { at: shown(at, self.take.speed), cells: draw(&self.model, ui, &self.take) }
    }
}

impl<I: Iterator<Item = StampedEvent>> Iterator for Film<I> {
    type Item = Frame;

    fn next(&mut self) -> Option<Frame> {
        if self.over {
            return None;
        }
        let step = self.take.step.max(1);
        if let Some(at) = self.roll(self.due) {
            self.due = (at / step + 1).saturating_mul(step);
            return Some(self.draw(at, &Ui::default()));
        }
        self.over = true;
        Some(self.end())
    }
}

/// The screen as it is when this is known.
fn draw(model: &Model, ui: &Ui, take: &FilmOptions) -> Buffer {
    let (width, height) = take.size;
    let Ok(mut terminal) = Terminal::new(TestBackend::new(width, height));
    let Ok(_) = terminal.draw(|frame| view::draw_without_keys(frame, model, ui, &take.theme));
    terminal.backend().buffer().clone()
}

/// A time since the run's zero, in the film.
fn shown(at: Nanos, speed: f64) -> Nanos {
    (at as f64 / speed) as Nanos
}

/// The key moments of all lanes as the film shows them, in order, each in words; at last what the verdict of its result says.
#[must_use]
pub fn moments(model: &Model, report: Option<&Report>, speed: f64) -> Vec<(Nanos, String)> {
    let Some(zero) = model.zero() else { return Vec::new() };
    let of_lane = |lane: &Lane| {
        let moments = model.key_moments(lane.id()).into_iter();
        moments.map(|moment| (moment.at, view::moment_sentence(model, lane.id(), moment))).collect::<Vec<_>>()
    };
    let mut all: Vec<(Nanos, String)> = model.lanes().iter().flat_map(of_lane).collect();
    all.sort_by_key(|(at, _)| *at);
    if let Some((end, report)) = model.ended().zip(report) {
        all.push((end.max(all.last().map_or(0, |(at, _)| *at)), report.verdict.sentence.clone()));
    }
    all.into_iter().map(|(at, words)| (shown(at.saturating_sub(zero), speed), words)).collect()
}
