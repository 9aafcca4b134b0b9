//! Findings about a watched program: what slows it down, and what to change.

use super::cluster_findings::{
    change_of_cluster, change_of_cluster_in_brief, cluster_finding, cluster_finding_in_brief,
};
use super::{localized_title, number_of_cores, number_of_threads, number_of_workers, percent, time_range, worker_lost};
use crate::event::units::{format_bytes, format_count, format_duration, format_elapsed};
use crate::event::{CodeLocation, Mode};
use crate::model::{ClusterFinding, Finding, FindingKind, Remedy, SerialFigures};
use crate::text;

/// What a finding says, with its measured figures, without full stop.
#[must_use]
pub fn finding_sentence(finding: &Finding) -> String {
    let pool = pool_of_finding(finding);
    let pool = pool.as_str();
    match &finding.kind {
        FindingKind::WorkerLost(loss) => worker_lost(pool, loss).remove(0),
        FindingKind::Memory { private_bytes, machine_bytes } => text!(
            "finding-memory",
            private = format_bytes(*private_bytes),
            share = percent(*private_bytes as f64 / *machine_bytes as f64),
            memory = format_bytes(*machine_bytes),
        ),
        FindingKind::PoolTooNarrow { idle, cores, for_s, blocked, .. } => {
            let (idle, cores, time) = (cores_text(*idle), number_of_cores(*cores), format_elapsed(*for_s));
            if *blocked >= 0.2 {
                let share = percent(*blocked);
                text!("finding-pool-blocked", pool = pool, idle = idle, cores = cores, time = time, share = share)
            } else {
                text!("finding-pool-narrow", pool = pool, idle = idle, cores = cores, time = time)
            }
        }
        FindingKind::LockBound { workers, locked, used, cores, call } => {
            let (workers, cores) = (number_of_workers((*workers).into()), number_of_cores(*cores));
            let (share, used) = (percent(*locked), cores_text(*used));
            match call {
                Some(call) => text!(
                    "finding-lock-of-call",
                    pool = pool,
                    workers = workers,
                    call = call.as_str(),
                    share = share,
                    used = used,
                    cores = cores,
                ),
                None => {
                    text!("finding-lock", pool = pool, workers = workers, share = share, used = used, cores = cores)
                }
            }
        }
        FindingKind::GilBound { threads, used, cores, locked } => text!(
            "finding-gil",
            pool = pool,
            threads = number_of_threads((*threads).into()),
            used = cores_text(*used),
            cores = number_of_cores(*cores),
            share = percent(*locked),
        ),
        FindingKind::Oversubscribed { workers, cores, delayed } => text!(
            "finding-oversubscribed",
            pool = pool,
            workers = number_of_workers((*workers).into()),
            share = percent(*delayed),
            cores = number_of_cores(*cores),
        ),
        FindingKind::ChunksTooLarge { idle, chunk, .. } => {
            text!("finding-chunks", pool = pool, share = percent(*idle), items = *chunk)
        }
        FindingKind::TasksTooSmall { between, mean_task_s, .. } => {
            let time = format_duration((*mean_task_s * 1e9) as u64);
            text!("finding-small-tasks", pool = pool, share = percent(*between), time = time)
        }
        FindingKind::Shipping { bytes_per_task, receive } => {
            let bytes = format_bytes(*bytes_per_task as u64);
            text!("finding-shipping", pool = pool, bytes = bytes, share = percent(*receive))
        }
        FindingKind::PoolRecreated { uses, start_up_s, of_run } => {
            let time = format_elapsed(*start_up_s);
            text!("finding-recreated", pool = pool, n = *uses, time = time, share = percent(*of_run))
        }
        FindingKind::SerialPart { share, figures } => {
            let time = format_elapsed(figures.serial_s);
            text!("finding-serial", time = time, share = percent(*share), gap = longest_gap(figures))
        }
        FindingKind::Cluster(finding) => cluster_finding(pool, finding),
    }
}

/// The title of the pool that a finding is about; empty if it is about the whole program.
fn pool_of_finding(finding: &Finding) -> String {
    finding.title.as_deref().map(localized_title).unwrap_or_default()
}

/// A mean number of cores.
fn cores_text(cores: f64) -> String {
    format!("{cores:.1}")
}

