//! What the screen knows of a Dask cluster, from lines that its driver writes.

mod cancelled;
mod workers;

use mpviz::event::text::SafeText;
use mpviz::event::{Event, LaneId, LaneStatus, RequeueCause, Run, SlotId, StampedEvent, TaskId, WorkerId};
use mpviz::model::{ClusterQueue, Lane, Model, ProblemKind, TaskOutcome, TimeWindow};
use mpviz::report::phrases;
use mpviz::source::dask::message::Message;
use mpviz::source::dask::translator::Translator;
use serde_json::{Value, json};

use crate::support::simulation::Simulation;

/// Time of the scheduler at time zero, in s.
const ZERO: f64 = 1000.0;
/// The stimulus of a lost worker.
const CLEANUP: &str = "handle-worker-cleanup-1000.5";

/// A cluster of two workers with one thread each, `w0` at number 0 and `w1` at number 1.
struct Cluster {
    translator: Translator,
    model: Model,
    events: Vec<Event>,
}

impl Cluster {
    fn new() -> Self {
        let hello = json!({"hello": {"time": ZERO, "pid": 7, "version": "2026.8.0", "saturation": "1.1",
            "address": "tcp://127.0.0.1:8786"}});
        let hello = message(&hello).hello.unwrap();
        let mut model = Model::new();
        let program = Some(mpviz::event::WatchedProgram { pid: 7, cluster: None });
        let run = Run { workload: None, program, lanes: Vec::new(), ..Simulation::new(1).run };
        model.apply(&StampedEvent { at: 0, lane: None, event: Event::RunStarted(Box::new(run)) }).unwrap();
        let mut cluster = Self { translator: Translator::new(hello, LaneId(0), 0), model, events: Vec::new() };
        cluster.reports(0.0, &[json!({"reset": [ZERO]}), worker_added(0, 0.0), worker_added(1, 0.0)]);
        cluster
    }

    /// Applies a message of this time with these reports.
    fn reports(&mut self, at: f64, reports: &[Value]) {
        self.message(&json!({"now": ZERO + at, "events": reports}));
    }

    fn message(&mut self, line: &Value) {
        self.translator.translate(message(line));
        self.apply_events();
    }

    /// Lets time pass, so that no report is held back.
    fn settle(&mut self, at: f64) {
        self.message(&json!({"now": ZERO + at}));
    }

    fn end(&mut self) {
        self.translator.end();
        self.apply_events();
    }

    fn apply_events(&mut self) {
        for stamped in self.translator.take_events() {
            self.model.apply(&stamped).unwrap_or_else(|error| panic!("{stamped:?}: {error}"));
            self.events.push(stamped.event);
        }
    }

    fn lane(&self) -> &Lane {
        &self.model.lanes()[0]
    }
}

fn message(line: &Value) -> Message {
    serde_json::from_str(&line.to_string()).unwrap()
}

fn worker_added(number: u32, at: f64) -> Value {
    let description = json!({"address": format!("tcp://127.0.0.1:{}", 4000 + number), "name": format!("w{number}"),
        "host": "127.0.0.1", "pid": 100 + number, "threads": 1});
    json!({"worker_added": [ZERO + at, number, description]})
}

fn submitted(at: f64, first: u32, count: u32) -> Value {
    json!({"submitted": [ZERO + at, first, [["load", count, []]]]})
}

fn sent(at: f64, task: u32, worker: u32) -> Value {
    json!({"sent": [ZERO + at, task, worker]})
}

fn executing(at: f64, task: u32, worker: u32) -> Value {
    json!({"executing": [ZERO + at, task, worker]})
}

fn removed(at: f64, worker: u32) -> Value {
    json!({"worker_removed": [ZERO + at, worker, CLEANUP]})
}

fn finished(at: f64, task: u32, worker: u32) -> Value {
    json!({"finished": [ZERO + at, task, worker, ZERO, 1000, []]})
}

const MS: u64 = 1_000_000;

#[test]
fn makespan_of_a_cluster_begins_with_its_first_task() {
    let mut cluster = Cluster::new();
    cluster.reports(5.0, &[submitted(5.0, 0, 1), sent(5.0, 0, 0), executing(5.1, 0, 0)]);
    cluster.reports(7.0, &[finished(7.0, 0, 0)]);
    cluster.settle(20.0);
    let makespan = cluster.model.summary().unwrap().lanes[0].makespan_s;
    assert!(makespan.is_some_and(|makespan| (makespan - 2.0).abs() < 1e-3), "{makespan:?}");
}

