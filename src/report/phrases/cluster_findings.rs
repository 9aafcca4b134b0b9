//! Findings about a cluster.

use super::cluster::joined_names;
use super::{number_of_threads, percent};
use crate::event::Nanos;
use crate::event::units::{format_bytes, format_duration, format_elapsed};
use crate::model::{ClusterFinding, Silence};
use crate::text;

/// Maximum number of silences that are named.
const MAX_SILENCES: usize = 3;

fn time(seconds: f64) -> String {
    format_duration((seconds * 1e9) as u64)
}

/// Whether a scheduler waited for a core for most of the time in which it was busy. Larger tasks hardly help it.
fn lacks_core(busy: f64, waited: f64) -> bool {
    waited > busy / 2.0
}

/// The first of some silences: workers with their times.
fn silent_workers(silences: &[Silence]) -> String {
    let seconds = |ns: Nanos| format_elapsed(ns as f64 / 1e9);
    let silent = |Silence { worker, from, until }: &Silence| {
        let (worker, from) = (worker.as_str(), seconds(*from));
        match until {
            Some(until) => text!("silent-between", worker = worker, from = from, to = seconds(*until)),
            None => text!("silent-since", worker = worker, from = from),
        }
    };
    let named: Vec<_> = silences.iter().take(MAX_SILENCES).map(silent).collect();
    joined_names(&named, silences.len() > MAX_SILENCES)
}

/// What a finding about a cluster says. `pool` is the title of its lane.
pub(super) fn cluster_finding(pool: &str, finding: &ClusterFinding) -> String {
    match finding {
        ClusterFinding::WorkerSilent { silences } => {
            text!("finding-worker-silent", pool = pool, workers = silent_workers(silences))
        }
        ClusterFinding::QueuedOnWorkers { waiting, threads, memory } => text!(
            "finding-queued-on-workers",
            pool = pool,
            tasks = format!("{waiting:.0}"),
            threads = number_of_threads((*threads).into()),
            managed = format_bytes(memory.managed),
        ),
        ClusterFinding::Spilling { peak_bytes, written_bytes, read_bytes } => text!(
            "finding-spilling",
            pool = pool,
            peak = format_bytes(*peak_bytes),
            written = format_bytes((*written_bytes).max(*peak_bytes)),
            read = format_bytes(*read_bytes),
        ),
        ClusterFinding::Stragglers { prefix, is_running, longest_s, median_s, busy, threads, for_s } => {
            let (busy, threads) = (format!("{busy:.1}"), number_of_threads((*threads).into()));
            let (prefix, elapsed) = (prefix.as_str(), format_elapsed(*for_s));
            let (longest, median) = (time(*longest_s), time(*median_s));
            if *is_running {
                text!(
                    "finding-running-straggler",
                    pool = pool,
                    busy = busy,
                    threads = threads,
                    time = elapsed,
                    prefix = prefix,
                    longest = longest,
                    median = median,
                )
            } else {
                text!(
                    "finding-stragglers",
                    pool = pool,
                    busy = busy,
                    threads = threads,
                    time = elapsed,
                    prefix = prefix,
                    longest = longest,
                    median = median,
                )
            }
        }
        ClusterFinding::SchedulerBound { busy, waited, idle, .. } if lacks_core(*busy, *waited) => text!(
            "finding-scheduler-without-core",
            pool = pool,
            busy = percent(*busy),
            waited = percent(*waited),
            idle = percent(*idle),
        ),
        ClusterFinding::SchedulerBound { busy, per_task_s, mean_task_s, idle, .. } => text!(
            "finding-scheduler-bound",
            pool = pool,
            busy = percent(*busy),
            cost = time(*per_task_s),
            mean = time(*mean_task_s),
            idle = percent(*idle),
        ),
        ClusterFinding::Transfer { share, sent_bytes: Some(bytes) } => {
            text!("finding-transfer-of-bytes", pool = pool, share = percent(*share), bytes = format_bytes(*bytes))
        }
        ClusterFinding::Transfer { share, sent_bytes: None } => {
            text!("finding-transfer", pool = pool, share = percent(*share))
        }
    }
}

/// What to change.
pub(super) fn change_of_cluster(finding: &ClusterFinding) -> String {
    match finding {
        ClusterFinding::WorkerSilent { .. } => text!("change-worker-silent").into(),
        ClusterFinding::QueuedOnWorkers { .. } => text!("change-queued-on-workers").into(),
        ClusterFinding::Spilling { .. } => text!("change-spilling").into(),
        ClusterFinding::Stragglers { .. } => text!("change-stragglers").into(),
        ClusterFinding::SchedulerBound { busy, waited, .. } if lacks_core(*busy, *waited) => {
            text!("change-scheduler-without-core").into()
        }
        ClusterFinding::SchedulerBound { better_s, .. } => text!("change-scheduler-bound", time = time(*better_s)),
        ClusterFinding::Transfer { .. } => text!("change-transfer").into(),
    }
}

/// What to change in a few words.
pub(super) fn change_of_cluster_in_brief(finding: &ClusterFinding) -> String {
    match finding {
        ClusterFinding::WorkerSilent { .. } => text!("brief-change-worker-silent").into(),
        ClusterFinding::QueuedOnWorkers { .. } => text!("brief-change-queued-on-workers").into(),
        ClusterFinding::Spilling { .. } => text!("brief-change-spilling").into(),
        ClusterFinding::Stragglers { .. } => text!("change-stragglers").into(),
        ClusterFinding::SchedulerBound { busy, waited, .. } if lacks_core(*busy, *waited) => {
            text!("brief-change-scheduler-without-core").into()
        }
        ClusterFinding::SchedulerBound { better_s, .. } => {
            text!("brief-change-scheduler-bound", time = time(*better_s))
        }
        ClusterFinding::Transfer { .. } => text!("brief-change-transfer").into(),
    }
}

/// The main figure in a few words.
pub(super) fn cluster_finding_in_brief(finding: &ClusterFinding) -> String {
    match finding {
        ClusterFinding::WorkerSilent { silences } => {
            text!("brief-worker-silent", workers = silent_workers(silences))
        }
        ClusterFinding::QueuedOnWorkers { waiting, memory, .. } => {
            text!("brief-queued-on-workers", tasks = format!("{waiting:.0}"), managed = format_bytes(memory.managed),)
        }
        ClusterFinding::Spilling { peak_bytes, .. } => text!("brief-spilling", peak = format_bytes(*peak_bytes)),
        ClusterFinding::Stragglers { is_running: true, longest_s, median_s, .. } => {
            text!("brief-running-straggler", longest = time(*longest_s), median = time(*median_s))
        }
        ClusterFinding::Stragglers { longest_s, median_s, .. } => {
            text!("brief-stragglers", longest = time(*longest_s), median = time(*median_s))
        }
        ClusterFinding::SchedulerBound { busy, waited, idle, .. } if lacks_core(*busy, *waited) => {
            text!("brief-scheduler-without-core", waited = percent(*waited), idle = percent(*idle))
        }
        ClusterFinding::SchedulerBound { busy, idle, .. } => {
            text!("brief-scheduler-bound", busy = percent(*busy), idle = percent(*idle))
        }
        ClusterFinding::Transfer { share, .. } => text!("brief-transfer", share = percent(*share)),
    }
}
