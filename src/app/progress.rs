//! Progress bar on standard error for runs without a screen, if that is a terminal.

use std::io;
use std::time::Duration;

use crossbeam_channel::{Receiver, never};
use indicatif::{ProgressBar, ProgressStyle};

use super::Display;
use crate::event::units;
use crate::model::Model;
use crate::theme::Glyphs;
use crate::ui::{MouseTarget, Ui};

/// A bar over the tasks of all lanes.
pub struct ProgressDisplay {
    bar: ProgressBar,
    glyphs: Glyphs,
    never: Receiver<Vec<u8>>,
    /// Announces the run, until it has begun.
    announce: Option<fn()>,
}

impl ProgressDisplay {
    /// An empty bar, hidden unless it is wanted and standard error is a terminal.
    #[must_use]
    pub fn new(glyphs: Glyphs, wanted: bool) -> Self {
        let bar = if wanted { ProgressBar::new(0) } else { ProgressBar::hidden() };
        let style = ProgressStyle::with_template("{prefix}{bar:40} {pos}/{len} tasks  {msg}");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style.progress_chars(&glyphs.supported_text("█░")));
        Self { bar, glyphs, never: never(), announce: None }
    }

    /// Calls `announce` once, before the first frame of a run.
    #[must_use]
    pub fn announcing(mut self, announce: fn()) -> Self {
        self.announce = Some(announce);
        self
    }
}

impl Display for ProgressDisplay {
    fn is_ready(&mut self) -> bool {
        true
    }

    fn unused_frame_buffers(&self) -> &Receiver<Vec<u8>> {
        &self.never
    }

    fn show_frame(&mut self, model: &Model, ui: &Ui) -> io::Result<()> {
        let Some(run) = model.run() else { return Ok(()) };
        if let Some(announce) = self.announce.take() {
            announce();
        }
        let at = ui.displayed_time(model);
        let finished: u64 = model.lanes().iter().map(|lane| u64::from(lane.counts_at(at).finished)).sum();
        self.bar.set_length(model.lanes().iter().map(|lane| u64::from(lane.task_total())).sum());
        self.bar.set_position(finished);
        self.bar.set_prefix(run.repeat.map(|run| format!("run {} of {} ", run.number, run.of)).unwrap_or_default());
        let time = units::format_seconds(at as f64 / 1e9);
        self.bar.set_message(self.glyphs.supported_text(&time).into_owned());
        Ok(())
    }

    fn mouse_target(&self, _: &Model, _: &Ui, _: u16, _: u16) -> Option<MouseTarget> {
        None
    }

    fn min_frame_interval(&self) -> Duration {
        Duration::from_millis(100)
    }

    fn stays_after_run(&self) -> bool {
        false
    }
}

impl Drop for ProgressDisplay {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
