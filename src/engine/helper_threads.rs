//! The threads that work for the executor: spawners, event reader and reaper.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, unbounded};
use nix::sys::eventfd::{EfdFlags, EventFd};

use super::RunError;
use super::children::Children;
use super::event_pipe;
use super::event_reader::{EventBatch, EventReader};
use super::lane_run::LaneRun;
use super::queue::{Queue, TaskFile};
use super::reaper::Reaper;
use super::spawn_pool::{SpawnContext, SpawnPool};
use crate::probe::LiveProcesses;
use crate::system::call_error::CallError;
use crate::system::clock::Epoch;

pub(super) struct HelperThreads {
    pub(super) spawn_pool: SpawnPool,
    /// What the event reader received.
    pub(super) batches: Receiver<Result<EventBatch, RunError>>,
    /// Makes the event reader send a batch at once.
    pub(super) reader_trigger: Arc<EventFd>,
    /// The event reader and the reaper.
    pub(super) threads: Vec<JoinHandle<()>>,
    pub(super) children: Arc<Children>,
    pub(super) live_processes: Arc<LiveProcesses>,
}

impl HelperThreads {
    /// Starts all threads. `frame_interval` is the time between two frames of the screen.
    pub(super) fn start(
        epoch: Epoch,
        worker_program: PathBuf,
        tasks: TaskFile,
        lanes: &[LaneRun],
        frame_interval: Duration,
    ) -> Result<Self, RunError> {
        let (pipe, pipe_writer) = event_pipe::open().map_err(RunError::SetUp)?;
        let trigger = EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK);
        let reader_trigger = Arc::new(trigger.map_err(CallError::in_call("eventfd2")).map_err(RunError::SetUp)?);
        let (batch_sender, batches) = unbounded();
        let (exit_sender, exits) = unbounded();
        let (children, live_processes) = (Arc::new(Children::default()), Arc::new(LiveProcesses::default()));
        let queues = || lanes.iter().map(|lane| lane.queue.as_ref().map(Queue::try_clone).transpose());
        let spawn_pool = SpawnPool::new(SpawnContext {
            worker_program,
            epoch,
            tasks,
            queues: queues().collect::<io::Result<_>>()?,
            pipe_writer,
            error_outputs: lanes.iter().map(|lane| lane.error_output.try_clone()).collect::<io::Result<_>>()?,
            children: Arc::clone(&children),
            live_processes: Arc::clone(&live_processes),
        })?;
        let reader = EventReader {
            epoch,
            pipe,
            exits,
            trigger: Arc::clone(&reader_trigger),
            queues: queues().collect::<io::Result<_>>()?,
            batches: batch_sender,
            frame_interval,
        };
        let reaper = Reaper {
            epoch,
            children: Arc::clone(&children),
            live_processes: Arc::clone(&live_processes),
            exits: exit_sender,
            reader_trigger: Arc::clone(&reader_trigger),
        };
        let threads = vec![reader.start()?, reaper.start()?];
        Ok(Self { spawn_pool, batches, reader_trigger, threads, children, live_processes })
    }
}
