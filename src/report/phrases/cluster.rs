//! Dask clusters: titles, queues, memory by kind, lost workers.

use super::{Label, figure_or_dash, number_of_tasks, percent};
use crate::event::text::SafeText;
use crate::event::units::{format_bytes, format_elapsed};
use crate::event::{ClusterMemory, PoolKind, ProgramPool, RequeueCause, Run, TaskCounts, TaskId, WorkerId};
use crate::model::{ClusterQueue, ClusterSummary, CountedTasks, WorkerLoss};
use crate::text;

/// Maximum number of tasks that left a lost worker and are named.
const MAX_NAMES: usize = 3;
/// Maximum number of characters of a key; one of a name and a hash has about 40.
pub(super) const MAX_KEY_CHARS: usize = 60;
/// Maximum number of prefixes that are named in a caption.
const MAX_PREFIXES: usize = 2;

/// The title of a cluster's lane, longest first. The address is left out before the setting, which all have.
#[must_use]
pub fn cluster_titles(pool: &ProgramPool) -> Vec<String> {
    let address = pool.site.as_ref().map(|site| cluster_address(site.file.as_str()));
    let Some(setting) = pool.saturation.as_ref().map(SafeText::as_str).filter(|setting| !setting.is_empty()) else {
        return address.map(|address| format!("DASK  {address}")).into_iter().chain(["DASK".to_owned()]).collect();
    };
    let saturation = text!("cluster-saturation", saturation = setting);
    let with_place = address.map(|address| format!("DASK  {address} · {saturation}"));
    with_place.into_iter().chain([format!("DASK {saturation}"), format!("DASK {setting}")]).collect()
}

/// The queue of a cluster: what its tasks wait for. The shortest text leaves out those that wait for results.
#[must_use]
pub fn cluster_queue(queue: ClusterQueue) -> Vec<String> {
    let ClusterQueue { on_scheduler: scheduler, for_results: results, on_workers: workers } = queue;
    let shortest = text!("cluster-queue-shortest", scheduler = scheduler, workers = workers);
    if results > 0 {
        return vec![
            text!("cluster-queue-for-results", scheduler = scheduler, workers = workers, results = results),
            text!("cluster-queue-for-results-short", scheduler = scheduler, workers = workers, results = results),
            text!("cluster-queue-for-results-shortest", scheduler = scheduler, workers = workers, results = results),
            shortest,
        ];
    }
    vec![
        text!("cluster-queue", scheduler = scheduler, workers = workers),
        text!("cluster-queue-short", scheduler = scheduler, workers = workers),
        shortest,
    ]
}

/// Threads of a cluster: those that execute a task, those of which that is not known, and all.
#[derive(Clone, Copy, Debug)]
pub struct ThreadCounts {
    pub busy: u32,
    pub unobserved: u32,
    pub threads: u32,
}

/// What a cluster is doing: threads that execute, and where tasks wait.
#[must_use]
pub fn cluster_activity(ThreadCounts { busy, unobserved, threads }: ThreadCounts, queue: ClusterQueue) -> Vec<String> {
    let ClusterQueue { on_scheduler: scheduler, for_results, on_workers: workers } = queue;
    if busy + unobserved + scheduler + for_results + workers == 0 {
        let idle = || text!("cluster-without-tasks", threads = threads);
        return vec![if threads == 0 { text!("cluster-without-workers").into() } else { idle() }];
    }
    let activity = text!("cluster-activity", busy = busy, threads = threads, scheduler = scheduler, workers = workers);
    if unobserved > 0 {
        let unobserved = text!("cluster-threads-not-observed", n = unobserved);
        let short = text!("cluster-activity-shortest", busy = busy, threads = threads);
        return vec![format!("{activity} · {unobserved}"), format!("{short} · {unobserved}"), short];
    }
    vec![
        activity,
        text!("cluster-activity-short", busy = busy, threads = threads, workers = workers),
        text!("cluster-activity-shortest", busy = busy, threads = threads),
    ]
}

