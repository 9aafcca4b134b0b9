//! What mpviz is made of: the queue, the event pipe, `/proc`, and a worker that starts.

use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::{Finding, Verdict};
use crate::engine::{Untried, hands_out_once, pipe};
use crate::event::codec::decode;
use crate::event::units::{buffer_size, duration};
use crate::event::workload::{Part, QueueEntry};
use crate::event::{Event, TaskId};
use crate::probe::processes;

/// Enough for readers to get into each other's way if they can.
const TASKS: u32 = 20_000;
const READERS: usize = 4;

pub(super) fn examine() -> Vec<Finding> {
    vec![queue(), event_pipe(), proc(&processes::readable()), worker()]
}

fn queue() -> Finding {
    let id = "kernel.queue";
    let found = match hands_out_once(TASKS, READERS) {
        Ok(true) => Finding::needed(id, true, format!("{READERS} readers got each of {TASKS} tasks once, in order")),
        Ok(false) => Finding::needed(id, false, "tasks of a file in memory were handed out twice, or not in order"),
        Err(error @ Untried::Threads(_)) => {
            return Finding::needed(id, false, error.to_string())
                .advise("mpviz itself is made of a few threads: raise the limit that is least (machine.processes)");
        }
        Err(error) => Finding::needed(id, false, error.to_string()),
    };
    found.advise(
        "mpviz needs memfd_create and /proc/self/fd: a Linux of 3.17 or newer, /proc mounted, no sandbox over them",
    )
}

fn event_pipe() -> Finding {
    let (id, wanted) = ("kernel.pipe", pipe::WANTED);
    let found = match pipe::size() {
        Ok(size) if size >= wanted => Finding::needed(id, true, buffer_size(size.unsigned_abs().into())),
        Ok(size) => {
            let words =
                format!("{} of {}", buffer_size(size.unsigned_abs().into()), buffer_size(wanted.unsigned_abs().into()));
            Finding { verdict: Verdict::Limited, ..Finding::needed(id, true, words) }
        }
        Err(error) => Finding::needed(id, false, format!("there is none to be had: {error}")),
    };
    found
        .advise("many short tasks are slowed down: raise fs.pipe-user-pages-soft, or end what holds pipes")
        .figure("bytes", pipe::size().ok())
}

fn proc(files: &[(&'static str, bool)]) -> Finding {
    let names = |readable| {
        let names = files.iter().filter(|(_, can)| *can == readable).map(|(name, _)| *name).collect::<Vec<_>>();
        names.join(", ")
    };
    let (can, cannot) = (names(true), names(false));
    let found = match (can.as_str(), cannot.as_str()) {
        (_, "") => Finding::new("kernel.proc", Verdict::Works, can),
        ("", _) => Finding::new("kernel.proc", Verdict::Missing, "nothing of a process can be read"),
        _ => Finding::new("kernel.proc", Verdict::Limited, format!("{can}; not {cannot}")),
    };
    let figures = |found: Finding, (name, can): &(&'static str, bool)| found.figure(name, *can);
    files.iter().fold(found, figures).advise("what cannot be read is shown as a gap: CPU time, memory or switches")
}

fn worker() -> Finding {
    let id = "kernel.worker";
    let began = Instant::now();
    let found = match start_one() {
        Ok(true) => {
            let took = began.elapsed().as_nanos() as u64;
            Finding::needed(id, true, format!("started, did a task and ended within {}", duration(took)))
                .figure("took_ns", took)
        }
        Ok(false) => Finding::needed(id, false, "started, but did not say that it did its task"),
        Err(error) => Finding::needed(id, false, format!("could not be started: {error}")),
    };
    found.advise(
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
        assert_eq!(queue().verdict, Verdict::Works);
        assert_ne!(event_pipe().verdict, Verdict::Missing);
        assert!(event_pipe().figures["bytes"].as_u64().is_some_and(|bytes| bytes >= 4096));
    }

    #[test]
    fn what_proc_lacks_is_named() {
        let found = proc(&[("stat", true), ("schedstat", false)]);
        assert_eq!((found.verdict, found.measured.as_str()), (Verdict::Limited, "stat; not schedstat"));
        assert_eq!(proc(&[("stat", false)]).verdict, Verdict::Missing);
        assert_eq!(proc(&[("stat", true)]).verdict, Verdict::Works);
    }
}
