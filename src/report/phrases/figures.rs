//! The figures of a lane, for tables and for its result on the screen.

use super::{
    elapsed_or_unknown, figure_or_dash, number_of_processes, number_of_threads, number_of_workers, percent,
    private_memory_text,
};
use crate::event::units::{format_bytes, format_count, format_duration, format_seconds, format_task_count};
use crate::event::{LaneStatus, Mode};
use crate::model::{LaneCounts, LaneSummary, TaskTotals};

/// Every task has its own process.
#[must_use]
pub fn no_waiting() -> String {
    "no waiting".into()
}

/// The length of the queue, for tables.
#[must_use]
pub fn queue_cell(lane: &LaneSummary) -> String {
    if lane.mode == Mode::Process {
        return "no waiting: a process per task".into();
    }
    let peak = format_task_count(lane.peak_queue.into());
    let mean = figure_or_dash(lane.mean_queue.map(|mean| format!("{mean:.1}")));
    format!("{peak} at most, {mean} on average")
}

/// The length of the queue.
#[must_use]
pub fn queue_lengths(lane: &LaneSummary) -> Vec<String> {
    let short = match lane.mode {
        Mode::Process => no_waiting(),
        _ => format!("{} at most", format_task_count(lane.peak_queue.into())),
    };
    vec![queue_cell(lane), short]
}

/// Tasks and bytes in memory.
#[must_use]
pub fn memory_figures(lane: &LaneSummary) -> Vec<String> {
    let of_all = resident_tasks(lane);
    let (peak, payload) = (format_task_count(lane.peak_resident_tasks.into()), format_bytes(lane.peak_resident_bytes));
    let short = format!("{peak} · {payload}");
    let private = || lane.peak_private().map(|private| private_memory_text(Some(private)));
    let processes = lane.peak_pss_bytes.map(format_bytes).or_else(private);
    let both = processes.map(|processes| format!("{of_all} of numbers, in processes of {processes} at most"));
    both.into_iter().chain([format!("{of_all} at most"), of_all, short]).collect()
}

/// Tasks and payload in memory at the peak.
#[must_use]
pub fn resident_tasks(lane: &LaneSummary) -> String {
    let (peak, all) = (format_count(lane.peak_resident_tasks.into()), format_task_count(lane.tasks.submitted.into()));
    format!("{peak} of {all} · {}", format_bytes(lane.peak_resident_bytes))
}

/// Tasks in memory at the peak out of all tasks, for tables.
#[must_use]
pub fn resident_tasks_cell(lane: &LaneSummary) -> String {
    format!("{} of {}", format_count(lane.peak_resident_tasks.into()), format_count(lane.tasks.submitted.into()))
}

/// CPU time per number.
#[must_use]
pub fn cpu_per_number(lane: &LaneSummary) -> String {
    figure_or_dash(lane.ns_per_number.map(|ns| format!("{ns:.0} ns")))
}

/// Memory of a lane at its peak so far.
#[must_use]
pub fn peak_memory(peak: &LaneCounts, tasks: u32) -> String {
    let resident = format_count(peak.resident.into());
    format!("{resident} of {} · {} at most", format_task_count(tasks.into()), format_bytes(peak.resident_bytes))
}

/// Tasks that have finished.
#[must_use]
pub fn finished_tasks(n: u32) -> String {
    format!("{} finished", format_count(n.into()))
}

/// Private memory and PSS, as measured.
#[must_use]
pub fn private_memory(lane: &LaneSummary) -> String {
    let pss = figure_or_dash(lane.peak_pss_bytes.map(format_bytes));
    format!("private {} · PSS {pss}", private_memory_text(lane.peak_private()))
}

