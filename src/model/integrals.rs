//! Time integrals over a lane's cores: busy, idle, stalled.
//!
//! They are kept at checkpoints, so that a query at `t` costs only the transitions since the last checkpoint.

mod sweep;

use super::lane::Lane;
use super::times::NEVER;
use crate::event::Nanos;
use sweep::IntegralSweep;

/// Number of transitions between two checkpoints.
const CHECKPOINT_INTERVAL: u32 = 16;

/// Integrals from a lane's time zero to some time, in core-ns and task-ns, with peaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct IntegralTotals {
    /// Integral of cores with a ready worker of the lane.
    pub(super) busy: u128,
    /// Integral of cores without a ready worker of any lane.
    pub(super) idle: u128,
    /// Integral of min(idle cores, queued tasks).
    pub(super) stall: u128,
    /// Integral of min(idle cores, queued tasks, workers in I/O).
    pub(super) stall_io: u128,
    /// Integral of idle cores, part of the stall, whose workers are between two tasks.
    pub(super) between_tasks: u128,
    /// Integral of queued tasks.
    pub(super) queued: u128,
    /// Integral of workers that hold a task, as far as they are observed.
    pub(super) holding: u128,
    /// Integral of min(ready workers without a task, queued tasks).
    pub(super) waiting_for_task: u128,
    /// Time with a task in the queue.
    pub(super) with_queue: u128,
    /// Time with a task in the queue or with a worker.
    pub(super) working: u128,
    /// Integral of min(idle cores, ready workers without a task) while a worker holds a task and none is queued.
    pub(super) tail: u128,
    /// Integral of threads of which it is not known what they do, while a task is queued or with a worker.
    pub(super) unobserved: u128,
    /// Last time at which a task was queued.
    pub(super) queued_until: Nanos,
    /// Maximum of queued tasks.
    pub(super) peak_queue: u32,
    /// Maximum of resident tasks.
    pub(super) peak_resident: u32,
    /// Maximum of resident payload, in bytes.
    pub(super) peak_bytes: u64,
    /// When `peak_bytes` was first reached.
    pub(super) peak_at: Nanos,
}

/// Mean use of a lane's cores in one column of time, in cores.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CoreUseColumn {
    /// Cores with a ready worker of the lane.
    pub busy: f32,
    /// Cores idle while a task was queued. Its area over time is the stall.
    pub stalled: f32,
    /// The part of `stalled` due to workers in I/O.
    pub stalled_by_io: f32,
    /// All idle cores, stalled or not.
    pub idle: f32,
}

impl CoreUseColumn {
    /// Means over the `wall` ns between two integrals.
    pub(super) fn mean_between(before: &IntegralTotals, after: &IntegralTotals, wall: Nanos) -> Self {
        let mean = |part: fn(&IntegralTotals) -> u128| (part(after) - part(before)) as f32 / wall.max(1) as f32;
        Self {
            busy: mean(|totals| totals.busy),
            stalled: mean(|totals| totals.stall),
            stalled_by_io: mean(|totals| totals.stall_io),
            idle: mean(|totals| totals.idle),
        }
    }
}

/// The checkpoints of a lane.
#[derive(Clone, Debug, Default)]
pub(super) struct Integrals {
    checkpoints: Vec<(Nanos, IntegralTotals)>,
}

/// A lane and the lanes that share its cores.
#[derive(Clone, Copy, Debug)]
pub(super) struct LaneWithCoreSharers<'a> {
    pub(super) lane: &'a Lane,
    pub(super) others: &'a [Lane],
}

impl<'a> LaneWithCoreSharers<'a> {
    /// The lanes on these cores, this lane first.
    pub(super) fn all_lanes(self) -> impl Iterator<Item = &'a Lane> {
        let others = self
            .others
            .iter()
            .filter(move |other| other.id != self.lane.id && other.origin_run() == self.lane.origin_run());
        std::iter::once(self.lane).chain(others)
    }

    /// Cores without a ready worker at `t`.
    pub(super) fn idle_cores(self, t: Nanos) -> u32 {
        let ready: u32 = self.all_lanes().map(|lane| lane.ready_workers(t)).fold(0, u32::saturating_add);
        (self.lane.plan.cores.len() as u32).saturating_sub(ready)
    }

    /// Earliest time whose state was changed by events since the last update.
    fn earliest_change(self) -> Nanos {
        self.all_lanes().map(|lane| lane.changed).min().unwrap_or(NEVER)
    }
}

