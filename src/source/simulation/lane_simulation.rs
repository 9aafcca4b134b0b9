//! A lane in virtual time: its starters, workers, queue and GIL.

mod dispatch;
mod gil_switching;
mod start_up;
mod worker;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::constants::MachineConstants;
use super::gil::Gil;
use super::kernel::{Kernel, TimeKey};
use super::plan::Plan;
use super::prediction::{Prediction, closed_form_ns};
use super::profile::{Arrival, TaskProfile, WorkloadProfile};
use super::queue::TaskQueue;
use crate::event::{Event, LaneStatus, Mode, Nanos, TaskId, WorkerId};
use worker::{Phase, Residency, Worker};

/// Threads of mpviz that start processes at once.
const MAX_STARTERS: u32 = 4;

/// A timer of the simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    WaitEnds(u32),
    TasksArrive,
    GilHandedOver,
    /// A thread has waited for the GIL since it had this number of switches.
    GilRequested(u64),
}

/// Simulates one lane. `emit` receives its events in order.
pub(super) struct LaneSimulation<'a, F> {
    profile: &'a WorkloadProfile,
    plan: &'a Plan,
    constants: &'a MachineConstants,
    emit: F,
    kernel: Kernel,
    timers: BinaryHeap<Reverse<(TimeKey, u64, Timer)>>,
    timers_added: u64,
    gil: Option<Gil>,
    workers: Vec<Worker>,
    queue: TaskQueue,
    /// Workers that wait for a task, in order.
    idle: VecDeque<u32>,
    /// Index of the parent among the workers; none if workers share a queue. Results that it has yet to collect, or
    /// processes of Python that finished their task and have yet to exit.
    parent: Option<u32>,
    uncollected: u32,
    /// Starters without a process to start, worker of the next process, and number of those that were started.
    idle_starters: u32,
    next_process: u32,
    forked: u32,
    live_threads: u32,
    residency: Residency,
    finished: u32,
    /// Time of the last task's end, and CPU time used by then.
    makespan: f64,
    used_by_then: f64,
}

impl<'a, F: FnMut(Nanos, Event)> LaneSimulation<'a, F> {
    pub(super) fn new(profile: &'a WorkloadProfile, plan: &'a Plan, constants: &'a MachineConstants, emit: F) -> Self {
        let tasks = profile.tasks.len() as u32;
        let slots = plan.slots(tasks);
        Self {
            profile,
            plan,
            constants,
            emit,
            kernel: Kernel::new(plan.cores),
            timers: BinaryHeap::new(),
            timers_added: 0,
            gil: plan.has_gil().then(Gil::default),
            workers: vec![Worker::NEW; slots as usize + 1],
            queue: TaskQueue::new(profile, plan),
            idle: VecDeque::new(),
            parent: plan.has_parent(constants).then_some(slots),
            uncollected: 0,
            idle_starters: if constants.parent.is_some() { 1 } else { plan.cores.clamp(1, MAX_STARTERS) },
            next_process: 0,
            forked: 0,
            live_threads: slots,
            residency: Residency::default(),
            finished: 0,
            makespan: 0.0,
            used_by_then: 0.0,
        }
    }

    pub(super) fn run(mut self) -> Prediction {
        self.emit(Event::LaneStarted {});
        if self.queue.next_arrival() == Some(Arrival::WithPrevious) {
            self.tasks_arrive();
        } else if self.plan.mode == Mode::Process {
            self.expect_first_tasks();
        }
        self.start_processes();
        while self.step() {}
        self.emit(Event::LaneEnded { status: LaneStatus::Finished });
        Prediction {
            makespan_ns: self.makespan,
            cpu_ns: self.used_by_then,
            peak_tasks: self.residency.peak_tasks,
            peak_bytes: self.residency.peak_bytes,
            peak_memory: self.residency.peak_memory,
            processes: if self.plan.starts_processes(self.constants) { self.forked } else { 0 },
            closed_form_ns: closed_form_ns(self.profile, self.plan, self.constants),
        }
    }

    /// Handles the next end of a burst or timer. Returns false if there is none.
    fn step(&mut self) -> bool {
        let timer = self.timers.peek().map(|Reverse((at, ..))| at.time());
        match (self.kernel.next_end(), timer) {
            (Some(end), timer) if timer.is_none_or(|timer| end <= timer) => {
                self.kernel.advance(end);
                if let Some(worker) = self.kernel.end_burst() {
                    self.burst_ended(worker);
                }
            }
            (_, Some(at)) => {
                self.kernel.advance(at);
                if let Some(Reverse((.., timer))) = self.timers.pop() {
                    self.timer_expired(timer);
                }
            }
            _ => return false,
        }
        true
    }