/// Use of the cores by the lane, and by other programs if they took much.
#[must_use]
pub fn core_use(lane: &LaneSummary) -> Vec<String> {
    if is_core_use_too_short(lane) {
        return vec!["too short to tell".into()];
    }
    let own = format!("{} used", figure_or_dash(lane.utilization.map(percent)));
    let used = match lane.disturbance() {
        Some(share) => format!("{own}, {} by others", percent(share)),
        None => own.clone(),
    };
    let (stall, tail) = (lane.stall_core_s, lane.idle_tail_core_s);
    vec![
        format!("{used} · stall {stall:.1} core-s · tail {tail:.1} core-s"),
        format!("{used} · stall {stall:.1} core-s"),
        // The stall may be the reason of the difference.
        format!("{own} · stall {stall:.1} core-s"),
        own,
    ]
}

/// Whether the CPU time of a finished lane is known, but does not fit its short makespan.
fn is_core_use_too_short(lane: &LaneSummary) -> bool {
    lane.utilization.is_none() && lane.status.is_some() && lane.cpu_s.is_some_and(|cpu| cpu > 0.0)
}

/// Number of cores with their utilization.
#[must_use]
pub fn core_count(lane: &LaneSummary) -> String {
    match lane.utilization {
        Some(used) => format!("{}, {} used", lane.cores.len(), percent(used)),
        None if is_core_use_too_short(lane) => format!("{}, too short to tell", lane.cores.len()),
        None => lane.cores.len().to_string(),
    }
}

/// Core time idle while tasks were queued.
#[must_use]
pub fn stalled_core_time(lane: &LaneSummary) -> String {
    format!("{:.1} core-s idle while tasks queued", lane.stall_core_s)
}

/// Core time in core-seconds.
#[must_use]
pub fn core_seconds(s: Option<f64>) -> String {
    figure_or_dash(s.map(|s| format!("{s:.1} core-s")))
}

/// Time in I/O, of all workers.
#[must_use]
pub fn io_time(lane: &LaneSummary) -> String {
    format!("{} in I/O, all workers", format_seconds(lane.io_blocked_s))
}

/// Time that the workers spent in I/O, its share of workers × makespan, and CPU time per number.
#[must_use]
pub fn time_in_io_and_cpu(lane: &LaneSummary) -> Vec<String> {
    let cpu = format!("{} CPU/number", cpu_per_number(lane));
    let lifetimes = f64::from(lane.workers) * lane.makespan_s.unwrap_or(0.0);
    if lane.io_blocked_s <= 0.0 || lifetimes <= 0.0 {
        return vec![format!("no I/O · {cpu}"), "no I/O".into()];
    }
    let io = format!("{} in I/O", format_seconds(lane.io_blocked_s));
    let share = format!("{} of the time", percent((lane.io_blocked_s / lifetimes).min(1.0)));
    vec![format!("{io} · {share} · {cpu}"), format!("{io} · {share}"), io]
}

/// CPU time in total and per number.
#[must_use]
pub fn cpu_time(lane: &LaneSummary) -> String {
    let all = figure_or_dash(lane.cpu_s.map(format_seconds));
    match lane.ns_per_number {
        Some(ns) => format!("{all}, {ns:.0} ns per number"),
        None => all,
    }
}

/// Forced context switches and run-queue delay.
#[must_use]
pub fn context_switches(lane: &LaneSummary) -> String {
    let forced = figure_or_dash(lane.involuntary_switches.map(format_count));
    let delay = figure_or_dash(lane.run_queue_delay_s.map(format_seconds));
    format!("{forced} forced, {delay} waiting for a core")
}

/// Processes or threads and the time to start them.
#[must_use]
pub fn startup_figures(lane: &LaneSummary) -> Vec<String> {
    let time = figure_or_dash(lane.startup_s.map(|s| format_duration((s * 1e9) as u64)));
    let n = lane.workers.into();
    let workers = if lane.mode == Mode::Threads { number_of_threads(n) } else { number_of_processes(n) };
    let short = format!("{} in {time}", format_count(n));
    match lane.workers_replaced {
        0 => vec![format!("{workers} in {time}"), short],
        replaced => vec![format!("{workers} in {time} · {} replaced", format_count(replaced.into())), short],
    }
}

