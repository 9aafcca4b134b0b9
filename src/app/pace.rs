//! When the next picture is due.

use std::time::{Duration, Instant};

/// The answer to a key comes this soon after the picture before.
const KEY: Duration = Duration::from_millis(16);

/// At most one picture an interval, one soon after a key, none when nothing is new.
pub(super) struct Pace {
    interval: Duration,
    last: Option<Instant>,
    news: bool,
    hurried: bool,
}

impl Pace {
    pub(super) fn new(interval: Duration) -> Self {
        Self { interval, last: None, news: true, hurried: false }
    }

    /// There is something new to be seen.
    pub(super) fn changed(&mut self) {
        self.news = true;
    }

    /// A key was pressed.
    pub(super) fn hurry(&mut self) {
        (self.news, self.hurried) = (true, true);
    }

    /// A picture was taken.
    pub(super) fn shown(&mut self, now: Instant) {
        (self.last, self.news, self.hurried) = (Some(now), false, false);
    }

    pub(super) fn has_news(&self) -> bool {
        self.news
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.due_in(now) == Some(Duration::ZERO)
    }

    /// How long until the next picture; none while nothing is new.
    pub(super) fn due_in(&self, now: Instant) -> Option<Duration> {
        let apart = if self.hurried { KEY.min(self.interval) } else { self.interval };
        self.news.then(|| self.last.map_or(Duration::ZERO, |last| (last + apart).saturating_duration_since(now)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_keep_their_distance_keys_hurry_and_nothing_new_is_not_drawn() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut pace = Pace::new(Duration::from_millis(100));
        assert!(pace.is_due(at(0)), "the first picture is due at once");
        pace.shown(at(0));
        assert_eq!(pace.due_in(at(500)), None);
        pace.changed();
        assert!(!pace.is_due(at(99)));
        assert!(pace.is_due(at(100)));
        pace.hurry();
        assert_eq!(pace.due_in(at(6)), Some(Duration::from_millis(10)));
        assert!(pace.is_due(at(16)));
        pace.shown(at(16));
        pace.changed();
        assert!(!pace.is_due(at(40)));
    }
}
