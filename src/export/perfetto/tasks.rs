//! Tasks in the queue, and the arrows from there to their runs.

use std::io;

use super::slot_slices::SliceWriter;
use super::trace_event::{Trace, TraceEvent};
use super::{lane_pid, queue_tid};
use crate::event::{Nanos, TaskId};
use crate::model::{Lane, Worker};

/// A task of a lane as a number that no other has.
fn flow_id(lane: &Lane, task: TaskId) -> String {
    format!("{:#x}", u64::from(lane_pid(lane.id())) << 32 | u64::from(task.0))
}

/// Each task from joining the queue to leaving it. They overlap, so that they are asynchronous to the trace.
pub(super) fn write_queue_waits(trace: &mut Trace<impl io::Write>, lane: &Lane, end: Nanos) -> io::Result<()> {
    let pid = lane_pid(lane.id());
    for task in lane.tasks() {
        let Some(times) = lane.task_times(task) else { continue };
        let Some(submitted) = times.submitted else { continue };
        let left = times.taken.or(times.ended).unwrap_or(end).max(submitted);
        let id = flow_id(lane, task);
        let wait = |ph, at| TraceEvent::of_process(pid, ph, at).name("queued").category("queue").local_id(&id);
        trace.write(&wait("b", submitted).arg("task", task.0))?;
        trace.write(&wait("e", left))?;
    }
    Ok(())
}

/// The arrows of all tasks that are run, at their beginnings in the queue between these times.
pub(super) fn write_flow_starts(
    trace: &mut Trace<impl io::Write>,
    lane: &Lane,
    from: Nanos,
    to: Nanos,
) -> io::Result<()> {
    let (pid, tid) = (lane_pid(lane.id()), queue_tid(lane.id()));
    for task in lane.tasks().filter(|task| has_run_slice(lane, *task)) {
        let submitted = lane.task_times(task).and_then(|times| times.submitted).unwrap_or(from);
        let id = flow_id(lane, task);
        let arrow = TraceEvent::of_thread(pid, tid, "s", submitted.clamp(from, to)).name("task").category("flow");
        trace.write(&arrow.id(&id))?;
    }
    Ok(())
}

/// The arrow's end, at the beginning of the task's run, which has just been put.
pub(super) fn write_flow_end(slices: &mut SliceWriter<impl io::Write>, lane: &Lane, task: TaskId) -> io::Result<()> {
    if !has_run_slice(lane, task) {
        return Ok(());
    }
    let (trace, pid, tid, now) = slices.position();
    let id = flow_id(lane, task);
    let arrow = TraceEvent::of_thread(pid, tid, "f", now).name("task").category("flow");
    trace.write(&arrow.id(&id).bind_to_enclosing_slice())
}

/// Whether the task has a run that is drawn.
fn has_run_slice(lane: &Lane, task: TaskId) -> bool {
    let by = lane.task_times(task).and_then(|times| lane.worker(times.worker?));
    by.is_some_and(|by| lane.zero().is_some() && by.slot().is_some() && start_time(lane, by, task).is_some())
}

/// When this worker began with a task; none if it was gone before it came to it.
pub(super) fn start_time(lane: &Lane, worker: &Worker, task: TaskId) -> Option<Nanos> {
    lane.turn(task).filter(|turn| worker.gone().is_none_or(|gone| *turn < gone))
}