/// How many threads of a cluster execute a task.
#[must_use]
pub fn threads_executing(ThreadCounts { busy, unobserved, threads }: ThreadCounts) -> Vec<String> {
    let executing = text!("cluster-activity-shortest", busy = busy, threads = threads);
    let unobserved = (unobserved > 0).then(|| text!("cluster-threads-not-observed", n = unobserved));
    unobserved.map(|unobserved| format!("{executing} · {unobserved}")).into_iter().chain([executing]).collect()
}

/// Where tasks of a cluster wait or run, of which no more is known than their numbers.
#[must_use]
pub fn cluster_counted(counts: &TaskCounts) -> Vec<String> {
    let (scheduler, workers) = (counts.scheduler, counts.workers);
    vec![
        text!("cluster-counted", scheduler = scheduler, workers = workers),
        text!("cluster-counted-short", scheduler = scheduler, workers = workers),
        format!("{scheduler} + {workers}"),
    ]
}

/// Results that a cluster holds.
#[must_use]
pub fn results_held(counts: &TaskCounts) -> String {
    text!("cluster-results", n = counts.memory)
}

/// Tasks that finished, as far as known, results that a cluster holds, and tasks that failed.
#[must_use]
pub fn cluster_results(counts: &TaskCounts, counted: Option<&CountedTasks>) -> Vec<String> {
    let finished = counted.and_then(|counted| counted.finished);
    let finished = finished.map(|n| text!("tasks-finished", n = n));
    let failed = match counted.map_or(0, |counted| counted.peak_failed) {
        // The program may have released failed tasks.
        most if most > counts.erred => Some(text!("cluster-peak-failed", n = most)),
        _ => (counts.erred > 0).then(|| text!("tasks-failed", n = counts.erred)),
    };
    let results = results_held(counts);
    let parts = |with_results: bool| {
        let results = with_results.then(|| results.clone());
        let parts: Vec<_> = finished.clone().into_iter().chain(results).chain(failed.clone()).collect();
        parts.join(" · ")
    };
    let short = (finished.is_some() || failed.is_some()).then(|| parts(false));
    [parts(true)].into_iter().chain(short).chain(finished.clone()).collect()
}

/// The most tasks of a cluster that waited or ran at a time, of which only numbers are known.
#[must_use]
pub fn most_counted(counted: &CountedTasks) -> Vec<String> {
    let (scheduler, workers) = (counted.peak_not_sent, counted.peak_on_workers);
    vec![
        text!("cluster-peak-counted", scheduler = scheduler, workers = workers),
        text!("cluster-peak-counted-short", scheduler = scheduler, workers = workers),
    ]
}

/// The most results that a cluster held at a time, and the most bytes of results.
#[must_use]
pub fn most_counted_results(counted: &CountedTasks) -> Vec<String> {
    let results = text!("cluster-peak-results", n = counted.peak_results);
    let with_bytes = counted.peak_result_bytes.map(|bytes| format!("{results} · {}", format_bytes(bytes)));
    with_bytes.into_iter().chain([results]).collect()
}

/// How many threads of a cluster execute is not known.
#[must_use]
pub fn threads_not_known(threads: u32) -> Vec<String> {
    vec![text!("cluster-threads-not-known", threads = threads), text!("cluster-threads-not-known-short").into()]
}

/// How the numbers of tasks that are only counted were measured.
#[must_use]
pub fn counts_are_sampled() -> &'static str {
    text!("cluster-counts-sampled")
}

/// Why threads have no rows of the history.
#[must_use]
pub fn no_history_of_threads() -> Vec<String> {
    vec![text!("cluster-no-history").into(), text!("cluster-no-history-short").into()]
}

/// What is missing where only numbers of tasks are known.
#[must_use]
pub fn only_counts() -> Vec<String> {
    vec![text!("cluster-only-counts").into(), text!("cluster-only-counts-short").into()]
}

/// Results of a cluster, and the memory of its workers by kind; if that is not known, the bytes of the results.
#[must_use]
pub fn results_of_cluster(counts: &TaskCounts, memory: Option<ClusterMemory>) -> Vec<String> {
    let results = text!("cluster-results", n = counts.memory);
    let bytes = counts.result_bytes.filter(|_| memory.is_none());
    let with_bytes = bytes.map(|bytes| format!("{results} · {}", format_bytes(bytes)));
    with_bytes.into_iter().chain(with_memory(results, memory)).collect()
}

