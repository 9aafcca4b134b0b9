//! Watched programs: titles of lanes, labels of tasks, queues.

use std::ops::RangeInclusive;

use super::{Sentence, private_memory_text};
use crate::event::units::{format_bytes, format_count, format_elapsed, format_task_count};
use crate::event::{Call, Exit, Mode, PoolKind, Run, TaskId};
use crate::model::{
    LaneCounts, LaneSummary, LostTask, PrivateMemory, ProgramFigures, ProgramLaneSummary, ProgramSummary, WorkerLoss,
    WorkerTime,
};
use crate::system::signals;

/// The title of a lane, longest first: `POOL  Pool(4) at etl.py:31  ×200` if the pool was created 200 times.
#[must_use]
pub fn pool_titles(mode: Mode, title: &str, uses: u32) -> Vec<String> {
    let (mode, times) = (mode.name().to_uppercase(), times_used(uses));
    let title = format!("{title}{times}");
    let short = title.split(" at ").next().unwrap_or_default().to_owned();
    vec![format!("{mode}  {title}"), title, format!("{short}{times}")]
}

/// How often a pool was created at the same place; empty for once.
#[must_use]
pub fn times_used(uses: u32) -> String {
    if uses > 1 { format!("  ×{}", format_count(uses.into())) } else { String::new() }
}

/// The items of a chunk: `12–15`, or `12`.
#[must_use]
pub fn items_of_chunk(items: &RangeInclusive<u64>) -> String {
    let (first, last) = (items.start(), items.end());
    if first == last { first.to_string() } else { format!("{first}–{last}") }
}

/// Tasks that have finished out of those submitted so far.
#[must_use]
pub fn tasks_done(finished: u32, submitted: u32) -> Vec<String> {
    let (finished, submitted) = (format_count(finished.into()), format_count(submitted.into()));
    vec![
        format!("{finished} of {submitted} done"),
        format!("{finished} of {submitted}"),
        format!("{finished}/{submitted}"),
    ]
}

/// The queue of a pool; `next` is the label of its head.
#[must_use]
pub fn program_queue(queued: u32, held: u64, next: &str) -> Vec<String> {
    let tasks = format_task_count(queued.into());
    if held == 0 {
        return vec![format!("{tasks}, {next} is next"), tasks];
    }
    let held = format_bytes(held);
    vec![
        format!("{tasks} · {held} held by the parent · {next} is next"),
        format!("{tasks} · {held} held by the parent"),
        format!("{tasks} · {held} in the parent"),
        format!("{tasks} · {held}"),
    ]
}

/// Why a lane has no queue.
#[must_use]
pub fn no_queue_of_pool(kind: Option<PoolKind>) -> Vec<String> {
    let text = match kind {
        Some(PoolKind::Threads) => "no queue: every task has its own thread",
        Some(PoolKind::ProcessTree) => "no queue: tasks of these processes are not seen",
        _ => "no queue: every task has its own process",
    };
    vec![text.into(), "no queue".into()]
}

/// Tasks of the queue that have no tile, longest first.
#[must_use]
pub fn more_queued(n: u32) -> [String; 2] {
    let n = format_count(n.into());
    [format!("+{n} more"), format!("+{n}")]
}

/// Tasks that workers hold, and the workers' private memory.
#[must_use]
pub fn tasks_of_workers(tasks: u32, private: Option<PrivateMemory>) -> Vec<String> {
    let tasks = format_task_count(tasks.into());
    let Some(private) = private.map(|private| private_memory_text(Some(private))) else { return vec![tasks] };
    vec![
        format!("{tasks} · workers {private} private"),
        format!("{tasks} · {private} private"),
        format!("{tasks} · {private}"),
        tasks,
    ]
}

/// The header of a watched program, longest first. `length` is that of a recording or of a frozen run; `page` says
/// which lanes are shown.
#[must_use]
pub fn program_header(
    run: &Run,
    figures: &ProgramFigures,
    length: Option<&str>,
    page: Option<[String; 2]>,
) -> Vec<String> {
    let facts = program_facts(figures);
    let [page, short_page] = page.map_or([None, None], |pages| pages.map(Some));
    let length = length.map(|length| format!("of {length}"));
    let join = |parts: &[Option<&String>]| parts.iter().copied().flatten().cloned().collect::<Vec<_>>().join(" · ");
    let commands = super::command_name::program_names(run);
    let mut texts: Vec<String> = Vec::new();
    for command in &commands {
        let parts: Vec<_> =
            [page.as_ref(), length.as_ref(), Some(command)].into_iter().chain(facts.iter().map(Some)).collect();
        texts.push(join(&parts));
    }
    let short = commands.last();
    let alarm = facts.last();
    texts.push(join(&[short_page.as_ref(), short].into_iter().chain(facts.iter().map(Some)).collect::<Vec<_>>()));
    texts.push(join(&[short_page.as_ref(), short, alarm]));
    texts.push(join(&[short_page.as_ref(), alarm]));
    texts.push(join(&[short, alarm]));
    texts
}

