//! The run as a trace for Perfetto (ui.perfetto.dev) and whatever else reads Chrome's JSON trace format.
//!
//! ```text
//! pool · 4 workers, 1 queue         a process a lane
//!   queue    ▕ tasks wait ▏         as long as there are any; an arrow from here to each task's run
//!   queued   ▕▕▕▕▕▕▕▕               async: a task from submitted to taken
//!   worker 0 ▕ w0 · pid 4000     ▏  a thread a place; a slice a life, in it starting, its tasks and what they did
//!            ▕ task 0     ▏
//!            ▕load▏add▏I/O▏
//!   counters: queued tasks, tasks and bytes in memory, busy cores, cores idle while tasks wait, workers in I/O
//! machine                           counters: the load of each core
//! ```
//!
//! The lanes are the trace's processes, since a place may see several processes, and threads share theirs: what the
//! operating system called them is in the names and arguments of the slices.

mod counters;
mod slot_slices;
mod tasks;
mod trace_event;

use std::io;

use crate::event::{LaneId, Nanos, SlotId};
use crate::model::{Lane, Model, MomentKind};
use trace_event::{Trace, TraceEvent};

/// Numbers for a lane's threads: unique over all lanes, for some readers know threads by their number alone.
const TIDS_PER_LANE: u32 = 10_000_000;

/// A lane as the process of the trace; its numbers must not be 0, which is the kernel's.
fn lane_pid(lane: LaneId) -> u32 {
    u32::from(lane.0) + 1
}

/// The thread that the queue is drawn on.
fn queue_tid(lane: LaneId) -> u32 {
    lane_pid(lane) * TIDS_PER_LANE
}

/// The thread that a worker's place is drawn on.
fn slot_tid(lane: LaneId, slot: SlotId) -> u32 {
    queue_tid(lane) + 1 + slot.0
}

/// Writes the run as one JSON object, an event a line.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(model: &Model, out: &mut impl io::Write) -> io::Result<()> {
    let mut trace = Trace::start(out)?;
    let end = trace_end(model);
    for lane in model.lanes() {
        write_names(&mut trace, lane)?;
        write_queue(&mut trace, model, lane)?;
        tasks::write_queue_waits(&mut trace, lane, end)?;
        for slot in used_slots(lane) {
            slot_slices::write_slot(&mut trace, lane, slot, end)?;
        }
        write_moments(&mut trace, model, lane)?;
        counters::write_lane(&mut trace, model, lane, end)?;
    }
    counters::write_cores(&mut trace, model)?;
    trace.finish()
}

/// Until when what is open is drawn.
fn trace_end(model: &Model) -> Nanos {
    let lanes =
        model.lanes().iter().filter_map(|lane| lane.ended().map(|(at, _)| at).max(lane.previous_event(Nanos::MAX)));
    lanes.chain(model.ended()).chain([model.mark()]).max().unwrap_or(0)
}

/// The places in which anybody has ever sat.
fn used_slots(lane: &Lane) -> impl Iterator<Item = SlotId> + '_ {
    (0..lane.slots() as u32).map(SlotId).filter(|slot| lane.workers_in_slot(*slot, Nanos::MAX).len() > 0)
}

fn write_names(trace: &mut Trace<impl io::Write>, lane: &Lane) -> io::Result<()> {
    let plan = lane.plan();
    let pid = lane_pid(lane.id());
    let queues = if plan.own_queues { "no queue" } else { "1 queue" };
    let workers = if plan.workers == 1 { "1 worker".into() } else { format!("{} workers", plan.workers) };
    let name = format!("{} · {workers}, {queues}", plan.mode.name());
    trace.write(&TraceEvent::metadata(pid, None, "process_name").arg("name", name))?;
    trace.write(&TraceEvent::metadata(pid, None, "process_sort_index").arg("sort_index", pid))?;
    let queue = (queue_tid(lane.id()), "queue".to_owned());
    let workers = used_slots(lane).map(|slot| (slot_tid(lane.id(), slot), format!("worker {slot}")));
    for (n, (tid, name)) in std::iter::once(queue).chain(workers).enumerate() {
        trace.write(&TraceEvent::metadata(pid, Some(tid), "thread_name").arg("name", name))?;
        trace.write(&TraceEvent::metadata(pid, Some(tid), "thread_sort_index").arg("sort_index", n))?;
    }
    Ok(())
}

/// As long as tasks wait: what the arrows to their runs begin at.
fn write_queue(trace: &mut Trace<impl io::Write>, model: &Model, lane: &Lane) -> io::Result<()> {
    let (pid, tid) = (lane_pid(lane.id()), queue_tid(lane.id()));
    let Some(zero) = lane.zero() else { return Ok(()) };
    let empty = model.key_moments(lane.id()).into_iter().find(|moment| moment.kind == MomentKind::QueueEmpty);
    let until = empty.map_or(trace_end(model), |moment| moment.at).max(zero);
    let submitted = lane.counts(until).submitted;
    trace.write(&TraceEvent::of_thread(pid, tid, "B", zero).name("tasks wait").arg("submitted", submitted))?;
    tasks::write_flow_starts(trace, lane, zero, until)?;
    trace.write(&TraceEvent::of_thread(pid, tid, "E", until))?;
    let id = format!("suspended {}", lane.id());
    for (from, to) in lane.suspensions() {
        let to = to.unwrap_or(trace_end(model));
        trace.write(&TraceEvent::of_process(pid, "b", from).name("suspended").category("viewer").local_id(&id))?;
        trace.write(
            &TraceEvent::of_process(pid, "e", to.max(from)).name("suspended").category("viewer").local_id(&id),
        )?;
    }
    Ok(())
}

/// The key moments, as marks of the lane.
fn write_moments(trace: &mut Trace<impl io::Write>, model: &Model, lane: &Lane) -> io::Result<()> {
    for moment in model.key_moments(lane.id()) {
        let name = match moment.kind {
            MomentKind::FirstDispatch => "first task taken".into(),
            MomentKind::FirstIo => "first I/O wait".into(),
            MomentKind::FirstIdleCore => "first core idle while tasks wait".into(),
            MomentKind::QueueEmpty => "the queue is empty".into(),
            MomentKind::MemoryPeak => "most memory in use".into(),
            MomentKind::Death(worker) => format!("w{worker} died"),
            MomentKind::End => "end".into(),
        };
        trace.write(
            &TraceEvent::of_process(lane_pid(lane.id()), "i", moment.at).name(name).category("moment").scope("p"),
        )?;
    }
    Ok(())
}
