//! Tests of the JSON Schema of recordings.

use crate::support;
use std::collections::BTreeSet;

use crate::json_schema::JsonSchema;
use crate::support::graph::graph;
use crate::support::observation_gaps::all_gaps;
use crate::support::simulation::Simulation;
use mpviz::event::workload::StartMethod;
use mpviz::event::{
    Call, CallId, CallKind, ClusterMemory, ClusterUsage, CodeLocation, Event, Exit, FinalUsage, GraphKind, LaneId,
    LanePlan, LaneStatus, Mode, ObservationGap, ParentUsage, PoolKind, ProcessSample, ProgramPool, RequeueCause, Run,
    SlotId, StampedEvent, TakenTaskBounds, TaskCounts, TaskId, WatchedProgram, WorkerId,
};
use serde_json::{Value, json};

const RECORDING_SCHEMA: &str = include_str!("../../assets/recording.schema.json");

fn recording_schema() -> JsonSchema {
    JsonSchema(serde_json::from_str(RECORDING_SCHEMA).unwrap())
}

fn example_usage() -> FinalUsage {
    FinalUsage { cpu_ns: u64::MAX, run_delay_ns: 1, voluntary_switches: 2, involuntary_switches: 3 }
}

fn example_program_lane() -> LanePlan {
    let site = Some(CodeLocation { file: "etl.py".into(), line: 0 });
    LanePlan {
        mode: Mode::Pool,
        engine: "cpython 3.11.7".into(),
        workers: 4,
        cores: vec![0, 1],
        gil: false,
        unreported_gil: false,
        own_queues: false,
        chunk: 1,
        pool: Some(ProgramPool { kind: PoolKind::ProcessPoolExecutor, pid: 7, site, saturation: Some("inf".into()) }),
    }
}

const COUNTS: TaskCounts = TaskCounts {
    scheduler: 1,
    workers: 2,
    memory: 3,
    erred: u32::MAX,
    result_bytes: Some(u64::MAX),
    finished: Some(u64::MAX),
    has_workers: true,
};

