//! The figures of a lane, for tables and for its result on the screen.

use super::{
    elapsed_or_unknown, figure_or_dash, number_of_processes, number_of_threads, number_of_workers, percent,
    private_memory_text,
};
use crate::event::units::{format_bytes, format_count, format_duration, format_seconds};
use crate::event::{LaneStatus, Mode};
use crate::model::{LaneCounts, LaneSummary, TaskTotals};
use crate::text;

/// The length of the queue, for tables.
#[must_use]
pub fn queue_cell(lane: &LaneSummary) -> String {
    if lane.mode == Mode::Process {
        return text!("queue-of-processes").into();
    }
    let mean = figure_or_dash(lane.mean_queue.map(|mean| format!("{mean:.1}")));
    format!(
        "{}, {}",
        text!("queue-at-most", n = lane.peak_queue.unwrap_or_default()),
        text!("queue-on-average", mean = mean)
    )
}

/// The length of the queue.
#[must_use]
pub fn queue_lengths(lane: &LaneSummary) -> Vec<String> {
    let short = match lane.mode {
        Mode::Process => text!("no-waiting").into(),
        _ => text!("queue-at-most", n = lane.peak_queue.unwrap_or_default()),
    };
    vec![queue_cell(lane), short]
}

/// Tasks and bytes in memory.
#[must_use]
pub fn memory_figures(lane: &LaneSummary) -> Vec<String> {
    let (tasks, payload) = (peak_of_tasks(lane), resident_bytes(lane));
    let short = super::number_of_tasks(lane.peak_resident_tasks.unwrap_or_default().into());
    let private = || lane.peak_private().map(|private| private_memory_text(Some(private)));
    // A reading below the numbers in memory was not taken at their peak.
    let pss = lane.peak_pss_bytes.filter(|pss| Some(*pss) >= lane.peak_resident_bytes);
    let processes = pss.map(format_bytes).or_else(private);
    let both = processes
        .map(|processes| text!("numbers-in-processes", payload = payload.as_str(), processes = processes))
        .map(|bytes| format!("{tasks} · {bytes}"));
    let numbers = [tasks, short].map(|tasks| format!("{tasks} · {payload}"));
    both.into_iter().chain(numbers).chain([payload]).map(|what| text!("at-most", what = what)).collect()
}

/// Tasks in memory at the peak out of all tasks.
pub(super) fn peak_of_tasks(lane: &LaneSummary) -> String {
    text!("tasks-of-tasks", n = lane.peak_resident_tasks.unwrap_or_default(), all = lane.totals().submitted)
}

/// Tasks and payload in memory at the peak.
#[must_use]
pub fn resident_tasks(lane: &LaneSummary) -> String {
    format!("{} · {}", peak_of_tasks(lane), resident_bytes(lane))
}

/// Payload in memory at the peak.
#[must_use]
pub fn resident_bytes(lane: &LaneSummary) -> String {
    figure_or_dash(lane.peak_resident_bytes.map(format_bytes))
}

/// Tasks in memory at the peak out of all tasks, for tables.
#[must_use]
pub fn resident_tasks_cell(lane: &LaneSummary) -> String {
    text!("tasks-of-all", n = lane.peak_resident_tasks.unwrap_or_default(), all = lane.totals().submitted)
}

/// CPU time per number.
#[must_use]
pub fn cpu_per_number(lane: &LaneSummary) -> String {
    figure_or_dash(lane.ns_per_number.map(|ns| format!("{ns:.0} ns")))
}

/// Memory of a lane at its peak so far.
#[must_use]
pub fn peak_memory(peak: &LaneCounts, tasks: u32) -> Vec<String> {
    let tasks = text!("tasks-of-tasks", n = peak.resident, all = tasks);
    let payload = format_bytes(peak.resident_bytes);
    [format!("{tasks} · {payload}"), payload].map(|what| text!("at-most", what = what)).into()
}

/// Tasks that have finished.
#[must_use]
pub fn finished_tasks(n: u32) -> String {
    text!("tasks-finished", n = n)
}

/// Private memory and PSS, as measured.
#[must_use]
pub fn private_memory(lane: &LaneSummary) -> String {
    let pss = figure_or_dash(lane.peak_pss_bytes.map(format_bytes));
    text!("private-and-pss", private = private_memory_text(lane.peak_private()), pss = pss)
}

/// Core time of which a share is given, in s; less would be shown as 0.0.
const MIN_CORE_TIME_S: f64 = 0.05;

