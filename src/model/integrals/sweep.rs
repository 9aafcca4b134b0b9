//! A pass over the transitions of a lane and of those that share its cores, in order of time.

use super::{IntegralTotals, LaneWithCoreSharers};
use crate::event::Nanos;
use crate::model::lane::Lane;
use crate::model::spans::TimeSpans;
use crate::model::times::{StepAmount, StepCursor, StepGauge};

/// A gauge read at successive times.
#[derive(Clone, Copy, Debug)]
struct GaugeReading<'a, A> {
    up: StepCursor<'a, A>,
    down: StepCursor<'a, A>,
}

impl<'a, A: StepAmount> GaugeReading<'a, A> {
    fn begin(gauge: &'a StepGauge<A>, at: Nanos) -> Self {
        Self { up: gauge.up.cursor(at), down: gauge.down.cursor(at) }
    }

    fn next_at(&self) -> Option<Nanos> {
        self.up.next_step_time().into_iter().chain(self.down.next_step_time()).min()
    }

    fn advance(&mut self, at: Nanos) {
        self.up.advance(at);
        self.down.advance(at);
    }

    fn count(&self) -> u32 {
        self.up.count().saturating_sub(self.down.count()) as u32
    }
}

impl GaugeReading<'_, i64> {
    fn sum(&self) -> u64 {
        (self.up.sum() - self.down.sum()).max(0) as u64
    }
}

/// The quantities from which the number of a lane's ready workers is computed.
#[derive(Clone, Debug)]
struct ReadinessInputs<'a> {
    serving: GaugeReading<'a, ()>,
    busy: GaugeReading<'a, ()>,
    io: GaugeReading<'a, ()>,
    suspended: &'a TimeSpans,
    stopped: bool,
    most: u32,
}

impl<'a> ReadinessInputs<'a> {
    fn begin(lane: &'a Lane, at: Nanos) -> Self {
        Self {
            serving: GaugeReading::begin(&lane.serving, at),
            busy: GaugeReading::begin(&lane.busy, at),
            io: GaugeReading::begin(&lane.io, at),
            suspended: &lane.suspended,
            stopped: lane.is_suspended(at),
            most: if lane.plan.gil { 1 } else { u32::MAX },
        }
    }

    fn next_at(&self, at: Nanos) -> Option<Nanos> {
        [self.serving.next_at(), self.busy.next_at(), self.io.next_at(), self.suspended.next_edge(at)]
            .into_iter()
            .flatten()
            .min()
    }

    fn advance(&mut self, at: Nanos) {
        self.serving.advance(at);
        self.busy.advance(at);
        self.io.advance(at);
        self.stopped = self.suspended.contains(at);
    }

    fn count(&self) -> u32 {
        self.runnable_of(self.busy.count())
    }

    /// Workers without a task that could run at once if they had taken one.
    fn between_tasks(&self) -> u32 {
        self.runnable_of(self.serving.count()).saturating_sub(self.count())
    }

    fn runnable_of(&self, workers: u32) -> u32 {
        if self.stopped { 0 } else { workers.saturating_sub(self.io.count()).min(self.most) }
    }
}

/// A pass over time: the levels at `at`, and the integrals up to `at`.
#[derive(Clone, Debug)]
pub(super) struct IntegralSweep<'a> {
    pub(super) at: Nanos,
    pub(super) totals: IntegralTotals,
    cores: u32,
    own: ReadinessInputs<'a>,
    others: Vec<ReadinessInputs<'a>>,
    queue: GaugeReading<'a, i64>,
    resident: GaugeReading<'a, i64>,
    unobserved: GaugeReading<'a, i64>,
}

impl<'a> IntegralSweep<'a> {
    /// Starts a pass at `at`, where the integrals are `totals`.
    pub(super) fn begin(sharing: LaneWithCoreSharers<'a>, at: Nanos, totals: IntegralTotals) -> Self {
        let lane = sharing.lane;
        Self {
            at,
            totals,
            cores: lane.plan.cores.len() as u32,
            own: ReadinessInputs::begin(lane, at),
            others: sharing
                .all_lanes()
                .skip(1)
                .filter(|other| other.ended.is_none_or(|(end, _)| at < end))
                .map(|other| ReadinessInputs::begin(other, at))
                .collect(),
            queue: GaugeReading::begin(&lane.queue, at),
            resident: GaugeReading::begin(&lane.resident, at),
            unobserved: GaugeReading::begin(&lane.cluster.unobserved, at),
        }
    }

    /// Moves to the next transition, but at most to `until`; false if the pass is at `until` already.
    pub(super) fn step_to_transition(&mut self, until: Nanos) -> bool {
        let next = self.next_at().filter(|next| *next <= until);
        let to = next.unwrap_or(until);
        if to > self.at {
            self.integrate_levels(to - self.at);
        }
        self.at = self.at.max(to);
        if next.is_some() {
            self.advance();
        }
        next.is_some()
    }

    fn next_at(&self) -> Option<Nanos> {
        let own = [self.own.next_at(self.at), self.queue.next_at(), self.resident.next_at(), self.unobserved.next_at()];
        let others = self.others.iter().map(|other| other.next_at(self.at));
        own.into_iter().chain(others).flatten().min()
    }

    fn advance(&mut self) {
        self.own.advance(self.at);
        self.queue.advance(self.at);
        self.resident.advance(self.at);
        self.unobserved.advance(self.at);
        for other in &mut self.others {
            other.advance(self.at);
        }
    }

    /// Adds the current levels for `wall` ns.
    fn integrate_levels(&mut self, wall: Nanos) {
        let own = self.own.count();
        let ready = self.others.iter().fold(own, |ready, other| ready.saturating_add(other.count()));
        let idle = self.cores.saturating_sub(ready);
        let queued = self.queue.sum() as u32;
        let stall = idle.min(queued);
        let area = |n: u32| u128::from(n) * u128::from(wall);
        let totals = &mut self.totals;
        totals.busy += area(own.min(self.cores));
        totals.idle += area(idle);
        totals.stall += area(stall);
        let stall_io = stall.min(self.own.io.count());
        totals.stall_io += area(stall_io);
        totals.between_tasks += area((stall - stall_io).min(self.own.between_tasks()));
        totals.queued += area(queued);
        let holding = self.own.busy.count();
        let (unobserved, unobserved_holding) = (self.unobserved.count(), self.unobserved.sum() as u32);
        totals.holding += area(holding.saturating_sub(unobserved_holding));
        let without_task =
            self.own.serving.count().saturating_sub(holding + unobserved - unobserved_holding.min(unobserved));
        totals.waiting_for_task += area(without_task.min(queued));
        totals.with_queue += area(u32::from(queued > 0));
        totals.working += area(u32::from(queued + holding > 0));
        if queued + holding > 0 {
            totals.unobserved += area(unobserved);
        }
        if queued == 0 && holding > 0 {
            totals.tail += area(idle.min(without_task));
        }
        if queued > 0 {
            totals.queued_until = self.at + wall;
        }
        totals.peak_queue = totals.peak_queue.max(queued);
        totals.peak_resident = totals.peak_resident.max(self.resident.count());
        let bytes = self.resident.sum();
        if bytes > totals.peak_bytes {
            (totals.peak_bytes, totals.peak_at) = (bytes, self.at);
        }
    }
}
