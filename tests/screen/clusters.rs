//! The screen of a Dask cluster.

use crate::support::cluster::examples::{joined_loads, lost_worker};
use crate::support::cluster::{StoryCluster, StoryTask};
use crate::support::draw::{draw, frame_text, ui_after_run};
use crate::support::program::examples::pool_blocked_on_io;
use crate::support::snapshot;
use crate::support::stories::events_over_http;
use crate::support::story::MS;
use mpviz::event::{CodeLocation, Event, LaneId, PoolKind, ProgramPool, StampedEvent, TaskCounts};
use mpviz::model::{ClusterQueue, KeyMomentKind, Model};
use mpviz::report::phrases::{self, LegendSign};
use mpviz::source::simulation::predict_cluster;
use mpviz::theme::Theme;
use mpviz::ui::{Action, LiveSource, Playback, Request, Ui};
use mpviz::view::moment_sentence;

fn check_frame(name: &str, model: &Model, ui: &Ui, size: (u16, u16)) {
    let frame = frame_text(&draw(model, ui, &Theme::without_colors(), size));
    snapshot::assert_matches_snapshot("screen", &format!("{name}-{}x{}", size.0, size.1), &frame);
}

#[test]
fn screens_of_clusters_match_snapshots() {
    for size in [(80, 24), (120, 40)] {
        check_frame("cluster-queued", &joined_loads("1.1").model_at(700), &Ui::default(), size);
        check_frame("cluster-sent", &joined_loads("inf").model_at(700), &Ui::default(), size);
        let ended = lost_worker().model_at_end();
        check_frame("cluster-lost", &ended, &ui_after_run(&ended), size);
    }
    let model = joined_loads("inf").model_at(700);
    let mut zoomed = Ui::default();
    for action in [Action::Zoom, Action::NextWorker(1)] {
        zoomed.apply_action(action, &model);
    }
    check_frame("cluster-worker", &model, &zoomed, (120, 40));
}

#[test]
fn numbers_of_workers_are_predicted_once_all_tasks_have_finished() {
    let tasks = (0..80).map(|n| StoryTask::new("simulate", 80 + n % 5 * 10, 1_000)).collect();
    let cluster = StoryCluster::new(2, 2, tasks);
    for live_source in [LiveSource::Cluster, LiveSource::Program] {
        let mut ui = Ui { live_source, ..Ui::default() };
        assert_eq!(ui.apply_action(Action::WhatIf, &cluster.model_at(800)), None, "tasks run");
        assert!(format!("{:?}", ui.what_if).contains("have not finished yet"), "{:?}", ui.what_if);
        ui.what_if = None;
        let request = ui.apply_action(Action::WhatIf, &cluster.model_before_end());
        assert_eq!(request, Some(Request::Predict(LaneId(0))));
    }
    let ended = cluster.model_at_end();
    let mut ui = ui_after_run(&ended);
    let request = ui.apply_action(Action::WhatIf, &ended);
    let Some(Request::Predict(lane)) = request else { panic!("{request:?}") };
    ui.show_cluster_predictions(predict_cluster(&ended.lanes()[lane.index()], ended.core_loads()).unwrap());
    for size in [(80, 24), (120, 40)] {
        check_frame("cluster-what-if", &ended, &ui, size);
    }
}

fn many_threads() -> StoryCluster {
    StoryCluster::new(4, 4, (0..64).map(|_| StoryTask::new("load", 100, 1_000_000)).collect())
}

fn text_of_frame(model: &Model, ui: &Ui, size: (u16, u16)) -> String {
    frame_text(&draw(model, ui, &Theme::without_colors(), size))
}

/// The labels of the rows of the history.
fn labels_of_rows(frame: &str) -> Vec<u32> {
    let history = frame.lines().skip_while(|line| !line.contains("THREADS")).skip(2);
    history.map_while(|line| line.split_whitespace().next()?.parse().ok()).collect()
}

#[test]
fn threads_without_a_row_are_mentioned_and_get_one_when_selected() {
    let (model, mut ui) = (many_threads().model_at(350), Ui::default());
    let frame = text_of_frame(&model, &ui, (80, 24));
    assert!(frame.contains("history of threads 8–15 of 16"), "{frame}");
    assert_eq!(labels_of_rows(&frame), (8..16).collect::<Vec<_>>(), "{frame}");
    ui.apply_action(Action::NextWorker(1), &model);
    let frame = text_of_frame(&model, &ui, (80, 24));
    assert!(frame.contains("history of threads 0–7 of 16"), "{frame}");
    assert_eq!(labels_of_rows(&frame), (0..8).collect::<Vec<_>>(), "{frame}");
}