/// Use of the cores by the lane, and by other programs if they took much.
#[must_use]
pub fn core_use(lane: &LaneSummary) -> Vec<String> {
    if is_core_use_too_short(lane) {
        return vec![text!("too-short-to-tell").into()];
    }
    // CPU time covers the workers until they exit.
    let life = lane.makespan_s.map(|makespan| makespan + lane.wait_after_tasks_s.unwrap_or(0.0));
    let cores = lane.cores.len() as f64;
    let share = figure_or_dash(lane.utilization.map(percent));
    let short = text!("share-used", share = share.as_str());
    let core_time = life.map(|life| life * cores).filter(|s| lane.utilization.is_some() && *s >= MIN_CORE_TIME_S);
    let own = match core_time {
        Some(s) => text!("share-of-core-time", share = share.as_str(), s = format!("{s:.1}")),
        None => short.clone(),
    };
    let used = match lane.disturbance() {
        Some(share) => format!("{own}, {}", text!("share-by-others", share = percent(share))),
        None => own.clone(),
    };
    let waited = super::wait_for_lost_result(lane);
    let waited = waited.map(|wait| text!("wait-of-core-time", s = format!("{:.1}", wait * cores)));
    let stall_s = format!("{:.1}", lane.stall_core_s.unwrap_or(0.0));
    let stall = text!("stall-of-core-time", s = stall_s.as_str());
    let tail = text!("tail-of-core-time", s = format!("{:.1}", lane.idle_tail_core_s.unwrap_or(0.0)));
    let stall = waited.into_iter().chain([stall]).collect::<Vec<_>>().join(" · ");
    vec![
        format!("{used} · {stall} · {tail}"),
        format!("{used} · {stall}"),
        // The stall may be the reason of the difference.
        format!("{own} · {stall}"),
        format!("{short} · {}", text!("stall-core-seconds", s = stall_s)),
        own,
        short,
    ]
}

/// Whether the CPU time of a finished lane is known, but does not fit its short makespan.
fn is_core_use_too_short(lane: &LaneSummary) -> bool {
    lane.utilization.is_none() && lane.status.is_some() && lane.cpu_s.is_some_and(|cpu| cpu > 0.0)
}

/// Number of cores with their utilization.
#[must_use]
pub fn core_count(lane: &LaneSummary) -> String {
    let cores = lane.cores.len();
    match lane.utilization {
        Some(used) => format!("{cores}, {}", text!("share-used", share = percent(used))),
        None if is_core_use_too_short(lane) => format!("{cores}, {}", text!("too-short-to-tell")),
        None => cores.to_string(),
    }
}

/// Core time idle while tasks were queued.
#[must_use]
pub fn stalled_core_time(lane: &LaneSummary) -> String {
    figure_or_dash(lane.stall_core_s.map(|s| text!("stalled-core-seconds", s = format!("{s:.1}"))))
}

/// Core time in core-seconds.
#[must_use]
pub fn core_seconds(s: Option<f64>) -> String {
    figure_or_dash(s.map(|s| text!("core-seconds", s = format!("{s:.1}"))))
}

/// Time in I/O, of all workers.
#[must_use]
pub fn io_time(lane: &LaneSummary) -> String {
    figure_or_dash(lane.io_blocked_s.map(|time| text!("io-of-all-workers", time = format_seconds(time))))
}

/// Time that the workers spent in I/O, its share of workers × makespan, and CPU time per number.
#[must_use]
pub fn time_in_io_and_cpu(lane: &LaneSummary) -> Vec<String> {
    let cpu = text!("cpu-per-number", time = cpu_per_number(lane));
    let lifetimes = f64::from(lane.workers) * lane.makespan_s.unwrap_or(0.0);
    let blocked_s = lane.io_blocked_s.unwrap_or(0.0);
    if blocked_s <= 0.0 || lifetimes <= 0.0 {
        let no_io = text!("no-io");
        return vec![format!("{no_io} · {cpu}"), no_io.into()];
    }
    let io = text!("time-in-io", time = format_seconds(blocked_s));
    let share = text!("share-of-the-time", share = percent((blocked_s / lifetimes).min(1.0)));
    vec![format!("{io} · {share} · {cpu}"), format!("{io} · {share}"), io]
}

/// CPU time in total and per number.
#[must_use]
pub fn cpu_time(lane: &LaneSummary) -> String {
    let all = figure_or_dash(lane.cpu_s.map(format_seconds));
    match lane.ns_per_number {
        Some(ns) => format!("{all}, {}", text!("ns-per-number", ns = format!("{ns:.0}"))),
        None => all,
    }
}

/// Forced context switches and run-queue delay.
#[must_use]
pub fn context_switches(lane: &LaneSummary) -> String {
    let forced = figure_or_dash(lane.involuntary_switches.map(format_count));
    let delay = figure_or_dash(lane.run_queue_delay_s.map(format_seconds));
    text!("switches-and-delay", switches = forced, delay = delay)
}