/// Serial part, lost reports, gaps and end of a program.
#[must_use]
pub fn program_facts(figures: &ProgramFigures) -> Vec<String> {
    let serial = figures.serial_share().map(|share| format!("serial part {}", super::percent(share)));
    let lost = (figures.dropped_reports > 0).then(|| reports_lost(figures.dropped_reports));
    let gaps = figures.has_gaps.then(|| "not all observed".into());
    serial.into_iter().chain(lost).chain(gaps).chain(figures.exit.map(program_exit)).collect()
}

/// Reports of a program that were overwritten before mpviz read them.
#[must_use]
pub fn reports_lost(n: u64) -> String {
    if n == 1 { "1 report lost".into() } else { format!("{} reports lost", format_count(n)) }
}

/// How a program ended.
#[must_use]
pub fn program_exit(exit: Exit) -> String {
    match exit {
        Exit::Code(code) => format!("exit code {code}"),
        Exit::Signal(signal) => format!("killed by {}", signals::name(signal)),
    }
}

/// A watched program that has ended without a lane: how long it ran, whether it reported, and why not.
#[must_use]
pub fn ended_program_without_lanes(
    command: &str,
    elapsed: &str,
    attached: u32,
    engine: Option<&str>,
) -> Vec<Vec<String>> {
    let processes = if attached == 1 { "1 process reported".into() } else { format!("{attached} processes reported") };
    let ran = vec![format!("{command} ran for {elapsed}"), format!("ran for {elapsed}")];
    let Some(engine) = engine else { return vec![ran, never_attached(), reasons_for_no_report()] };
    vec![
        ran,
        vec![format!("attached to {engine}: {processes}"), processes],
        vec![
            "it used no pool, process or thread of multiprocessing, concurrent.futures or threading".into(),
            "it used no pool, process or thread".into(),
        ],
    ]
}

fn never_attached() -> Vec<String> {
    vec!["not attached: no Python interpreter has reported".into(), "not attached".into()]
}

fn reasons_for_no_report() -> Vec<String> {
    vec![
        "python -I, -E or -S, or an environment without PYTHONPATH, hides the program; so does another language".into(),
        "python -I, -E, -S hide it; so does another language".into(),
    ]
}

/// A watched program before its first lane: what it does, whether it reports, and why not. `is_late` if an interpreter
/// would have reported by now.
#[must_use]
pub fn program_without_lanes(
    command: &str,
    elapsed: &str,
    attached: u32,
    engine: Option<&str>,
    is_late: bool,
) -> Vec<Vec<String>> {
    let processes = if attached == 1 { "1 process reports".into() } else { format!("{attached} processes report") };
    let state = match engine {
        Some(engine) => vec![format!("attached to {engine}: {processes}"), processes],
        None if !is_late => vec!["not attached yet".into()],
        None => never_attached(),
    };
    let why = match engine {
        Some(_) => vec![
            "no pool, process or thread of multiprocessing, concurrent.futures or threading yet".into(),
            "no pool, process or thread yet".into(),
        ],
        None if !is_late => vec!["waiting for the first report".into()],
        None => reasons_for_no_report(),
    };
    vec![vec![format!("{command} has run for {elapsed}"), format!("running for {elapsed}")], state, why]
}

/// The writer of a followed recording has ended before the end of the run.
#[must_use]
pub fn recorder_has_gone(at: &str) -> String {
    format!("the recorder process has gone: the recording ends here, at {at}")
}

/// The title of the panel with a program's output.
#[must_use]
pub fn output_title(command: &str, is_running: bool) -> Vec<String> {
    let keys = if is_running { "keys go to the program · F12 closes" } else { "the program has ended · Esc closes" };
    let short = if is_running { "F12 closes" } else { "Esc closes" };
    vec![format!("output of {command} · {keys}"), format!("output · {keys}"), format!("output · {short}")]
}

/// A program that runs on when mpviz ends.
#[must_use]
pub fn program_runs_on(pid: u32) -> String {
    format!("The program runs on as process {pid}. Its output is printed here. To end it: kill -INT {pid}")
}

/// Rows of the output that do not fit.
#[must_use]
pub fn output_rows_shown(shown: usize, all: usize) -> String {
    format!("last {} of {} rows", format_count(shown as u64), format_count(all as u64))
}

