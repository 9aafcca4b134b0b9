//! Workers of a cluster that are lost, silent or removed, and their memory.

use mpviz::event::{ClusterMemory, Exit, LaneStatus, RequeueCause, TaskId};
use mpviz::model::{Problem, ProblemKind, TaskOutcome};
use mpviz::report::phrases;
use serde_json::{Value, json};

use super::{CLEANUP, Cluster, MS, ZERO, executing, finished, removed, requeued, sent, submitted, worker_added};

fn given_up(at: f64, task: u32, worker: u32) -> Value {
    json!({"given_up": [ZERO + at, task, format!("load-{task}"), worker]})
}

#[test]
fn lost_worker_is_named_with_the_tasks_that_it_held() {
    let mut cluster = Cluster::new();
    cluster.reports(0.1, &[submitted(0.1, 0, 3), sent(0.1, 0, 0), sent(0.1, 1, 0), sent(0.1, 2, 1)]);
    cluster.reports(0.2, &[executing(0.15, 0, 0), executing(0.15, 2, 1)]);
    let returned = |task: u32| json!({"returned": [ZERO + 0.5, task, format!("load-{task}"), CLEANUP]});
    let removed = json!({"worker_removed": [ZERO + 0.5, 0, CLEANUP]});
    cluster.reports(0.51, &[returned(0), returned(1), removed, sent(0.51, 0, 1)]);
    cluster.settle(1.0);
    let losses = cluster.lane().worker_losses(1000 * MS);
    let [loss] = losses.as_slice() else { panic!("{losses:?}") };
    assert_eq!((loss.pid, loss.exit), (Some(100), Exit::Unknown));
    assert_eq!(loss.tasks[0].name.as_ref().unwrap().as_str(), "load-0");
    let names: Vec<_> = loss.returned.iter().map(|(_, name)| name.as_ref().unwrap().as_str()).collect();
    assert_eq!(names, ["load-1"]);
    // The task of the lost attempt waits again.
    let counts = cluster.lane().counts_at(1000 * MS);
    assert_eq!((counts.submitted, counts.lost, counts.queued, counts.live_workers), (3, 0, 2, 1));
}

#[test]
fn worker_that_leaves_without_tasks_has_not_died() {
    let mut cluster = Cluster::new();
    cluster.reports(0.2, &[json!({"worker_removed": [ZERO + 0.2, 1, CLEANUP]}), worker_added(2, 0.3)]);
    cluster.settle(1.0);
    assert_eq!(cluster.lane().worker_losses(1000 * MS), []);
    let counts = cluster.lane().counts_at(1000 * MS);
    assert_eq!((counts.live_workers, cluster.lane().slot_count()), (2, 2), "the new one has the free slot");
}

#[test]
fn worker_that_is_retired_while_it_runs_tasks_is_not_lost() {
    let mut cluster = Cluster::new();
    cluster.reports(0.1, &[submitted(0.1, 0, 2), sent(0.1, 0, 0), sent(0.1, 1, 0), executing(0.15, 0, 0)]);
    let retired = "retire-workers-1000.5";
    let returned = |task: u32| json!({"returned": [ZERO + 0.5, task, format!("load-{task}"), retired]});
    let removed = json!({"worker_removed": [ZERO + 0.5, 0, retired]});
    cluster.reports(0.51, &[returned(0), returned(1), removed, sent(0.51, 0, 1), executing(0.52, 0, 1)]);
    cluster.reports(0.6, &[finished(0.6, 0, 1), sent(0.6, 1, 1), executing(0.61, 1, 1), finished(0.7, 1, 1)]);
    cluster.settle(1.0);
    let counts = cluster.lane().counts_at(1000 * MS);
    assert_eq!((counts.submitted, counts.finished, counts.abandoned, counts.lost), (2, 2, 0, 0));
    assert_eq!((cluster.lane().worker_losses(1000 * MS), cluster.model.findings()), (vec![], vec![]));
    assert_eq!(requeued(&cluster), [(2, RequeueCause::WorkerRetired), (1, RequeueCause::WorkerRetired)]);
    cluster.end();
    assert_eq!(cluster.lane().end_and_status().unwrap().1, LaneStatus::Finished);
}