#[test]
fn graph_without_its_sum_has_not_finished() {
    let hello = || {
        serde_json::from_value(
            json!({"time": ZERO, "pid": 7, "version": "2026.8.0", "saturation": "1.0", "address": ""}),
        )
        .unwrap()
    };
    let reports = json!([submitted(0.1, 0, 1), sent(0.1, 0, 0), executing(0.1, 0, 0), finished(0.2, 0, 0)]);
    for (sum, status) in [(None, LaneStatus::Cancelled), (Some(4950), LaneStatus::Finished)] {
        let mut translator = Translator::new(hello(), LaneId(0), 0).of_graph();
        let worker = json!({"worker_added": [ZERO, 0, {"address": "tcp://127.0.0.1:1", "name": "0",
            "host": "127.0.0.1", "pid": 8, "threads": 1}]});
        for message in [
            json!({"now": ZERO + 0.05, "events": [worker]}),
            json!({"now": ZERO + 0.5, "events": reports}),
            json!({"now": ZERO + 0.5, "sum": sum}),
        ] {
            translator.translate(serde_json::from_value(message).unwrap());
        }
        translator.end();
        let events = translator.take_events();
        let ended = events.iter().find_map(|stamped| match stamped.event {
            Event::LaneEnded { status } => Some(status),
            _ => None,
        });
        assert_eq!(ended, Some(status));
    }
}

#[test]
fn long_backlog_takes_time_in_proportion() {
    // Hours, if each report looked through all that are held back.
    const TASKS: u32 = 100_000;
    let mut cluster = Cluster::new();
    let mut reports = vec![submitted(0.1, 0, TASKS)];
    reports.extend((0..TASKS).map(|task| sent(0.1, task, 0)));
    cluster.reports(0.2, &reports);
    cluster.settle(1.0);
    assert_eq!(cluster.lane().counts_at(1000 * MS).queued, TASKS);
}

#[test]
fn failed_task_is_named_by_its_key() {
    let mut cluster = Cluster::new();
    let erred = json!({"erred": [ZERO + 0.2, 0, "load-0", "ValueError", 0]});
    cluster.reports(0.3, &[submitted(0.1, 0, 1), sent(0.1, 0, 0), executing(0.1, 0, 0), erred]);
    cluster.settle(1.0);
    let problems = cluster.lane().problems();
    let key = match &problems[0].what {
        ProblemKind::TaskFailed { key, .. } => key.as_ref().map(SafeText::as_str),
        _ => None,
    };
    assert_eq!(key, Some("load-0"), "{problems:?}");
}

#[test]
fn thread_of_a_failed_task_takes_the_next_one_as_soon_as_it_ended_there() {
    let mut cluster = Cluster::new();
    cluster.reports(0.1, &[submitted(0.1, 0, 2), sent(0.1, 0, 0), sent(0.1, 1, 0), executing(0.1, 0, 0)]);
    let erred = json!({"erred": [ZERO + 0.2, 0, "load-0", "ValueError", 0]});
    cluster.reports(0.3, &[executing(0.21, 1, 0), erred, finished(0.25, 1, 0)]);
    cluster.settle(1.0);
    let lane = cluster.lane();
    assert_eq!((lane.slot_count(), lane.counts_at(1000 * MS).live_workers), (2, 2));
    assert_eq!([150, 205, 230, 270].map(|ms| lane.counts_at(ms * MS).resident), [1, 0, 1, 0]);
    // The history marks where it failed.
    let window = TimeWindow { from: 100 * MS, to: 300 * MS, columns: 20 };
    let history = lane.slot_history(&[SlotId(0)], window);
    let marked: Vec<_> = history.cells_of_row(0).iter().enumerate().filter(|(_, cell)| cell.lost).collect();
    assert_eq!(marked.iter().map(|(column, _)| *column).collect::<Vec<_>>(), [10]);
}

#[test]
fn reports_of_several_messages_keep_their_times() {
    let mut cluster = Cluster::new();
    let first = [submitted(0.1, 0, 2), sent(0.1, 0, 0), sent(0.1, 1, 1), executing(0.2, 0, 0)];
    cluster.message(&json!({"now": ZERO + 9.0, "more": true, "events": first}));
    cluster.reports(9.0, &[executing(0.3, 1, 1), finished(0.4, 1, 1), finished(0.7, 0, 0)]);
    let executing = [250, 350, 450, 750].map(|ms| cluster.lane().counts_at(ms * MS).resident);
    assert_eq!(executing, [1, 2, 1, 0]);
}

#[test]
fn threads_are_not_busy_after_the_first_report_that_was_dropped() {
    let mut cluster = Cluster::new();
    cluster.reports(0.1, &[submitted(0.1, 0, 2), sent(0.1, 0, 0), executing(0.2, 0, 0)]);
    cluster.message(&json!({"now": ZERO + 9.0, "more": true, "dropped": 7}));
    cluster.reports(9.0, &[json!({"reset": [ZERO + 0.5]}), worker_added(0, 9.0), worker_added(1, 9.0)]);
    assert_eq!(cluster.model.program_state().dropped_reports, 7);
    let executing = [400, 600].map(|ms| cluster.lane().counts_at(ms * MS).resident);
    assert_eq!(executing, [1, 0]);
}

