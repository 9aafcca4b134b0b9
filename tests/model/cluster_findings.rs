//! What slows a cluster down: each finding in a cluster in which it holds, and not in its neighbours.

use crate::support::cluster::examples::{joined_loads, lost_worker};
use crate::support::cluster::{StoryCluster, StoryTask};
use crate::support::story::MS;
use mpviz::event::{Event, LaneId, StampedEvent};
use mpviz::model::Model;
use mpviz::report::phrases::{finding_change, finding_sentence};

fn names(cluster: &StoryCluster) -> Vec<&'static str> {
    cluster.model_at_end().findings().iter().map(|finding| finding.kind.name()).collect()
}

/// The sentence and the change of the first finding.
fn first_words(cluster: &StoryCluster) -> (String, String) {
    let findings = cluster.model_at_end().findings();
    (finding_sentence(&findings[0]), finding_change(&findings[0]))
}

fn tasks(count: u64, ms: fn(u64) -> u64) -> Vec<StoryTask> {
    (0..count).map(|n| StoryTask::new("simulate", ms(n), 1_000)).collect()
}

/// Two workers with two threads.
fn cluster_of(tasks: Vec<StoryTask>) -> StoryCluster {
    StoryCluster::new(2, 2, tasks)
}

#[test]
fn tasks_that_all_wait_on_workers_while_results_fill_the_memory_are_found() {
    assert_eq!(names(&joined_loads("inf")), ["queued-on-workers"]);
    let (sentence, change) = first_words(&joined_loads("inf"));
    assert_eq!(
        sentence,
        "Dask cluster at 10.0.0.5:8786: 24 tasks on average waited on workers with 4 threads, while results took up to \
         880 MB of memory"
    );
    assert!(change.starts_with("set distributed.scheduler.worker-saturation to 1.1"), "{change}");
    // The same graph on a scheduler that holds tasks back.
    assert_eq!(names(&joined_loads("1.1")), [""; 0]);
    // Results that nothing waits for take no memory, wherever tasks wait.
    let independent = StoryCluster { saturation: "inf", ..cluster_of(tasks(80, |_| 100)) };
    assert_eq!(names(&independent), [""; 0]);
}

#[test]
fn results_on_disk_are_found() {
    let with_limit = |memory_limit| StoryCluster { memory_limit, ..joined_loads("1.1") };
    assert_eq!(names(&with_limit(100_000_000)), [""; 0], "no worker has that many results");
    assert_eq!(names(&with_limit(30_000_000)), ["spilling"]);
    let (sentence, change) = first_words(&with_limit(30_000_000));
    assert!(sentence.contains("of results were on disk for lack of memory; "), "{sentence}");
    assert!(change.contains("smaller partitions"), "{change}");
    // Few bytes on disk beside many in memory.
    let few = StoryCluster { memory_limit: 440_000_000, ..joined_loads("inf") };
    assert_eq!(names(&few), ["queued-on-workers"]);
}

#[test]
fn a_long_last_task_beside_idle_threads_is_a_straggler() {
    let last = |n| if n == 60 { 1500 } else { 100 };
    assert_eq!(names(&cluster_of(tasks(61, last))), ["stragglers"]);
    let (sentence, _) = first_words(&cluster_of(tasks(61, last)));
    assert_eq!(
        sentence,
        "Dask cluster at 10.0.0.5:8786: 1.0 of 4 threads were busy during the last 1.50 s of simulate, whose longest task \
         took 1.50 s, the median 100 ms"
    );
    // The same task first, and tasks that are all long.
    assert_eq!(names(&cluster_of(tasks(61, |n| if n == 0 { 1500 } else { 100 }))), [""; 0]);
    assert_eq!(names(&cluster_of(tasks(9, |_| 1500))), [""; 0]);
    // Beside it, tasks of another prefix use the other threads.
    let mut beside = tasks(61, last);
    beside.extend((0..45).map(|_| StoryTask::new("other", 100, 1_000)));
    assert_eq!(names(&cluster_of(beside)), [""; 0]);
}

