//! Single workers and lists of workers and tasks.

use std::ops::Range;

use super::{figure_or_dash, number_of_workers};
use crate::event::units::format_bytes;
use crate::event::{Exit, SlotId, WorkerId};
use crate::system::signals;
use crate::text;

/// How a process ended.
#[must_use]
pub fn exit_text(exit: Exit) -> String {
    match exit {
        Exit::Signal(signal) => text!("killed-by", signal = signals::name(signal)),
        Exit::Code(code) => text!("ended-with-code", code = code.to_string()),
        Exit::Unknown => text!("worker-is-gone").into(),
    }
}

/// A worker that the program ended, in a table.
#[must_use]
pub fn ended_by_program_cell() -> String {
    text!("cell-ended-by-program").into()
}

/// How and when a worker ended.
pub(super) fn how_worker_ended(worker: &str, exit: Option<Exit>, at: &str) -> String {
    match exit {
        Some(Exit::Signal(signal)) => {
            text!("worker-killed-by", worker = worker, signal = signals::name(signal), time = at)
        }
        Some(Exit::Code(code)) => {
            text!("worker-ended-with-code", worker = worker, code = code.to_string(), time = at)
        }
        None => text!("worker-died", worker = worker, time = at),
        Some(Exit::Unknown) => text!("worker-gone-at", worker = worker, time = at),
    }
}

/// A slot has had no worker.
#[must_use]
pub fn no_worker_yet() -> String {
    text!("no-worker-yet").into()
}

/// The selected slot of a lane has had no worker.
#[must_use]
pub fn slot_without_worker(lane: &str, slot: SlotId) -> Vec<String> {
    vec![text!("slot-without-worker", lane = lane, slot = slot.to_string())]
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
        WorkerHolding::Nothing => text!("holding-nothing").into(),
        WorkerHolding::Task { number, io: None } if figures.in_locks.is_some() => number.clone(),
        WorkerHolding::Task { number, io: None } => text!("holding-task", task = number.as_str()),
        WorkerHolding::Task { number, io: Some((n, all)) } => {
            text!("holding-task-in-io", task = number.as_str(), n = *n, all = *all)
        }
        WorkerHolding::EndedByProgram(at) => text!("holding-ended-by-program", time = at.as_str()),
        WorkerHolding::Ended(how, at, _) => text!("holding-ended", exit = exit_text(*how), time = at.as_str()),
    };
    let in_python = match &figures.holding {
        WorkerHolding::Ended(_, _, in_python) => &in_python[..],
        _ => &[],
    };
    let blocked = match &figures.in_locks {
        Some(in_locks) => text!("worker-blocked", time = in_io.as_str(), locks = in_locks.as_str()),
        None => text!("worker-in-io", time = in_io.as_str()),
    };
    let short_name = format!("w{worker} · pid {pid} · {holding}");
    let name = format!("{lane} {short_name}");
    let (worker, on_core, blocked, private) = (name.as_str(), on_core.as_str(), blocked.as_str(), private.as_str());
    let texts = [
        text!(
            "worker-figures",
            worker = worker,
            on_core = on_core,
            delay = delay,
            blocked = blocked,
            private = private,
        ),
        text!("worker-figures-short", worker = worker, on_core = on_core, blocked = blocked, private = private),
        text!("worker-figures-shorter", worker = short_name.as_str(), on_core = on_core, blocked = blocked),
        short_name,
    ];
    in_python.iter().map(|python| format!("{name} · {python}")).chain(texts).collect()
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
        None => text!("cell-alive").into(),
        Some(None) => text!("cell-ended").into(),
        Some(Some(Exit::Code(code))) => text!("cell-code", code = code.to_string()),
        Some(Some(Exit::Unknown)) => text!("worker-is-gone").into(),
        Some(Some(Exit::Signal(signal))) => signals::name(signal),
    }
}

/// Voluntary and involuntary context switches of a worker.
#[must_use]
pub fn switches_cell(voluntary: u64, involuntary: u64) -> String {
    text!("cell-switches", own = voluntary, forced = involuntary)
}

/// Time slices of a worker that has not ended.
#[must_use]
pub fn timeslices_cell(so_far: Option<u64>) -> String {
    figure_or_dash(so_far.map(|n| text!("cell-timeslices-so-far", n = n)))
}

