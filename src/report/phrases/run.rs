//! A run as a whole: its workload, which part of it is displayed, and doubts about it.

use super::command_name::{program_command, program_names};
use crate::event::text::SafeText;
use crate::event::units::{format_bytes, format_count, format_duration};
use crate::event::workload::{IoKind, StartMethod, Workload};
use crate::event::{LaneId, LanePlan, Mode, Nanos, Run};
use crate::model::{ObservationCost, lane_name};
use crate::text;

/// Delay of events, in ns, above which it is reported. A single busy core alone causes half of this delay.
const LATE_EVENT_THRESHOLD: Nanos = 100_000_000;

/// The I/O of a workload.
fn io_description(work: &Workload) -> String {
    match work.io_kind {
        _ if work.io == 0 => text!("io-off").into(),
        IoKind::Disk => text!("io-to-disk", n = work.io),
        IoKind::Sleep | IoKind::Net => {
            text!("io-of-task", n = work.io, latency = format_duration(work.io_latency_ns))
        }
    }
}

/// What the tasks do: the sum and its division or, if the viewer sized the tasks, what each of them takes.
fn work_description(work: &Workload) -> String {
    if work.per_task {
        let (n, size) = (work.tasks, task_size(work));
        return if work.skew == 0.0 {
            text!("tasks-of-size", n = n, size = size)
        } else {
            text!("tasks-averaging", n = n, size = size)
        };
    }
    let parts = [sum_of_numbers(work), tasks_of(work), io_description(work)].into_iter().chain(start_method_of(work));
    parts.collect::<Vec<_>>().join(" · ")
}

/// How Python starts processes, unless it forks them.
fn start_method_of(work: &Workload) -> Option<String> {
    let method = work.start_method;
    (!method.is_fork()).then(|| text!("start-method", method = method.name()))
}

fn sum_of_numbers(work: &Workload) -> String {
    text!("sum-of-numbers", numbers = format_count(work.numbers))
}

fn tasks_of(work: &Workload) -> String {
    super::number_of_tasks(work.tasks.into())
}

/// CPU time, payload and I/O of a task.
fn task_size(work: &Workload) -> String {
    let tasks = u64::from(work.tasks.max(1));
    let cpu =
        (work.cost_ns > 0).then(|| text!("cpu-of-task", time = format_duration(work.cost_ns * work.numbers / tasks)));
    let (n, latency) = (work.io, format_duration(work.io_latency_ns));
    let io = match work.io_kind {
        _ if n == 0 => text!("no-io").into(),
        IoKind::Disk => text!("disk-io-of-task", n = n),
        _ if n == 1 => text!("single-io-of-task", latency = latency),
        _ => text!("repeated-io-of-task", n = n, latency = latency),
    };
    let parts: Vec<_> = cpu.into_iter().chain([format_bytes(work.payload_bytes() / tasks), io]).collect();
    parts.join(", ")
}

/// The workload of a run.
#[must_use]
pub fn workload_description(run: &Run) -> String {
    match &run.workload {
        Some(work) => format!("{} · {}", work_description(work), policy_of(run)),
        None => program_command(run),
    }
}

fn policy_of(run: &Run) -> String {
    text!("core-policy", policy = run.cores.name())
}

/// The workload, longest text first; if the run has a note, it replaces the core policy in the longest text.
#[must_use]
pub fn workload_variants(run: &Run) -> Vec<String> {
    let Some(work) = &run.workload else { return program_names(run) };
    let (io, short_io) = (io_description(work), if work.io == 0 { text!("io-off") } else { text!("io-on") });
    let policy = policy_of(run);
    let tasks = match work.start_method {
        StartMethod::Fork => tasks_of(work),
        other => format!("{} · {}", tasks_of(work), other.name()),
    };
    let short = if work.numbers.is_multiple_of(1_000_000) {
        text!("millions-of-numbers", n = (work.numbers / 1_000_000).to_string())
    } else {
        text!("some-numbers", numbers = format_count(work.numbers))
    };
    let with_note = |note: &SafeText| {
        let described = work_description(work);
        let mut texts = vec![format!("{described} · {policy} · {note}"), format!("{described} · {note}")];
        texts.extend((!work.per_task).then(|| format!("{short} · {tasks} · {io} · {note}")));
        texts
    };
    let notes = run.notes.first().map(with_note).into_iter().flatten();
    if work.per_task {
        let texts = [workload_description(run), work_description(work), format!("{tasks} · {short_io}")];
        return notes.chain(texts).collect();
    }
    let texts = [
        workload_description(run),
        format!("{short} · {tasks} · {io} · {policy}"),
        format!("{short} · {tasks} · {io}"),
        format!("{short} · {tasks} · {short_io} · {policy}"),
        format!("{short} · {tasks} · {short_io}"),
        format!("{tasks} · {short_io}"),
    ];
    notes.chain(texts).collect()
}

