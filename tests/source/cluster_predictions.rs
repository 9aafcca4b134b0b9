//! Predictions for other numbers of a cluster's workers and threads.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::cluster::examples::{joined_loads, lost_worker};
use crate::support::cluster::{Batches, StoryCluster, StoryTask};
use crate::support::long_program::LongProgram;
use crate::support::story::MS;
use mpviz::event::{Event, LaneStatus, StampedEvent, TaskId};
use mpviz::model::Model;
use mpviz::report::cluster_predictions::{ClusterPrediction, ClusterPredictions, ClusterRefusal, LeftOut};
use mpviz::report::phrases;
use mpviz::source::simulation::predict_cluster;

fn cluster(workers: u32, tasks: u64, ms: fn(u64) -> u64) -> StoryCluster {
    let tasks = (0..tasks).map(|n| StoryTask::new("simulate", ms(n), 1_000)).collect();
    StoryCluster::new(workers, 2, tasks)
}

fn predict(cluster: &StoryCluster) -> Result<ClusterPredictions, ClusterRefusal> {
    predict_model(&cluster.model_at_end())
}

fn predict_model(model: &Model) -> Result<ClusterPredictions, ClusterRefusal> {
    predict_cluster(&model.lanes()[0], model.core_loads())
}

fn predicted(predictions: &ClusterPredictions, workers: u32) -> f64 {
    let threads = predictions.threads_per_worker;
    let row = predictions.rows.iter().find(|row| (row.workers, row.threads_per_worker) == (workers, threads));
    row.unwrap().predicted_s
}

/// Workers and threads that are left out, and why.
fn left_out(predictions: &ClusterPredictions) -> Vec<(u32, u32, LeftOut)> {
    predictions.left_out.iter().map(|left_out| (left_out.workers, left_out.threads_per_worker, left_out.why)).collect()
}

#[test]
fn other_numbers_of_workers_take_as_long_as_predicted() {
    let uneven = |n: u64| 80 + n % 7 * 15;
    let from_two = predict(&cluster(2, 120, uneven)).unwrap();
    assert_eq!((from_two.workers, from_two.threads_per_worker, from_two.tasks), (2, 2, 120));
    for workers in [1, 2, 4, 8] {
        let measured = predict(&cluster(workers, 120, uneven)).unwrap().measured_s;
        let error = predicted(&from_two, workers) / measured - 1.0;
        assert!(error.abs() < 0.05, "{workers} workers: {error:.3}");
    }
}

#[test]
fn the_longest_task_bounds_every_prediction() {
    let predictions = predict(&cluster(2, 60, |n| if n == 0 { 2000 } else { 50 })).unwrap();
    assert!(predictions.rows.len() > 3);
    assert!(predictions.rows.iter().all(|row| row.predicted_s >= 2.0));
}

#[test]
fn workers_that_would_wait_for_the_scheduler_are_left_out() {
    let slow = StoryCluster { scheduler_us: 1_000, ..cluster(2, 800, |_| 20) };
    let predictions = predict(&slow).unwrap();
    let widths: Vec<u32> = predictions.rows.iter().map(|row| row.workers).collect();
    assert_eq!((widths, left_out(&predictions)), (vec![1, 2, 4], vec![(8, 2, LeftOut::BusyScheduler)]));
    let lines = phrases::cluster_predictions(&predictions).join("\n");
    assert!(lines.contains(" 8 workers  scheduler busy\n"), "{lines}");
    assert!(lines.contains("\nscheduler busy: it would compute for more than half of the time.\n"), "{lines}");
    let busy = StoryCluster { scheduler_us: 1_000, ..cluster(2, 800, |_| 4) };
    assert!(matches!(predict(&busy), Err(ClusterRefusal::BusyScheduler { percent: 50.. })));
}

/// A cluster on mpviz's machine of two cores, which have this load. Its scheduler is at `address`.
fn beside_load(cluster: &StoryCluster, address: &str, load: f32) -> Model {
    let sample = |at| StampedEvent { at, lane: None, event: Event::CoresSampled { loads: vec![(0, load), (1, load)] } };
    let samples = (1..200).map(|n| sample(n * 100 * MS));
    let here = |event: StampedEvent| {
        let text = serde_json::to_string(&event).unwrap();
        let local = text.replace("10.0.0.6", "127.0.0.1").replace("tcp://10.0.0.5", address);
        serde_json::from_str::<StampedEvent>(&local).unwrap()
    };
    model_of(cluster.events().into_iter().map(here).chain(samples))
}