#[test]
fn tasks_that_end_before_their_worker_is_removed_have_finished_also_if_its_clock_is_ahead() {
    for stimulus in ["retire-workers-1000.5", CLEANUP] {
        let mut cluster = Cluster::new();
        cluster.reports(0.1, &[submitted(0.1, 0, 2), sent(0.1, 0, 0), sent(0.1, 1, 0)]);
        // Its times are 50 ms ahead.
        let first = [executing(0.25, 0, 0), finished(0.54, 0, 0)];
        let second = [executing(0.541, 1, 0), finished(0.542, 1, 0)];
        let removed = json!({"worker_removed": [ZERO + 0.499, 0, stimulus]});
        cluster.reports(0.5, &[&first[..], &second, &[removed]].concat());
        cluster.settle(1.0);
        let counts = cluster.lane().counts_at(1000 * MS);
        assert_eq!((counts.finished, counts.lost, counts.queued, counts.live_workers), (2, 0, 0, 1), "{stimulus}");
        assert_eq!(cluster.lane().worker_losses(1000 * MS), [], "{stimulus}");
    }
}

#[test]
fn memory_is_summed_by_kind_and_leaves_with_its_worker() {
    let mut cluster = Cluster::new();
    cluster.settle(0.1);
    cluster
        .message(&json!({"now": ZERO + 0.2, "memory": [[0, 10, 20, 30, 0.1], [1, 1, 2, 3, 0.1], [9, 5, 5, 5, 0.1]]}));
    cluster.message(&json!({"now": ZERO + 0.4, "memory": [[0, 15, -1, 0, 0.1], [1, 1, 2, 3, 0.1]]}));
    cluster.reports(0.6, &[json!({"worker_removed": [ZERO + 0.6, 1, CLEANUP]})]);
    cluster.settle(1.0);
    let memory = |ms: u64| cluster.lane().cluster_memory(ms * MS).map(|m| (m.managed, m.unmanaged, m.spilled));
    assert_eq!(memory(160), Some((11, 22, 33)));
    assert_eq!([memory(360), memory(1000)], [Some((16, 2, 3)), Some((15, 0, 0))]);
    assert_eq!(
        cluster.lane().peak_cluster_memory(),
        Some(ClusterMemory { managed: 16, unmanaged: 22, spilled: 33 }),
        "each at its own time"
    );
}

#[test]
fn memory_stays_that_of_the_worker_when_the_thread_that_was_its_first_ends() {
    let mut cluster = Cluster::new();
    let seceded = json!({"seceded": [ZERO + 0.2, 0, 0]});
    cluster.reports(0.2, &[submitted(0.1, 0, 1), sent(0.1, 0, 0), executing(0.1, 0, 0), seceded]);
    let memory = json!([[0, 10, 20, 30, 0.1]]);
    cluster.message(&json!({"now": ZERO + 0.4, "memory": memory}));
    cluster.reports(0.6, &[finished(0.5, 0, 0)]);
    cluster.message(&json!({"now": ZERO + 0.8, "memory": memory}));
    let managed = |ms: u64| cluster.lane().cluster_memory(ms * MS).map(|memory| memory.managed);
    assert_eq!([450, 550, 900].map(managed), [Some(10); 3]);
    cluster.reports(1.0, &[removed(0.9, 0)]);
    cluster.settle(2.0);
    assert_eq!(cluster.lane().cluster_memory(2000 * MS).map(|memory| memory.managed), Some(0));
}

fn heartbeat(at: f64, age: f64) -> Value {
    json!({"now": ZERO + at, "memory": [[0, 1, 1, 0, age], [1, 1, 1, 0, 0.2]]})
}

