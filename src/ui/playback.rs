//! Playback of a recording.

use std::ops::ControlFlow;

use super::{Action, LiveSource, MouseTarget, Request, TimeCursor, Ui, ZoomLevel};
use crate::event::Nanos;
use crate::model::Model;
use crate::text;

/// State of a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Playback {
    /// Whether the replay is playing.
    pub playing: bool,
    pub speed: PlaybackSpeed,
    /// Number of the displayed run, from 1, and number of runs.
    pub run: (usize, usize),
    /// Number of events read so far, while the recording is loading.
    pub reading: Option<u64>,
}

impl Playback {
    /// A recording that is still loading.
    #[must_use]
    pub fn new() -> Self {
        Self { playing: true, speed: PlaybackSpeed::default(), run: (1, 1), reading: Some(0) }
    }
}

impl Default for Playback {
    fn default() -> Self {
        Self::new()
    }
}

/// Playback speed: a power of two from 1/16 to 64.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlaybackSpeed(i8);

impl PlaybackSpeed {
    const SLOWEST_SPEED: Self = Self(-4);
    const FASTEST_SPEED: Self = Self(6);

    /// Doubles or halves the speed `by` times, within bounds.
    #[must_use]
    pub fn speed_doubled_or_halved(self, by: i8) -> Self {
        Self(self.0.saturating_add(by)).clamp(Self::SLOWEST_SPEED, Self::FASTEST_SPEED)
    }

    /// Converts wall time into time of the run at this speed.
    #[must_use]
    pub fn run_time_per_wall_time(self, time: Nanos) -> Nanos {
        let shift = u32::from(self.0.unsigned_abs());
        if self.0 < 0 { time >> shift } else { time.saturating_mul(1 << shift) }
    }
}

impl std::fmt::Display for PlaybackSpeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let factor = 1_u32 << self.0.unsigned_abs();
        if self.0 < 0 { write!(f, "1/{factor}×") } else { write!(f, "{factor}×") }
    }
}

impl Ui {
    /// Handles an action in a replay; continues if it has the same effect as in a live run.
    pub(super) fn handle_replay_action(&mut self, action: Action, model: &Model) -> ControlFlow<Option<Request>> {
        let Some(mut playback) = self.playback else {
            return match action {
                Action::Speed(_) => {
                    self.message = Some(text!("speed-only-of-replay").into());
                    ControlFlow::Break(None)
                }
                _ if self.live_source == LiveSource::Recording => {
                    self.refuse_change(action, text!("recording-not-changed"))
                }
                _ => ControlFlow::Continue(()),
            };
        };
        match action {
            Action::Speed(by) => playback.speed = playback.speed.speed_doubled_or_halved(by),
            Action::Freeze => {
                playback.playing = !playback.playing;
                // At the end, playing starts from the beginning.
                if playback.playing && self.cursor == TimeCursor::Live {
                    self.rewind_to_start(model);
                }
            }
            // Stepping pauses the replay.
            Action::StepEvent(_)
            | Action::StepMoment(_)
            | Action::End
            | Action::Click(MouseTarget::Moment(..) | MouseTarget::Time(_))
            | Action::Drag(MouseTarget::Moment(..) | MouseTarget::Time(_)) => {
                self.playback = Some(Playback { playing: false, ..playback });
                return ControlFlow::Continue(());
            }
            // A simulated lane beside the recorded one is not saved yet.
            Action::Request(Request::Save) if model.is_simulated() && model.is_comparison() => {
                return ControlFlow::Continue(());
            }
            Action::Page(by) if self.zoom == ZoomLevel::Lanes => return ControlFlow::Break(Some(Request::Run(by))),
            _ => return self.refuse_change(action, text!("recording-not-changed-replay")),
        }
        self.playback = Some(playback);
        ControlFlow::Break(None)
    }

    /// Refuses an action that would change the recorded run.
    fn refuse_change(&mut self, action: Action, why: &'static str) -> ControlFlow<Option<Request>> {
        let why = match action {
            Action::Kill | Action::Suspend => text!("recording-without-processes"),
            Action::Request(Request::Save) => text!("recording-is-saved"),
            Action::Request(Request::Stop | Request::Quit | Request::Interrupt) => return ControlFlow::Continue(()),
            Action::Request(_) => why,
            _ => return ControlFlow::Continue(()),
        };
        self.message = Some(why.into());
        ControlFlow::Break(None)
    }

    /// Advances the replay by this wall time, times the speed. Returns whether the picture changed.
    pub fn advance_playback(&mut self, time: Nanos, model: &Model) -> bool {
        let Some(playback) = self.playback.as_mut().filter(|playback| playback.playing) else { return false };
        let by = playback.speed.run_time_per_wall_time(time);
        if !self.move_cursor_forward(by, model) {
            self.cursor = TimeCursor::Live;
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
        let all: Vec<_> = (-20..20).map(|by| PlaybackSpeed::default().speed_doubled_or_halved(by)).collect();
        assert_eq!((all[0].to_string(), all[39].to_string()), ("1/16×".into(), "64×".into()));
        assert_eq!(PlaybackSpeed::default().to_string(), "1×");
        assert_eq!(
            PlaybackSpeed::default().speed_doubled_or_halved(-4).run_time_per_wall_time(250_000_000),
            15_625_000
        );
        assert_eq!(PlaybackSpeed::default().speed_doubled_or_halved(6).run_time_per_wall_time(u64::MAX), u64::MAX);
    }
}
