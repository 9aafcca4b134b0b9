//! Problems, and reasons to doubt the figures.

use std::iter;

use super::{figure_or_dash, how_worker_ended, percent, statements};
use crate::event::text::SafeText;
use crate::event::units::{format_bytes, format_duration, format_seconds};
use crate::event::workload::{Workload, WorkloadError};
use crate::event::{Nanos, TaskId, UNKNOWN_ERROR};
use crate::model::{Problem, ProblemKind};
use crate::text;

/// Ranges of lost tasks that a sentence has.
const MAX_RANGES: usize = 4;

/// A problem of a lane.
#[must_use]
pub fn describe_problem(problem: &Problem) -> String {
    let at = format_seconds(problem.at_s);
    match &problem.what {
        ProblemKind::NotStarted { error, .. } => worker_not_started(error),
        ProblemKind::CoreOffline { core } => text!("core-went-offline", core = core.to_string(), time = at),
        ProblemKind::ErrorOutput { text } => worker_error_output(text),
        ProblemKind::TaskFailed { task, key, function, worker, name, error, ran_again } => {
            let is_of_cluster = name.is_some();
            let (task, worker) = (task.to_string(), name_or(name.as_ref(), || format!("w{worker}")));
            let error = error_of_task(error);
            let failure = match function {
                Some(_) if let Some(key) = key => {
                    let task = super::without_middle(key.as_str(), super::MAX_KEY_CHARS);
                    text!("task-with-key-failed", task = task, worker = worker, time = at, error = error)
                }
                // Dask does not know mpviz's numbers.
                Some(function) if is_of_cluster => {
                    let function = function.as_str();
                    text!(
                        "some-task-of-function-failed",
                        function = function,
                        worker = worker,
                        time = at,
                        error = error
                    )
                }
                Some(function) => {
                    let function = function.as_str();
                    text!(
                        "task-of-function-failed",
                        task = task,
                        function = function,
                        worker = worker,
                        time = at,
                        error = error
                    )
                }
                None => text!("task-failed", task = task, worker = worker, time = at, error = error),
            };
            let again = ran_again.then(|| text!("task-ran-again").to_owned());
            statements([&failure].into_iter().chain(&again))
        }
        ProblemKind::Died { worker, pid, name, exit, by_executor, tasks } => {
            let worker = name_or(name.as_ref(), || format!("w{worker} (pid {})", figure_or_dash(*pid)));
            let end = if *by_executor {
                text!("worker-ended-by-executor", worker = worker, time = at)
            } else {
                how_worker_ended(&worker, Some(*exit), &at)
            };
            // The first findings have keys of the tasks of a cluster, up to three each.
            let lost = if name.is_some() { number_of_lost_tasks(tasks.len()) } else { lost_tasks_text(tasks) };
            statements(iter::once(&end).chain(&lost))
        }
    }
}

/// Several tasks of a function failed with the same error, or several attempts that were followed by others. `first` is
/// the first of these failures. None for one failure, and for other problems.
#[must_use]
pub fn failed_alike(first: &Problem, failures: usize) -> Option<String> {
    match &first.what {
        ProblemKind::TaskFailed { function: Some(function), error, ran_again, .. } if failures > 1 => {
            let (function, error) = (function.as_str(), error_of_task(error));
            let time = format_seconds(first.at_s);
            Some(if *ran_again {
                text!("attempts-of-function-failed", n = failures, function = function, error = error, time = time)
            } else {
                text!("tasks-of-function-failed", n = failures, function = function, error = error, time = time)
            })
        }
        _ => None,
    }
}

fn error_of_task(error: &SafeText) -> &str {
    if error.as_str() == UNKNOWN_ERROR { text!("unknown-error") } else { error.as_str() }
}

/// The name of a cluster's worker, or how another one is named.
fn name_or(name: Option<&SafeText>, other: impl FnOnce() -> String) -> String {
    name.map_or_else(other, ToString::to_string)
}

/// A worker could not be started.
#[must_use]
pub fn worker_not_started(error: &SafeText) -> String {
    text!("worker-not-started", error = super::system_error(error.as_str()))
}

/// What workers wrote to standard error.
#[must_use]
pub fn worker_error_output(text: &SafeText) -> String {
    text!("worker-wrote", text = text.as_str())
}

/// Names a lost task, or counts several.
fn lost_tasks_text(tasks: &[TaskId]) -> Option<String> {
    match tasks {
        [] => None,
        [task] => Some(text!("task-is-lost", task = task.to_string())),
        tasks => Some(text!("tasks-are-lost", n = tasks.len(), tasks = task_ranges(tasks))),
    }
}

fn number_of_lost_tasks(n: usize) -> Option<String> {
    (n > 0).then(|| text!("number-of-tasks-lost", n = n))
}

/// Numbers of tasks, those in a row as a range. Only the first few.
fn task_ranges(tasks: &[TaskId]) -> String {
    let ranges: Vec<_> = tasks.chunk_by(|a, b| a.0 + 1 == b.0).collect();
    let names = ranges.iter().take(MAX_RANGES).map(|range| match range {
        [first, .., last] => format!("{first}–{last}"),
        [task] => task.to_string(),
        [] => String::new(),
    });
    let more = if ranges.len() > MAX_RANGES { ", …" } else { "" };
    names.collect::<Vec<_>>().join(", ") + more
}

