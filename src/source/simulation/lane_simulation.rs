//! A lane in virtual time: its starters, workers, queue and GIL.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::constants::MachineConstants;
use super::gil::Gil;
use super::kernel::{Kernel, TimeKey};
use super::plan::Plan;
use super::prediction::{Prediction, closed_form_ns};
use super::profile::{Arrival, TaskProfile, WorkloadProfile};
use super::queue::TaskQueue;
use crate::event::{Event, Exit, FinalUsage, LaneStatus, Mode, Nanos, SlotId, TaskId, WorkerId};

/// Threads of mpviz that start processes at once.
const MAX_STARTERS: u32 = 4;

/// What a worker does with its current burst or wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// A starter forks it.
    Fork,
    Start,
    Load,
    Compute,
    Wait,
    Release,
    Exit,
    /// The parent hands out a record.
    Send,
    /// The parent receives a result.
    Collect,
}

/// A timer of the simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    WaitEnds(u32),
    TasksArrive,
    GilHandedOver,
    /// A thread has waited for the GIL since it had this number of switches.
    GilRequested(u64),
}

#[derive(Clone, Copy, Debug)]
struct Worker {
    phase: Phase,
    /// Current task, and the end of its record.
    task: u32,
    record_end: u32,
    waits_left: u32,
    /// CPU time of the burst to start once it has the GIL.
    pending: f64,
    used: f64,
    /// Start of the burst, and its CPU time.
    burst: (f64, f64),
    run_delay: f64,
}

impl Worker {
    const NEW: Self = Self {
        phase: Phase::Fork,
        task: 0,
        record_end: 0,
        waits_left: 0,
        pending: 0.0,
        used: 0.0,
        burst: (0.0, 0.0),
        run_delay: 0.0,
    };

    fn usage(&self) -> FinalUsage {
        FinalUsage { cpu_ns: self.used as u64, run_delay_ns: self.run_delay.max(0.0) as u64, ..FinalUsage::default() }
    }
}

/// Memory that is in use, and its maximum.
#[derive(Clone, Copy, Debug, Default)]
struct Residency {
    tasks: u32,
    bytes: u64,
    peak_tasks: u32,
    peak_bytes: u64,
}

impl Residency {
    fn add(&mut self, bytes: u64) {
        self.tasks += 1;
        self.bytes += bytes;
        self.peak_tasks = self.peak_tasks.max(self.tasks);
        self.peak_bytes = self.peak_bytes.max(self.bytes);
    }