/// A task of a watched program: `load, items 12–15`, or `load, task 17`.
#[must_use]
pub fn function_and_task(function: &str, task: TaskId, items: Option<RangeInclusive<u64>>) -> String {
    match items {
        Some(items) => format!("{function}, items {}", items_of_chunk(&items)),
        None => format!("{function}, task {task}"),
    }
}

/// A worker of a watched program died, and what it means for the program, longest first.
#[must_use]
pub fn worker_lost(lane: &str, loss: &WorkerLoss) -> Vec<String> {
    let worker = match loss.pool {
        PoolKind::Processes | PoolKind::ProcessTree => "process",
        _ => "worker",
    };
    let pid = super::figure_or_dash(loss.pid);
    let (end, short_end) = match loss.exit {
        Exit::Signal(signal) => {
            let signal = signals::name(signal);
            (format!("was killed ({signal})"), format!("killed ({signal})"))
        }
        Exit::Code(code) => (format!("ended with code {code}"), format!("ended with code {code}")),
    };
    let place = match &loss.task {
        Some(lost) => format!(" in {}", lost_task_text(lost)),
        None if loss.locked_queue => " holding the lock of the queue".into(),
        // A process of its own has one task, which has failed.
        None if matches!(loss.pool, PoolKind::Processes | PoolKind::ProcessTree) => String::new(),
        None => " without a task".into(),
    };
    let (death, short) = (format!("{worker} pid {pid} {end}{place}"), format!("pid {pid} {short_end}{place}"));
    let Some(meaning) = meaning_of_loss(lane, loss) else { return vec![format!("{lane}: {death}"), death, short] };
    vec![format!("{meaning}: {death}"), format!("{meaning}: {short}"), meaning]
}

/// What the death of a worker means for the program; none if nothing is known to follow from it.
fn meaning_of_loss(lane: &str, loss: &WorkerLoss) -> Option<String> {
    let call = loss.task.as_ref().and_then(|lost| lost.call.as_ref());
    match loss.pool {
        PoolKind::Pool if loss.locked_queue && loss.pool_ended => Some(format!("{lane} took no other task")),
        PoolKind::Pool if loss.locked_queue => Some(format!("{lane} will never take another task")),
        PoolKind::Pool if loss.pool_ended => Some(format!("{} did not return", call_text(call?))),
        PoolKind::Pool => Some(format!("{} will never return", call_text(call?))),
        PoolKind::ProcessPoolExecutor | PoolKind::Loky => {
            let call = call.map(|call| format!("{} raises ", call_text(call))).unwrap_or_default();
            Some(format!("{call}BrokenProcessPool"))
        }
        _ => None,
    }
}

/// A call and its place: `map() at etl.py:40`.
#[must_use]
pub fn call_text(call: &Call) -> String {
    let site = call.site.as_ref().map(|site| format!(" at {}", site.short_name())).unwrap_or_default();
    format!("{}(){site}", call.kind.name())
}

fn lost_task_text(lost: &LostTask) -> String {
    match &lost.items {
        Some(items) if items.start() == items.end() => format!("item {}", items.start()),
        Some(items) => format!("items {}", items_of_chunk(items)),
        None => format!("task {}", lost.task),
    }
}

/// The headline of a program's report: its time, its serial part, its end and the first finding.
#[must_use]
pub fn program_verdict(run: &Run, program: &ProgramSummary) -> Sentence {
    let name = super::command_name::program_names(run).pop().unwrap_or_default();
    let serial = program.serial_part.serial_s / program.elapsed_s.max(f64::MIN_POSITIVE);
    let took = format!("{name} took {}", format_elapsed(program.elapsed_s));
    // Without any lane nothing is known of it.
    let statement = if serial < 1.0 { format!("{took}, {} of it serial", super::percent(serial)) } else { took };
    let first = program.findings.first().map(super::finding_causes).unwrap_or_default();
    let mut sentence = Sentence::with_cause(&statement, &first);
    if let Some(exit) = program.exit.filter(|exit| *exit != Exit::Code(0)) {
        sentence = sentence.with_note(format!("it ended: {}", program_exit(exit)));
    }
    if program.dropped_reports > 0 {
        sentence = sentence.with_note(reports_lost(program.dropped_reports));
    }
    sentence
}

/// A lane's title, with the number of its uses if there are several.
#[must_use]
pub fn title_with_uses(lane: &ProgramLaneSummary) -> String {
    format!("{}{}", lane.title, times_used(lane.uses).replace("  ", " "))
}

/// Number of lanes that a table leaves out.
#[must_use]
pub fn more_lanes(n: usize) -> String {
    format!("{} more lanes: --json lists them all.", format_count(n as u64))
}

/// Number of findings that are not listed.
#[must_use]
pub fn more_findings(n: usize) -> String {
    format!("{} more findings: --json lists them all.", format_count(n as u64))
}