#[test]
fn queue_tells_tasks_on_the_scheduler_from_tasks_that_wait_on_workers() {
    let mut cluster = Cluster::new();
    cluster.reports(0.1, &[submitted(0.1, 0, 10), sent(0.1, 0, 0), sent(0.1, 1, 1), sent(0.1, 2, 0)]);
    cluster.reports(0.12, &[executing(0.11, 0, 0), executing(0.11, 1, 1)]);
    cluster.reports(0.3, &[finished(0.3, 0, 0), executing(0.301, 2, 0)]);
    cluster.settle(1.0);
    let lane = cluster.lane();
    assert_eq!(lane.title().as_deref(), Some("Dask cluster at 127.0.0.1:8786"));
    let at = |ms: u64| {
        let counts = lane.counts_at(ms * MS);
        (counts.queued, lane.tasks_waiting_on_workers(ms * MS), counts.resident, counts.finished)
    };
    assert_eq!([at(105), at(200), at(400)], [(10, 3, 0, 0), (8, 1, 2, 0), (7, 0, 2, 1)]);
    assert_eq!(lane.call_of(TaskId(3)).map(|call| call.function.as_str()), Some("load"));
    assert_eq!(lane.worker(WorkerId(1)).and_then(|w| w.name()).unwrap().as_str(), "w1@127.0.0.1");
}

#[test]
fn task_that_runs_when_the_observation_begins_is_running() {
    let mut cluster = Cluster::new();
    cluster.reports(0.01, &[submitted(0.01, 0, 2), sent(0.01, 0, 0), executing(-3.0, 0, 0)]);
    // The worker's own report, which comes later.
    cluster.reports(0.02, &[executing(-3.1, 0, 0)]);
    cluster.settle(1.0);
    let counts = cluster.lane().counts_at(1000 * MS);
    assert_eq!((counts.resident, counts.queued), (1, 1));
}

#[test]
fn end_that_is_told_at_the_beginning_comes_before_the_start_that_follows_it() {
    let mut cluster = Cluster::new();
    // Task 1 has ended before the observation, and the thread has gone on with task 0.
    let told = [submitted(0.1, 0, 2), sent(0.1, 0, 0), sent(0.101, 1, 0), finished(0.05, 1, 0), executing(0.06, 0, 0)];
    cluster.reports(0.2, &told);
    cluster.reports(0.4, &[finished(0.3, 0, 0)]);
    cluster.settle(1.0);
    assert_eq!(attempts(&cluster), [(0, 101, 300), (1, 101, 101)]);
    assert_eq!(cluster.lane().workers().count(), 2, "no thread is made up");
}

#[test]
fn start_that_overtakes_the_end_before_it_waits_for_the_thread() {
    let mut cluster = Cluster::new();
    cluster.reports(0.1, &[submitted(0.1, 0, 2), sent(0.1, 0, 0), sent(0.1, 1, 0), executing(0.1, 0, 0)]);
    // The end is stamped later than the start of the next task, as by a clock that was corrected.
    cluster.reports(0.2, &[executing(0.2, 1, 0), finished(0.201, 0, 0)]);
    cluster.settle(1.0);
    let counts = cluster.lane().counts_at(1000 * MS);
    assert_eq!((counts.finished, counts.resident, counts.live_workers), (1, 1, 2));
}

/// A task is back on the scheduler, since it failed on its worker and is tried again.
fn tried_again(at: f64, task: u32) -> Value {
    json!({"returned": [ZERO + at, task, format!("load-{task}"), "task-erred-1000.3"]})
}

/// Task, start and end in ms of all attempts that have ended by 1 s.
fn attempts(cluster: &Cluster) -> Vec<(u32, u64, u64)> {
    let times = cluster.lane().task_ids().filter_map(|task| {
        let times = cluster.lane().task_times(task)?;
        Some((task.0, times.taken? / MS, times.ended? / MS))
    });
    times.collect()
}

