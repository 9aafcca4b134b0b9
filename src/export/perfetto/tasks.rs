//! Tasks in the queue, and the arrows from there to their runs.

use std::io;

use super::entry::{Entry, Trace};
use super::place::Slices;
use super::{process, queue_thread};
use crate::event::{Nanos, TaskId};
use crate::model::{Lane, Worker};

/// A task of a lane as a number that no other has.
fn id(lane: &Lane, task: TaskId) -> String {
    format!("{:#x}", u64::from(process(lane.id())) << 32 | u64::from(task.0))
}

/// Each task from joining the queue to leaving it. They overlap, so that they are asynchronous to the trace.
pub(super) fn waits(trace: &mut Trace<impl io::Write>, lane: &Lane, end: Nanos) -> io::Result<()> {
    let pid = process(lane.id());
    for task in lane.tasks() {
        let Some(times) = lane.task_times(task) else { continue };
        let Some(submitted) = times.submitted else { continue };
        let left = times.taken.or(times.ended).unwrap_or(end).max(submitted);
        let id = id(lane, task);
        let wait = |ph, at| Entry::of(pid, ph, at).called("queued").category("queue").numbered_within(&id);
        trace.put(&wait("b", submitted).arg("task", task.0))?;
        trace.put(&wait("e", left))?;
    }
    Ok(())
}

/// The arrows of all tasks that are run, at their beginnings in the queue between these times.
pub(super) fn arrows_from(trace: &mut Trace<impl io::Write>, lane: &Lane, from: Nanos, to: Nanos) -> io::Result<()> {
    let (pid, tid) = (process(lane.id()), queue_thread(lane.id()));
    for task in lane.tasks().filter(|task| is_drawn(lane, *task)) {
        let submitted = lane.task_times(task).and_then(|times| times.submitted).unwrap_or(from);
        let id = id(lane, task);
        let arrow = Entry::on(pid, tid, "s", submitted.clamp(from, to)).called("task").category("flow");
        trace.put(&arrow.numbered(&id))?;
    }
    Ok(())
}

/// The arrow's end, at the beginning of the task's run, which has just been put.
pub(super) fn arrow_to(slices: &mut Slices<impl io::Write>, lane: &Lane, task: TaskId) -> io::Result<()> {
    if !is_drawn(lane, task) {
        return Ok(());
    }
    let (trace, pid, tid, now) = slices.here();
    let id = id(lane, task);
    let arrow = Entry::on(pid, tid, "f", now).called("task").category("flow");
    trace.put(&arrow.numbered(&id).ending_around())
}

/// Whether the task has a run that is drawn.
fn is_drawn(lane: &Lane, task: TaskId) -> bool {
    let by = lane.task_times(task).and_then(|times| lane.worker(times.worker?));
    by.is_some_and(|by| lane.zero().is_some() && by.slot().is_some() && begun(lane, by, task).is_some())
}

/// When this worker began with a task; none if it was gone before it came to it.
pub(super) fn begun(lane: &Lane, worker: &Worker, task: TaskId) -> Option<Nanos> {
    lane.turn(task).filter(|turn| worker.gone().is_none_or(|gone| *turn < gone))
}