/// The model of these events up to the end of the run, in the order of their times.
fn model_of(events: impl Iterator<Item = StampedEvent>) -> Model {
    let mut events: Vec<StampedEvent> = events.collect();
    events.sort_by_key(|event| event.at);
    let end = events.iter().position(|event| event.event == Event::RunEnded {}).unwrap();
    let mut model = Model::new();
    events[..=end].iter().for_each(|event| model.apply(event).unwrap());
    model
}

#[test]
fn time_in_which_the_scheduler_may_have_stood_still_is_not_predicted_from() {
    let refusal_without_samples = |from: u64, until: u64| {
        let is_missing = |event: &StampedEvent| {
            matches!(event.event, Event::ClusterUsageSampled { .. }) && (from * MS..until * MS).contains(&event.at)
        };
        predict_model(&model_of(cluster(1, 60, |_| 100).events().into_iter().filter(|event| !is_missing(event)))).err()
    };
    assert_eq!(refusal_without_samples(1_000, 1_500), None);
    let refused = refusal_without_samples(1_000, 2_100);
    assert!(matches!(refused, Some(ClusterRefusal::SilentScheduler { ns: 1_100_000_000.. })), "{refused:?}");
}

#[test]
fn tasks_that_computed_beside_other_programs_are_not_predicted() {
    let tasks = || (0..60).map(|_| StoryTask::new("step", 100, 8)).collect();
    let of_share =
        |share| StoryCluster { cores: Some(2), hosts: 1, cpu_share: Some(share), ..StoryCluster::new(1, 1, tasks()) };
    let refused = |share, address, load| predict_model(&beside_load(&of_share(share), address, load)).err();
    // The tasks and the scheduler use about half of the cores.
    let disturbed = refused(1.0, "tcp://127.0.0.1", 0.9).expect("a refusal");
    assert!(matches!(disturbed, ClusterRefusal::OtherPrograms { percent: 30..=50 }), "{disturbed:?}");
    assert!(!phrases::cluster_refusal(disturbed).contains('\n'));
    assert!(phrases::cluster_refusal(disturbed).contains("programs other than the cluster's tasks and scheduler used"));
    assert_eq!(refused(1.0, "tcp://127.0.0.1", 0.55), None, "a quiet machine");
    assert_eq!(refused(0.0, "tcp://127.0.0.1", 0.9), None, "waits take as long beside others");
    assert_eq!(refused(1.0, "tcp://10.0.0.5", 0.9), None, "another machine");
}

/// A task after others.
fn after(prefix: &'static str, ms: u64, after: &[usize]) -> StoryTask {
    StoryTask { after: after.to_vec(), ..StoryTask::new(prefix, ms, 1_000) }
}

/// 64 leaves that are added in pairs, up to one sum.
fn tree() -> Vec<StoryTask> {
    let mut tasks: Vec<StoryTask> = (0..64).map(|n| StoryTask::new("load", 60 + n % 5 * 10, 1_000)).collect();
    let (mut first, mut count) = (0, 64);
    while count > 1 {
        let next = tasks.len();
        tasks.extend((0..count / 2).map(|n| after("add", 40, &[first + 2 * n, first + 2 * n + 1])));
        (first, count) = (next, count / 2);
    }
    tasks
}

#[test]
fn two_joined_chains_take_as_long_as_on_paper() {
    let tasks = vec![
        StoryTask::new("a", 100, 8),
        StoryTask::new("b", 100, 8),
        after("a2", 200, &[0]),
        after("b2", 100, &[1]),
        after("join", 50, &[2, 3]),
    ];
    for workers in [1, 2, 3] {
        let waiting = StoryCluster { cpu_share: Some(0.0), ..StoryCluster::new(workers, 1, tasks.clone()) };
        let predictions = predict(&waiting).unwrap();
        assert_eq!((predictions.tasks, predictions.dependent_tasks), (5, 3));
        // All after one another, or the longer chain. Dask takes 6 ms from a result to the task that needs it.
        let start = predictions.measured_s - if workers == 1 { 0.55 } else { 0.35 };
        assert!((0.0..0.01).contains(&start), "{start}");
        let one = predicted(&predictions, 1) - start;
        assert!((0.55..=0.5561).contains(&one), "{workers} workers recorded, 1 predicted: {one}");
        for more in [2, 4].into_iter().chain((workers == 3).then_some(3)) {
            let time = predicted(&predictions, more) - start;
            assert!((0.35..=0.3621).contains(&time), "{workers} workers recorded, {more} predicted: {time}");
        }
    }
}

