//! What goes up and down: a value at every moment at which it changes.

use std::io;

use serde_json::Value;

use super::lane_pid;
use super::trace_event::{Trace, TraceEvent};
use crate::event::{CorePolicy, Nanos};
use crate::model::{Lane, Model};

/// The process of the trace that stands for the machine.
const MACHINE_PID: u32 = 100;

/// A counter: its name, the unit, and its last value.
struct Counter {
    name: &'static str,
    unit: &'static str,
    last: Option<u64>,
}

/// The counters of a lane at a moment, in the order of [`COUNTERS`].
type Values = [u64; COUNTERS.len()];

/// The name of each and the key of its value; a reader puts the one behind the other.
const COUNTERS: [(&str, &str); 6] = [
    ("queued", "tasks"),
    ("tasks", "in memory"),
    ("payload", "bytes"),
    ("busy", "cores"),
    ("cores", "idle while tasks wait"),
    ("workers", "in I/O"),
];

/// The lane's counters, and the private memory of its workers as sampled.
pub(super) fn write_lane(trace: &mut Trace<impl io::Write>, model: &Model, lane: &Lane, end: Nanos) -> io::Result<()> {
    let pid = lane_pid(lane.id());
    let Some(zero) = lane.zero() else { return Ok(()) };
    let mut counters = COUNTERS.map(|(name, unit)| Counter { name, unit, last: None });
    let mut now = Some(zero);
    while let Some(at) = now.filter(|at| *at <= end) {
        for (counter, value) in counters.iter_mut().zip(values(model, lane, at)) {
            if counter.last.replace(value) != Some(value) {
                trace.write(&counter_event(pid, at, counter.name, counter.unit, value))?;
            }
        }
        now = next_change(model, lane, at);
    }
    let mut last = None;
    for at in memory_sample_times(lane) {
        let bytes = lane.private_bytes(at);
        if last.replace(bytes) != Some(bytes) {
            trace.write(&counter_event(pid, at, "private", "bytes", bytes.unwrap_or(0)))?;
        }
    }
    Ok(())
}

fn counter_event(pid: u32, at: Nanos, name: &'static str, unit: &str, value: impl Into<Value>) -> TraceEvent<'static> {
    TraceEvent::of_process(pid, "C", at).name(name).arg(unit, value)
}

fn values(model: &Model, lane: &Lane, at: Nanos) -> Values {
    let counts = lane.counts(at);
    let busy = counts.ready.min(lane.plan().cores.len() as u32);
    let stalled = model.idle(lane.id(), at).min(counts.queued);
    let [queued, resident, busy, stalled, in_io] =
        [counts.queued, counts.resident, busy, stalled, counts.in_io].map(u64::from);
    [queued, resident, counts.resident_bytes, busy, stalled, in_io]
}

/// When any of the counters may change next: also with what other lanes do, where cores are shared.
fn next_change(model: &Model, lane: &Lane, at: Nanos) -> Option<Nanos> {
    let shared = model.run().is_some_and(|run| run.cores == CorePolicy::Shared);
    let others = model.lanes().iter().filter(|other| shared && other.id() != lane.id());
    let lanes = others.chain([lane]);
    let edges = |lane: &Lane| {
        let stops = lane.suspensions().flat_map(|(from, to)| [Some(from), to]).flatten();
        stops.filter(|edge| *edge > at).chain(lane.next_event(at)).min()
    };
    lanes.filter_map(edges).min()
}

/// When the private memory of any worker is known anew: at its samples, and when it is gone.
fn memory_sample_times(lane: &Lane) -> Vec<Nanos> {
    let workers_of_slots =
        (0..lane.slots() as u32).flat_map(|slot| lane.workers_in_slot(crate::event::SlotId(slot), Nanos::MAX));
    let workers = workers_of_slots.filter_map(|id| lane.worker(id));
    let mut times: Vec<Nanos> = workers
        .filter(|worker| !worker.samples().is_empty())
        .flat_map(|worker| worker.samples().iter().map(|(at, _)| *at).chain(worker.gone()))
        .collect();
    times.sort_unstable();
    times.dedup();
    times
}

/// The load of every core, each sample from the one before it on.
pub(super) fn write_cores(trace: &mut Trace<impl io::Write>, model: &Model) -> io::Result<()> {
    let mut named = false;
    for (core, samples) in model.core_samples() {
        if !std::mem::replace(&mut named, true) {
            trace.write(&TraceEvent::metadata(MACHINE_PID, None, "process_name").arg("name", "machine"))?;
            trace
                .write(&TraceEvent::metadata(MACHINE_PID, None, "process_sort_index").arg("sort_index", MACHINE_PID))?;
        }
        let name = format!("core {core}");
        for (n, (at, load)) in samples.iter().enumerate() {
            // A counter holds until its next value, a sample speaks of the time before it.
            let from = n.checked_sub(1).map_or(at.saturating_sub(250_000_000), |before| samples[before].0);
            let percent = f64::from(*load) * 100.0;
            trace
                .write(&TraceEvent::of_process(MACHINE_PID, "C", from).name(&*name).arg("%", percent.round() as u64))?;
        }
    }
    Ok(())
}