/// Processes or threads and the time to start them.
#[must_use]
pub fn startup_figures(lane: &LaneSummary) -> Vec<String> {
    let time = figure_or_dash(lane.startup_s.map(|s| format_duration((s * 1e9) as u64)));
    let n = lane.workers.into();
    let workers = if lane.mode == Mode::Threads { number_of_threads(n) } else { number_of_processes(n) };
    let started = text!("workers-in-time", workers = workers, time = time.as_str());
    let short = text!("number-in-time", n = n, time = time.as_str());
    match lane.workers_replaced {
        None | Some(0) => vec![started, short],
        Some(replaced) => vec![format!("{started} · {}", text!("workers-replaced", n = replaced)), short],
    }
}

/// Workers and the time to start them, for tables.
#[must_use]
pub fn worker_startup(lane: &LaneSummary) -> String {
    let workers = number_of_workers(lane.workers.into());
    match lane.startup_s {
        Some(s) => text!("workers-in-time", workers = workers, time = format_duration((s * 1e9) as u64)),
        None => workers,
    }
}

/// Outcomes of the tasks.
#[must_use]
pub fn task_outcomes(lane: &LaneSummary) -> String {
    let Some(tasks) = lane.tasks else { return figure_or_dash(None::<u32>) };
    let [failed, lost, unfinished] = missing_tasks(lane);
    let done = text!("tasks-done", n = tasks.finished);
    let again = lane.program.as_ref().and_then(|program| program.cluster.as_ref()?.attempts_run_again);
    let again = again.filter(|attempts| *attempts > 0).map(|attempts| text!("attempts-run-again", n = attempts));
    [Some(done), failed, lost, unfinished, again].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// The tasks that failed, were lost, and were abandoned; none if there are none.
fn missing_tasks(lane: &LaneSummary) -> [Option<String>; 3] {
    let TaskTotals { failed, lost, abandoned, .. } = lane.totals();
    let unfinished = || match lane.program {
        // A program ends workers with their tasks.
        Some(_) => text!("tasks-not-finished", n = abandoned),
        None => text!("tasks-never-run", n = abandoned),
    };
    [
        (failed > 0).then(|| text!("tasks-failed", n = failed)),
        (lost > 0).then(|| text!("tasks-lost", n = lost)),
        (abandoned > 0).then(unfinished),
    ]
}

/// The sum, and whether it is correct.
#[must_use]
pub fn sum_and_correctness(lane: &LaneSummary) -> Vec<String> {
    if lane.is_simulated() {
        return vec![text!("simulated-not-run").into(), text!("simulated").into()];
    }
    let Some(sum) = lane.result else {
        let [failed, lost, unfinished] = missing_tasks(lane);
        let missing = [lost, failed, unfinished].into_iter().flatten().collect::<Vec<_>>().join(", ");
        return vec![text!("incomplete-because", missing = missing.as_str()), missing];
    };
    let sum = format_count(sum.unsigned_abs());
    match lane.correct {
        Some(true) => {
            let correct = text!("correct");
            vec![format!("{sum} · {correct}"), correct.into()]
        }
        _ => vec![text!("wrong-sum", sum = sum)],
    }
}

/// The sum, and whether it is correct, for tables.
#[must_use]
pub fn sum_cell(lane: &LaneSummary) -> String {
    match lane.result {
        None if lane.is_simulated() => text!("simulated").into(),
        None => text!("incomplete").into(),
        Some(sum) => format!("{} · {}", format_count(sum.unsigned_abs()), correctness_word(lane)),
    }
}

/// How a lane ended, with its sum and whether it is correct.
#[must_use]
pub fn result_of_lane(status: LaneStatus, finished: u32, all: u32, result: Option<(i64, bool)>) -> Vec<String> {
    let outcome = text!("lane-outcome", status = status.name(), finished = finished, all = all);
    let with_sum = result.map(|(sum, correct)| {
        let sum = format_count(sum.unsigned_abs());
        let sum = if correct { text!("sum-is-correct", sum = sum) } else { text!("sum-is-wrong", sum = sum) };
        format!("{outcome} · {sum}")
    });
    with_sum.into_iter().chain([outcome.clone()]).collect()
}

/// Whether the sum is correct; a program has none.
#[must_use]
pub fn correctness_word(lane: &LaneSummary) -> &'static str {
    match lane.correct {
        None if lane.program.is_some() => super::UNKNOWN,
        None if lane.is_simulated() => text!("simulated"),
        None => text!("incomplete"),
        Some(true) => text!("correct"),
        Some(false) => text!("wrong"),
    }
}

/// The makespan, for tables.
#[must_use]
pub fn makespan_cell(lane: &LaneSummary) -> String {
    elapsed_or_unknown(lane.makespan_s)
}
