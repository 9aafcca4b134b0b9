//! The rows of the table and of the Markdown report.

use super::Report;
use crate::event::units::{self, bytes, count, duration, elapsed, seconds};
use crate::event::{Mode, Run};
use crate::model::{LaneSummary, TaskTotals};

/// A row: its label and one text per lane.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) lanes: Vec<String>,
}

/// The workload in one line.
pub(super) fn headline(run: &Run) -> String {
    let (numbers, tasks) = (count(run.workload.numbers), units::tasks(run.workload.tasks.into()));
    format!("sum of {numbers} numbers · {tasks} · {} · cores {}", run.workload.io_label(), run.cores.name())
}

/// The modes, and whether figures are medians.
pub(super) fn heading(report: &Report) -> Row {
    let name = if report.runs.len() > 1 { "median" } else { "" };
    Row { name, lanes: report.lanes.iter().map(|lane| lane.mode.name().to_uppercase()).collect() }
}

/// All rows, the most important first.
pub(super) fn rows(report: &Report) -> Vec<Row> {
    type Figure = fn(&LaneSummary) -> String;
    let figures: [(&'static str, Figure); 12] = [
        ("time", time),
        ("start-up", startup),
        ("queue", queue),
        ("memory", memory),
        ("measured", private_memory),
        ("cores", cores),
        ("stall", stall),
        ("I/O", io),
        ("CPU", cpu),
        ("switches", switches),
        ("tasks", tasks),
        ("result", result),
    ];
    let row = |(name, figure): (&'static str, Figure)| Row { name, lanes: report.lanes.iter().map(figure).collect() };
    let mut rows: Vec<Row> = figures.into_iter().map(row).collect();
    if report.ranges.iter().any(Option::is_some) {
        let lanes = report.ranges.iter().map(|range| or_dash(range.map(|(min, max)| between(min, max)))).collect();
        rows.insert(1, Row { name: "", lanes });
    }
    rows
}

const UNKNOWN: &str = "–";

fn or_dash(text: Option<String>) -> String {
    text.unwrap_or_else(|| UNKNOWN.into())
}

fn time(lane: &LaneSummary) -> String {
    or_dash(lane.makespan_s.map(elapsed))
}

fn between(min: f64, max: f64) -> String {
    format!("{} to {}", elapsed(min), elapsed(max))
}

fn startup(lane: &LaneSummary) -> String {
    let workers = format!("{} worker{}", count(lane.workers.into()), if lane.workers == 1 { "" } else { "s" });
    lane.startup_s.map_or(workers.clone(), |s| format!("{workers} in {}", duration((s * 1e9) as u64)))
}

fn queue(lane: &LaneSummary) -> String {
    if lane.mode == Mode::Process {
        return "nobody waits: a process each".into();
    }
    let mean = lane.mean_queue.map(|mean| format!(", {mean:.1} on average")).unwrap_or_default();
    format!("at most {}{mean}", count(lane.peak_queue.into()))
}

fn memory(lane: &LaneSummary) -> String {
    let (peak, all) = (count(lane.peak_resident_tasks.into()), units::tasks(lane.tasks.submitted.into()));
    format!("{peak} of {all} · {}", bytes(lane.peak_resident_bytes))
}

fn private_memory(lane: &LaneSummary) -> String {
    let figure = |bytes_of: Option<u64>| or_dash(bytes_of.map(bytes));
    format!("private {} · PSS {}", figure(lane.peak_private_bytes), figure(lane.peak_pss_bytes))
}

fn cores(lane: &LaneSummary) -> String {
    let used = lane.utilization.map(|used| format!(", {:.0} % used", 100.0 * used)).unwrap_or_default();
    format!("{}{used}", lane.cores.len())
}

fn stall(lane: &LaneSummary) -> String {
    format!("{:.1} core-s idle beside a queue", lane.stall_core_s)
}

fn io(lane: &LaneSummary) -> String {
    format!("{} waited, all workers", seconds(lane.io_blocked_s))
}

fn cpu(lane: &LaneSummary) -> String {
    let each = lane.ns_per_number.map(|ns| format!(", {ns:.0} ns a number")).unwrap_or_default();
    format!("{}{each}", or_dash(lane.cpu_s.map(seconds)))
}

fn switches(lane: &LaneSummary) -> String {
    let forced = or_dash(lane.involuntary_switches.map(count));
    let waited = or_dash(lane.run_queue_delay_s.map(seconds));
    format!("{forced} forced, {waited} without a core")
}

fn tasks(lane: &LaneSummary) -> String {
    let TaskTotals { finished, failed, lost, abandoned, .. } = lane.tasks;
    let named = [(finished, "done"), (failed, "failed"), (lost, "lost"), (abandoned, "never run")];
    let said: Vec<_> = named.iter().filter(|(n, what)| *n > 0 || *what == "done").collect();
    said.iter().map(|(n, what)| format!("{} {what}", count((*n).into()))).collect::<Vec<_>>().join(" · ")
}

fn result(lane: &LaneSummary) -> String {
    let verdict = if lane.correct == Some(true) { "correct" } else { "WRONG" };
    lane.result.map_or("incomplete".into(), |sum| format!("{} · {verdict}", count(sum.unsigned_abs())))
}
