//! Who starts processes: threads that live as long as the run, for a process ends with the *thread* that started it.
//!
//! There are several because one start is mostly waiting: the thread that starts a process sleeps until the new program
//! is loaded, and alone it would leave other cores idle.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command as Program;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::children::Children;
use super::queue::{Queue, TaskFile};
use crate::event::{LaneId, Nanos, SlotId, TaskId, WorkerId};
use crate::probe::LiveProcesses;
use crate::system::clock::Epoch;
use crate::system::threads;
use crate::worker::WorkerConfig;

/// How often a process is tried to be started, and how long apart: the system may be short of something for a moment.
const TRIES: u32 = 3;
const BETWEEN_TRIES: Duration = Duration::from_millis(20);
/// More threads than this only get into each other's way in the kernel.
const MOST: usize = 4;
/// Starts that a thread has before it, so that it never waits for the executor.
const AHEAD: usize = 8;

/// A process to be started.
pub(super) struct SpawnRequest {
    pub(super) slot: SlotId,
    pub(super) config: WorkerConfig,
}

/// What came of it.
pub(super) struct SpawnResult {
    /// When it was begun.
    pub(super) at: Nanos,
    pub(super) lane: LaneId,
    pub(super) slot: SlotId,
    /// The process's first worker.
    pub(super) worker: WorkerId,
    /// Its number.
    pub(super) pid: io::Result<u32>,
}

/// What every start takes.
pub(super) struct SpawnContext {
    pub(super) worker_program: PathBuf,
    pub(super) epoch: Epoch,
    pub(super) tasks: TaskFile,
    /// For each lane the queue that its workers share.
    pub(super) queues: Vec<Option<Queue>>,
    /// The writing end of the event pipe.
    pub(super) pipe_writer: OwnedFd,
    /// Where whatever a worker says besides is lost.
    pub(super) dev_null: File,
    pub(super) children: Arc<Children>,
    pub(super) live_processes: Arc<LiveProcesses>,
}

/// The threads, and what is under way with them.
pub(super) struct SpawnPool {
    /// None once closed.
    starts: Option<Sender<SpawnRequest>>,
    started: Receiver<SpawnResult>,
    threads: Vec<JoinHandle<()>>,
    under_way: usize,
}

impl SpawnPool {
    /// # Errors
    /// When the system has no thread for it.
    pub(super) fn new(context: SpawnContext) -> io::Result<Self> {
        let (starts, wanted) = unbounded();
        let (done, started) = unbounded();
        let context = Arc::new(context);
        let threads = (0..thread::available_parallelism()?.get().min(MOST)).map(|n| {
            let (context, wanted, done) = (Arc::clone(&context), wanted.clone(), done.clone());
            threads::start(&format!("spawner{n}"), move || context.serve(&wanted, &done))
        });
        let threads = threads.collect::<io::Result<_>>()?;
        Ok(Self { starts: Some(starts), started, threads, under_way: 0 })
    }

    /// Whether another start would be begun soon.
    pub(super) fn has_capacity(&self) -> bool {
        self.under_way < AHEAD * self.threads.len()
    }

    /// Has a process started; [`SpawnPool::results`] tells what came of it.
    pub(super) fn submit(&mut self, start: SpawnRequest) {
        // They take what is wanted until they are closed.
        if self.starts.as_ref().is_some_and(|starts| starts.send(start).is_ok()) {
            self.under_way += 1;
        }
    }

    /// Where the results come out; whoever takes one calls [`SpawnPool::mark_received`].
    pub(super) fn results(&self) -> &Receiver<SpawnResult> {
        &self.started
    }

    /// A result has been taken.
    pub(super) fn mark_received(&mut self) {
        self.under_way -= 1;
    }

    /// Waits for the next result; none if no start is under way.
    pub(super) fn next_result(&self) -> Option<SpawnResult> {
        if self.under_way == 0 { None } else { self.started.recv().ok() }
    }

    /// Ends the threads; every process that they started must have ended before.
    pub(super) fn close(&mut self) {
        self.starts = None;
        for thread in self.threads.drain(..) {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
    }
}

impl SpawnContext {
    fn serve(&self, wanted: &Receiver<SpawnRequest>, done: &Sender<SpawnResult>) {
        for SpawnRequest { slot, config } in wanted {
            let at = self.epoch.now();
            let pid = self.try_to_start(slot, &config);
            let _ = done.send(SpawnResult { at, lane: config.lane, slot, worker: config.worker, pid });
        }
    }

    fn try_to_start(&self, slot: SlotId, config: &WorkerConfig) -> io::Result<u32> {
        let text = serde_json::to_string(config).map_err(io::Error::other)?;
        let workers: Vec<WorkerId> = (0..config.threads).map(|n| WorkerId(config.worker.0 + n)).collect();
        again_and_again(|| {
            let mut program = self.program(config.lane, slot, &text)?;
            self.children.spawn(&mut program, |pid| self.live_processes.add(config.lane, pid, workers.clone()))
        })
    }

    /// The command for a worker process. There is no `pre_exec` and the like, so that it is started by `posix_spawn`, whose
    /// price does not grow with the memory of mpviz; the process does for itself what must be done first.
    fn program(&self, lane: LaneId, slot: SlotId, config: &str) -> io::Result<Program> {
        let queue = match &self.queues[lane.index()] {
            Some(shared) => shared.try_clone()?,
            None => self.tasks.open_queue()?.skip_to(TaskId(slot.0))?,
        };
        let mut program = Program::new(&self.worker_program);
        // A worker heeds nothing in its environment, and copying it takes the system time.
        program.arg0("mpviz").args(["worker", config]).env_clear();
        program.stdin(queue).stdout(self.pipe_writer.try_clone()?).stderr(self.dev_null.try_clone()?).process_group(0);
        Ok(program)
    }
}

/// Tries something a few times; the last answer counts.
fn again_and_again<T>(mut what: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    let mut tries = 1;
    loop {
        match what() {
            Err(_) if tries < TRIES => thread::sleep(BETWEEN_TRIES),
            other => return other,
        }
        tries += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shortage_of_a_moment_is_survived_and_one_that_lasts_is_told() {
        let tries_until = |there_is: u32| {
            let mut tries = 0;
            let end = again_and_again(|| {
                tries += 1;
                if tries < there_is { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(()) }
            });
            (tries, end.is_ok())
        };
        assert_eq!([1, 3, 4].map(tries_until), [(1, true), (3, true), (3, false)]);
    }
}
