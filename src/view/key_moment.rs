//! Descriptions of key moments.

use super::{DisplayedScene, format_time};
use crate::event::{LaneId, Nanos};
use crate::model::{KeyMoment, KeyMomentKind, Lane, Worker};
use crate::report::phrases;

/// Texts that describe a key moment of a lane, longest first. Deaths are described by the footer.
pub(super) fn key_moment_sentences(scene: &DisplayedScene, id: LaneId, moment: KeyMoment) -> Vec<String> {
    let Some(lane) = scene.model.lanes().get(id.index()) else { return Vec::new() };
    let at = format_time(time_on_axis(scene, lane, moment.at));
    let noun = phrases::displayed_lane_noun(lane);
    if let KeyMomentKind::Death(worker) = moment.kind
        && let Some(name) = lane.worker(worker).and_then(Worker::name)
    {
        return vec![phrases::cluster_worker_gone(&noun, name, &at)];
    }
    phrases::key_moment(&noun, moment.kind, &at, &lane.counts_at(moment.at), lane.plan().own_queues)
}

/// Time of a key moment since the start of the lane's clock.
pub(super) fn time_on_axis(scene: &DisplayedScene, lane: &Lane, at: Nanos) -> Nanos {
    at.saturating_sub(scene.model.clock_zero(lane))
}
