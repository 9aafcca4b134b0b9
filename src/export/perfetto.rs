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
mod entry;
mod place;
mod tasks;

use std::io;

use crate::event::{LaneId, Nanos, SlotId};
use crate::model::{Lane, Model, MomentKind};
use entry::{Entry, Trace};

/// Numbers for a lane's threads: unique over all lanes, for some readers know threads by their number alone.
const THREADS: u32 = 10_000_000;

/// A lane as the process of the trace; its numbers must not be 0, which is the kernel's.
fn process(lane: LaneId) -> u32 {
    u32::from(lane.0) + 1
}

/// The thread that the queue is drawn on.
fn queue_thread(lane: LaneId) -> u32 {
    process(lane) * THREADS
}

/// The thread that a worker's place is drawn on.
fn thread(lane: LaneId, slot: SlotId) -> u32 {
    queue_thread(lane) + 1 + slot.0
}

/// Writes the run as one JSON object, an event a line.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(model: &Model, out: &mut impl io::Write) -> io::Result<()> {
    let mut trace = Trace::begin(out)?;
    let end = end(model);
    for lane in model.lanes() {
        names(&mut trace, lane)?;
        queue(&mut trace, model, lane)?;
        tasks::waits(&mut trace, lane, end)?;
        for slot in places(lane) {
            place::lives(&mut trace, lane, slot, end)?;
        }
        moments(&mut trace, model, lane)?;
        counters::of_lane(&mut trace, model, lane, end)?;
    }
    counters::of_cores(&mut trace, model)?;
    trace.end()
}

/// Until when what is open is drawn.
fn end(model: &Model) -> Nanos {
    let lanes =
        model.lanes().iter().filter_map(|lane| lane.ended().map(|(at, _)| at).max(lane.previous_event(Nanos::MAX)));
    lanes.chain(model.ended()).chain([model.mark()]).max().unwrap_or(0)
}

/// The places in which anybody has ever sat.
fn places(lane: &Lane) -> impl Iterator<Item = SlotId> + '_ {
    (0..lane.slots() as u32).map(SlotId).filter(|slot| lane.workers_in_slot(*slot, Nanos::MAX).len() > 0)
}

fn names(trace: &mut Trace<impl io::Write>, lane: &Lane) -> io::Result<()> {
    let plan = lane.plan();
    let pid = process(lane.id());
    let queues = if plan.own_queues { "no queue" } else { "1 queue" };
    let workers = if plan.workers == 1 { "1 worker".into() } else { format!("{} workers", plan.workers) };
    let name = format!("{} · {workers}, {queues}", plan.mode.name());
    trace.put(&Entry::meta(pid, None, "process_name").arg("name", name))?;
    trace.put(&Entry::meta(pid, None, "process_sort_index").arg("sort_index", pid))?;
    let queue = (queue_thread(lane.id()), "queue".to_owned());
    let workers = places(lane).map(|slot| (thread(lane.id(), slot), format!("worker {slot}")));
    for (n, (tid, name)) in std::iter::once(queue).chain(workers).enumerate() {
        trace.put(&Entry::meta(pid, Some(tid), "thread_name").arg("name", name))?;
        trace.put(&Entry::meta(pid, Some(tid), "thread_sort_index").arg("sort_index", n))?;
    }
    Ok(())
}

/// As long as tasks wait: what the arrows to their runs begin at.
fn queue(trace: &mut Trace<impl io::Write>, model: &Model, lane: &Lane) -> io::Result<()> {
    let (pid, tid) = (process(lane.id()), queue_thread(lane.id()));
    let Some(zero) = lane.zero() else { return Ok(()) };
    let empty = model.key_moments(lane.id()).into_iter().find(|moment| moment.kind == MomentKind::QueueEmpty);
    let until = empty.map_or(end(model), |moment| moment.at).max(zero);
    let submitted = lane.counts(until).submitted;
    trace.put(&Entry::on(pid, tid, "B", zero).called("tasks wait").arg("submitted", submitted))?;
    tasks::arrows_from(trace, lane, zero, until)?;
    trace.put(&Entry::on(pid, tid, "E", until))?;
    let id = format!("suspended {}", lane.id());
    for (from, to) in lane.suspensions() {
        let to = to.unwrap_or(end(model));
        trace.put(&Entry::of(pid, "b", from).called("suspended").category("viewer").numbered_within(&id))?;
        trace.put(&Entry::of(pid, "e", to.max(from)).called("suspended").category("viewer").numbered_within(&id))?;
    }
    Ok(())
}

/// The key moments, as marks of the lane.
fn moments(trace: &mut Trace<impl io::Write>, model: &Model, lane: &Lane) -> io::Result<()> {
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
        trace.put(&Entry::of(process(lane.id()), "i", moment.at).called(name).category("moment").scope("p"))?;
    }
    Ok(())
}
