//! Slices of the queue, of workers and their tasks; flows from the queue to the tasks; instants for key moments.

use std::io;

use super::super::task_name;
use super::trace_event::{TraceEvent, TraceTrack, TraceWriter};
use super::tracks::{lane_track, queue_track, slot_track, slots_with_workers};
use crate::event::{Exit, Nanos, TaskId, WorkerId};
use crate::language;
use crate::model::{KeyMomentKind, Lane, Model, Worker};
use crate::report::phrases;

/// Writes all slices, flows and instants of a lane. Unfinished slices end at `end`.
pub(super) fn write_lane(
    trace: &mut TraceWriter<impl io::Write>,
    model: &Model,
    lane: &Lane,
    end: Nanos,
) -> io::Result<()> {
    write_queue(trace, model, lane, end)?;
    write_queue_waits(trace, lane, end)?;
    for slot in slots_with_workers(lane) {
        let track = slot_track(lane.id(), slot);
        let mut slices = SlotSlices { trace, lane, track, now: 0, open_ends: Vec::new() };
        for id in lane.workers_in_slot(slot, Nanos::MAX) {
            if let Some(worker) = lane.worker(id) {
                slices.write_worker_slice(id, worker, end)?;
            }
        }
    }
    write_key_moments(trace, model, lane)
}

/// Writes a slice while tasks wait, in which the flows start, and the suspensions of the lane.
fn write_queue(trace: &mut TraceWriter<impl io::Write>, model: &Model, lane: &Lane, end: Nanos) -> io::Result<()> {
    let track = queue_track(lane.id());
    let Some(zero) = lane.time_zero() else { return Ok(()) };
    let empty = model.key_moments(lane.id()).into_iter().find(|moment| moment.kind == KeyMomentKind::QueueEmpty);
    let until = empty.map_or(end, |moment| moment.at).max(zero);
    // Where tasks are only counted, nothing is known of single ones.
    if lane.has_only_counts() {
        return Ok(());
    }
    let submitted = lane.counts_at(until).submitted;
    trace.write(&TraceEvent::new(track, "B", zero).name("tasks wait").with_arg("submitted", submitted))?;
    for task in lane.task_ids().filter(|task| has_run_slice(lane, *task)) {
        let submitted = lane.task_times(task).and_then(|times| times.submitted).unwrap_or(zero);
        trace.write(&flow_event(track, "s", submitted.clamp(zero, until), lane, task))?;
    }
    trace.write(&TraceEvent::new(track, "E", until))?;
    for (from, to) in lane.suspensions() {
        let suspended = |ph, at| {
            let event = TraceEvent::new(lane_track(lane.id()), ph, at).name("suspended").with_category("viewer");
            event.id_local_to_process(format!("suspended {}", lane.id()))
        };
        trace.write(&suspended("b", from))?;
        trace.write(&suspended("e", to.unwrap_or(end).max(from)))?;
    }
    Ok(())
}

/// Writes each task's time in the queue. These slices overlap, so they are asynchronous.
fn write_queue_waits(trace: &mut TraceWriter<impl io::Write>, lane: &Lane, end: Nanos) -> io::Result<()> {
    for task in lane.task_ids() {
        let Some(times) = lane.task_times(task) else { continue };
        let Some(submitted) = times.submitted else { continue };
        let left = times.taken.or(times.ended).unwrap_or(end).max(submitted);
        let wait = |ph, at| {
            let event = TraceEvent::new(lane_track(lane.id()), ph, at).name("queued").with_category("queue");
            event.id_local_to_process(task_flow_id(lane, task))
        };
        trace.write(&wait("b", submitted).with_arg("task", task.0))?;
        trace.write(&wait("e", left))?;
    }
    Ok(())
}

/// One end of the arrow (flow) that connects a task's queue slice with its run slice.
fn flow_event(track: TraceTrack, ph: &'static str, at: Nanos, lane: &Lane, task: TaskId) -> TraceEvent {
    TraceEvent::new(track, ph, at).name("task").with_category("flow").flow_id(task_flow_id(lane, task))
}

