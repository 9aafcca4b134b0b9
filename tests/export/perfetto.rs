//! Perfetto traces obey the rules of the format and of its reader, for random runs.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::simulation::{Simulation, model_of};
use mpviz::event::{LaneId, TaskId};
use mpviz::export::perfetto;
use mpviz::model::{Lane, Model, TaskOutcome};
use proptest::prelude::*;
use serde_json::Value;

fn trace_of_events(model: &Model) -> Vec<Value> {
    let mut out = Vec::new();
    perfetto::write(model, &mut out).expect("writing to memory succeeds");
    let object: Value = serde_json::from_slice(&out).expect("JSON");
    object["traceEvents"].as_array().expect("events").clone()
}

/// The track of an event: its process and, if it has one, its thread.
type Track = (u64, Option<u64>);

fn track_of_event(event: &Value) -> Track {
    let pid = event["pid"].as_u64().expect("an integer pid");
    let tid = event.get("tid").map(|tid| tid.as_u64().expect("an integer tid"));
    assert!(pid > 0 && tid != Some(0), "0 is the kernel's idle process: {event}");
    (pid, tid)
}

fn text_value<'a>(event: &'a Value, key: &str) -> &'a str {
    event.get(key).map_or("", |value| value.as_str().expect("a string"))
}

fn time_of_event(event: &Value) -> u64 {
    (event["ts"].as_f64().expect("a time") * 1e3).round() as u64
}

fn with_phase<'a>(trace: &'a [Value], phases: &'a str) -> impl Iterator<Item = &'a Value> {
    trace.iter().filter(move |event| phases.contains(text_value(event, "ph")))
}

/// A slice of the trace, with its nesting depth.
#[derive(Clone, Debug)]
struct Slice {
    track: Track,
    name: String,
    from: u64,
    to: u64,
    depth: usize,
}

/// Returns all slices, after checking nesting and order on every thread.
fn checked_slices(trace: &[Value]) -> Vec<Slice> {
    let mut stacks: BTreeMap<Track, (u64, Vec<Slice>)> = BTreeMap::new();
    let mut done = Vec::new();
    for event in with_phase(trace, "BE") {
        let (now, stack) = stacks.entry(track_of_event(event)).or_default();
        assert!(*now <= time_of_event(event), "times decrease on a thread: {event}");
        *now = time_of_event(event);
        if event["ph"] == "B" {
            let (name, depth) = (text_value(event, "name").to_owned(), stack.len());
            stack.push(Slice { track: track_of_event(event), name, from: *now, to: 0, depth });
        } else {
            let slice = stack.pop().expect("an end has its beginning");
            done.push(Slice { to: *now, ..slice });
        }
    }
    assert!(stacks.values().all(|(_, stack)| stack.is_empty()), "every beginning has its end");
    done
}

/// Checks that begin and end events (`b`, `e`) of each category and id alternate; returns the durations.
fn queue_wait_durations(trace: &[Value]) -> Vec<(String, u64)> {
    let mut open = BTreeMap::new();
    let mut done = Vec::new();
    for event in with_phase(trace, "be") {
        let key = (text_value(event, "cat").to_owned(), text_value(&event["id2"], "local").to_owned());
        assert!(!key.0.is_empty() && !key.1.is_empty(), "{event}");
        if event["ph"] == "b" {
            assert!(open.insert(key, time_of_event(event)).is_none(), "begun twice: {event}");
        } else {
            let from = open.remove(&key).expect("an end has its beginning");
            done.push((
                text_value(event, "name").to_owned(),
                time_of_event(event).checked_sub(from).expect("not before it"),
            ));
        }
    }
    assert!(open.is_empty());
    done
}

/// Checks that every flow has one start and one later end, both on slices; returns the number of flows.
fn check_flows(trace: &[Value], slices: &[Slice]) -> usize {
    let on_slice = |event: &Value| {
        let t = time_of_event(event);
        slices.iter().any(|slice| slice.track == track_of_event(event) && slice.from <= t && t <= slice.to)
    };
    let mut begun = BTreeMap::new();
    let mut ended = BTreeSet::new();
    for event in with_phase(trace, "s") {
        assert!(on_slice(event), "{event}");
        assert!(begun.insert(text_value(event, "id").to_owned(), time_of_event(event)).is_none(), "{event}");
    }
    for event in with_phase(trace, "f") {
        assert!(on_slice(event) && event["bp"] == "e", "{event}");
        let from = begun.get(text_value(event, "id")).expect("a flow has a start");
        assert!(*from <= time_of_event(event) && ended.insert(text_value(event, "id").to_owned()), "{event}");
    }
    assert_eq!(begun.len(), ended.len());
    ended.len()
}

fn check_names(trace: &[Value]) {
    let meta =
        |kind: &'static str| with_phase(trace, "M").filter(move |event| event["name"] == kind).map(track_of_event);
    let (processes, threads): (BTreeSet<_>, BTreeSet<_>) =
        (meta("process_name").map(|(pid, _)| pid).collect(), meta("thread_name").collect());
    assert_eq!(threads.len(), meta("thread_name").count(), "a thread has one name");
    assert_eq!(threads.iter().map(|(_, tid)| tid).collect::<BTreeSet<_>>().len(), threads.len());
    for event in trace.iter().filter(|event| event["ph"] != "M") {
        let (pid, tid) = track_of_event(event);
        assert!(processes.contains(&pid) && (tid.is_none() || threads.contains(&(pid, tid))), "no name: {event}");
    }
}