#[test]
fn failed_attempt_has_ended_when_its_thread_starts_the_next_task() {
    let mut cluster = Cluster::new();
    cluster.reports(0.1, &[submitted(0.1, 0, 3), sent(0.1, 0, 0), sent(0.1, 1, 0), executing(0.1, 0, 0)]);
    // A busy scheduler stamps the failure late. The next task has ended before that.
    cluster.reports(0.4, &[executing(0.3, 1, 0), tried_again(0.39, 0), finished(0.35, 1, 0)]);
    cluster.settle(1.0);
    assert_eq!(attempts(&cluster), [(0, 100, 300), (1, 300, 350)]);
    assert_eq!(cluster.lane().task_outcome(TaskId(0)), Some(TaskOutcome::Failed));
    let counts = cluster.lane().counts_at(1000 * MS);
    assert_eq!((counts.failed, counts.queued, cluster.lane().workers().count()), (0, 2, 2), "no thread is made up");
}

#[test]
fn attempts_that_fail_one_after_the_other_have_one_thread() {
    let mut cluster = Cluster::new();
    cluster.reports(0.1, &[submitted(0.1, 0, 3), sent(0.1, 0, 0), sent(0.1, 1, 0), sent(0.1, 2, 0)]);
    cluster.reports(0.2, &[executing(0.15, 0, 0)]);
    let ends = [tried_again(0.5, 0), tried_again(0.501, 1)];
    cluster
        .reports(0.52, &[&[executing(0.2, 1, 0), executing(0.3, 2, 0)], &ends[..], &[finished(0.35, 2, 0)]].concat());
    cluster.reports(0.6, &[sent(0.51, 0, 1), executing(0.52, 0, 1), finished(0.6, 0, 1)]);
    cluster.settle(1.0);
    assert_eq!(attempts(&cluster), [(0, 150, 200), (1, 200, 300), (2, 300, 350), (3, 520, 600)]);
    assert_eq!((cluster.lane().workers().count(), cluster.lane().slot_count()), (2, 2));
}

#[test]
fn task_whose_end_is_never_reported_leaves_its_thread_to_the_next_one() {
    let mut cluster = Cluster::new();
    cluster.reports(0.1, &[submitted(0.1, 0, 2), sent(0.1, 0, 0), sent(0.1, 1, 0), executing(0.1, 0, 0)]);
    cluster.reports(0.4, &[executing(0.3, 1, 0), finished(0.35, 1, 0)]);
    cluster.settle(1.0);
    let counts = cluster.lane().counts_at(1000 * MS);
    assert_eq!((counts.finished, counts.abandoned, cluster.lane().workers().count()), (1, 1, 2));
}

#[test]
fn task_that_begins_and_fails_before_the_end_of_the_one_before_is_not_started_again() {
    let mut cluster = Cluster::new();
    cluster
        .reports(0.1, &[submitted(0.1, 0, 3), sent(0.1, 0, 0), sent(0.1, 1, 0), sent(0.1, 2, 0), executing(0.1, 0, 0)]);
    // The clock of the worker jumps: the first end is stamped after the failure.
    cluster.reports(0.3, &[executing(0.2, 1, 0), tried_again(0.21, 1), finished(0.22, 0, 0), executing(0.23, 2, 0)]);
    cluster.settle(1.0);
    let counts = cluster.lane().counts_at(1000 * MS);
    assert_eq!((counts.finished, counts.failed, counts.resident, counts.queued), (1, 0, 1, 1));
    assert_eq!(
        (cluster.lane().task_outcome(TaskId(1)), cluster.lane().workers().count()),
        (Some(TaskOutcome::Failed), 2)
    );
}

#[test]
fn task_that_fails_without_a_reported_start_has_failed() {
    let mut cluster = Cluster::new();
    cluster.reports(
        0.3,
        &[submitted(0.1, 0, 1), sent(0.1, 0, 0), json!({"erred": [ZERO + 0.2, 0, "load-0", "ValueError", 0]})],
    );
    cluster.settle(1.0);
    let counts = cluster.lane().counts_at(1000 * MS);
    assert_eq!((counts.failed, counts.abandoned), (1, 0));
}

#[test]
fn task_that_leaves_its_thread_to_others_makes_room_for_another() {
    let mut cluster = Cluster::new();
    cluster.reports(0.1, &[submitted(0.1, 0, 2), executing(0.1, 0, 0), executing(0.11, 1, 0)]);
    cluster.settle(0.5);
    assert_eq!(cluster.lane().counts_at(500 * MS).resident, 1, "the end of the first may not have come yet");
    cluster.reports(0.6, &[json!({"seceded": [ZERO + 0.6, 0, 0]})]);
    cluster.settle(1.0);
    let counts = cluster.lane().counts_at(1000 * MS);
    assert_eq!((counts.resident, counts.live_workers), (2, 3), "a thread was added");
    cluster.reports(1.1, &[finished(1.1, 0, 0), finished(1.1, 1, 0)]);
    cluster.settle(2.0);
    let counts = cluster.lane().counts_at(2000 * MS);
    assert_eq!((counts.finished, counts.live_workers), (2, 2), "and ended with the task");
}

