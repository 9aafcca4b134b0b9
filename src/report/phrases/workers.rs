//! Single workers and lists of workers and tasks.

use std::ops::Range;

use super::{figure_or_dash, number_of_workers};
use crate::event::units::{format_bytes, format_count};
use crate::event::{Exit, SlotId, WorkerId};
use crate::system::signals;

/// How a process ended.
#[must_use]
pub fn exit_text(exit: Exit) -> String {
    match exit {
        Exit::Signal(signal) => format!("killed by {}", signals::name(signal)),
        Exit::Code(code) => format!("ended with code {code}"),
    }
}

/// A worker that the program ended, in a table.
#[must_use]
pub fn ended_by_program_cell() -> String {
    "ended".into()
}

/// How and when a worker ended.
pub(super) fn how_worker_ended(worker: &str, exit: Option<Exit>, at: &str) -> String {
    match exit {
        Some(Exit::Signal(signal)) => format!("{worker} was killed by {} at {at}", signals::name(signal)),
        Some(Exit::Code(code)) => format!("{worker} ended with code {code} at {at}"),
        None => format!("{worker} died at {at}"),
    }
}

/// A slot has had no worker.
#[must_use]
pub fn no_worker_yet() -> String {
    "no worker yet".into()
}

/// The selected slot of a lane has had no worker.
#[must_use]
pub fn slot_without_worker(lane: &str, slot: SlotId) -> Vec<String> {
    vec![format!("{lane}, slot {slot}: no worker yet")]
}

/// What a worker holds, or how it ended.
#[derive(Clone, Debug)]
pub enum WorkerHolding {
    Nothing,
    /// A task, as displayed, with its current or last I/O operation and the number of its operations.
    Task {
        number: String,
        io: Option<(u32, u32)>,
    },
    /// How it ended, when, and what a Python program would meet if it died.
    Ended(Exit, String, Vec<String>),
    /// When its pool ended it.
    EndedByProgram(String),
}

/// A worker's resource usage; times are formatted as displayed.
#[derive(Clone, Debug)]
pub struct WorkerFigures<'a> {
    pub lane: &'a str,
    pub worker: WorkerId,
    pub pid: Option<u32>,
    pub holding: WorkerHolding,
    pub on_core: Option<String>,
    pub run_queue_delay: Option<String>,
    /// Time in I/O; of a watched program, time blocked.
    pub in_io: String,
    /// The part of that time in locks; none for mpviz's own workload.
    pub in_locks: Option<String>,
    pub private_bytes: Option<u64>,
}

/// A worker in one line.
#[must_use]
pub fn worker_figures(figures: &WorkerFigures) -> Vec<String> {
    let WorkerFigures { lane, worker, in_io, .. } = figures;
    let (pid, private) = (figure_or_dash(figures.pid), figure_or_dash(figures.private_bytes.map(format_bytes)));
    let (on_core, delay) = (figure_or_dash(figures.on_core.as_ref()), figure_or_dash(figures.run_queue_delay.as_ref()));
    let holding = match &figures.holding {
        WorkerHolding::Nothing => "no task".into(),
        WorkerHolding::Task { number, io: None } if figures.in_locks.is_some() => number.clone(),
        WorkerHolding::Task { number, io: None } => format!("task {number}"),
        WorkerHolding::Task { number, io: Some((n, of)) } => format!("task {number}, I/O {n} of {of}"),
        WorkerHolding::EndedByProgram(at) => format!("ended by the program at {at}"),
        WorkerHolding::Ended(how, at, _) => format!("{} at {at}", exit_text(*how)),
    };
    let in_python = match &figures.holding {
        WorkerHolding::Ended(_, _, in_python) => &in_python[..],
        _ => &[],
    };
    let blocked = match &figures.in_locks {
        Some(in_locks) => format!("{in_io} blocked ({in_locks} in locks)"),
        None => format!("{in_io} in I/O"),
    };
    let texts = [
        format!(
            "{lane} w{worker} · pid {pid} · {holding} · {on_core} on a core, {delay} waiting for one, {blocked} · \
             private {private}"
        ),
        format!("{lane} w{worker} · pid {pid} · {holding} · {on_core} on a core, {blocked} · private {private}"),
        format!("w{worker} · pid {pid} · {holding} · {on_core} on a core, {blocked}"),
        format!("w{worker} · pid {pid} · {holding}"),
    ];
    let with_python = in_python.iter().map(|python| format!("{lane} w{worker} · pid {pid} · {holding} · {python}"));
    with_python.chain(texts).collect()
}

/// Number of a worker and the id of its process.
#[must_use]
pub fn worker_and_pid(worker: WorkerId, pid: u32) -> String {
    format!("w{worker}  pid {pid}")
}

/// How a worker ended, for tables. `ended` is none while it runs; the inner value is its exit, if known.
#[must_use]
pub fn worker_exit_cell(ended: Option<Option<Exit>>) -> String {
    match ended {
        None => "alive".into(),
        Some(None) => "ended".into(),
        Some(Some(Exit::Code(code))) => format!("code {code}"),
        Some(Some(Exit::Signal(signal))) => signals::name(signal),
    }
}