/// Which of a slot's workers are visible.
#[must_use]
pub fn workers_shown(shown: &Range<usize>, all: usize) -> String {
    match all {
        0 => no_worker_yet(),
        _ if shown.start == 0 => number_of_workers(all as u64),
        _ => {
            let (first, last) = (shown.start + 1, shown.end);
            text!("shown-of", first = first, last = last, workers = number_of_workers(all as u64))
        }
    }
}

/// Numbers of the visible entries of a list, from 1: `none`, `3` or `1–9`.
fn visible_numbers(shown: &Range<usize>) -> String {
    match shown.len() {
        0 => text!("none-shown").into(),
        1 => shown.end.to_string(),
        _ => format!("{}–{}", shown.start + 1, shown.end),
    }
}

/// Which workers of a sorted list are visible.
#[must_use]
pub fn worker_list_position(shown: &Range<usize>, all: usize, order: &str) -> Vec<String> {
    let shown = visible_numbers(shown);
    vec![
        text!("workers-shown-ordered", shown = shown.as_str(), all = all, order = order),
        text!("workers-shown", shown = shown.as_str(), all = all),
    ]
}

/// Which threads of a cluster are visible in a list, with and without its order.
#[must_use]
pub fn thread_list_position(shown: &Range<usize>, all: usize, order: &str) -> Vec<String> {
    let shown = visible_numbers(shown);
    vec![
        text!("threads-shown-ordered", shown = shown.as_str(), all = all, order = order),
        text!("threads-shown", shown = shown.as_str(), all = all),
    ]
}

/// Which tasks of a list are visible, newest first.
#[must_use]
pub fn task_list_position(shown: &Range<usize>, all: usize) -> Vec<String> {
    let shown = visible_numbers(shown);
    vec![
        text!("tasks-shown-newest-first", shown = shown.as_str(), all = all),
        text!("tasks-shown", shown = shown.as_str(), all = all),
    ]
}

/// How many of all workers are displayed as tiles.
#[must_use]
pub fn tiles_shown(shown: u32, all: u32) -> Vec<String> {
    let (long, short) = (text!("tiles-shown", shown = shown, all = all), text!("tasks-of-all", n = shown, all = all));
    vec![format!(" {long} "), format!(" {short} ")]
}

/// How many workers share a tile.
#[must_use]
pub fn workers_per_tile(n: u32) -> Vec<String> {
    vec![format!(" {} ", text!("workers-per-tile", n = n)), format!(" {} ", text!("workers-per-tile-short", n = n))]
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
        Some(task) => text!("death-and-lost-task", death = end, task = task.as_str()),
        None => end,
    };
    let long = with_loss(how_worker_ended(&format!("{lane}: w{worker} (pid {pid})"), death.exit, at));
    let name = format!("{lane}: w{worker}");
    let texts = [
        match death.replacement {
            Some(id) => text!("death-and-replacement", death = long, worker = id.to_string()),
            None => long,
        },
        with_loss(how_worker_ended(&name, death.exit, at)),
        with_loss(how_worker_ended(&name, None, at)),
    ];
    // The briefest is for small screens only.
    let (usual, brief) = death.in_python.split_at(death.in_python.len().min(3));
    let with = |all: &[String]| {
        let joined = texts.iter().flat_map(|text| all.iter().map(move |python| format!("{text} · {python}")));
        joined.collect::<Vec<_>>()
    };
    with(usual).into_iter().chain(with(brief)).chain(texts.clone()).collect()
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
        text!("end-program-question").into(),
        text!("end-program-question-short").into(),
        text!("end-program-question-shortest").into(),
    ]
}

/// The question whether to kill a worker.
#[must_use]
pub fn kill_question(worker: WorkerId, pid: Option<u32>, loss: &KillLoss) -> Vec<String> {
    let (worker, pid) = (worker.to_string(), figure_or_dash(pid));
    let (worker, pid) = (worker.as_str(), pid.as_str());
    let loss = match loss {
        KillLoss::AllThreads => text!("loss-of-all-threads").into(),
        KillLoss::Task(task, 0) => text!("loss-of-task", task = task.as_str()),
        KillLoss::Task(task, more) => text!("loss-of-tasks", task = task.as_str(), n = *more),
        KillLoss::Nothing => text!("loss-of-nothing").into(),
    };
    vec![
        text!("kill-question", worker = worker, pid = pid, loss = loss),
        text!("kill-question-short", worker = worker, pid = pid),
        text!("kill-question-shortest", worker = worker),
    ]
}
