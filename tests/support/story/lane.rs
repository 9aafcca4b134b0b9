//! Simulates one lane in steps of a millisecond.

use std::collections::VecDeque;

use mpviz::event::{
    Event, Exit, LaneId, LanePlan, Mode, ProcessSample, Run, SlotId, StampedEvent, Status, TaskId, Usage, WorkerId,
};

use super::{MS, Script};

/// CPU time for loading a payload, in ms.
const LOAD_MS: f64 = 5.0;
/// CPU time for starting a process, in ms.
const START_MS: f64 = 1.0;
/// GIL switch interval, in ms.
const GIL_SWITCH_MS: u64 = 5;

#[derive(Clone, Copy, PartialEq)]
enum Phase {
    Starting(f64),
    Idle,
    Loading(f64),
    Computing(f64),
    Io(u64),
    Gone,
}

struct SimulatedWorker {
    id: WorkerId,
    slot: SlotId,
    phase: Phase,
    task: u32,
    /// I/O operations of the task so far.
    io_done: u32,
    /// CPU time in ms.
    cpu_ms: f64,
    /// Time spent waiting for a core in ms.
    delay_ms: f64,
}

impl SimulatedWorker {
    fn wants_core(&self) -> bool {
        matches!(self.phase, Phase::Starting(_) | Phase::Loading(_) | Phase::Computing(_))
    }
}

/// A lane being simulated.
pub struct SimulatedLane<'a> {
    lane: LaneId,
    plan: LanePlan,
    run: &'a Run,
    script: &'a Script,
    pub events: Vec<StampedEvent>,
    queue: VecDeque<u32>,
    workers: Vec<SimulatedWorker>,
    lost: u32,
    /// Index of the worker that holds the GIL, and since when in ms.
    gil_holder: Option<(usize, u64)>,
    /// Core time used since the last sample, in ms.
    used: f64,
    /// Largest private memory sampled, in bytes.
    peak: u64,
}

impl<'a> SimulatedLane<'a> {
    pub fn new(lane: LaneId, plan: LanePlan, run: &'a Run, script: &'a Script) -> Self {
        let queue = (0..run.workload.tasks).collect();
        Self {
            lane,
            plan,
            run,
            script,
            events: Vec::new(),
            queue,
            workers: Vec::new(),
            lost: 0,
            gil_holder: None,
            used: 0.0,
            peak: 0,
        }
    }

    fn emit(&mut self, ms: u64, event: Event) {
        self.events.push(StampedEvent { at: ms * MS, lane: Some(self.lane), event });
    }

    /// Runs the lane from `begin` to its end, and returns when that is; both in ms.
    pub fn run(&mut self, begin: u64) -> u64 {
        self.emit(begin, Event::LaneStarted {});
        self.emit(begin, Event::TasksSubmitted { first: TaskId(0), count: self.run.workload.tasks });
        for slot in 0..self.plan.workers {
            self.spawn(begin, SlotId(slot));
        }
        for ms in begin + 1.. {
            self.step(ms);
            if self.workers.iter().all(|worker| worker.phase == Phase::Gone) {
                let status = if self.lost > 0 { Status::Failed } else { Status::Finished };
                self.emit(ms + 1, Event::LaneEnded { status });
                return ms + 1;
            }
        }
        unreachable!("the loop has no end")
    }

    fn spawn(&mut self, ms: u64, slot: SlotId) {
        let id = WorkerId(self.workers.len() as u32);
        let pid = 41_880 + u32::from(self.lane.0) * 4000 + if self.plan.mode == Mode::Threads { 0 } else { id.0 };
        self.emit(ms, Event::WorkerSpawned { worker: id, slot, pid });
        let phase = Phase::Starting(START_MS);
        self.workers.push(SimulatedWorker { id, slot, phase, task: 0, io_done: 0, cpu_ms: 0.0, delay_ms: 0.0 });
    }