/// Voluntary and involuntary context switches of a worker.
#[must_use]
pub fn switches_cell(voluntary: u64, involuntary: u64) -> String {
    format!("{} own, {} forced", format_count(voluntary), format_count(involuntary))
}

/// Time slices of a worker that has not ended.
#[must_use]
pub fn timeslices_cell(so_far: Option<u64>) -> String {
    figure_or_dash(so_far.map(|n| format!("{} so far", format_count(n))))
}

/// Which of a slot's workers are visible.
#[must_use]
pub fn workers_shown(shown: &Range<usize>, all: usize) -> String {
    match all {
        0 => no_worker_yet(),
        _ if shown.start == 0 => number_of_workers(all as u64),
        _ => format!("showing {}–{} of {}", shown.start + 1, shown.end, number_of_workers(all as u64)),
    }
}

/// Numbers of the visible entries of a list, from 1: `none`, `3` or `1–9`.
fn visible_numbers(shown: &Range<usize>) -> String {
    match shown.len() {
        0 => "none".into(),
        1 => shown.end.to_string(),
        _ => format!("{}–{}", shown.start + 1, shown.end),
    }
}

/// Which workers of a sorted list are visible.
#[must_use]
pub fn worker_list_position(shown: &Range<usize>, all: usize, order: &str) -> Vec<String> {
    let position = format!("showing {} of {} workers", visible_numbers(shown), format_count(all as u64));
    vec![format!("{position}, by {order}"), position]
}

/// Which tasks of a list are visible, newest first.
#[must_use]
pub fn task_list_position(shown: &Range<usize>, all: usize) -> Vec<String> {
    let position = format!("showing {} of {} tasks", visible_numbers(shown), format_count(all as u64));
    vec![format!("{position}, newest first"), position]
}

/// How many of all workers are displayed as tiles.
#[must_use]
pub fn tiles_shown(shown: u32, all: u32) -> Vec<String> {
    let (shown, all) = (format_count(shown.into()), format_count(all.into()));
    vec![format!(" showing {shown} of {all} workers "), format!(" {shown} of {all} ")]
}

/// How many workers share a tile.
#[must_use]
pub fn workers_per_tile(n: u32) -> Vec<String> {
    vec![format!(" 1 cell = {n} workers "), format!(" 1 cell = {n} ")]
}

/// The death of a worker, with its consequences.
#[derive(Clone, Debug)]
pub struct Death<'a> {
    pub lane: &'a str,
    pub worker: WorkerId,
    pub pid: Option<u32>,
    pub exit: Option<Exit>,
    /// Time of the death, as displayed.
    pub at: &'a str,
    /// The task that was lost, as displayed.
    pub lost: Option<String>,
    pub replacement: Option<WorkerId>,
    /// What a Python program would meet, longest first.
    pub in_python: Vec<String>,
}

/// Describes the death of a worker.
#[must_use]
pub fn describe_death(death: &Death) -> Vec<String> {
    let Death { lane, worker, pid, at, .. } = death;
    let pid = figure_or_dash(*pid);
    let with_loss = |end: String| match &death.lost {
        Some(task) => format!("{end} · task {task} is lost"),
        None => end,
    };
    let long = with_loss(how_worker_ended(&format!("{lane}: w{worker} (pid {pid})"), death.exit, at));
    let name = format!("{lane}: w{worker}");
    let texts = [
        match death.replacement {
            Some(id) => format!("{long} · replaced by w{id}"),
            None => long,
        },
        with_loss(how_worker_ended(&name, death.exit, at)),
        with_loss(how_worker_ended(&name, None, at)),
    ];
    let with_python =
        texts.iter().flat_map(|text| death.in_python.iter().map(move |python| format!("{text} · {python}")));
    with_python.chain(texts.clone()).collect()
}

/// What would be lost if a worker were killed.
#[derive(Clone, Debug)]
pub enum KillLoss {
    /// Every thread of the worker's process.
    AllThreads,
    /// Its task, as displayed, and this many more of its record.
    Task(String, u32),
    Nothing,
}

/// The question whether the watched program is to end with mpviz.
#[must_use]
pub fn end_program_question() -> Vec<String> {
    vec![
        "The program is running. End it?   y end it · l leave it running · any other key: stay".into(),
        "End the program?   y end it · l leave it running · other key: stay".into(),
        "End the program? y end · l leave it".into(),
    ]
}

/// The question whether to kill a worker.
#[must_use]
pub fn kill_question(worker: WorkerId, pid: Option<u32>, loss: &KillLoss) -> Vec<String> {
    let pid = figure_or_dash(pid);
    let loss = match loss {
        KillLoss::AllThreads => "All threads of the process and their tasks will be lost.".into(),
        KillLoss::Task(task, 0) => format!("Its task {task} will be lost."),
        KillLoss::Task(task, more) => format!("Its task {task} and {more} more will be lost."),
        KillLoss::Nothing => "It holds no task now.".into(),
    };
    vec![
        format!("Kill w{worker} (pid {pid})? {loss}   y kill · any other key: no"),
        format!("Kill w{worker} (pid {pid})?   y kill · any other key: no"),
        format!("Kill w{worker}? y kill · other key: no"),
    ]
}
