//! The executor of a run: starts the lanes' processes, applies events and commands, and reports the results.

mod commands;

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, never, select, unbounded};
use nix::sys::eventfd::EventFd;
use nix::sys::prctl;

use super::children::Children;
use super::error_output::ErrorOutput;
use super::event_reader::EventBatch;
use super::helper_threads::HelperThreads;
use super::lane_run::{LaneRun, LaneStage};
use super::net_server::NetServer;
use super::plan::RunPlan;
use super::queue::{REOPEN_CALL, TaskFile};
use super::spawn_pool::{SpawnPool, SpawnRequest, SpawnResult};
use super::{Command, RunError};
use crate::event::codec::CodecError;
use crate::event::workload::{IoKind, Workload};
use crate::event::{CorePolicy, Event, LaneId, LanePlan, SlotId, StampedEvent, TakenTaskBounds, WorkerId};
use crate::probe::{LiveProcesses, Probe};
use crate::system::call_error::CallError;
use crate::system::clock::{self, Epoch, time_of_day_ms};
use crate::system::process_name::{interpreter_process_name, worker_process_name};
use crate::worker::{PythonConfig, WorkerConfig, compute::calibrate_rounds};

pub(super) struct Executor {
    plan: RunPlan,
    epoch: Epoch,
    lanes: Vec<LaneRun>,
    /// Index of the lane that starts the next process, so that lanes alternate.
    next_lane: usize,
    server: Option<NetServer>,
    spawn_pool: SpawnPool,
    children: Arc<Children>,
    live_processes: Arc<LiveProcesses>,
    threads: Vec<JoinHandle<()>>,
    batches: Receiver<Result<EventBatch, RunError>>,
    /// Makes the event reader send a batch at once.
    reader_trigger: Arc<EventFd>,
    /// What the probe measured; sent with the next `Drained`.
    samples: Receiver<Vec<StampedEvent>>,
    commands: Receiver<Command>,
    /// Lanes suspended by [`Command::SuspendAll`].
    suspended_by_all: Vec<LaneId>,
    /// Confirms [`Command::SuspendAll`].
    all_suspended: Sender<()>,
    events: Sender<Vec<StampedEvent>>,
    /// Events to send with the next `Drained`: the viewer updates only then.
    outbox: Vec<StampedEvent>,
    decode_error: Option<CodecError>,
}

impl Executor {
    pub(super) fn new(
        mut plan: RunPlan,
        events: Sender<Vec<StampedEvent>>,
        commands: Receiver<Command>,
        all_suspended: Sender<()>,
        frame_interval: Duration,
    ) -> Result<Self, RunError> {
        clock::check_cpu_clock().map_err(RunError::SetUp)?;
        // Calibrated before other threads and processes exist, which would disturb the measurement.
        let rounds = plan.rounds.unwrap_or_else(|| calibrate_rounds(plan.workload.cost_ns));
        plan.run.rounds_per_number = rounds;
        let epoch = Epoch::start_now();
        plan.run.began_ms = time_of_day_ms();
        let tasks = TaskFile::new(&plan.parts).map_err(RunError::SetUp)?;
        let in_reopen = |error| RunError::SetUp(CallError::new(REOPEN_CALL, error));
        if plan.run.lanes.iter().any(LanePlan::is_python) {
            // The workers of an interpreter that is killed become children of mpviz, whose reaper learns how they
            // ended.
            let in_prctl = CallError::in_call("prctl(PR_SET_CHILD_SUBREAPER)");
            prctl::set_child_subreaper(true).map_err(in_prctl).map_err(RunError::SetUp)?;
        }
        let mut lanes = Vec::new();
        for (n, lane) in plan.run.lanes.iter().enumerate() {
            let queue =
                if lane.own_queues || lane.is_python() { None } else { Some(tasks.open_queue().map_err(in_reopen)?) };
            let error_output = ErrorOutput::new().map_err(RunError::SetUp)?;
            lanes.push(LaneRun::new(LaneId(n as u16), lane.clone(), &plan.workload, queue, error_output));
        }
        let uses_net = plan.workload.io > 0 && plan.workload.io_kind == IoKind::Net;
        let server = if uses_net { Some(NetServer::start().map_err(RunError::SetUp)?) } else { None };
        let HelperThreads { spawn_pool, batches, reader_trigger, threads, children, live_processes } =
            HelperThreads::start(epoch, plan.worker_program.clone(), tasks, &lanes, frame_interval)?;
        Ok(Self {
            plan,
            epoch,
            lanes,
            next_lane: 0,
            server,
            spawn_pool,
            children,
            live_processes,
            threads,
            batches,
            reader_trigger,
            samples: never(),
            commands,
            suspended_by_all: Vec::new(),
            all_suspended,
            events,
            outbox: Vec::new(),
            decode_error: None,
        })
    }