#[test]
fn a_straggler_is_found_while_it_runs() {
    let cluster = cluster_of(tasks(61, |n| if n == 60 { 1500 } else { 100 }));
    let whole = cluster.model_at_end();
    let names_at = |ms: u64| {
        let live = cluster.model_at(ms);
        let names = |model: &Model| {
            let found = model.findings_at(&[LaneId(0)], live.newest_mark());
            found.iter().map(|finding| finding.kind.name()).collect::<Vec<_>>()
        };
        assert_eq!(names(&live), names(&whole), "at {ms} ms, live and replayed");
        names(&live)
    };
    assert_eq!([names_at(1_500), names_at(1_850), names_at(2_400)], [vec![], vec![], vec!["stragglers"]]);
    let found = whole.findings_at(&[LaneId(0)], 2_400 * MS);
    assert_eq!(
        finding_sentence(&found[0]),
        "Dask cluster at 10.0.0.5:8786: 1.0 of 4 threads were busy during the last 0.80 s: a task of simulate has run for \
         800 ms so far, the median is 100 ms"
    );
}

#[test]
fn no_task_is_a_straggler_while_others_are_as_long_or_threads_are_busy() {
    let uneven = |n| 60 + n % 5 * 40;
    let stories = [
        cluster_of(tasks(61, uneven)),
        cluster_of(tasks(61, |n| if n % 10 == 0 { 1500 } else { 100 })),
        cluster_of(tasks(9, |_| 1500)),
        // The first of their prefix, beside another.
        cluster_of((0..8).map(|n| StoryTask::new(["a", "b"][n / 6], [400, 3_000][n / 6], 1_000)).collect()),
        joined_loads("1.1"),
        exchange(60),
    ];
    for cluster in stories {
        let model = cluster.model_at_end();
        let (end, _) = model.lanes()[0].end_and_status().unwrap();
        for t in (0..end).step_by(20 * MS as usize) {
            let found = model.findings_at(&[LaneId(0)], t);
            assert!(found.iter().all(|finding| finding.kind.name() != "stragglers"), "{} ms: {found:?}", t / MS);
        }
    }
}

/// Tasks on two workers, the second of which is stopped for 12 s.
fn stopped_worker() -> StoryCluster {
    StoryCluster { stopped: Some((1_000, 13_000, 1)), ..cluster_of(tasks(80, |_| 100)) }
}

#[test]
fn task_of_a_silent_worker_is_no_straggler() {
    let words = |t: u64| {
        let found = stopped_worker().model_at_end().findings_at(&[LaneId(0)], t * MS);
        found.iter().map(|finding| (finding.kind.name(), finding_sentence(finding))).collect::<Vec<_>>()
    };
    let silent = |time: &str| {
        let sentence = format!("Dask cluster at 10.0.0.5:8786: no heartbeat came from w1@10.0.0.7 {time}");
        vec![("worker-silent", sentence)]
    };
    assert_eq!(words(5_000)[0].0, "stragglers", "5 s without heartbeats have not passed");
    assert_eq!([words(7_000), words(12_000)], [silent("since 1.00 s"), silent("since 1.00 s")]);
    assert_eq!(words(13_500), silent("between 1.00 s and 12.90 s"));
    assert_eq!(names(&stopped_worker()), ["worker-silent"]);
    // Side by side, lanes have axes that start with their first tasks.
    let run = stopped_worker().model_at_end();
    let lanes = Model::side_by_side(run.run().unwrap().clone(), vec![("one".into(), run)], &[(0, LaneId(0))]);
    assert!(finding_sentence(&lanes.findings()[0]).ends_with("between 0.90 s and 12.80 s"));
    // The same time in a worker that sends heartbeats.
    assert_eq!(names(&cluster_of(tasks(80, |n| if n == 79 { 12_100 } else { 100 }))), ["stragglers"]);
}

#[test]
fn short_tasks_beside_a_busy_scheduler_are_bound_by_it() {
    let with_cost = |scheduler_us, ms| StoryCluster { scheduler_us, ..cluster_of(tasks(1500, ms)) };
    assert_eq!(names(&with_cost(1_000, |_| 2)), ["scheduler-bound"]);
    let (sentence, change) = first_words(&with_cost(1_000, |_| 2));
    assert!(sentence.contains("was busy 93 % of the time, 935 µs a task; tasks take 2 ms on average"), "{sentence}");
    assert_eq!(change, "use larger chunks or partitions: tasks of 7.5 ms keep all threads busy");
    // Longer tasks, and a faster scheduler.
    assert_eq!(names(&with_cost(1_000, |_| 10)), [""; 0]);
    assert_eq!(names(&with_cost(200, |_| 2)), [""; 0]);
    // Its time for a task is not known if reports of tasks were dropped.
    let mut events = with_cost(1_000, |_| 2).events();
    let dropped = Event::ReportsDropped { count: 1 };
    events.insert(1, StampedEvent { at: 0, lane: None, event: dropped });
    let mut model = Model::new();
    for event in &events {
        model.apply(event).unwrap();
    }
    assert!(model.findings().is_empty());
    // Threads that wait for data beside an idle scheduler.
    assert!(!names(&exchange(60)).contains(&"scheduler-bound"));
}

