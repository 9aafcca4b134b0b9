//! A lane during a run: its processes, its tasks, and what follows from the exit of a process.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::error_output::ErrorOutput;
use super::plan::ProcessLayout;
use super::queue::Queue;
use super::reaper::ProcessExit;
use super::task_states::{TaskRange, TaskStates};
use crate::event::text::SafeText;
use crate::event::workload::Workload;
use crate::event::{
    Event, Exit, FinalUsage, LaneId, LanePlan, LaneStatus, Mode, Nanos, SlotId, StampedEvent, TaskId, WorkerId,
};
use crate::language;
use crate::probe::LiveProcesses;
use crate::report::phrases;

struct LaneProcess {
    first_worker: WorkerId,
    slot: SlotId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LaneStage {
    /// The lane waits for its turn.
    Waiting,
    Running,
    Ended,
}

/// The holder of tasks that will not be finished.
#[derive(Clone, Copy)]
enum TaskHolder {
    /// A worker, if known.
    Worker(Option<WorkerId>),
    Unassigned,
}

/// A live worker that an interpreter started: a process, or a thread of the interpreter.
struct InterpreterWorker {
    pid: u32,
    slot: SlotId,
}

pub(super) struct LaneRun {
    pub(super) id: LaneId,
    pub(super) plan: LanePlan,
    pub(super) layout: ProcessLayout,
    pub(super) stage: LaneStage,
    pub(super) suspended: bool,
    pub(super) cancelled: bool,
    /// The queue shared by its workers.
    pub(super) queue: Option<Queue>,
    /// Standard error of its workers.
    pub(super) error_output: ErrorOutput,
    tasks: u32,
    task_states: TaskStates,
    processes: BTreeMap<u32, LaneProcess>,
    next_worker: u32,
    /// The first worker of each process being started.
    spawning: BTreeSet<WorkerId>,
    /// Slots without a process.
    vacant_slots: VecDeque<SlotId>,
    /// Whether its clock has started. An interpreter starts it when it has made the numbers.
    has_started: bool,
    /// The live workers of an interpreter.
    interpreter_workers: BTreeMap<WorkerId, InterpreterWorker>,
}

impl LaneRun {
    pub(super) fn new(
        id: LaneId,
        plan: LanePlan,
        workload: &Workload,
        queue: Option<Queue>,
        error_output: ErrorOutput,
    ) -> Self {
        let layout = ProcessLayout::new(&plan, workload);
        let vacant_slots = (0..layout.processes).map(|process| SlotId(process * layout.threads)).collect();
        Self {
            id,
            layout,
            stage: LaneStage::Waiting,
            suspended: false,
            cancelled: false,
            queue,
            error_output,
            tasks: workload.tasks,
            task_states: TaskStates::new(workload.tasks),
            processes: BTreeMap::new(),
            next_worker: 0,
            spawning: BTreeSet::new(),
            vacant_slots,
            has_started: false,
            interpreter_workers: BTreeMap::new(),
            plan,
        }
    }

    /// Stamps an event with this lane's id.
    pub(super) fn stamp_event(&self, at: Nanos, event: Event) -> StampedEvent {
        StampedEvent { at, lane: Some(self.id), event }
    }

    /// Whether an interpreter executes the lane.
    pub(super) fn is_python(&self) -> bool {
        self.plan.is_python()
    }

    /// The pid of the interpreter that executes the lane.
    pub(super) fn interpreter(&self) -> Option<u32> {
        self.processes.keys().next().copied().filter(|_| self.is_python())
    }

    /// Starts the lane. An interpreter starts its clock later.
    pub(super) fn start(&mut self, at: Nanos, events: &mut Vec<StampedEvent>) {
        self.stage = LaneStage::Running;
        if !self.is_python() {
            self.start_clock(at, events);
        }
    }

    /// Starts the lane's clock and submits its tasks.
    fn start_clock(&mut self, at: Nanos, events: &mut Vec<StampedEvent>) {
        self.has_started = true;
        events.push(self.stamp_event(at, Event::LaneStarted {}));
        events.push(self.stamp_event(at, Event::TasksSubmitted { first: TaskId(0), count: self.tasks, call: None }));
    }

    /// Assigns the next vacant slot and returns it with the id of its first worker.
    pub(super) fn next_vacant_slot(&mut self) -> Option<(SlotId, WorkerId)> {
        if self.stage != LaneStage::Running || self.suspended || self.cancelled {
            return None;
        }
        let slot = self.vacant_slots.pop_front()?;
        let worker = WorkerId(self.next_worker);
        self.next_worker += self.layout.threads;
        self.spawning.insert(worker);
        Some((slot, worker))
    }

    /// Records that a process was started.
    pub(super) fn process_spawned(
        &mut self,
        at: Nanos,
        slot: SlotId,
        first_worker: WorkerId,
        pid: u32,
        events: &mut Vec<StampedEvent>,
    ) {
        self.spawning.remove(&first_worker);
        self.processes.insert(pid, LaneProcess { first_worker, slot });
        if self.is_python() {
            return;
        }
        for n in 0..self.layout.threads {
            let (worker, slot) = (WorkerId(first_worker.0 + n), SlotId(slot.0 + n));
            events.push(self.stamp_event(at, Event::WorkerSpawned { worker, slot, pid }));
        }
    }

