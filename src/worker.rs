//! Worker processes: Unix filters that read tasks from standard input and write events to standard output.
//!
//! `mpviz worker [CONFIG] < tasks` runs one by hand. A task is a line of three right-aligned columns of ten
//! characters: task number, first number, count. CONFIG is a [`WorkerConfig`] as JSON. Each event is one line of JSON,
//! written when it happens.

pub mod compute;
mod event_writer;
mod gil;
mod io;
mod meter;
pub mod net_client;
mod payload;
mod process_setup;
mod python;
mod task_runner;

use std::path::PathBuf;
use std::thread;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::event::workload::{IoKind, StartMethod};
use crate::event::{Event, LaneId, Mode, WorkerId};
use crate::probe::process_sampler;
use crate::system::clock::Epoch;
use crate::system::exit_code;
use crate::system::process_name::worker_thread_name;
use event_writer::EventWriter;
use gil::Gil;
use task_runner::TaskRunner;

/// The configuration of a worker process, passed as JSON in its argument.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WorkerConfig {
    /// Zero of the run's clock.
    pub epoch: Epoch,
    /// Parent pid; the worker exits when its parent does.
    pub parent: Option<u32>,
    /// Name of the process.
    pub name: String,
    pub lane: LaneId,
    /// Worker id of the first thread; the other threads have consecutive ids.
    pub worker: WorkerId,
    /// Number of threads; at least 1.
    pub threads: u32,
    /// Whether only one thread may compute at a time.
    pub gil: bool,
    /// Cores to run on; empty to keep the inherited affinity.
    pub cores: Vec<u32>,
    /// Tasks per record; at least 1.
    pub chunk: u32,
    /// Records after which the worker exits; none for no limit.
    pub max_records: Option<u32>,
    /// Rounds of the integer mix per number.
    pub rounds: u32,
    /// I/O operations per task.
    pub io: u32,
    pub io_kind: IoKind,
    /// Latency of an operation of kind `sleep` or `net`, in ns.
    pub io_latency_ns: u64,
    /// Directory for I/O of kind `disk`.
    pub io_dir: PathBuf,
    /// Loopback port of the server for I/O of kind `net`.
    pub io_port: Option<u16>,
    /// If set, the process executes an interpreter, which runs the whole lane.
    pub python: Option<PythonConfig>,
}

/// The configuration of a lane that CPython executes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PythonConfig {
    /// The interpreter.
    pub program: PathBuf,
    pub mode: Mode,
    /// Workers of a pool, threads.
    pub workers: u32,
    /// Tasks of the workload.
    pub tasks: u32,
    /// CPU time per number, in ns.
    pub cost_ns: u64,
    pub start_method: StartMethod,
}

impl Default for WorkerConfig {
    fn default() -> Self {
        Self {
            epoch: Epoch::start_now(),
            parent: None,
            name: "mpviz".into(),
            lane: LaneId(0),
            worker: WorkerId(0),
            threads: 1,
            gil: false,
            cores: Vec::new(),
            chunk: 1,
            max_records: None,
            rounds: 0,
            io: 0,
            io_kind: IoKind::Sleep,
            io_latency_ns: 0,
            io_dir: ".".into(),
            io_port: None,
            python: None,
        }
    }
}

/// Errors that end a worker.
#[derive(Debug, Error)]
pub enum WorkerError {
    /// The argument is not a valid [`WorkerConfig`].
    #[error("worker: invalid configuration: {0}")]
    InvalidConfig(#[from] serde_json::Error),
    /// The configuration has zero threads or an empty chunk.
    #[error("worker: `threads` and `chunk` must be at least 1")]
    ZeroCount,
    /// Standard input contains something other than tasks.
    #[error("worker: `{0}` is not a task: expected three columns of ten characters (task number, first number, count)")]
    InvalidTask(String),
    /// The event pipe was closed by the reader, or a system call failed.
    #[error("worker: {0}")]
    System(#[from] nix::Error),
    /// The parent has exited, or is in another pid namespace.
    #[error("worker: process {0} is not the parent of this process")]
    NoParent(u32),
    /// A thread could not be started.
    #[error("worker: {0}")]
    Thread(#[from] std::io::Error),
    /// The interpreter could not be executed.
    #[error("worker: the interpreter cannot be executed: {0}")]
    Interpreter(std::io::Error),
}

impl WorkerError {
    /// The exit code: 2 for an invalid configuration, else 1.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::InvalidConfig(_) | Self::ZeroCount => exit_code::EXIT_USAGE,
            Self::InvalidTask(_) | Self::System(_) | Self::NoParent(_) | Self::Thread(_) | Self::Interpreter(_) => {
                exit_code::EXIT_FAILED
            }
        }
    }
}

/// Runs a worker until its queue is empty.
pub fn run(config: Option<&str>) -> Result<(), WorkerError> {
    let config: WorkerConfig = config.map(serde_json::from_str).transpose()?.unwrap_or_default();
    if config.threads == 0 || config.chunk == 0 {
        return Err(WorkerError::ZeroCount);
    }
    process_setup::set_up_process(&config)?;
    if let Some(python) = &config.python {
        return Err(python::execute(python, &config));
    }
    let gil = config.gil.then(Gil::default);
    if config.threads == 1 {
        // A single thread skips the setup for several, because hundreds of processes are started at once.
        return run_thread(&config, gil.as_ref(), config.worker).map(drop);
    }
    thread::scope(|scope| {
        let mut others = Vec::new();
        for n in 1..config.threads {
            let worker = WorkerId(config.worker.0 + n);
            let (config, gil) = (&config, gil.as_ref());
            let builder = thread::Builder::new().name(worker_thread_name(config.gil, worker));
            others.push(builder.spawn_scoped(scope, move || run_thread_other_than_first(config, gil, worker))?);
        }
        let mut result = run_thread(&config, gil.as_ref(), config.worker).map(drop);
        for thread in others {
            result = result.and(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        result
    })
}

/// Runs a thread other than the first. It reports its own usage, because a zombie shows only that of the first.
fn run_thread_other_than_first(config: &WorkerConfig, gil: Option<&Gil>, worker: WorkerId) -> Result<(), WorkerError> {
    let mut writer = run_thread(config, gil, worker)?;
    match process_sampler::thread_usage() {
        Some(usage) => Ok(writer.write(Event::WorkerFinished { worker, usage })?),
        None => Ok(()),
    }
}

/// Runs one thread, from its first record to the end of the queue.
fn run_thread(config: &WorkerConfig, gil: Option<&Gil>, worker: WorkerId) -> Result<EventWriter, WorkerError> {
    let result = run_records(TaskRunner::new(config, gil, worker));
    if let (Err(_), Some(gil)) = (&result, gil) {
        // Releases the GIL after an error, so that the other threads do not wait forever.
        gil.release(worker);
    }
    result
}

fn run_records(mut runner: TaskRunner<'_>) -> Result<EventWriter, WorkerError> {
    runner.start()?;
    let mut remaining = runner.config.max_records.unwrap_or(u32::MAX);
    while remaining > 0 && runner.run_next_record(remaining == 1)? {
        remaining -= 1;
    }
    runner.release_gil_at_end()?;
    Ok(runner.writer)
}
