//! Time ranges that do not overlap: I/O, GIL ownership, suspensions.

use super::times::NEVER;
use crate::event::Nanos;

#[derive(Clone, Copy, Debug)]
struct TimeSpan {
    from: Nanos,
    /// End of the span; [`NEVER`] while it is open.
    to: Nanos,
    /// Total time in the spans before this one.
    before: Nanos,
}

/// Time ranges in order; only the last may be open, without an end.
#[derive(Clone, Debug, Default)]
pub(super) struct TimeSpans(Vec<TimeSpan>);

impl TimeSpans {
    /// Opens a span; false if one is open.
    pub(super) fn open(&mut self, at: Nanos) -> bool {
        let before = match self.0.last() {
            Some(last) if last.to == NEVER => return false,
            Some(last) => last.before + (last.to - last.from),
            None => 0,
        };
        // If the source's times run backwards, the new span starts where the last one ended.
        let from = self.0.last().map_or(at, |last| at.max(last.to));
        self.0.push(TimeSpan { from, to: NEVER, before });
        true
    }

    /// Closes the open span; false if there is none.
    pub(super) fn close(&mut self, at: Nanos) -> bool {
        match self.0.last_mut() {
            Some(last) if last.to == NEVER => {
                last.to = at.max(last.from);
                true
            }
            _ => false,
        }
    }

    /// Forgets the spans that ended before `t`, except the last one. Total times stay the same after `t`.
    pub(super) fn forget_before(&mut self, t: Nanos) {
        let ended = self.0.partition_point(|span| span.to <= t);
        self.0.drain(..ended.min(self.0.len().saturating_sub(1)));
    }

    /// Whether `t` lies in a span. The end is exclusive.
    pub(super) fn contains(&self, t: Nanos) -> bool {
        self.start_of_span_at(t).is_some()
    }

    /// Start of the span that contains `t`.
    pub(super) fn start_of_span_at(&self, t: Nanos) -> Option<Nanos> {
        let span = self.0.get(self.started_by(t).checked_sub(1)?)?;
        (t < span.to).then_some(span.from)
    }

    /// Total time inside spans up to `t`, in ns.
    pub(super) fn total_time(&self, t: Nanos) -> Nanos {
        self.started_by(t).checked_sub(1).map_or(0, |i| self.0[i].before + (t.min(self.0[i].to) - self.0[i].from))
    }

    /// Number of spans that started in `from..to`.
    pub(super) fn count_starts(&self, from: Nanos, to: Nanos) -> usize {
        let begun = |t| self.0.partition_point(|span| span.from < t);
        begun(to).saturating_sub(begun(from))
    }

    /// Time of the next start or end of a span after `t`.
    pub(super) fn next_edge(&self, t: Nanos) -> Option<Nanos> {
        let first = self.0.partition_point(|span| span.to <= t);
        let span = self.0.get(first)?;
        if span.from > t { Some(span.from) } else { Some(span.to).filter(|to| *to != NEVER) }
    }

    /// Divides `from..to` into ranges inside (true) and outside (false) of spans, in order, without gaps.
    pub(super) fn partition(&self, from: Nanos, to: Nanos) -> impl Iterator<Item = (bool, Nanos, Nanos)> + '_ {
        let mut next = self.0.partition_point(|span| span.to <= from);
        let mut at = from;
        std::iter::from_fn(move || {
            if at >= to {
                return None;
            }
            let (inside, end) = match self.0.get(next) {
                Some(span) if span.from <= at => {
                    next += 1;
                    (true, span.to.min(to))
                }
                Some(span) => (false, span.from.min(to)),
                None => (false, to),
            };
            Some((inside, std::mem::replace(&mut at, end), end))
        })
    }

    /// All spans as (from, to); an open one ends at [`NEVER`].
    pub(super) fn iter(&self) -> impl Iterator<Item = (Nanos, Nanos)> + '_ {
        self.0.iter().map(|span| (span.from, span.to))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Number of spans that started by `t`.
    fn started_by(&self, t: Nanos) -> usize {
        self.0.partition_point(|span| span.from <= t)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example_spans() -> TimeSpans {
        let mut spans = TimeSpans::default();
        for (from, to) in [(10, 20), (20, 25), (40, NEVER)] {
            assert!(spans.open(from));
            assert!(to == NEVER || spans.close(to));
        }
        spans
    }

    #[test]
    fn spans_contain_their_start_but_not_their_end() {
        let spans = example_spans();
        let covered: Vec<_> =
            [9, 10, 19, 20, 24, 25, 39, 40, 1000].into_iter().filter(|t| spans.contains(*t)).collect();
        assert_eq!(covered, [10, 19, 20, 24, 40, 1000]);
        assert_eq!([9, 15, 20, 30, 45].map(|t| spans.total_time(t)), [0, 5, 10, 15, 20]);
        assert_eq!([0, 10, 24, 25, 40].map(|t| spans.next_edge(t)), [Some(10), Some(20), Some(25), Some(40), None]);
        assert_eq!(spans.count_starts(10, 40), 2);
        assert_eq!([9, 15, 20, 30, 45].map(|t| spans.start_of_span_at(t)), [None, Some(10), Some(20), None, Some(40)]);
    }

    #[test]
    fn partition_has_no_gaps() {
        let pieces: Vec<_> = example_spans().partition(5, 50).collect();
        let expected = [(false, 5, 10), (true, 10, 20), (true, 20, 25), (false, 25, 40), (true, 40, 50)];
        assert_eq!(pieces, expected);
        assert_eq!(example_spans().partition(12, 15).collect::<Vec<_>>(), [(true, 12, 15)]);
    }

    #[test]
    fn only_one_span_can_be_open() {
        let mut spans = example_spans();
        assert!(!spans.open(50) && spans.close(50) && !spans.close(60));
    }
}