/// How long the longest serial gap is, and where it lies.
fn longest_gap(figures: &SerialFigures) -> String {
    let name = CodeLocation::short_name;
    let place = match (&figures.after, &figures.before) {
        (Some(after), Some(before)) => text!("gap-between", after = name(after), before = name(before)),
        (Some(after), None) => text!("gap-after", after = name(after)),
        (None, Some(before)) => text!("gap-before", before = name(before)),
        (None, None) => text!("gap-in-one-place").into(),
    };
    text!("serial-gap", time = format_elapsed(figures.longest_s), place = place)
}

/// What to change, and what that would take if it was predicted, without full stop.
#[must_use]
pub fn finding_change(finding: &Finding) -> String {
    let change = change_without_figures(finding);
    let Some(remedy) = &finding.remedy else { return change };
    let (time, interval) = (format_elapsed(remedy.predicted_s), time_range(remedy.interval_s));
    let today = format_elapsed(remedy.today_s);
    if remedy.chunk.is_some() {
        return text!("predicted-change", change = change, time = time, interval = interval, today = today);
    }
    let pool = pool_of_remedy(finding, remedy);
    text!("predicted-change-of-pool", change = change, pool = pool, time = time, interval = interval, today = today)
}

/// The pool as it would be, such as `Pool(32)`.
fn pool_of_remedy(finding: &Finding, remedy: &Remedy) -> String {
    let title = finding.title.as_deref().unwrap_or_default();
    let pool = match remedy.mode {
        Mode::Pool if matches!(finding.kind, FindingKind::GilBound { .. }) => "Pool",
        _ => title.split('(').next().unwrap_or_default(),
    };
    format!("{pool}({})", format_count(remedy.workers.into()))
}

/// What to change in a few words, and what that would take if it was predicted.
fn change_in_brief(finding: &Finding) -> String {
    if let Some(remedy) = &finding.remedy {
        let pool = || pool_of_remedy(finding, remedy);
        let change = remedy.chunk.map_or_else(pool, |chunk| format!("chunksize={chunk}"));
        let (time, today) = (format_elapsed(remedy.predicted_s), format_elapsed(remedy.today_s));
        return text!("brief-prediction", change = change, time = time, today = today);
    }
    match &finding.kind {
        FindingKind::LockBound { .. } => text!("brief-change-lock").into(),
        FindingKind::GilBound { .. } => text!("brief-change-gil").into(),
        FindingKind::ChunksTooLarge { better, .. } => text!("change-chunksize", chunk = better.to_string()),
        FindingKind::Shipping { .. } => text!("brief-change-shipping").into(),
        FindingKind::WorkerLost(loss) if loss.blocks_call() && loss.pool_ended => text!("brief-change-loss").into(),
        FindingKind::WorkerLost(loss) if loss.blocks_call() => text!("brief-change-hanging-program").into(),
        FindingKind::WorkerLost(_) => text!("brief-change-after-loss").into(),
        FindingKind::Cluster(finding) => change_of_cluster_in_brief(finding),
        _ => change_without_figures(finding),
    }
}

fn change_without_figures(finding: &Finding) -> String {
    let fixed = match &finding.kind {
        FindingKind::WorkerLost(loss) if loss.blocks_call() && loss.pool_ended => text!("change-after-loss-in-call"),
        FindingKind::WorkerLost(loss) if loss.blocks_call() => text!("change-hanging-program"),
        FindingKind::WorkerLost(_) => text!("change-after-loss"),
        FindingKind::Memory { .. } => text!("change-memory"),
        FindingKind::PoolTooNarrow { blocked, .. } if *blocked >= 0.2 && finding.remedy.is_some() => {
            text!("change-more-workers")
        }
        FindingKind::PoolTooNarrow { blocked, .. } if *blocked >= 0.2 => text!("change-more-workers-unsure"),
        FindingKind::LockBound { .. } => text!("change-lock"),
        FindingKind::GilBound { .. } => text!("change-gil"),
        FindingKind::Oversubscribed { .. } if finding.remedy.is_some() => text!("change-fewer-workers"),
        FindingKind::PoolTooNarrow { cores, .. } | FindingKind::Oversubscribed { cores, .. } => {
            return text!("change-worker-per-core", n = *cores);
        }
        FindingKind::ChunksTooLarge { better, .. } if finding.remedy.is_some() => {
            return text!("change-chunksize", chunk = better.to_string());
        }
        FindingKind::ChunksTooLarge { better, .. } => {
            return text!("change-chunksize-unsure", chunk = better.to_string());
        }
        FindingKind::TasksTooSmall { better, .. } => return text!("change-small-tasks", chunk = better.to_string()),
        FindingKind::Shipping { .. } => text!("change-shipping"),
        FindingKind::PoolRecreated { .. } => text!("change-recreated"),
        FindingKind::SerialPart { .. } => text!("change-serial"),
        FindingKind::Cluster(finding) => return change_of_cluster(finding),
    };
    fixed.into()
}

