//! Playing a recording: its speed, and that nothing in it can be changed any more.

use std::ops::ControlFlow;

use super::{Action, Cursor, Target, Ui, Wish, Zoom};
use crate::event::Nanos;
use crate::model::Model;

/// How a recording is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Playback {
    /// Whether the picture moves by itself.
    pub playing: bool,
    /// How fast.
    pub speed: Speed,
    /// Which of how many runs of the recording is shown, from 1.
    pub run: (usize, usize),
    /// How many facts have been read while the recording is not yet whole.
    pub reading: Option<u64>,
}

impl Playback {
    /// Of a recording that has yet to be read.
    #[must_use]
    pub fn new() -> Self {
        Self { playing: true, speed: Speed::default(), run: (1, 1), reading: Some(0) }
    }
}

impl Default for Playback {
    fn default() -> Self {
        Self::new()
    }
}

/// A speed of 1/16, 1/8, … 1, 2, … 64 times that of the run: a power of two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Speed(i8);

impl Speed {
    const SLOWEST: Self = Self(-4);
    const FASTEST: Self = Self(6);

    /// Twice or half as fast, so many times, within what there is.
    #[must_use]
    pub fn changed(self, by: i8) -> Self {
        Self(self.0.saturating_add(by)).clamp(Self::SLOWEST, Self::FASTEST)
    }

    /// How much time of the run goes by in so much of the viewer's.
    #[must_use]
    pub fn of(self, time: Nanos) -> Nanos {
        let shift = u32::from(self.0.unsigned_abs());
        if self.0 < 0 { time >> shift } else { time.saturating_mul(1 << shift) }
    }
}

impl std::fmt::Display for Speed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let factor = 1_u32 << self.0.unsigned_abs();
        if self.0 < 0 { write!(f, "1/{factor}×") } else { write!(f, "{factor}×") }
    }
}

impl Ui {
    /// What an action means where a recording is shown, or nothing of its own: then it means what it always does.
    pub(super) fn play(&mut self, action: Action, model: &Model) -> ControlFlow<Option<Wish>> {
        let Some(mut playback) = self.playback else {
            let Action::Speed(_) = action else { return ControlFlow::Continue(()) };
            self.message = Some("a run happens at its own speed; a recording of it can be slowed down".into());
            return ControlFlow::Break(None);
        };
        match action {
            Action::Speed(by) => playback.speed = playback.speed.changed(by),
            Action::Freeze => {
                playback.playing = !playback.playing;
                // At its end it begins again.
                if playback.playing && self.cursor == Cursor::Live {
                    self.rewind(model);
                }
            }
            // Who looks for a moment wants to look at it.
            Action::StepEvent(_)
            | Action::StepMoment(_)
            | Action::End
            | Action::Click(Target::Moment(..) | Target::Time(_))
            | Action::Drag(Target::Moment(..) | Target::Time(_)) => {
                self.playback = Some(Playback { playing: false, ..playback });
                return ControlFlow::Continue(());
            }
            Action::Page(by) if self.zoom == Zoom::Lanes => return ControlFlow::Break(Some(Wish::Run(by))),
            Action::Kill | Action::Suspend => self.is_over("there is no process to be killed or suspended"),
            Action::ToggleMode(_) | Action::ToggleIo | Action::Workers(_) | Action::Tasks(_) | Action::Again => {
                self.is_over("nothing can be changed; Home and space play it again");
            }
            Action::Save => self.is_over("it is in a file already"),
            _ => return ControlFlow::Continue(()),
        }
        self.playback = Some(playback);
        ControlFlow::Break(None)
    }

    fn is_over(&mut self, so: &str) {
        self.message = Some(format!("this is a recording: {so}"));
    }

    /// Lets so much of the viewer's time go by. Whether the picture moved.
    pub fn advance(&mut self, time: Nanos, model: &Model) -> bool {
        let Some(playback) = self.playback.as_mut().filter(|playback| playback.playing) else { return false };
        let by = playback.speed.of(time);
        if !self.go_on(by, model) {
            self.cursor = Cursor::Live;
            self.playback.as_mut().into_iter().for_each(|playback| playback.playing = false);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_are_powers_of_two_within_bounds() {
        let all: Vec<_> = (-20..20).map(|by| Speed::default().changed(by)).collect();
        assert_eq!((all[0].to_string(), all[39].to_string()), ("1/16×".into(), "64×".into()));
        assert_eq!(Speed::default().to_string(), "1×");
        assert_eq!(Speed::default().changed(-4).of(250_000_000), 15_625_000);
        assert_eq!(Speed::default().changed(6).of(u64::MAX), u64::MAX);
    }
}
