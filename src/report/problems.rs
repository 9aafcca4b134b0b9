//! What went wrong, and what makes the figures doubtful, in words.

use super::Report;
use crate::event::units::{count, duration, seconds};
use crate::event::{CorePolicy, Exit, TaskId};
use crate::model::{LaneSummary, Problem, ProblemKind};
use crate::system::signals;

/// More problems of a lane than this are counted, not told.
const TOLD: usize = 8;
/// Other programs that take more than this part of a lane's core time are worth a word.
const DISTURBED: f64 = 0.1;
/// In a run shorter than this, in s, starting and ending weigh more than others do.
const SHORT: f64 = 0.5;

/// Sentences for a person: each lane's problems, then the doubts.
pub(super) fn sentences(report: &Report) -> Vec<String> {
    of_lanes(report).into_iter().chain(doubts(report)).collect()
}

/// What went wrong in each lane.
pub(super) fn of_lanes(report: &Report) -> Vec<String> {
    report.lanes.iter().flat_map(problems).collect()
}

/// What went wrong in a lane. What has the same cause is told once.
fn problems(lane: &LaneSummary) -> Vec<String> {
    let mut told: Vec<(String, usize)> = Vec::new();
    for problem in &lane.problems {
        let words = words(problem);
        match told.last_mut() {
            Some((last, times)) if *last == words => *times += 1,
            _ => told.push((words, 1)),
        }
    }
    let more = told.len().saturating_sub(TOLD);
    let sentence = |(words, times): (String, usize)| {
        let times = if times > 1 { format!("{} times: ", count(times as u64)) } else { String::new() };
        format!("{}: {times}{words}", lane.mode.name())
    };
    let mut sentences: Vec<String> = told.into_iter().take(TOLD).map(sentence).collect();
    if more > 0 {
        sentences.push(format!("{}: and {} problems more; --json has them all", lane.mode.name(), count(more as u64)));
    }
    sentences
}

fn words(problem: &Problem) -> String {
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

/// Which tasks were lost: each by its number if they are few.
fn lost(tasks: &[TaskId]) -> String {
    match tasks {
        [] => String::new(),
        [task] => format!("; task {task} is lost"),
        [first, .., last] => format!("; {} tasks are lost, {first} to {last}", count(tasks.len() as u64)),
    }
}

/// The part of a lane's core time that other programs took, if that is worth a word.
pub(super) fn disturbance(report: &Report, lane: &LaneSummary) -> Option<f64> {
    // On shared cores the other lanes are the others, and the verdict says so.
    let makespan = lane.makespan_s.filter(|makespan| *makespan >= SHORT && report.run.cores != CorePolicy::Shared)?;
    let share = lane.taken_by_others_core_s() / (makespan * lane.cores.len() as f64);
    (share > DISTURBED).then_some(share)
}

/// Why the figures are to be taken with care.
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

/// Who looks away does not start processes either, and in the end lets the workers wait to say what they did.
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
    fn a_process_that_could_not_be_started_and_a_task_that_failed_say_why() {
        let words = |what| words(&Problem { at_s: 0.25, what });
        let not_started = ProblemKind::NotStarted { slot: SlotId(3), error: "Resource temporarily unavailable".into() };
        assert_eq!(words(not_started), "a worker could not be started: Resource temporarily unavailable");
        let failed = ProblemKind::TaskFailed { task: TaskId(7), worker: WorkerId(2), error: "no space left".into() };
        assert_eq!(words(failed), "task 7 failed with w2 at 0.25 s: no space left");
    }

    #[test]
    fn a_death_names_worker_process_signal_and_tasks() {
        assert_eq!(words(&died(&[])), "w2 (pid 41) was killed by SIGKILL at 1.50 s");
        assert_eq!(words(&died(&[7])), "w2 (pid 41) was killed by SIGKILL at 1.50 s; task 7 is lost");
        assert_eq!(words(&died(&[7, 8])), "w2 (pid 41) was killed by SIGKILL at 1.50 s; 2 tasks are lost, 7 to 8");
    }
}