    /// Records that a process could not be started. Its own task, if any, is abandoned.
    pub(super) fn spawn_failed(
        &mut self,
        at: Nanos,
        slot: SlotId,
        first_worker: WorkerId,
        error: SafeText,
        events: &mut Vec<StampedEvent>,
    ) {
        self.spawning.remove(&first_worker);
        events.push(self.stamp_event(at, Event::WorkerNotSpawned { slot, error }));
        if self.plan.own_queues && !self.is_python() {
            self.end_unclaimed_tasks(at, slot.0..slot.0 + 1, TaskHolder::Unassigned, events);
        }
    }

    /// Applies an event of one of the lane's workers.
    pub(super) fn apply_worker_event(&mut self, event: &Event) {
        self.task_states.apply_worker_event(event);
    }

    /// Applies what an interpreter reports of the lane and its workers. `ends` receives what follows.
    pub(super) fn apply_interpreter_event(
        &mut self,
        at: Nanos,
        event: &Event,
        live_processes: &LiveProcesses,
        ends: &mut Vec<StampedEvent>,
    ) {
        match *event {
            Event::LaneStarted {} => self.has_started = true,
            Event::WorkerSpawned { worker, slot, pid } => {
                self.interpreter_workers.insert(worker, InterpreterWorker { pid, slot });
                let same_process = self.interpreter_workers.iter().filter(|(_, worker)| worker.pid == pid);
                let workers: Vec<WorkerId> = same_process.map(|(worker, _)| *worker).collect();
                match self.plan.mode {
                    Mode::Serial => live_processes.add(self.id, pid, workers),
                    Mode::Threads => live_processes.add_threads(self.id, pid, workers),
                    Mode::Pool | Mode::Process => live_processes.add_forked(self.id, pid, worker),
                }
            }
            Event::WorkerExited { worker, .. } => {
                if let Some(InterpreterWorker { pid, slot }) = self.interpreter_workers.remove(&worker) {
                    live_processes.remove(pid);
                    self.end_tasks_of_interpreter_worker(at, worker, slot, ends);
                }
            }
            _ => {}
        }
    }

    fn end_tasks_of_interpreter_worker(
        &mut self,
        at: Nanos,
        worker: WorkerId,
        slot: SlotId,
        events: &mut Vec<StampedEvent>,
    ) {
        self.end_unfinished_tasks(at, worker, events);
        if self.plan.own_queues {
            self.end_unclaimed_tasks(at, slot.0..slot.0 + 1, TaskHolder::Worker(Some(worker)), events);
        }
    }

    /// Records that a worker whose interpreter has ended was reaped by mpviz. False if it is none of this lane.
    fn orphan_exited(&mut self, exited: &ProcessExit, events: &mut Vec<StampedEvent>) -> bool {
        let of_process = self.interpreter_workers.iter().find(|(_, worker)| worker.pid == exited.pid);
        let Some(id) = of_process.map(|(id, _)| *id) else { return false };
        self.interpreter_worker_exited(id, exited.at, exited.exit, exited.usage, events);
        true
    }

    fn interpreter_worker_exited(
        &mut self,
        worker: WorkerId,
        at: Nanos,
        exit: Exit,
        usage: Option<FinalUsage>,
        events: &mut Vec<StampedEvent>,
    ) {
        events.push(self.stamp_event(at, Event::WorkerExited { worker, exit, usage }));
        if let Some(InterpreterWorker { slot, .. }) = self.interpreter_workers.remove(&worker) {
            self.end_tasks_of_interpreter_worker(at, worker, slot, events);
        }
    }

    /// Records that the interpreter exited, and its threads with it. A worker process that it reaped without a report
    /// has ended, too.
    fn interpreter_exited(&mut self, exited: &ProcessExit, events: &mut Vec<StampedEvent>) {
        let workers: Vec<WorkerId> = self.interpreter_workers.keys().copied().collect();
        for worker in workers {
            self.interpreter_worker_exited(worker, exited.at, exited.exit, None, events);
        }
        if !self.has_started {
            self.start_clock(exited.at, events);
            let exit = language::in_english(|| phrases::exit_text(exited.exit));
            let error = SafeText::from(format!("the interpreter had no worker yet: {exit}"));
            events.push(self.stamp_event(exited.at, Event::WorkerNotSpawned { slot: SlotId(0), error }));
        }
        if let Some(text) = self.error_output.take_new_text() {
            events.push(self.stamp_event(exited.at, Event::WorkerErrorOutput { text }));
        }
    }

    /// Whether the process with this first worker is being started.
    pub(super) fn is_spawning(&self, worker: WorkerId) -> bool {
        self.spawning.contains(&worker)
    }

