//! Watched programs: titles of lanes, labels of tasks, queues.

use std::ops::RangeInclusive;

use super::{Sentence, localized_title, number_of_tasks, private_memory_text};
use crate::event::units::{format_bytes, format_count, format_elapsed};
use crate::event::{Exit, Mode, PoolKind, Run, TaskId};
use crate::model::{
    FindingKind, LaneCounts, LaneSummary, PrivateMemory, ProgramFigures, ProgramLaneSummary, ProgramSummary, WorkerTime,
};
use crate::system::signals;
use crate::text;

/// The title of a lane, longest first: `POOL  Pool(4) at etl.py:31  ×200` if the pool was created 200 times.
#[must_use]
pub fn pool_titles(mode: Mode, title: &str, uses: u32) -> Vec<String> {
    let (mode, times) = (mode.name().to_uppercase(), times_used(uses));
    let short = localized_title(title.split(" at ").next().unwrap_or_default());
    let title = format!("{}{times}", localized_title(title));
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

/// Tasks that have finished out of those submitted so far, and those that never will.
#[must_use]
pub fn tasks_done(counts: &LaneCounts) -> Vec<String> {
    let LaneCounts { finished, submitted, abandoned, lost, failed, .. } = *counts;
    let done = text!("program-tasks-done", finished = finished, all = submitted);
    let unfinished = (abandoned > 0).then(|| format!("{done} · {}", text!("tasks-not-finished", n = abandoned)));
    // Beside the number of lost and failed tasks, it would not be clear what these are.
    let short = (lost + failed == 0).then(|| text!("tasks-of-all", n = finished, all = submitted));
    let shortest = format!("{}/{}", format_count(finished.into()), format_count(submitted.into()));
    unfinished.into_iter().chain([done]).chain(short).chain([shortest]).collect()
}

/// The queue of a pool; `next` is the label of its head.
#[must_use]
pub fn program_queue(queued: u32, held: u64, next: &str) -> Vec<String> {
    let (tasks, next) = (number_of_tasks(queued.into()), text!("task-is-next", task = next));
    if held == 0 {
        return vec![format!("{tasks}, {next}"), tasks];
    }
    let held = format_bytes(held);
    let by_parent = text!("held-by-parent", bytes = held.as_str());
    vec![
        format!("{tasks} · {by_parent} · {next}"),
        format!("{tasks} · {by_parent}"),
        format!("{tasks} · {}", text!("held-in-parent", bytes = held.as_str())),
        format!("{tasks} · {held}"),
    ]
}

/// Why a lane has no queue.
#[must_use]
pub fn no_queue_of_pool(kind: Option<PoolKind>) -> Vec<String> {
    let text = match kind {
        Some(PoolKind::Threads) => text!("no-queue-of-threads"),
        Some(PoolKind::ProcessTree) => text!("no-queue-of-process-tree"),
        _ => text!("no-queue-of-processes"),
    };
    vec![text.into(), text!("no-queue").into()]
}

/// Tasks of the queue that have no tile, longest first.
#[must_use]
pub fn more_queued(n: u32) -> [String; 2] {
    [text!("more-rows", n = n), format!("+{}", format_count(n.into()))]
}

/// Tasks that workers hold, and the workers' private memory.
#[must_use]
pub fn tasks_of_workers(tasks: u32, private: Option<PrivateMemory>) -> Vec<String> {
    let tasks = number_of_tasks(tasks.into());
    let Some(private) = private.map(|private| private_memory_text(Some(private))) else { return vec![tasks] };
    vec![
        format!("{tasks} · {}", text!("workers-private", bytes = private.as_str())),
        format!("{tasks} · {}", text!("bytes-private", bytes = private.as_str())),
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
    let length = length.map(|length| text!("of-length", length = length));
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
    let serial = figures.serial_share().map(|share| text!("serial-part", share = super::percent(share)));
    let lost = (figures.dropped_reports > 0).then(|| reports_lost(figures.dropped_reports));
    let gaps = figures.has_gaps.then(|| text!("not-all-observed").into());
    serial.into_iter().chain(lost).chain(gaps).chain(figures.exit.map(program_exit)).collect()
}

/// Reports of a program that were overwritten before mpviz read them.
#[must_use]
pub fn reports_lost(n: u64) -> String {
    text!("reports-lost", n = n)
}

/// How a program ended.
#[must_use]
pub fn program_exit(exit: Exit) -> String {
    match exit {
        Exit::Code(code) => text!("exit-code", code = code.to_string()),
        Exit::Signal(signal) => text!("killed-by", signal = signals::name(signal)),
        Exit::Unknown => text!("worker-is-gone").into(),
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
    let ran = vec![text!("program-ran", command = command, time = elapsed), text!("program-ran-short", time = elapsed)];
    let Some(engine) = engine else { return vec![ran, never_attached(), reasons_for_no_report()] };
    let attached = attached_to(engine, text!("processes-reported", n = attached));
    vec![ran, attached, vec![text!("used-no-pool").into(), text!("used-no-pool-short").into()]]
}

fn attached_to(engine: &str, processes: String) -> Vec<String> {
    vec![text!("attached-to", engine = engine, processes = processes.as_str()), processes]
}

fn never_attached() -> Vec<String> {
    vec![text!("not-attached").into(), text!("not-attached-short").into()]
}

fn reasons_for_no_report() -> Vec<String> {
    vec![text!("reasons-for-no-report").into(), text!("reasons-for-no-report-short").into()]
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
    let state = match engine {
        Some(engine) => attached_to(engine, text!("processes-report", n = attached)),
        None if !is_late => vec![text!("not-attached-yet").into()],
        None => never_attached(),
    };
    let why = match engine {
        Some(_) => vec![text!("no-pool-yet").into(), text!("no-pool-yet-short").into()],
        None if !is_late => vec![text!("waiting-for-report").into()],
        None => reasons_for_no_report(),
    };
    let runs =
        vec![text!("program-runs", command = command, time = elapsed), text!("program-runs-short", time = elapsed)];
    vec![runs, state, why]
}

/// The writer of a followed recording has ended before the end of the run.
#[must_use]
pub fn recorder_has_gone(at: &str) -> String {
    text!("recorder-has-gone", time = at)
}

/// The title of the panel with a program's output.
#[must_use]
pub fn output_title(command: &str, is_running: bool) -> Vec<String> {
    let (keys, short) = if is_running {
        (text!("output-keys-running"), text!("output-keys-running-short"))
    } else {
        (text!("output-keys-ended"), text!("output-keys-ended-short"))
    };
    vec![
        text!("output-title", command = command, keys = keys),
        text!("output-title-short", keys = keys),
        text!("output-title-short", keys = short),
    ]
}

/// A program that runs on when mpviz ends.
#[must_use]
pub fn program_runs_on(pid: u32) -> String {
    text!("program-runs-on", pid = pid.to_string())
}

/// Rows of the output that do not fit.
#[must_use]
pub fn output_rows_shown(shown: usize, all: usize) -> String {
    text!("output-rows-shown", shown = shown, all = all)
}

/// A task of a watched program: `load, items 12–15`, or `load, task 17`.
#[must_use]
pub fn function_and_task(function: &str, task: TaskId, items: Option<RangeInclusive<u64>>) -> String {
    match items {
        Some(items) => text!("function-and-items", function = function, items = items_of_chunk(&items)),
        None => text!("function-and-task", function = function, task = task.to_string()),
    }
}

/// The headline of a program's report: its time, its serial part, its end and the first finding.
#[must_use]
pub fn program_verdict(run: &Run, program: &ProgramSummary) -> Sentence {
    let time = format_elapsed(program.elapsed_s);
    let is_of_cluster = program.engine.as_ref().is_some_and(|engine| engine.as_str().starts_with("dask "));
    if let Some(place) = super::cluster_place(run).filter(|_| is_of_cluster) {
        let causes = program.findings.first().map(super::finding_causes).unwrap_or_default();
        return Sentence::with_cause(&super::cluster_observed(place, &time), &causes);
    }
    let name = super::command_name::program_names(run).pop().unwrap_or_default();
    let serial = program.serial_part.as_ref().map(|part| part.serial_s / program.elapsed_s.max(f64::MIN_POSITIVE));
    let short = text!("program-took", program = name.as_str(), time = time.as_str());
    // Without any lane nothing is known of it.
    let statement = match serial.filter(|serial| *serial < 1.0) {
        Some(serial) => text!("program-took-serial", program = name, time = time, share = super::percent(serial)),
        None => short.clone(),
    };
    let first = program.findings.first();
    let causes = first.map(super::finding_causes).unwrap_or_default();
    // The short cause of a serial part is only its length, which would stand for another time.
    let is_serial = first.is_some_and(|finding| matches!(finding.kind, FindingKind::SerialPart { .. }));
    let whole_causes = if is_serial { &causes[..1] } else { &causes };
    let mut sentence = Sentence::with_cause(&statement, &causes).or_shorter(&short, whole_causes);
    if let Some(exit) = program.exit.filter(|exit| *exit != Exit::Code(0)) {
        sentence = sentence.with_note(text!("program-ended-with", exit = program_exit(exit)));
    }
    if program.dropped_reports > 0 {
        sentence = sentence.with_note(reports_lost(program.dropped_reports));
    }
    sentence
}

/// A lane's title, with the number of its uses if there are several.
#[must_use]
pub fn title_with_uses(lane: &ProgramLaneSummary) -> String {
    format!("{}{}", localized_title(lane.title.as_str()), times_used(lane.uses).replace("  ", " "))
}

/// Number of lanes that a table leaves out.
#[must_use]
pub fn more_lanes(n: usize) -> String {
    text!("more-lanes", n = n)
}

/// Number of findings that are not listed.
#[must_use]
pub fn more_findings(n: usize) -> String {
    text!("more-findings", n = n)
}

/// How workers of a lane spent their time, longest first.
#[must_use]
pub fn worker_time(time: &WorkerTime) -> Vec<String> {
    let whole = time.in_tasks_s + time.between_tasks_s;
    let share = |part: f64| super::percent(if whole > 0.0 { part / whole } else { 0.0 });
    let Some(cpu_s) = time.cpu_s else {
        return vec![text!("time-between-tasks", share = share(time.between_tasks_s))];
    };
    let cpu = text!("time-on-core", share = share(cpu_s));
    let blocked = time.blocked_s.map(|blocked| text!("time-blocked", share = share(blocked)));
    let delay = time.run_queue_delay_s.map(|delay| text!("time-waiting-for-core", share = share(delay)));
    let between =
        (time.between_tasks_s > 0.01 * whole).then(|| text!("time-between-tasks", share = share(time.between_tasks_s)));
    let join = |parts: &[&Option<String>]| {
        std::iter::once(&cpu)
            .chain(parts.iter().filter_map(|part| part.as_ref()))
            .cloned()
            .collect::<Vec<_>>()
            .join(" · ")
    };
    let rest_s = time.in_tasks_s - cpu_s;
    if time.blocked_s.is_some() || rest_s < 0.01 * whole {
        let in_brief = |blocked| text!("time-in-brief-blocked", cpu = share(cpu_s), rest = share(blocked));
        let short = time.blocked_s.map_or(cpu.clone(), in_brief);
        return vec![join(&[&delay, &blocked, &between]), join(&[&blocked]), short];
    }
    let rest = text!("time-blocked-or-waiting", share = share(rest_s));
    let with_reason = Some(if delay.is_some() {
        text!("time-too-short-to-tell", rest = rest.as_str())
    } else {
        text!("time-not-known-which", rest = rest.as_str())
    });
    let rest = Some(rest);
    let joined = [&[&with_reason, &between][..], &[&with_reason], &[&rest]].map(join);
    let in_brief = [
        text!("time-in-brief-blocked-or-waiting", cpu = share(cpu_s), rest = share(rest_s)),
        text!("time-in-brief-unknown", cpu = share(cpu_s), rest = share(rest_s)),
    ];
    joined.into_iter().chain(in_brief).collect()
}

/// Outcomes of a lane's tasks.
#[must_use]
pub fn tasks_of_program(counts: &LaneCounts) -> Vec<String> {
    let of = text!("tasks-of-all-finished", n = counts.finished, all = counts.submitted);
    let failed = (counts.failed > 0).then(|| text!("tasks-failed", n = counts.failed));
    let lost = (counts.lost > 0).then(|| text!("tasks-lost", n = counts.lost));
    let abandoned = (counts.abandoned > 0).then(|| text!("tasks-not-finished", n = counts.abandoned));
    vec![[Some(of), failed, lost, abandoned].into_iter().flatten().collect::<Vec<_>>().join(" · ")]
}

/// Outcomes of a cluster's tasks, with the time from the first to the last.
#[must_use]
pub fn outcomes_and_makespan(lane: &LaneSummary) -> String {
    let outcomes = super::task_outcomes(lane);
    let Some(makespan) = lane.makespan_s else { return outcomes };
    text!("outcomes-and-makespan", outcomes = outcomes, time = format_elapsed(makespan))
}

/// The highest private memory of a lane's workers.
#[must_use]
pub fn peak_private(private: PrivateMemory) -> Vec<String> {
    let private = private_memory_text(Some(private));
    vec![text!("private-at-most", bytes = private.as_str()), private]
}

/// The most bytes that the parent process held for a lane.
#[must_use]
pub fn peak_held(bytes: u64) -> Vec<String> {
    let held = format_bytes(bytes);
    vec![text!("held-by-parent-at-most", bytes = held.as_str()), held]
}

/// The heading of a lane in a comparison: its name in capitals, or its title.
#[must_use]
pub fn lane_heading(lane: &LaneSummary) -> String {
    let name = lane.name_in_run();
    localized_title(&if lane.program.is_some() { name } else { name.to_uppercase() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_off_the_cores_is_named_or_said_to_be_unknown() {
        let known = WorkerTime {
            in_tasks_s: 10.0,
            cpu_s: Some(1.6),
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
        let busy = WorkerTime { cpu_s: Some(10.0), ..short };
        assert_eq!(worker_time(&busy)[0], "100 % on a core · 4 % waiting for one");
    }
}