/// A cluster beside a pool of the same program.
fn cluster_beside_pool() -> Model {
    joined_loads("1.1").model_in_program(&pool_blocked_on_io(), 500, 1200)
}

#[test]
fn titles_of_clusters_keep_dask_and_its_setting() {
    let lost = lost_worker().model_at(900);
    let beside_pool = cluster_beside_pool();
    for size in [(80, 24), (100, 30), (120, 40)] {
        let frame = text_of_frame(&lost, &Ui::default(), size);
        assert!(frame.contains("DASK ") && frame.contains("saturation 1.1") && frame.contains(" done"), "{frame}");
        let frame = text_of_frame(&beside_pool, &Ui::default(), size);
        assert!(frame.contains("DASK ") && frame.contains("saturation 1.1"), "{frame}");
    }
}

#[test]
fn legend_of_a_cluster_beside_a_pool_tells_them_apart() {
    let model = cluster_beside_pool();
    for (size, rows) in [((100, 30), ""), ((120, 40), "row: 1 worker, in DASK 1 thread"), ((200, 60), "one row = ")] {
        let frame = text_of_frame(&model, &Ui::default(), size);
        assert!(frame.contains("computes") && frame.contains("DASK: ") && frame.contains(rows), "{frame}");
    }
}

#[test]
fn titles_count_tasks_that_are_not_finished() {
    let mut model = joined_loads("1.1").model_at(700);
    let first = model.lanes()[0].tasks_in_queue(model.newest_mark()).next().expect("a task waits");
    let cancelled = Event::TasksAbandoned { first, count: 1 };
    model.apply(&StampedEvent { at: 700 * MS, lane: Some(LaneId(0)), event: cancelled }).unwrap();
    model.apply(&StampedEvent { at: 1000 * MS, lane: None, event: Event::Drained { taken: Vec::new() } }).unwrap();
    let frame = text_of_frame(&model, &Ui::default(), (80, 24));
    assert!(frame.contains("28 of 72 done · 1 not finished"), "{frame}");
}

#[test]
fn memory_is_labelled_by_kind_in_narrow_lanes() {
    let model = joined_loads("1.1").model_at(700);
    for width in [60, 80, 120] {
        let frame = text_of_frame(&model, &Ui::default(), (width, 30));
        assert!(frame.contains("managed"), "{width}: {frame}");
    }
}

#[test]
fn help_of_a_replayed_cluster_has_no_program_output() {
    let model = many_threads().model_at_end();
    let mut ui = Ui { playback: Some(Playback::default()), ..Ui::default() };
    ui.apply_action(Action::Help, &model);
    let frame = text_of_frame(&model, &ui, (100, 30));
    assert!(frame.contains("help") && !frame.contains("f12"), "{frame}");
}

#[test]
fn help_while_a_cluster_is_connected_to_is_that_of_a_cluster() {
    let frame = |live_source, help| {
        let ui = Ui { live_source, help, waits_for: Some("connecting".into()), ..Ui::default() };
        text_of_frame(&Model::new(), &ui, (100, 30))
    };
    for source in [LiveSource::Cluster, LiveSource::Graph] {
        let help = frame(source, true);
        let signs = [LegendSign::Executes, LegendSign::InIo, LegendSign::Loads].map(LegendSign::meaning);
        assert_eq!(signs.map(|sign| help.contains(sign)), [true, false, false], "{help}");
        assert!(help.contains(phrases::help_notes(true, true)[0]), "{help}");
        let hints = frame(source, false);
        assert_eq!(hints.lines().last().unwrap().trim(), "? help · q quit");
    }
}

#[test]
fn history_of_a_cluster_has_the_sign_of_its_legend_without_colours() {
    let frame = text_of_frame(&many_threads().model_at(350), &Ui::default(), (100, 30));
    assert!(frame.contains("█▄► executes a task") && !frame.contains('▒'), "{frame}");
}

#[test]
fn card_and_result_of_a_cluster_have_the_same_makespan() {
    let model = lost_worker().model_at_end();
    let lane = &model.lanes()[0];
    let makespan = lane.makespan().unwrap();
    assert_eq!(Some(makespan as f64 / 1e9), model.summary().unwrap().lanes[0].makespan_s);
    let observed = lane.last_completion().unwrap() - lane.time_zero().unwrap();
    assert!(makespan < observed, "the cluster is observed before it has tasks");
}

