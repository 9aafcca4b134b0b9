//! The executor of a run: it starts the lanes' processes, hears what happens and settles what follows.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, never, select, unbounded};
use nix::sys::eventfd::{EfdFlags, EventFd};
use nix::sys::signal::Signal;

use super::children::Children;
use super::event_pipe;
use super::event_reader::{EventBatch, EventReader};
use super::lane_run::{LaneRun, Stage};
use super::plan::Plan;
use super::queue::{Queue, TaskFile};
use super::reaper::Reaper;
use super::spawn_pool::{SpawnContext, SpawnPool, SpawnRequest, SpawnResult};
use super::{Command, RunError};
use crate::engine::net_server::NetServer;
use crate::event::codec::CodecError;
use crate::event::workload::IoKind;
use crate::event::{CorePolicy, Event, LaneId, Nanos, SlotId, StampedEvent, TakenBounds, WorkerId};
use crate::probe::{LiveProcesses, Probe};
use crate::system::clock::{Epoch, time_of_day_ms};
use crate::worker::{WorkerConfig, compute::calibrate_rounds};

pub(super) struct Executor {
    plan: Plan,
    epoch: Epoch,
    lanes: Vec<LaneRun>,
    /// Whose turn it is to start a process, so that no lane waits for another one's.
    turn: usize,
    server: Option<NetServer>,
    spawn_pool: SpawnPool,
    children: Arc<Children>,
    live_processes: Arc<LiveProcesses>,
    threads: Vec<JoinHandle<()>>,
    batches: Receiver<EventBatch>,
    commands: Receiver<Command>,
    /// Lanes that were suspended because mpviz itself was about to be stopped.
    paused: Vec<LaneId>,
    pausing: Sender<()>,
    events: Sender<Vec<StampedEvent>>,
    /// Facts that go out with the next mark: without it nobody would look at them.
    outbox: Vec<StampedEvent>,
    decode_error: Option<CodecError>,
}

impl Executor {
    pub(super) fn new(
        mut plan: Plan,
        events: Sender<Vec<StampedEvent>>,
        commands: Receiver<Command>,
        pausing: Sender<()>,
    ) -> Result<Self, RunError> {
        // Before the run's time begins: nothing else may disturb the calibration.
        let rounds = plan.rounds.unwrap_or_else(|| calibrate_rounds(plan.run.workload.cost_ns));
        plan.run.rounds_per_number = rounds;
        let epoch = Epoch::begin();
        plan.run.began_ms = time_of_day_ms();
        let tasks = TaskFile::new(&plan.parts)?;
        let mut lanes = Vec::new();
        for (n, lane) in plan.run.lanes.iter().enumerate() {
            let queue = if lane.own_queues { None } else { Some(tasks.open_queue()?) };
            lanes.push(LaneRun::new(LaneId(n as u8), lane.clone(), &plan.run.workload, queue));
        }
        let asks = plan.run.workload.io > 0 && plan.run.workload.io_kind == IoKind::Net;
        let server = if asks { Some(NetServer::start()?) } else { None };
        let Crew { spawn_pool, batches, threads, children, live_processes } =
            crew(epoch, plan.worker_program.clone(), tasks, &lanes)?;
        Ok(Self {
            plan,
            epoch,
            lanes,
            turn: 0,
            server,
            spawn_pool,
            children,
            live_processes,
            threads,
            batches,
            commands,
            paused: Vec::new(),
            pausing,
            events,
            outbox: Vec::new(),
            decode_error: None,
        })
    }