/// The title of an exported run.
#[must_use]
pub fn run_title(run: &Run) -> String {
    let name = |plan: &LanePlan| lane_name(&plan.mode_name(), run.sweeps(plan).then_some(plan.workers), None);
    let lanes: Vec<String> = run.lanes.iter().map(name).collect();
    let what = run.workload.as_ref().map_or_else(|| program_command(run), work_description);
    format!("mpviz: {} · {what}", lanes.join(", "))
}

/// The picture of a moment is frozen while the run goes on. It is at `time`, or its lane of this name is, if lanes take
/// turns.
#[must_use]
pub fn frozen_picture(at: &str, lane: Option<&str>, time: &str) -> Vec<String> {
    let run = match lane {
        Some(lane) => text!("lane-goes-on", lane = lane, time = time),
        None => text!("run-goes-on", time = time),
    };
    let run = run.as_str();
    vec![
        text!("frozen-at", at = at, run = run),
        text!("frozen-at-short", run = run),
        text!("frozen-at-shortest", run = run),
    ]
}

/// The picture of a moment is frozen after the run.
#[must_use]
pub fn frozen_picture_of_ended_run(at: &str) -> Vec<String> {
    vec![
        text!("frozen-after-end", at = at),
        text!("frozen-after-end-short").into(),
        text!("frozen-after-end-shortest").into(),
    ]
}

/// A recording of this length, and which of its runs is displayed.
#[must_use]
pub fn recording_description(length: &str, (n, of): (usize, usize), run: &Run) -> Vec<String> {
    let workloads = workload_variants(run).into_iter();
    let recording = text!("recording-of-length", length = length);
    if of == 1 {
        return workloads.map(|workload| format!("{recording} · {workload}")).chain([recording.clone()]).collect();
    }
    let long = text!("run-of-recording", n = n, of = of);
    let texts = workloads.map(|workload| format!("{recording} · {long} · {workload}"));
    let shorter = [
        format!("{recording} · {}", text!("run-of-recording-short", n = n, of = of)),
        format!("{} · {length}", text!("run-of-recording-shortest", n = n, of = of)),
        format!("{} · {length}", text!("run-number-of", n = n, of = of)),
    ];
    texts.chain(shorter).collect()
}

/// Which lanes are displayed, with and without the key for the next ones.
#[must_use]
pub fn lanes_shown(shown: &[LaneId], lanes: usize) -> [String; 2] {
    let numbers = match shown {
        [] => return [(); 2].map(|()| text!("no-lane").into()),
        [only] => (only.0 + 1).to_string(),
        [first, .., last] if usize::from(last.0 - first.0) + 1 == shown.len() => {
            format!("{}–{}", first.0 + 1, last.0 + 1)
        }
        _ => shown.iter().map(|lane| (lane.0 + 1).to_string()).collect::<Vec<_>>().join(", "),
    };
    let shown = text!("lanes-shown", n = shown.len(), shown = numbers, lanes = lanes);
    [format!("{shown}, {}", text!("tab-next")), shown]
}

/// What compared runs have in common; `differing` is how they differ.
#[must_use]
pub fn side_by_side(runs: usize, run: &Run, differing: Option<&SafeText>) -> Vec<String> {
    let beside = text!("runs-side-by-side", runs = runs);
    let Some(differing) = differing else {
        // The command of a program is that of the first run alone.
        if run.program.is_some() {
            return vec![beside];
        }
        let texts = workload_variants(run).into_iter().map(|workload| format!("{beside} · {workload}"));
        return texts.chain([beside.clone()]).collect();
    };
    let Some(work) = &run.workload else { return vec![differing.to_string()] };
    let tasks = tasks_of(work);
    vec![
        format!("{beside} · {} · {tasks} · {differing}", sum_of_numbers(work)),
        format!("{beside} · {tasks} · {differing}"),
        format!("{tasks} · {differing}"),
        differing.to_string(),
    ]
}

/// A simulated lane is displayed beside a measured one.
#[must_use]
pub fn simulated_beside_measured(run: &Run) -> Vec<String> {
    let beside = text!("simulated-beside-measured");
    let texts = workload_variants(run).into_iter().map(|workload| format!("{beside} · {workload}"));
    texts.chain([beside.into()]).collect()
}

/// Reasons to doubt the picture.
#[must_use]
pub fn doubts_about_picture(observer: &ObservationCost) -> Vec<String> {
    let late = Some(observer.max_late_ns).filter(|late| *late > LATE_EVENT_THRESHOLD);
    let late = late.map(|late| text!("events-late", time = format_duration(late)));
    let held_up = observer.held_up().map(|time| text!("mpviz-held-up", time = format_duration(time)));
    let skipped = Some(observer.skipped_samples).filter(|skipped| *skipped > 0);
    let skipped = skipped.map(|skipped| text!("samples-skipped", n = skipped));
    [late, held_up, skipped].into_iter().flatten().collect()
}