#[test]
fn a_graph_takes_as_long_as_predicted_on_other_workers() {
    let on = |workers, threads| {
        let waiting = StoryCluster { cpu_share: Some(0.0), ..StoryCluster::new(workers, threads, tree()) };
        predict(&waiting).unwrap()
    };
    let from_two = on(2, 1);
    for (workers, threads) in [(1, 1), (2, 1), (4, 1), (1, 2), (2, 2), (1, 4)] {
        let row = from_two.rows.iter().find(|row| (row.workers, row.threads_per_worker) == (workers, threads));
        let error = row.unwrap().predicted_s / on(workers, threads).measured_s - 1.0;
        assert!(error.abs() < 0.05, "{workers} workers with {threads} threads: {error:.3}");
    }
}

/// Chains of eight tasks, which start in turn.
fn chains(count: usize) -> Vec<StoryTask> {
    let first = (0..count).map(|n| StoryTask::new("load", 40 + n as u64 % 4 * 10, 8));
    first.chain((count..count * 8).map(|n| after("step", 50, &[n - count]))).collect()
}

#[test]
fn workers_hold_as_many_tasks_as_the_saturation_allows() {
    let on = |workers, threads| {
        let waiting = StoryCluster { cpu_share: Some(0.0), ..StoryCluster::new(workers, threads, chains(6)) };
        predict(&waiting).unwrap()
    };
    // Six chains on four threads of two workers: three each, and not four on the worker that is done first.
    let row = on(4, 1).rows.into_iter().find(|row| (row.workers, row.threads_per_worker) == (2, 2)).unwrap();
    let error = row.predicted_s / on(2, 2).measured_s - 1.0;
    assert!(error.abs() < 0.1, "{error:.3}");
}

/// A cluster of one thread per worker, whose client submits 20 tasks of 100 ms at a time.
fn in_batches(workers: u32, tasks: u64, pause_ms: u64, waits: bool) -> StoryCluster {
    let tasks = (0..tasks).map(|_| StoryTask::new("simulate", 100, 1_000)).collect();
    StoryCluster { batches: Some(Batches { tasks: 20, pause_ms, waits }), ..StoryCluster::new(workers, 1, tasks) }
}

#[test]
fn submissions_before_any_task_has_ended_bound_predictions() {
    let early = |workers| in_batches(workers, 60, 40, false);
    let from_two = predict(&early(2)).unwrap();
    for workers in [1, 2, 4, 8, 16] {
        let measured = predict(&early(workers)).unwrap().measured_s;
        let error = predicted(&from_two, workers) / measured - 1.0;
        assert!(error.abs() < 0.05, "{workers} workers: {error:.3}");
    }
    let lines = |predictions: &ClusterPredictions| phrases::cluster_predictions(predictions).join("\n");
    assert_eq!(from_two.bound_by_submission_s, None, "the fastest takes more than five times as long");
    let from_eight = predict(&early(8)).unwrap();
    assert!(lines(&from_eight).contains("\nThe program submitted tasks over 80.0 ms, which bounds every prediction: "));
}

#[test]
fn submissions_after_ends_are_predicted_where_it_does_not_matter_whether_the_program_waited() {
    for waits in [false, true] {
        let pause_ms = if waits { 1 } else { 300 };
        let from_two = predict(&in_batches(2, 120, pause_ms, waits)).unwrap();
        let predicted_widths: Vec<u32> =
            from_two.rows.iter().filter(|row| row.threads_per_worker == 1).map(|row| row.workers).collect();
        assert!(predicted_widths.starts_with(&[1, 2]), "waits: {waits}, {predicted_widths:?}");
        for row in from_two.rows.iter().filter(|row| row.threads_per_worker == 1) {
            let measured = measured_s(&in_batches(row.workers, 120, pause_ms, waits));
            let (low, high) = row.interval_s;
            assert!((low..=high).contains(&measured), "waits: {waits}, {} workers: {measured} s", row.workers);
        }
        let why = |(workers, threads, why)| (workers > 2 && threads == 1).then_some(why);
        assert!(left_out(&from_two).into_iter().filter_map(why).any(|why| why == LeftOut::Submission));
    }
}

