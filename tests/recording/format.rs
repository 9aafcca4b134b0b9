//! The JSON Schema of recordings.

use crate::support;
use std::collections::BTreeSet;

use crate::support::simulation::Simulation;
use jsonschema::Validator;
use mpviz::event::{
    Event, Exit, LaneId, ProcessSample, Run, SlotId, StampedEvent, Status, TakenBounds, TaskId, Usage, WorkerId,
};
use serde_json::{Value, json};

const SCHEMA: &str = include_str!("../../assets/recording.schema.json");

fn schema() -> Validator {
    jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap()
}

fn usage() -> Usage {
    Usage { cpu_ns: u64::MAX, run_delay_ns: 1, voluntary_switches: 2, involuntary_switches: 3 }
}

/// Every kind of event with every optional key.
fn every_event() -> Vec<Event> {
    let (worker, task, slot, first, count) = (WorkerId(1), TaskId(2), SlotId(u32::MAX), TaskId(4), 5);
    let sample = ProcessSample { cpu_ns: 1, run_delay_ns: 2, private_bytes: Some(3), core: 4, timeslices: Some(5) };
    let run = Box::new(Run { began_ms: Some(u64::MAX), ..Simulation::new(1).run });
    vec![
        Event::RunStarted(run),
        Event::RunEnded {},
        Event::LaneStarted {},
        Event::TasksSubmitted { first, count },
        Event::LaneSuspended {},
        Event::LaneResumed {},
        Event::LaneEnded { status: Status::Cancelled },
        Event::WorkerSpawned { worker, slot, pid: 7 },
        Event::WorkerNotSpawned { slot, error: "none left".into() },
        Event::WorkerReady { worker },
        Event::WorkerFinished { worker, usage: usage() },
        Event::WorkerKilled { worker },
        Event::WorkerExited { worker, exit: Exit::Signal(9), usage: Some(usage()) },
        Event::WorkerExited { worker, exit: Exit::Code(-1), usage: None },
        Event::TaskTaken { worker, first, count },
        Event::TaskLoaded { worker, task, bytes: u64::MAX, cpu_ns: 1 },
        Event::TaskProgressed { worker, task, ppm: 1_000_000, cpu_ns: 0 },
        Event::IoStarted { worker },
        Event::IoFinished { worker },
        Event::GilAcquired { worker },
        Event::GilReleased { worker },
        Event::TaskFinished { worker, task, sum: i64::MIN, cpu_ns: 1 },
        Event::TaskFailed { worker, task, error: "why".into() },
        Event::TaskReleased { worker, task },
        Event::TasksLost { first, count, worker: Some(worker) },
        Event::TasksAbandoned { first, count },
        Event::CoresSampled { loads: vec![(0, 0.25), (1, 1.0)] },
        Event::WorkerSampled { worker, sample },
        Event::LanePssSampled { bytes: 1 },
        Event::SamplesSkipped { count },
        Event::Drained { taken: vec![None, Some(TakenBounds { before: 1, after: 2 })] },
        Event::ObserverMeasured { cpu_ns: 1, peak_bytes: 2 },
    ]
}

fn line(event: Event) -> Value {
    serde_json::to_value(StampedEvent { at: 1, lane: Some(LaneId(3)), event }).unwrap()
}

fn name(line: &Value) -> String {
    line["event"].as_object().and_then(|event| event.keys().next()).expect("a name").clone()
}

#[test]
fn schema_accepts_exactly_the_known_events() {
    let schema = schema();
    let lines: Vec<_> = every_event().into_iter().map(line).collect();
    for line in &lines {
        assert!(
            schema.is_valid(line),
            "{line}: {:?}",
            schema.iter_errors(line).map(|e| e.to_string()).collect::<Vec<_>>()
        );
    }
    let known: BTreeSet<_> = lines.iter().map(name).collect();
    let document: Value = serde_json::from_str(SCHEMA).unwrap();
    let kinds = document["$defs"]["event"]["oneOf"].as_array().unwrap();
    let described: BTreeSet<_> = kinds.iter().map(|kind| kind["required"][0].as_str().unwrap().to_owned()).collect();
    assert_eq!(described, known);
    // The decoder's own list of event names, from its error about an unknown one.
    let unknown = serde_json::from_value::<Event>(json!({"Unknown": {}})).unwrap_err().to_string();
    let decoded: BTreeSet<_> = unknown.split('`').skip(3).step_by(2).map(str::to_owned).collect();
    assert_eq!(decoded, known, "{unknown}");
}

#[test]
fn schema_refuses_invalid_events() {
    let schema = schema();
    for line in [
        json!({"at": 1, "event": {"Unknown": {}}}),
        json!({"at": 1, "event": {"RunEnded": {}, "LaneStarted": {}}}),
        json!({"at": 1, "event": {"IoStarted": {}}}),
        json!({"at": 1, "event": {"IoStarted": {"worker": 1, "mood": 2}}}),
        json!({"at": 1, "event": {"IoStarted": {"worker": 4_294_967_296_u64}}}),
        json!({"at": -1, "event": {"RunEnded": {}}}),
        json!({"event": {"RunEnded": {}}}),
        json!({"at": 1, "lane": 4, "event": {"RunEnded": {}}}),
        json!({"format": "other", "version": 1}),
        json!({"format": "mpviz", "version": 2}),
    ] {
        assert!(!schema.is_valid(&line), "{line}");
    }
}

#[test]
fn real_recordings_are_valid() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.jsonl");
    let lanes = ["--lanes", "threads,pool,process", "--numbers", "300k", "--io", "1", "--io-latency", "5ms"];
    let repeated = ["run", "--repeat", "2", "--record", path.to_str().unwrap()];
    assert!(support::run(&[&repeated[..], &lanes].concat()).status.success());
    let schema = schema();
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.lines().count() > 100);
    for line in text.lines() {
        assert!(schema.is_valid(&serde_json::from_str(line).unwrap()), "{line}");
    }
}
