//! Problems, and reasons to doubt the figures.

use std::iter;

use super::{figure_or_dash, how_worker_ended, percent, statements};
use crate::event::text::SafeText;
use crate::event::units::{format_count, format_duration, format_seconds};
use crate::event::{Nanos, TaskId};
use crate::model::{Problem, ProblemKind};

/// A problem of a lane.
#[must_use]
pub fn describe_problem(problem: &Problem) -> String {
    let at = format_seconds(problem.at_s);
    match &problem.what {
        ProblemKind::NotStarted { error, .. } => worker_not_started(error),
        ProblemKind::CoreOffline { core } => format!("core {core} went offline at {at}"),
        ProblemKind::ErrorOutput { text } => worker_error_output(text),
        ProblemKind::TaskFailed { task, worker, error } => {
            format!("task {task} failed with w{worker} at {at}: {error}")
        }
        ProblemKind::Died { worker, pid, exit, by_executor, tasks } => {
            let worker = format!("w{worker} (pid {})", figure_or_dash(*pid));
            let end = if *by_executor {
                format!("{worker} was ended by its executor at {at}, because another worker had died")
            } else {
                how_worker_ended(&worker, Some(*exit), &at)
            };
            statements(iter::once(&end).chain(&lost_tasks_text(tasks)))
        }
    }
}

/// A worker could not be started.
#[must_use]
pub fn worker_not_started(error: &SafeText) -> String {
    format!("a worker could not be started: {error}")
}

/// What workers wrote to standard error.
#[must_use]
pub fn worker_error_output(text: &SafeText) -> String {
    format!("a worker wrote: {text}")
}

/// Names a lost task, or counts several.
fn lost_tasks_text(tasks: &[TaskId]) -> Option<String> {
    match tasks {
        [] => None,
        [task] => Some(format!("task {task} is lost")),
        [first, .., last] => Some(format!("{} tasks are lost, {first} to {last}", format_count(tasks.len() as u64))),
    }
}

/// A problem of a lane, which may have occurred several times in a row.
#[must_use]
pub fn lane_problem(lane: &str, times: usize, problem: &str) -> String {
    match times {
        1 => format!("{lane}: {problem}"),
        _ => format!("{lane}: {} times: {problem}", format_count(times as u64)),
    }
}

/// Number of problems that are not listed.
#[must_use]
pub fn more_problems_text(lane: &str, more: usize) -> String {
    format!("{lane}: {} more problems; --json lists them all", format_count(more as u64))
}

/// Other programs took these shares of the lanes' core time.
#[must_use]
pub fn core_time_taken_by_others(shares: &[(String, f64)]) -> String {
    let share = |(lane, share): &(String, f64)| format!("{} of the core time of {lane}", percent(*share));
    let shares: Vec<String> = shares.iter().map(share).collect();
    format!("other programs took {}: repeat on a quiet machine for better figures", shares.join(", "))
}

/// mpviz itself was stopped or had no core for this time.
#[must_use]
pub fn held_up(ns: Nanos) -> String {
    let time = format_duration(ns);
    format!("mpviz itself was held up for {time}, stopped or without a core, and may have delayed its workers: repeat")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Exit, SlotId, WorkerId};

    fn death_of_worker_2(tasks: &[u32]) -> Problem {
        let tasks = tasks.iter().copied().map(TaskId).collect();
        let what =
            ProblemKind::Died { worker: WorkerId(2), pid: Some(41), exit: Exit::Signal(9), by_executor: false, tasks };
        Problem { at_s: 1.5, what }
    }

    #[test]
    fn failed_starts_and_tasks_have_a_reason() {
        let text = |what| describe_problem(&Problem { at_s: 0.25, what });
        let not_started = ProblemKind::NotStarted { slot: SlotId(3), error: "Resource temporarily unavailable".into() };
        assert_eq!(text(not_started), "a worker could not be started: Resource temporarily unavailable");
        let failed = ProblemKind::TaskFailed { task: TaskId(7), worker: WorkerId(2), error: "no space left".into() };
        assert_eq!(text(failed), "task 7 failed with w2 at 0.25 s: no space left");
    }

    #[test]
    fn deaths_name_worker_process_signal_and_tasks() {
        assert_eq!(describe_problem(&death_of_worker_2(&[])), "w2 (pid 41) was killed by SIGKILL at 1.50 s");
        assert_eq!(
            describe_problem(&death_of_worker_2(&[7])),
            "w2 (pid 41) was killed by SIGKILL at 1.50 s; task 7 is lost"
        );
        assert_eq!(
            describe_problem(&death_of_worker_2(&[7, 8])),
            "w2 (pid 41) was killed by SIGKILL at 1.50 s; 2 tasks are lost, 7 to 8"
        );
    }
}
