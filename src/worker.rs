//! The child that does the work: a Unix filter. Tasks come in on standard input, one record a `read`;
//! a line of JSON for every event goes out on standard output the moment it happens.
//!
//! `mpviz worker [CONFIG] < tasks` runs one by hand; a task is a line of three right-aligned columns of ten
//! characters (number of the task, first number, how many), the orders are those of [`WorkerConfig`] as JSON.

pub mod compute;
mod event_writer;
mod gil;
mod io;
mod meter;
pub mod net_client;
mod payload;
mod process_setup;
mod task_runner;

use std::path::PathBuf;
use std::thread;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::event::workload::IoKind;
use crate::event::{Event, LaneId, WorkerId};
use crate::probe::process_sampler;
use crate::system::clock::Epoch;
use crate::system::exit_code;
use event_writer::EventWriter;
use gil::Gil;
use task_runner::TaskRunner;

/// What a worker process is told at its start, as JSON in its argument.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WorkerConfig {
    /// From when it counts time.
    pub epoch: Epoch,
    /// The process without which it has no reason to live.
    pub parent: Option<u32>,
    /// Its lane.
    pub lane: LaneId,
    /// The number of its first thread as a worker; the others follow on.
    pub worker: WorkerId,
    /// How many threads work in it; at least 1.
    pub threads: u32,
    /// Whether one thread computes at a time.
    pub gil: bool,
    /// The cores it may use; empty for those it was started on.
    pub cores: Vec<u32>,
    /// Tasks in a record; at least 1.
    pub chunk: u32,
    /// After how many records it ends; none for as many as there are.
    pub max_records: Option<u32>,
    /// Rounds of the integer mix that each number costs.
    pub rounds: u32,
    /// I/O operations in a task.
    pub io: u32,
    /// What one is.
    pub io_kind: IoKind,
    /// How long one lasts (sleep, net), in ns.
    pub io_latency_ns: u64,
    /// Where one is done (disk).
    pub io_dir: PathBuf,
    /// Whom one asks (net): a port on the loopback interface.
    pub io_port: Option<u16>,
}

impl Default for WorkerConfig {
    fn default() -> Self {
        Self {
            epoch: Epoch::begin(),
            parent: None,
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
        }
    }
}

/// Why a worker could not go on.
#[derive(Debug, Error)]
pub enum WorkerError {
    /// Its argument is no [`WorkerConfig`].
    #[error("worker: the orders are not understood: {0}")]
    InvalidConfig(#[from] serde_json::Error),
    /// Its argument asks for no thread or empty records.
    #[error("worker: `threads` and `chunk` must be at least 1")]
    ZeroCount,
    /// Standard input holds something else than tasks.
    #[error("worker: `{0}` is not a task; a task is three columns of ten characters: number, first number, how many")]
    InvalidTask(String),
    /// The one who reads its events is gone, or the system refuses.
    #[error("worker: {0}")]
    System(#[from] nix::Error),
    /// A thread could not be started.
    #[error("worker: {0}")]
    Thread(#[from] std::io::Error),
}

impl WorkerError {
    /// 2 if the orders make no sense, else 1.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::InvalidConfig(_) | Self::ZeroCount => exit_code::USAGE,
            Self::InvalidTask(_) | Self::System(_) | Self::Thread(_) => exit_code::FAILED,
        }
    }
}

/// Runs a worker to the end of its tasks.
///
/// # Errors
/// When it cannot understand its orders or its tasks, or can no longer be heard.
pub fn run(config: Option<&str>) -> Result<(), WorkerError> {
    let config: WorkerConfig = config.map(serde_json::from_str).transpose()?.unwrap_or_default();
    if config.threads == 0 || config.chunk == 0 {
        return Err(WorkerError::ZeroCount);
    }
    if !process_setup::initialize(&config)? {
        return Ok(());
    }
    let gil = config.gil.then(Gil::default);
    if config.threads == 1 {
        // Nothing of what threads need is set up: processes are started hundreds at a time.
        return work(&config, gil.as_ref(), config.worker).map(drop);
    }
    thread::scope(|scope| {
        let mut others = Vec::new();
        for n in 1..config.threads {
            let worker = WorkerId(config.worker.0 + n);
            let (config, gil) = (&config, gil.as_ref());
            let thread = thread::Builder::new().name(format!("w{worker}"));
            others.push(thread.spawn_scoped(scope, move || work_beside(config, gil, worker))?);
        }
        let mut result = work(&config, gil.as_ref(), config.worker).map(drop);
        for other in others {
            result = result.and(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        result
    })
}

/// The work of a thread beside the first. The reaper sees only the first one's figures in a zombie, so the others say
/// their own.
fn work_beside(config: &WorkerConfig, gil: Option<&Gil>, worker: WorkerId) -> Result<(), WorkerError> {
    let mut writer = work(config, gil, worker)?;
    match process_sampler::thread_usage() {
        Some(usage) => Ok(writer.write(Event::WorkerFinished { worker, usage })?),
        None => Ok(()),
    }
}

/// One thread's work, from the first record to the end of the queue.
fn work(config: &WorkerConfig, gil: Option<&Gil>, worker: WorkerId) -> Result<EventWriter, WorkerError> {
    let result = work_to_the_end(TaskRunner::new(config, gil, worker));
    if let (Err(_), Some(gil)) = (&result, gil) {
        // The other threads are to find out for themselves rather than wait for ever.
        gil.release(worker);
    }
    result
}

fn work_to_the_end(mut runner: TaskRunner<'_>) -> Result<EventWriter, WorkerError> {
    runner.start()?;
    let mut left = runner.config.max_records.unwrap_or(u32::MAX);
    while left > 0 && runner.run_next_record(left == 1)? {
        left -= 1;
    }
    runner.finish()?;
    Ok(runner.writer)
}
