//! Execution of runs: one executor for all modes, driven by a plan.
//!
//! ```text
//! plan ─► executor ── spawns ─► workers ═ event pipe ═► reader ─► executor ─► events
//!              ▲                   └── zombies ─► reaper ─► reader
//!          commands
//! ```

mod cgroups;
mod children;
mod command_line;
mod core_assignment;
mod disk_io;
mod error_output;
pub mod event_pipe;
mod event_reader;
mod executor;
mod helper_threads;
mod io_heavy;
mod lane_run;
pub mod limits;
pub mod net_server;
mod plan;
pub mod python;
mod queue;
mod reaper;
pub mod resources;
mod restrictions;
mod run_spec;
mod spawn_pool;
mod task_states;

use std::io;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, unbounded};
use thiserror::Error;

pub use disk_io::{DiskIoError, check_disk_io};
pub use io_heavy::{io_heavy_workload, too_few_rounds};
pub use plan::RunPlan;
pub use queue::{Queue, QueueTestError, TaskFile, delivers_each_task_once};
pub use run_spec::{CURRENT_EXE, Engine, EngineMode, LaneSpec, MAX_WORKERS, RunSpec};

use crate::event::codec::CodecError;
use crate::event::{LaneId, StampedEvent, WorkerId};
use crate::system::call_error::CallError;
use crate::system::shortage::describe_error;
use crate::system::threads;
use executor::Executor;

/// Commands to a run in progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Kills the worker's process.
    Kill(LaneId, WorkerId),
    /// Stops the lane's processes.
    Suspend(LaneId),
    /// Continues the lane's processes.
    Resume(LaneId),
    /// Stops the processes of all lanes, because mpviz itself is about to be stopped.
    SuspendAll,
    /// Continues the lanes stopped by [`Command::SuspendAll`].
    ResumeAll,
    /// Ends the run.
    Cancel,
}

/// Errors that end a run.
#[derive(Debug, Error)]
pub enum RunError {
    #[error("the run could not be set up: {0}{hint}", hint = .0.doctor_hint())]
    SetUp(CallError),
    #[error("the run could not be set up: {}", describe_error(.0))]
    Thread(#[from] io::Error),
    #[error("the run was ended by an invalid event of a worker: {0}")]
    Codec(#[from] CodecError),
    /// `main` sets SIGCHLD to its default, without which the kernel would reap by itself.
    #[error("the run was ended: worker processes were reaped outside mpviz, so their exits are unknown")]
    AlreadyReaped,
    #[error("the run was ended: {0}{hint}", hint = .0.doctor_hint())]
    Call(CallError),
    #[error("the run was ended by a panic in one of its threads")]
    ThreadPanicked,
}

/// A run in progress. Its events arrive at the channel given to [`RunExecution::start`]; the last is `Drained`, after
/// `RunEnded`.
pub struct RunExecution {
    thread: JoinHandle<Result<(), RunError>>,
    commands: Sender<Command>,
    /// Confirmations of [`Command::SuspendAll`].
    all_suspended: Receiver<()>,
}

impl RunExecution {
    /// Starts a run on a thread of its own. Events are sent as often as frames at this interval need them.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start(plan: RunPlan, events: Sender<Vec<StampedEvent>>, frame_interval: Duration) -> io::Result<Self> {
        let (commands, command_receiver) = unbounded();
        let (suspended_sender, all_suspended) = unbounded();
        let body = move || Executor::new(plan, events, command_receiver, suspended_sender, frame_interval)?.run();
        let thread = threads::start("executor", body)?;
        Ok(Self { thread, commands, all_suspended })
    }

    /// Sends a command; without effect once the run has ended.
    pub fn send(&self, command: Command) {
        let _ = self.commands.send(command);
    }

    /// Stops all lanes' processes and waits until they have been signalled, for at most `timeout`.
    pub fn suspend_all(&self, timeout: Duration) {
        self.send(Command::SuspendAll);
        let _ = self.all_suspended.recv_timeout(timeout);
    }

    /// Waits for the end of the run; none of its processes is left then.
    pub fn join(self) -> Result<(), RunError> {
        self.thread.join().unwrap_or(Err(RunError::ThreadPanicked))
    }
}
