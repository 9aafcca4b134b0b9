//! The child that does the work: a Unix filter. Tasks come in on standard input, one record a `read`;
//! a line of JSON for every event goes out on standard output the moment it happens.
//!
//! `mpviz worker [ORDERS] < tasks` runs one by hand; a task is a line of three right-aligned columns of ten
//! characters (number of the task, first number, how many), the orders are those of [`Orders`] as JSON.

pub mod add;
mod gil;
mod io;
mod life;
mod meter;
pub mod net_client;
mod payload;
mod task;
mod voice;

use std::path::PathBuf;
use std::thread;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::event::workload::IoKind;
use crate::event::{Event, LaneId, WorkerId};
use crate::probe::processes;
use crate::system::clock::Epoch;
use crate::system::exit_code;
use gil::Gil;
use task::Desk;
use voice::Voice;

/// What a worker process is told at its start, as JSON in its argument.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Orders {
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

impl Default for Orders {
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
    /// Its argument is no [`Orders`].
    #[error("worker: the orders are not understood: {0}")]
    Orders(#[from] serde_json::Error),
    /// Its argument asks for no thread or empty records.
    #[error("worker: `threads` and `chunk` must be at least 1")]
    Nothing,
    /// Standard input holds something else than tasks.
    #[error("worker: `{0}` is not a task; a task is three columns of ten characters: number, first number, how many")]
    Task(String),
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
            Self::Orders(_) | Self::Nothing => exit_code::USAGE,
            Self::Task(_) | Self::System(_) | Self::Thread(_) => exit_code::FAILED,
        }
    }
}

/// Runs a worker to the end of its tasks.
///
/// # Errors
/// When it cannot understand its orders or its tasks, or can no longer be heard.
pub fn run(orders: Option<&str>) -> Result<(), WorkerError> {
    let orders: Orders = orders.map(serde_json::from_str).transpose()?.unwrap_or_default();
    if orders.threads == 0 || orders.chunk == 0 {
        return Err(WorkerError::Nothing);
    }
    if !life::begin(&orders)? {
        return Ok(());
    }
    let gil = orders.gil.then(Gil::default);
    if orders.threads == 1 {
        // Nothing of what threads need is set up: processes are started hundreds at a time.
        return work(&orders, gil.as_ref(), orders.worker).map(drop);
    }
    thread::scope(|scope| {
        let mut others = Vec::new();
        for n in 1..orders.threads {
            let worker = WorkerId(orders.worker.0 + n);
            let (orders, gil) = (&orders, gil.as_ref());
            let thread = thread::Builder::new().name(format!("w{worker}"));
            others.push(thread.spawn_scoped(scope, move || work_beside(orders, gil, worker))?);
        }
        let mut result = work(&orders, gil.as_ref(), orders.worker).map(drop);
        for other in others {
            result = result.and(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        result
    })
}

/// The work of a thread beside the first. The reaper sees only the first one's figures in a zombie, so the others say
/// their own.
fn work_beside(orders: &Orders, gil: Option<&Gil>, worker: WorkerId) -> Result<(), WorkerError> {
    let mut voice = work(orders, gil, worker)?;
    match processes::of_thread() {
        Some(usage) => Ok(voice.say(Event::WorkerFinished { worker, usage })?),
        None => Ok(()),
    }
}

/// One thread's work, from the first record to the end of the queue.
fn work(orders: &Orders, gil: Option<&Gil>, worker: WorkerId) -> Result<Voice, WorkerError> {
    let result = work_to_the_end(Desk::new(orders, gil, worker));
    if let (Err(_), Some(gil)) = (&result, gil) {
        // The other threads are to find out for themselves rather than wait for ever.
        gil.release(worker);
    }
    result
}

fn work_to_the_end(mut desk: Desk<'_>) -> Result<Voice, WorkerError> {
    desk.open()?;
    let mut left = desk.orders.max_records.unwrap_or(u32::MAX);
    while left > 0 && desk.do_record(left == 1)? {
        left -= 1;
    }
    desk.close()?;
    Ok(desk.voice)
}