/// Time from the first submission to the end of the last task.
fn measured_s(cluster: &StoryCluster) -> f64 {
    let model = cluster.model_at_end();
    let lane = &model.lanes()[0];
    let times = || lane.task_ids().filter_map(|task| lane.task_times(task));
    let submitted = times().filter_map(|times| times.submitted).min().unwrap();
    (times().filter_map(|times| times.ended).max().unwrap() - submitted) as f64 / 1e9
}

#[test]
fn program_that_may_have_waited_before_every_submission_is_refused() {
    let refused = predict(&in_batches(1, 160, 1, true)).unwrap_err();
    assert_eq!(refused, ClusterRefusal::SubmittedOverTime);
    let text = phrases::cluster_refusal(refused);
    assert!(text.ends_with(": submit all in one call, or as one graph with dask.compute"), "{text}");
}

#[test]
fn intervals_cover_what_hangs_on_which_worker_ends_first() {
    // The worker whose first chains end before the other's takes both of the last chains.
    let few = predict(&StoryCluster { cpu_share: Some(0.0), ..StoryCluster::new(1, 1, chains(6)) }).unwrap();
    let many = predict(&StoryCluster { cpu_share: Some(0.0), ..StoryCluster::new(1, 1, chains(60)) }).unwrap();
    let width = |predictions: &ClusterPredictions, workers| {
        let row = predictions.rows.iter().find(|row| (row.workers, row.threads_per_worker) == (workers, 1)).unwrap();
        row.interval_s.1 / row.predicted_s - 1.0
    };
    assert!(width(&few, 2) > 0.3, "{}", width(&few, 2));
    assert!((0.15..0.2).contains(&width(&many, 2)), "{}", width(&many, 2));
    assert!((0.149..0.151).contains(&width(&few, 1)), "{}", width(&few, 1));
}

#[test]
fn the_choice_is_the_fewest_threads_that_are_as_fast_as_any() {
    // Eight chains cannot use more than eight threads.
    let eight = |workers| StoryCluster { cpu_share: Some(0.0), ..StoryCluster::new(workers, 1, chains(8)) };
    let from_two = predict(&eight(2)).unwrap();
    let chosen = from_two.rows[from_two.choice];
    assert_eq!((chosen.workers, chosen.threads_per_worker), (8, 1), "threads each as recorded");
    let lines = phrases::cluster_predictions(&from_two).join("\n");
    let set = "Choose 8 workers with 1 thread each (n_workers=8, threads_per_worker=1): ";
    assert!(lines.contains(set), "{lines}");
    let lines = phrases::cluster_predictions(&predict(&eight(8)).unwrap()).join("\n");
    assert!(lines.contains("Keep 8 workers with 1 thread each: nothing predicted is more than 5 % faster."), "{lines}");
}

#[test]
fn threads_are_not_varied_for_tasks_that_compute() {
    let computing = StoryCluster { cpu_share: Some(0.9), ..cluster(2, 60, |_| 100) };
    let predictions = predict(&computing).unwrap();
    assert!(predictions.rows.iter().all(|row| row.threads_per_worker == 2), "{:?}", predictions.rows);
    let lines = phrases::cluster_predictions(&predictions).join("\n");
    assert!(lines.contains("tasks compute 90 % of their time, and whether they hold the GIL is not"), "{lines}");
    let unreported = phrases::cluster_predictions(&predict(&cluster(2, 60, |_| 100)).unwrap()).join("\n");
    assert!(unreported.contains("workers have not reported how long tasks compute"), "{unreported}");
}