#[test]
fn result_that_was_lost_is_computed_by_another_attempt() {
    let mut cluster = Cluster::new();
    cluster.reports(0.1, &[submitted(0.1, 0, 1), executing(0.1, 0, 0), finished(0.2, 0, 0)]);
    cluster.reports(0.5, &[sent(0.5, 0, 1), executing(0.5, 0, 1), finished(0.6, 0, 1)]);
    cluster.settle(1.0);
    let counts = cluster.lane().counts_at(1000 * MS);
    assert_eq!((counts.submitted, counts.finished), (1, 1));
    let outcomes = [0, 1].map(|attempt| cluster.lane().task_outcome(TaskId(attempt)));
    assert_eq!(outcomes, [Some(TaskOutcome::Finished); 2]);
}

#[test]
fn dropped_reports_are_counted_and_the_cluster_is_told_anew() {
    let mut cluster = Cluster::new();
    cluster.reports(0.1, &[submitted(0.1, 0, 3), sent(0.1, 0, 0), executing(0.1, 0, 0)]);
    cluster.message(&json!({"now": ZERO + 0.2, "dropped": 70}));
    let told = [json!({"reset": [ZERO + 0.2]}), worker_added(2, 0.2), worker_added(3, 0.2), submitted(0.2, 9, 1)];
    cluster.reports(0.3, &told);
    // Numbers of tasks that were never reported.
    cluster.reports(0.4, &[finished(0.4, 5, 2), executing(0.4, 6, 77), executing(0.4, 9, 3)]);
    cluster.settle(1.0);
    let counts = cluster.lane().counts_at(1000 * MS);
    assert_eq!((counts.failed, counts.abandoned, counts.resident, counts.queued), (0, 3, 1, 0));
    assert_eq!((counts.live_workers, cluster.lane().slot_count()), (2, 2));
    assert_eq!(cluster.model.program_state().dropped_reports, 70);
}

#[test]
fn end_of_the_observation_leaves_open_tasks_unfinished() {
    let mut cluster = Cluster::new();
    cluster.reports(0.1, &[submitted(0.1, 0, 2), executing(0.1, 0, 0)]);
    cluster.end();
    let (_, status) = cluster.lane().end_and_status().unwrap();
    assert_eq!((status, cluster.lane().counts_at(1000 * MS).abandoned), (LaneStatus::Cancelled, 2));
    assert!(cluster.model.summary().is_some());
    assert_eq!(cluster.model.findings(), []);
}

fn requeued(cluster: &Cluster) -> Vec<(u32, RequeueCause)> {
    let causes = cluster.events.iter().filter_map(|event| match event {
        Event::TaskRequeued { task, cause, .. } => Some((task.0, *cause)),
        _ => None,
    });
    causes.collect()
}

#[test]
fn queue_tells_tasks_that_wait_for_results_from_those_that_a_worker_could_run() {
    let mut cluster = Cluster::new();
    // Task 3 needs 0 and 1, task 4 needs 3, task 5 needs 0.
    let dependent = json!([[3, [0, 1]], [4, [3]], [5, [0]]]);
    let submitted = json!({"submitted": [ZERO + 0.1, 0, [["load", 6, dependent]]]});
    cluster.reports(0.1, &[submitted, sent(0.1, 0, 0), executing(0.11, 0, 0), sent(0.1, 1, 0)]);
    cluster.reports(0.2, &[finished(0.2, 0, 0), executing(0.2, 1, 0)]);
    cluster.reports(0.3, &[finished(0.3, 1, 0)]);
    cluster.reports(0.4, &[sent(0.4, 3, 0), json!({"forgotten": [ZERO + 0.4, 4]})]);
    cluster.settle(1.0);
    assert_eq!([150, 250, 350, 450].map(|ms| queue(&cluster, ms)), [[1, 3, 1], [2, 2, 0], [3, 1, 0], [2, 0, 1]]);
    assert_eq!(
        phrases::cluster_queue(cluster.lane().cluster_queue(150 * MS))[0],
        "1 on the scheduler · 1 sent to workers · 3 wait for results"
    );
}

/// The queue: tasks that a worker could run, that wait for results, and that wait on workers.
fn queue(cluster: &Cluster, ms: u64) -> [u32; 3] {
    let ClusterQueue { on_scheduler, for_results, on_workers } = cluster.lane().cluster_queue(ms * MS);
    [on_scheduler, for_results, on_workers]
}

fn waits(at: f64, task: u32, needed: &[u32], waiting: &[u32]) -> Value {
    json!({"waits": [ZERO + at, task, needed, waiting]})
}

