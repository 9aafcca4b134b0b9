//! Key moments of a lane.

use super::Model;
use crate::event::{LaneId, LaneStatus, Nanos, WorkerId};

/// A key moment: a time of a lane that the viewer can jump to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyMoment {
    pub at: Nanos,
    pub kind: KeyMomentKind,
}

/// Kinds of key moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyMomentKind {
    /// A worker takes a task for the first time.
    FirstDispatch,
    /// A worker is in I/O for the first time.
    FirstIo,
    /// A core is idle while tasks wait, for the first time since all workers were ready.
    FirstIdleCore,
    /// The queue is empty from here on.
    QueueEmpty,
    /// The resident payload reaches its maximum for the first time.
    MemoryPeak,
    /// A worker was killed or failed.
    Death(WorkerId),
    /// The lane's last task ended.
    End,
}

impl Model {
    /// The key moments known so far, in order of time. Costs binary searches and one pass between two checkpoints.
    #[must_use]
    pub fn key_moments(&self, id: LaneId) -> Vec<KeyMoment> {
        let Some(lane) = self.lanes.get(id.index()) else { return Vec::new() };
        let now = lane.ended.map_or(self.mark, |(at, _)| at);
        let totals = self.integrals_until(lane, now);
        let idle = lane.all_ready().and_then(|ready| {
            let before = self.integrals_until(lane, ready).stall;
            self.integrals[id.index()].first_stall_after(self.lane_with_core_sharers(lane), before, now)
        });
        // Tasks abandoned by a cancelled run leave the queue without being taken.
        let given_up = lane.ended.is_some_and(|(_, status)| status == LaneStatus::Cancelled);
        let empty = totals.queued_until > 0 && lane.queued_tasks(now) == 0 && !given_up;
        let empty = empty.then_some(totals.queued_until);
        let peak = (totals.peak_bytes > 0).then_some(totals.peak_at);
        let moments = [
            (lane.queue.down.first(), KeyMomentKind::FirstDispatch),
            (lane.io.up.first(), KeyMomentKind::FirstIo),
            (idle, KeyMomentKind::FirstIdleCore),
            (empty, KeyMomentKind::QueueEmpty),
            (peak, KeyMomentKind::MemoryPeak),
            (lane.history_end(), KeyMomentKind::End),
        ];
        let deaths = lane.worker_deaths().map(|(at, worker)| KeyMoment { at, kind: KeyMomentKind::Death(worker) });
        let known = moments.into_iter().filter_map(|(at, kind)| Some(KeyMoment { at: at?, kind }));
        let mut all: Vec<_> = known.chain(deaths).collect();
        all.sort_unstable_by_key(|moment| (moment.at, moment.kind));
        all
    }
}