/// A problem of a lane, which may have occurred several times in a row.
#[must_use]
pub fn lane_problem(lane: &str, times: usize, problem: &str) -> String {
    match times {
        1 => format!("{lane}: {problem}"),
        _ => text!("problem-several-times", lane = lane, n = times, problem = problem),
    }
}

/// Number of problems that are not listed, of a lane of mpviz's own workload or of a watched program.
#[must_use]
pub fn more_problems_text(lane: &str, more: usize, is_of_program: bool) -> String {
    if is_of_program {
        text!("more-problems-of-program", lane = lane, n = more)
    } else {
        text!("more-problems", lane = lane, n = more)
    }
}

/// Other programs took these shares of the lanes' core time.
#[must_use]
pub fn core_time_taken_by_others(shares: &[(String, f64)]) -> String {
    let share = |(lane, share): &(String, f64)| text!("share-of-lane", share = percent(*share), lane = lane.as_str());
    let shares: Vec<String> = shares.iter().map(share).collect();
    text!("taken-by-others", shares = shares.join(", "))
}

/// mpviz itself was stopped or had no core for this time.
#[must_use]
pub fn held_up(ns: Nanos, clusters_only: bool) -> String {
    let time = format_duration(ns);
    if clusters_only { text!("held-up-beside-cluster", time = time) } else { text!("held-up", time = time) }
}

/// Why the workload that a key asks for is refused. Other errors name an option that no key changes.
#[must_use]
pub fn workload_refusal(error: &WorkloadError) -> String {
    match error {
        WorkloadError::Tasks(n) => text!("too-many-tasks", most = Workload::MAX_TASKS, n = *n),
        WorkloadError::TooFine { tasks, numbers } => {
            text!("too-few-numbers", tasks = tasks.to_string(), numbers = numbers.to_string())
        }
        other => other.to_string(),
    }
}

/// A run needs more memory than is available.
#[must_use]
pub fn too_little_memory(processes: u32, needed: u64, payload: u64, available: u64) -> String {
    let (needed, payload, available) = (format_bytes(needed), format_bytes(payload), format_bytes(available));
    text!("too-little-memory", processes = processes, needed = needed, payload = payload, available = available)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Exit, SlotId, WorkerId};

    fn death_of_worker_2(tasks: &[u32]) -> Problem {
        let tasks = tasks.iter().copied().map(TaskId).collect();
        let what = ProblemKind::Died {
            worker: WorkerId(2),
            pid: Some(41),
            name: None,
            exit: Exit::Signal(9),
            by_executor: false,
            tasks,
        };
        Problem { at_s: 1.5, what }
    }

    #[test]
    fn failed_starts_and_tasks_have_a_reason() {
        let text = |what| describe_problem(&Problem { at_s: 0.25, what });
        let not_started = ProblemKind::NotStarted { slot: SlotId(3), error: "Resource temporarily unavailable".into() };
        assert_eq!(text(not_started), "a worker could not be started: Resource temporarily unavailable");
        let failed = |function: Option<SafeText>| ProblemKind::TaskFailed {
            task: TaskId(7),
            key: None,
            function,
            worker: WorkerId(2),
            name: None,
            error: "no space left".into(),
            ran_again: false,
        };
        assert_eq!(text(failed(None)), "task 7 failed with w2 at 0.25 s: no space left");
        assert_eq!(text(failed(Some("load".into()))), "task 7 of load failed with w2 at 0.25 s: no space left");
        let in_cluster = |key: Option<SafeText>, ran_again| ProblemKind::TaskFailed {
            task: TaskId(7),
            key,
            function: Some("load".into()),
            worker: WorkerId(2),
            name: Some("w1@node7".into()),
            error: "ValueError".into(),
            ran_again,
        };
        let unnamed = "a task of load failed with w1@node7 at 0.25 s: ValueError";
        assert_eq!(text(in_cluster(None, false)), unnamed);
        let named = "load-3 failed with w1@node7 at 0.25 s: ValueError; it was tried again";
        assert_eq!(text(in_cluster(Some("load-3".into()), true)), named);
    }

    #[test]
    fn deaths_name_worker_process_signal_and_tasks() {
        assert_eq!(describe_problem(&death_of_worker_2(&[])), "w2 (pid 41) was killed by SIGKILL at 1.50 s");
        assert_eq!(
            describe_problem(&death_of_worker_2(&[7])),
            "w2 (pid 41) was killed by SIGKILL at 1.50 s; task 7 is lost"
        );
        assert_eq!(
            describe_problem(&death_of_worker_2(&[7, 8, 9, 12, 14])),
            "w2 (pid 41) was killed by SIGKILL at 1.50 s; 5 tasks are lost: 7–9, 12, 14"
        );
    }

    #[test]
    fn tasks_lost_with_a_worker_of_a_cluster_are_counted() {
        let mut death = death_of_worker_2(&[7, 9]);
        if let ProblemKind::Died { name, exit, .. } = &mut death.what {
            (*name, *exit) = (Some("alice".into()), Exit::Unknown);
        }
        assert_eq!(describe_problem(&death), "alice was gone at 1.50 s; 2 attempts at tasks are lost");
    }
}