    pub(super) fn owns_process(&self, pid: u32) -> bool {
        self.processes.contains_key(&pid) || self.interpreter_workers.values().any(|worker| worker.pid == pid)
    }

    pub(super) fn pids(&self) -> impl Iterator<Item = u32> {
        self.processes.keys().copied()
    }

    /// Returns the pid of a worker's process.
    pub(super) fn worker_pid(&self, worker: WorkerId) -> Option<u32> {
        if self.is_python() {
            return self.interpreter_workers.get(&worker).map(|worker| worker.pid);
        }
        let threads = self.layout.threads;
        let is_in =
            |process: &LaneProcess| (process.first_worker.0..process.first_worker.0 + threads).contains(&worker.0);
        self.processes.iter().find(|(_, process)| is_in(process)).map(|(pid, _)| *pid)
    }

    /// Records that a process exited, after all its events were applied. False if it belongs to another lane.
    pub(super) fn process_exited(&mut self, exited: &ProcessExit, events: &mut Vec<StampedEvent>) -> bool {
        let Some(process) = self.processes.remove(&exited.pid) else { return self.orphan_exited(exited, events) };
        if self.is_python() {
            self.interpreter_exited(exited, events);
            return true;
        }
        for n in 0..self.layout.threads {
            let worker = WorkerId(process.first_worker.0 + n);
            // The usage is that of the main thread.
            let usage = exited.usage.filter(|_| n == 0);
            events.push(self.stamp_event(exited.at, Event::WorkerExited { worker, exit: exited.exit, usage }));
            self.end_unfinished_tasks(exited.at, worker, events);
        }
        if self.plan.own_queues {
            let (worker, task) = (process.first_worker, process.slot.0);
            self.end_unclaimed_tasks(exited.at, task..task + 1, TaskHolder::Worker(Some(worker)), events);
        }
        if let Some(text) = self.error_output.take_new_text() {
            events.push(self.stamp_event(exited.at, Event::WorkerErrorOutput { text }));
        }
        // Workers that end before they take a record would be replaced forever.
        let has_worked = self.task_states.has_taken_record(process.first_worker);
        if self.layout.respawns && has_worked && self.has_remaining_tasks() {
            self.vacant_slots.push_back(process.slot);
        }
        true
    }

    /// Ends the tasks that an exited worker took and did not finish.
    fn end_unfinished_tasks(&mut self, at: Nanos, worker: WorkerId, events: &mut Vec<StampedEvent>) {
        if let Some(tasks) = self.task_states.unfinished_tasks_of_worker(worker) {
            self.end_tasks(at, &tasks, TaskHolder::Worker(Some(worker)), events);
        }
    }

    fn has_remaining_tasks(&self) -> bool {
        self.queue.as_ref().is_some_and(|queue| queue.taken_count().is_ok_and(|taken| taken < self.tasks))
    }

    /// Ends the lane if no process is running and none has to be started.
    pub(super) fn end_lane_if_done(&mut self, at: Nanos, events: &mut Vec<StampedEvent>) {
        let is_done =
            self.processes.is_empty() && self.spawning.is_empty() && (self.vacant_slots.is_empty() || self.cancelled);
        if self.stage != LaneStage::Running || !is_done {
            return;
        }
        if !self.has_started {
            self.start_clock(at, events);
        }
        // Tasks before the queue's read offset were taken, even if the worker died before it reported that.
        let taken = self.queue.as_ref().and_then(|queue| queue.taken_count().ok()).unwrap_or(0);
        self.end_unclaimed_tasks(at, 0..taken, TaskHolder::Worker(None), events);
        self.end_unclaimed_tasks(at, 0..self.tasks, TaskHolder::Unassigned, events);
        self.end_lane(at, events);
    }

    fn end_lane(&mut self, at: Nanos, events: &mut Vec<StampedEvent>) {
        self.stage = LaneStage::Ended;
        let status = match () {
            () if self.task_states.all_finished() => LaneStatus::Finished,
            () if self.cancelled => LaneStatus::Cancelled,
            () => LaneStatus::Failed,
        };
        events.push(self.stamp_event(at, Event::LaneEnded { status }));
    }

    /// Ends the tasks of a range that no worker reported as taken.
    fn end_unclaimed_tasks(&mut self, at: Nanos, tasks: TaskRange, holder: TaskHolder, events: &mut Vec<StampedEvent>) {
        for tasks in self.task_states.unclaimed_ranges(tasks) {
            self.end_tasks(at, &tasks, holder, events);
        }
    }

    /// Ends tasks: lost if a worker held them, abandoned if none did or the run was cancelled.
    fn end_tasks(&mut self, at: Nanos, tasks: &TaskRange, holder: TaskHolder, events: &mut Vec<StampedEvent>) {
        let (first, count) = (TaskId(tasks.start), tasks.end - tasks.start);
        let event = match holder {
            TaskHolder::Worker(worker) if !self.cancelled => Event::TasksLost { first, count, worker },
            _ => Event::TasksAbandoned { first, count },
        };
        self.task_states.apply_worker_event(&event);
        events.push(self.stamp_event(at, event));
    }
}