#[test]
fn scheduler_that_waits_for_a_core_needs_one_and_no_larger_tasks() {
    let cluster = StoryCluster { scheduler_us: 500, scheduler_delay_us: 1_000, ..cluster_of(tasks(1500, |_| 2)) };
    assert_eq!(names(&cluster), ["scheduler-bound"]);
    let (sentence, change) = first_words(&cluster);
    assert!(sentence.contains("was busy 96 % of the time, and for 64 % it waited for a core; for "), "{sentence}");
    assert!(change.starts_with("give the scheduler a core: use fewer workers or threads on its machine"), "{change}");
    // Most of the time, it was on a core.
    let computing = StoryCluster { scheduler_us: 800, scheduler_delay_us: 400, ..cluster };
    assert!(first_words(&computing).1.starts_with("use larger chunks or partitions"));
}

/// Pairs of loads on different workers whose results are added, each of which takes so long to fetch.
fn exchange(transfer_ms: u64) -> StoryCluster {
    let mut tasks = Vec::new();
    for pair in 0..60 {
        tasks.push(StoryTask::new("load", 30, 1_000_000));
        tasks.push(StoryTask::new("load", 30, 1_000_000));
        tasks.push(StoryTask { after: vec![3 * pair, 3 * pair + 1], ..StoryTask::new("add", 30, 8) });
    }
    StoryCluster { saturation: "1.0", transfer_ms, ..StoryCluster::new(2, 1, tasks) }
}

#[test]
fn threads_that_wait_for_data_are_found() {
    assert_eq!(names(&exchange(60)), ["transfer"]);
    let (sentence, change) = first_words(&exchange(60));
    assert!(sentence.contains("waited 25 % of the time for data of other workers, which sent 29 MB"), "{sentence}");
    assert!(change.starts_with("use fewer workers with more threads each"), "{change}");
    assert_eq!(names(&exchange(2)), [""; 0]);
    // Data that is fetched while threads have other tasks costs no time.
    assert_eq!(names(&StoryCluster { transfer_ms: 60, ..joined_loads("1.1") }), [""; 0]);
}

#[test]
fn lost_workers_come_before_what_only_costs_time() {
    let mut cluster = lost_worker();
    cluster.tasks.push(StoryTask::new("simulate", 3000, 1_000));
    assert_eq!(names(&cluster), ["worker-lost", "stragglers"]);
}

#[test]
fn short_observations_have_no_findings() {
    let mut cluster = joined_loads("inf");
    cluster.end = 900;
    assert_eq!(names(&cluster), [""; 0]);
}

/// The findings about a program whose only lane is this cluster: it goes on for 5 s after the last task, with one core
/// under this load.
fn names_in_program(cluster: &StoryCluster, load: f32) -> Vec<&'static str> {
    let mut events = cluster.events();
    events.retain(|stamped| !matches!(stamped.event, Event::InterpreterAttached { .. } | Event::RunEnded {}));
    let at = events.last().unwrap().at;
    let in_run = |at, event| StampedEvent { at, lane: None, event };
    events.push(in_run(0, Event::InterpreterAttached { pid: 4100, engine: "cpython 3.11.7".into() }));
    events.extend((0..20).map(|n| in_run(at + n * 250 * MS, Event::CoresSampled { loads: vec![(0, load)] })));
    let end = at + 5_000 * MS;
    events.extend([Event::RunEnded {}, Event::Drained { taken: Vec::new() }].map(|event| in_run(end, event)));
    let mut model = Model::new();
    for event in &events {
        model.apply(event).unwrap();
    }
    model.findings().iter().map(|finding| finding.kind.name()).collect()
}

#[test]
fn a_program_that_waits_for_clients_of_its_cluster_has_no_serial_part() {
    let with_tasks = cluster_of(tasks(40, |_| 100));
    assert_eq!(names_in_program(&with_tasks, 1.0), ["serial-part"], "it computes");
    assert_eq!(names_in_program(&with_tasks, 0.05), [""; 0]);
    // Without a task nothing was parallel.
    assert_eq!(names_in_program(&cluster_of(Vec::new()), 1.0), [""; 0]);
}
