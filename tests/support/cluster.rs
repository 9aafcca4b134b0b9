//! Builds what the driver of a Dask cluster writes, deterministically: a cluster whose tasks have given durations.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use mpviz::event::codec::{RecordingHeader, encode};
use mpviz::event::{CorePolicy, Event, LaneId, Machine, Nanos, Run, StampedEvent, WatchedProgram};
use mpviz::model::Model;
use mpviz::source::dask::message::Message;
use mpviz::source::dask::translator::Translator;
use serde_json::{Value, json};

use super::program::StoryProgram;
use super::story::MS;

pub mod examples;
mod simulation;

use simulation::Simulation;

/// Time of the scheduler at time zero, in s.
const ZERO: f64 = 1_000.0;
const MESSAGE_INTERVAL: u64 = 50;
const PID: u32 = 4100;

/// A task of a cluster.
#[derive(Clone, Debug)]
pub struct StoryTask {
    pub prefix: &'static str,
    pub ms: u64,
    /// Size of its result.
    pub bytes: u64,
    /// Tasks whose results it takes.
    pub after: Vec<usize>,
}

impl StoryTask {
    pub fn new(prefix: &'static str, ms: u64, bytes: u64) -> Self {
        Self { prefix, ms, bytes, after: Vec::new() }
    }
}

/// How a client submits its tasks.
#[derive(Clone, Copy, Debug)]
pub struct Batches {
    pub tasks: usize,
    /// Time between two submissions, or from the end of all tasks to the next one; at least 1.
    pub pause_ms: u64,
    pub waits: bool,
}

/// A cluster and the tasks that its client submits from 100 ms on.
#[derive(Clone, Debug)]
pub struct StoryCluster {
    pub workers: u32,
    pub threads: u32,
    pub saturation: &'static str,
    pub tasks: Vec<StoryTask>,
    /// None if they are submitted at once.
    pub batches: Option<Batches>,
    /// Time of the scheduler for a task that it sends, in µs.
    pub scheduler_us: u64,
    /// Time for which it waits for a core for such a task, in µs.
    pub scheduler_delay_us: u64,
    /// Time of fetching a result from another worker, in ms.
    pub transfer_ms: u64,
    /// Size of a worker's results from which they are spilled.
    pub memory_limit: u64,
    /// Cores that each worker reports of its host, and number of hosts, on which workers are in turn.
    pub cores: Option<u32>,
    pub hosts: usize,
    /// Share of CPU time in the time of tasks that workers report.
    pub cpu_share: Option<f64>,
    /// A task that leaves its thread to others.
    pub seceding: Option<usize>,
    /// A worker that is lost: time in ms and number.
    pub lost: Option<(u64, u32)>,
    /// A worker that is stopped for a time: from and until when in ms, and number.
    pub stopped: Option<(u64, u64, u32)>,
    /// End of the observation, in ms.
    pub end: u64,
}

impl StoryCluster {
    pub fn new(workers: u32, threads: u32, tasks: Vec<StoryTask>) -> Self {
        Self {
            workers,
            threads,
            saturation: "1.1",
            tasks,
            batches: None,
            scheduler_us: 200,
            scheduler_delay_us: 0,
            transfer_ms: 0,
            memory_limit: u64::MAX,
            cores: None,
            hosts: usize::MAX,
            cpu_share: None,
            seceding: None,
            lost: None,
            stopped: None,
            end: 30_000,
        }
    }

    fn us_for_a_task(&self) -> u64 {
        self.scheduler_us + self.scheduler_delay_us
    }

    /// The events of the observation, which ends when all tasks are done, or at its end.
    pub fn events(&self) -> Vec<StampedEvent> {
        self.events_of_lane(LaneId(0))
    }

    fn events_of_lane(&self, lane: LaneId) -> Vec<StampedEvent> {
        let hello = json!({"hello": {"time": ZERO, "pid": PID, "version": "2026.8.0", "saturation": self.saturation,
            "address": "tcp://10.0.0.5:8786"}});
        let hello = message(&hello).hello.expect("a hello");
        let mut translator = Translator::new(hello, lane, 0);
        let in_run = |at: Nanos, event| StampedEvent { at, lane: None, event };
        let mut events = vec![in_run(0, Event::RunStarted(Box::new(run())))];
        for line in self.lines() {
            let at = translator.translate(message(&line));
            events.append(&mut translator.take_events());
            events.push(in_run(at, Event::Drained { taken: Vec::new() }));
        }
        let at = translator.end();
        events.append(&mut translator.take_events());
        events.extend([Event::RunEnded {}, Event::Drained { taken: Vec::new() }].map(|event| in_run(at, event)));
        events
    }

    /// The lines of the driver after its first.
    pub fn lines(&self) -> Vec<Value> {
        let mut simulation = Simulation::new(self);
        let mut now = 0;
        while now < self.end && !simulation.is_done() {
            simulation.step(now);
            now += 1;
        }
        simulation.send(now + MESSAGE_INTERVAL);
        simulation.lines
    }

    /// The model `ms` after the beginning.
    pub fn model_at(&self, ms: u64) -> Model {
        model_of(&self.events(), ms)
    }

    /// The model when all tasks have ended and the cluster is still observed.
    pub fn model_before_end(&self) -> Model {
        let mut model = Model::new();
        for stamped in self.events().iter().take_while(|stamped| !matches!(stamped.event, Event::LaneEnded { .. })) {
            model.apply(stamped).unwrap();
        }
        model
    }

    pub fn model_at_end(&self) -> Model {
        self.model_at(u64::MAX / MS)
    }

    /// The model `ms` after the beginning of a program that starts the cluster after `since` ms, beside its pool.
    pub fn model_in_program(&self, program: &StoryProgram, since: u64, ms: u64) -> Model {
        let mut events = program.events();
        for event in self.events_of_lane(LaneId(1)) {
            if !matches!(event.event, Event::RunStarted(_) | Event::RunEnded {}) {
                events.push(StampedEvent { at: event.at + since * MS, ..event });
            }
        }
        events.sort_by_key(|event| event.at);
        model_of(&events, ms)
    }

    /// The recording of the cluster, as text.
    pub fn recording(&self) -> String {
        let header = RecordingHeader { version: RecordingHeader::NEWEST_VERSION, ..RecordingHeader::default() };
        let mut text = (serde_json::to_string(&header).unwrap() + "\n").into_bytes();
        for event in self.events() {
            encode(&event, &mut text);
        }
        String::from_utf8(text).unwrap()
    }
}

fn model_of(events: &[StampedEvent], ms: u64) -> Model {
    let mut model = Model::new();
    for event in events.iter().take_while(|event| event.at <= ms * MS) {
        model.apply(event).unwrap_or_else(|error| panic!("{error}: {event:?}"));
    }
    model
}

fn message(line: &Value) -> Message {
    serde_json::from_str(&line.to_string()).expect("a message")
}

fn run() -> Run {
    Run {
        version: "0.1.0".into(),
        command: ["mpviz", "watch", "--dask", "tcp://10.0.0.5:8786"].map(Into::into).into(),
        machine: Machine { cores: 4, memory_bytes: 8_000_000_000, os: "Linux 6.18".into() },
        cores: CorePolicy::Shared,
        workload: None,
        rounds_per_number: 0,
        program: Some(WatchedProgram { pid: PID, cluster: Some("tcp://10.0.0.5:8786".into()) }),
        graph: None,
        lanes: Vec::new(),
        notes: Vec::new(),
        repeat: None,
        began_ms: None,
    }
}