/// An id of the task that is unique in the trace.
fn task_flow_id(lane: &Lane, task: TaskId) -> String {
    format!("{:#x}", u64::from(lane_track(lane.id()).pid) << 32 | u64::from(task.0))
}

/// Whether the task has a slice in a worker slot.
fn has_run_slice(lane: &Lane, task: TaskId) -> bool {
    let worker = lane.task_times(task).and_then(|times| lane.worker(times.worker?));
    worker.is_some_and(|worker| {
        lane.time_zero().is_some() && worker.slot().is_some() && start_time(lane, worker, task).is_some()
    })
}

/// When the worker started the task; none if the worker ended before.
fn start_time(lane: &Lane, worker: &Worker, task: TaskId) -> Option<Nanos> {
    lane.task_reached_at(task).filter(|reached| worker.ended_at().is_none_or(|gone| *reached < gone))
}

/// Writes the nested slices of a worker slot: workers, in them their start and tasks, in these their steps.
///
/// Whatever the times in a recording, slices are in order and end no later than the slice around them.
struct SlotSlices<'a, W> {
    trace: &'a mut TraceWriter<W>,
    lane: &'a Lane,
    track: TraceTrack,
    /// Time of the last event written.
    now: Nanos,
    /// End times of the open slices, the innermost last.
    open_ends: Vec<Nanos>,
}

