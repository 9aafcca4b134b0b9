//! Threads that start worker processes. They live as long as the run, because a worker is killed when the *thread*
//! that started it ends.
//!
//! There are several because a thread that starts a process blocks until the new program is loaded; a single one would
//! leave cores idle.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::children::Children;
use super::queue::{Queue, TaskFile};
use crate::event::text::{SafeText, display_path};
use crate::event::{LaneId, Nanos, SlotId, TaskId, WorkerId};
use crate::probe::LiveProcesses;
use crate::system::clock::Epoch;
use crate::system::shortage::limit_to_raise;
use crate::system::threads;
use crate::worker::WorkerConfig;

/// Attempts to start a process, and the delay between them: a resource may be exhausted only briefly.
const MAX_ATTEMPTS: u32 = 3;
const RETRY_DELAY: Duration = Duration::from_millis(20);
/// Maximum number of threads: more would only compete for locks in the kernel.
const MAX_THREADS: usize = 4;
/// Requests queued per thread, so that no thread waits for the executor.
const QUEUED_REQUESTS_PER_THREAD: usize = 8;

/// A request to start a process.
pub(super) struct SpawnRequest {
    pub(super) slot: SlotId,
    pub(super) config: WorkerConfig,
}

/// The result of a [`SpawnRequest`].
pub(super) struct SpawnResult {
    /// Time at which the start began.
    pub(super) at: Nanos,
    pub(super) lane: LaneId,
    pub(super) slot: SlotId,
    /// The first worker of the process.
    pub(super) worker: WorkerId,
    pub(super) pid: Result<u32, SafeText>,
}

/// What the threads need to start a process.
pub(super) struct SpawnContext {
    pub(super) worker_program: PathBuf,
    pub(super) epoch: Epoch,
    pub(super) tasks: TaskFile,
    /// The shared queue of each lane.
    pub(super) queues: Vec<Option<Queue>>,
    /// The writing end of the event pipe.
    pub(super) pipe_writer: OwnedFd,
    /// Standard error of each lane's workers.
    pub(super) error_outputs: Vec<File>,
    pub(super) children: Arc<Children>,
    pub(super) live_processes: Arc<LiveProcesses>,
}

/// The threads and their pending requests.
pub(super) struct SpawnPool {
    /// None once closed.
    requests: Option<Sender<SpawnRequest>>,
    results: Receiver<SpawnResult>,
    threads: Vec<JoinHandle<()>>,
    pending: usize,
}

impl SpawnPool {
    /// Starts up to [`MAX_THREADS`] threads, at most one per core.
    pub(super) fn new(context: SpawnContext) -> io::Result<Self> {
        let (request_sender, requests) = unbounded();
        let (result_sender, results) = unbounded();
        let context = Arc::new(context);
        let threads = (0..thread::available_parallelism()?.get().min(MAX_THREADS)).map(|n| {
            let (context, requests, results) = (Arc::clone(&context), requests.clone(), result_sender.clone());
            threads::start(&format!("spawner{n}"), move || context.start_requested_processes(&requests, &results))
        });
        let threads = threads.collect::<io::Result<_>>()?;
        Ok(Self { requests: Some(request_sender), results, threads, pending: 0 })
    }

    /// Whether another request would be served soon.
    pub(super) fn can_take_request(&self) -> bool {
        self.pending < QUEUED_REQUESTS_PER_THREAD * self.threads.len()
    }

    /// Requests a process; the result arrives at [`SpawnPool::results`].
    pub(super) fn request_process(&mut self, request: SpawnRequest) {
        // Sending fails only if all threads have ended.
        if self.requests.as_ref().is_some_and(|requests| requests.send(request).is_ok()) {
            self.pending += 1;
        }
    }

    /// The channel of results. Call [`SpawnPool::mark_received`] for each one received.
    pub(super) fn spawn_results(&self) -> &Receiver<SpawnResult> {
        &self.results
    }

