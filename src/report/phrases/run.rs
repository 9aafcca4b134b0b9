//! A run as a whole: its workload, which part of it is displayed, and doubts about it.

use super::command_name::{program_command, program_names};
use crate::event::text::SafeText;
use crate::event::units::{format_bytes, format_count, format_duration, format_task_count};
use crate::event::workload::{IoKind, Workload};
use crate::event::{LaneId, LanePlan, Mode, Nanos, Run};
use crate::model::{ObservationCost, lane_name};

/// Delay of events, in ns, above which it is reported. A single busy core alone causes half of this delay.
const LATE_EVENT_THRESHOLD: Nanos = 100_000_000;

/// The I/O of a workload.
fn io_description(work: &Workload) -> String {
    match work.io_kind {
        _ if work.io == 0 => "I/O off".into(),
        IoKind::Disk => format!("I/O {} × disk a task", work.io),
        IoKind::Sleep | IoKind::Net => format!("I/O {} × {} a task", work.io, format_duration(work.io_latency_ns)),
    }
}

/// What the tasks do: the sum and its division or, if the viewer sized the tasks, what each of them takes.
fn work_description(work: &Workload) -> String {
    let tasks = format_task_count(work.tasks.into());
    if work.per_task {
        let size = if work.skew == 0.0 { "of" } else { "averaging" };
        return format!("{tasks} {size} {}", task_size(work));
    }
    format!("sum of {} numbers · {tasks} · {}", format_count(work.numbers), io_description(work))
}

/// CPU time, payload and I/O of a task.
fn task_size(work: &Workload) -> String {
    let tasks = u64::from(work.tasks.max(1));
    let cpu = (work.cost_ns > 0).then(|| format!("{} CPU", format_duration(work.cost_ns * work.numbers / tasks)));
    let io = match work.io_kind {
        _ if work.io == 0 => "no I/O".into(),
        IoKind::Disk => format!("{} × disk I/O", work.io),
        _ if work.io == 1 => format!("{} I/O", format_duration(work.io_latency_ns)),
        _ => format!("{} × {} I/O", work.io, format_duration(work.io_latency_ns)),
    };
    let parts: Vec<_> = cpu.into_iter().chain([format_bytes(work.payload_bytes() / tasks), io]).collect();
    parts.join(", ")
}

/// The workload of a run.
#[must_use]
pub fn workload_description(run: &Run) -> String {
    match &run.workload {
        Some(work) => format!("{} · cores {}", work_description(work), run.cores.name()),
        None => program_command(run),
    }
}

