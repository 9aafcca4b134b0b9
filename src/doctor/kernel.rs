//! What mpviz is made of: the queue, the event pipe, `/proc`, and a worker that starts.

use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::{CheckStatus, Finding};
use crate::engine::{QueueTestError, delivers_each_task_once, event_pipe};
use crate::event::codec::decode;
use crate::event::units::{buffer_size, duration};
use crate::event::workload::{Part, QueueEntry};
use crate::event::{Event, TaskId};
use crate::probe::process_sampler;

/// Enough for readers to get into each other's way if they can.
const TASKS: u32 = 20_000;
const READERS: usize = 4;

pub(super) fn examine() -> Vec<Finding> {
    vec![queue(), event_pipe(), proc(&process_sampler::readable_proc_files()), worker()]
}

fn queue() -> Finding {
    let id = "kernel.queue";
    let found = match delivers_each_task_once(TASKS, READERS) {
        Ok(true) => Finding::needed(id, true, format!("{READERS} readers got each of {TASKS} tasks once, in order")),
        Ok(false) => Finding::needed(id, false, "tasks of a file in memory were handed out twice, or not in order"),
        Err(error @ QueueTestError::Threads(_)) => {
            return Finding::needed(id, false, error.to_string()).with_advice(
                "mpviz itself is made of a few threads: raise the limit that is least (machine.processes)",
            );
        }
        Err(error) => Finding::needed(id, false, error.to_string()),
    };
    found.with_advice(
        "mpviz needs memfd_create and /proc/self/fd: a Linux of 3.17 or newer, /proc mounted, no sandbox over them",
    )
}

fn event_pipe() -> Finding {
    let (id, wanted) = ("kernel.pipe", event_pipe::REQUESTED_CAPACITY);
    let found = match event_pipe::capacity() {
        Ok(size) if size >= wanted => Finding::needed(id, true, buffer_size(size.unsigned_abs().into())),
        Ok(size) => {
            let words =
                format!("{} of {}", buffer_size(size.unsigned_abs().into()), buffer_size(wanted.unsigned_abs().into()));
            Finding { status: CheckStatus::Limited, ..Finding::needed(id, true, words) }
        }
        Err(error) => Finding::needed(id, false, format!("there is none to be had: {error}")),
    };
    found
        .with_advice("many short tasks are slowed down: raise fs.pipe-user-pages-soft, or end what holds pipes")
        .with_figure("bytes", event_pipe::capacity().ok())
}

fn proc(files: &[(&'static str, bool)]) -> Finding {
    let names = |readable| {
        let names = files.iter().filter(|(_, can)| *can == readable).map(|(name, _)| *name).collect::<Vec<_>>();
        names.join(", ")
    };
    let (can, cannot) = (names(true), names(false));
    let found = match (can.as_str(), cannot.as_str()) {
        (_, "") => Finding::new("kernel.proc", CheckStatus::Works, can),
        ("", _) => Finding::new("kernel.proc", CheckStatus::Missing, "nothing of a process can be read"),
        _ => Finding::new("kernel.proc", CheckStatus::Limited, format!("{can}; not {cannot}")),
    };
    let figures = |found: Finding, (name, can): &(&'static str, bool)| found.with_figure(name, *can);
    files.iter().fold(found, figures).with_advice("what cannot be read is shown as a gap: CPU time, memory or switches")
}

fn worker() -> Finding {
    let id = "kernel.worker";
    let began = Instant::now();
    let found = match start_one() {
        Ok(true) => {
            let took = began.elapsed().as_nanos() as u64;
            Finding::needed(id, true, format!("started, did a task and ended within {}", duration(took)))
                .with_figure("took_ns", took)
        }
        Ok(false) => Finding::needed(id, false, "started, but did not say that it did its task"),
        Err(error) => Finding::needed(id, false, format!("could not be started: {error}")),
    };
    found.with_advice(
        "mpviz starts itself through /proc/self/exe: /proc must be mounted, its file executable, a process to be had",
    )
}

/// Starts a worker as a run does, and gives it one task.
fn start_one() -> io::Result<bool> {
    let mut worker = Command::new("/proc/self/exe");
    worker.arg0("mpviz").arg("worker").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut worker = worker.spawn()?;
    let mut task = Vec::new();
    QueueEntry { task: TaskId(0), part: Part { start: 0, len: 1000 } }.write(&mut task);
    if let Some(mut stdin) = worker.stdin.take() {
        stdin.write_all(&task)?;
    }
    let output = worker.wait_with_output()?;
    let mut events = output.stdout.split(|byte| *byte == b'\n').filter_map(|line| decode(line).ok());
    Ok(events.any(|fact| matches!(fact.event, Event::TaskFinished { sum: 499_500, .. })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn here_the_queue_and_the_pipe_work() {
        assert_eq!(queue().status, CheckStatus::Works);
        assert_ne!(event_pipe().status, CheckStatus::Missing);
        assert!(event_pipe().figures["bytes"].as_u64().is_some_and(|bytes| bytes >= 4096));
    }

    #[test]
    fn what_proc_lacks_is_named() {
        let found = proc(&[("stat", true), ("schedstat", false)]);
        assert_eq!((found.status, found.measured.as_str()), (CheckStatus::Limited, "stat; not schedstat"));
        assert_eq!(proc(&[("stat", false)]).status, CheckStatus::Missing);
        assert_eq!(proc(&[("stat", true)]).status, CheckStatus::Works);
    }
}