    /// Counts a result as received.
    pub(super) fn mark_received(&mut self) {
        self.pending -= 1;
    }

    /// Waits for the next result; none if no request is pending.
    pub(super) fn next_result(&self) -> Option<SpawnResult> {
        if self.pending == 0 { None } else { self.results.recv().ok() }
    }

    /// Ends the threads. Workers that are still running are killed by this.
    pub(super) fn close(&mut self) -> thread::Result<()> {
        self.requests = None;
        self.threads.drain(..).try_for_each(JoinHandle::join)
    }
}

impl SpawnContext {
    fn start_requested_processes(&self, requests: &Receiver<SpawnRequest>, results: &Sender<SpawnResult>) {
        for SpawnRequest { slot, config } in requests {
            let at = self.epoch.now();
            let pid = self.spawn(slot, &config).map_err(|error| self.describe_spawn_error(&error));
            let _ = results.send(SpawnResult { at, lane: config.lane, slot, worker: config.worker, pid });
        }
    }

    /// Names the limit to raise, or else the program.
    fn describe_spawn_error(&self, error: &io::Error) -> SafeText {
        let of_program = || format!("{}: {error}", display_path(&self.worker_program));
        limit_to_raise(error).map_or_else(of_program, String::from).into()
    }

    fn spawn(&self, slot: SlotId, config: &WorkerConfig) -> io::Result<u32> {
        let text = serde_json::to_string(config).map_err(io::Error::other)?;
        let workers: Vec<WorkerId> = (0..config.threads).map(|n| WorkerId(config.worker.0 + n)).collect();
        retry(|| {
            let mut command = self.worker_command(slot, config, &text)?;
            self.children.start_process(&mut command, |pid| {
                // The workers of an interpreter are added when they report their start.
                if config.python.is_none() {
                    self.live_processes.add(config.lane, pid, workers.clone());
                }
            })
        })
    }

    /// Builds the command for a worker process. Without `pre_exec` the standard library uses `posix_spawn`, whose cost
    /// does not grow with mpviz's memory; the worker does its own setup.
    fn worker_command(&self, slot: SlotId, config: &WorkerConfig, text: &str) -> io::Result<Command> {
        let queue = match &self.queues[config.lane.index()] {
            Some(shared) => shared.try_clone()?,
            None => self.tasks.open_queue()?.skip_to_task(TaskId(slot.0))?,
        };
        let mut command = Command::new(&self.worker_program);
        command.arg0(&config.name).args(["worker", text]);
        if config.python.is_none() {
            // A worker ignores its environment; an empty one is cheaper to copy.
            command.env_clear();
        }
        let error_output = self.error_outputs[config.lane.index()].try_clone()?;
        command.stdin(queue).stdout(self.pipe_writer.try_clone()?).stderr(error_output).process_group(0);
        Ok(command)
    }
}

/// Retries an operation while a limit is exhausted, and returns the last result.
fn retry<T>(mut operation: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    let mut attempts = 1;
    loop {
        match operation() {
            Err(error) if attempts < MAX_ATTEMPTS && limit_to_raise(&error).is_some() => thread::sleep(RETRY_DELAY),
            other => return other,
        }
        attempts += 1;
    }
}

#[cfg(test)]
mod tests {
    use nix::errno::Errno;

    use super::*;

    #[test]
    fn brief_shortages_are_retried_and_lasting_ones_reported() {
        let attempts_until = |successful: u32, error: Errno| {
            let mut attempts = 0;
            let result = retry(|| {
                attempts += 1;
                if attempts < successful { Err(error.into()) } else { Ok(()) }
            });
            (attempts, result.is_ok())
        };
        assert_eq!([1, 3, 4].map(|n| attempts_until(n, Errno::EAGAIN)), [(1, true), (3, true), (3, false)]);
        assert_eq!(attempts_until(2, Errno::ENOSYS), (1, false), "cannot succeed later");
    }
}