/// The workload, longest text first; if the run has a note, it replaces the core policy in the longest text.
#[must_use]
pub fn workload_variants(run: &Run) -> Vec<String> {
    let Some(work) = &run.workload else { return program_names(run) };
    let (io, short_io) = (io_description(work), if work.io == 0 { "I/O off" } else { "I/O on" });
    let (numbers, tasks, cores) = (format_count(work.numbers), format_task_count(work.tasks.into()), run.cores.name());
    let whole_millions = work.numbers.is_multiple_of(1_000_000);
    let short = if whole_millions { format!("{} M", work.numbers / 1_000_000) } else { numbers.clone() };
    let with_note = |note: &SafeText| {
        let described = work_description(work);
        let mut texts = vec![format!("{described} · cores {cores} · {note}"), format!("{described} · {note}")];
        texts.extend((!work.per_task).then(|| format!("{short} numbers · {tasks} · {io} · {note}")));
        texts
    };
    let notes = run.notes.first().map(with_note).into_iter().flatten();
    if work.per_task {
        let texts = [workload_description(run), work_description(work), format!("{tasks} · {short_io}")];
        return notes.chain(texts).collect();
    }
    let texts = [
        workload_description(run),
        format!("{short} numbers · {tasks} · {io} · cores {cores}"),
        format!("{short} numbers · {tasks} · {io}"),
        format!("{short} numbers · {tasks} · {short_io} · cores {cores}"),
        format!("{short} numbers · {tasks} · {short_io}"),
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

/// The picture is frozen, while the run has reached this time or has ended after it.
#[must_use]
pub fn frozen_picture(time: &str, has_ended: bool) -> Vec<String> {
    if has_ended {
        vec![
            format!("picture frozen, the run took {time} · End: back to its result"),
            format!("the run took {time} · End: back to its result"),
            format!("the run took {time} · End: live"),
        ]
    } else {
        vec![
            format!("picture frozen, the run is at {time} · End: back to live"),
            format!("the run is at {time} · End: back to live"),
            format!("the run is at {time} · End: live"),
        ]
    }
}

/// A recording of this length, and which of its runs is displayed.
#[must_use]
pub fn recording_description(length: &str, (n, of): (usize, usize), run: &Run) -> Vec<String> {
    let workloads = workload_variants(run).into_iter();
    if of == 1 {
        let texts = workloads.map(|workload| format!("recording, {length} · {workload}"));
        return texts.chain([format!("recording, {length}")]).collect();
    }
    let texts = workloads
        .map(|workload| format!("recording, {length} · run {n} of {of} in it, pgup/pgdn: others · {workload}"));
    let shorter = [
        format!("recording, {length} · run {n} of {of}, pgup/pgdn: others"),
        format!("run {n}/{of}, pgup/pgdn: others · {length}"),
        format!("run {n}/{of} · {length}"),
    ];
    texts.chain(shorter).collect()
}

/// Which lanes are displayed, with and without the key for the next ones.
#[must_use]
pub fn lanes_shown(shown: &[LaneId], lanes: usize) -> [String; 2] {
    let numbers = match shown {
        [] => return ["no lane".into(), "no lane".into()],
        [only] => format!("lane {}", only.0 + 1),
        [first, .., last] if usize::from(last.0 - first.0) + 1 == shown.len() => {
            format!("lanes {}–{}", first.0 + 1, last.0 + 1)
        }
        _ => format!("lanes {}", shown.iter().map(|lane| (lane.0 + 1).to_string()).collect::<Vec<_>>().join(", ")),
    };
    [format!("{numbers} of {lanes}, tab: next"), format!("{numbers} of {lanes}")]
}

/// What compared runs have in common; `differing` is how they differ.
#[must_use]
pub fn side_by_side(runs: usize, run: &Run, differing: Option<&SafeText>) -> Vec<String> {
    let Some(differing) = differing else {
        // The command of a program is that of the first run alone.
        if run.program.is_some() {
            return vec![format!("{runs} runs side by side")];
        }
        let texts = workload_variants(run).into_iter().map(|workload| format!("{runs} runs side by side · {workload}"));
        return texts.chain([format!("{runs} runs side by side")]).collect();
    };
    let Some(work) = &run.workload else { return vec![differing.to_string()] };
    let (numbers, tasks) = (format_count(work.numbers), format_task_count(work.tasks.into()));
    vec![
        format!("{runs} runs side by side · sum of {numbers} numbers · {tasks} · {differing}"),
        format!("{runs} runs side by side · {tasks} · {differing}"),
        format!("{tasks} · {differing}"),
        differing.to_string(),
    ]
}

/// A simulated lane is displayed beside a measured one.
#[must_use]
pub fn simulated_beside_measured(run: &Run) -> Vec<String> {
    let texts = workload_variants(run).into_iter().map(|workload| format!("simulated beside measured · {workload}"));
    texts.chain(["simulated beside measured".into()]).collect()
}

/// Reasons to doubt the picture.
#[must_use]
pub fn doubts_about_picture(observer: &ObservationCost) -> Vec<String> {
    let late = Some(observer.max_late_ns).filter(|late| *late > LATE_EVENT_THRESHOLD);
    let skipped = match observer.skipped_samples {
        0 => None,
        1 => Some("1 sample skipped".into()),
        n => Some(format!("{} samples skipped", format_count(n))),
    };
    let late = late.map(|late| format!("late {}", format_duration(late)));
    let held_up = observer.held_up().map(|time| format!("held up {}", format_duration(time)));
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
        None => {
            format!("{} cannot be split among {lanes} lanes: the lanes take turns", super::number_of_cores(cores))
        }
        Some(NeedForCores::Gil) => "a GIL matters only on several cores: the lanes take turns".into(),
        Some(NeedForCores::Serial) => "serial is compared with lanes on several cores: they take turns".into(),
        Some(NeedForCores::Workers) => "more workers matter only on more cores: the lanes take turns".into(),
        Some(NeedForCores::UnevenTasks) => "uneven tasks matter only on several cores: the lanes take turns".into(),
    }
}

/// What lanes on a machine with one core cannot show.
#[must_use]
pub fn limits_of_one_core(need: Option<NeedForCores>) -> String {
    match need {
        Some(NeedForCores::Gil) => "on 1 core a GIL makes no difference".into(),
        Some(NeedForCores::Serial) => "on 1 core no lane computes faster than serial".into(),
        Some(NeedForCores::UnevenTasks) => "on 1 core uneven tasks make no difference".into(),
        Some(NeedForCores::Workers) | None => "on 1 core the number of workers makes no difference".into(),
    }
}

/// With I/O, a pool whose workers run this many tasks one after the other is less than twice as slow as eager
/// processes.
#[must_use]
pub fn io_shows_little(rounds: u32) -> String {
    let rounds = if rounds == 1 { "1 round".into() } else { format!("{rounds} rounds") };
    format!("{rounds} of tasks in the pool: I/O shows little; take fewer workers (-) or more tasks (])")
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
    let n = workers.into();
    match mode {
        Mode::Serial => "one process".into(),
        Mode::Threads if gil => format!("{}, one GIL", super::number_of_threads(n)),
        Mode::Threads => format!("{}, no GIL", super::number_of_threads(n)),
        Mode::Pool => format!("{}, 1 queue", super::number_of_workers(n)),
        Mode::Process if workers == 1 => super::number_of_processes(n),
        Mode::Process => format!("{} at once", super::number_of_processes(n)),
    }
}

/// A lane waits for its turn.
#[must_use]
pub fn waits_for_turn() -> Vec<String> {
    vec!["waits for its turn".into(), "waits".into()]
}

/// A lane has finished after this time.
#[must_use]
pub fn finished_after(time: &str) -> Vec<String> {
    vec![format!("finished {time}"), time.into()]
}

/// The viewer ended a lane that had finished some of its tasks.
#[must_use]
pub fn cancelled_after(finished: u32, all: u32) -> Vec<String> {
    let (finished, all) = (format_count(finished.into()), format_count(all.into()));
    vec![format!("ended by you · {finished} of {all} done"), format!("ended · {finished}/{all}")]
}

/// A lane has finished some of its tasks, and has done this share of its work, running tasks included. The tasks alone
/// would make a lane that runs all tasks at once look as if it did nothing.
#[must_use]
pub fn tasks_and_work_done(finished: u32, all: u32, work: f64) -> Vec<String> {
    let (finished, all) = (format_count(finished.into()), format_count(all.into()));
    let work = super::percent_done(work);
    vec![
        format!("work {work} · {finished} of {all} done"),
        format!("{work} · {finished} of {all} done"),
        format!("{work} · {finished} of {all}"),
        work,
    ]
}

/// Tasks that were lost or failed, the last of them at a time; none if there are none.
#[must_use]
pub fn lost_or_failed_tasks(lost: u32, failed: u32, at: &str) -> Option<Vec<String>> {
    let (all, what) = match (lost, failed) {
        (0, 0) => return None,
        (0, failed) => (failed, "FAILED"),
        (lost, failed) => (lost + failed, "LOST"),
    };
    let when = if all == 1 { format!("at {at}") } else { format!("until {at}") };
    Some(vec![format!("{all} {what} {when}"), format!("{all} {what}")])
}