/// A cluster with the task 2, which needs the results of 0 and 1. The first exists.
fn joined() -> Cluster {
    let mut cluster = Cluster::new();
    let submitted = json!({"submitted": [ZERO + 0.1, 0, [["load", 3, [[2, [0, 1]]]]]]});
    cluster.reports(0.1, &[submitted, sent(0.1, 0, 0), executing(0.11, 0, 0), sent(0.1, 1, 1), executing(0.11, 1, 1)]);
    cluster.reports(0.2, &[finished(0.2, 0, 0)]);
    cluster
}

#[test]
fn result_that_is_lost_with_its_worker_is_missing_again() {
    let mut cluster = joined();
    // The task that has the lost result waits for a worker, and task 2 for its result.
    cluster.reports(0.31, &[waits(0.3, 0, &[], &[2]), removed(0.3, 0)]);
    cluster.reports(0.4, &[finished(0.4, 1, 1)]);
    cluster.reports(0.7, &[sent(0.6, 0, 1), executing(0.61, 0, 1), finished(0.7, 0, 1)]);
    cluster.settle(1.0);
    assert_eq!(
        [250, 350, 450, 650, 750].map(|ms| queue(&cluster, ms)),
        [[0, 1, 0], [1, 1, 0], [1, 1, 0], [0, 1, 0], [1, 0, 0]]
    );
    assert_eq!(requeued(&cluster), [(3, RequeueCause::ResultLost)]);
}

#[test]
fn results_that_are_lost_together_are_one_event_of_each_task_that_waits_for_them() {
    let mut cluster = Cluster::new();
    // Tasks 3 and 4 need the results of the others.
    let submitted = json!({"submitted": [ZERO + 0.1, 0, [["load", 5, [[3, [0, 1, 2]], [4, [0, 1, 2]]]]]]});
    let executed = |task: u32| [sent(0.1, task, 0), executing(0.1, task, 0), finished(0.1, task, 0)];
    cluster.reports(0.1, &[&[submitted][..], &[0, 1, 2].map(executed).concat()].concat());
    cluster.settle(0.4);
    cluster.events.clear();
    let lost = |at: f64, task: u32| [waits(at, task, &[], &[3, 4]), sent(at, task, 1)];
    cluster.reports(0.7, &[&[lost(0.5, 0), lost(0.52, 1), lost(0.54, 2)].concat()[..], &[removed(0.55, 0)]].concat());
    cluster.settle(1.0);
    let depends = cluster.events.iter().filter_map(|event| match event {
        Event::TaskDepends { task, on } => Some((task.0, on.iter().map(|on| on.0).collect())),
        _ => None,
    });
    assert_eq!(depends.collect::<Vec<(u32, Vec<u32>)>>(), [(3, vec![5, 6, 7]), (4, vec![5, 6, 7])]);
    assert_eq!([450, 510, 800].map(|ms| queue(&cluster, ms)), [[2, 0, 0], [0, 2, 1], [0, 2, 3]]);
}

#[test]
fn task_that_is_back_on_the_scheduler_waits_for_what_it_needs_now() {
    let mut cluster = joined();
    cluster.reports(0.3, &[finished(0.25, 1, 1), sent(0.26, 2, 0)]);
    // Its worker is lost with the result of task 0. What task 1 once had to end for exists.
    let returned = json!({"returned": [ZERO + 0.5, 2, "load-2", CLEANUP]});
    cluster.reports(0.51, &[returned, waits(0.5, 2, &[0], &[]), waits(0.5, 0, &[], &[2]), removed(0.5, 0)]);
    cluster.reports(0.7, &[sent(0.6, 0, 1), executing(0.61, 0, 1), finished(0.7, 0, 1)]);
    cluster.settle(1.0);
    assert_eq!([270, 550, 650, 750].map(|ms| queue(&cluster, ms)), [[0, 0, 1], [1, 1, 0], [0, 1, 0], [1, 0, 0]]);
}

#[test]
fn task_waits_for_the_attempt_that_follows_one_without_a_result() {
    // Task 1 is lost with its worker, or is tried again.
    for is_lost in [false, true] {
        let mut cluster = joined();
        let returned =
            json!({"returned": [ZERO + 0.3, 1, "load-1", if is_lost { CLEANUP } else { "task-erred-1000.3" }]});
        let lost = if is_lost { vec![removed(0.3, 1)] } else { vec![] };
        cluster.reports(0.31, &[vec![returned, waits(0.3, 1, &[], &[2])], lost].concat());
        cluster.reports(0.7, &[sent(0.5, 1, 0), executing(0.5, 1, 0), finished(0.7, 1, 0)]);
        cluster.settle(1.0);
        assert_eq!([250, 350, 650, 750].map(|ms| queue(&cluster, ms)), [[0, 1, 0], [1, 1, 0], [0, 1, 0], [1, 0, 0]]);
    }
}

