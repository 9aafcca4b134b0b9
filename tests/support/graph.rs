//! A graph that ran on clusters one after the other, from lines as the driver writes them.

use mpviz::event::{ClusterGraph, CorePolicy, Event, GraphKind, LaneId, Run, StampedEvent, WatchedProgram};
use mpviz::model::Model;
use mpviz::source::dask::message::Message;
use mpviz::source::dask::translator::Translator;
use serde_json::{Value, json};

use super::simulation::Simulation;

/// Time of the schedulers at time zero, in s.
const ZERO: f64 = 1000.0;
/// Time from the start of a cluster to the start of the next, in s.
const TURN: f64 = 3.0;
const TASKS: u32 = 8;

/// A cluster: its setting, and the most that it held: tasks on the scheduler, tasks of a worker, bytes of results.
pub type ClusterStory = (&'static str, u32, u32, u64);

/// The figures of a graph of two joined loads, as they were measured.
pub const JOINED: [ClusterStory; 3] =
    [("1.0", 398, 1, 5_000_000), ("1.1", 396, 3, 11_000_000), ("inf", 0, 300, 87_000_000)];

/// The figures of independent tasks, as they were measured.
pub const INDEPENDENT: [ClusterStory; 3] = [("1.0", 198, 1, 128), ("1.1", 196, 2, 224), ("inf", 0, 100, 224)];

#[must_use]
pub fn graph(kind: GraphKind) -> ClusterGraph {
    let numbers = if kind == GraphKind::Joined { 50_000_000 } else { 25_000_000 };
    ClusterGraph { kind, tasks: 200, numbers, io: 0, io_latency_ns: 0, workers: Some(2) }
}

/// The events of a run of a graph on clusters of mpviz's own, each of which finishes a few tasks and returns `sum`.
#[must_use]
pub fn graph_events(graph: &ClusterGraph, clusters: &[ClusterStory], sum: i64) -> Vec<StampedEvent> {
    let run = Run {
        workload: None,
        program: Some(WatchedProgram { pid: 7, cluster: None }),
        graph: Some(graph.clone()),
        cores: CorePolicy::Turns,
        lanes: Vec::new(),
        ..Simulation::new(1).run
    };
    let mut events = vec![StampedEvent { at: 0, lane: None, event: Event::RunStarted(Box::new(run)) }];
    let mut end = 0;
    for (number, cluster) in clusters.iter().enumerate() {
        let began = TURN * number as f64;
        let hello = json!({"hello": {"time": ZERO + began, "pid": 7, "version": "2026.8.0", "saturation": cluster.0,
            "address": ""}});
        let at = (began * 1e9) as u64;
        let hello = message(&hello).hello.unwrap();
        let mut translator = Translator::new(hello, LaneId(number as u16), at);
        for line in lines_of_cluster(began, *cluster, sum) {
            translator.translate(message(&line));
        }
        end = translator.end();
        events.extend(translator.take_events());
        events.push(StampedEvent { at: end, lane: None, event: Event::Drained { taken: Vec::new() } });
    }
    events.push(StampedEvent { at: end, lane: None, event: Event::RunEnded {} });
    events
}

/// The model of such a run, whose sum is correct.
#[must_use]
pub fn graph_model(kind: GraphKind, clusters: &[ClusterStory]) -> Model {
    let graph = graph(kind);
    let mut model = Model::new();
    for stamped in graph_events(&graph, clusters, graph.expected_sum()) {
        model.apply(&stamped).unwrap_or_else(|error| panic!("{stamped:?}: {error}"));
    }
    model
}

fn message(line: &Value) -> Message {
    serde_json::from_str(&line.to_string()).unwrap()
}

fn lines_of_cluster(began: f64, (_, scheduler, worker, bytes): ClusterStory, sum: i64) -> Vec<Value> {
    let at = |time: f64| ZERO + began + time;
    let added = |number: u32| {
        let description = json!({"address": format!("tcp://127.0.0.1:{}", 4000 + number), "name": number.to_string(),
            "host": "127.0.0.1", "pid": 100 + number, "threads": 1});
        json!({"worker_added": [at(0.0), number, description]})
    };
    let mut events = vec![json!({"submitted": [at(0.1), 0, [["load", TASKS, []]]]})];
    for task in 0..TASKS {
        let (worker, start) = (task % 2, 0.2 + 0.4 * f64::from(task / 2));
        events.push(json!({"sent": [at(start - 0.05), task, worker]}));
        events.push(json!({"executing": [at(start), task, worker]}));
        events.push(json!({"finished": [at(start + 0.3), task, worker, at(start), 1_000_000, []]}));
    }
    events.push(json!({"held": [at(1.0), scheduler, worker, bytes]}));
    events.push(json!({"held": [at(1.5), 0, 1, 100]}));
    vec![
        json!({"now": at(0.0), "events": [added(0), added(1)]}),
        json!({"now": at(1.9), "events": events, "memory": [[0, 4_000_000, 60_000_000, 0, 0.1]]}),
        json!({"sum": sum}),
        json!({"now": at(2.0)}),
    ]
}