/// How workers of a lane spent their time, longest first.
#[must_use]
pub fn worker_time(time: &WorkerTime) -> Vec<String> {
    let whole = time.in_tasks_s + time.between_tasks_s;
    let share = |part: f64| super::percent(if whole > 0.0 { part / whole } else { 0.0 });
    let cpu = format!("{} on a core", share(time.cpu_s));
    let blocked = time.blocked_s.map(|blocked| format!("{} blocked", share(blocked)));
    let delay = time.run_queue_delay_s.map(|delay| format!("{} waiting for one", share(delay)));
    let between =
        (time.between_tasks_s > 0.01 * whole).then(|| format!("{} between tasks", share(time.between_tasks_s)));
    let join = |parts: &[&Option<String>]| {
        std::iter::once(&cpu)
            .chain(parts.iter().filter_map(|part| part.as_ref()))
            .cloned()
            .collect::<Vec<_>>()
            .join(" · ")
    };
    let rest_s = time.in_tasks_s - time.cpu_s;
    let in_brief = |rest: f64, what: &str| format!("{} CPU · {} {what}", share(time.cpu_s), share(rest));
    if time.blocked_s.is_some() || rest_s < 0.01 * whole {
        let short = time.blocked_s.map_or(cpu.clone(), |blocked| in_brief(blocked, "blocked"));
        return vec![join(&[&delay, &blocked, &between]), join(&[&blocked]), short];
    }
    let why = if delay.is_some() { "too short to tell which" } else { "not known which" };
    let rest = format!("{} blocked or waiting for one", share(rest_s));
    let with_reason = Some(format!("{rest}, {why}"));
    let rest = Some(rest);
    let joined = [&[&with_reason, &between][..], &[&with_reason], &[&rest]].map(join);
    joined.into_iter().chain([in_brief(rest_s, "blocked or waiting"), in_brief(rest_s, "unknown")]).collect()
}

/// Why a part of a program is not observed, with and without its cause.
#[must_use]
pub fn gap_variants(reason: &str) -> Vec<String> {
    let without_cause = reason.split_once(": ").map(|(what, _)| what.to_owned());
    std::iter::once(reason.to_owned()).chain(without_cause).collect()
}

/// Outcomes of a lane's tasks.
#[must_use]
pub fn tasks_of_program(counts: &LaneCounts) -> Vec<String> {
    let of = format!("{} of {} finished", format_count(counts.finished.into()), format_count(counts.submitted.into()));
    let failed = (counts.failed > 0).then(|| format!("{} failed", format_count(counts.failed.into())));
    let lost = (counts.lost > 0).then(|| format!("{} lost", format_count(counts.lost.into())));
    let abandoned = (counts.abandoned > 0).then(|| format!("{} not finished", format_count(counts.abandoned.into())));
    vec![[Some(of), failed, lost, abandoned].into_iter().flatten().collect::<Vec<_>>().join(" · ")]
}

/// The highest private memory of a lane's workers.
#[must_use]
pub fn peak_private(private: PrivateMemory) -> Vec<String> {
    let private = private_memory_text(Some(private));
    vec![format!("{private} private at most"), private]
}

/// The most bytes that the parent process held for a lane.
#[must_use]
pub fn peak_held(bytes: u64) -> Vec<String> {
    let held = format_bytes(bytes);
    vec![format!("{held} held by the parent at most"), held]
}

/// The heading of a lane in a comparison: its name in capitals, or its title.
#[must_use]
pub fn lane_heading(lane: &LaneSummary) -> String {
    if lane.program.is_some() { lane.name_in_run() } else { lane.name_in_run().to_uppercase() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_off_the_cores_is_named_or_said_to_be_unknown() {
        let known = WorkerTime {
            in_tasks_s: 10.0,
            cpu_s: 1.6,
            run_queue_delay_s: Some(0.4),
            blocked_s: Some(8.0),
            ..WorkerTime::default()
        };
        assert_eq!(worker_time(&known)[0], "16 % on a core · 4 % waiting for one · 80 % blocked");
        assert_eq!(worker_time(&known).last().unwrap(), "16 % CPU · 80 % blocked");
        let short = WorkerTime { blocked_s: None, ..known };
        assert_eq!(worker_time(&short)[0], "16 % on a core · 84 % blocked or waiting for one, too short to tell which");
        assert_eq!(worker_time(&short).last().unwrap(), "16 % CPU · 84 % unknown");
        let unsampled = WorkerTime { run_queue_delay_s: None, ..short };
        assert!(worker_time(&unsampled)[0].ends_with("not known which"));
        let busy = WorkerTime { cpu_s: 10.0, ..short };
        assert_eq!(worker_time(&busy)[0], "100 % on a core · 4 % waiting for one");
    }
}