#[test]
fn tasks_that_wait_again_have_a_cause() {
    let mut cluster = Cluster::new();
    cluster.reports(0.1, &[submitted(0.1, 0, 4), sent(0.1, 0, 0), sent(0.1, 1, 0), sent(0.1, 2, 0), sent(0.1, 3, 1)]);
    let returned = |at: f64, task: u32, stimulus: &str| json!({"returned": [ZERO + at, task, "key", stimulus]});
    cluster.reports(0.2, &[executing(0.15, 0, 0), executing(0.15, 1, 1)]);
    cluster.reports(0.4, &[returned(0.3, 0, "reschedule-1000.3"), returned(0.3, 1, "task-erred-1000.3")]);
    cluster.reports(0.6, &[executing(0.5, 3, 1), finished(0.6, 3, 1), sent(0.7, 3, 1)]);
    cluster.settle(1.0);
    let causes = [
        (1, RequeueCause::Stolen),
        (4, RequeueCause::Rescheduled),
        (5, RequeueCause::Failed),
        (6, RequeueCause::ResultLost),
    ];
    assert_eq!(requeued(&cluster), causes);
    let summary = cluster.model.summary().unwrap();
    let of_cluster = summary.lanes[0].program.as_ref().unwrap().cluster.as_ref().unwrap();
    assert_eq!(of_cluster.requeued.as_ref().unwrap().values().sum::<u32>(), 4);
}

#[test]
fn task_that_ran_elsewhere_and_was_forgotten_at_once_is_that_of_its_last_worker() {
    let mut cluster = Cluster::new();
    let returned = json!({"returned": [ZERO + 0.12, 0, "p2pshuffle-0", "reschedule-1000.12"]});
    let forgotten = json!({"forgotten": [ZERO + 0.15, 0]});
    cluster.reports(0.11, &[submitted(0.1, 0, 1), sent(0.1, 0, 0), executing(0.11, 0, 0)]);
    let ran = [returned, sent(0.12, 0, 1), executing(0.13, 0, 1), finished(0.14, 0, 1), forgotten];
    cluster.reports(0.15, &ran);
    cluster.settle(1.0);
    let finished_by = |worker: u32| cluster.lane().tasks_finished(WorkerId(worker), 1000 * MS);
    assert_eq!([finished_by(0), finished_by(1)], [0, 1]);
    assert_eq!(requeued(&cluster), [(1, RequeueCause::Rescheduled)]);
    let counts = cluster.lane().counts_at(1000 * MS);
    assert_eq!((counts.submitted, counts.failed, counts.abandoned), (1, 0, 0), "the first attempt is not counted");
}

#[test]
fn threads_wait_for_data_only_while_they_have_no_task() {
    let mut cluster = Cluster::new();
    let fetched = |at: f64, task: u32, transfers: &[[f64; 2]]| {
        let transfers: Vec<_> = transfers.iter().map(|[from, to]| [ZERO + from, ZERO + to]).collect();
        json!({"finished": [ZERO + at, task, 0, ZERO, 1000, transfers]})
    };
    cluster.reports(0.1, &[submitted(0.1, 0, 2), sent(0.1, 0, 0), sent(0.1, 1, 0), executing(0.1, 0, 0)]);
    // The thread is free from 0.5 to 0.9 s: 0.1 s and 0.2 s of it overlap with transfers.
    let transfers = [[0.3, 0.6], [0.55, 0.6], [0.6, 0.8]];
    cluster.reports(1.2, &[fetched(0.5, 0, &[]), executing(0.9, 1, 0), fetched(1.1, 1, &transfers)]);
    cluster.settle(1.5);
    let waits: Vec<_> = cluster
        .events
        .iter()
        .filter_map(|event| match event {
            Event::TransferWaited { task, ns, .. } => Some((task.0, *ns)),
            _ => None,
        })
        .collect();
    assert_eq!(waits, [(1, 300_000_000)]);
    assert!((cluster.lane().transfer_wait_s(2000 * MS) - 0.3).abs() < 1e-9);
}

#[test]
fn task_whose_start_was_not_reported_has_the_start_of_its_end() {
    let mut cluster = Cluster::new();
    cluster.settle(0.1);
    let ended = |at: f64, task: u32, start: f64| json!({"finished": [ZERO + at, task, 0, ZERO + start, 1000, []]});
    cluster.reports(0.6, &[submitted(0.2, 0, 2), sent(0.2, 0, 0), sent(0.2, 1, 0)]);
    cluster.reports(1.0, &[ended(0.8, 0, 0.3), ended(1.0, 1, 0.7)]);
    cluster.settle(1.5);
    let durations = [0, 1].map(|task| cluster.lane().task_durations(TaskId(task), 2000 * MS).computing);
    assert_eq!(durations, [Some(500 * MS), Some(200 * MS)], "the second cannot start before the first has ended");
}