/// The values of a lane's counter, in order of time.
fn counter_values(trace: &[Value], lane: LaneId, name: &str, unit: &str) -> Vec<(u64, u64)> {
    let of_lane = |event: &&Value| track_of_event(event).0 == u64::from(lane.0) + 1 && event["name"] == name;
    let values: Vec<_> = with_phase(trace, "C")
        .filter(of_lane)
        .map(|event| (time_of_event(event), event["args"][unit].as_u64()))
        .collect();
    let values: Vec<(u64, u64)> = values.into_iter().map(|(at, value)| (at, value.expect("a count"))).collect();
    assert!(values.is_sorted_by(|a, b| a.0 < b.0 && a.1 != b.1), "{values:?}");
    values
}

/// Total duration of the slices with this name on all threads of a lane.
fn total_duration(slices: &[Slice], lane: &Lane, name: &str) -> u64 {
    let of_lane = |slice: &&Slice| slice.track.0 == u64::from(lane.id().0) + 1 && slice.name == name;
    slices.iter().filter(of_lane).map(|slice| slice.to - slice.from).sum()
}

/// Checks the trace of a complete or truncated run, and returns it with its slices.
fn check_trace(model: &Model) -> (Vec<Value>, Vec<Slice>) {
    let trace = trace_of_events(model);
    check_names(&trace);
    let slices = checked_slices(&trace);
    assert!(slices.iter().all(|slice| slice.depth <= 2), "worker, task, activity");
    let tasks = slices.iter().filter(|slice| slice.name.starts_with("task ")).count();
    assert_eq!(check_flows(&trace, &slices), tasks);
    queue_wait_durations(&trace);
    (trace, slices)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]
    #[test]
    fn every_run_gives_a_valid_trace(seed in any::<u64>()) {
        let simulation = Simulation::new(seed);
        let model = model_of(&simulation.shuffled(&mut fastrand::Rng::with_seed(seed)));
        let (trace, slices) = check_trace(&model);
        let all: usize = model.lanes().iter().map(|lane| lane.task_ids().count()).sum();
        prop_assert_eq!(queue_wait_durations(&trace).iter().filter(|(name, _)| name == "queued").count(), all);
        for lane in model.lanes() {
            let finished = |task: &TaskId| lane.task_outcome(*task) == Some(TaskOutcome::Finished);
            let all_finished = lane.task_ids().all(|task| finished(&task));
            let spent = |part: fn(mpviz::model::TaskDurations) -> Option<u64>| -> u64 {
                lane.task_ids().filter_map(|task| part(lane.task_durations(task, simulation.end_time()))).sum()
            };
            if all_finished {
                prop_assert_eq!(total_duration(&slices, lane, "load"), spent(|spent| spent.loading));
                prop_assert_eq!(total_duration(&slices, lane, "I/O"), spent(|spent| spent.in_io));
                let computing = total_duration(&slices, lane, "add") + total_duration(&slices, lane, "wait for GIL");
                prop_assert_eq!(computing, spent(|spent| spent.computing));
            }
            // A counter keeps its value until its next event.
            let queue = counter_values(&trace, lane.id(), "queued", "tasks");
            let memory = counter_values(&trace, lane.id(), "tasks", "in memory");
            let value = |steps: &[(u64, u64)], t| steps[..steps.partition_point(|(at, _)| *at <= t)].last().map(|step| step.1);
            for t in lane.time_zero().unwrap()..=simulation.end_time() {
                let counts = lane.counts_at(t);
                prop_assert_eq!(value(&queue, t), Some(u64::from(counts.queued)));
                prop_assert_eq!(value(&memory, t), Some(u64::from(counts.resident)));
            }
        }
    }

    #[test]
    fn truncated_runs_give_a_valid_trace(seed in any::<u64>(), part in 0.0..1.0_f64) {
        let events = Simulation::new(seed).shuffled(&mut fastrand::Rng::with_seed(seed));
        let known = 1 + ((events.len() - 1) as f64 * part) as usize;
        check_trace(&model_of(&events[..known]));
    }
}

#[test]
fn same_run_gives_the_same_bytes() {
    let simulation = Simulation::new(7);
    let write = |model: &Model| {
        let mut out = Vec::new();
        perfetto::write(model, &mut out).expect("writing to memory succeeds");
        out
    };
    let first = write(&model_of(&simulation.in_order()));
    assert!(first == write(&model_of(&simulation.in_order())));
    assert!(
        first == write(&model_of(&simulation.shuffled(&mut fastrand::Rng::with_seed(3)))),
        "the order of arrival does not matter"
    );
}

#[test]
fn run_without_lanes_gives_an_empty_trace() {
    assert!(trace_of_events(&Model::new()).is_empty());
}