fn silences(cluster: &Cluster, ms: u64) -> Vec<(String, u64, Option<u64>)> {
    let silences = cluster.lane().silences(ms * MS);
    silences.map(|silent| (silent.worker.to_string(), silent.from / MS, silent.until.map(|until| until / MS))).collect()
}

#[test]
fn worker_is_silent_from_its_last_heartbeat_until_the_next_one() {
    let mut cluster = Cluster::new();
    cluster.settle(0.1);
    for n in 0..12 {
        let now = 10.0 + 0.5 * f64::from(n);
        cluster.message(&heartbeat(now, now - 6.0));
        assert_eq!(cluster.lane().has_silent_worker(u64::MAX), now > 11.6, "{now}: two reports in a row are late");
    }
    cluster.message(&heartbeat(17.0, 0.3));
    let silent = |until| vec![("w0@127.0.0.1".to_owned(), 6_000, until)];
    assert_eq!([silences(&cluster, 11_000), silences(&cluster, 15_000)], [vec![], silent(None)]);
    assert_eq!(silences(&cluster, 17_000), silent(Some(16_900)));
    let has_gaps = [11_000, 15_000, 17_000].map(|ms| cluster.model.program_figures(ms * MS).has_gaps);
    assert_eq!(has_gaps, [false, true, false]);
    // Again, until it is lost.
    for now in [23.0, 23.5] {
        cluster.message(&heartbeat(now, now - 17.0));
    }
    cluster.reports(25.0, &[removed(24.9, 0)]);
    cluster.settle(26.0);
    let until: Vec<_> = silences(&cluster, 26_000).into_iter().map(|(_, _, until)| until).collect();
    assert_eq!(until, [Some(16_900), Some(24_900)]);
}

#[test]
fn task_that_is_cancelled_while_its_worker_is_silent_was_executed_until_then() {
    let busy = |is_silent| {
        let mut cluster = Cluster::new();
        cluster.reports(0.1, &[submitted(0.1, 0, 1), sent(0.1, 0, 0), executing(0.1, 0, 0)]);
        for now in [10.0, 10.5] {
            cluster.message(&heartbeat(now, if is_silent { now - 4.0 } else { 0.1 }));
        }
        let returned = json!({"returned": [ZERO + 11.0, 0, "load-0", "client-releases-keys-1"]});
        cluster.reports(12.1, &[returned, json!({"forgotten": [ZERO + 11.0, 0]})]);
        cluster.reports(12.2, &[json!({"cancelled_ended": [ZERO + 12.0, 0, "load-0"]})]);
        cluster.message(&heartbeat(13.0, 0.1));
        cluster.settle(20.0);
        let work = cluster.model.lane_work(cluster.lane(), u64::MAX / 2);
        (work.workers.in_tasks_s * 1e3).round() as u64
    };
    assert!(busy(false) > 11_000, "{}", busy(false));
    assert_eq!(busy(true), busy(false));
}

#[test]
fn worker_is_silent_also_after_the_end_of_the_thread_that_was_its_first() {
    let mut cluster = Cluster::new();
    cluster.reports(0.1, &[submitted(0.1, 0, 2), sent(0.1, 0, 0), executing(0.1, 0, 0)]);
    cluster.reports(0.5, &[json!({"seceded": [ZERO + 0.4, 0, 0]})]);
    for now in [10.0, 10.5] {
        cluster.message(&heartbeat(now, now - 4.0));
    }
    cluster.reports(12.0, &[finished(11.0, 0, 0)]);
    cluster.settle(13.0);
    let silent = |until| vec![("w0@127.0.0.1".to_owned(), 4_000, until)];
    assert_eq!(silences(&cluster, 13_000), silent(None));
    cluster.message(&heartbeat(14.0, 0.3));
    assert_eq!(silences(&cluster, 14_000), silent(Some(13_900)));
    // It is lost while it is silent again: the end of its last thread is its end.
    cluster.reports(15.0, &[sent(14.5, 1, 0), executing(14.5, 1, 0), json!({"seceded": [ZERO + 14.6, 1, 0]})]);
    for now in [24.0, 24.5] {
        cluster.message(&heartbeat(now, now - 14.0));
    }
    cluster.reports(25.0, &[removed(24.9, 0)]);
    cluster.settle(26.0);
    let until: Vec<_> = silences(&cluster, 26_000).into_iter().map(|(_, _, until)| until).collect();
    assert_eq!(until, [Some(13_900), Some(24_900)]);
}