#[test]
fn cluster_before_its_first_worker_has_no_waiting_threads() {
    let threads = |threads| phrases::ThreadCounts { busy: 0, unobserved: 0, threads };
    assert_eq!(phrases::cluster_activity(threads(0), ClusterQueue::default()), ["no worker is connected"]);
    assert_eq!(phrases::cluster_activity(threads(2), ClusterQueue::default()), ["no task: 2 threads wait"]);
}

#[test]
fn title_leaves_out_a_setting_that_is_not_known() {
    let site = Some(CodeLocation { file: "http://10.0.0.5:8787".into(), line: 0 });
    let pool = ProgramPool { kind: PoolKind::DaskCluster, pid: 0, site, saturation: Some("".into()) };
    assert_eq!(phrases::cluster_titles(&pool), ["DASK  10.0.0.5:8787", "DASK"]);
}

/// A cluster of which only numbers of tasks are known, live or after its end.
fn model_over_http(has_ended: bool) -> Model {
    let counts =
        TaskCounts { scheduler: 120, workers: 6, memory: 24, result_bytes: Some(24_000_000), ..TaskCounts::default() };
    let mut model = Model::new();
    let is_shown = |stamped: &&StampedEvent| has_ended || !matches!(stamped.event, Event::LaneEnded { .. });
    for stamped in events_over_http(counts).iter().take_while(is_shown) {
        model.apply(stamped).unwrap();
    }
    model
}

#[test]
fn screens_without_tasks_show_nothing_that_is_not_known() {
    let model = model_over_http(false);
    let mut ui = Ui::default();
    let mut frames = Vec::new();
    for action in [Action::NextWorker(1), Action::Zoom, Action::Zoom] {
        ui.apply_action(action, &model);
        frames.push(text_of_frame(&model, &ui, (120, 40)));
    }
    for frame in &frames {
        for unknown in ["pid", "idle", "no task", "more", "none of 0", "managed", "alive", "one row"] {
            assert!(!frame.contains(unknown), "{unknown}:\n{frame}");
        }
    }
    assert!(frames[0].contains("24 results held · 24 MB"), "{}", frames[0]);
    assert!(frames[0].contains(" · thread w0"), "{}", frames[0]);
    assert!(frames.iter().all(|frame| frame.contains("No history of threads")), "{}", frames[0]);
    assert!(frames[2].contains("Numbers only."), "{}", frames[2]);
    let ended = model_over_http(true);
    let frame = text_of_frame(&ended, &ui_after_run(&ended), (120, 40));
    for unknown in ["finished", " of 0", "between tasks", "idle"] {
        assert!(!frame.contains(unknown), "{unknown}:\n{frame}");
    }
    assert!(frame.contains("tasks     24 results held"), "{frame}");
}

#[test]
fn cursor_does_not_cover_the_sentence_in_place_of_a_history() {
    let model = model_over_http(false);
    let mut ui = Ui::default();
    let sentence = |ui: &Ui| {
        let frame = text_of_frame(&model, ui, (120, 40));
        frame.lines().find(|line| line.contains("istory of threads")).map(|line| line.trim().to_owned())
    };
    let live = sentence(&ui);
    assert!(live.is_some());
    ui.apply_action(Action::Start, &model);
    assert_eq!(sentence(&ui), live);
}

/// A cluster over HTTP that finished 115 tasks, 3 of which failed, and holds no results at its end.
fn events_of_finished_cluster() -> Vec<StampedEvent> {
    let first = TaskCounts {
        scheduler: 120,
        workers: 6,
        memory: 24,
        result_bytes: Some(24_000_000),
        finished: Some(1_000),
        ..TaskCounts::default()
    };
    let last = TaskCounts { erred: 3, finished: Some(1_115), ..TaskCounts::default() };
    let mut events = events_over_http(first);
    let end = events.iter().position(|stamped| matches!(stamped.event, Event::LaneEnded { .. })).unwrap();
    let counted = StampedEvent { event: Event::TasksCounted { counts: last }, ..events[end].clone() };
    events.insert(end, counted);
    events
}

#[test]
fn title_over_http_says_once_that_tasks_failed() {
    let mut model = Model::new();
    for stamped in events_of_finished_cluster() {
        model.apply(&stamped).unwrap();
    }
    let frame = text_of_frame(&model, &ui_after_run(&model), (120, 40));
    let title = frame.lines().find(|line| line.contains("DASK")).unwrap();
    assert!(title.contains("3 FAILED") && !title.contains("3 failed"), "{frame}");
}