/// Examples of every event variant. Together they contain every optional key.
fn examples_of_all_events() -> Vec<Event> {
    let (worker, task, slot, first, count) = (WorkerId(1), TaskId(2), SlotId(u32::MAX), TaskId(4), 5);
    let sample = ProcessSample { cpu_ns: 1, run_delay_ns: 2, private_bytes: Some(3), core: 4, timeslices: Some(5) };
    let mut run = Box::new(Run { began_ms: Some(u64::MAX), ..Simulation::new(1).run });
    let workload = run.workload.as_mut().unwrap();
    (workload.per_task, workload.start_method) = (true, StartMethod::Forkserver);
    let run_of_graph = run.clone();
    let gaps = all_gaps().into_iter().map(|reason| Event::NotObserved { reason });
    let others = vec![
        Event::RunStarted(run.clone()),
        Event::RunStarted(Box::new(Run {
            workload: None,
            program: Some(WatchedProgram { pid: 7, cluster: Some("tcp://10.0.0.5:8786".into()) }),
            ..*run
        })),
        Event::RunStarted(Box::new(Run {
            workload: None,
            program: Some(WatchedProgram { pid: 7, cluster: None }),
            graph: Some(graph(GraphKind::Joined)),
            ..*run_of_graph
        })),
        Event::TasksHeld { on_scheduler: 1, on_worker: u32::MAX, result_bytes: u64::MAX },
        Event::SumReturned { sum: i64::MIN },
        Event::LaneOpened(Box::new(example_program_lane())),
        Event::LaneReopened {},
        Event::TaskSent { task },
        Event::TaskReturned { task, worker: Some(worker) },
        Event::TaskNamed { task, name: "load-1".into() },
        Event::TaskDepends { task, on: vec![first, TaskId(u32::MAX)] },
        Event::HeartbeatsMissed { worker, since: u64::MAX },
        Event::HeartbeatsResumed { worker },
        Event::HostDescribed { host: "10.0.0.6".into(), cores: u32::MAX },
        Event::TaskGivenUp { task, worker },
        Event::TaskRequeued { task, cause: RequeueCause::WorkerRetired, after: None },
        Event::TaskRequeued { task, cause: RequeueCause::ResultLost, after: Some(first) },
        Event::TransferWaited { worker, task, ns: u64::MAX },
        Event::ClusterUsageSampled { usage: ClusterUsage { sent_bytes: u64::MAX, ..ClusterUsage::default() } },
        Event::CallTimeSampled { call: CallId(1), cpu_ns: 1, other_ns: 2 },
        Event::WorkerNamed { worker, name: "w1@node7".into() },
        Event::TasksCounted { counts: COUNTS },
        Event::WorkerMemorySampled { worker, memory: ClusterMemory { managed: 1, unmanaged: 2, spilled: u64::MAX } },
        Event::PoolEnded { parent: None },
        Event::PoolEnded { parent: Some(ParentUsage { cpu_ns: 1, run_delay_ns: Some(2) }) },
        Event::CallMade(Box::new(Call {
            kind: CallKind::ImapUnordered,
            function: "etl.load".into(),
            site: Some(CodeLocation { file: "etl.py".into(), line: 31 }),
            items: Some(u64::MAX),
            chunk: 4,
        })),
        Event::TasksSubmitted { first, count, call: Some(CallId(1)) },
        Event::TaskQueued { task, bytes: u64::MAX },
        Event::WaitStarted { worker, lock: Some(true) },
        Event::WaitStarted { worker, lock: None },
        Event::WaitFinished { worker, looks: 0 },
        Event::WaitFinished { worker, looks: 2 },
        Event::InterpreterAttached { pid: 7, engine: "cpython 3.11.7".into() },
        Event::ProgramExited { exit: Exit::Code(1) },
        Event::ReportsDropped { count: u64::MAX },
        Event::ObservedAgain { reason: ObservationGap::WorkerSilent { worker: "w0".into(), seconds: 10 } },
        Event::RunEnded {},
        Event::LaneStarted {},
        Event::TasksSubmitted { first, count, call: None },
        Event::LaneSuspended {},
        Event::LaneResumed {},
        Event::LaneEnded { status: LaneStatus::Cancelled },
        Event::WorkerSpawned { worker, slot, pid: 7 },
        Event::WorkerNotSpawned { slot, error: "none left".into() },
        Event::WorkerReady { worker },
        Event::WorkerFinished { worker, usage: example_usage() },
        Event::WorkerKilled { worker },
        Event::WorkerEndedByProgram { worker },
        Event::WorkerErrorOutput { text: "out of memory".into() },
        Event::WorkerExited { worker, exit: Exit::Signal(9), usage: Some(example_usage()) },
        Event::WorkerExited { worker, exit: Exit::Code(-1), usage: None },
        Event::WorkerExited { worker, exit: Exit::Unknown, usage: None },
        Event::TaskTaken { worker, first, count, receive_ns: 1 },
        Event::TaskLoaded { worker, task, bytes: u64::MAX, cpu_ns: 1 },
        Event::TaskProgressed { worker, task, ppm: 1_000_000, cpu_ns: 0 },
        Event::IoStarted { worker },
        Event::IoFinished { worker },
        Event::GilAcquired { worker },
        Event::GilReleased { worker },
        Event::TaskFinished { worker, task, sum: Some(i64::MIN), cpu_ns: 1, result_bytes: 1 },
        Event::TaskFailed { worker, task, error: "why".into() },
        Event::TaskReleased { worker, task },
        Event::TasksLost { first, count, worker: Some(worker) },
        Event::TasksAbandoned { first, count },
        Event::CoresSampled { loads: vec![(0, 0.25), (1, 1.0)] },
        Event::WorkerSampled { worker, sample },
        Event::LanePssSampled { bytes: 1 },
        Event::CoreWentOffline { core: 1 },
        Event::CoreCameOnline { core: 1 },
        Event::SamplesSkipped { count },
        Event::Drained { taken: vec![None, Some(TakenTaskBounds { before: 1, after: 2 })] },
        Event::ObserverMeasured { cpu_ns: 1, peak_bytes: 2 },
    ];
    gaps.chain(others).collect()
}