/// Running tasks of a cluster, and the memory of its workers by kind.
#[must_use]
pub fn tasks_of_cluster(tasks: u32, memory: Option<ClusterMemory>) -> Vec<String> {
    with_memory(number_of_tasks(tasks.into()), memory)
}

fn with_memory(tasks: String, memory: Option<ClusterMemory>) -> Vec<String> {
    let Some(memory) = memory else { return vec![tasks] };
    let [managed, unmanaged, spilled] = [memory.managed, memory.unmanaged, memory.spilled].map(format_bytes);
    let (managed, unmanaged, spilled) = (managed.as_str(), unmanaged.as_str(), spilled.as_str());
    vec![
        text!("cluster-memory", tasks = tasks.as_str(), managed = managed, unmanaged = unmanaged, spilled = spilled),
        text!("cluster-memory-short", managed = managed, unmanaged = unmanaged, spilled = spilled),
        if memory.spilled > 0 {
            text!("cluster-memory-spilled", managed = managed, spilled = spilled)
        } else {
            text!("cluster-memory-in-memory", managed = managed, unmanaged = unmanaged)
        },
        text!("cluster-memory-shortest", managed = managed),
        tasks,
    ]
}

/// The share of time that a cluster's threads executed tasks while it had work.
#[must_use]
pub fn threads_busy(busy: f64, threads: u32) -> Vec<String> {
    vec![
        text!("cluster-threads-busy", busy = percent(busy), threads = threads),
        text!("cluster-threads-busy-short", busy = percent(busy)),
    ]
}

/// The most memory of a cluster's workers, and their most results on disk.
#[must_use]
pub fn peak_cluster_memory(memory: ClusterMemory, spilled: Option<u64>) -> Vec<String> {
    let [managed, unmanaged] = [memory.managed, memory.unmanaged].map(format_bytes);
    let spilled = figure_or_dash(spilled.map(format_bytes));
    vec![
        text!("cluster-peak-memory", managed = managed.as_str(), unmanaged = unmanaged, spilled = spilled),
        text!("cluster-peak-memory-short", managed = managed.as_str()),
    ]
}

/// Tasks that had to wait again with the causes, and transfers between workers, with labels: what there was of them.
#[must_use]
pub fn requeues_and_transfers(cluster: &ClusterSummary) -> Vec<(Label, Vec<String>)> {
    let requeued = cluster.requeued.clone().unwrap_or_default();
    let causes: Vec<String> =
        requeued.iter().filter(|(_, n)| **n > 0).map(|(cause, n)| requeued_for(*cause, *n)).collect();
    let total = text!("requeued-tasks", n = requeued.values().fold(0, |sum: u32, n| sum.saturating_add(*n)));
    let requeued =
        (!causes.is_empty()).then(|| (Label::Requeued, vec![format!("{total}: {}", causes.join(", ")), total]));
    let waited = cluster.transfer_wait_s.filter(|waited| *waited > 0.0);
    let waited = waited.map(format_elapsed);
    let short = waited.as_ref().map(|waited| text!("cluster-transfer-wait-short", time = waited.as_str()));
    let waited = waited.map(|waited| text!("cluster-transfer-wait", time = waited));
    let sent = cluster.usage.map(|usage| usage.sent_bytes).filter(|bytes| *bytes > 0);
    let sent = sent.map(|bytes| text!("cluster-sent-bytes", bytes = format_bytes(bytes)));
    let shorter = sent.clone().or(short);
    let parts: Vec<String> = sent.into_iter().chain(waited).collect();
    let transfer =
        (!parts.is_empty()).then(|| (Label::Transfer, [parts.join(" · ")].into_iter().chain(shorter).collect()));
    requeued.into_iter().chain(transfer).collect()
}