    /// Executes the run until its last process has exited.
    pub(super) fn run(mut self) -> Result<(), RunError> {
        let run = Box::new(self.plan.run.clone());
        self.outbox.push(StampedEvent { at: self.epoch.now(), lane: None, event: Event::RunStarted(run) });
        self.send_events();
        let (sample_sender, samples) = unbounded();
        self.samples = samples;
        let probe = Probe::start(self.epoch, Arc::clone(&self.live_processes), sample_sender)?;

        self.start_lanes();
        self.send_events();
        while self.lanes.iter().any(|lane| lane.stage != LaneStage::Ended) {
            self.start_process_or_wait()?;
        }

        // The last writing end of the pipe closes, which ends the reader; the reaper has no children left.
        let spawners = self.spawn_pool.close();
        self.children.close();
        for batch in self.batches.clone() {
            self.apply_batch(batch?);
        }
        let helpers = self.threads.drain(..).try_for_each(JoinHandle::join);
        spawners.and(helpers).map_err(|_| RunError::ThreadPanicked)?;
        probe.stop();
        self.outbox.extend(self.samples.try_iter().flatten());
        self.server.take().map_or(Ok(()), NetServer::stop).map_err(RunError::Call)?;
        let at = self.epoch.now();
        self.outbox.push(StampedEvent { at, lane: None, event: Event::RunEnded {} });
        // The screen shows the run as of the newest `Drained`: this one makes it show the ended run.
        self.outbox.push(StampedEvent {
            at,
            lane: None,
            event: Event::Drained { taken: self.tasks_taken_by_offset() },
        });
        self.send_events();
        self.decode_error.map_or(Ok(()), |error| Err(error.into()))
    }

    /// Starts what can be started, or waits for an event, a command or a result.
    fn start_process_or_wait(&mut self) -> Result<(), RunError> {
        if let Ok(command) = self.commands.try_recv() {
            self.handle_command(command);
        } else if let Ok(batch) = self.batches.try_recv() {
            self.apply_batch(batch?);
        } else if let Some((lane, slot, worker)) = self.next_vacant_slot() {
            let config = self.worker_config(&self.lanes[lane], worker);
            self.spawn_pool.request_process(SpawnRequest { slot, config });
        } else {
            // A spawn result wakes this thread only if more processes can then be started.
            let results = if self.spawn_pool.can_take_request() { &never() } else { self.spawn_pool.spawn_results() };
            select! {
                recv(self.commands) -> command => match command {
                    Ok(command) => self.handle_command(command),
                    // The sender was dropped; the run continues without commands.
                    Err(_) => self.commands = never(),
                },
                recv(self.batches) -> batch => if let Ok(batch) = batch { self.apply_batch(batch?) },
                recv(results) -> result => if let Ok(result) = result { self.apply_spawn_result(result) },
            }
        }
        Ok(())
    }

    /// Starts all lanes, or with [`CorePolicy::Turns`] the next one if none is running.
    fn start_lanes(&mut self) {
        let now = self.epoch.now();
        let one_at_a_time = self.plan.run.cores == CorePolicy::Turns;
        for n in 0..self.lanes.len() {
            let busy = self.lanes.iter().any(|lane| lane.stage == LaneStage::Running);
            if self.lanes[n].stage == LaneStage::Waiting && !(one_at_a_time && busy) {
                self.lanes[n].start(now, &mut self.outbox);
            }
        }
    }

    fn next_vacant_slot(&mut self) -> Option<(usize, SlotId, WorkerId)> {
        if !self.spawn_pool.can_take_request() {
            return None;
        }
        let lanes = self.lanes.len();
        (0..lanes).find_map(|n| {
            let lane = (self.next_lane + n) % lanes;
            let (slot, worker) = self.lanes[lane].next_vacant_slot()?;
            self.next_lane = lane + 1;
            Some((lane, slot, worker))
        })
    }

    fn apply_spawn_result(&mut self, SpawnResult { at, lane, slot, worker, pid }: SpawnResult) {
        self.spawn_pool.mark_received();
        let lane = &mut self.lanes[lane.index()];
        match pid {
            Ok(pid) => lane.process_spawned(at, slot, worker, pid, &mut self.outbox),
            Err(error) => {
                lane.spawn_failed(at, slot, worker, error, &mut self.outbox);
                lane.end_lane_if_done(self.epoch.now(), &mut self.outbox);
            }
        }
        self.start_lanes();
    }