/// Workers and the time to start them, for tables.
#[must_use]
pub fn worker_startup(lane: &LaneSummary) -> String {
    let workers = number_of_workers(lane.workers.into());
    match lane.startup_s {
        Some(s) => format!("{workers} in {}", format_duration((s * 1e9) as u64)),
        None => workers,
    }
}

/// Outcomes of the tasks.
#[must_use]
pub fn task_outcomes(lane: &LaneSummary) -> String {
    let TaskTotals { finished, failed, lost, abandoned, .. } = lane.tasks;
    let done = format!("{} done", format_count(finished.into()));
    // A program ends workers with their tasks.
    let unfinished = if lane.program.is_some() { "not finished" } else { "never run" };
    let others = missing_tasks(&[(failed, "failed"), (lost, "lost"), (abandoned, unfinished)]);
    std::iter::once(done).chain(others).collect::<Vec<_>>().join(" · ")
}

fn missing_tasks(counts: &[(u32, &str)]) -> Vec<String> {
    counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", format_count((*n).into()))).collect()
}

/// The sum, and whether it is correct.
#[must_use]
pub fn sum_and_correctness(lane: &LaneSummary) -> Vec<String> {
    if lane.is_simulated() {
        return vec!["none: simulated, not run".into(), "simulated".into()];
    }
    let Some(sum) = lane.result else {
        let TaskTotals { failed, lost, abandoned, .. } = lane.tasks;
        let missing = missing_tasks(&[(lost, "lost"), (failed, "failed"), (abandoned, "never run")]).join(", ");
        return vec![format!("incomplete: {missing}"), missing];
    };
    let sum = format_count(sum.unsigned_abs());
    match lane.correct {
        Some(true) => vec![format!("{sum} · correct"), "correct".into()],
        _ => vec![format!("WRONG: {sum}")],
    }
}

/// The sum, and whether it is correct, for tables.
#[must_use]
pub fn sum_cell(lane: &LaneSummary) -> String {
    match lane.result {
        None if lane.is_simulated() => "simulated".into(),
        None => "incomplete".into(),
        Some(sum) => format!("{} · {}", format_count(sum.unsigned_abs()), correctness_word(lane)),
    }
}

/// How a lane ended, with its sum and whether it is correct.
#[must_use]
pub fn result_of_lane(status: LaneStatus, finished: u32, all: u32, result: Option<(i64, bool)>) -> Vec<String> {
    let (status, finished, all) = (status.name(), format_count(finished.into()), format_task_count(all.into()));
    let outcome = format!("{status}: {finished} of {all} done");
    let with_sum = result.map(|(sum, correct)| {
        let sum = format_count(sum.unsigned_abs());
        if correct {
            format!("{status}: {finished} of {all} done · the sum is {sum}, which is correct")
        } else {
            format!("{status}: {finished} of {all} done · the sum is {sum}, which is wrong")
        }
    });
    with_sum.into_iter().chain([outcome]).collect()
}

/// Whether the sum is correct; a program has none.
#[must_use]
pub fn correctness_word(lane: &LaneSummary) -> &'static str {
    match lane.correct {
        None if lane.program.is_some() => "–",
        None if lane.is_simulated() => "simulated",
        None => "incomplete",
        Some(true) => "correct",
        Some(false) => "WRONG",
    }
}

/// The makespan, for tables.
#[must_use]
pub fn makespan_cell(lane: &LaneSummary) -> String {
    elapsed_or_unknown(lane.makespan_s)
}

/// Mark beside the figure that explains the verdict.
#[must_use]
pub fn cause_mark() -> String {
    "◄ why".into()
}

/// Number of rows that are not displayed for lack of space.
#[must_use]
pub fn more_rows_text(n: u16) -> String {
    format!("+{n} more")
}
