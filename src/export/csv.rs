//! One line of comma-separated values for every task of every lane, under a line of names.

use std::io;

use ::csv::Writer;

use super::charges::Charges;
use super::seconds;
use crate::event::{Nanos, TaskId};
use crate::model::{Lane, Model, Outcome, Worker};

/// The columns. Times are in seconds since the lane's zero, `spent_` columns are lengths of time in seconds; what did not
/// happen is empty.
const COLUMNS: [&str; 20] = [
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
];

/// Writes every task as CSV (RFC 4180).
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(model: &Model, charges: &Charges, out: &mut impl io::Write) -> io::Result<()> {
    let mut writer = Writer::from_writer(out);
    writer.write_record(COLUMNS)?;
    let end = model.ended().unwrap_or(model.mark());
    for lane in model.lanes() {
        for task in lane.tasks() {
            writer.write_record(row(lane, task, end, charges))?;
        }
    }
    writer.flush()
}

fn row(lane: &Lane, task: TaskId, end: Nanos, charges: &Charges) -> [String; COLUMNS.len()] {
    let zero = lane.zero().unwrap_or(0);
    let since = |at: Option<Nanos>| some(at.map(|at| seconds(at.saturating_sub(zero))));
    let length = |ns: Option<Nanos>| some(ns.map(seconds));
    let times = lane.task_times(task).unwrap_or_default();
    let spent = lane.task_durations(task, end);
    let charge = charges.of(lane.id().index(), task);
    let by = times.worker.and_then(|worker| lane.worker(worker));
    [
        lane.id().to_string(),
        lane.plan().mode.name().into(),
        task.to_string(),
        since(times.submitted),
        since(times.taken),
        since(lane.turn(task)),
        since(times.loaded),
        since(times.ended),
        since(times.released),
        some(lane.outcome(task).map(Outcome::name)),
        some(times.worker),
        some(by.and_then(Worker::slot)),
        some(by.and_then(Worker::pid)),
        some(times.loaded.map(|_| times.bytes)),
        length(spent.queued),
        length(spent.loading),
        length(spent.computing),
        length(spent.in_io),
        seconds(charge.loading),
        seconds(charge.adding),
    ]
}

fn some(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}
