//! Predictions for other numbers of a cluster's workers and threads.

use std::collections::BTreeSet;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

use super::{number_of_cores, number_of_threads, number_of_workers, percent};
use crate::event::units::{elapsed_number_and_unit, format_bytes, format_clock, format_duration, format_elapsed};
use crate::report::cluster_predictions::{ClusterPrediction, ClusterPredictions, ClusterRefusal, LeftOut};
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
    let ClusterPredictions { rows, left_out, .. } = predictions;
    let predicted = rows.iter().map(|row| (row.workers, row.threads_per_worker, cell(row)));
    let others = left_out.iter().map(|it| (it.workers, it.threads_per_worker, left_out_mark(it.why).to_owned()));
    let mut cells: Vec<(u32, u32, String)> = predicted.chain(others).collect();
    cells.sort_unstable_by_key(|(workers, threads, _)| (*workers, *threads));
    let columns: BTreeSet<u32> = cells.iter().map(|(_, threads, _)| *threads).collect();
    let headings = columns.iter().map(|threads| text!("cluster-prediction-each", n = *threads));
    let mut table = Table::new();
    table.load_style(NOTHING).add_row([String::new()].into_iter().chain(headings));
    for of_workers in cells.chunk_by(|(workers, ..), (next, ..)| workers == next) {
        let cell = |threads: &u32| of_workers.iter().find(|(_, of_cell, _)| of_cell == threads);
        let cells = columns.iter().map(|threads| cell(threads).map(|(.., cell)| cell.clone()).unwrap_or_default());
        let workers = of_workers.first().map_or(0, |(workers, ..)| *workers);
        table.add_row([number_of_workers(workers.into())].into_iter().chain(cells));
    }
    if let Some(column) = table.column_mut(0) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}

/// What stands in the place of a time.
fn left_out_mark(why: LeftOut) -> &'static str {
    match why {
        LeftOut::BusyCores => text!("cluster-left-out-cores"),
        LeftOut::BusyScheduler => text!("cluster-left-out-scheduler"),
        LeftOut::ShortTasks => text!("cluster-left-out-short-tasks"),
        LeftOut::Submission => text!("cluster-left-out-submission"),
        LeftOut::ManyThreads => "",
    }
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
    let mark = if row.is_recorded { " *" } else { "" };
    format!("{} ({low}–{high}){mark}", format_elapsed(row.predicted_s))
}

fn sentences(predictions: &ClusterPredictions) -> Vec<String> {
    let left_out: BTreeSet<LeftOut> = predictions.left_out.iter().map(|left_out| left_out.why).collect();
    let left_out = left_out.into_iter().map(|why| left_out_reason(why, predictions));
    let interval = text!("cluster-prediction-interval", share = percent(predictions.interval_share));
    let cores = predictions.cores.map(|cores| number_of_cores(cores as usize)).unwrap_or_default();
    let cores = cores.as_str();
    let assumption = match predictions.hosts {
        None => text!("cluster-prediction-assumption").into(),
        Some(1) => text!("cluster-prediction-one-host", cores = cores),
        Some(_) => {
            let workers = number_of_workers(predictions.workers.into());
            text!("cluster-prediction-hosts", cores = cores, workers = workers)
        }
    };
    let submission = predictions
        .bound_by_submission_s
        .map(|time| text!("cluster-prediction-submission", time = format_elapsed(time)));
    let dependent = (predictions.dependent_tasks > 0).then(|| text!("cluster-prediction-dependent").to_owned());
    let share = percent(predictions.computing_share);
    let threads = match predictions.cpu_share {
        _ if predictions.has_threads => text!("cluster-prediction-threads", share = share),
        Some(_) => text!("cluster-prediction-no-threads", share = share),
        None => text!("cluster-prediction-threads-unknown").into(),
    };
    choice(predictions)
        .into_iter()
        .chain(left_out)
        .chain(submission)
        .chain([interval, assumption])
        .chain(dependent)
        .chain([threads])
        .collect()
}

fn choice(predictions: &ClusterPredictions) -> Option<String> {
    let chosen = predictions.rows.get(predictions.choice)?;
    let recorded = predictions.rows.iter().find(|row| row.is_recorded)?;
    let workers = number_of_workers(chosen.workers.into());
    let threads = number_of_threads(chosen.threads_per_worker.into());
    if chosen.is_recorded {
        return Some(text!("cluster-prediction-keep", workers = workers, threads = threads));
    }
    let gain = if chosen.threads < recorded.threads {
        text!("cluster-prediction-fewer").to_owned()
    } else {
        text!("cluster-prediction-faster", ratio = format!("{:.1}", recorded.predicted_s / chosen.predicted_s))
    };
    Some(text!(
        "cluster-prediction-choice",
        workers = workers,
        threads = threads,
        n_workers = chosen.workers.to_string(),
        threads_per_worker = chosen.threads_per_worker.to_string(),
        gain = gain
    ))
}

fn left_out_reason(why: LeftOut, predictions: &ClusterPredictions) -> String {
    match why {
        LeftOut::BusyCores => text!("cluster-left-out-cores-reason").into(),
        LeftOut::BusyScheduler => text!("cluster-left-out-scheduler-reason").into(),
        LeftOut::ShortTasks => {
            text!("cluster-left-out-short-tasks-reason", time = format_elapsed(predictions.between_tasks_s))
        }
        LeftOut::Submission => text!("cluster-left-out-submission-reason").into(),
        LeftOut::ManyThreads => text!("cluster-left-out-threads-reason").into(),
    }
}

/// Why nothing is predicted for a cluster, without full stop.
#[must_use]
pub fn cluster_refusal(refusal: ClusterRefusal) -> String {
    let share = |percent: u32| super::percent(f64::from(percent) / 100.0);
    match refusal {
        ClusterRefusal::Running => text!("cluster-refusal-running").into(),
        ClusterRefusal::Forgotten => text!("cluster-refusal-forgotten").into(),
        ClusterRefusal::OnlyCounts => text!("cluster-refusal-only-counts").into(),
        ClusterRefusal::NoTasks => text!("cluster-refusal-no-tasks").into(),
        ClusterRefusal::Unfinished => text!("cluster-refusal-unfinished").into(),
        ClusterRefusal::Requeued(n) => text!("cluster-refusal-requeued", n = n),
        ClusterRefusal::SubmittedOverTime => text!("cluster-refusal-over-time").into(),
        ClusterRefusal::SilentWorkers => text!("cluster-refusal-silent").into(),
        ClusterRefusal::SilentScheduler { ns } => {
            text!("cluster-refusal-silent-scheduler", time = format_duration(ns))
        }
        ClusterRefusal::LeftThreads => text!("cluster-refusal-left-threads").into(),
        ClusterRefusal::ChangingWorkers => text!("cluster-refusal-workers").into(),
        ClusterRefusal::BusyScheduler { percent } => text!("cluster-refusal-scheduler", share = share(percent)),
        ClusterRefusal::BusyCores { percent } => text!("cluster-refusal-cores", share = share(percent)),
        ClusterRefusal::OtherPrograms { percent } => text!("cluster-refusal-others", share = share(percent)),
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
