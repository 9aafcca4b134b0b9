//! The frames of a run as the live screen drew them, drawn again without a terminal.
//!
//! Times are those of the recording. A frame shows what was known at a mark, as in the live run, so the same events
//! give the same frames.

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

/// Options for making frames.
#[derive(Clone, Debug)]
pub struct FilmOptions {
    /// Width and height of the screen, in cells.
    pub size: (u16, u16),
    pub theme: Theme,
    /// Time of the run between two frames, in ns; at least 1.
    pub step: Nanos,
    /// Playback speed: time of the run per time of the film.
    pub speed: f64,
}

/// A frame.
#[derive(Clone, Debug)]
pub struct FilmFrame {
    /// Time of the frame in the film, in ns.
    pub at: Nanos,
    pub cells: Buffer,
}

/// The frames of a run in order: one at the first mark after every step, and the result at the end.
pub struct RunFilm<I> {
    events: I,
    model: Model,
    /// The report shown in the last frame; it covers all repeats.
    report: Option<Arc<Report>>,
    options: FilmOptions,
    /// Earliest time of the next frame since the run's time zero.
    due: Nanos,
    ended: bool,
}

impl<I: Iterator<Item = StampedEvent>> RunFilm<I> {
    /// Makes the film of a run from its events and its result.
    pub fn new(events: I, report: Option<Arc<Report>>, options: FilmOptions) -> Self {
        Self { events, model: Model::new(), report, options, due: 0, ended: false }
    }

    /// The frame at a time since the run's time zero, or the last one.
    pub fn frame_at(mut self, at: Nanos) -> FilmFrame {
        match self.advance_to(at) {
            Some(at) => self.draw(at, &Ui::default()),
            None => self.result_frame(),
        }
    }

    /// The last frame, with the result if the run has one.
    pub fn last_frame(self) -> FilmFrame {
        self.frame_at(Nanos::MAX)
    }

    fn result_frame(&self) -> FilmFrame {
        // An incomplete run has no result, and the live screen shows none before the end.
        let report = self.report.clone().filter(|_| self.model.ended_at().is_some());
        self.draw(self.model.duration(), &Ui { report, ..Ui::default() })
    }

    /// Applies events up to the first mark at this time or later. None if they end before.
    fn advance_to(&mut self, due: Nanos) -> Option<Nanos> {
        loop {
            let event = self.events.next()?;
            // An invalid event ends the run, as for other readers.
            self.model.apply(&event).ok()?;
            let zero = self.model.time_zero();
            if let (Event::Drained { .. }, Some(zero)) = (&event.event, zero)
                && let Some(at) = event.at.checked_sub(zero).filter(|at| *at >= due)
            {
                return Some(at);
            }
        }
    }

    fn draw(&self, at: Nanos, ui: &Ui) -> FilmFrame {
        FilmFrame {
            at: film_time(at, self.options.speed),
            cells: draw_frame(&self.model, ui, &self.options.theme, self.options.size),
        }
    }
}

impl<I: Iterator<Item = StampedEvent>> Iterator for RunFilm<I> {
    type Item = FilmFrame;

    fn next(&mut self) -> Option<FilmFrame> {
        if self.ended {
            return None;
        }
        let step = self.options.step.max(1);
        if let Some(at) = self.advance_to(self.due) {
            self.due = (at / step + 1).saturating_mul(step);
            return Some(self.draw(at, &Ui::default()));
        }
        self.ended = true;
        Some(self.result_frame())
    }
}

/// Draws the screen for a state of the model, without keys.
#[must_use]
pub fn draw_frame(model: &Model, ui: &Ui, theme: &Theme, (width, height): (u16, u16)) -> Buffer {
    let Ok(mut terminal) = Terminal::new(TestBackend::new(width, height));
    let Ok(_) = terminal.draw(|frame| view::draw_without_keys(frame, model, ui, theme));
    terminal.backend().buffer().clone()
}

/// Converts a time of the run to a time of the film.
fn film_time(at: Nanos, speed: f64) -> Nanos {
    (at as f64 / speed) as Nanos
}

/// The key moments of all lanes with their descriptions, in order, and finally the verdict.
#[must_use]
pub fn key_moments(model: &Model, report: Option<&Report>, speed: f64) -> Vec<(Nanos, String)> {
    let Some(zero) = model.time_zero() else { return Vec::new() };
    let of_lane = |lane: &Lane| {
        let moments = model.key_moments(lane.id()).into_iter();
        moments.map(|moment| (moment.at, view::moment_sentence(model, lane.id(), moment))).collect::<Vec<_>>()
    };
    let mut moments: Vec<(Nanos, String)> = model.lanes().iter().flat_map(of_lane).collect();
    moments.sort_by_key(|(at, _)| *at);
    if let Some((end, report)) = model.ended_at().zip(report) {
        moments.push((end.max(moments.last().map_or(0, |(at, _)| *at)), report.verdict_sentence().whole_sentence()));
    }
    moments.into_iter().map(|(at, text)| (film_time(at.saturating_sub(zero), speed), text)).collect()
}