    fn step(&mut self, ms: u64) {
        if let Some((lane, stopped)) = self.script.suspend.clone()
            && lane == self.lane.0
        {
            if ms == stopped.start {
                self.emit(ms, Event::LaneSuspended {});
            } else if ms == stopped.end {
                self.emit(ms, Event::LaneResumed {});
            }
            if stopped.contains(&ms) {
                return;
            }
        }
        if let Some((at, lane, slot)) = self.script.kill
            && (at, lane) == (ms, self.lane.0)
        {
            self.kill(ms, SlotId(slot));
        }
        let wanting = self.workers.iter().filter(|worker| worker.wants_core()).count() as f64;
        let share = (f64::from(self.script.cores) / wanting.max(1.0)).min(1.0);
        self.switch_gil(ms);
        for worker in 0..self.workers.len() {
            self.advance_worker(ms, worker, share);
        }
        self.sample(ms);
    }

    fn advance_worker(&mut self, ms: u64, n: usize, share: f64) {
        let holds = self.gil_holder.is_some_and(|(holder, _)| holder == n);
        let state = &mut self.workers[n];
        let computing = matches!(state.phase, Phase::Loading(_) | Phase::Computing(_));
        let share = if self.plan.gil && computing { if holds { 1.0 } else { 0.0 } } else { share };
        if state.wants_core() {
            state.cpu_ms += share;
            state.delay_ms += 1.0 - share;
            self.used += share;
        }
        match state.phase {
            Phase::Gone => {}
            Phase::Starting(left) if left > share => state.phase = Phase::Starting(left - share),
            Phase::Starting(_) => {
                state.phase = Phase::Idle;
                let worker = state.id;
                self.emit(ms, Event::WorkerReady { worker });
            }
            Phase::Idle => self.take_task(ms, n),
            Phase::Loading(left) if left > share => state.phase = Phase::Loading(left - share),
            Phase::Loading(_) => self.finish_loading(ms, n),
            Phase::Computing(left) if left > share => state.phase = Phase::Computing(left - share),
            Phase::Computing(_) => self.finish_computing(ms, n),
            Phase::Io(until) if until > ms => {}
            Phase::Io(_) => {
                let worker = state.id;
                self.workers[n].phase = Phase::Computing(self.cpu_between_io(n));
                self.emit(ms, Event::IoFinished { worker });
            }
        }
    }

    /// CPU time between two I/O operations in ms, slightly uneven.
    fn cpu_between_io(&self, n: usize) -> f64 {
        let all = self.run.workload.numbers as f64 * self.run.workload.cost_ns as f64 / MS as f64;
        let uneven = 1.0 + f64::from((self.workers[n].task * 7 + self.workers[n].io_done * 3) % 5) / 20.0;
        all / f64::from(self.run.workload.tasks) / f64::from(self.run.workload.io + 1) * uneven
    }

    fn take_task(&mut self, ms: u64, n: usize) {
        let own = self.plan.own_queues;
        let (worker, slot) = (self.workers[n].id, self.workers[n].slot);
        let next = if own { self.queue.iter().position(|task| *task == slot.0) } else { Some(0) };
        let Some(task) = next.and_then(|at| self.queue.remove(at)) else {
            self.workers[n].phase = Phase::Gone;
            let usage = Usage { cpu_ns: (self.workers[n].cpu_ms * 1e6) as u64, ..Usage::default() };
            return self.emit(ms, Event::WorkerExited { worker, exit: Exit::Code(0), usage: Some(usage) });
        };
        let state = &mut self.workers[n];
        (state.task, state.io_done, state.phase) = (task, 0, Phase::Loading(LOAD_MS));
        self.emit(ms, Event::TaskTaken { worker, first: TaskId(task), count: 1 });
    }

    fn finish_loading(&mut self, ms: u64, n: usize) {
        let bytes = self.run.workload.payload_bytes() / u64::from(self.run.workload.tasks);
        let (worker, task) = (self.workers[n].id, TaskId(self.workers[n].task));
        self.workers[n].phase = Phase::Computing(self.cpu_between_io(n));
        self.emit(ms, Event::TaskLoaded { worker, task, bytes, cpu_ns: 5 * MS });
    }

