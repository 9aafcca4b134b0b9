//! Which moment a panel shows. Live, the header's time and the edge of the history move with the frames; all that stands
//! above the history is a photograph, taken on a beat and of one instant: what changes ten times a second cannot be read.

use super::Scene;
use crate::event::Nanos;
use crate::model::Lane;

/// Time of the viewer between two photographs.
const BEAT: Nanos = 250_000_000;

impl Scene<'_> {
    /// The very moment of a lane that is shown.
    pub(super) fn moment(&self, lane: &Lane) -> Nanos {
        self.ui.lane_time(self.model, lane.id())
    }

    /// Time of the run between two photographs, while the picture moves: a recording that is played slowly shows more.
    fn beat(&self) -> Option<Nanos> {
        match self.ui.playback {
            Some(playback) => playback.playing.then(|| playback.speed.scale(BEAT)),
            None => self.is_live().then_some(BEAT),
        }
    }

    /// The instant of a lane's photograph: the last multiple of the beat since the run's zero. It is a function of the
    /// events and the cursor alone, so replaying to the same mark gives the same frame.
    ///
    /// The very moment instead before the first photograph, where the picture stands still, once the lane has ended,
    /// and while the viewer's own hand shows: a suspension is seen at once.
    pub(super) fn photograph(&self, lane: &Lane) -> Nanos {
        let now = self.moment(lane);
        let Some((own, beat)) = lane.zero().zip(self.beat()) else { return now };
        let zero = if self.model.has_own_axes() { own } else { self.zero() };
        let beats = now.saturating_sub(zero) / beat;
        let photograph = zero.saturating_add(beats.saturating_mul(beat));
        let ended = lane.end().is_some_and(|at| at <= now);
        let by_hand = lane.suspended(now) || lane.suspended(photograph);
        if beats == 0 || photograph < own || ended || by_hand { now } else { photograph }
    }
}