#[test]
fn workers_of_one_host_share_its_cores() {
    let on_host = |workers, cpu_share| StoryCluster {
        cores: Some(2),
        hosts: 1,
        cpu_share: Some(cpu_share),
        ..StoryCluster::new(workers, 1, (0..80).map(|_| StoryTask::new("add", 100, 8)).collect())
    };
    let computing = predict(&on_host(1, 1.0)).unwrap();
    let widths: Vec<u32> = computing.rows.iter().map(|row| row.workers).collect();
    assert_eq!((widths, left_out(&computing)), (vec![1, 2], vec![(4, 1, LeftOut::BusyCores)]));
    // Twice as many threads as cores: how long tasks waited for a core is not known.
    assert_eq!(predict(&on_host(4, 0.5)), Err(ClusterRefusal::BusyCores { percent: 100 }));
    // Those that wait need few cores.
    assert!(predict(&on_host(4, 0.02)).unwrap().rows.iter().any(|row| row.workers == 16));
    // Each worker brings a host.
    let spread = predict(&StoryCluster { hosts: 2, ..on_host(2, 1.0) }).unwrap();
    assert_eq!((spread.cores, spread.hosts, left_out(&spread)), (Some(4), Some(2), vec![]));
}

#[test]
fn what_cannot_be_predicted_is_refused_with_its_reason() {
    let refusal = |cluster: &StoryCluster| predict(cluster).unwrap_err();
    assert!(matches!(
        refusal(&joined_loads("1.1")),
        ClusterRefusal::Transfers { bytes: 10_000_000.., is_alone: false }
    ));
    let large_results = StoryCluster::new(1, 1, joined_loads("1.1").tasks);
    let would_send = refusal(&large_results);
    assert!(matches!(would_send, ClusterRefusal::Transfers { bytes: 400_000_000.., is_alone: true }));
    let text = phrases::cluster_refusal(would_send);
    assert!(text.starts_with("each of two workers would have to send 480 MB of results, "), "{text}");
    // Two workers that exchange small results before each of their tasks.
    let mut steps = vec![StoryTask::new("step", 50, 8), StoryTask::new("step", 50, 8)];
    steps.extend(
        (2..40)
            .map(|n| if n % 2 == 0 { after("step", 50, &[n - 2, n - 1]) } else { after("step", 50, &[n - 2, n - 3]) }),
    );
    let waited = refusal(&StoryCluster { transfer_ms: 20, ..StoryCluster::new(2, 1, steps) });
    assert!(matches!(waited, ClusterRefusal::TransferWaits { percent: 24..32 }), "{waited:?}");
    let text = phrases::cluster_refusal(waited);
    assert!(text.contains(" of the time for results of other workers, "), "{text}");
    assert!(matches!(refusal(&lost_worker()), ClusterRefusal::Requeued(3)));
    let barrier = vec![StoryTask::new("shuffle-transfer", 50, 8), after("shuffle-barrier", 1, &[0])];
    assert_eq!(refusal(&StoryCluster::new(2, 1, barrier)), ClusterRefusal::Shuffle);
    let seceding = StoryCluster { seceding: Some(5), ..cluster(2, 60, |_| 100) };
    assert_eq!(refusal(&seceding), ClusterRefusal::LeftThreads);
    let stopped = StoryCluster { stopped: Some((500, 7_000, 1)), ..cluster(2, 60, |_| 100) };
    assert_eq!(refusal(&stopped), ClusterRefusal::SilentWorkers);
    let stopped_before = StoryCluster { stopped: Some((0, 90, 1)), ..cluster(2, 60, |_| 100) };
    assert!(predict_model(&stopped_before.model_at_end()).is_ok());
    let cut_off = StoryCluster { end: 900, ..cluster(2, 60, |_| 100) };
    assert_eq!(refusal(&cut_off), ClusterRefusal::Unfinished);
    assert_eq!(refusal(&cluster(2, 0, |_| 100)), ClusterRefusal::NoTasks);
    let whole = cluster(2, 60, |_| 100);
    assert_eq!(predict_model(&whole.model_at(900)), Err(ClusterRefusal::Running));
    assert_eq!(predict_model(&whole.model_before_end()), predict(&whole), "the cluster goes on without tasks");
}

/// Four chains of 40 tasks on 16 workers, two hosts and 8 cores.
fn four_chains() -> StoryCluster {
    let tasks = (0..160).map(|n| if n < 4 { after("step", 90, &[]) } else { after("step", 90, &[n - 4]) }).collect();
    StoryCluster { cores: Some(4), hosts: 2, cpu_share: Some(1.0), ..StoryCluster::new(16, 1, tasks) }
}