    fn finish_computing(&mut self, ms: u64, n: usize) {
        let state = &mut self.workers[n];
        let (worker, task) = (state.id, TaskId(state.task));
        let io = self.run.workload.io;
        self.release_gil(ms, n);
        let state = &mut self.workers[n];
        if state.io_done < io {
            state.io_done += 1;
            let late = u64::from(state.task * 7 + state.io_done * 5) * 13 % 81;
            state.phase = Phase::Io(ms + if self.script.uneven { 110 + late } else { 150 });
            let ppm = state.io_done * 1_000_000 / (io + 1);
            self.emit(ms, Event::TaskProgressed { worker, task, ppm, cpu_ns: 0 });
            return self.emit(ms, Event::IoStarted { worker });
        }
        state.phase = Phase::Idle;
        let sum = if task.0 == 0 { self.run.workload.expected() } else { 0 };
        let cpu_ns = self.run.workload.numbers * self.run.workload.cost_ns / u64::from(self.run.workload.tasks);
        self.emit(ms, Event::TaskFinished { worker, task, sum, cpu_ns });
        self.emit(ms, Event::TaskReleased { worker, task });
    }

    fn release_gil(&mut self, ms: u64, n: usize) {
        if self.gil_holder.is_some_and(|(holder, _)| holder == n) {
            self.gil_holder = None;
            self.emit(ms, Event::GilReleased { worker: self.workers[n].id });
        }
    }

    fn switch_gil(&mut self, ms: u64) {
        if !self.plan.gil {
            return;
        }
        let wants = |worker: &SimulatedWorker| matches!(worker.phase, Phase::Loading(_) | Phase::Computing(_));
        let holder = self.gil_holder.map_or(self.workers.len() - 1, |(holder, _)| holder);
        if self.gil_holder.is_some_and(|(_, since)| ms < since + GIL_SWITCH_MS) {
            return;
        }
        let count = self.workers.len();
        let next = (1..=count).map(|step| (holder + step) % count).find(|n| wants(&self.workers[*n]));
        self.release_gil(ms, holder);
        if let Some(next) = next {
            self.gil_holder = Some((next, ms));
            self.emit(ms, Event::GilAcquired { worker: self.workers[next].id });
        }
    }

    fn kill(&mut self, ms: u64, slot: SlotId) {
        let Some(n) = self.workers.iter().rposition(|worker| worker.slot == slot && worker.phase != Phase::Gone) else {
            return;
        };
        let (worker, task, idle) = (self.workers[n].id, self.workers[n].task, self.workers[n].phase == Phase::Idle);
        self.workers[n].phase = Phase::Gone;
        self.emit(ms, Event::WorkerKilled { worker });
        self.emit(ms, Event::WorkerExited { worker, exit: Exit::Signal(9), usage: None });
        if !idle {
            self.lost += 1;
            self.emit(ms, Event::TasksLost { first: TaskId(task), count: 1, worker: Some(worker) });
        }
        if self.plan.mode == Mode::Pool && !self.queue.is_empty() {
            self.spawn(ms, slot);
        }
    }

    fn sample(&mut self, ms: u64) {
        if ms.is_multiple_of(200) {
            let mut private = 0;
            for n in 0..self.workers.len() {
                let worker = &self.workers[n];
                if worker.phase == Phase::Gone {
                    continue;
                }
                let resident = matches!(worker.phase, Phase::Computing(_) | Phase::Io(_));
                let payload = self.run.workload.payload_bytes() / u64::from(self.run.workload.tasks);
                let sample = ProcessSample {
                    cpu_ns: (worker.cpu_ms * 1e6) as u64,
                    run_delay_ns: (worker.delay_ms * 1e6) as u64,
                    private_bytes: Some(700_000 + if resident { payload } else { 0 }),
                    core: self.plan.cores[n % self.plan.cores.len()],
                    timeslices: Some(worker.cpu_ms as u64 / 20 + u64::from(worker.io_done)),
                };
                let worker = worker.id;
                private += sample.private_bytes.unwrap_or(0);
                self.emit(ms, Event::WorkerSampled { worker, sample });
            }
            // PSS is read again when memory has grown; it is a little more than private memory.
            if private > self.peak {
                self.peak = private;
                self.emit(ms, Event::LanePssSampled { bytes: private + private / 200 });
            }
        }
        if ms.is_multiple_of(250) {
            let load = ((self.used / 250.0 / self.plan.cores.len() as f64) as f32 + self.script.others).min(1.0);
            let loads = self.plan.cores.iter().map(|core| (*core, load)).collect();
            self.events.push(StampedEvent { at: ms * MS, lane: None, event: Event::CoresSampled { loads } });
            self.used = 0.0;
        }
    }
}
