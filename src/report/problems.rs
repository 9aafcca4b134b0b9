//! Sentences about problems, and about reasons to doubt the figures.

use super::Report;
use crate::event::units::{count, duration, seconds};
use crate::event::{CorePolicy, Exit, TaskId};
use crate::model::{LaneSummary, Problem, ProblemKind};
use crate::system::signals;

/// Maximum number of problems of a lane that are listed.
const MAX_LISTED: usize = 8;
/// Share of a lane's core time taken by other programs from which it is reported.
const DISTURBANCE_THRESHOLD: f64 = 0.1;
/// In shorter runs, in s, starting and ending weigh more than other programs do.
const MIN_MAKESPAN: f64 = 0.5;

/// Problems of each lane, then doubts.
pub(super) fn sentences(report: &Report) -> Vec<String> {
    lane_problems(report).into_iter().chain(doubts(report)).collect()
}

/// Problems of all lanes.
pub(super) fn lane_problems(report: &Report) -> Vec<String> {
    report.lanes.iter().flat_map(problems).collect()
}

/// Problems of a lane; those with the same cause are merged.
fn problems(lane: &LaneSummary) -> Vec<String> {
    let mut told: Vec<(String, usize)> = Vec::new();
    for problem in &lane.problems {
        let description = description(problem);
        match told.last_mut() {
            Some((last, times)) if *last == description => *times += 1,
            _ => told.push((description, 1)),
        }
    }
    let more = told.len().saturating_sub(MAX_LISTED);
    let sentence = |(description, times): (String, usize)| {
        let times = if times > 1 { format!("{} times: ", count(times as u64)) } else { String::new() };
        format!("{}: {times}{description}", lane.mode.name())
    };
    let mut sentences: Vec<String> = told.into_iter().take(MAX_LISTED).map(sentence).collect();
    if more > 0 {
        sentences.push(format!("{}: and {} problems more; --json has them all", lane.mode.name(), count(more as u64)));
    }
    sentences
}

fn description(problem: &Problem) -> String {
    let at = seconds(problem.at_s);
    match &problem.what {
        ProblemKind::NotStarted { error, .. } => format!("a worker could not be started: {error}"),
        ProblemKind::TaskFailed { task, worker, error } => {
            format!("task {task} failed with w{worker} at {at}: {error}")
        }
        ProblemKind::Died { worker, pid, exit, tasks } => {
            let pid = pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default();
            let how = match exit {
                Exit::Signal(signal) => format!("was killed by {}", signals::name(*signal)),
                Exit::Code(code) => format!("ended with code {code}"),
            };
            format!("w{worker}{pid} {how} at {at}{}", lost(tasks))
        }
    }
}

/// Names the lost tasks if they are few, else counts them.
fn lost(tasks: &[TaskId]) -> String {
    match tasks {
        [] => String::new(),
        [task] => format!("; task {task} is lost"),
        [first, .., last] => format!("; {} tasks are lost, {first} to {last}", count(tasks.len() as u64)),
    }
}

/// Share of a lane's core time that other programs took, if it is worth reporting.
pub(super) fn disturbance(report: &Report, lane: &LaneSummary) -> Option<f64> {
    // On shared cores, other lanes are the others, and the verdict says so.
    let makespan =
        lane.makespan_s.filter(|makespan| *makespan >= MIN_MAKESPAN && report.run.cores != CorePolicy::Shared)?;
    let share = lane.taken_by_others_core_s() / (makespan * lane.cores.len() as f64);
    (share > DISTURBANCE_THRESHOLD).then_some(share)
}

/// Reasons to doubt the figures.
pub(super) fn doubts(report: &Report) -> Vec<String> {
    disturbances(report).into_iter().chain(held_up(report)).collect()
}

fn disturbances(report: &Report) -> Option<String> {
    let share = |lane: &LaneSummary| {
        let share = disturbance(report, lane)?;
        Some(format!("{:.0} % of the core time of {}", share * 100.0, lane.mode.name()))
    };
    let shares: Vec<String> = report.lanes.iter().filter_map(share).collect();
    let shares = (!shares.is_empty()).then(|| shares.join(", "))?;
    Some(format!("other programs took {shares}: repeat on a quiet machine for better figures"))
}

/// While mpviz is held up it starts no processes, and workers may block on the event pipe.
fn held_up(report: &Report) -> Option<String> {
    let time = duration(report.observer.held_up()?);
    Some(format!(
        "mpviz itself was held up for {time}, stopped or without a core, and workers may have waited for it: repeat"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{SlotId, WorkerId};

    fn died(tasks: &[u32]) -> Problem {
        let tasks = tasks.iter().copied().map(TaskId).collect();
        let what = ProblemKind::Died { worker: WorkerId(2), pid: Some(41), exit: Exit::Signal(9), tasks };
        Problem { at_s: 1.5, what }
    }

    #[test]
    fn failed_starts_and_tasks_have_a_reason() {
        let description = |what| description(&Problem { at_s: 0.25, what });
        let not_started = ProblemKind::NotStarted { slot: SlotId(3), error: "Resource temporarily unavailable".into() };
        assert_eq!(description(not_started), "a worker could not be started: Resource temporarily unavailable");
        let failed = ProblemKind::TaskFailed { task: TaskId(7), worker: WorkerId(2), error: "no space left".into() };
        assert_eq!(description(failed), "task 7 failed with w2 at 0.25 s: no space left");
    }

    #[test]
    fn deaths_name_worker_process_signal_and_tasks() {
        assert_eq!(description(&died(&[])), "w2 (pid 41) was killed by SIGKILL at 1.50 s");
        assert_eq!(description(&died(&[7])), "w2 (pid 41) was killed by SIGKILL at 1.50 s; task 7 is lost");
        assert_eq!(
            description(&died(&[7, 8])),
            "w2 (pid 41) was killed by SIGKILL at 1.50 s; 2 tasks are lost, 7 to 8"
        );
    }
}
