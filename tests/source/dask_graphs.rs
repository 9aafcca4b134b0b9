//! Graphs that mpviz runs on clusters: what the report says, and how the clusters follow each other.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use mpviz::event::{ClusterGraph, Event, GraphKind, LaneId, LaneStatus, ObservationGap, StampedEvent};
use mpviz::model::{HeldTasks, Lane, Model};
use mpviz::report::Report;
use mpviz::source::dask::message::Hello;
use mpviz::source::dask::translator::Translator;
use mpviz::source::dask::{ClusterConnection, ClusterPlan, ClusterWatch, GraphRun};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use crate::support::dask::connect_to;
use crate::support::graph::{ClusterStory, INDEPENDENT, JOINED, graph, graph_events, graph_model};
use crate::support::{MAX_WAIT, mpviz_command, wait_until};

/// A cluster that mpviz has started, with one worker.
struct OwnCluster {
    translator: Translator,
    model: Model,
}

impl OwnCluster {
    fn new() -> Self {
        let hello = json!({"time": 1000.0, "pid": 7, "version": "2026.8.0", "saturation": "inf", "address": ""});
        let hello: Hello = serde_json::from_value(hello).unwrap();
        let mut model = Model::new();
        model.apply(&graph_events(&graph(GraphKind::Joined), &[], 0)[0]).unwrap();
        let mut cluster = Self { translator: Translator::new(hello, LaneId(0), 0), model };
        let worker =
            json!({"address": "tcp://127.0.0.1:4000", "name": "0", "host": "127.0.0.1", "pid": 100, "threads": 1});
        cluster.reports(0.0, &json!([{"worker_added": [1000.0, 0, worker]}]));
        cluster
    }

    fn reports(&mut self, at: f64, reports: &Value) {
        let message = json!({"now": 1000.0 + at, "events": reports});
        self.translator.translate(serde_json::from_value(message).unwrap());
        for stamped in self.translator.take_events() {
            self.model.apply(&stamped).unwrap_or_else(|error| panic!("{stamped:?}: {error}"));
        }
    }
}

fn report(kind: GraphKind, clusters: &[ClusterStory]) -> Report {
    let model = graph_model(kind, clusters);
    Report::new(model.run().unwrap(), vec![model.summary().unwrap()])
}

#[test]
fn joined_loads_are_said_to_differ_in_memory_because_they_wait() {
    assert_eq!(
        report(GraphKind::Joined, &JOINED).headline(),
        "results took up to 87 MB at saturation inf, and 5 MB at 1.0: loads wait in memory for their partners, and a \
         worker had up to 300 tasks at inf, 1 at 1.0."
    );
}

#[test]
fn independent_tasks_are_said_to_differ_in_their_place_only() {
    assert_eq!(
        report(GraphKind::Independent, &INDEPENDENT).headline(),
        "results took no more than 224 B at saturation 1.0, 1.1, inf: no result waits for another, and only the place of \
         waiting tasks differs: 198 on the scheduler at 1.0, 0 at inf."
    );
}

#[test]
fn no_cause_is_given_where_figures_contradict_it() {
    let alike = [("1.0", 398, 1, 9_000_000), ("1.1", 396, 3, 11_000_000), ("inf", 0, 300, 12_000_000)];
    assert_eq!(
        report(GraphKind::Joined, &alike).headline(),
        "results took no more than 12 MB at saturation 1.0, 1.1, inf."
    );
    assert_eq!(
        report(GraphKind::Joined, &alike[..2]).headline(),
        "results took no more than 11 MB at saturation 1.0, 1.1."
    );
    let differing = [("1.0", 198, 1, 1_000_000), ("inf", 0, 100, 80_000_000)];
    assert_eq!(
        report(GraphKind::Independent, &differing).headline(),
        "results took up to 80 MB at saturation inf, and 1 MB at 1.0."
    );
}

#[test]
fn cluster_that_was_cut_off_is_not_compared() {
    let mut summary = graph_model(GraphKind::Joined, &JOINED).summary().unwrap();
    summary.lanes[2].status = Some(LaneStatus::Cancelled);
    let model = graph_model(GraphKind::Joined, &JOINED);
    let headline = Report::new(model.run().unwrap(), vec![summary]).headline();
    assert!(headline.starts_with("results took up to 11 MB at saturation 1.1, and 5 MB at 1.0"), "{headline}");
}