#[test]
fn usage_is_that_of_the_newest_sample() {
    let mut cluster = Cluster::new();
    cluster.reports(0.1, &[submitted(0.1, 0, 1)]);
    cluster.message(
        &json!({"now": ZERO + 0.2, "usage": [0.5, 0.1, 100, 20, 10, [["load", 0.3, 0.1], ["other", 9.0, 9.0]]]}),
    );
    cluster.message(&json!({"now": ZERO + 0.4, "usage": [0.75, 0.1, 300, 20, 10, []]}));
    let usage = cluster.lane().cluster_usage().unwrap();
    assert_eq!((usage.scheduler_cpu_ns, usage.sent_bytes), (750_000_000, 300));
    assert!((cluster.lane().cpu_share().unwrap() - 0.75).abs() < 1e-9, "of prefixes that have tasks");
}

#[test]
fn times_of_a_prefix_are_known_also_if_they_come_before_its_tasks() {
    let mut cluster = Cluster::new();
    cluster.settle(0.1);
    // The report is held back.
    let line =
        json!({"now": ZERO + 0.2, "events": [submitted(0.15, 0, 1)], "usage": [0, 0, 0, 0, 0, [["load", 0.3, 0.1]]]});
    cluster.message(&line);
    cluster.settle(1.0);
    assert!(cluster.lane().cpu_share().is_some_and(|share| (share - 0.75).abs() < 1e-9));
}

#[test]
fn reports_of_a_worker_keep_their_order_when_its_clock_jumps() {
    let mut cluster = Cluster::new();
    cluster.reports(0.1, &[submitted(0.1, 0, 3), sent(0.1, 0, 0), sent(0.1, 1, 0), sent(0.1, 2, 0)]);
    // The second task is stamped 20 ms ahead, and the third is not.
    cluster.reports(0.3, &[executing(0.2, 0, 0), executing(0.23, 1, 0), finished(0.21, 0, 0)]);
    cluster.reports(0.4, &[executing(0.22, 2, 0), finished(0.24, 1, 0), finished(0.225, 2, 0)]);
    cluster.settle(1.0);
    let counts = cluster.lane().counts_at(1000 * MS);
    assert_eq!((counts.finished, cluster.lane().slot_count(), counts.live_workers), (3, 2, 2));
}

#[test]
fn worker_whose_clock_is_set_back_keeps_its_one_thread() {
    let mut cluster = Cluster::new();
    cluster.reports(0.1, &[submitted(0.1, 0, 3), sent(0.1, 0, 0), sent(0.1, 1, 0), sent(0.1, 2, 0)]);
    cluster.reports(0.5, &[executing(0.4, 0, 0)]);
    // From here on its times are 0.2 s earlier. A start is sent before the end that it follows.
    cluster.reports(0.6, &[executing(0.31, 1, 0), finished(0.5, 0, 0), executing(0.35, 2, 0)]);
    cluster.reports(0.65, &[finished(0.34, 1, 0), finished(0.38, 2, 0)]);
    cluster.settle(1.0);
    let lane = cluster.lane();
    assert_eq!((lane.slot_count(), lane.counts_at(1000 * MS).finished), (2, 3));
}

#[test]
fn numbers_of_tasks_are_shown_where_no_more_is_known() {
    let mut cluster = Cluster::new();
    let counts =
        |scheduler: u32, memory: u32| json!({"scheduler": scheduler, "workers": 4, "memory": memory, "erred": 1});
    cluster.message(&json!({"now": ZERO + 1.0, "counts": counts(90, 5)}));
    cluster.message(&json!({"now": ZERO + 2.0, "counts": counts(20, 75)}));
    let lane = cluster.lane();
    let at = |ms: u64| {
        let counts = lane.counts_at(ms * MS);
        (counts.queued, lane.tasks_waiting_on_workers(ms * MS), counts.finished, counts.failed, counts.live_workers)
    };
    assert_eq!([at(500), at(1500), at(2500)], [(0, 0, 0, 0, 2), (94, 4, 5, 1, 2), (24, 4, 75, 1, 2)]);
    cluster.end();
    assert!(cluster.lane().end_and_status().is_some());
}

#[test]
fn numbers_of_tasks_may_be_as_large_as_possible() {
    let mut cluster = Cluster::new();
    let counts = json!({"scheduler": u32::MAX, "workers": u32::MAX, "memory": 0, "erred": 0});
    cluster.message(&json!({"now": ZERO + 1.0, "counts": counts}));
    assert_eq!(cluster.lane().counts_at(1500 * MS).queued, u32::MAX);
}
