//! Who runs the work: one executor for all modes, from a plan.
//!
//! ```text
//! plan ─► executor ── spawns ─► workers ═ event pipe ═► reader ─► executor ─► facts
//!              ▲                   └── zombies ─► reaper ─► reader
//!          commands
//! ```

mod children;
mod disk_io;
pub mod event_pipe;
mod event_reader;
mod executor;
mod lane_run;
pub mod net_server;
mod plan;
mod queue;
mod reaper;
pub mod resources;
mod spawn_pool;
mod task_states;

use std::io;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, unbounded};
use thiserror::Error;

pub use disk_io::check_disk_io;
pub use plan::{CURRENT_EXE, MAX_WORKERS, Plan, RunSpec};
pub use queue::{Queue, QueueTestError, TaskFile, delivers_each_task_once};

use crate::event::codec::CodecError;
use crate::event::{LaneId, StampedEvent, WorkerId};
use crate::system::shortage::describe;
use crate::system::threads;
use executor::Executor;

/// What the viewer wants of a run that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Kill the worker's process.
    Kill(LaneId, WorkerId),
    /// Stop the lane's processes where they are.
    Suspend(LaneId),
    /// Let them go on.
    Resume(LaneId),
    /// Stop all lanes' processes, for mpviz itself is about to be stopped.
    SuspendAll,
    /// Let those go on that were stopped for that.
    ResumeAll,
    /// End the run.
    Cancel,
}

/// Why a run could not be carried out.
#[derive(Debug, Error)]
pub enum RunError {
    /// The system refused something that every run needs.
    #[error("the run could not be set up: {}", describe(.0))]
    System(#[from] io::Error),
    /// Something in the event pipe is not from a worker.
    #[error("the run was ended because a worker could not be understood: {0}")]
    Codec(#[from] CodecError),
}

impl From<nix::Error> for RunError {
    fn from(error: nix::Error) -> Self {
        Self::System(error.into())
    }
}

/// A run under way. Its facts come out of the channel that [`Execution::start`] was given; the last is `RunEnded`.
pub struct Execution {
    thread: JoinHandle<Result<(), RunError>>,
    commands: Sender<Command>,
    /// Answers to [`Command::SuspendAll`].
    paused: Receiver<()>,
}

impl Execution {
    /// Starts a run on a thread of its own: every worker is a child of that thread and cannot outlive it.
    ///
    /// # Errors
    /// When there is no thread to be had.
    pub fn start(plan: Plan, events: Sender<Vec<StampedEvent>>) -> io::Result<Self> {
        let (commands, obeyed): (_, Receiver<Command>) = unbounded();
        let (pausing, paused) = unbounded();
        let thread = threads::start("executor", move || Executor::new(plan, events, obeyed, pausing)?.run())?;
        Ok(Self { thread, commands, paused })
    }

    /// Asks for something; without effect once the run has ended.
    pub fn send(&self, command: Command) {
        let _ = self.commands.send(command);
    }

    /// Stops all lanes' processes and waits, so long at most, until they have been told.
    pub fn suspend_all(&self, timeout: Duration) {
        self.send(Command::SuspendAll);
        let _ = self.paused.recv_timeout(timeout);
    }

    /// Waits for the end of the run; no process of it is left then.
    ///
    /// # Errors
    /// Why the run could not be carried out.
    pub fn join(self) -> Result<(), RunError> {
        self.thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}
