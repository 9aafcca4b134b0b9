//! The moment that panels display: a snapshot, renewed at intervals.
//!
//! Header and history move with every frame. The panels above the history display a snapshot of one instant, taken at
//! intervals, because what changes ten times a second cannot be read.

use super::DisplayedScene;
use crate::event::Nanos;
use crate::model::Lane;

/// Time between two snapshots for the viewer.
const SNAPSHOT_INTERVAL: Nanos = 250_000_000;

impl DisplayedScene<'_> {
    /// The exact displayed moment of a lane.
    pub(super) fn exact_time(&self, lane: &Lane) -> Nanos {
        self.ui.lane_time(self.model, lane.id())
    }

    /// Time of the run between two snapshots, while the picture moves. A slow replay displays more of them.
    fn snapshot_interval(&self) -> Option<Nanos> {
        match self.ui.playback {
            Some(playback) => playback.playing.then(|| playback.speed.run_time_per_wall_time(SNAPSHOT_INTERVAL)),
            None => self.is_live().then_some(SNAPSHOT_INTERVAL),
        }
    }

    /// The instant of a lane's snapshot: the last multiple of the interval since the run's time zero. It depends only
    /// on events and cursor, so that a replay up to a mark gives the same frame.
    ///
    /// The exact moment is used instead before the first snapshot, while the picture is frozen, after the lane's end,
    /// and while the lane is suspended, so that the suspension is displayed at once.
    pub(super) fn time_shown_by_panels(&self, lane: &Lane) -> Nanos {
        let now = self.exact_time(lane);
        let Some((own, snapshot_interval)) = lane.time_zero().zip(self.snapshot_interval()) else { return now };
        let zero = self.model.clock_zero(lane);
        let beats = now.saturating_sub(zero) / snapshot_interval;
        let snapshot_at = zero.saturating_add(beats.saturating_mul(snapshot_interval));
        let ended = lane.history_end().is_some_and(|at| at <= now);
        let by_hand = lane.is_suspended(now) || lane.is_suspended(snapshot_at);
        if beats == 0 || snapshot_at < own || ended || by_hand { now } else { snapshot_at }
    }
}
