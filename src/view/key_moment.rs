//! Descriptions of key moments.

use super::{Scene, clock};
use crate::event::units::{bytes, count, tasks};
use crate::event::{LaneId, Nanos};
use crate::model::{Lane, Moment, MomentKind};

/// Describes a key moment of a lane, longest first. Deaths are described elsewhere.
pub(super) fn sentences(scene: &Scene, id: LaneId, moment: Moment) -> Vec<String> {
    let Some(lane) = scene.model.lanes().get(id.index()) else { return Vec::new() };
    let mode = lane.name();
    let at = clock(since(scene, lane, moment.at));
    let counts = lane.counts(moment.at);
    let own = lane.plan().own_queues;
    match moment.kind {
        MomentKind::FirstDispatch => vec![format!("{mode}: the first task is taken at {at}")],
        MomentKind::FirstIo => vec![format!("{mode}: first I/O wait at {at}")],
        MomentKind::FirstIdleCore => {
            let waiting = count(counts.queued.into());
            vec![
                format!("{mode}: first time that a core is idle while tasks wait, at {at}: {waiting} in the queue"),
                format!("{mode}: a core is idle while tasks wait, at {at}"),
            ]
        }
        MomentKind::QueueEmpty if own => vec![format!("{mode}: every task has its process at {at}")],
        MomentKind::QueueEmpty => {
            let left = counts.held + counts.resident;
            let are = if left == 1 { "is" } else { "are" };
            let left = tasks(left.into());
            vec![
                format!("{mode}: the queue is empty at {at}, {left} {are} still with the workers"),
                format!("{mode}: the queue is empty at {at}"),
            ]
        }
        MomentKind::MemoryPeak => {
            let (held, all) = (count(counts.resident.into()), tasks(counts.submitted.into()));
            let payload = bytes(counts.resident_bytes);
            vec![
                format!("{mode}: most memory in use: {payload}, {held} of {all}, at {at}"),
                format!("{mode}: most memory: {payload} at {at}"),
            ]
        }
        MomentKind::Death(worker) => vec![format!("{mode}: w{worker} died at {at}")],
        MomentKind::End => vec![format!("{mode}: ended at {at}")],
    }
}

/// Time since the start of the axis.
pub(super) fn since(scene: &Scene, lane: &Lane, at: Nanos) -> Nanos {
    let zero = lane.zero().filter(|_| scene.model.has_own_axes()).unwrap_or_else(|| scene.zero());
    at.saturating_sub(zero)
}
