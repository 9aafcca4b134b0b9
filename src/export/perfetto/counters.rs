//! Counters: one event per change of a value.

use std::io;

use serde_json::Value;

use super::trace_event::{TraceEvent, TraceTrack, TraceWriter};
use super::tracks::{MACHINE_TRACK, lane_track, slots_with_workers, write_process_name};
use crate::event::{CorePolicy, Nanos};
use crate::model::{Lane, Model};

/// Name and unit of each counter of a lane. Viewers display the unit after the name.
const LANE_COUNTERS: [(&str, &str); 6] = [
    ("queued", "tasks"),
    ("tasks", "in memory"),
    ("payload", "bytes"),
    ("busy", "cores"),
    ("cores", "idle while tasks wait"),
    ("workers", "in I/O"),
];

/// Writes the counters of a lane, and the sampled private memory of its workers.
pub(super) fn write_lane(
    trace: &mut TraceWriter<impl io::Write>,
    model: &Model,
    lane: &Lane,
    end: Nanos,
) -> io::Result<()> {
    let track = lane_track(lane.id());
    let Some(zero) = lane.time_zero() else { return Ok(()) };
    let changes = std::iter::successors(Some(zero), |at| next_counter_change(model, lane, *at));
    // Of a cluster, the others are unknown.
    let known = match lane.is_of_cluster() {
        true if lane.has_only_counts() => 0,
        true => 2,
        false => LANE_COUNTERS.len(),
    };
    let mut last = [None; LANE_COUNTERS.len()];
    for at in changes.take_while(|at| *at <= end) {
        for (((name, unit), last), value) in
            LANE_COUNTERS.into_iter().zip(&mut last).zip(counter_values(model, lane, at)).take(known)
        {
            if last.replace(value) != Some(value) {
                trace.write(&counter_event(track, at, name, unit, value))?;
            }
        }
    }
    let mut last = None;
    for at in memory_sample_times(lane) {
        let bytes = lane.private_memory(at).map(|private| private.bytes);
        if last.replace(bytes) != Some(bytes) {
            trace.write(&counter_event(track, at, "private", "bytes", bytes.unwrap_or(0)))?;
        }
    }
    Ok(())
}

fn counter_event(track: TraceTrack, at: Nanos, name: &'static str, unit: &str, value: impl Into<Value>) -> TraceEvent {
    TraceEvent::new(track, "C", at).name(name).with_arg(unit, value)
}

/// The values of [`LANE_COUNTERS`] at a time.
fn counter_values(model: &Model, lane: &Lane, at: Nanos) -> [u64; LANE_COUNTERS.len()] {
    let counts = lane.counts_at(at);
    let busy = counts.ready.min(lane.plan().cores.len() as u32);
    let stalled = model.idle_cores(lane.id(), at).min(counts.queued);
    let [queued, resident, busy, stalled, in_io] =
        [counts.queued, counts.resident, busy, stalled, counts.in_io].map(u64::from);
    [queued, resident, counts.resident_bytes, busy, stalled, in_io]
}

/// The next time at which a value may change. With shared cores, other lanes change it too.
fn next_counter_change(model: &Model, lane: &Lane, at: Nanos) -> Option<Nanos> {
    let shared = model.run().is_some_and(|run| run.cores == CorePolicy::Shared);
    let others = model.lanes().iter().filter(|other| shared && other.id() != lane.id());
    let changes_of_lane = |lane: &Lane| {
        let suspensions = lane.suspensions().flat_map(|(from, to)| [Some(from), to]).flatten();
        suspensions.filter(|change| *change > at).chain(lane.next_event_time(at)).min()
    };
    others.chain([lane]).filter_map(changes_of_lane).min()
}

/// The times at which the private memory of a worker was sampled or freed, in order.
fn memory_sample_times(lane: &Lane) -> Vec<Nanos> {
    let workers = slots_with_workers(lane).flat_map(|slot| lane.workers_in_slot(slot, Nanos::MAX));
    let mut times: Vec<Nanos> = workers
        .filter_map(|id| lane.worker(id))
        .filter(|worker| !worker.all_samples().is_empty())
        .flat_map(|worker| worker.all_samples().iter().map(|(at, _)| *at).chain(worker.ended_at()))
        .collect();
    times.sort_unstable();
    times.dedup();
    times
}

/// Writes the load of every core in per cent.
pub(super) fn write_cores(trace: &mut TraceWriter<impl io::Write>, model: &Model) -> io::Result<()> {
    for (n, (core, samples)) in model.core_samples().enumerate() {
        if n == 0 {
            write_process_name(trace, MACHINE_TRACK, "machine".into())?;
        }
        for (n, (at, load)) in samples.iter().enumerate() {
            // A sample is the load since the previous one, but a counter's value counts until the next one.
            let from = n.checked_sub(1).map_or(at.saturating_sub(250_000_000), |before| samples[before].0);
            let percent = (f64::from(*load) * 100.0).round() as u64;
            trace.write(
                &TraceEvent::new(MACHINE_TRACK, "C", from).name(format!("core {core}")).with_arg("%", percent),
            )?;
        }
    }
    Ok(())
}