#[test]
fn cluster_of_the_user_is_described_by_its_setting() {
    let model = graph_model(GraphKind::Joined, &JOINED[1..2]);
    let headline = |workers| {
        let mut run = model.run().unwrap().clone();
        run.graph.as_mut().unwrap().workers = workers;
        Report::new(&run, vec![model.summary().unwrap()]).headline()
    };
    let held = "results took up to 11 MB: up to 396 ready on the scheduler, 3 on one worker.";
    assert_eq!(headline(None), format!("the cluster has worker-saturation 1.1, and {held}"));
    let of_several = format!("only the cluster with saturation 1.1 has run the whole graph, and {held}");
    assert_eq!(headline(Some(2)), of_several);
}

#[test]
fn lanes_have_the_setting_the_most_held_and_the_sum() {
    let report = report(GraphKind::Joined, &JOINED);
    let lane = &report.lanes[2];
    let program = lane.program.as_ref().unwrap();
    assert_eq!(program.title.as_str(), "Dask saturation inf");
    let held = HeldTasks { peak_on_scheduler: 0, peak_on_worker: 300, peak_result_bytes: 87_000_000 };
    assert_eq!(program.held(), Some(held));
    assert_eq!((lane.correct, lane.result), (Some(true), Some(1_249_999_975_000_000)));
    // Each from its own start.
    assert!(report.lanes.iter().all(|lane| lane.makespan_s.is_some_and(|time| (1.6..1.8).contains(&time))));
    assert_eq!(report.exit_code(), 0);
}

#[test]
fn wrong_or_missing_sum_is_a_wrong_result() {
    let exit_code = |sum: i64| {
        let mut model = Model::new();
        for stamped in graph_events(&graph(GraphKind::Joined), &JOINED, sum) {
            model.apply(&stamped).unwrap();
        }
        Report::new(model.run().unwrap(), vec![model.summary().unwrap()]).exit_code()
    };
    assert_eq!((exit_code(1_249_999_975_000_000), exit_code(7)), (0, 3));
}

#[test]
fn most_held_is_known_as_of_every_moment() {
    let model = graph_model(GraphKind::Joined, &JOINED);
    let lane = &model.lanes()[1];
    let held = |s: f64| lane.held_tasks((s * 1e9) as u64).map(|held| held.peak_on_scheduler);
    assert_eq!([held(3.5), held(4.2), held(9.0)], [None, Some(396), Some(396)]);
}

#[test]
fn worker_of_one_thread_runs_a_task_at_a_time_also_if_it_corrects_its_clock() {
    let mut cluster = OwnCluster::new();
    cluster.reports(
        0.1,
        &json!([{"submitted": [1000.1, 0, [["load", 2, []]]]}, {"sent": [1000.1, 0, 0]},
        {"sent": [1000.1, 1, 0]}, {"executing": [1000.11, 0, 0]}]),
    );
    // The worker's clock was set back by 40 ms between the ends of its tasks.
    cluster.reports(
        0.4,
        &json!([{"executing": [1000.25, 1, 0]}, {"finished": [1000.3, 0, 0, 1000.11, 8, []]},
        {"finished": [1000.27, 1, 0, 1000.26, 8, []]}]),
    );
    cluster.reports(1.0, &json!([]));
    let lane = &cluster.model.lanes()[0];
    assert_eq!((lane.slot_count(), lane.counts_at(900_000_000).finished), (1, 2));
}