fn requeued_for(cause: RequeueCause, n: u32) -> String {
    match cause {
        RequeueCause::WorkerLost => text!("requeued-worker-lost", n = n),
        RequeueCause::WorkerRetired => text!("requeued-worker-retired", n = n),
        RequeueCause::Stolen => text!("requeued-stolen", n = n),
        RequeueCause::Rescheduled => text!("requeued-rescheduled", n = n),
        RequeueCause::Failed => text!("requeued-failed", n = n),
        RequeueCause::ResultLost => text!("requeued-result-lost", n = n),
        RequeueCause::Other => text!("requeued-other", n = n),
    }
}

/// A thread of a cluster's worker. What it holds is not known, and where workers are unknown, nor is its name.
#[must_use]
pub fn counted_cluster_worker(name: Option<&SafeText>, worker: WorkerId) -> Vec<String> {
    vec![text!("cluster-worker-counted", name = figure_or_dash(name), worker = worker.to_string())]
}

/// A thread of a cluster's worker, and what it holds.
#[must_use]
pub fn cluster_worker(name: &SafeText, worker: WorkerId, pid: Option<u32>, holding: &str) -> Vec<String> {
    let (worker, pid) = (worker.to_string(), figure_or_dash(pid));
    vec![
        text!("cluster-worker", name = name.as_str(), worker = worker, pid = pid, holding = holding),
        format!("{name} · {holding}"),
    ]
}

/// A worker of a cluster was gone; how it ended is not known.
#[must_use]
pub fn cluster_worker_gone(lane: &str, worker: &SafeText, at: &str) -> String {
    format!("{lane}: {}", text!("worker-gone-at", worker = worker.as_str(), time = at))
}

/// A worker of a cluster was lost, with the tasks that it held, longest first.
#[must_use]
pub fn cluster_worker_lost(loss: &WorkerLoss) -> Vec<String> {
    let pid = || format!("pid {}", figure_or_dash(loss.pid));
    let worker = loss.name.as_ref().map_or_else(pid, ToString::to_string);
    let ran = task_names(loss.tasks.iter().map(|lost| (lost.task, lost.name.as_ref())));
    let worker = worker.as_str();
    let (lost, shortest) = if ran.is_empty() {
        (text!("cluster-worker-lost", worker = worker), worker.to_owned())
    } else {
        (
            text!("cluster-worker-lost-in", worker = worker, task = ran.as_str()),
            text!("cluster-worker-lost-shortest", worker = worker, task = ran.as_str()),
        )
    };
    let names =
        |tasks: &[(TaskId, Option<SafeText>)]| task_names(tasks.iter().map(|(task, name)| (*task, name.as_ref())));
    let (given_up, returned) = (loss.given_up.len(), loss.returned.len());
    let (mut long, mut short) = (vec![lost.clone()], vec![lost.clone()]);
    if given_up > 0 {
        let has_run = |task: &TaskId| loss.tasks.iter().any(|lost| lost.task == *task);
        let (ran, waited): (Vec<_>, Vec<_>) = loss.given_up.iter().cloned().partition(|(task, _)| has_run(task));
        // What it ran has just been named.
        long.push(match (ran.len(), waited.is_empty()) {
            (n, true) if n == loss.tasks.len() => text!("cluster-lost-tasks-given-up", n = n),
            (n, false) if n > 0 && n == loss.tasks.len() => {
                text!("cluster-lost-and-waiting-tasks-given-up", n = n, names = names(&waited))
            }
            _ => text!("cluster-tasks-given-up", n = given_up, names = names(&loss.given_up)),
        });
        short.push(text!("cluster-tasks-given-up-short", n = given_up));
    }
    if returned > 0 {
        long.push(text!("cluster-tasks-returned", n = returned, names = names(&loss.returned)));
        short.push(text!("cluster-tasks-returned-short", n = returned));
    }
    let mut texts = [long, short].map(|parts| parts.join("; ")).to_vec();
    if given_up > 0 {
        texts.push(text!("cluster-given-up-shortest", worker = worker, names = names(&loss.given_up)));
    } else {
        let count =
            (!loss.tasks.is_empty()).then(|| text!("cluster-worker-lost-with", worker = worker, n = loss.tasks.len()));
        texts.extend([lost, shortest].into_iter().chain(count));
    }
    texts.dedup();
    texts
}