impl<W: io::Write> SlotSlices<'_, W> {
    /// Begins a slice; `add_args` completes its event.
    fn begin_slice(
        &mut self,
        name: String,
        from: Nanos,
        to: Nanos,
        add_args: impl FnOnce(TraceEvent) -> TraceEvent,
    ) -> io::Result<()> {
        let latest = self.open_ends.last().copied().unwrap_or(Nanos::MAX);
        self.now = from.clamp(self.now, latest.max(self.now));
        self.open_ends.push(to.min(latest).max(self.now));
        self.trace.write(&add_args(TraceEvent::new(self.track, "B", self.now).name(name)))
    }

    /// Ends the innermost slice.
    fn end_slice(&mut self) -> io::Result<()> {
        self.now = self.open_ends.pop().unwrap_or(self.now).max(self.now);
        self.trace.write(&TraceEvent::new(self.track, "E", self.now))
    }

    /// Writes a slice without inner slices.
    fn write(&mut self, name: &str, from: Nanos, to: Nanos) -> io::Result<()> {
        self.begin_slice(name.into(), from, to, |event| event)?;
        self.end_slice()
    }

    fn write_worker_slice(&mut self, id: WorkerId, worker: &Worker, end: Nanos) -> io::Result<()> {
        let begin = worker.spawned_at().unwrap_or(0);
        let gone = worker.ended_at().or(worker.exit_time_and_kind().map(|(at, _)| at)).unwrap_or(end);
        let name = worker.pid().map_or_else(|| format!("w{id}"), |pid| format!("w{id} · pid {pid}"));
        self.begin_slice(name, begin, gone, |event| {
            let event = event.with_arg("worker", id.0).with_arg("pid", worker.pid());
            let Some(usage) = worker.final_usage() else { return event };
            let event = event.with_arg("cpu_ns", usage.cpu_ns).with_arg("run_delay_ns", usage.run_delay_ns);
            event
                .with_arg("voluntary_switches", usage.voluntary_switches)
                .with_arg("involuntary_switches", usage.involuntary_switches)
        })?;
        self.write("start", begin, worker.ready_at().unwrap_or(gone))?;
        let observed_until = worker.unobserved_since().min(gone);
        for task in worker.tasks() {
            // A task taken near the end of an incomplete recording may have no start time.
            if let Some(start) = start_time(self.lane, worker, task) {
                self.write_task(worker, task, start, observed_until)?;
            }
        }
        if observed_until < gone {
            self.write("not observed", observed_until, gone)?;
        }
        let death = worker.exit_time_and_kind().filter(|(_, exit)| *exit != Exit::Code(0));
        if let Some((at, exit)) = death.filter(|_| !worker.was_ended_by_program()) {
            let at = at.clamp(self.now, gone.max(self.now));
            self.trace.write(
                &TraceEvent::new(self.track, "i", at)
                    .name(language::in_english(|| phrases::exit_text(exit)))
                    .with_category("death")
                    .with_scope("t"),
            )?;
        }
        self.end_slice()
    }

    /// Writes a task from its start until its payload is released.
    fn write_task(&mut self, worker: &Worker, task: TaskId, start: Nanos, gone: Nanos) -> io::Result<()> {
        let times = self.lane.task_times(task).unwrap_or_default();
        let ended = times.ended.unwrap_or(gone).min(gone);
        let released = times.released.unwrap_or(ended).min(gone);
        let outcome = self.lane.task_outcome(task).unwrap_or_default();
        let is_of_cluster = self.lane.is_of_cluster();
        self.begin_slice(task_name(self.lane, task), start, released, |event| {
            let event = event.with_category("task").with_arg("task", task.0).with_arg("outcome", outcome.name());
            // Arguments of a cluster's tasks are unknown.
            if is_of_cluster { event } else { event.with_arg("payload_bytes", times.bytes) }
        })?;
        if has_run_slice(self.lane, task) {
            let flow_end = flow_event(self.track, "f", self.now, self.lane, task);
            self.trace.write(&flow_end.bind_to_enclosing_slice())?;
        }
        if !self.lane.is_of_program() {
            self.write("load", start, times.loaded.unwrap_or(ended))?;
        }
        if let Some(loaded) = times.loaded {
            self.write_task_steps(worker, loaded, ended)?;
            if released > ended {
                self.write("release", ended, released)?;
            }
        }
        self.end_slice()
    }

    /// Writes the steps of a task between loading and releasing its payload.
    fn write_task_steps(&mut self, worker: &Worker, from: Nanos, to: Nanos) -> io::Result<()> {
        for (io, from, to) in worker.partition_by_io(from, to) {
            if self.lane.is_of_program() {
                if io {
                    self.write(blocked_name(worker.is_in_lock(from)), from, to)?;
                }
            } else if io {
                self.write("I/O", from, to)?;
            } else if self.lane.plan().gil {
                for (has_gil, from, to) in worker.partition_by_gil(from, to) {
                    self.write(if has_gil { "add" } else { "wait for GIL" }, from, to)?;
                }
            } else {
                self.write("add", from, to)?;
            }
        }
        Ok(())
    }
}

/// Writes the key moments of a lane.
fn write_key_moments(trace: &mut TraceWriter<impl io::Write>, model: &Model, lane: &Lane) -> io::Result<()> {
    for moment in model.key_moments(lane.id()) {
        let name = moment_name(moment.kind);
        let event = TraceEvent::new(lane_track(lane.id()), "i", moment.at).name(name);
        trace.write(&event.with_category("moment").with_scope("p"))?;
    }
    Ok(())
}

/// Name in the trace of what a worker of a watched program is blocked in, the same in every language.
const fn blocked_name(lock: Option<bool>) -> &'static str {
    match lock {
        Some(true) => "lock",
        Some(false) => "wait",
        None => "blocked",
    }
}

/// Name of a key moment in the trace, the same in every language.
fn moment_name(kind: KeyMomentKind) -> String {
    match kind {
        KeyMomentKind::FirstDispatch => "first task taken".into(),
        KeyMomentKind::FirstIo => "first I/O wait".into(),
        KeyMomentKind::FirstIdleCore => "first core idle while tasks wait".into(),
        KeyMomentKind::QueueEmpty => "the queue is empty".into(),
        KeyMomentKind::MemoryPeak => "most memory in use".into(),
        KeyMomentKind::Death(worker) => format!("w{worker} died"),
        KeyMomentKind::End => "end".into(),
    }
}