#[test]
fn repeats_have_medians_and_ranges_of_what_clusters_held() {
    let model = |bytes: u64, clusters: usize| {
        let stories = JOINED.map(|(setting, scheduler, worker, most)| (setting, scheduler, worker, most + bytes));
        graph_model(GraphKind::Joined, &stories[..clusters])
    };
    let runs = [model(2_000_000, 3), model(0, 3), model(1_000_000, 3), model(9_000_000, 2)];
    let summaries = runs.iter().filter_map(Model::summary).collect();
    // The last was ended before its third cluster.
    let report = Report::new(runs[3].run().unwrap(), summaries);
    assert_eq!((report.repeats, report.runs.len(), report.lanes.len()), (3, 4, 3));
    let results = report.lanes.iter().map(|lane| lane.program.as_ref().unwrap().held().unwrap().peak_result_bytes);
    assert_eq!(results.collect::<Vec<_>>(), [6_000_000, 12_000_000, 88_000_000]);
    let mut table = Vec::new();
    mpviz::report::table::write(&report, None, &mut table).unwrap();
    let table = String::from_utf8(table).unwrap();
    assert!(table.contains("median") && table.contains("1.60 s to 1.60 s"), "{table}");
    assert!(table.contains("; of 4 runs 1 not finished."), "{table}");
}

// Drivers without Dask

/// A program in place of Python that writes lines for a cluster, and then executes `rest`.
struct Driver {
    directory: tempfile::TempDir,
}

const CLUSTER: &str = r#"
case $3 in
  *'"saturation":"inf"'*) saturation=inf;;
  *'"saturation":"1.1"'*) saturation=1.1;;
  *) saturation=1.0;;
esac
echo '{"hello":{"time":1000,"pid":7,"version":"2026.8.0","saturation":"'$saturation'","address":"tcp://127.0.0.1:1"}}'
echo '{"now":1000.1,"events":[{"submitted":[1000.05,0,[["load",1,[]]]]}]}'
"#;

impl Driver {
    fn new(rest: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let driver = Self { directory };
        fs::write(driver.path(), format!("#!/bin/sh{CLUSTER}{rest}\n")).unwrap();
        fs::set_permissions(driver.path(), fs::Permissions::from_mode(0o755)).unwrap();
        driver
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("python3")
    }

    fn run(&self, address: Option<&str>) -> GraphRun {
        let workers = Some(2).filter(|_| address.is_none());
        GraphRun {
            python: self.path().into(),
            graph: ClusterGraph { workers, ..graph(GraphKind::Joined) },
            address: address.map(str::to_owned),
            repeat: 1,
            command: vec!["mpviz".into()],
        }
    }
}

/// All events of a watch, which ends within the time limit.
fn events_of(watch: &ClusterWatch) -> Vec<StampedEvent> {
    let deadline = Instant::now() + MAX_WAIT;
    let mut all = Vec::new();
    while let Ok(batch) = watch.events.recv_deadline(deadline) {
        all.extend(batch);
    }
    assert!(Instant::now() < deadline, "the watch has not ended");
    all
}

fn model_of(events: &[StampedEvent]) -> Model {
    let mut model = Model::new();
    for stamped in events {
        model.apply(stamped).unwrap_or_else(|error| panic!("{stamped:?}: {error}"));
    }
    model
}

fn open(run: &GraphRun) -> ClusterConnection {
    connect_to(ClusterPlan::of_graph(run, 1)).unwrap()
}

fn titles(model: &Model) -> Vec<String> {
    model.lanes().iter().filter_map(Lane::title).collect()
}

#[test]
fn clusters_follow_each_other_as_lanes_of_one_run() {
    let driver = Driver::new("");
    let watch = open(&driver.run(None)).observe().unwrap();
    let events = events_of(&watch);
    watch.stop();
    let model = model_of(&events);
    assert_eq!(titles(&model), ["Dask saturation 1.0", "Dask saturation 1.1", "Dask saturation inf"]);
    assert!(model.ended_at().is_some());
    let starts: Vec<_> = model.lanes().iter().map(|lane| lane.time_zero().unwrap()).collect();
    assert!(starts.is_sorted() && starts[0] < starts[2], "{starts:?}");
}

#[test]
fn cluster_of_the_user_is_one_lane_with_its_address() {
    let driver = Driver::new("");
    let watch = open(&driver.run(Some("tcp://127.0.0.1:1"))).observe().unwrap();
    let model = model_of(&events_of(&watch));
    watch.stop();
    assert_eq!(titles(&model), ["Dask cluster at 127.0.0.1:1"]);
}