/// Names tasks by their keys, or by their numbers if those are not known. Only a few of many.
fn task_names<'a>(tasks: impl ExactSizeIterator<Item = (TaskId, Option<&'a SafeText>)>) -> String {
    let has_more = tasks.len() > MAX_NAMES;
    let numbered = |task: TaskId| text!("lost-task", task = task.to_string());
    let name = |(task, key): (TaskId, Option<&SafeText>)| match key {
        Some(key) => without_middle(key.as_str(), MAX_KEY_CHARS),
        None => numbered(task),
    };
    joined_names(&tasks.take(MAX_NAMES).map(name).collect::<Vec<_>>(), has_more)
}

/// A name of at most this number of characters. A longer one lacks its middle: the beginning of a key has its prefix, the
/// end often the number of the partition.
#[must_use]
pub fn without_middle(name: &str, max_chars: usize) -> String {
    let Some(rest) = name.chars().count().checked_sub(max_chars).filter(|rest| *rest > 0) else { return name.into() };
    let end_chars = max_chars / 3;
    let begin: String = name.chars().take(max_chars - end_chars - 1).collect();
    let end: String = name.chars().skip(max_chars - end_chars + rest).collect();
    format!("{begin}…{end}")
}

pub(super) fn joined_names<T: AsRef<str>>(names: &[T], has_more: bool) -> String {
    let names = names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    if has_more { text!("cluster-names-and-more", names = names) } else { names }
}

/// The first of some prefixes of tasks.
#[must_use]
pub fn first_prefixes(prefixes: &[&str]) -> String {
    let shown = prefixes.len().min(MAX_PREFIXES);
    joined_names(&prefixes[..shown], prefixes.len() > shown)
}

/// The address of a cluster as it is shown, without its protocol: as in the title of its lane.
pub(super) fn cluster_address(address: &str) -> &str {
    address.split_once("://").map_or(address, |(_, host)| host)
}

/// The address of the cluster that a run observes.
pub(super) fn cluster_place(run: &Run) -> Option<&str> {
    let pool = run.lanes.iter().find_map(|lane| lane.pool.as_ref().filter(|pool| pool.kind == PoolKind::DaskCluster));
    Some(cluster_address(pool?.site.as_ref()?.file.as_str()))
}

/// How long a cluster was observed.
pub(super) fn cluster_observed(place: &str, time: &str) -> String {
    text!("cluster-observed", place = place, time = time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Exit;
    use crate::model::LostTask;

    fn key(n: u32) -> (TaskId, Option<SafeText>) {
        (TaskId(n), Some(format!("load-{n}").into()))
    }

    fn loss(ran: &[(TaskId, Option<SafeText>)], given_up: Vec<(TaskId, Option<SafeText>)>) -> WorkerLoss {
        let ran = ran.iter().cloned();
        WorkerLoss {
            worker: WorkerId(0),
            pid: Some(41),
            name: Some("alice".into()),
            exit: Exit::Unknown,
            at: 0,
            pool: PoolKind::DaskCluster,
            tasks: ran.map(|(task, name)| LostTask { task, name, items: None, call: None }).collect(),
            returned: Vec::new(),
            given_up,
            locked_queue: false,
            pool_ended: false,
        }
    }

    #[test]
    fn tasks_that_are_given_up_are_named_once() {
        let text = |given_up| cluster_worker_lost(&loss(&[key(1)], given_up)).remove(0);
        let ran = "worker alice was lost while it ran load-1; Dask does not try it again";
        assert_eq!(text(vec![key(1)]), format!("{ran}: too many workers were lost with it"));
        let waited = format!("{ran}, nor load-2, which waited there: too many workers were lost with them");
        assert_eq!(text(vec![key(1), key(2)]), waited);
    }

    #[test]
    fn long_keys_lose_their_middle_and_unknown_ones_are_numbers() {
        let long = format!("read-{}-of-the-table-of-orders, 17", "0123456789".repeat(5));
        let shown = cluster_worker_lost(&loss(&[(TaskId(1), Some(long.into())), (TaskId(2), None)], Vec::new()));
        let keys = "read-0123456789012345678901234567890123…-table-of-orders, 17, task 2";
        assert_eq!(shown[0], format!("worker alice was lost while it ran {keys}"));
    }
}