#[test]
fn card_over_http_has_what_finished_and_the_peaks() {
    let mut model = Model::new();
    for stamped in events_of_finished_cluster() {
        model.apply(&stamped).unwrap();
    }
    let ui = ui_after_run(&model);
    for (size, texts) in [
        (
            (120, 40),
            [
                "tasks     115 finished · 0 results held · 3 failed",
                "queue     at most 120 not sent · 6 on workers",
                "memory    at most 24 results held · 24 MB",
            ],
        ),
        ((60, 20), ["115 finished", "at most 120 ", "at most 24 results held"]),
    ] {
        let frame = text_of_frame(&model, &ui, size);
        for text in texts {
            assert!(frame.contains(text), "{text}:\n{frame}");
        }
    }
}

#[test]
fn predictions_without_tasks_are_refused_at_once() {
    let mut ui = Ui { live_source: LiveSource::Cluster, ..Ui::default() };
    let model = model_over_http(false);
    assert_eq!(ui.apply_action(Action::WhatIf, &model), None);
    assert!(format!("{:?}", ui.what_if).contains("tasks were only counted over HTTP"), "{:?}", ui.what_if);
    // The panel may tell the viewer to save.
    assert_eq!(ui.apply_action(Action::Request(Request::Save), &model), Some(Request::Save));
    assert!(ui.what_if.is_some());
}

#[test]
fn queue_of_a_cluster_is_shortened_by_whole_parts() {
    let queue = ClusterQueue { on_scheduler: 282, on_workers: 2, for_results: 144 };
    let texts = phrases::cluster_queue(queue);
    assert_eq!(texts[2..], ["282 + 2 sent, 144 wait", "282 + 2 sent"]);
}

#[test]
fn findings_keep_what_to_change_on_small_terminals() {
    let queued = joined_loads("inf");
    let (running, ended) = (queued.model_at(3_000), queued.model_at_end());
    for (model, ui) in [(&running, Ui::default()), (&ended, ui_after_run(&ended))] {
        for size in [(80, 24), (60, 16)] {
            let frame = text_of_frame(model, &ui, size).split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(frame.contains("set worker-saturation to 1.1"), "{frame}");
        }
    }
}

#[test]
fn axis_of_a_cluster_starts_with_its_first_task() {
    let mut model = Model::new();
    for mut event in joined_loads("1.1").events() {
        // The cluster is idle for a minute.
        event.at += if event.at >= 100 * MS { 60_000 * MS } else { 0 };
        model.apply(&event).unwrap();
    }
    let mut ui = ui_after_run(&model);
    let axis = |ui: &Ui| {
        let frame = text_of_frame(&model, ui, (80, 24));
        frame.lines().rev().nth(2).unwrap().split_whitespace().map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(axis(&ui), ["60.2", "60.4", "60.6", "60.8", "61", "61.2", "61.4", "s"]);
    ui.apply_action(Action::Start, &model);
    assert_eq!(ui.displayed_time(&model), 60_100 * MS);
    assert!(text_of_frame(&model, &ui, (80, 24)).contains("60.10 s"), "the clock starts with the observation");
}

#[test]
fn key_moment_of_a_lost_worker_has_its_name_and_not_how_it_ended() {
    let model = lost_worker().model_at_end();
    let moments = model.key_moments(LaneId(0));
    let loss = moments.iter().find(|moment| matches!(moment.kind, KeyMomentKind::Death(_))).expect("a lost worker");
    let sentence = moment_sentence(&model, LaneId(0), *loss);
    assert_eq!(sentence, "Dask cluster at 10.0.0.5:8786: w1@10.0.0.7 was gone at 0.70 s");
}

#[test]
fn rows_of_a_silent_worker_show_that_they_are_not_observed() {
    let tasks = (0..80).map(|_| StoryTask::new("simulate", 100, 1_000)).collect();
    let cluster = StoryCluster { stopped: Some((1_000, 13_000, 1)), ..StoryCluster::new(2, 2, tasks) };
    let frame = |ms| text_of_frame(&cluster.model_at(ms), &Ui::default(), (100, 30));
    let (before, silent) = (frame(5_000), frame(7_000));
    assert!(!before.contains("??"), "{before}");
    assert!(silent.contains("?????????") && silent.contains("?? not observed"), "{silent}");
    assert!(silent.contains("0 of 4 threads · 2 not observed"), "{silent}");
}

#[test]
fn silent_worker_is_named_on_narrow_terminals() {
    let tasks = (0..80).map(|_| StoryTask::new("simulate", 100, 1_000)).collect();
    let cluster = StoryCluster { stopped: Some((1_000, 13_000, 1)), ..StoryCluster::new(2, 2, tasks) };
    let frame = text_of_frame(&cluster.model_at(7_000), &Ui::default(), (60, 20));
    assert!(frame.contains("no heartbeat from w1") && !frame.contains("worker-silent"), "{frame}");
}
