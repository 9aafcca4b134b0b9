//! Predictions for other numbers of a cluster's workers.

use super::{number_of_threads, number_of_workers, percent};
use crate::event::units::format_elapsed;
use crate::report::cluster_predictions::{ClusterPredictions, ClusterRefusal};
use crate::text;

/// Predictions, a line each, and what they assume.
#[must_use]
pub fn cluster_predictions(predictions: &ClusterPredictions) -> Vec<String> {
    let ClusterPredictions { tasks, workers, threads_per_worker, measured_s, cpu_share, scheduler_limit, .. } =
        predictions;
    let threads = number_of_threads((*threads_per_worker).into());
    let workers = number_of_workers((*workers).into());
    let measured = format_elapsed(*measured_s);
    let heading = text!(
        "cluster-prediction-heading",
        n = *tasks,
        workers = workers.as_str(),
        threads = threads.as_str(),
        time = measured.as_str()
    );
    let rows = predictions.rows.iter().map(|row| {
        let setting = text!(
            "cluster-prediction-row",
            workers = number_of_workers(row.workers.into()),
            threads = threads.as_str()
        );
        let mark = if row.is_recorded {
            text!("cluster-prediction-recorded", time = measured.as_str())
        } else {
            String::new()
        };
        format!("{:>9}  {setting}{mark}", format_elapsed(row.predicted_s))
    });
    let limit =
        scheduler_limit.map(|limit| text!("cluster-prediction-scheduler", workers = number_of_workers(limit.into())));
    let cpu = match cpu_share {
        Some(share) => text!("cluster-prediction-threads-cpu", share = percent(*share)),
        None => text!("cluster-prediction-threads").into(),
    };
    let assumption = text!("cluster-prediction-assumption").to_owned();
    let empty = String::new();
    [heading, empty.clone()].into_iter().chain(rows).chain([empty]).chain(limit).chain([assumption, cpu]).collect()
}

/// Why nothing is predicted for a cluster, without full stop.
#[must_use]
pub fn cluster_refusal(refusal: ClusterRefusal) -> String {
    match refusal {
        ClusterRefusal::Running => text!("cluster-refusal-running").into(),
        ClusterRefusal::NoTasks => text!("cluster-refusal-no-tasks").into(),
        ClusterRefusal::Unfinished => text!("cluster-refusal-unfinished").into(),
        ClusterRefusal::Requeued(n) => text!("cluster-refusal-requeued", n = n),
        ClusterRefusal::Dependent { tasks, of } => text!("cluster-refusal-dependent", n = tasks, of = of),
        ClusterRefusal::SubmittedOverTime => text!("cluster-refusal-over-time").into(),
        ClusterRefusal::ChangingWorkers => text!("cluster-refusal-workers").into(),
        ClusterRefusal::BusyScheduler { percent } => {
            text!("cluster-refusal-scheduler", share = super::percent(f64::from(percent) / 100.0))
        }
    }
}