impl Integrals {
    /// The integrals up to `t`.
    pub(super) fn totals_at(&self, sharing: LaneWithCoreSharers, t: Nanos) -> IntegralTotals {
        let Some(mut sweep) = self.sweep_from_checkpoint(sharing, t) else { return IntegralTotals::default() };
        while sweep.step_to_transition(t) {}
        sweep.totals
    }

    /// The integrals up to each of these times, in ascending order: one pass that skips from checkpoint to checkpoint.
    pub(super) fn totals_at_each(
        &self,
        sharing: LaneWithCoreSharers,
        times: impl Iterator<Item = Nanos>,
    ) -> Vec<IntegralTotals> {
        let mut pass: Option<IntegralSweep> = None;
        let at = |t| {
            let checkpoint = self.last_checkpoint(sharing, t);
            if pass.as_ref().is_none_or(|sweep| checkpoint.is_some_and(|(at, _)| *at > sweep.at)) {
                pass = sweep_from(sharing, checkpoint);
            }
            let Some(sweep) = &mut pass else { return IntegralTotals::default() };
            while sweep.step_to_transition(t) {}
            sweep.totals
        };
        times.map(at).collect()
    }

    /// The first time up to `t` at which the integral of the stall exceeds `before`.
    pub(super) fn first_stall_after(&self, sharing: LaneWithCoreSharers, before: u128, t: Nanos) -> Option<Nanos> {
        let valid = &self.checkpoints[..self.valid_checkpoints(sharing, t)];
        let last = valid.partition_point(|(_, totals)| totals.stall <= before).checked_sub(1);
        let mut sweep = match last {
            Some(last) => IntegralSweep::begin(sharing, valid[last].0, valid[last].1),
            None => IntegralSweep::begin(sharing, sharing.lane.zero?, IntegralTotals::default()),
        };
        loop {
            let at = sweep.at;
            let more = sweep.step_to_transition(t);
            if sweep.totals.stall > before {
                return Some(at);
            }
            if !more {
                return None;
            }
        }
    }

    /// Adds checkpoints up to `t`, and drops those invalidated by a change.
    pub(super) fn add_checkpoints_until(&mut self, sharing: LaneWithCoreSharers, t: Nanos) {
        self.checkpoints.truncate(self.valid_checkpoints(sharing, NEVER));
        let Some(mut sweep) = self.sweep_from_checkpoint(sharing, t) else { return };
        let mut steps = 0;
        while sweep.step_to_transition(t) {
            steps += 1;
            if steps == CHECKPOINT_INTERVAL {
                self.checkpoints.push((sweep.at, sweep.totals));
                steps = 0;
            }
        }
    }

    /// Forgets the checkpoints before `t`, at which there is one from now on.
    pub(super) fn forget_before(&mut self, sharing: LaneWithCoreSharers, t: Nanos) {
        if sharing.lane.zero.is_none_or(|zero| zero >= t) {
            return;
        }
        let totals = self.totals_at(sharing, t);
        let kept = self.checkpoints.partition_point(|(at, _)| *at <= t);
        self.checkpoints.splice(..kept, [(t, totals)]);
    }

    /// Number of checkpoints by `t` that are still valid.
    fn valid_checkpoints(&self, sharing: LaneWithCoreSharers, t: Nanos) -> usize {
        let t = t.min(sharing.earliest_change());
        self.checkpoints.partition_point(|(at, _)| *at <= t)
    }

    /// The last valid checkpoint by `t`.
    fn last_checkpoint(&self, sharing: LaneWithCoreSharers, t: Nanos) -> Option<&(Nanos, IntegralTotals)> {
        self.checkpoints[..self.valid_checkpoints(sharing, t)].last()
    }

    fn sweep_from_checkpoint<'a>(&self, sharing: LaneWithCoreSharers<'a>, t: Nanos) -> Option<IntegralSweep<'a>> {
        sweep_from(sharing, self.last_checkpoint(sharing, t))
    }
}

/// A pass from a checkpoint, or from the beginning.
fn sweep_from<'a>(
    sharing: LaneWithCoreSharers<'a>,
    checkpoint: Option<&(Nanos, IntegralTotals)>,
) -> Option<IntegralSweep<'a>> {
    let beginning = (sharing.lane.zero?, IntegralTotals::default());
    let (at, totals) = *checkpoint.unwrap_or(&beginning);
    Some(IntegralSweep::begin(sharing, at, totals))
}