fn recording_line(event: Event) -> Value {
    serde_json::to_value(StampedEvent { at: 1, lane: Some(LaneId(3)), event }).unwrap()
}

fn event_name(line: &Value) -> String {
    line["event"].as_object().and_then(|event| event.keys().next()).expect("a name").clone()
}

#[test]
fn schema_accepts_exactly_the_events_known_to_the_decoder() {
    let schema = recording_schema();
    let lines: Vec<_> = examples_of_all_events().into_iter().map(recording_line).collect();
    for line in &lines {
        assert_eq!(schema.validate(line), Ok(()), "{line}");
    }
    let known: BTreeSet<_> = lines.iter().map(event_name).collect();
    let document: Value = serde_json::from_str(RECORDING_SCHEMA).unwrap();
    let kinds = document["$defs"]["event"]["oneOf"].as_array().unwrap();
    let in_schema: BTreeSet<_> = kinds.iter().map(|kind| kind["required"][0].as_str().unwrap().to_owned()).collect();
    assert_eq!(in_schema, known);
    let reasons = document["$defs"]["observation_gap"]["oneOf"].as_array().unwrap();
    let in_schema: BTreeSet<_> = reasons.iter().filter_map(|reason| reason["required"][0].as_str()).collect();
    let gaps: Vec<_> = all_gaps().iter().map(|gap| serde_json::to_value(gap).unwrap()).collect();
    let known_reasons = gaps.iter().filter_map(|gap| Some(gap.as_object()?.keys().next()?.as_str())).collect();
    assert_eq!(in_schema, known_reasons);
    // The decoder lists all known event names in its error message for an unknown event.
    let unknown = serde_json::from_value::<Event>(json!({"Unknown": {}})).unwrap_err().to_string();
    let in_decoder: BTreeSet<_> = unknown.split('`').skip(3).step_by(2).map(str::to_owned).collect();
    assert_eq!(in_decoder, known, "{unknown}");
}

#[test]
fn schema_rejects_invalid_lines() {
    let schema = recording_schema();
    for line in [
        json!({"at": 1, "event": {"Unknown": {}}}),
        json!({"at": 1, "event": {"RunEnded": {}, "LaneStarted": {}}}),
        json!({"at": 1, "event": {"IoStarted": {}}}),
        json!({"at": 1, "event": {"IoStarted": {"worker": 1, "mood": 2}}}),
        json!({"at": 1, "event": {"IoStarted": {"worker": 4_294_967_296_u64}}}),
        json!({"at": 1, "event": {"NotObserved": {"reason": {"unknown": {}}}}}),
        json!({"at": -1, "event": {"RunEnded": {}}}),
        json!({"event": {"RunEnded": {}}}),
        json!({"at": 1, "lane": 4, "event": {"RunEnded": {}}}),
        json!({"format": "other", "version": 1}),
        json!({"format": "mpviz", "version": 4}),
    ] {
        assert!(schema.validate(&line).is_err(), "{line}");
    }
}

#[test]
fn recording_of_a_real_run_matches_the_schema() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.jsonl");
    let lanes = ["--lanes", "threads,pool,process", "--numbers", "300k", "--io", "1", "--io-latency", "5ms"];
    let repeated = ["run", "--repeat", "2", "--record", path.to_str().unwrap()];
    assert!(support::run_mpviz(&[&repeated[..], &lanes].concat()).status.success());
    let schema = recording_schema();
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.lines().count() > 100);
    for line in text.lines() {
        assert_eq!(schema.validate(&serde_json::from_str(line).unwrap()), Ok(()), "{line}");
    }
}