#[test]
fn heartbeats_that_a_busy_scheduler_reads_late_are_not_missed() {
    let mut cluster = Cluster::new();
    cluster.settle(0.1);
    // The scheduler did nothing for 12 s.
    cluster.message(&heartbeat(13.0, 12.3));
    cluster.message(&heartbeat(13.2, 0.2));
    assert_eq!(silences(&cluster, 14_000), []);
}

#[test]
fn heartbeats_of_large_clusters_may_be_older() {
    let mut cluster = Cluster::new();
    let more: Vec<_> = (2..500).map(|number| worker_added(number, 0.1)).collect();
    cluster.reports(0.1, &more);
    cluster.settle(1.0);
    for now in [10.0, 10.3, 10.6] {
        cluster.message(&heartbeat(now, now - 1.0));
    }
    assert_eq!(silences(&cluster, 11_000), [], "Dask's interval is 3.5 s");
    for now in [17.0, 17.3] {
        cluster.message(&heartbeat(now, now - 1.0));
    }
    assert_eq!(silences(&cluster, 18_000).len(), 1);
}

#[test]
fn lost_worker_of_several_threads_is_lost_once_with_all_tasks() {
    let mut cluster = Cluster::new();
    let four = json!({"address": "tcp://10.0.0.9:4000", "name": "big", "host": "10.0.0.9", "pid": 900, "threads": 4});
    cluster.reports(0.1, &[json!({"worker_added": [ZERO + 0.1, 5, four]}), submitted(0.1, 0, 4)]);
    let start = |task: u32| executing(0.2, task, 5);
    cluster.reports(0.2, &[start(0), start(1), start(2), sent(0.2, 3, 5)]);
    let returned = |task: u32| json!({"returned": [ZERO + 0.5, task, format!("load-{task}"), CLEANUP]});
    cluster.reports(0.6, &[returned(0), returned(1), returned(2), returned(3), removed(0.5, 5)]);
    cluster.settle(1.0);
    let losses = cluster.lane().worker_losses(1000 * MS);
    let [loss] = losses.as_slice() else { panic!("{losses:?}") };
    assert_eq!((loss.name.as_ref().unwrap().as_str(), loss.pid), ("big@10.0.0.9", Some(900)));
    let ran: Vec<_> = loss.tasks.iter().map(|lost| lost.name.as_ref().unwrap().as_str()).collect();
    assert_eq!((ran, loss.returned.len()), (vec!["load-0", "load-1", "load-2"], 1));
    let problems = cluster.lane().problems();
    let [Problem { what: ProblemKind::Died { name, tasks, .. }, .. }] = &problems[..] else { panic!("{problems:?}") };
    assert_eq!((name.as_ref().unwrap().as_str(), tasks.len()), ("big@10.0.0.9", 3));
    let counts = cluster.lane().counts_at(1000 * MS);
    assert_eq!((counts.submitted, counts.lost, counts.queued), (4, 0, 4), "all are tried again");
}

