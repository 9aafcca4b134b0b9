//! Sorted lists of times, which answer how many events had happened by `t` and when the next one follows.

use crate::event::Nanos;

/// The time of an event that has not happened.
pub(super) const NEVER: Nanos = Nanos::MAX;

/// The amount that a step adds to the sum: `()` if only the number of steps is needed.
pub(super) trait StepAmount: Copy + Default {
    fn plus(self, other: Self) -> Self;
}

impl StepAmount for () {
    fn plus(self, (): Self) -> Self {}
}

impl StepAmount for i64 {
    fn plus(self, other: Self) -> Self {
        self.saturating_add(other)
    }
}

#[derive(Clone, Copy, Debug)]
struct SortedStep<A> {
    at: Nanos,
    /// Sum of this step and all earlier ones in the same vector.
    sum: A,
}

/// Steps in order of time.
///
/// Nearly all steps arrive in order and are appended. A late one is inserted near the end; a very late one goes to a
/// second, short vector that is merged when full. So no order of arrival costs O(n²).
#[derive(Clone, Debug, Default)]
pub(super) struct SortedSteps<A> {
    /// Number of the earliest steps, which are forgotten. The sums of the others include them.
    forgotten: usize,
    /// Time of the very first step, if it is forgotten.
    first: Option<Nanos>,
    sorted: Vec<SortedStep<A>>,
    late: Vec<SortedStep<A>>,
}

impl<A: StepAmount> SortedSteps<A> {
    /// A late step is inserted in place if at most this many steps follow it.
    const MAX_IN_PLACE: usize = 64;
    /// Number of very late steps that trigger a merge.
    const MERGE_THRESHOLD: usize = 2048;

    pub(super) fn push(&mut self, at: Nanos, amount: A) {
        match self.sorted.last() {
            Some(last) if last.at > at => self.insert(at, amount),
            last => {
                let sum = last.map_or(amount, |last| last.sum.plus(amount));
                self.sorted.push(SortedStep { at, sum });
            }
        }
    }

    fn insert(&mut self, at: Nanos, amount: A) {
        let near = self.sorted.len().saturating_sub(Self::MAX_IN_PLACE);
        if near == 0 || self.sorted[near].at <= at {
            insert_into(&mut self.sorted, near, at, amount);
            return;
        }
        insert_into(&mut self.late, 0, at, amount);
        if self.late.len() >= Self::MERGE_THRESHOLD {
            self.merge_late_steps();
        }
    }

    fn merge_late_steps(&mut self) {
        let mut merged = Vec::with_capacity(self.sorted.len() + self.late.len());
        let mut cursor = StepCursor { steps: self, sorted: 0, late: 0 };
        while let Some(at) = cursor.next_step_time() {
            cursor.step();
            merged.push(SortedStep { at, sum: cursor.sum() });
        }
        (self.sorted, self.late) = (merged, Vec::new());
    }

    /// Number of steps up to and including `t`.
    pub(super) fn count(&self, t: Nanos) -> usize {
        self.forgotten + count_by(&self.sorted, t) + count_by(&self.late, t)
    }

    /// Sum of the steps by `t`.
    pub(super) fn sum(&self, t: Nanos) -> A {
        self.cursor(t).sum()
    }

    pub(super) fn len(&self) -> usize {
        self.forgotten + self.sorted.len() + self.late.len()
    }

    /// Sum of all steps.
    pub(super) fn total(&self) -> A {
        self.sum(NEVER)
    }

    pub(super) fn first(&self) -> Option<Nanos> {
        if self.first.is_some() {
            return self.first;
        }
        [self.sorted.first(), self.late.first()].into_iter().flatten().map(|step| step.at).min()
    }

    pub(super) fn last(&self) -> Option<Nanos> {
        // `late` holds only steps before the last sorted one.
        self.sorted.last().map(|step| step.at)
    }

    /// Forgets the steps before `t`. Of later times, count and sum stay the same.
    pub(super) fn forget_before(&mut self, t: Nanos) {
        self.merge_late_steps();
        // The last of them is kept for its sum.
        let count = count_by(&self.sorted, t).saturating_sub(1);
        self.first = self.first();
        self.sorted.drain(..count);
        self.forgotten += count;
    }

    /// Time of the first step after `t`.
    pub(super) fn next_after(&self, t: Nanos) -> Option<Nanos> {
        self.cursor(t).next_step_time()
    }

    /// Time of the last step before `t`.
    pub(super) fn last_before(&self, t: Nanos) -> Option<Nanos> {
        [&self.sorted, &self.late]
            .into_iter()
            .filter_map(|steps| Some(steps[..steps.partition_point(|step| step.at < t)].last()?.at))
            .max()
    }

    /// A cursor after all steps by `t`.
    pub(super) fn cursor(&self, t: Nanos) -> StepCursor<'_, A> {
        StepCursor { steps: self, sorted: count_by(&self.sorted, t), late: count_by(&self.late, t) }
    }
}

fn count_by<A>(steps: &[SortedStep<A>], t: Nanos) -> usize {
    steps.partition_point(|step| step.at <= t)
}

/// Inserts a step in order of time, searching from index `near`, and adds its amount to the sums of later steps.
fn insert_into<A: StepAmount>(steps: &mut Vec<SortedStep<A>>, near: usize, at: Nanos, amount: A) {
    let index = near + count_by(&steps[near..], at);
    let before = index.checked_sub(1).map_or(A::default(), |i| steps[i].sum);
    steps.insert(index, SortedStep { at, sum: before });
    for step in &mut steps[index..] {
        step.sum = step.sum.plus(amount);
    }
}