#[test]
fn fewer_workers_are_on_whole_hosts() {
    let predictions = predict(&four_chains()).unwrap();
    assert_eq!((predictions.cores, predictions.hosts), (Some(8), Some(2)));
    let widths: Vec<u32> = predictions.rows.iter().map(|row| row.workers).collect();
    // Eight on one host with four cores would wait for them; 16 have two hosts.
    assert_eq!(widths, [1, 2, 4, 16, 32, 64, 128]);
    assert_eq!(left_out(&predictions), [(8, 1, LeftOut::BusyCores)]);
    assert!((14.4..14.9).contains(&predicted(&predictions, 1)), "{}", predicted(&predictions, 1));
    let lines = phrases::cluster_predictions(&predictions).join("\n");
    assert!(lines.contains(": as fast, within 5 %, with fewer threads."), "{lines}");
    // A row between others says so too, and a sentence why.
    assert!(lines.contains("   8 workers  cores busy\n  16 workers  "), "{lines}");
    assert!(lines.contains("\ncores busy: tasks would wait for a core; more threads are hardly faster.\n"), "{lines}");
}

#[test]
fn cores_are_unknown_unless_every_worker_reports_its_host() {
    let mut model = Model::new();
    let is_of_other = |event: &Event| matches!(event, Event::HostDescribed { host, .. } if host.as_str() == "10.0.0.7");
    for event in four_chains().events().iter().filter(|event| !is_of_other(&event.event)) {
        model.apply(event).unwrap();
    }
    let predictions = predict_model(&model).unwrap();
    assert_eq!((predictions.cores, predictions.hosts), (None, None));
    let lines = phrases::cluster_predictions(&predictions).join("\n");
    assert!(lines.contains("on other workers, whose cores are free for them"), "{lines}");
}

#[test]
fn the_scheduler_computes_as_much_in_a_shorter_makespan() {
    // 500 ms of tasks and 90 ms of the scheduler on two cores.
    let tasks = (0..100).map(|_| StoryTask::new("step", 5, 8)).collect();
    let busy = StoryCluster {
        scheduler_us: 900,
        cores: Some(2),
        hosts: 1,
        cpu_share: Some(1.0),
        ..StoryCluster::new(1, 1, tasks)
    };
    let predictions = predict(&busy).unwrap();
    let on_two = predicted(&predictions, 2);
    assert!((0.28..0.31).contains(&on_two), "{on_two} s");
}

#[test]
fn time_between_tasks_is_not_computing() {
    // Tasks of 5 ms that only wait, and 2 ms between them.
    let mut model = Model::new();
    for mut event in (StoryCluster { cpu_share: Some(0.0), ..cluster(1, 200, |_| 7) }).events() {
        if matches!(event.event, Event::TaskFinished { .. }) {
            event.at -= 2 * MS;
        }
        model.apply(&event).unwrap();
    }
    let predictions = predict_model(&model).unwrap();
    // One thread would not wait for the other between tasks, and four for three others: 2 ms is much of a task.
    let columns: BTreeSet<u32> = predictions.rows.iter().map(|row| row.threads_per_worker).collect();
    assert_eq!(columns, [2].into());
    assert_eq!(left_out(&predictions)[..2], [(1, 1, LeftOut::ShortTasks), (1, 4, LeftOut::ShortTasks)]);
    let lines = phrases::cluster_predictions(&predictions).join("\n");
    assert!(lines.contains("tasks too short: threads would wait for each other between tasks (2.0 ms)."), "{lines}");
    assert!(lines.contains("Tasks compute 0 % of their time, so threads hardly wait for the GIL."), "{lines}");
}

#[test]
fn observations_whose_oldest_tasks_were_forgotten_are_refused() {
    const TASKS: u32 = 300_000;
    let mut program = LongProgram::start();
    program.run_tasks(0..TASKS, MS, 100);
    let end = u64::from(TASKS) * MS;
    assert!(program.model.history_start() > 0, "nothing was forgotten");
    // The results of forgotten tasks exist.
    program.in_lane(end, Event::TasksSubmitted { first: TaskId(TASKS), count: 2, call: None });
    program.in_lane(end, Event::TaskDepends { task: TaskId(TASKS), on: vec![TaskId(0)] });
    program.in_lane(end, Event::TaskDepends { task: TaskId(TASKS + 1), on: vec![TaskId(0), TaskId(TASKS)] });
    let lane = &program.model.lanes()[0];
    assert_eq!(lane.dependencies(TaskId(TASKS + 1)), [TaskId(TASKS)]);
    assert_eq!(lane.dependent_tasks(), 1);
    program.in_lane(end, Event::LaneEnded { status: LaneStatus::Finished });
    assert_eq!(predict_model(&program.model), Err(ClusterRefusal::Forgotten));
    let text = phrases::cluster_refusal(ClusterRefusal::Forgotten);
    assert!(text.ends_with(": record a shorter run"), "{text}");
}

