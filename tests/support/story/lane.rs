//! Simulates one lane in steps of a millisecond.

use std::collections::VecDeque;

use mpviz::event::{
    Event, Exit, FinalUsage, LaneId, LanePlan, LaneStatus, Mode, ProcessSample, Run, SlotId, StampedEvent, TaskId,
    WorkerId,
};

use super::{MS, StoryParameters};

/// CPU time that loading the payload of a task takes, in ms.
const LOAD_CPU_MS: f64 = 5.0;
/// CPU time that starting a worker takes, in ms.
const START_CPU_MS: f64 = 1.0;
/// Interval between reports of progress, in ms.
const PROGRESS_INTERVAL_MS: u64 = 100;
/// GIL switch interval, in ms.
const GIL_SWITCH_MS: u64 = 5;

#[derive(Clone, Copy, PartialEq)]
enum WorkerPhase {
    Starting(f64),
    Idle,
    Loading(f64),
    Computing(f64),
    Io(u64),
    Ended,
}

struct SimulatedWorker {
    id: WorkerId,
    slot: SlotId,
    phase: WorkerPhase,
    task: u32,
    /// Number of I/O operations that the current task has started.
    io_done: u32,
    /// CPU time used so far, in ms.
    cpu_ms: f64,
    /// Time spent waiting for a core so far, in ms.
    run_delay_ms: f64,
}

impl SimulatedWorker {
    fn is_runnable(&self) -> bool {
        matches!(self.phase, WorkerPhase::Starting(_) | WorkerPhase::Loading(_) | WorkerPhase::Computing(_))
    }
}

/// State of a lane while it is simulated.
pub struct SimulatedLane<'a> {
    lane: LaneId,
    plan: LanePlan,
    run: &'a Run,
    script: &'a StoryParameters,
    pub events: Vec<StampedEvent>,
    queue: VecDeque<u32>,
    workers: Vec<SimulatedWorker>,
    lost_tasks: u32,
    /// Index of the worker that holds the GIL, and the time in ms at which it acquired the GIL.
    gil_holder: Option<(usize, u64)>,
    /// CPU time that the lane has used since the last sample of its cores, in ms.
    cpu_ms_since_sample: f64,
    /// Largest private memory of the lane in all samples so far, in bytes.
    peak_private_bytes: u64,
}

impl<'a> SimulatedLane<'a> {
    pub fn new(lane: LaneId, plan: LanePlan, run: &'a Run, script: &'a StoryParameters) -> Self {
        let queue = (0..run.workload.as_ref().unwrap().tasks).collect();
        Self {
            lane,
            plan,
            run,
            script,
            events: Vec::new(),
            queue,
            workers: Vec::new(),
            lost_tasks: 0,
            gil_holder: None,
            cpu_ms_since_sample: 0.0,
            peak_private_bytes: 0,
        }
    }

    fn emit(&mut self, ms: u64, event: Event) {
        self.events.push(StampedEvent { at: ms * MS, lane: Some(self.lane), event });
    }

    /// Simulates the lane from time `begin`, and returns the time at which it ends; both in ms.
    pub fn simulate(&mut self, begin: u64) -> u64 {
        self.emit(begin, Event::LaneStarted {});
        self.emit(
            begin,
            Event::TasksSubmitted { first: TaskId(0), count: self.run.workload.as_ref().unwrap().tasks, call: None },
        );
        for slot in 0..self.plan.workers {
            self.spawn_worker(begin, SlotId(slot));
        }
        for ms in begin + 1.. {
            self.simulate_millisecond(ms);
            if self.workers.iter().all(|worker| worker.phase == WorkerPhase::Ended) {
                let status = if self.lost_tasks > 0 { LaneStatus::Failed } else { LaneStatus::Finished };
                self.emit(ms + 1, Event::LaneEnded { status });
                return ms + 1;
            }
        }
        unreachable!("the loop has no end")
    }

    fn spawn_worker(&mut self, ms: u64, slot: SlotId) {
        let id = WorkerId(self.workers.len() as u32);
        let pid = 41_880 + u32::from(self.lane.0) * 4000 + if self.plan.mode == Mode::Threads { 0 } else { id.0 };
        self.emit(ms, Event::WorkerSpawned { worker: id, slot, pid });
        let phase = WorkerPhase::Starting(START_CPU_MS);
        self.workers.push(SimulatedWorker { id, slot, phase, task: 0, io_done: 0, cpu_ms: 0.0, run_delay_ms: 0.0 });
    }