#[test]
fn tasks_that_are_given_up_with_their_worker_are_lost() {
    let mut cluster = Cluster::new();
    cluster.reports(0.1, &[submitted(0.1, 0, 4), sent(0.1, 0, 0), sent(0.1, 1, 0), sent(0.1, 2, 1)]);
    cluster.reports(0.2, &[executing(0.15, 0, 0), executing(0.15, 2, 1)]);
    let erred = |task: u32, error: Option<&str>| json!({"erred": [ZERO + 0.5, task, "k", error, null]});
    // Task 3 depends on task 0; task 2 has failed by itself just before its worker was lost.
    let reports = [given_up(0.5, 0, 0), given_up(0.5, 1, 0), erred(2, Some("ValueError")), erred(3, None)];
    cluster.reports(0.51, &[&reports[..], &[removed(0.5, 0), removed(0.5, 1)]].concat());
    cluster.settle(1.0);
    let lane = cluster.lane();
    let outcomes = [0, 1, 2, 3].map(|task| lane.task_outcome(TaskId(task)).unwrap());
    assert_eq!(outcomes, [TaskOutcome::Lost, TaskOutcome::Lost, TaskOutcome::Failed, TaskOutcome::Abandoned]);
    let losses = lane.worker_losses(1000 * MS);
    let [loss] = losses.as_slice() else { panic!("{losses:?}") };
    let given_up: Vec<_> = loss.given_up.iter().map(|(task, _)| task.0).collect();
    assert_eq!((loss.pid, loss.tasks[0].task, given_up), (Some(100), TaskId(0), vec![0, 1]));
    let problems = lane.problems();
    let Some(Problem { what: ProblemKind::Died { tasks, .. }, .. }) = problems.first() else { panic!("{problems:?}") };
    assert_eq!(tasks, &[TaskId(0), TaskId(1)]);
    assert_eq!(
        phrases::worker_lost("Dask", loss)[0],
        "worker w0@127.0.0.1 was lost while it ran load-0; Dask does not try it again, nor load-1, which waited there: too many workers were lost with them"
    );
}

#[test]
fn task_is_given_up_with_the_worker_that_dask_names() {
    let mut cluster = Cluster::new();
    cluster.reports(0.1, &[submitted(0.1, 0, 1), sent(0.1, 0, 0)]);
    // Worker 0 was lost just before. The task had moved to worker 1, which the scheduler does not report.
    cluster.reports(0.51, &[removed(0.49, 0), given_up(0.5, 0, 1), removed(0.5, 1)]);
    cluster.settle(1.0);
    let losses = cluster.lane().worker_losses(1000 * MS);
    let [loss] = losses.as_slice() else { panic!("{losses:?}") };
    let names: Vec<_> = loss.given_up.iter().map(|(_, name)| name.as_ref().unwrap().as_str()).collect();
    assert_eq!((loss.pid, names), (Some(101), vec!["load-0"]));
    assert_eq!(cluster.lane().task_outcome(TaskId(0)), Some(TaskOutcome::Lost));
}

#[test]
fn waiting_task_that_is_given_up_after_its_worker_was_removed_is_lost() {
    let mut cluster = Cluster::new();
    cluster.reports(0.1, &[submitted(0.1, 0, 1), sent(0.1, 0, 0)]);
    cluster.reports(0.51, &[removed(0.5, 0), given_up(0.501, 0, 0)]);
    cluster.settle(1.0);
    assert_eq!(cluster.lane().task_outcome(TaskId(0)), Some(TaskOutcome::Lost));
    let losses = cluster.lane().worker_losses(1000 * MS);
    assert_eq!(losses.iter().map(|loss| loss.given_up.len()).collect::<Vec<_>>(), [1]);
}

#[test]
fn tasks_that_ran_again_after_a_lost_worker_are_done() {
    let mut cluster = Cluster::new();
    cluster.reports(0.1, &[submitted(0.1, 0, 2), sent(0.1, 0, 0), sent(0.1, 1, 1)]);
    cluster.reports(0.2, &[executing(0.15, 0, 0), executing(0.15, 1, 1)]);
    let returned = json!({"returned": [ZERO + 0.5, 0, "load-0", CLEANUP]});
    cluster.reports(0.51, &[returned, removed(0.5, 0), finished(0.51, 1, 1)]);
    cluster.settle(0.7);
    let before = cluster.lane().counts_at(700 * MS);
    assert_eq!((before.submitted, before.lost, before.finished), (2, 0, 1), "it is to run again");
    assert_eq!(cluster.lane().last_loss(700 * MS), None);
    cluster.reports(0.8, &[sent(0.8, 0, 1), executing(0.8, 0, 1), finished(0.9, 0, 1)]);
    cluster.settle(1.2);
    cluster.end();
    let summary = cluster.model.summary().unwrap();
    let lane = &summary.lanes[0];
    let totals = lane.totals();
    assert_eq!((lane.status, totals.submitted, totals.finished), (Some(LaneStatus::Finished), 2, 2));
    assert_eq!((totals.lost, totals.failed, totals.abandoned), (0, 0, 0));
    assert_eq!(phrases::task_outcomes(lane), "2 done · 1 run again");
    assert_eq!(cluster.lane().task_outcome(TaskId(0)), Some(TaskOutcome::Lost), "the attempt itself");
}

