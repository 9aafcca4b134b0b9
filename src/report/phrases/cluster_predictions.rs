//! Predictions for other numbers of a cluster's workers and threads.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

use super::{number_of_cores, number_of_threads, number_of_workers, percent};
use crate::event::units::{elapsed_number_and_unit, format_bytes, format_clock, format_elapsed};
use crate::report::cluster_predictions::{ClusterPrediction, ClusterPredictions, ClusterRefusal};
use crate::text;

/// Predictions as a table, whose lines begin with a space, and what they assume.
#[must_use]
pub fn cluster_predictions(predictions: &ClusterPredictions) -> Vec<String> {
    let ClusterPredictions { tasks, dependent_tasks, workers, threads_per_worker, measured_s, .. } = predictions;
    let heading = text!(
        "cluster-prediction-heading",
        n = *tasks,
        dependent = *dependent_tasks,
        workers = number_of_workers((*workers).into()),
        threads = number_of_threads((*threads_per_worker).into()),
        time = format_elapsed(*measured_s)
    );
    let empty = String::new();
    let table = table(predictions).lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    let sentences = sentences(predictions);
    [heading, empty.clone()].into_iter().chain(table).chain([empty]).chain(sentences).collect()
}

/// A row for each number of workers, a column for each number of threads.
fn table(predictions: &ClusterPredictions) -> String {
    let mut columns: Vec<u32> = predictions.rows.iter().map(|row| row.threads_per_worker).collect();
    columns.sort_unstable();
    columns.dedup();
    let headings = columns.iter().map(|threads| text!("cluster-prediction-each", n = *threads));
    let mut table = Table::new();
    table.load_style(NOTHING).add_row([String::new()].into_iter().chain(headings));
    for of_workers in predictions.rows.chunk_by(|a, b| a.workers == b.workers) {
        let cell = |threads: &u32| of_workers.iter().find(|row| row.threads_per_worker == *threads).map(cell);
        let cells = columns.iter().map(|threads| cell(threads).unwrap_or_default());
        let workers = of_workers.first().map_or(0, |row| row.workers);
        table.add_row([number_of_workers(workers.into())].into_iter().chain(cells));
    }
    if let Some(column) = table.column_mut(0) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}

/// Time and interval, in the same unit and with as many decimals.
fn cell(row: &ClusterPrediction) -> String {
    let (number, unit) = elapsed_number_and_unit(row.predicted_s);
    let decimals = number.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let bound = |bound: f64| match unit {
        "ms" => format!("{:.decimals$}", bound * 1e3),
        "s" => format!("{bound:.decimals$}"),
        _ => format_clock(bound),
    };
    let (low, high) = (bound(row.interval_s.0), bound(row.interval_s.1));
    let mark = if row.is_recorded { " ◄" } else { "" };
    format!("{} ({low}–{high}){mark}", format_elapsed(row.predicted_s))
}

fn sentences(predictions: &ClusterPredictions) -> Vec<String> {
    let workers = |n: u32| number_of_workers(n.into());
    let scheduler = predictions.scheduler_limit.map(|n| text!("cluster-prediction-scheduler", workers = workers(n)));
    let cores = |cores: Option<u32>| cores.map(|cores| number_of_cores(cores as usize)).unwrap_or_default();
    let limit = predictions
        .cores_limit
        .map(|n| text!("cluster-prediction-cores", workers = workers(n), cores = cores(predictions.cores_at_limit)));
    let cores = cores(predictions.cores);
    let cores = cores.as_str();
    let short = predictions
        .threads_limit
        .map(|n| text!("cluster-prediction-short-tasks", threads = number_of_threads(n.into())));
    let interval = text!("cluster-prediction-interval", share = percent(predictions.interval_share));
    let assumption = match predictions.hosts {
        None => text!("cluster-prediction-assumption").into(),
        Some(1) => text!("cluster-prediction-one-host", cores = cores),
        Some(_) => text!("cluster-prediction-hosts", cores = cores, workers = workers(predictions.workers)),
    };
    let dependent = (predictions.dependent_tasks > 0).then(|| text!("cluster-prediction-dependent").to_owned());
    let share = percent(predictions.computing_share);
    let threads = match predictions.cpu_share {
        _ if predictions.has_threads => text!("cluster-prediction-threads", share = share),
        Some(_) => text!("cluster-prediction-no-threads", share = share),
        None => text!("cluster-prediction-threads-unknown").into(),
    };
    scheduler
        .into_iter()
        .chain(limit)
        .chain(short)
        .chain([interval, assumption])
        .chain(dependent)
        .chain([threads])
        .collect()
}

/// Why nothing is predicted for a cluster, without full stop.
#[must_use]
pub fn cluster_refusal(refusal: ClusterRefusal) -> String {
    let share = |percent: u32| super::percent(f64::from(percent) / 100.0);
    match refusal {
        ClusterRefusal::Running => text!("cluster-refusal-running").into(),
        ClusterRefusal::Forgotten => text!("cluster-refusal-forgotten").into(),
        ClusterRefusal::NoTasks => text!("cluster-refusal-no-tasks").into(),
        ClusterRefusal::Unfinished => text!("cluster-refusal-unfinished").into(),
        ClusterRefusal::Requeued(n) => text!("cluster-refusal-requeued", n = n),
        ClusterRefusal::SubmittedOverTime => text!("cluster-refusal-over-time").into(),
        ClusterRefusal::LeftThreads => text!("cluster-refusal-left-threads").into(),
        ClusterRefusal::ChangingWorkers => text!("cluster-refusal-workers").into(),
        ClusterRefusal::BusyScheduler { percent } => text!("cluster-refusal-scheduler", share = share(percent)),
        ClusterRefusal::BusyCores { percent } => text!("cluster-refusal-cores", share = share(percent)),
        ClusterRefusal::Shuffle => text!("cluster-refusal-shuffle").into(),
        ClusterRefusal::Transfers { bytes, is_alone: false } => {
            text!("cluster-refusal-transfers", bytes = format_bytes(bytes))
        }
        ClusterRefusal::Transfers { bytes, is_alone: true } => {
            text!("cluster-refusal-transfers-of-one", bytes = format_bytes(bytes))
        }
        ClusterRefusal::TransferWaits { percent } => text!("cluster-refusal-transfer-waits", share = share(percent)),
        ClusterRefusal::NotReproduced { predicted, measured } => text!(
            "cluster-refusal-not-reproduced",
            predicted = format_elapsed(predicted as f64 / 1e9),
            measured = format_elapsed(measured as f64 / 1e9)
        ),
    }
}