    fn remove(&mut self, bytes: u64) {
        self.tasks -= 1;
        self.bytes -= bytes;
    }
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
    /// Index of the parent among the workers, and results that it has yet to collect; none if workers share a queue.
    parent: Option<u32>,
    uncollected: u32,
    /// Worker of the next process to start, and number of those that were started.
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
        }
        let starters = if self.constants.parent.is_some() { 1 } else { self.plan.cores.clamp(1, MAX_STARTERS) };
        for _ in 0..starters {
            self.start_next_process();
        }
        while self.step() {}
        self.emit(Event::LaneEnded { status: LaneStatus::Finished });
        Prediction {
            makespan_ns: self.makespan,
            cpu_ns: self.used_by_then,
            peak_tasks: self.residency.peak_tasks,
            peak_bytes: self.residency.peak_bytes,
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

    fn start_next_process(&mut self) {
        let worker = self.next_process;
        if worker < self.plan.processes(self.profile.tasks.len() as u32) {
            self.next_process += 1;
            let cpu = if self.plan.starts_processes(self.constants) { self.constants.fork_ns } else { 0.0 };
            self.kernel.start_burst(worker, cpu);
        }
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

    /// The threads of the process that a worker starts.
    fn threads_of(&self, worker: u32) -> std::ops::Range<u32> {
        if self.plan.mode == Mode::Threads { 0..self.plan.slots(0) } else { worker..worker + 1 }
    }

    fn forked(&mut self, worker: u32) {
        for thread in self.threads_of(worker) {
            self.emit(Event::WorkerSpawned { worker: WorkerId(thread), slot: SlotId(thread), pid: worker + 1 });
        }
        let now = self.kernel.now();
        let state = self.worker(worker);
        (state.phase, state.burst) = (Phase::Start, (now, 0.0));
        let cpu = if self.plan.starts_processes(self.constants) { self.constants.child_start_ns } else { 0.0 };
        self.worker(worker).burst.1 = cpu;
        self.kernel.start_burst(worker, cpu);
        self.forked += 1;
        if self.forked == self.plan.processes(self.profile.tasks.len() as u32) {
            self.workers_started();
        }
        self.start_next_process();
    }

    /// Sets the time of the first tasks, if they were not there from the start.
    fn workers_started(&mut self) {
        if self.queue.arrived_tasks() == 0
            && let Some(Arrival::After(delay) | Arrival::WhenIdle(delay)) = self.queue.next_arrival()
        {
            self.set_timer(self.kernel.now() + delay, Timer::TasksArrive);
        }
    }

    /// The next batch is submitted.
    fn tasks_arrive(&mut self) {
        let (first, count) = self.queue.arrive();
        self.emit(Event::TasksSubmitted { first: TaskId(first), count, call: None });
        if let Some(Arrival::After(delay)) = self.queue.next_arrival() {
            self.set_timer(self.kernel.now() + delay, Timer::TasksArrive);
        }
        if self.parent.is_some() {
            return self.continue_parent(false);
        }
        self.queue.hand_out_all();
        for worker in std::mem::take(&mut self.idle) {
            self.take_record(worker);
        }
    }

    /// Starts the parent's next burst, if it has something to do.
    fn continue_parent(&mut self, is_running: bool) {
        let (Some(parent), Some(costs)) = (self.parent, self.constants.parent) else { return };
        let phase = self.workers[parent as usize].phase;
        if !is_running && matches!(phase, Phase::Send | Phase::Collect) {
            return;
        }
        if self.queue.has_waiting_records() {
            self.compute(parent, Phase::Send, costs.send_ns);
        } else if self.uncollected > 0 {
            self.compute(parent, Phase::Collect, costs.collect_ns);
        } else {
            self.worker(parent).phase = Phase::Wait;
            self.release_gil(parent);
        }
    }

    fn sent(&mut self) {
        self.queue.hand_out();
        if let Some(worker) = self.idle.pop_front() {
            self.take_record(worker);
        }
        self.continue_parent(true);
    }

    fn collected(&mut self) {
        self.uncollected -= 1;
        if self.uncollected == 0 {
            self.all_collected();
        }
        self.continue_parent(true);
    }

    /// No results are left to collect: the lane has finished, or the next tasks may wait for that.
    fn all_collected(&mut self) {
        if self.finished as usize == self.profile.tasks.len() {
            (self.makespan, self.used_by_then) = (self.kernel.now(), self.kernel.used());
        }
        if self.finished == self.queue.arrived_tasks()
            && let Some(Arrival::WhenIdle(delay)) = self.queue.next_arrival()
        {
            self.set_timer(self.kernel.now() + delay, Timer::TasksArrive);
        }
    }

    fn ready(&mut self, worker: u32) {
        for thread in self.threads_of(worker) {
            self.emit(Event::WorkerReady { worker: WorkerId(thread) });
        }
        for thread in self.threads_of(worker) {
            self.take_record(thread);
        }
    }

    /// Takes the next record, or ends the worker.
    fn take_record(&mut self, worker: u32) {
        // An eager process has one task of its own.
        let record = match self.plan.mode {
            Mode::Process => Some((worker, 1)).filter(|_| self.workers[worker as usize].record_end == 0),
            _ => self.queue.take(),
        };
        let Some((first, count)) = record else {
            if self.plan.mode == Mode::Process || self.queue.is_exhausted() {
                return self.end_worker(worker);
            }
            self.release_gil(worker);
            return self.idle.push_back(worker);
        };
        self.emit(Event::TaskTaken { worker: WorkerId(worker), first: TaskId(first), count, receive_ns: 0 });
        let state = self.worker(worker);
        (state.task, state.record_end) = (first, first + count);
        let is_loop = self.plan.mode == Mode::Serial && self.constants.parent.is_some();
        self.load_task(worker, if is_loop { 0.0 } else { self.constants.record_ns });
        if self.queue.is_exhausted() {
            for worker in std::mem::take(&mut self.idle) {
                self.end_worker(worker);
            }
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
        if self.parent.is_none() {
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

    /// Ends a worker's last record. A process exits once all its threads have ended.
    fn end_worker(&mut self, worker: u32) {
        self.release_gil(worker);
        let is_thread = self.plan.mode == Mode::Threads;
        if is_thread && worker > 0 {
            let usage = self.workers[worker as usize].usage();
            self.emit(Event::WorkerFinished { worker: WorkerId(worker), usage });
        }
        self.live_threads -= 1;
        if !is_thread || self.live_threads == 0 {
            let process = if is_thread { 0 } else { worker };
            let (now, cpu) = (self.kernel.now(), self.constants.exit_ns);
            let state = self.worker(process);
            (state.phase, state.burst) = (Phase::Exit, (now, cpu));
            self.kernel.start_burst(process, cpu);
        }
    }

    fn exited(&mut self, worker: u32) {
        for thread in self.threads_of(worker) {
            let usage = Some(self.workers[thread as usize].usage());
            self.emit(Event::WorkerExited { worker: WorkerId(thread), exit: Exit::Code(0), usage });
        }
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

    /// Acquires the GIL for a worker with a pending burst, or queues it.
    fn acquire_gil(&mut self, worker: u32) {
        let now = self.kernel.now();
        let Some(gil) = &mut self.gil else { return };
        if gil.acquire(worker) {
            return self.gil_acquired(worker);
        }
        let request = gil.request_time(now).filter(|_| gil.is_only_waiter());
        let switches = gil.switches();
        if let Some(at) = request {
            self.set_timer(at, Timer::GilRequested(switches));
        }
    }

    fn gil_acquired(&mut self, worker: u32) {
        if self.parent != Some(worker) {
            self.emit(Event::GilAcquired { worker: WorkerId(worker) });
        }
        let cpu = self.workers[worker as usize].pending;
        self.kernel.start_burst(worker, cpu);
    }

    fn release_gil(&mut self, worker: u32) {
        let Some(gil) = self.gil.as_mut().filter(|gil| gil.is_held_by(worker)) else { return };
        let is_handed_over = gil.release();
        if self.parent != Some(worker) {
            self.emit(Event::GilReleased { worker: WorkerId(worker) });
        }
        if is_handed_over {
            self.set_timer(self.kernel.now() + self.constants.gil_handoff_ns, Timer::GilHandedOver);
        }
    }

    fn hand_over_gil(&mut self) {
        let now = self.kernel.now();
        let Some(gil) = &mut self.gil else { return };
        let holder = gil.hand_over();
        let (request, switches) = (gil.request_time(now), gil.switches());
        if let Some(holder) = holder {
            self.gil_acquired(holder);
        }
        if let Some(at) = request {
            self.set_timer(at, Timer::GilRequested(switches));
        }
    }

    fn force_gil_release(&mut self, switches: u64) {
        let Some(holder) = self.gil.as_mut().and_then(|gil| gil.force_release(switches)) else { return };
        let remaining = self.kernel.interrupt(holder);
        self.worker(holder).pending = remaining;
        if self.parent != Some(holder) {
            self.emit(Event::GilReleased { worker: WorkerId(holder) });
        }
        self.set_timer(self.kernel.now() + self.constants.gil_handoff_ns, Timer::GilHandedOver);
    }
}
