//! Decides when the next frame is due.

use std::time::{Duration, Instant};

/// Minimum time between a frame and the next one that follows a key press.
const MIN_FRAME_INTERVAL_AFTER_KEY: Duration = Duration::from_millis(16);

/// Allows one frame per interval, an earlier one after a key press, and none if nothing has changed.
pub(super) struct FrameLimiter {
    interval: Duration,
    last: Option<Instant>,
    news: bool,
    hurried: bool,
}

impl FrameLimiter {
    pub(super) fn new(interval: Duration) -> Self {
        Self { interval, last: None, news: true, hurried: false }
    }

    /// Records that something changed.
    pub(super) fn record_change(&mut self) {
        self.news = true;
    }

    /// Records that a key was pressed.
    pub(super) fn record_key_press(&mut self) {
        (self.news, self.hurried) = (true, true);
    }

    /// Records that a frame was drawn.
    pub(super) fn record_drawn_frame(&mut self, now: Instant) {
        (self.last, self.news, self.hurried) = (Some(now), false, false);
    }

    pub(super) fn has_changes(&self) -> bool {
        self.news
    }

    pub(super) fn is_frame_due(&self, now: Instant) -> bool {
        self.time_until_due(now) == Some(Duration::ZERO)
    }

    /// Time until the next frame; none without changes.
    pub(super) fn time_until_due(&self, now: Instant) -> Option<Duration> {
        let apart = if self.hurried { MIN_FRAME_INTERVAL_AFTER_KEY.min(self.interval) } else { self.interval };
        self.news.then(|| self.last.map_or(Duration::ZERO, |last| (last + apart).saturating_duration_since(now)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frame_rate_is_limited_and_a_key_brings_the_next_frame_sooner() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut pace = FrameLimiter::new(Duration::from_millis(100));
        assert!(pace.is_frame_due(at(0)), "the first picture is due at once");
        pace.record_drawn_frame(at(0));
        assert_eq!(pace.time_until_due(at(500)), None);
        pace.record_change();
        assert!(!pace.is_frame_due(at(99)));
        assert!(pace.is_frame_due(at(100)));
        pace.record_key_press();
        assert_eq!(pace.time_until_due(at(6)), Some(Duration::from_millis(10)));
        assert!(pace.is_frame_due(at(16)));
        pace.record_drawn_frame(at(16));
        pace.record_change();
        assert!(!pace.is_frame_due(at(40)));
    }
}
