//! Ids and names of tracks.

use std::io;

use super::trace_event::{TraceEvent, TraceTrack, TraceWriter};
use crate::event::{LaneId, Nanos, SlotId};
use crate::model::Lane;

/// The process of the trace that has the counters of the cores.
pub(super) const MACHINE_TRACK: TraceTrack = TraceTrack { pid: 100, tid: None };

/// Size of a lane's range of thread ids. They are unique in the trace, because some readers ignore the process id.
const TIDS_PER_LANE: u64 = 10_000_000;

/// The process of a lane. Its id is not 0, which is the kernel's.
pub(super) fn lane_track(lane: LaneId) -> TraceTrack {
    let pid = u32::from(lane.0) + 1;
    TraceTrack { pid: if pid < MACHINE_TRACK.pid { pid } else { pid + 1 }, tid: None }
}

/// The thread of a lane's queue.
pub(super) fn queue_track(lane: LaneId) -> TraceTrack {
    let TraceTrack { pid, .. } = lane_track(lane);
    TraceTrack { pid, tid: Some(u64::from(pid) * TIDS_PER_LANE) }
}

/// The thread of a worker slot.
pub(super) fn slot_track(lane: LaneId, slot: SlotId) -> TraceTrack {
    let TraceTrack { pid, .. } = lane_track(lane);
    TraceTrack { pid, tid: Some(u64::from(pid) * TIDS_PER_LANE + 1 + u64::from(slot.0)) }
}

/// The slots that have had a worker.
pub(super) fn slots_with_workers(lane: &Lane) -> impl Iterator<Item = SlotId> + '_ {
    (0..lane.slot_count() as u32).map(SlotId).filter(|slot| lane.workers_in_slot(*slot, Nanos::MAX).len() > 0)
}

/// Writes names and order of a lane's process and threads.
pub(super) fn write_track_names(trace: &mut TraceWriter<impl io::Write>, lane: &Lane) -> io::Result<()> {
    let (id, plan) = (lane.id(), lane.plan());
    let queues = if plan.own_queues { "no queue" } else { "1 queue" };
    let workers = if plan.workers == 1 { "1 worker".into() } else { format!("{} workers", plan.workers) };
    let name = lane.title().unwrap_or_else(|| format!("{} · {workers}, {queues}", plan.mode_name()));
    write_process_name(trace, lane_track(id), name)?;
    let queue = (queue_track(id), "queue".to_owned());
    let workers = slots_with_workers(lane).map(|slot| (slot_track(id, slot), format!("worker {slot}")));
    for (n, (track, name)) in std::iter::once(queue).chain(workers).enumerate() {
        trace.write(&TraceEvent::metadata_event(track, "thread_name").with_arg("name", name))?;
        trace.write(&TraceEvent::metadata_event(track, "thread_sort_index").with_arg("sort_index", n))?;
    }
    Ok(())
}

/// Writes the name of a process. Processes are displayed in order of their ids.
pub(super) fn write_process_name(
    trace: &mut TraceWriter<impl io::Write>,
    track: TraceTrack,
    name: String,
) -> io::Result<()> {
    trace.write(&TraceEvent::metadata_event(track, "process_name").with_arg("name", name))?;
    trace.write(&TraceEvent::metadata_event(track, "process_sort_index").with_arg("sort_index", track.pid))
}
