//! A worker's place as nested slices: lives, in them starting and tasks, in these what was done.

use std::io;

use super::trace_event::{Trace, TraceEvent};
use super::{lane_pid, slot_tid, tasks};
use crate::event::{Exit, LanePlan, Nanos, SlotId, TaskId, WorkerId};
use crate::model::{Lane, Worker};
use crate::system::signals;

/// Slices of a thread. However the times of a recording are, they come in order, and none outlasts the one that it is in.
pub(super) struct SliceWriter<'t, 'o, W> {
    trace: &'t mut Trace<'o, W>,
    pid: u32,
    tid: u32,
    /// When the last began or ended.
    now: Nanos,
    /// When those around must end.
    open_ends: Vec<Nanos>,
}

impl<'o, W: io::Write> SliceWriter<'_, 'o, W> {
    fn open(
        &mut self,
        name: String,
        from: Nanos,
        to: Nanos,
        args: impl FnOnce(TraceEvent) -> TraceEvent,
    ) -> io::Result<()> {
        let latest = self.open_ends.last().copied().unwrap_or(Nanos::MAX);
        self.now = from.clamp(self.now, latest.max(self.now));
        self.open_ends.push(to.min(latest).max(self.now));
        self.trace.write(&args(TraceEvent::of_thread(self.pid, self.tid, "B", self.now).name(name)))
    }

    fn close(&mut self) -> io::Result<()> {
        self.now = self.open_ends.pop().unwrap_or(self.now).max(self.now);
        self.trace.write(&TraceEvent::of_thread(self.pid, self.tid, "E", self.now))
    }

    fn write(&mut self, name: &str, from: Nanos, to: Nanos) -> io::Result<()> {
        self.open(name.into(), from, to, |entry| entry)?;
        self.close()
    }

    /// What happens on this thread now.
    pub(super) fn position(&mut self) -> (&mut Trace<'o, W>, u32, u32, Nanos) {
        (self.trace, self.pid, self.tid, self.now)
    }
}

/// All that happened in a place.
pub(super) fn write_slot(trace: &mut Trace<impl io::Write>, lane: &Lane, slot: SlotId, end: Nanos) -> io::Result<()> {
    let (pid, tid) = (lane_pid(lane.id()), slot_tid(lane.id(), slot));
    let mut slices = SliceWriter { trace, pid, tid, now: 0, open_ends: Vec::new() };
    for id in lane.workers_in_slot(slot, Nanos::MAX) {
        if let Some(worker) = lane.worker(id) {
            write_worker(&mut slices, lane, id, worker, end)?;
        }
    }
    Ok(())
}

fn write_worker(
    slices: &mut SliceWriter<impl io::Write>,
    lane: &Lane,
    id: WorkerId,
    worker: &Worker,
    end: Nanos,
) -> io::Result<()> {
    let begin = worker.spawned().unwrap_or(0);
    let gone = worker.gone().or(worker.exited().map(|(at, _)| at)).unwrap_or(end);
    let name = worker.pid().map_or_else(|| format!("w{id}"), |pid| format!("w{id} · pid {pid}"));
    slices.open(name, begin, gone, |entry| {
        let entry = entry.arg("worker", id.0).arg("pid", worker.pid());
        let Some(usage) = worker.usage() else { return entry };
        let entry = entry.arg("cpu_ns", usage.cpu_ns).arg("run_delay_ns", usage.run_delay_ns);
        entry
            .arg("voluntary_switches", usage.voluntary_switches)
            .arg("involuntary_switches", usage.involuntary_switches)
    })?;
    slices.write("start", begin, worker.ready().unwrap_or(gone))?;
    for task in worker.tasks() {
        // Of a record that was not finished, nobody came to the rest.
        if let Some(turn) = tasks::start_time(lane, worker, task) {
            write_task(slices, lane, worker, task, turn, gone)?;
        }
    }
    if let Some((at, how)) = worker.exited().and_then(|(at, exit)| Some((at, abnormal_exit(exit)?))) {
        let (trace, pid, tid, now) = slices.position();
        trace.write(
            &TraceEvent::of_thread(pid, tid, "i", at.clamp(now, gone.max(now))).name(how).category("death").scope("t"),
        )?;
    }
    slices.close()
}

/// How a process ended that did not end well.
fn abnormal_exit(exit: Exit) -> Option<String> {
    match exit {
        Exit::Code(0) => None,
        Exit::Code(code) => Some(format!("ended with code {code}")),
        Exit::Signal(signal) => Some(format!("killed by {}", signals::name(signal))),
    }
}

/// A task in its worker's hands, from its turn until it is gone.
fn write_task(
    slices: &mut SliceWriter<impl io::Write>,
    lane: &Lane,
    worker: &Worker,
    task: TaskId,
    turn: Nanos,
    gone: Nanos,
) -> io::Result<()> {
    let times = lane.task_times(task).unwrap_or_default();
    let ended = times.ended.unwrap_or(gone).min(gone);
    let released = times.released.unwrap_or(ended).min(gone);
    let outcome = lane.outcome(task).unwrap_or_default();
    slices.open(format!("task {task}"), turn, released, |entry| {
        entry.category("task").arg("task", task.0).arg("outcome", outcome.name()).arg("payload_bytes", times.bytes)
    })?;
    tasks::write_flow_end(slices, lane, task)?;
    slices.write("load", turn, times.loaded.unwrap_or(ended))?;
    if let Some(loaded) = times.loaded {
        write_work(slices, lane.plan(), worker, loaded, ended)?;
        if released > ended {
            slices.write("release", ended, released)?;
        }
    }
    slices.close()
}

/// What was done with a payload: added, waited for I/O, waited for the lock.
fn write_work(
    slices: &mut SliceWriter<impl io::Write>,
    plan: &LanePlan,
    worker: &Worker,
    from: Nanos,
    to: Nanos,
) -> io::Result<()> {
    for (io, from, to) in worker.cut_by_io(from, to) {
        if io {
            slices.write("I/O", from, to)?;
        } else if plan.gil {
            for (has, from, to) in worker.cut_by_gil(from, to) {
                slices.write(if has { "add" } else { "wait for GIL" }, from, to)?;
            }
        } else {
            slices.write("add", from, to)?;
        }
    }
    Ok(())
}