impl<A: StepAmount> SortedSteps<A> {
    /// The time at which the sum, as ordered by `key`, was highest first, with the sum.
    pub(super) fn highest_sum(&self, key: impl Fn(A) -> i64) -> Option<(Nanos, A)> {
        let mut cursor = StepCursor { steps: self, sorted: 0, late: 0 };
        let mut highest: Option<(Nanos, A)> = None;
        while let Some(at) = cursor.next_step_time() {
            cursor.advance(at);
            if highest.is_none_or(|(_, highest)| key(cursor.sum()) > key(highest)) {
                highest = Some((at, cursor.sum()));
            }
        }
        highest
    }
}

/// A position in a sorted list of steps, between two of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct StepCursor<'a, A> {
    steps: &'a SortedSteps<A>,
    sorted: usize,
    late: usize,
}

impl<A: StepAmount> StepCursor<'_, A> {
    /// Time of the next step.
    pub(super) fn next_step_time(&self) -> Option<Nanos> {
        let sorted = self.steps.sorted.get(self.sorted).map(|step| step.at);
        match self.steps.late.get(self.late) {
            None => sorted,
            late => sorted.into_iter().chain(late.map(|step| step.at)).min(),
        }
    }

    /// Moves past the next step.
    fn step(&mut self) {
        let late = self.steps.late.get(self.late).map_or(NEVER, |step| step.at);
        match self.steps.sorted.get(self.sorted) {
            Some(step) if step.at <= late => self.sorted += 1,
            _ => self.late += 1,
        }
    }

    /// Moves past all steps by `t`.
    pub(super) fn advance(&mut self, t: Nanos) {
        while self.next_step_time().is_some_and(|at| at <= t) {
            self.step();
        }
    }

    /// Number of steps passed.
    pub(super) fn count(&self) -> usize {
        self.steps.forgotten + self.sorted + self.late
    }

    /// Sum of the steps passed.
    pub(super) fn sum(&self) -> A {
        let sum = |steps: &[SortedStep<A>], n: usize| n.checked_sub(1).map_or(A::default(), |i| steps[i].sum);
        sum(&self.steps.sorted, self.sorted).plus(sum(&self.steps.late, self.late))
    }
}

/// A level that rises and falls over time: the difference between two sorted lists of steps.
#[derive(Clone, Debug, Default)]
pub(super) struct StepGauge<A> {
    pub(super) up: SortedSteps<A>,
    pub(super) down: SortedSteps<A>,
}

impl<A: StepAmount> StepGauge<A> {
    /// Number of increases minus number of decreases up to `t`. At least zero, even if an increase arrives after its
    /// decrease.
    pub(super) fn count(&self, t: Nanos) -> u32 {
        self.up.count(t).saturating_sub(self.down.count(t)) as u32
    }
}

impl<A: StepAmount> StepGauge<A> {
    pub(super) fn forget_before(&mut self, t: Nanos) {
        self.up.forget_before(t);
        self.down.forget_before(t);
    }
}

impl StepGauge<i64> {
    /// The highest sum of the known history.
    pub(super) fn peak(&self) -> i64 {
        let (mut up, mut down) = (self.up.cursor(0), self.down.cursor(0));
        let mut peak = up.sum() - down.sum();
        while let Some(at) = up.next_step_time().into_iter().chain(down.next_step_time()).min() {
            up.advance(at);
            down.advance(at);
            peak = peak.max(up.sum() - down.sum());
        }
        peak
    }

    /// The level, integrated over the known history until `t`, in ns.
    pub(super) fn integral(&self, t: Nanos) -> f64 {
        let (mut up, mut down) = (self.up.cursor(0), self.down.cursor(0));
        let (mut from, mut integral) = (0, 0.0);
        loop {
            let next = up.next_step_time().into_iter().chain(down.next_step_time()).min().unwrap_or(t).min(t);
            integral += (next - from) as f64 * (up.sum() - down.sum()) as f64;
            if next == t {
                return integral;
            }
            from = next;
            up.advance(next);
            down.advance(next);
        }
    }

    /// Sum of increases minus sum of decreases up to `t`.
    pub(super) fn sum(&self, t: Nanos) -> i64 {
        self.up.sum(t) - self.down.sum(t)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Compares with a sorted vector.
        #[test]
        fn arrival_order_does_not_change_the_steps(
            times in prop::collection::vec(0..500_u64, 1..300),
            ahead in 0..4000_u64,
        ) {
            let mut steps = SortedSteps::default();
            // Many early steps make the others very late, so that merges happen.
            let head: Vec<_> = (0..ahead).map(|i| 400 + i).collect();
            let all: Vec<_> = head.iter().chain(times.iter().cycle().take(times.len() * 8)).copied().collect();
            for at in &all {
                steps.push(*at, (*at).cast_signed());
            }
            let mut sorted = all.clone();
            sorted.sort_unstable();
            prop_assert_eq!(steps.len(), all.len());
            prop_assert_eq!((steps.first(), steps.last()), (sorted.first().copied(), sorted.last().copied()));
            for t in (0..600).step_by(7) {
                let by = sorted.partition_point(|at| *at <= t);
                prop_assert_eq!(steps.count(t), by);
                prop_assert_eq!(steps.sum(t), sorted[..by].iter().sum::<u64>().cast_signed());
                prop_assert_eq!(steps.next_after(t), sorted.get(by).copied());
                prop_assert_eq!(steps.last_before(t), sorted.iter().rev().find(|at| **at < t).copied());
            }
        }
    }
}