    /// Carries the run out, to the end of its last process.
    pub(super) fn run(mut self) -> Result<(), RunError> {
        let run = Box::new(self.plan.run.clone());
        self.outbox.push(StampedEvent { at: self.epoch.now(), lane: None, event: Event::RunStarted(run) });
        // The probe speaks for itself, and only after the run has started.
        self.deliver();
        let probe = Probe::start(self.epoch, Arc::clone(&self.live_processes), self.events.clone())?;

        self.start_lanes();
        self.deliver();
        while self.lanes.iter().any(|lane| lane.stage != Stage::Ended) {
            self.step();
        }

        // With the last writing end gone, the reader comes to its end, and the reaper with no child left.
        self.spawn_pool.close();
        self.children.close();
        for batch in self.batches.clone() {
            self.hear(batch);
        }
        for thread in self.threads.drain(..) {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
        probe.stop();
        let at = self.epoch.now();
        self.outbox.push(StampedEvent { at, lane: None, event: Event::RunEnded {} });
        // The end has a mark of its own: whoever shows the run as of a mark shows it ended or not.
        self.outbox.push(StampedEvent { at, lane: None, event: Event::Drained { taken: self.taken() } });
        self.deliver();
        self.decode_error.map_or(Ok(()), |decode_error| Err(decode_error.into()))
    }

    /// Something that can be done at once, or else waiting for something to happen.
    fn step(&mut self) {
        if let Ok(command) = self.commands.try_recv() {
            self.obey(command);
        } else if let Ok(batch) = self.batches.try_recv() {
            self.hear(batch);
        } else if let Some((lane, slot, worker)) = self.next_vacant_slot() {
            let config = self.config(&self.lanes[lane], worker);
            self.spawn_pool.submit(SpawnRequest { slot, config });
        } else {
            // What has come of the starts is of interest at the next mark, or when others can be begun.
            let results = if self.spawn_pool.has_capacity() { &never() } else { self.spawn_pool.results() };
            select! {
                recv(self.commands) -> command => match command {
                    Ok(command) => self.obey(command),
                    // Nobody can wish for anything any more; the run goes on.
                    Err(_) => self.commands = never(),
                },
                recv(self.batches) -> batch => if let Ok(batch) = batch { self.hear(batch) },
                recv(results) -> started => if let Ok(started) = started { self.enter(started) },
            }
        }
    }

    /// Starts the lanes whose time has come: all at once, or the first that waits when none runs.
    fn start_lanes(&mut self) {
        let now = self.epoch.now();
        let one_at_a_time = self.plan.run.cores == CorePolicy::Turns;
        for n in 0..self.lanes.len() {
            let busy = self.lanes.iter().any(|lane| lane.stage == Stage::Running);
            if self.lanes[n].stage == Stage::Waiting && !(one_at_a_time && busy) {
                self.lanes[n].start(now, &mut self.outbox);
            }
        }
    }

    fn next_vacant_slot(&mut self) -> Option<(usize, SlotId, WorkerId)> {
        if !self.spawn_pool.has_capacity() {
            return None;
        }
        let lanes = self.lanes.len();
        (0..lanes).find_map(|n| {
            let lane = (self.turn + n) % lanes;
            let (slot, worker) = self.lanes[lane].next_vacant_slot()?;
            self.turn = lane + 1;
            Some((lane, slot, worker))
        })
    }

    /// Enters what has come of a start.
    fn enter(&mut self, SpawnResult { at, lane, slot, worker, pid }: SpawnResult) {
        self.spawn_pool.mark_received();
        let lane = &mut self.lanes[lane.index()];
        match pid {
            Ok(pid) => lane.process_spawned(at, slot, worker, pid, &mut self.outbox),
            Err(error) => {
                lane.spawn_failed(at, slot, worker, &error, &mut self.outbox);
                lane.end_if_done(self.epoch.now(), &mut self.outbox);
            }
        }
        self.start_lanes();
    }

    /// Enters what has come of the starts so far.
    fn enter_what_has_come(&mut self) {
        while let Ok(started) = self.spawn_pool.results().try_recv() {
            self.enter(started);
        }
    }

    /// Enters what comes of the starts under way, as long as something is to be waited for.
    fn enter_while(&mut self, to_be_waited_for: impl Fn(&Self) -> bool) {
        while to_be_waited_for(self) {
            let Some(started) = self.spawn_pool.next_result() else { return };
            self.enter(started);
        }
    }

    fn config(&self, lane: &LaneRun, worker: WorkerId) -> WorkerConfig {
        let workload = &self.plan.run.workload;
        WorkerConfig {
            epoch: self.epoch,
            parent: Some(std::process::id()),
            lane: lane.id,
            worker,
            threads: lane.layout.threads,
            gil: lane.plan.gil,
            cores: lane.plan.cores.clone(),
            chunk: lane.plan.chunk,
            max_records: lane.layout.max_records,
            rounds: self.plan.run.rounds_per_number,
            io: workload.io,
            io_kind: workload.io_kind,
            io_latency_ns: workload.io_latency_ns,
            io_dir: self.plan.io_dir.clone(),
            io_port: self.server.as_ref().map(NetServer::port),
        }
    }

    fn obey(&mut self, command: Command) {
        // A command means all processes of a lane, also those that are just being started.
        self.enter_while(|_| true);
        let now = self.epoch.now();
        match command {
            Command::Kill(lane, worker) => self.kill(now, lane, worker),
            Command::Suspend(lane) => self.suspend(now, lane, true),
            Command::Resume(lane) => self.suspend(now, lane, false),
            Command::SuspendAll => self.pause(now),
            Command::ResumeAll => {
                for lane in std::mem::take(&mut self.paused) {
                    self.suspend(now, lane, false);
                }
            }
            Command::Cancel => self.cancel(now),
        }
    }

    fn kill(&mut self, now: Nanos, lane: LaneId, worker: WorkerId) {
        let Some(lane) = self.lanes.get(lane.index()) else { return };
        if let Some(pid) = lane.worker_pid(worker) {
            let stamped = lane.stamp(now, Event::WorkerKilled { worker });
            self.children.signal(pid, Signal::SIGKILL);
            self.outbox.push(stamped);
        }
    }

    fn suspend(&mut self, now: Nanos, lane: LaneId, suspended: bool) {
        let Some(lane) = self.lanes.get_mut(lane.index()) else { return };
        if lane.stage != Stage::Running || lane.suspended == suspended {
            return;
        }
        lane.suspended = suspended;
        let (signal, event) = if suspended {
            (Signal::SIGSTOP, Event::LaneSuspended {})
        } else {
            (Signal::SIGCONT, Event::LaneResumed {})
        };
        lane.pids().for_each(|pid| self.children.signal(pid, signal));
        let stamped = lane.stamp(now, event);
        self.outbox.push(stamped);
    }

    fn pause(&mut self, now: Nanos) {
        let running = self.lanes.iter().filter(|lane| lane.stage == Stage::Running && !lane.suspended);
        let lanes: Vec<LaneId> = running.map(|lane| lane.id).collect();
        for lane in &lanes {
            self.suspend(now, *lane, true);
        }
        self.paused.extend(lanes);
        let _ = self.pausing.send(());
    }

    /// Ends the run: its processes are killed, what they had is abandoned.
    fn cancel(&mut self, now: Nanos) {
        for lane in &mut self.lanes {
            lane.cancelled = true;
            if lane.stage == Stage::Waiting {
                lane.start(now, &mut self.outbox);
            }
            lane.pids().for_each(|pid| self.children.signal(pid, Signal::SIGKILL));
            lane.end_if_done(now, &mut self.outbox);
        }
    }

    fn hear(&mut self, EventBatch { at, events, exits, taken, decode_error }: EventBatch) {
        self.enter_what_has_come();
        for stamped in &events {
            let Some(id) = stamped.lane.filter(|lane| lane.index() < self.lanes.len()) else { continue };
            if let Event::WorkerReady { worker } = stamped.event {
                // The process was quicker than the news of its start.
                self.enter_while(|all| all.lanes[id.index()].is_spawning(worker));
            }
            self.lanes[id.index()].apply(&stamped.event);
        }
        self.outbox.extend(events);
        for exited in &exits {
            self.enter_while(|all| !all.lanes.iter().any(|lane| lane.owns_process(exited.pid)));
            for lane in &mut self.lanes {
                if lane.process_exited(exited, &mut self.outbox) {
                    lane.end_if_done(at, &mut self.outbox);
                    break;
                }
            }
        }
        self.outbox.push(StampedEvent { at, lane: None, event: Event::Drained { taken } });
        if let Some(decode_error) = decode_error {
            self.decode_error = Some(decode_error);
            self.enter_while(|_| true);
            self.cancel(at);
        }
        self.start_lanes();
        self.deliver();
    }

    /// How far the shared queues are.
    fn taken(&self) -> Vec<Option<TakenBounds>> {
        let of = |lane: &LaneRun| {
            lane.queue.as_ref()?.taken_count().ok().map(|taken| TakenBounds { before: taken, after: taken })
        };
        self.lanes.iter().map(of).collect()
    }

    /// Sends out what there is to tell.
    fn deliver(&mut self) {
        if !self.outbox.is_empty() {
            // Nobody listens any more only when mpviz itself is ending.
            let _ = self.events.send(std::mem::take(&mut self.outbox));
        }
    }
}

/// Those who work for the executor, and what they share with it.
struct Crew {
    spawn_pool: SpawnPool,
    batches: Receiver<EventBatch>,
    threads: Vec<JoinHandle<()>>,
    children: Arc<Children>,
    live_processes: Arc<LiveProcesses>,
}

/// Starts those who start processes, watch the pipe and reap.
fn crew(epoch: Epoch, worker_program: PathBuf, tasks: TaskFile, lanes: &[LaneRun]) -> Result<Crew, RunError> {
    let (read, write) = event_pipe::open()?;
    let exit_notifier = Arc::new(EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK)?);
    let (batch_sender, batches) = unbounded();
    let (exit_sender, exits) = unbounded();
    let (children, live_processes) = (Arc::new(Children::default()), Arc::new(LiveProcesses::default()));
    let queues = || -> io::Result<Vec<_>> {
        lanes.iter().map(|lane| lane.queue.as_ref().map(Queue::try_clone).transpose()).collect()
    };
    let context = SpawnContext {
        worker_program,
        epoch,
        tasks,
        queues: queues()?,
        pipe_writer: write,
        dev_null: File::options().write(true).open("/dev/null")?,
        children: Arc::clone(&children),
        live_processes: Arc::clone(&live_processes),
    };
    let spawn_pool = SpawnPool::new(context)?;
    let reader = EventReader {
        epoch,
        pipe: read,
        exits,
        exit_notifier: Arc::clone(&exit_notifier),
        queues: queues()?,
        batches: batch_sender,
    };
    let reaper = Reaper {
        epoch,
        children: Arc::clone(&children),
        live_processes: Arc::clone(&live_processes),
        exits: exit_sender,
        exit_notifier,
    };
    let threads = vec![reader.start()?, reaper.start()?];
    Ok(Crew { spawn_pool, batches, threads, children, live_processes })
}