#[test]
fn times_and_intervals_have_the_same_unit() {
    let predictions = predict(&cluster(2, 60, |_| 100)).unwrap();
    let row = |s: f64| ClusterPrediction {
        predicted_s: s,
        interval_s: (s / 1.15, s * 1.15),
        is_recorded: false,
        ..predictions.rows[0]
    };
    let shown = |s: f64| {
        let only = ClusterPredictions { rows: vec![row(s)], left_out: vec![], choice: 0, ..predictions.clone() };
        let lines = phrases::cluster_predictions(&only);
        lines[3].split_once("worker ").unwrap().1.trim().to_owned()
    };
    assert_eq!(shown(0.095), "95.0 ms (82.6–109.2)");
    assert_eq!(shown(95.0), "95.00 s (82.61–109.25)");
    assert_eq!(shown(105.0), "1:45 (1:31–2:01)");
    assert_eq!(shown(3_500.0), "58:20 (50:43–1:07:05)");
}

#[test]
fn recordings_that_are_not_reproduced_are_refused() {
    // All but two tasks run on the worker of one result, although any could take them.
    let mut tasks = vec![StoryTask::new("x", 50, 8), StoryTask::new("y", 50, 8)];
    tasks.extend((0..40).map(|_| after("use", 50, &[0, 1])));
    let why = predict(&StoryCluster::new(2, 1, tasks)).unwrap_err();
    assert!(
        matches!(why, ClusterRefusal::NotReproduced { predicted, measured } if measured > predicted * 3 / 2),
        "{why:?}"
    );
    let text = phrases::cluster_refusal(why);
    assert!(text.starts_with("the simulation of the same workers takes 1.06 s, but they took 2.05 s: "), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn no_graph_is_faster_than_its_threads_and_its_longest_path(
        tasks in vec((1_u64..80, vec(0_usize..100, 0..3)), 1..40),
        workers in 1_u32..4,
        cpu_share in prop_oneof![Just(0.0), Just(0.6), Just(1.0)],
    ) {
        let mut story: Vec<StoryTask> = Vec::new();
        let mut paths: Vec<u64> = Vec::new();
        for (n, (ms, before)) in tasks.iter().enumerate() {
            let mut needed: Vec<usize> = before.iter().filter(|_| n > 0).map(|before| before % n.max(1)).collect();
            needed.sort_unstable();
            needed.dedup();
            paths.push(ms + needed.iter().map(|before| paths[*before]).max().unwrap_or(0));
            story.push(StoryTask { after: needed, ..StoryTask::new("task", *ms, 8) });
        }
        let sum: u64 = tasks.iter().map(|(ms, _)| ms).sum();
        let longest = paths.iter().max().copied().unwrap_or(0);
        let cluster = StoryCluster { cpu_share: Some(cpu_share), ..StoryCluster::new(workers, 1, story) };
        match predict(&cluster) {
            Ok(predictions) => for row in &predictions.rows {
                let least = longest.max(sum / u64::from(row.threads)) as f64 / 1e3;
                prop_assert!(row.predicted_s >= least, "{row:?}: less than {least} s");
                prop_assert!(row.interval_s.0 < row.predicted_s && row.predicted_s < row.interval_s.1);
                if row.threads == 1 {
                    prop_assert!(row.predicted_s >= sum as f64 / 1e3, "{row:?}: less than {sum} ms");
                }
            },
            Err(why) => prop_assert!(
                matches!(why, ClusterRefusal::NotReproduced { .. } | ClusterRefusal::Transfers { .. } | ClusterRefusal::BusyScheduler { .. }),
                "{why:?}"
            ),
        }
    }
}