    fn emit(&mut self, event: Event) {
        (self.emit)(self.kernel.now().round() as Nanos, event);
    }

    fn task(&self, worker: u32) -> &'a TaskProfile {
        &self.profile.tasks[self.workers[worker as usize].task as usize]
    }

    fn worker(&mut self, worker: u32) -> &mut Worker {
        &mut self.workers[worker as usize]
    }

    fn set_timer(&mut self, at: f64, timer: Timer) {
        self.timers_added += 1;
        self.timers.push(Reverse((TimeKey::new(at), self.timers_added, timer)));
    }

    /// Starts a burst of a worker, once it has the GIL if there is one.
    fn compute(&mut self, worker: u32, phase: Phase, cpu: f64) {
        let now = self.kernel.now();
        let state = self.worker(worker);
        state.phase = phase;
        state.burst = (now, cpu);
        match &self.gil {
            Some(gil) if !gil.is_held_by(worker) => {
                self.worker(worker).pending = cpu;
                self.acquire_gil(worker);
            }
            _ => self.kernel.start_burst(worker, cpu),
        }
    }

    fn burst_ended(&mut self, worker: u32) {
        let now = self.kernel.now();
        let state = self.worker(worker);
        let (began, cpu) = state.burst;
        if state.phase != Phase::Fork {
            state.used += cpu;
            state.run_delay += now - began - cpu;
        }
        match state.phase {
            Phase::Fork => self.forked(worker),
            Phase::Start => self.ready(worker),
            Phase::Load => self.loaded(worker),
            Phase::Compute => self.computed(worker),
            Phase::Release => self.released(worker),
            Phase::Exit => self.exited(worker),
            Phase::Send => self.sent(),
            Phase::Collect => self.collected(),
            Phase::Wait => {}
        }
    }

    fn load_task(&mut self, worker: u32, record_ns: f64) {
        let cpu = record_ns + self.constants.task_ns + self.task(worker).load_ns;
        self.compute(worker, Phase::Load, cpu);
    }

    fn loaded(&mut self, worker: u32) {
        let TaskProfile { bytes, load_ns, waits, first_burst_ns, .. } = *self.task(worker);
        let task = TaskId(self.workers[worker as usize].task);
        self.emit(Event::TaskLoaded { worker: WorkerId(worker), task, bytes, cpu_ns: load_ns as u64 });
        self.residency.add(bytes);
        self.worker(worker).waits_left = waits;
        self.compute(worker, Phase::Compute, first_burst_ns);
    }

    fn computed(&mut self, worker: u32) {
        let TaskProfile { wait_ns, release_ns, .. } = *self.task(worker);
        if self.workers[worker as usize].waits_left == 0 {
            self.finished(worker);
            return self.compute(worker, Phase::Release, release_ns);
        }
        let state = self.worker(worker);
        state.waits_left -= 1;
        state.phase = Phase::Wait;
        self.emit(Event::IoStarted { worker: WorkerId(worker) });
        self.release_gil(worker);
        self.set_timer(self.kernel.now() + wait_ns, Timer::WaitEnds(worker));
    }

    fn finished(&mut self, worker: u32) {
        let task = TaskId(self.workers[worker as usize].task);
        let cpu_ns = self.task(worker).bursts_ns() as u64;
        self.emit(Event::TaskFinished { worker: WorkerId(worker), task, sum: None, cpu_ns, result_bytes: 0 });
        self.finished += 1;
        if self.plan.is_joined(self.constants) {
            self.uncollected += 1;
        } else if self.parent.is_none() {
            self.all_collected();
        }
    }

    fn released(&mut self, worker: u32) {
        let task = TaskId(self.workers[worker as usize].task);
        self.emit(Event::TaskReleased { worker: WorkerId(worker), task });
        self.residency.remove(self.task(worker).bytes);
        let state = self.worker(worker);
        state.task += 1;
        if state.task < state.record_end {
            return self.load_task(worker, 0.0);
        }
        if self.parent.is_some() {
            self.uncollected += 1;
            self.continue_parent(false);
        }
        self.take_record(worker);
    }

    fn timer_expired(&mut self, timer: Timer) {
        match timer {
            Timer::WaitEnds(worker) => {
                self.emit(Event::IoFinished { worker: WorkerId(worker) });
                let cpu = self.task(worker).burst_ns;
                self.compute(worker, Phase::Compute, cpu);
            }
            Timer::TasksArrive => self.tasks_arrive(),
            Timer::GilHandedOver => self.hand_over_gil(),
            Timer::GilRequested(switches) => self.force_gil_release(switches),
        }
    }
}
