//! The serial part of a watched program: times in which no lane has a task queued or running.

use super::lane::Lane;
use super::times::{NEVER, StepCursor};
use crate::event::Nanos;

/// A time range without work for any lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SerialGap {
    pub(super) from: Nanos,
    pub(super) to: Nanos,
    /// Total time in the gaps before this one.
    before: Nanos,
}

/// The gaps from the start of the program up to a time, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct SerialPart {
    gaps: Vec<SerialGap>,
    /// The longest of the gaps that are forgotten.
    longest_forgotten: Option<SerialGap>,
    until: Nanos,
}

impl SerialGap {
    fn duration(&self) -> Nanos {
        self.to - self.from
    }
}

impl SerialPart {
    /// Extends the gaps to `to`, and corrects them where late events have changed a lane.
    pub(super) fn update(&mut self, lanes: &[Lane], to: Nanos) {
        let from = self.valid_until(lanes);
        self.gaps.truncate(self.gaps.partition_point(|gap| gap.from < from));
        if let Some(last) = self.gaps.last_mut() {
            last.to = last.to.min(from);
        }
        for (from, to) in gaps_between(lanes, from, to) {
            self.push(from, to);
        }
        self.until = to;
    }

    fn push(&mut self, from: Nanos, to: Nanos) {
        match self.gaps.last_mut() {
            Some(last) if last.to == from => last.to = to,
            last => {
                let before = last.map_or(0, |last| last.before + last.duration());
                self.gaps.push(SerialGap { from, to, before });
            }
        }
    }

    fn valid_until(&self, lanes: &[Lane]) -> Nanos {
        let changed = lanes.iter().map(|lane| lane.changed.max(lane.history_start)).min();
        changed.unwrap_or(NEVER).min(self.until)
    }

    /// Total time of the gaps by `t`, in ns.
    pub(super) fn total_time(&self, lanes: &[Lane], t: Nanos) -> Nanos {
        let known = t.min(self.valid_until(lanes));
        let begun = self.gaps.partition_point(|gap| gap.from < known);
        let last = begun.checked_sub(1).map(|n| self.gaps[n]);
        let until_known = last.map_or(0, |gap| gap.before + (known.min(gap.to) - gap.from));
        until_known + gaps_between(lanes, known, t).into_iter().map(|(from, to)| to - from).sum::<Nanos>()
    }

    /// The longest gap by `t`, of several the first.
    pub(super) fn longest_gap(&self, lanes: &[Lane], t: Nanos) -> Option<SerialGap> {
        let mut all = self.clone();
        all.update(lanes, t);
        longest(all.longest_forgotten.into_iter().chain(all.gaps))
    }

    /// Forgets the gaps before `t`. The total time and the longest gap stay the same.
    pub(super) fn forget_before(&mut self, t: Nanos) {
        // The last of them holds the time of all before it.
        let forgotten = self.gaps.partition_point(|gap| gap.to <= t).saturating_sub(1);
        self.longest_forgotten = longest(self.longest_forgotten.into_iter().chain(self.gaps.drain(..forgotten)));
    }
}

/// The longest of these gaps, which are in order; of several the first.
fn longest(gaps: impl DoubleEndedIterator<Item = SerialGap>) -> Option<SerialGap> {
    gaps.rev().max_by_key(SerialGap::duration)
}

/// The ranges between `from` and `to` in which no lane has work, in order.
fn gaps_between(lanes: &[Lane], from: Nanos, to: Nanos) -> Vec<(Nanos, Nanos)> {
    let mut busy: Vec<_> = lanes.iter().flat_map(|lane| busy_ranges(lane, from, to)).collect();
    busy.sort_unstable();
    let mut gaps = Vec::new();
    let mut at = from;
    for (begin, end) in busy.into_iter().chain([(to, to)]) {
        if begin > at {
            gaps.push((at, begin));
        }
        at = at.max(end);
    }
    gaps
}

/// The ranges in which a lane has a task queued or running. A lane without tasks has work while a process of it lives.
fn busy_ranges(lane: &Lane, from: Nanos, to: Nanos) -> Vec<(Nanos, Nanos)> {
    let is_over = lane.ended.is_some_and(|(at, _)| at <= from);
    if is_over || lane.zero.is_none_or(|zero| zero >= to) {
        return Vec::new();
    }
    let mut work = if lane.runs_without_tasks() {
        OpenWork { submitted: None, begun: vec![lane.live.up.cursor(from)], ended: vec![lane.live.down.cursor(from)] }
    } else {
        let ended = [&lane.finished, &lane.failed, &lane.lost, &lane.abandoned];
        OpenWork {
            submitted: Some(lane.queue.up.cursor(from)),
            begun: Vec::new(),
            ended: ended.map(|steps| steps.cursor(from)).to_vec(),
        }
    };
    let mut ranges = Vec::new();
    let mut since = work.is_open().then_some(from);
    while let Some(at) = work.next_change().filter(|at| *at < to) {
        work.advance(at);
        match (since, work.is_open()) {
            (None, true) => since = Some(at),
            (Some(begin), false) => {
                ranges.push((begin, at));
                since = None;
            }
            _ => {}
        }
    }
    ranges.extend(since.map(|begin| (begin, to)));
    ranges
}

/// Work that has been submitted or begun and has not ended, at successive times.
struct OpenWork<'a> {
    submitted: Option<StepCursor<'a, i64>>,
    begun: Vec<StepCursor<'a, ()>>,
    ended: Vec<StepCursor<'a, ()>>,
}

impl OpenWork<'_> {
    fn is_open(&self) -> bool {
        let count = |cursors: &[StepCursor<()>]| cursors.iter().map(|cursor| cursor.count() as i64).sum::<i64>();
        self.submitted.map_or(0, |submitted| submitted.sum()) + count(&self.begun) > count(&self.ended)
    }

    fn next_change(&self) -> Option<Nanos> {
        let steps = self.begun.iter().chain(&self.ended).filter_map(StepCursor::next_step_time);
        steps.chain(self.submitted.and_then(|submitted| submitted.next_step_time())).min()
    }

    fn advance(&mut self, t: Nanos) {
        self.begun.iter_mut().chain(&mut self.ended).for_each(|cursor| cursor.advance(t));
        self.submitted.iter_mut().for_each(|cursor| cursor.advance(t));
    }
}