/// The main figure of a finding in a few words; none if only the whole sentence tells it.
fn finding_in_brief(finding: &Finding) -> Option<String> {
    Some(match &finding.kind {
        FindingKind::PoolTooNarrow { idle, cores, blocked, .. } => {
            let (idle, cores) = (cores_text(*idle), number_of_cores(*cores));
            text!("brief-pool-narrow", idle = idle, cores = cores, share = percent(*blocked))
        }
        FindingKind::LockBound { locked, .. } => text!("brief-lock", share = percent(*locked)),
        FindingKind::GilBound { used, cores, .. } => {
            text!("brief-gil", used = cores_text(*used), cores = number_of_cores(*cores))
        }
        FindingKind::Oversubscribed { delayed, .. } => text!("brief-oversubscribed", share = percent(*delayed)),
        FindingKind::ChunksTooLarge { idle, .. } => text!("brief-chunks", share = percent(*idle)),
        FindingKind::TasksTooSmall { between, .. } => text!("brief-small-tasks", share = percent(*between)),
        FindingKind::Shipping { receive, .. } => text!("brief-shipping", share = percent(*receive)),
        FindingKind::PoolRecreated { uses, .. } => text!("brief-recreated", n = *uses),
        FindingKind::SerialPart { share, .. } => text!("serial-part", share = percent(*share)),
        FindingKind::Cluster(finding) => cluster_finding_in_brief(finding),
        FindingKind::WorkerLost(_) | FindingKind::Memory { .. } => return None,
    })
}

/// A finding in a few words or more, longest first. What to change is kept longer than the figures.
#[must_use]
pub fn finding_variants(finding: &Finding) -> Vec<String> {
    let shorter = match &finding.kind {
        FindingKind::WorkerLost(loss) => worker_lost(&pool_of_finding(finding), loss),
        _ => finding_in_brief(finding).into_iter().collect(),
    };
    let changes = [finding_change(finding), change_in_brief(finding)];
    let whole = format!("{} · {}", finding_sentence(finding), changes[0]);
    let with_change = shorter.iter().flat_map(|text| changes.iter().map(move |change| format!("{text} · {change}")));
    // Of a worker, the name says more than what to change.
    let is_about_worker =
        matches!(&finding.kind, FindingKind::WorkerLost(_) | FindingKind::Cluster(ClusterFinding::WorkerSilent { .. }));
    let named = (!is_about_worker).then(|| format!("{} · {}", finding.kind.name(), changes[1]));
    let without_change = &shorter[if is_about_worker { 0 } else { shorter.len().saturating_sub(1) }..];
    std::iter::once(whole).chain(with_change).chain(named).chain(without_change.to_vec()).collect()
}

/// A finding as the cause in a headline, longest first. The headline names the serial part.
#[must_use]
pub fn finding_causes(finding: &Finding) -> Vec<String> {
    if let FindingKind::SerialPart { figures, .. } = &finding.kind {
        let gap = longest_gap(figures);
        return vec![text!("finding-serial-gap", gap = gap.as_str()), gap];
    }
    let brief = finding_in_brief(finding);
    let changes = [finding_change(finding), change_in_brief(finding)];
    let with_change = brief.iter().flat_map(|brief| changes.iter().map(move |change| format!("{brief} · {change}")));
    std::iter::once(finding_sentence(finding)).chain(with_change).chain(brief.clone()).collect()
}

/// A finding as a whole sentence, for reports.
#[must_use]
pub fn finding_in_report(finding: &Finding) -> String {
    format!("{}: {}; {}.", finding.kind.name(), finding_sentence(finding), finding_change(finding))
}
