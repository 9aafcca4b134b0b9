//! Reports, exports and comparisons of recordings of clusters.

use std::collections::BTreeSet;
use std::fs;

use crate::support::cluster::{StoryCluster, StoryTask};
use crate::support::stories::{events_over_http, story_events, story_model, story_path, story_report};
use crate::support::{run_mpviz, snapshot, written_text};
use mpviz::event::codec::{RecordingHeader, encode};
use mpviz::event::units::format_elapsed;
use mpviz::event::{Event, StampedEvent, TaskCounts, TaskId, WorkerId};
use mpviz::model::{ComparisonObstacle, Model, Problem, ProblemKind};
use mpviz::report::cluster_predictions::ClusterRefusal;
use mpviz::report::{Report, csv, json, markdown, phrases, table};
use mpviz::source::simulation::predict_cluster;
use serde_json::{Value, json};

fn run(args: &[&str]) -> String {
    let output = run_mpviz(args);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn export(story: &str, format: &str) -> String {
    run(&["export", "--to", format, story_path(story).to_str().unwrap()])
}

#[test]
fn reports_of_clusters_have_every_format() {
    for story in ["cluster_queued", "cluster_sent", "cluster_lost"] {
        let report = story_report(story);
        let texts = [
            written_text(|out| table::write(&report, None, out)),
            written_text(|out| markdown::write(&report, out)),
            written_text(|out| csv::write(&report, out)),
        ];
        snapshot::assert_matches_snapshot("export", &format!("report-{story}"), &texts.join("\n"));
    }
}

#[test]
fn wrapped_sentences_keep_paths_whole_and_units_with_their_numbers() {
    let wrap = |text: &str| table::wrap_sentence(text, Some(20));
    assert_eq!(wrap("threads waited for 0.68 s in all"), "threads waited for\n  0.68 s in all");
    let path = "/a/path/that/is/wider/than/the/terminal";
    assert_eq!(wrap(&format!("it is in {path} now")), format!("it is in\n  {path}\n  now"));
}

#[test]
fn tables_for_a_terminal_are_wrapped_between_words() {
    let words = |text: &str| {
        let mut words: Vec<_> = text.split_whitespace().map(ToOwned::to_owned).collect();
        words.sort();
        words
    };
    for story in ["cluster_queued", "cluster_lost", "program_pool"] {
        let report = story_report(story);
        let [whole, wrapped] = [None, Some(80)].map(|width| written_text(|out| table::write(&report, width, out)));
        assert!(wrapped.lines().all(|line| line.chars().count() <= 80), "{wrapped}");
        assert!(wrapped.lines().count() > whole.lines().count(), "{wrapped}");
        assert_eq!(words(&whole), words(&wrapped), "{wrapped}");
    }
}

#[test]
fn figures_that_are_not_known_of_clusters_are_null_or_empty() {
    let report: Value =
        serde_json::from_str(&written_text(|out| json::write(&story_report("cluster_queued"), out))).unwrap();
    let lane = &report["lanes"][0];
    let unknown = ["cpu_s", "core_time_s", "run_queue_delay_s", "utilization", "usable_cores", "peak_private_bytes"];
    assert_eq!(unknown.map(|key| &lane[key]), [&Value::Null; 6]);
    let unknown = ["load_s", "io_blocked_s", "stall_core_s", "stall_io_core_s", "idle_tail_core_s"];
    assert_eq!(unknown.map(|key| &lane[key]), [&Value::Null; 5]);
    assert_eq!(["cpu_s", "receive_s", "starting_s"].map(|key| &lane["worker_time"][key]), [&Value::Null; 3]);
    assert_eq!(["peak_resident_bytes", "peak_held_bytes", "startup_s"].map(|key| &lane[key]), [&Value::Null; 3]);
    assert_eq!((&lane["peak_resident_tasks"], &lane["tasks"]["finished"]), (&json!(4), &json!(72)));
    assert_eq!(lane["cluster"]["saturation"], json!("1.1"));
    let tasks = export("cluster_queued", "csv");
    let mut rows = ::csv::Reader::from_reader(tasks.as_bytes());
    let header = rows.headers().unwrap().clone();
    let columns =
        ["spent_loading_s", "spent_in_io_s", "cpu_loading_s", "cpu_adding_s", "payload_bytes", "lane_workers"];
    let columns = columns.map(|name| header.iter().position(|column| column == name).unwrap());
    let mut count = 0;
    for row in rows.records().map(Result::unwrap) {
        assert_eq!(columns.map(|column| row[column].to_owned()), ["", "", "", "", "", "4"]);
        count += 1;
    }
    assert_eq!(count, 72);
}

fn report_over_http() -> Report {
    let model = model_over_http();
    Report::new(model.run().unwrap(), vec![model.summary().unwrap()])
}

/// A cluster of which only numbers of tasks are known.
fn model_over_http() -> Model {
    let mut model = Model::new();
    for stamped in events_over_http(TaskCounts { memory: 72, ..TaskCounts::default() }) {
        model.apply(&stamped).unwrap();
    }
    model
}

#[test]
fn tasks_that_are_only_counted_are_neither_compared_nor_predicted() {
    let model = model_over_http();
    assert_eq!(model.summary().unwrap().lanes[0].comparison_obstacle(), Some(ComparisonObstacle::OnlyCounts));
    assert_eq!(predict_cluster(&model.lanes()[0], model.core_loads()), Err(ClusterRefusal::OnlyCounts));
}

#[test]
fn figures_of_tasks_that_are_only_counted_are_null_or_empty() {
    let report = report_over_http();
    let document: Value = serde_json::from_str(&written_text(|out| json::write(&report, out))).unwrap();
    let lane = &document["lanes"][0];
    let of_lane = ["queue_wait_s", "peak_queue", "peak_resident_tasks", "tasks", "working_s", "worker_time"];
    assert_eq!(of_lane.map(|key| &lane[key]), [&Value::Null; 6], "{lane:#}");
    assert_eq!(["calls", "makespan_s"].map(|key| lane.get(key)), [Some(&Value::Null); 2], "{lane:#}");
    let of_cluster =
        ["peak_spilled_bytes", "peak_memory", "peak_waiting_on_workers", "transfer_wait_s", "requeued", "usage"];
    assert_eq!(of_cluster.map(|key| &lane["cluster"][key]), [&Value::Null; 6], "{lane:#}");
    assert_eq!(lane["cluster"]["saturation"], json!("1.1"));
    assert_eq!(["serial_s", "longest_s"].map(|key| document["program"].get(key)), [Some(&Value::Null); 2]);
    let table = written_text(|out| csv::write(&report, out));
    let mut rows = ::csv::Reader::from_reader(table.as_bytes());
    let header = rows.headers().unwrap().clone();
    let row = rows.records().next().unwrap().unwrap();
    let zeros: Vec<_> = header.iter().zip(&row).filter(|(_, cell)| *cell == "0").map(|(name, _)| name).collect();
    let counted = ["counted_peak_not_sent", "counted_peak_on_workers", "counted_peak_failed"];
    assert_eq!(zeros, [&["interventions"][..], &counted].concat());
}

#[test]
fn result_of_tasks_that_are_only_counted_has_their_peaks_and_how_many_finished() {
    let mut model = Model::new();
    let samples = [
        TaskCounts {
            scheduler: 120,
            workers: 6,
            result_bytes: Some(90),
            finished: Some(1_000),
            ..TaskCounts::default()
        },
        TaskCounts { workers: 8, memory: 70, erred: 2, result_bytes: Some(70), ..TaskCounts::default() },
        TaskCounts { memory: 60, erred: 2, finished: Some(1_072), ..TaskCounts::default() },
    ];
    for stamped in events_over_http(samples[0]) {
        model.apply(&stamped).unwrap();
        if matches!(stamped.event, Event::TasksCounted { .. }) {
            for counts in &samples[1..] {
                model
                    .apply(&StampedEvent { event: Event::TasksCounted { counts: *counts }, ..stamped.clone() })
                    .unwrap();
            }
        }
    }
    let report = Report::new(model.run().unwrap(), vec![model.summary().unwrap()]);
    let document: Value = serde_json::from_str(&written_text(|out| json::write(&report, out))).unwrap();
    let expected = json!({"peak_not_sent": 120, "peak_on_workers": 8, "peak_failed": 2, "peak_results": 70,
        "peak_result_bytes": 90, "finished": 72});
    assert_eq!(document["lanes"][0]["cluster"]["counted"], expected);
    let figures = "finished 72 · not sent 120 · on workers 8 · failed 2 · results 70 · in memory 90 B";
    let result = report.short_result();
    assert!(result.iter().any(|line| line.contains(figures)), "{result:?}");
    let table = written_text(|out| table::write(&report, None, out));
    let [heading, row] = ["finished  not sent", "72       120"];
    assert!(table.contains(heading) && table.contains(row), "{table}");
    assert!(table.contains("sampled once a second"), "{table}");
}

#[test]
fn result_has_counts_and_time_of_tasks_and_merges_equal_failures() {
    let mut model = Model::new();
    for mut stamped in story_events("cluster_lost") {
        if let Event::TaskFinished { worker, task, .. } = stamped.event
            && task.0.is_multiple_of(2)
        {
            stamped.event = Event::TaskFailed { worker, task, error: "ValueError".into() };
        }
        model.apply(&stamped).unwrap();
    }
    let report = Report::new(model.run().unwrap(), vec![model.summary().unwrap()]);
    let tasks = report.lanes[0].tasks.unwrap();
    let result = report.short_result();
    let time = format_elapsed(report.lanes[0].makespan_s.unwrap());
    let counts = format!("tasks: {} done · {} failed · 2 run again", tasks.finished, tasks.failed);
    let counts = format!("{counts} · {time} from the first to the end of the last that finished");
    assert!(tasks.failed > 8 && result.contains(&counts), "{result:#?}");
    assert!(result.iter().any(|line| line.starts_with("requeued: ")), "{result:#?}");
    let failures: Vec<_> = result.iter().filter(|line| line.contains(" failed: ValueError")).collect();
    let prefixes = model.lanes()[0].calls().iter().map(|call| call.function.as_str());
    let of_prefixes: Vec<_> =
        prefixes.filter(|prefix| failures.iter().any(|line| line.contains(&format!(" of {prefix} ")))).collect();
    assert_eq!((failures.len(), of_prefixes.is_empty()), (of_prefixes.len(), false), "{result:#?}");
}

#[test]
fn failures_of_tasks_that_were_tried_again_are_merged_as_attempts() {
    let mut report = story_report("cluster_queued");
    let failure = |ran_again, n: u32| Problem {
        at_s: 0.25 * f64::from(n),
        what: ProblemKind::TaskFailed {
            task: TaskId(n),
            key: Some(format!("flaky-{n}").into()),
            function: Some("flaky".into()),
            worker: WorkerId(0),
            name: Some("w0@10.0.0.6".into()),
            error: "ValueError".into(),
            ran_again,
        },
    };
    report.lanes[0].problems = (1..6).map(|n| failure(n != 2 && n != 5, n)).collect();
    let result = report.short_result();
    for sentence in [
        "3 attempts at tasks of flaky failed: ValueError, the first at 0.25 s; the tasks were tried again.",
        "2 tasks of flaky failed: ValueError, the first at 0.50 s.",
    ] {
        assert!(result.iter().any(|line| line.ends_with(sentence)), "{result:#?}");
    }
}

#[test]
fn traces_of_clusters_have_only_counters_that_are_known() {
    let trace: Value = serde_json::from_str(&export("cluster_queued", "perfetto")).unwrap();
    let events = trace["traceEvents"].as_array().unwrap();
    let counters = events.iter().filter(|event| event["ph"] == "C").map(|event| event["name"].as_str().unwrap());
    assert_eq!(counters.collect::<BTreeSet<_>>(), BTreeSet::from(["queued", "tasks"]));
    assert!(events.iter().all(|event| event["args"]["payload_bytes"].is_null()));
}

#[test]
fn job_log_names_the_hosts_of_workers() {
    let text = fs::read_to_string(story_path("cluster_queued")).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("run.jsonl");
    // Without a name of its own, a worker is named by its address.
    for text in [text.replace("w0@10.0.0.6", "10.0.0.6:4000"), text] {
        fs::write(&file, text).unwrap();
        let log = run(&["export", "--to", "joblog", file.to_str().unwrap()]);
        let hosts: BTreeSet<_> = log.lines().skip(1).filter_map(|line| line.split('\t').nth(1)).collect();
        assert_eq!(hosts, BTreeSet::from(["10.0.0.6", "10.0.0.7"]));
    }
}

#[test]
fn comparison_shows_what_the_setting_changes() {
    let paths = ["cluster_queued", "cluster_sent"].map(|story| story_path(story).display().to_string());
    let text = run(&["compare", &paths[0], &paths[1]]);
    let row = |label: &str| {
        let line = text.lines().find(|line| line.trim_start().starts_with(label)).unwrap_or_default();
        line.split_whitespace().skip(1).collect::<Vec<_>>().join(" ")
    };
    assert_eq!([row("saturation"), row("managed")], ["1.1 inf", "100 MB 880 MB"], "{text}");
    for unknown in ["cores", "CPU", "idle", "private"] {
        assert_eq!(row(unknown), "", "{text}");
    }
}

#[test]
fn comparison_says_what_was_not_observed() {
    let directory = tempfile::tempdir().unwrap();
    let [gaps, result] = ["gaps.jsonl", "result.json"].map(|name| directory.path().join(name));
    let recording = fs::read_to_string(story_path("cluster_sent")).unwrap();
    let reason = r#"{"driver_silent":{"python":"env/bin/python3"}}"#;
    let end = recording.find(r#"{"at":"#).unwrap();
    let lines = format!(
        "{{\"at\":0,\"event\":{{\"ReportsDropped\":{{\"count\":1204}}}}}}\n\
         {{\"at\":0,\"event\":{{\"NotObserved\":{{\"reason\":{reason}}}}}}}\n"
    );
    let begin = end + recording[end..].find('\n').unwrap() + 1;
    fs::write(&gaps, format!("{}{lines}{}", &recording[..begin], &recording[begin..])).unwrap();
    let [gaps, result] = [&gaps, &result].map(|path| path.to_str().unwrap());
    let whole = story_path("cluster_queued");
    let compared = |with: &str| run(&["compare", whole.to_str().unwrap(), with]);
    let of_recording = compared(gaps);
    for doubt in ["gaps: 1204 reports lost.", "env/bin/python3"] {
        assert!(of_recording.contains(doubt), "{of_recording}");
    }
    let mut model = Model::new();
    for stamped in story_events("cluster_sent") {
        model.apply(&stamped).unwrap();
        if matches!(stamped.event, Event::RunStarted(_)) {
            model.apply(&StampedEvent { event: Event::ReportsDropped { count: 1204 }, ..stamped }).unwrap();
        }
    }
    let report = Report::new(model.run().unwrap(), vec![model.summary().unwrap()]);
    fs::write(result, written_text(|out| json::write(&report, out))).unwrap();
    assert!(compared(result).contains("result: 1204 reports lost."));
    assert!(!compared(whole.to_str().unwrap()).contains("lost"));
}

#[test]
fn comparison_says_how_clusters_differ_and_which_workers_were_silent() {
    let cluster = |tasks: usize| StoryCluster::new(2, 1, vec![StoryTask::new("simulate", 100, 1_000); tasks]);
    let other = StoryCluster { stopped: Some((500, 7_000, 1)), saturation: "inf", ..cluster(60) };
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).display().to_string();
    let [first, recording, result] = ["first.jsonl", "recording.jsonl", "result.json"].map(path);
    fs::write(&first, cluster(80).recording()).unwrap();
    fs::write(&recording, other.recording().replace("dask 2026.8.0", "dask 2023.12.0")).unwrap();
    let saved: Value = serde_json::from_str(&run(&["replay", &recording, "--json"])).unwrap();
    for without_dropped_reports in [false, true] {
        let mut saved = saved.clone();
        if without_dropped_reports {
            saved["program"].as_object_mut().unwrap().remove("dropped_reports").unwrap();
        }
        fs::write(&result, saved.to_string()).unwrap();
        for (path, name) in [(&recording, "recording"), (&result, "result")] {
            let text = run(&["compare", &first, path]).split_whitespace().collect::<Vec<_>>().join(" ");
            let differs = format!(
                "times of {name} and first are not of the same tasks, versions and settings: tasks 60, there 80; Dask \
                 2023.12.0, there 2026.8.0; saturation inf, there 1.1."
            );
            for note in [differs, format!("{name}: Dask cluster at 10.0.0.5:8786: no heartbeat came from w1@10.0.0.7 ")]
            {
                assert!(text.contains(&note), "{note}\n{text}");
            }
        }
    }
    assert!(!run(&["compare", &first, &first]).contains("not of the same"));
}

#[test]
fn exports_name_tasks_by_prefix() {
    assert!(export("cluster_lost", "perfetto").contains("\"name\":\"simulate, task 12\""));
    assert!(export("cluster_lost", "joblog").contains("\tDask cluster at 10.0.0.5:8786: simulate, task 12\n"));
    for format in ["svg", "html", "asciicast"] {
        assert!(export("cluster_lost", format).contains("10.0.0.5"), "{format}");
    }
}

#[test]
fn cluster_beside_a_pool_has_neither_cores_nor_a_way_to_share_them() {
    let directory = tempfile::tempdir().unwrap();
    let in_turns = directory.path().join("graph.jsonl");
    let recording = fs::read_to_string(story_path("cluster_queued")).unwrap();
    fs::write(&in_turns, recording.replacen("\"cores\":\"shared\"", "\"cores\":\"turns\"", 1)).unwrap();
    let text = run(&["compare", story_path("program_processes").to_str().unwrap(), in_turns.to_str().unwrap()]);
    assert!(text.contains("as long as"), "{text}");
    assert!(!text.contains("it had") && !text.contains("--cores"), "{text}");
}

/// Writes a recording of these events.
fn write_events(path: &str, events: &[StampedEvent]) {
    let header = RecordingHeader { version: RecordingHeader::NEWEST_VERSION, ..RecordingHeader::default() };
    let mut text = (serde_json::to_string(&header).unwrap() + "\n").into_bytes();
    for event in events {
        encode(event, &mut text);
    }
    fs::write(path, text).unwrap();
}

/// Writes a recording of a cluster that is observed over HTTP.
fn write_recording_over_http(path: &str, counts: TaskCounts) {
    let mut events = events_over_http(counts);
    for stamped in &mut events {
        if let Event::LaneOpened(plan) = &mut stamped.event {
            plan.engine = "dask over HTTP".into();
            plan.pool.as_mut().unwrap().saturation = Some("".into());
        }
    }
    write_events(path, &events);
}

#[test]
fn clusters_with_failures_or_unknown_settings_do_not_differ() {
    let directory = tempfile::tempdir().unwrap();
    let [failed, over_http] = ["failed.jsonl", "over_http.jsonl"].map(|name| directory.path().join(name));
    let [failed, over_http] = [&failed, &over_http].map(|path| path.to_str().unwrap());
    let mut events = story_events("cluster_queued");
    let last = events.iter_mut().rfind(|stamped| matches!(stamped.event, Event::TaskFinished { .. })).unwrap();
    if let Event::TaskFinished { worker, task, .. } = last.event {
        last.event = Event::TaskFailed { worker, task, error: "ValueError".into() };
    }
    write_events(failed, &events);
    write_recording_over_http(over_http, TaskCounts { memory: 60, ..TaskCounts::default() });
    let whole = story_path("cluster_queued").display().to_string();
    for other in [failed, over_http] {
        for (first, second) in [(whole.as_str(), other), (other, whole.as_str())] {
            let text = run(&["compare", first, second]);
            assert!(!text.contains("not of the same") && !text.contains("not the same"), "{text}");
        }
    }
}

#[test]
fn figures_of_counted_tasks_stand_beside_those_of_other_clusters() {
    let directory = tempfile::tempdir().unwrap();
    let over_http = directory.path().join("over_http.jsonl");
    let over_http = over_http.to_str().unwrap();
    let counts = TaskCounts { memory: 60, erred: 2, finished: Some(0), ..TaskCounts::default() };
    write_recording_over_http(over_http, counts);
    let text = run(&["compare", story_path("cluster_queued").to_str().unwrap(), over_http]);
    let cells = |label: &str| {
        let line = text.lines().find(|line| line.trim_start().starts_with(label)).unwrap_or_default();
        line.split_whitespace().skip(1).map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    assert_eq!([cells("finished"), cells("failed")], [["72", "0"], ["0", "2"]], "{text}");
}

#[test]
fn table_of_a_program_without_lanes_has_no_figures_of_clusters() {
    let mut report = story_report("cluster_queued");
    report.lanes.clear();
    let table = written_text(|out| table::write(&report, None, out));
    assert!(!table.contains("not sent") && !table.contains("saturation"), "{table}");
    assert!(table.contains("between"), "{table}");
}

#[test]
fn attempts_that_ran_again_are_those_of_the_run_whose_tasks_are_counted() {
    let model = story_model("cluster_queued");
    let summary = model.summary().unwrap();
    let repeat = |lost: u32, run_again: u32, makespan_s: f64| {
        let mut summary = summary.clone();
        let lane = &mut summary.lanes[0];
        let tasks = lane.tasks.as_mut().unwrap();
        (tasks.finished, tasks.lost) = (tasks.finished - lost, lost);
        lane.makespan_s = Some(makespan_s);
        lane.program.as_mut().unwrap().cluster.as_mut().unwrap().attempts_run_again = Some(run_again);
        summary
    };
    let report = Report::new(model.run().unwrap(), vec![repeat(0, 1, 1.0), repeat(0, 2, 2.0), repeat(3, 5, 3.0)]);
    assert_eq!(phrases::task_outcomes(&report.lanes[0]), "69 done · 3 lost · 5 run again");
}
