//! Tasks of a cluster that are cancelled.

use mpviz::event::{Event, LaneStatus, TaskId};
use mpviz::model::TaskOutcome;
use serde_json::json;

use super::{Cluster, MS, ZERO, executing, finished, sent, submitted, worker_added};

#[test]
fn cancelled_tasks_have_not_failed_also_if_they_ran() {
    let mut cluster = Cluster::new();
    cluster.reports(0.1, &[submitted(0.1, 0, 3), executing(0.1, 0, 0), executing(0.1, 1, 1)]);
    let erred = json!({"erred": [ZERO + 0.2, 0, "load-0", "ValueError", 0]});
    let returned = json!({"returned": [ZERO + 0.3, 1, "load-1", "cancel-key-1000.3"]});
    let forgotten = |task: u32| json!({"forgotten": [ZERO + 0.3, task]});
    cluster.reports(0.3, &[erred, returned, forgotten(1), forgotten(2)]);
    // The worker of task 1 is restarted.
    let restart = "client-restart-1000.5";
    cluster.reports(0.6, &[json!({"worker_removed": [ZERO + 0.5, 1, restart]}), worker_added(2, 0.6)]);
    cluster.settle(1.0);
    let outcomes = [0, 1, 2].map(|task| cluster.lane().task_outcome(TaskId(task)));
    assert_eq!(outcomes, [TaskOutcome::Failed, TaskOutcome::Abandoned, TaskOutcome::Abandoned].map(Some));
    let counts = cluster.lane().counts_at(1000 * MS);
    assert_eq!((counts.lost, counts.abandoned, counts.resident, counts.live_workers), (0, 2, 0, 2));
    assert_eq!(cluster.lane().worker_losses(1000 * MS), []);
    let reasons: Vec<_> = cluster
        .events
        .iter()
        .filter_map(|event| match event {
            Event::TaskFailed { error, .. } => Some(error.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(reasons, ["ValueError"]);
}

#[test]
fn thread_of_a_cancelled_task_is_busy_until_it_has_ended() {
    let cancelled = |at: f64, task: u32, key: &str| {
        let returned = json!({"returned": [ZERO + at, task, key, "cancel-key-1000.3"]});
        [returned, json!({"forgotten": [ZERO + at, task]})]
    };
    let at = |cluster: &Cluster, ms: u64| {
        let counts = cluster.lane().counts_at(ms * MS);
        (counts.resident, counts.abandoned, counts.lost)
    };
    let running = || {
        let mut cluster = Cluster::new();
        cluster.reports(0.1, &[submitted(0.1, 0, 3), executing(0.1, 0, 0), sent(0.1, 1, 0), sent(0.1, 2, 1)]);
        cluster.reports(0.3, &[&cancelled(0.3, 0, "load-0")[..], &cancelled(0.3, 2, "load-2")].concat());
        cluster.settle(1.0);
        assert_eq!(at(&cluster, 900), (1, 1, 0), "the waiting one has not begun");
        cluster
    };
    let mut told = running();
    // Stamped before the cancellation, by a clock that is behind.
    told.reports(1.1, &[json!({"cancelled_ended": [ZERO + 0.2, 0, "load-0"]})]);
    let mut succeeded = running();
    succeeded.reports(1.2, &[executing(1.1, 1, 0)]);
    let mut lost = running();
    lost.reports(1.2, &[json!({"worker_removed": [ZERO + 1.1, 0, "client-restart-1000.5"]})]);
    for cluster in [&mut told, &mut succeeded, &mut lost] {
        cluster.settle(2.0);
    }
    assert_eq!([at(&told, 1900), at(&succeeded, 1900), at(&lost, 1900)], [(0, 2, 0), (1, 2, 0), (0, 2, 0)]);
    assert_eq!(lost.lane().worker_losses(1900 * MS), []);
    let mut goes_on = running();
    goes_on.reports(1.5, &[executing(1.3, 1, 1), finished(1.4, 1, 1)]);
    goes_on.settle(2.0);
    goes_on.end();
    assert_eq!((at(&goes_on, 3000), goes_on.lane().end_and_status().unwrap().1), ((0, 2, 0), LaneStatus::Finished));
}

#[test]
fn cancelled_tasks_that_end_together_do_so_in_order() {
    let mut cluster = Cluster::new();
    let eight = json!({"address": "tcp://10.0.0.9:4000", "name": "big", "host": "10.0.0.9", "pid": 900, "threads": 8});
    cluster.reports(0.1, &[json!({"worker_added": [ZERO + 0.1, 5, eight]}), submitted(0.1, 0, 8)]);
    cluster.reports(0.2, &[0, 1, 2, 3, 4, 5, 6, 7].map(|task| executing(0.2, task, 5)));
    for task in 0..8 {
        let returned = json!({"returned": [ZERO + 0.3, task, format!("load-{task}"), "cancel-key-1000.3"]});
        cluster.reports(0.31, &[returned, json!({"forgotten": [ZERO + 0.3, task]})]);
    }
    cluster.settle(1.0);
    assert_eq!(cluster.lane().counts_at(900 * MS).resident, 8);
    cluster.reports(1.2, &[json!({"worker_removed": [ZERO + 1.1, 5, "client-restart-1000.5"]})]);
    cluster.settle(2.0);
    let abandoned = cluster.events.iter().filter_map(|event| match event {
        Event::TasksAbandoned { first, .. } => Some(first.0),
        _ => None,
    });
    assert_eq!(abandoned.collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5, 6, 7]);
}
