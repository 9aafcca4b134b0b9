//! Predictions for other numbers of a cluster's workers.

use crate::support::cluster::examples::{joined_loads, lost_worker};
use crate::support::cluster::{StoryCluster, StoryTask};
use mpviz::report::cluster_predictions::{ClusterPredictions, ClusterRefusal};
use mpviz::report::phrases;
use mpviz::source::simulation::predict_cluster;

fn cluster(workers: u32, tasks: u64, ms: fn(u64) -> u64) -> StoryCluster {
    let tasks = (0..tasks).map(|n| StoryTask::new("simulate", ms(n), 1_000)).collect();
    StoryCluster::new(workers, 2, tasks)
}

fn predict(cluster: &StoryCluster) -> Result<ClusterPredictions, ClusterRefusal> {
    predict_cluster(&cluster.model_at_end().lanes()[0])
}

fn predicted(predictions: &ClusterPredictions, workers: u32) -> f64 {
    predictions.rows.iter().find(|row| row.workers == workers).unwrap().predicted_s
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
    assert_eq!((widths, predictions.scheduler_limit), (vec![1, 2, 4], Some(8)));
    let busy = StoryCluster { scheduler_us: 1_000, ..cluster(2, 800, |_| 4) };
    assert!(matches!(predict(&busy), Err(ClusterRefusal::BusyScheduler { percent: 50.. })));
}

#[test]
fn what_cannot_be_predicted_is_refused_with_its_reason() {
    let refusal = |cluster: &StoryCluster| predict(cluster).unwrap_err();
    assert_eq!(refusal(&joined_loads("1.1")), ClusterRefusal::Dependent { tasks: 24, of: 72 });
    assert!(matches!(refusal(&lost_worker()), ClusterRefusal::Requeued(3)));
    let cut_off = StoryCluster { end: 900, ..cluster(2, 60, |_| 100) };
    assert_eq!(refusal(&cut_off), ClusterRefusal::Unfinished);
    assert_eq!(refusal(&cluster(2, 0, |_| 100)), ClusterRefusal::NoTasks);
    let running = cluster(2, 60, |_| 100).model_at(900);
    assert_eq!(predict_cluster(&running.lanes()[0]), Err(ClusterRefusal::Running));
    let reason = phrases::cluster_refusal(ClusterRefusal::Dependent { tasks: 24, of: 72 });
    assert!(reason.starts_with("24 of 72 tasks need results of others"), "{reason}");
}

#[test]
fn more_threads_are_not_promised_for_computing_tasks() {
    let mut predictions = predict(&cluster(2, 60, |_| 100)).unwrap();
    predictions.cpu_share = Some(0.9);
    let lines = phrases::cluster_predictions(&predictions);
    assert!(lines.last().unwrap().contains("release the GIL; CPU time was 90 % of their time"), "{lines:#?}");
    assert!(lines.iter().any(|line| line.contains("2 workers with 2 threads each  ◄ recorded: ")), "{lines:#?}");
}