/// What a run compares that a single core a lane cannot show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NeedForCores {
    Gil,
    /// A lane of mode `serial` beside others.
    Serial,
    /// Lanes with different numbers of workers.
    Workers,
    UnevenTasks,
}

/// The lanes take turns, because `lanes` lanes at a time would have too few cores each: none, or too few for `need`.
#[must_use]
pub fn lanes_take_turns(cores: usize, lanes: usize, need: Option<NeedForCores>) -> String {
    match need {
        None => text!("cores-cannot-be-split", cores = cores, lanes = lanes),
        Some(NeedForCores::Gil) => text!("turns-for-gil").into(),
        Some(NeedForCores::Serial) => text!("turns-for-serial").into(),
        Some(NeedForCores::Workers) => text!("turns-for-workers").into(),
        Some(NeedForCores::UnevenTasks) => text!("turns-for-uneven-tasks").into(),
    }
}

/// What lanes on a machine with one core cannot show.
#[must_use]
pub fn limits_of_one_core(need: Option<NeedForCores>) -> String {
    let text = match need {
        Some(NeedForCores::Gil) => text!("one-core-and-gil"),
        Some(NeedForCores::Serial) => text!("one-core-and-serial"),
        Some(NeedForCores::UnevenTasks) => text!("one-core-and-uneven-tasks"),
        Some(NeedForCores::Workers) | None => text!("one-core-and-workers"),
    };
    text.into()
}

/// With I/O, a pool whose workers run this many tasks one after the other is less than twice as slow as eager
/// processes.
#[must_use]
pub fn io_shows_little(rounds: u32) -> String {
    text!("io-shows-little", rounds = rounds)
}

/// The command that repeats a run, with words quoted for the shell where needed.
#[must_use]
pub fn command_to_repeat(command: &[SafeText]) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_=.,:/+%@".contains(c);
    let quoted = |word: &str| {
        if word.is_empty() || !word.chars().all(is_plain) {
            format!("'{}'", word.replace('\'', "'\\''"))
        } else {
            word.into()
        }
    };
    let words: Vec<_> = command.iter().map(|word| quoted(word.as_str())).collect();
    format!("Run it again: {}", words.join(" "))
}

/// The workers and queues of a lane.
#[must_use]
pub fn workers_and_queues(mode: Mode, workers: u32, gil: bool) -> String {
    match mode {
        Mode::Serial => text!("one-process").into(),
        Mode::Threads if gil => text!("threads-with-gil", n = workers),
        Mode::Threads => text!("threads-without-gil", n = workers),
        Mode::Pool => text!("workers-and-queue", n = workers),
        Mode::Process => text!("processes-at-once", n = workers),
    }
}

/// A lane waits for its turn.
#[must_use]
pub fn waits_for_turn() -> Vec<String> {
    vec![text!("waits-for-turn").into(), text!("waits-for-turn-short").into()]
}

/// A lane has finished after this time.
#[must_use]
pub fn finished_after(time: &str) -> Vec<String> {
    vec![text!("finished-after", time = time), time.into()]
}

/// The viewer ended a lane that had finished some of its tasks.
#[must_use]
pub fn cancelled_after(finished: u32, all: u32) -> Vec<String> {
    vec![
        text!("cancelled-after", finished = finished, all = all),
        text!("cancelled-after-short", finished = finished, all = all),
    ]
}

/// A lane has finished some of its tasks, and has done this share of its work, running tasks included. The tasks alone
/// would make a lane that runs all tasks at once look as if it did nothing.
#[must_use]
pub fn tasks_and_work_done(finished: u32, all: u32, work: f64) -> Vec<String> {
    let work = super::percent_done(work);
    vec![
        text!("work-and-tasks-done", work = work.as_str(), finished = finished, all = all),
        text!("work-and-tasks-done-shorter", work = work.as_str(), finished = finished, all = all),
        text!("work-and-tasks-done-short", work = work.as_str(), finished = finished, all = all),
        text!("work-and-tasks-done-shortest", work = work.as_str(), finished = finished, all = all),
        work,
    ]
}

/// Tasks that were lost or failed, the last of them at a time if that is known, longest first; none if there are none.
#[must_use]
pub fn lost_or_failed_tasks(lost: u32, failed: u32, at: Option<&str>) -> Option<Vec<String>> {
    let mut texts = match (lost, failed) {
        (0, 0) => return None,
        (0, failed) => vec![text!("failed-tasks", n = failed)],
        (lost, 0) => vec![text!("lost-tasks", n = lost)],
        (lost, failed) => vec![
            text!("failed-and-lost-tasks", failed = failed, lost = lost),
            text!("failed-or-lost-tasks", n = lost + failed),
        ],
    };
    if let Some(at) = at {
        let what = texts[0].as_str();
        let when = if lost + failed == 1 {
            text!("one-loss-when", what = what, time = at)
        } else {
            text!("losses-when", what = what, time = at)
        };
        texts.insert(0, when);
    }
    Some(texts)
}