#[test]
fn cluster_that_cannot_be_started_ends_the_run_with_its_reason() {
    let driver = Driver::new("");
    let failing = r#"case $3 in *'"saturation":"1.1"'*) echo '{"error":{"cluster_not_started":{"error":"no port is free"}}}'; exit;; esac"#;
    fs::write(driver.path(), format!("#!/bin/sh\n{failing}{CLUSTER}")).unwrap();
    let watch = ClusterWatch::start(&driver.run(None), 1).unwrap();
    let model = model_of(&events_of(&watch));
    watch.stop();
    assert_eq!(titles(&model), ["Dask saturation 1.0"]);
    let report = Report::new(model.run().unwrap(), vec![model.summary().unwrap()]);
    let reason = ObservationGap::ClusterNotStarted { error: "no port is free".into() };
    assert_eq!(report.program().unwrap().not_observed, [reason]);
    assert_eq!(report.exit_code(), 3);
}

#[test]
fn run_that_is_ended_starts_no_other_cluster() {
    // The driver runs until its input ends.
    let driver = Driver::new("cat >/dev/null");
    let watch = open(&driver.run(None)).observe().unwrap();
    let first = watch.events.recv_timeout(MAX_WAIT).unwrap();
    watch.begin_end();
    let events: Vec<_> = first.into_iter().chain(events_of(&watch)).collect();
    watch.stop();
    let model = model_of(&events);
    assert_eq!(titles(&model), ["Dask saturation 1.0"]);
    let report = Report::new(model.run().unwrap(), vec![model.summary().unwrap()]);
    assert_eq!(report.headline(), "Dask saturation 1.0 was ended by you: no comparison.");
    assert!(events.iter().any(|stamped| matches!(stamped.event, Event::RunEnded {})));
}

/// Runs `mpviz run --engine dask` three times over a driver, which executes `first` with the number of its start in
/// `$n`, and otherwise finishes a task.
fn repeated_run(first: &str) -> (Driver, Command) {
    let driver = Driver::new("");
    let rest = r#"
echo '{"now":1000.2,"events":[{"worker_added":[1000.06,0,{"address":"tcp://127.0.0.1:2","name":"0","host":"127.0.0.1",'\
'"pid":0,"threads":1}]},{"sent":[1000.06,0,0]},{"executing":[1000.1,0,0]},{"finished":[1000.2,0,0,1000.1,8,[]]}]}'
echo '{"sum":6}'
echo '{"now":1000.3}'"#;
    let number = format!("echo >>{0}/starts; n=$(wc -l <{0}/starts)", driver.directory.path().display());
    fs::write(driver.path(), format!("#!/bin/sh\n{number}\n{first}{CLUSTER}{rest}\n")).unwrap();
    let graph = ["--numbers", "4", "--tasks", "1", "--repeat", "3", "--json"];
    let mut command = mpviz_command(&["run", "--engine", "dask", "--python", driver.path().to_str().unwrap()]);
    command.args(graph);
    (driver, command)
}

#[test]
fn repeats_go_on_after_a_run_that_failed() {
    // The second cluster of the second run.
    let (_driver, mut command) = repeated_run(
        r#"[ $n = 5 ] && { echo '{"error":{"cluster_not_started":{"error":"no port is free"}}}'; exit; }"#,
    );
    let output = command.output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["repeats"], &report["unfinished_repeats"]), (&2.into(), &1.into()));
    assert_eq!(report["lanes"].as_array().unwrap().len(), 3);
    assert_eq!(report["lanes"][0]["runs"].as_array().unwrap().len(), 3);
    assert!(report["doubts"].to_string().contains("no port is free"), "{}", report["doubts"]);
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn interrupted_repeats_have_the_medians_of_those_that_finished() {
    let (driver, mut command) = repeated_run("[ $n = 5 ] && exec cat");
    let child = command.stdout(Stdio::piped()).spawn().unwrap();
    let starts = driver.directory.path().join("starts");
    wait_until("the second run has started its second cluster", || {
        fs::read_to_string(&starts).is_ok_and(|text| text.lines().count() == 5).then_some(())
    });
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGINT).unwrap();
    let output = child.wait_with_output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["repeats"], &report["unfinished_repeats"]), (&1.into(), &1.into()));
    assert_eq!(report["lanes"].as_array().unwrap().len(), 3);
    assert_eq!(output.status.signal(), Some(Signal::SIGINT as i32));
}