    fn simulate_millisecond(&mut self, ms: u64) {
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
            self.kill_worker(ms, SlotId(slot));
        }
        let runnable = self.workers.iter().filter(|worker| worker.is_runnable()).count() as f64;
        let share = (self.plan.cores.len() as f64 / runnable.max(1.0)).min(1.0);
        self.switch_gil(ms);
        for worker in 0..self.workers.len() {
            self.advance_worker(ms, worker, share);
        }
        if ms.is_multiple_of(PROGRESS_INTERVAL_MS) {
            self.emit_progress(ms);
        }
        self.emit_samples(ms);
    }

    fn emit_progress(&mut self, ms: u64) {
        for n in 0..self.workers.len() {
            let WorkerPhase::Computing(left) = self.workers[n].phase else { continue };
            let of_part = 1.0 - left / self.cpu_between_io(n);
            let (worker, task) = (self.workers[n].id, TaskId(self.workers[n].task));
            let share =
                (f64::from(self.workers[n].io_done) + of_part) / f64::from(self.run.workload.as_ref().unwrap().io + 1);
            self.emit(ms, Event::TaskProgressed { worker, task, ppm: (share * 1e6) as u32, cpu_ns: 0 });
        }
    }

    fn advance_worker(&mut self, ms: u64, n: usize, share: f64) {
        let holds_gil = self.gil_holder.is_some_and(|(holder, _)| holder == n);
        let state = &mut self.workers[n];
        let computing = matches!(state.phase, WorkerPhase::Loading(_) | WorkerPhase::Computing(_));
        let share = if self.plan.gil && computing { if holds_gil { 1.0 } else { 0.0 } } else { share };
        if state.is_runnable() {
            state.cpu_ms += share;
            state.run_delay_ms += 1.0 - share;
            self.cpu_ms_since_sample += share;
        }
        match state.phase {
            WorkerPhase::Ended => {}
            WorkerPhase::Starting(left) if left > share => state.phase = WorkerPhase::Starting(left - share),
            WorkerPhase::Starting(_) => {
                state.phase = WorkerPhase::Idle;
                let worker = state.id;
                self.emit(ms, Event::WorkerReady { worker });
            }
            WorkerPhase::Idle => self.take_task(ms, n),
            WorkerPhase::Loading(left) if left > share => state.phase = WorkerPhase::Loading(left - share),
            WorkerPhase::Loading(_) => self.finish_loading(ms, n),
            WorkerPhase::Computing(left) if left > share => state.phase = WorkerPhase::Computing(left - share),
            WorkerPhase::Computing(_) => self.finish_computing(ms, n),
            WorkerPhase::Io(until) if until > ms => {}
            WorkerPhase::Io(_) => {
                let worker = state.id;
                self.workers[n].phase = WorkerPhase::Computing(self.cpu_between_io(n));
                self.emit(ms, Event::IoFinished { worker });
            }
        }
    }

    /// CPU time between two I/O operations, in ms. It varies by up to 20 % so that workers do not run in lockstep.
    fn cpu_between_io(&self, n: usize) -> f64 {
        let total_ms = self.run.workload.as_ref().unwrap().numbers as f64
            * self.run.workload.as_ref().unwrap().cost_ns as f64
            / MS as f64;
        let variation = 1.0 + f64::from((self.workers[n].task * 7 + self.workers[n].io_done * 3) % 5) / 20.0;
        total_ms
            / f64::from(self.run.workload.as_ref().unwrap().tasks)
            / f64::from(self.run.workload.as_ref().unwrap().io + 1)
            * variation
    }

    fn take_task(&mut self, ms: u64, n: usize) {
        let own_queues = self.plan.own_queues;
        let (worker, slot) = (self.workers[n].id, self.workers[n].slot);
        let next = if own_queues { self.queue.iter().position(|task| *task == slot.0) } else { Some(0) };
        let Some(task) = next.and_then(|at| self.queue.remove(at)) else {
            self.workers[n].phase = WorkerPhase::Ended;
            let usage = FinalUsage { cpu_ns: (self.workers[n].cpu_ms * 1e6) as u64, ..FinalUsage::default() };
            return self.emit(ms, Event::WorkerExited { worker, exit: Exit::Code(0), usage: Some(usage) });
        };
        let state = &mut self.workers[n];
        (state.task, state.io_done, state.phase) = (task, 0, WorkerPhase::Loading(LOAD_CPU_MS));
        self.emit(ms, Event::TaskTaken { worker, first: TaskId(task), count: 1, receive_ns: 0 });
    }

    fn finish_loading(&mut self, ms: u64, n: usize) {
        let bytes =
            self.run.workload.as_ref().unwrap().payload_bytes() / u64::from(self.run.workload.as_ref().unwrap().tasks);
        let (worker, task) = (self.workers[n].id, TaskId(self.workers[n].task));
        self.workers[n].phase = WorkerPhase::Computing(self.cpu_between_io(n));
        self.emit(ms, Event::TaskLoaded { worker, task, bytes, cpu_ns: 5 * MS });
    }

    fn finish_computing(&mut self, ms: u64, n: usize) {
        let state = &mut self.workers[n];
        let (worker, task) = (state.id, TaskId(state.task));
        let io = self.run.workload.as_ref().unwrap().io;
        self.release_gil(ms, n);
        let state = &mut self.workers[n];
        if state.io_done < io {
            state.io_done += 1;
            let latency_ms = self.run.workload.as_ref().unwrap().io_latency_ns / MS;
            let extra_ms = u64::from(state.task * 7 + state.io_done * 5) * 13 % 81;
            state.phase = WorkerPhase::Io(ms + if self.script.uneven { 110 + extra_ms } else { latency_ms });
            let ppm = state.io_done * 1_000_000 / (io + 1);
            self.emit(ms, Event::TaskProgressed { worker, task, ppm, cpu_ns: 0 });
            return self.emit(ms, Event::IoStarted { worker });
        }
        state.phase = WorkerPhase::Idle;
        let sum = if task.0 == 0 { self.run.workload.as_ref().unwrap().expected_sum() } else { 0 };
        let cpu_ns = self.run.workload.as_ref().unwrap().numbers * self.run.workload.as_ref().unwrap().cost_ns
            / u64::from(self.run.workload.as_ref().unwrap().tasks);
        self.emit(ms, Event::TaskFinished { worker, task, sum: Some(sum), cpu_ns, result_bytes: 0 });
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
        let needs_gil =
            |worker: &SimulatedWorker| matches!(worker.phase, WorkerPhase::Loading(_) | WorkerPhase::Computing(_));
        let holder = self.gil_holder.map_or(self.workers.len() - 1, |(holder, _)| holder);
        if self.gil_holder.is_some_and(|(_, since)| ms < since + GIL_SWITCH_MS) {
            return;
        }
        let count = self.workers.len();
        let next = (1..=count).map(|step| (holder + step) % count).find(|n| needs_gil(&self.workers[*n]));
        self.release_gil(ms, holder);
        if let Some(next) = next {
            self.gil_holder = Some((next, ms));
            self.emit(ms, Event::GilAcquired { worker: self.workers[next].id });
        }
    }

    fn kill_worker(&mut self, ms: u64, slot: SlotId) {
        let Some(n) = self.workers.iter().rposition(|worker| worker.slot == slot && worker.phase != WorkerPhase::Ended)
        else {
            return;
        };
        let (worker, task, idle) =
            (self.workers[n].id, self.workers[n].task, self.workers[n].phase == WorkerPhase::Idle);
        self.workers[n].phase = WorkerPhase::Ended;
        self.emit(ms, Event::WorkerKilled { worker });
        self.emit(ms, Event::WorkerExited { worker, exit: Exit::Signal(9), usage: None });
        if !idle {
            self.lost_tasks += 1;
            self.emit(ms, Event::TasksLost { first: TaskId(task), count: 1, worker: Some(worker) });
        }
        if self.plan.mode == Mode::Pool && !self.queue.is_empty() {
            self.spawn_worker(ms, slot);
        }
    }

    fn emit_samples(&mut self, ms: u64) {
        if ms.is_multiple_of(200) {
            let mut private_bytes = 0;
            for n in 0..self.workers.len() {
                let worker = &self.workers[n];
                if worker.phase == WorkerPhase::Ended {
                    continue;
                }
                let resident = matches!(worker.phase, WorkerPhase::Computing(_) | WorkerPhase::Io(_));
                let payload = self.run.workload.as_ref().unwrap().payload_bytes()
                    / u64::from(self.run.workload.as_ref().unwrap().tasks);
                let sample = ProcessSample {
                    cpu_ns: (worker.cpu_ms * 1e6) as u64,
                    run_delay_ns: (worker.run_delay_ms * 1e6) as u64,
                    private_bytes: Some(700_000 + if resident { payload } else { 0 }),
                    core: self.plan.cores[n % self.plan.cores.len()],
                    timeslices: Some(worker.cpu_ms as u64 / 20 + u64::from(worker.io_done)),
                };
                let worker = worker.id;
                private_bytes += sample.private_bytes.unwrap_or(0);
                self.emit(ms, Event::WorkerSampled { worker, sample });
            }
            // As in a real run, PSS is sampled only after private memory has grown. It is slightly larger than private
            // memory.
            if private_bytes > self.peak_private_bytes {
                self.peak_private_bytes = private_bytes;
                self.emit(ms, Event::LanePssSampled { bytes: private_bytes + private_bytes / 200 });
            }
        }
        if ms.is_multiple_of(250) {
            let load = ((self.cpu_ms_since_sample / 250.0 / self.plan.cores.len() as f64) as f32
                + self.script.other_load)
                .min(1.0);
            let loads = self.plan.cores.iter().map(|core| (*core, load)).collect();
            self.events.push(StampedEvent { at: ms * MS, lane: None, event: Event::CoresSampled { loads } });
            self.cpu_ms_since_sample = 0.0;
        }
    }
}