    /// Waits for results of pending spawns while `condition` holds.
    fn wait_for_spawns_while(&mut self, condition: impl Fn(&Self) -> bool) {
        while condition(self) {
            let Some(result) = self.spawn_pool.next_result() else { return };
            self.apply_spawn_result(result);
        }
    }

    fn worker_config(&self, lane: &LaneRun, worker: WorkerId) -> WorkerConfig {
        let workload = &self.plan.workload;
        WorkerConfig {
            epoch: self.epoch,
            parent: Some(std::process::id()),
            name: lane_process_name(&lane.plan, worker),
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
            python: lane.is_python().then(|| self.python_config(&lane.plan)).flatten(),
        }
    }

    fn python_config(&self, lane: &LanePlan) -> Option<PythonConfig> {
        let Workload { tasks, cost_ns, start_method, .. } = self.plan.workload;
        let program = self.plan.interpreter.as_ref()?.program.clone();
        Some(PythonConfig { program, mode: lane.mode, workers: lane.workers, tasks, cost_ns, start_method })
    }

    fn apply_batch(&mut self, EventBatch { at, events, exits, taken, decode_error }: EventBatch) {
        while let Ok(result) = self.spawn_pool.spawn_results().try_recv() {
            self.apply_spawn_result(result);
        }
        // What follows from the events, such as the tasks of a worker that died.
        let mut ends = Vec::new();
        for stamped in &events {
            let Some(id) = stamped.lane.filter(|lane| lane.index() < self.lanes.len()) else { continue };
            if let Event::WorkerReady { worker } = stamped.event {
                // The worker may be ready before the result of its spawn has arrived.
                self.wait_for_spawns_while(|executor| executor.lanes[id.index()].is_spawning(worker));
            }
            let lane = &mut self.lanes[id.index()];
            lane.apply_worker_event(&stamped.event);
            if lane.is_python() {
                lane.apply_interpreter_event(stamped.at, &stamped.event, &self.live_processes, &mut ends);
            }
        }
        self.outbox.extend(events);
        self.outbox.append(&mut ends);
        // The probe sends no sample of a process after its exit.
        self.outbox.extend(self.samples.try_iter().flatten());
        for exited in &exits {
            self.wait_for_spawns_while(|executor| !executor.lanes.iter().any(|lane| lane.owns_process(exited.pid)));
            for lane in &mut self.lanes {
                if lane.process_exited(exited, &mut self.outbox) {
                    lane.end_lane_if_done(at, &mut self.outbox);
                    break;
                }
            }
        }
        self.outbox.push(StampedEvent { at, lane: None, event: Event::Drained { taken } });
        if let Some(error) = decode_error {
            self.decode_error = Some(error);
            self.wait_for_spawns_while(|_| true);
            self.cancel_run(at);
        }
        self.start_lanes();
        self.send_events();
    }

    /// Reads how many tasks were taken from each shared queue.
    fn tasks_taken_by_offset(&self) -> Vec<Option<TakenTaskBounds>> {
        let bounds = |lane: &LaneRun| {
            lane.queue.as_ref()?.taken_count().ok().map(|taken| TakenTaskBounds { before: taken, after: taken })
        };
        self.lanes.iter().map(bounds).collect()
    }

    fn send_events(&mut self) {
        if !self.outbox.is_empty() {
            // Sending fails only while mpviz exits, when the receiver has been dropped.
            let _ = self.events.send(std::mem::take(&mut self.outbox));
        }
    }
}

fn lane_process_name(lane: &LanePlan, worker: WorkerId) -> String {
    if lane.is_python() { interpreter_process_name(lane.mode) } else { worker_process_name(lane.mode, worker) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::RunSpec;
    use crate::event::{Machine, Mode};

    #[test]
    fn a_reaper_error_ends_the_run() {
        let spec = RunSpec { worker_program: "/nowhere".into(), ..RunSpec::of_modes(&[Mode::Pool]) };
        let machine = Machine { cores: 1, memory_bytes: 0, os: "test".into() };
        let mut executor =
            Executor::new(RunPlan::new(&spec, &[0], machine), unbounded().0, never(), unbounded().0, Duration::ZERO)
                .unwrap();
        let (batches, receiver) = unbounded();
        executor.batches = receiver;
        batches.send(Err(RunError::AlreadyReaped)).unwrap();
        assert!(matches!(executor.run(), Err(RunError::AlreadyReaped)));
    }
}
