//! Kernel features that mpviz relies on: the queue, the event pipe, `/proc`, and starting a worker.

use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::{CheckFinding, CheckStatus};
use crate::engine::{QueueTestError, delivers_each_task_once, event_pipe};
use crate::event::codec::decode;
use crate::event::units::{format_buffer_size, format_duration};
use crate::event::workload::{NumberRange, QueueEntry};
use crate::event::{Event, TaskId};
use crate::probe::process_sampler;
use crate::report::phrases;
use crate::system::pid_namespace::is_proc_of_own_namespace;

/// Enough tasks for concurrent readers to reveal duplicates.
const QUEUE_TEST_TASKS: u32 = 20_000;
const QUEUE_TEST_READERS: usize = 4;

pub(super) fn check_kernel() -> Vec<CheckFinding> {
    vec![
        check_queue(),
        event_pipe(),
        check_proc_files(&process_sampler::readable_proc_files(), is_proc_of_own_namespace()),
        check_worker_start(),
    ]
}

fn check_queue() -> CheckFinding {
    let id = "kernel.queue";
    let found = match delivers_each_task_once(QUEUE_TEST_TASKS, QUEUE_TEST_READERS) {
        Ok(true) => CheckFinding::required_finding(
            id,
            true,
            format!("{QUEUE_TEST_READERS} readers got each of {QUEUE_TEST_TASKS} tasks once, in order"),
        ),
        Ok(false) => CheckFinding::required_finding(id, false, "tasks were delivered twice or out of order"),
        Err(error @ QueueTestError::Threads(_)) => {
            return CheckFinding::required_finding(id, false, error.to_string())
                .with_advice("mpviz itself needs a few threads: raise the lowest limit (machine.processes)");
        }
        Err(error) => CheckFinding::required_finding(id, false, error.to_string()),
    };
    found.with_advice(
        "mpviz needs memfd_create and /proc/self/fd: Linux 3.17 or newer, /proc mounted, neither blocked by a sandbox",
    )
}

fn event_pipe() -> CheckFinding {
    let (id, requested) = ("kernel.pipe", event_pipe::REQUESTED_PIPE_CAPACITY);
    let found = match event_pipe::pipe_capacity() {
        Ok(size) if size >= requested => {
            CheckFinding::required_finding(id, true, format_buffer_size(size.unsigned_abs().into()))
        }
        Ok(size) => {
            let text = format!(
                "{} of {}",
                format_buffer_size(size.unsigned_abs().into()),
                format_buffer_size(requested.unsigned_abs().into())
            );
            CheckFinding { status: CheckStatus::Limited, ..CheckFinding::required_finding(id, true, text) }
        }
        Err(error) => CheckFinding::required_finding(id, false, format!("cannot be created: {error}")),
    };
    found
        .with_advice("slows down many short tasks: raise fs.pipe-user-pages-soft, or end programs that use pipes")
        .with_figure("bytes", event_pipe::pipe_capacity().ok())
}

fn check_proc_files(files: &[(&'static str, bool)], is_own: bool) -> CheckFinding {
    let names = |readable| {
        let names =
            files.iter().filter(|(_, can_read)| *can_read == readable).map(|(name, _)| *name).collect::<Vec<_>>();
        names.join(", ")
    };
    let (readable, unreadable) = (names(true), names(false));
    let found = match (readable.as_str(), unreadable.as_str()) {
        (_, _) if !is_own && !readable.is_empty() => {
            return CheckFinding::new("kernel.proc", CheckStatus::Limited, phrases::proc_of_other_namespace())
                .with_advice("mount the /proc of this namespace: unshare --mount-proc, bwrap --proc /proc");
        }
        (_, "") => CheckFinding::new("kernel.proc", CheckStatus::Works, readable),
        ("", _) => CheckFinding::new("kernel.proc", CheckStatus::Missing, "no file of a process can be read"),
        _ => CheckFinding::new("kernel.proc", CheckStatus::Limited, format!("{readable}; not {unreadable}")),
    };
    let figures = |found: CheckFinding, (name, readable): &(&'static str, bool)| found.with_figure(name, *readable);
    files
        .iter()
        .fold(found, figures)
        .with_advice("values that cannot be read are shown as gaps: CPU time, memory or context switches")
}

fn check_worker_start() -> CheckFinding {
    let id = "kernel.worker";
    let started = Instant::now();
    let found = match run_worker() {
        Ok(true) => {
            let took = started.elapsed().as_nanos() as u64;
            CheckFinding::required_finding(
                id,
                true,
                format!("started, finished a task and exited in {}", format_duration(took)),
            )
            .with_figure("took_ns", took)
        }
        Ok(false) => CheckFinding::required_finding(id, false, "started, but did not report its task as finished"),
        Err(error) => CheckFinding::required_finding(id, false, format!("could not be started: {error}")),
    };
    found.with_advice(
        "mpviz starts itself through /proc/self/exe: mount /proc, make its file executable, allow one more process",
    )
}

/// Starts a worker as a run does, and gives it one task.
fn run_worker() -> io::Result<bool> {
    let mut worker = Command::new("/proc/self/exe");
    worker.arg0("mpviz").arg("worker").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut worker = worker.spawn()?;
    let mut task = Vec::new();
    QueueEntry { task: TaskId(0), part: NumberRange { start: 0, len: 1000 } }.write(&mut task);
    if let Some(mut stdin) = worker.stdin.take() {
        stdin.write_all(&task)?;
    }
    let output = worker.wait_with_output()?;
    let mut events = output.stdout.split(|byte| *byte == b'\n').filter_map(|line| decode(line).ok());
    Ok(events.any(|stamped| matches!(stamped.event, Event::TaskFinished { sum: Some(499_500), .. })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queue_and_pipe_work_on_this_machine() {
        assert_eq!(check_queue().status, CheckStatus::Works);
        assert_ne!(event_pipe().status, CheckStatus::Missing);
        assert!(event_pipe().figures["bytes"].as_u64().is_some_and(|bytes| bytes >= 4096));
    }

    #[test]
    fn unreadable_proc_files_are_named() {
        let found = check_proc_files(&[("stat", true), ("schedstat", false)], true);
        assert_eq!((found.status, found.measured.as_str()), (CheckStatus::Limited, "stat; not schedstat"));
        assert_eq!(check_proc_files(&[("stat", false)], true).status, CheckStatus::Missing);
        assert_eq!(check_proc_files(&[("stat", true)], true).status, CheckStatus::Works);
        assert_eq!(check_proc_files(&[("stat", true)], false).status, CheckStatus::Limited);
    }
}
