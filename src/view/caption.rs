//! What a lane is doing, in one sentence: the first that holds. It counts what the tiles show, and says what is, never what should be.

use super::Scene;
use crate::model::Lane;

/// The sentence, longest variant first.
pub(super) fn of(scene: &Scene, lane: &Lane) -> Vec<String> {
    let at = scene.at;
    let counts = lane.counts(at);
    let cores = lane.plan().cores.len() as u32;
    let idle = scene.model.idle(lane.id(), at);
    let workers = if lane.plan().own_queues { "processes" } else { "workers" };
    let (io, ready, queued) = (counts.in_io, counts.ready, counts.queued);
    let spare = if cores == 1 { "the core".into() } else { format!("{idle} of {cores} cores") };
    let all = |n: u32| if n == 1 { "the core".into() } else { format!("all {n} cores") };
    if lane.zero().is_none_or(|zero| zero > at) {
        vec!["waits for its turn".into()]
    } else if lane.ended().is_some_and(|(ended, _)| ended <= at) {
        vec!["no process is left".into()]
    } else if lane.suspended(at) {
        vec!["suspended by you · z: go on".into(), "suspended".into()]
    } else if lane.plan().gil && ready == 1 && counts.resident + counts.held > io + 1 {
        let waiting = (counts.live_workers).saturating_sub(io + 1);
        vec![
            format!("1 thread has the GIL, {waiting} wait for it, {io} in I/O"),
            format!("1 has the GIL, {waiting} wait"),
        ]
    } else if queued > 0 && idle > 0 {
        vec![
            format!("{io} of {} {workers} in I/O: {spare} idle while {queued} tasks wait", counts.live_workers),
            format!("{io} in I/O: {spare} idle, {queued} wait"),
            format!("{idle} idle, {queued} wait"),
        ]
    } else if ready > cores {
        let busy = all(cores);
        vec![
            format!("{busy} busy: {ready} {workers} take turns, {io} in I/O"),
            format!("{busy} busy, {ready} take turns"),
        ]
    } else if ready == cores {
        vec![format!("{} busy", all(cores))]
    } else if ready == 0 && io > 0 {
        vec![format!("all {io} {workers} wait for I/O, nothing is queued"), format!("all {io} wait for I/O")]
    } else {
        let left = counts.live_workers;
        vec![
            format!("{ready} of {cores} cores wanted: {left} {workers} left, {io} in I/O"),
            format!("{ready} of {cores} cores"),
        ]
    }
}
