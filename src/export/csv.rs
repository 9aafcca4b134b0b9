//! CSV: one line per task, after a header line.

use std::io;

use ::csv::Writer;

use super::exact_seconds;
use super::task_cpu_times::TaskCpuTimes;
use crate::event::{Nanos, TaskId};
use crate::model::{Lane, Model, TaskOutcome, Worker};
use crate::report::csv::text_cell;
use crate::report::phrases;

/// Times are in seconds since the lane's time zero; `spent_` columns are durations in seconds. A cell is empty if the
/// event did not happen.
const CSV_COLUMNS: [&str; 21] = [
    "lane",
    "mode",
    "task",
    "submitted_s",
    "taken_s",
    "started_s",
    "loaded_s",
    "ended_s",
    "released_s",
    "outcome",
    "worker",
    "slot",
    "pid",
    "payload_bytes",
    "spent_queued_s",
    "spent_loading_s",
    "spent_computing_s",
    "spent_in_io_s",
    "cpu_loading_s",
    "cpu_adding_s",
    "lane_workers",
];

/// Columns for the tasks of watched programs.
const PROGRAM_COLUMNS: [&str; 3] = ["title", "function", "items"];

/// Writes every task as CSV (RFC 4180).
pub fn write(model: &Model, cpu_times: &TaskCpuTimes, out: &mut impl io::Write) -> io::Result<()> {
    let mut writer = Writer::from_writer(out);
    let of_program = model.is_of_program();
    let more_columns = if of_program { &PROGRAM_COLUMNS[..] } else { &[] };
    writer.write_record(CSV_COLUMNS.iter().chain(more_columns))?;
    let end = model.ended_at().unwrap_or(model.newest_mark());
    for lane in model.lanes() {
        for task in lane.task_ids() {
            let more = of_program.then(|| program_cells(lane, task));
            writer.write_record(task_row(lane, task, end, cpu_times).into_iter().chain(more.into_iter().flatten()))?;
        }
    }
    writer.flush()
}

fn task_row(lane: &Lane, task: TaskId, end: Nanos, cpu_times: &TaskCpuTimes) -> [String; CSV_COLUMNS.len()] {
    let zero = lane.time_zero().unwrap_or(0);
    let since = |at: Option<Nanos>| optional_cell(at.map(|at| exact_seconds(at.saturating_sub(zero))));
    let length = |ns: Option<Nanos>| optional_cell(ns.map(exact_seconds));
    let times = lane.task_times(task).unwrap_or_default();
    let spent = lane.task_durations(task, end);
    // Loading, I/O, CPU times and arguments of a cluster's tasks are unknown.
    let is_measured = !lane.is_of_cluster();
    let cpu_time = is_measured.then(|| cpu_times.get(lane.id().index(), task));
    let lane_workers = if is_measured { lane.plan().workers } else { lane.slot_count() as u32 };
    let worker = times.worker.and_then(|worker| lane.worker(worker));
    [
        lane.id().to_string(),
        if lane.plan().is_simulated() { lane.plan().mode_name() } else { lane.plan().mode.name().into() },
        task.to_string(),
        since(times.submitted),
        since(times.taken),
        since(lane.task_reached_at(task)),
        since(times.loaded),
        since(times.ended),
        since(times.released),
        optional_cell(lane.task_outcome(task).map(TaskOutcome::name)),
        optional_cell(times.worker),
        optional_cell(worker.and_then(Worker::slot)),
        optional_cell(worker.and_then(Worker::pid)),
        optional_cell(times.loaded.filter(|_| is_measured).map(|_| times.bytes)),
        length(spent.queued),
        length(spent.loading.filter(|_| is_measured)),
        length(spent.computing),
        length(spent.in_io.filter(|_| is_measured)),
        length(cpu_time.map(|cpu| cpu.loading)),
        length(cpu_time.map(|cpu| cpu.adding)),
        lane_workers.to_string(),
    ]
}

fn program_cells(lane: &Lane, task: TaskId) -> [String; PROGRAM_COLUMNS.len()] {
    let function = lane.call_of(task).map(|call| text_cell(call.function.as_str()));
    let items = lane.items_of(task).map(|items| phrases::items_of_chunk(&items));
    [text_cell(&lane.name_in_run()), function.unwrap_or_default(), items.unwrap_or_default()]
}

fn optional_cell(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}
