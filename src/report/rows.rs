//! The figures that a person reads first, in words: the rows of the table and of the Markdown report.

use super::Report;
use crate::event::Status;
use crate::model::LaneSummary;
use crate::units::{bytes, count, duration, seconds};

/// A row's name, and how a lane's entry in it is made.
type Row = (&'static str, fn(&LaneSummary) -> String);

const ROWS: [Row; 12] = [
    ("status", status),
    ("makespan", |lane| time(lane.makespan_s)),
    ("start-up", |lane| lane.startup_s.map_or("–".into(), |s| duration((s * 1e9) as u64))),
    ("CPU time", |lane| time(lane.cpu_s)),
    ("cores used", |lane| {
        lane.utilization.map_or("–".into(), |used| format!("{:.0} % of {}", used * 100.0, lane.cores.len()))
    }),
    ("a number took", |lane| lane.ns_per_number.map_or("–".into(), |ns| format!("{ns:.1} ns"))),
    ("stall", |lane| format!("{:.2} core-s ({:.2} by I/O)", lane.stall_core_s, lane.stall_io_core_s)),
    ("in I/O", |lane| seconds(lane.io_blocked_s)),
    ("queue", |lane| format!("{} tasks at most", count(lane.peak_queue.into()))),
    ("tasks in memory", |lane| {
        format!(
            "{} of {}, {}",
            count(lane.peak_resident_tasks.into()),
            count(lane.tasks.submitted.into()),
            bytes(lane.peak_resident_bytes)
        )
    }),
    ("private · PSS", |lane| format!("{} · {}", size(lane.peak_private_bytes), size(lane.peak_pss_bytes))),
    ("result", |lane| lane.result.map_or("incomplete".into(), |sum| sum.to_string())),
];

fn time(s: Option<f64>) -> String {
    s.map_or("–".into(), seconds)
}

fn size(n: Option<u64>) -> String {
    n.map_or("–".into(), bytes)
}

fn status(lane: &LaneSummary) -> String {
    let tasks = &lane.tasks;
    match lane.status {
        Status::Finished if lane.correct == Some(true) => "finished, correct".into(),
        Status::Finished => "finished, WRONG".into(),
        Status::Failed => format!("{} lost, {} failed, {} never run", tasks.lost, tasks.failed, tasks.abandoned),
        Status::Cancelled => format!("cancelled, {} of {} done", tasks.finished, tasks.submitted),
    }
}

/// The head: a column for each lane.
pub(super) fn head(report: &Report) -> Vec<String> {
    let lanes = report.lanes.iter().map(|lane| {
        let workers = if lane.workers == 1 { "worker" } else { "workers" };
        format!("{}, {} {workers}", lane.mode.name(), count(lane.workers.into()))
    });
    std::iter::once(String::new()).chain(lanes).collect()
}

/// The rows: the name of the figure, and an entry for each lane.
pub(super) fn body(report: &Report) -> impl Iterator<Item = Vec<String>> {
    ROWS.iter().map(|(name, entry)| std::iter::once((*name).into()).chain(report.lanes.iter().map(entry)).collect())
}

/// What was run, in one line.
pub(super) fn title(report: &Report) -> String {
    let work = &report.run.workload;
    let repeats = if report.runs.len() > 1 { format!(" · medians of {}", report.runs.len()) } else { String::new() };
    let io = if work.io == 0 { String::new() } else { format!(" · I/O {} × {} a task", work.io, io(report)) };
    let (numbers, tasks) = (count(work.numbers), count(work.tasks.into()));
    format!("sum of {numbers} numbers · {tasks} tasks{io} · cores {}{repeats}", report.run.cores.name())
}

fn io(report: &Report) -> String {
    let work = &report.run.workload;
    match work.io_kind {
        crate::workload::IoKind::Disk => "disk".into(),
        kind => format!("{} {}", kind.name(), duration(work.io_latency_ns)),
    }
}