#[test]
fn task_that_fails_and_is_tried_again_is_done() {
    let mut cluster = Cluster::new();
    cluster.reports(0.1, &[submitted(0.1, 0, 1), sent(0.1, 0, 0), executing(0.1, 0, 0)]);
    let retry = |at: f64| json!({"returned": [ZERO + at, 0, "load-0", "task-erred-1"]});
    cluster.reports(0.3, &[retry(0.3), sent(0.3, 0, 0), executing(0.31, 0, 0)]);
    cluster.reports(0.5, &[retry(0.5), sent(0.5, 0, 0), executing(0.51, 0, 0), finished(0.6, 0, 0)]);
    cluster.settle(1.0);
    cluster.end();
    let summary = cluster.model.summary().unwrap();
    let lane = &summary.lanes[0];
    assert_eq!(
        (lane.status, phrases::task_outcomes(lane).as_str()),
        (Some(LaneStatus::Finished), "1 done · 2 run again")
    );
    let problems: Vec<_> = lane.problems.iter().map(phrases::describe_problem).collect();
    let failed = |at| format!("load-0 failed with w0@127.0.0.1 at {at}: an error of unknown class; it was tried again");
    assert_eq!(problems, [failed("0.30 s"), failed("0.50 s")]);
}

#[test]
fn task_that_was_lost_before_is_given_up_with_its_name() {
    let mut cluster = Cluster::new();
    cluster.reports(0.1, &[submitted(0.1, 0, 1), sent(0.1, 0, 0), executing(0.1, 0, 0)]);
    let returned = json!({"returned": [ZERO + 0.5, 0, "load-0", CLEANUP]});
    cluster.reports(0.51, &[returned, removed(0.5, 0), sent(0.51, 0, 1), executing(0.52, 0, 1)]);
    cluster.reports(0.61, &[given_up(0.6, 0, 1), removed(0.6, 1)]);
    cluster.settle(1.0);
    let losses = cluster.lane().worker_losses(1000 * MS);
    let [first, last] = losses.as_slice() else { panic!("{losses:?}") };
    assert_eq!((first.given_up.len(), last.given_up.len()), (0, 1));
    assert_eq!(
        phrases::worker_lost("Dask", last)[0],
        "worker w1@127.0.0.1 was lost while it ran load-0; Dask does not try it again: too many workers were lost with it"
    );
}

#[test]
fn stolen_task_that_is_lost_with_the_thief_is_named() {
    let mut cluster = Cluster::new();
    cluster.reports(0.1, &[submitted(0.1, 0, 2), sent(0.1, 0, 0), sent(0.1, 1, 0), executing(0.1, 0, 0)]);
    // The scheduler does not report that task 1 has moved from worker 0 to worker 1, which is lost.
    let returned = json!({"returned": [ZERO + 0.5, 1, "load-1", CLEANUP]});
    cluster.reports(0.51, &[returned, json!({"worker_removed": [ZERO + 0.5, 1, CLEANUP]}), sent(0.51, 1, 0)]);
    cluster.settle(1.0);
    let losses = cluster.lane().worker_losses(1000 * MS);
    let [loss] = losses.as_slice() else { panic!("{losses:?}") };
    assert_eq!((loss.pid, loss.returned.len()), (Some(101), 1));
    assert_eq!(requeued(&cluster), [(1, RequeueCause::WorkerLost)]);
}
