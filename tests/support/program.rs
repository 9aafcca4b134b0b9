//! Builds the events of watched programs deterministically: pools, calls and tasks with given phases.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use std::collections::BTreeMap;

use mpviz::event::codec::{RecordingHeader, encode};
use mpviz::event::{
    Call, CallId, CallKind, CodeLocation, CorePolicy, Event, Exit, LaneId, LanePlan, LaneStatus, Machine, Mode, Nanos,
    PoolKind, ProcessSample, ProgramPool, Run, SlotId, StampedEvent, TaskId, WatchedProgram, WorkerId,
};
use mpviz::model::Model;

use super::story::MS;

pub mod examples;

/// Interval of the samples of workers and cores.
const SAMPLE_INTERVAL: Nanos = 100 * MS;
const ENGINE: &str = "cpython 3.11.7";

/// A phase of a task, in ms.
#[derive(Clone, Copy, Debug)]
pub enum Phase {
    /// On a core.
    Cpu(u64),
    /// Runnable, but not on a core.
    Delay(u64),
    /// Blocked in something that is no lock.
    Wait(u64),
    /// Blocked in a lock.
    Lock(u64),
}

use Phase::{Cpu, Delay, Lock, Wait};

/// A call that submits tasks.
#[derive(Clone)]
pub struct StoryCall {
    /// Time of the call, in ms.
    pub at: u64,
    pub kind: CallKind,
    pub function: &'static str,
    pub line: u32,
    pub tasks: u32,
    pub chunk: u32,
    /// Pickled bytes of a task.
    pub bytes: u64,
    /// Phases of a task by its position in the call.
    pub phases: fn(u32) -> Vec<Phase>,
}

impl StoryCall {
    pub fn map(at: u64, tasks: u32, phases: fn(u32) -> Vec<Phase>) -> Self {
        Self { at, kind: CallKind::Map, function: "load", line: 40, tasks, chunk: 1, bytes: 500, phases }
    }
}

/// A pool of the program, or processes that it starts at one place.
#[derive(Clone)]
pub struct StoryPool {
    pub kind: PoolKind,
    pub file: &'static str,
    pub line: u32,
    pub workers: u32,
    /// When it is created, in ms. A pool with several entries is created again at the same place.
    pub opened: Vec<u64>,
    /// The calls of each use.
    pub calls: Vec<StoryCall>,
    /// From the start of a worker until it is ready, in ms.
    pub start_up: u64,
    /// Time between two tasks of a worker, in µs.
    pub between_us: u64,
    /// Time of receiving a task, in µs.
    pub receive_us: u64,
    pub private_bytes: u64,
    /// A worker that is killed: time in ms and slot.
    pub killed: Option<(u64, u32)>,
    /// An idle worker that is killed with the lock of the queue, so that no task is taken after it: time in ms and slot.
    pub killed_idle: Option<(u64, u32)>,
    /// Whether the pool ends before the program does.
    pub ends: bool,
}

impl StoryPool {
    pub fn new(workers: u32, calls: Vec<StoryCall>) -> Self {
        Self {
            kind: PoolKind::Pool,
            file: "/home/user/etl.py",
            line: 31,
            workers,
            opened: vec![calls.first().map_or(0, |call| call.at.saturating_sub(20))],
            calls,
            start_up: 15,
            between_us: 50,
            receive_us: 40,
            private_bytes: 12_000_000,
            killed: None,
            killed_idle: None,
            ends: true,
        }
    }

    fn mode(&self) -> Mode {
        match self.kind {
            PoolKind::ThreadPool
            | PoolKind::ThreadPoolExecutor
            | PoolKind::InterpreterPoolExecutor
            | PoolKind::Threads => Mode::Threads,
            PoolKind::Processes | PoolKind::ProcessTree => Mode::Process,
            _ => Mode::Pool,
        }
    }

    fn has_queue(&self) -> bool {
        !matches!(self.kind, PoolKind::Processes | PoolKind::Threads | PoolKind::ProcessTree)
    }
}

/// A watched program.
#[derive(Clone)]
pub struct StoryProgram {
    pub command: Vec<&'static str>,
    pub cores: u32,
    /// Cores that other programs use all the time.
    pub used_by_others: f32,
    pub pools: Vec<StoryPool>,
    /// When the program exits, in ms.
    pub end: u64,
    pub exit: Exit,
    /// When its interpreter reports, in ms; none if it never does.
    pub attached: Option<u64>,
}

impl StoryProgram {
    pub fn new(pools: Vec<StoryPool>, end: u64) -> Self {
        Self {
            command: vec!["python3", "etl.py"],
            cores: 4,
            used_by_others: 0.0,
            pools,
            end,
            exit: Exit::Code(0),
            attached: Some(30),
        }
    }

    /// The events of the program, in order of time.
    pub fn events(&self) -> Vec<StampedEvent> {
        let mut writer = Writer::default();
        writer.push(0, None, Event::RunStarted(Box::new(self.run())));
        if let Some(at) = self.attached {
            writer.push(at * MS, None, Event::InterpreterAttached { pid: 4100, engine: ENGINE.into() });
        }
        for (id, pool) in (0..).map(LaneId).zip(&self.pools) {
            PoolSimulation::new(&mut writer, self, pool, id).simulate();
        }
        let end = self.end * MS;
        writer.add_core_samples(self.cores, self.used_by_others, end);
        writer.push(end, None, Event::ProgramExited { exit: self.exit });
        writer.push(end + MS, None, Event::RunEnded {});
        for at in (0..=end).step_by((50 * MS) as usize).chain([end + MS]) {
            writer.push(at, None, Event::Drained { taken: Vec::new() });
        }
        writer.events.sort_by_key(|event| event.at);
        writer.events
    }

    /// The model `ms` after the start of the program.
    pub fn model_at(&self, ms: u64) -> Model {
        let mut model = Model::new();
        for event in self.events().iter().take_while(|event| event.at <= ms * MS) {
            model.apply(event).unwrap_or_else(|error| panic!("{error}: {event:?}"));
        }
        model.apply(&StampedEvent { at: ms * MS, lane: None, event: Event::Drained { taken: Vec::new() } }).unwrap();
        model
    }

    pub fn model_at_end(&self) -> Model {
        self.model_at(self.end + 1)
    }

    /// The recording of the program, as text.
    pub fn recording(&self) -> String {
        // As written before programs could have clusters.
        let header = RecordingHeader { version: 2, ..RecordingHeader::default() };
        let mut text = (serde_json::to_string(&header).unwrap() + "\n").into_bytes();
        for event in self.events() {
            encode(&event, &mut text);
        }
        String::from_utf8(text).unwrap()
    }

    fn run(&self) -> Run {
        Run {
            version: "0.1.0".into(),
            command: self.command.iter().map(|word| (*word).into()).collect(),
            machine: Machine { cores: self.cores, memory_bytes: 8_000_000_000, os: "Linux 6.18".into() },
            cores: CorePolicy::Shared,
            workload: None,
            rounds_per_number: 0,
            program: Some(WatchedProgram { pid: 4100, cluster: None }),
            lanes: Vec::new(),
            notes: Vec::new(),
            repeat: None,
            began_ms: None,
            graph: None,
        }
    }
}

/// Events, and the CPU time of all workers by sampling interval.
#[derive(Default)]
struct Writer {
    events: Vec<StampedEvent>,
    cpu: BTreeMap<Nanos, Nanos>,
}

impl Writer {
    fn push(&mut self, at: Nanos, lane: Option<LaneId>, event: Event) {
        self.events.push(StampedEvent { at, lane, event });
    }

    fn add_core_samples(&mut self, cores: u32, used_by_others: f32, end: Nanos) {
        for at in (SAMPLE_INTERVAL..=end).step_by(SAMPLE_INTERVAL as usize) {
            let cpu = self.cpu.get(&(at / SAMPLE_INTERVAL - 1)).copied().unwrap_or(0);
            let used = cpu as f32 / SAMPLE_INTERVAL as f32 + used_by_others;
            let load = (used / cores as f32).min(1.0);
            let loads = (0..cores).map(|core| (core, load)).collect();
            self.push(at, None, Event::CoresSampled { loads });
        }
    }
}

struct StoryWorker {
    id: WorkerId,
    slot: SlotId,
    pid: u32,
    spawned: Nanos,
    free: Nanos,
    /// Time on a core and run-queue delay, as spans.
    spans: Vec<(Nanos, Nanos, bool)>,
    end: Option<Nanos>,
}

struct PoolSimulation<'a> {
    writer: &'a mut Writer,
    program: &'a StoryProgram,
    pool: &'a StoryPool,
    lane: LaneId,
    workers: Vec<StoryWorker>,
    next_worker: u32,
    next_task: u32,
    next_call: u32,
}

impl<'a> PoolSimulation<'a> {
    fn new(writer: &'a mut Writer, program: &'a StoryProgram, pool: &'a StoryPool, lane: LaneId) -> Self {
        Self { writer, program, pool, lane, workers: Vec::new(), next_worker: 0, next_task: 0, next_call: 0 }
    }

    fn push(&mut self, at: Nanos, event: Event) {
        self.writer.push(at, Some(self.lane), event);
    }

    fn simulate(&mut self) {
        let first = self.pool.opened[0];
        for (n, opened) in self.pool.opened.iter().map(|at| at * MS).enumerate() {
            if n == 0 {
                self.push(opened, Event::LaneOpened(Box::new(self.plan())));
                self.push(opened, Event::LaneStarted {});
            } else {
                self.push(opened, Event::LaneReopened {});
            }
            let slots = if self.pool.has_queue() { self.pool.workers } else { 0 };
            for slot in 0..slots {
                self.spawn(SlotId(slot), opened + u64::from(slot) * MS);
            }
            let mut hangs = false;
            for call in self.pool.calls.clone() {
                let at = call.at * MS + opened - first * MS;
                hangs |= self.make_call(&call, at);
            }
            self.end_use(hangs);
        }
    }

    fn plan(&self) -> LanePlan {
        LanePlan {
            mode: self.pool.mode(),
            engine: ENGINE.into(),
            workers: if self.pool.has_queue() { self.pool.workers } else { 0 },
            cores: (0..self.program.cores).collect(),
            gil: false,
            unreported_gil: false,
            own_queues: !self.pool.has_queue(),
            chunk: 1,
            pool: Some(ProgramPool {
                kind: self.pool.kind,
                pid: 4100,
                site: Some(CodeLocation { file: self.pool.file.into(), line: self.pool.line }),
                saturation: None,
            }),
        }
    }

    fn spawn(&mut self, slot: SlotId, at: Nanos) -> usize {
        let id = WorkerId(self.next_worker);
        self.next_worker += 1;
        let is_thread = self.pool.mode() == Mode::Threads;
        let pid = if is_thread { 4100 } else { 4101 + 1000 * u32::from(self.lane.0) + id.0 };
        let ready = at + self.pool.start_up * MS;
        self.push(at, Event::WorkerSpawned { worker: id, slot, pid });
        self.push(ready, Event::WorkerReady { worker: id });
        self.workers.push(StoryWorker { id, slot, pid, spawned: at, free: ready, spans: Vec::new(), end: None });
        self.workers.len() - 1
    }

    /// Submits the tasks of a call and runs them. Returns whether a task is lost, so that the call never returns.
    fn make_call(&mut self, call: &StoryCall, at: Nanos) -> bool {
        let id = CallId(self.next_call);
        self.next_call += 1;
        let site = Some(CodeLocation { file: self.pool.file.into(), line: call.line });
        let items = Some(u64::from(call.tasks) * u64::from(call.chunk)).filter(|_| call.kind != CallKind::Submit);
        let (kind, function, chunk) = (call.kind, call.function.into(), call.chunk);
        self.push(at, Event::CallMade(Box::new(Call { kind, function, site, items, chunk })));
        let first = self.next_task;
        self.next_task += call.tasks;
        self.push(at, Event::TasksSubmitted { first: TaskId(first), count: call.tasks, call: Some(id) });
        let mut hangs = false;
        let locked = self.pool.killed_idle.filter(|(killed, _)| call.at >= *killed);
        if let Some((killed, slot)) = locked
            && let Some(index) = self.workers.iter().position(|worker| worker.slot.0 == slot && worker.end.is_none())
        {
            self.exit(index, killed * MS, Exit::Signal(9));
        }
        for n in 0..call.tasks {
            let task = TaskId(first + n);
            if self.pool.has_queue() {
                self.push(at + MS / 10, Event::TaskQueued { task, bytes: call.bytes });
            }
            if locked.is_some() {
                hangs = true;
                continue;
            }
            let worker = self.worker_for_next_task(at);
            hangs |= self.run_task(worker, task, at, call, &(call.phases)(n));
        }
        hangs
    }

    /// The live worker that is free first. Without a queue, a new one.
    fn worker_for_next_task(&mut self, at: Nanos) -> usize {
        if !self.pool.has_queue() {
            let slot = SlotId(self.next_worker);
            return self.spawn(slot, at + u64::from(slot.0) * MS);
        }
        let live = self.workers.iter().enumerate().filter(|(_, worker)| worker.end.is_none());
        live.min_by_key(|(_, worker)| worker.free).expect("a live worker").0
    }

    /// Runs a task. Returns whether its worker was killed in it.
    fn run_task(&mut self, index: usize, task: TaskId, at: Nanos, call: &StoryCall, phases: &[Phase]) -> bool {
        let (worker, slot) = (self.workers[index].id, self.workers[index].slot);
        let receive_ns = self.pool.receive_us * 1000;
        let taken = self.workers[index].free.max(at + MS / 5) + receive_ns;
        let killed = self.pool.killed.filter(|(_, killed)| *killed == slot.0).map(|(at, _)| at * MS);
        let killed = killed.filter(|_| self.workers[index].id.0 == slot.0);
        let cut = |at: Nanos| killed.is_some_and(|killed| at >= killed);
        self.push(taken, Event::TaskTaken { worker, first: task, count: 1, receive_ns });
        self.push(taken, Event::TaskLoaded { worker, task, bytes: call.bytes, cpu_ns: 0 });
        let (mut now, mut cpu_ns) = (taken, 0);
        for phase in phases {
            let (Cpu(ms) | Delay(ms) | Wait(ms) | Lock(ms)) = *phase;
            let end = now + ms * MS;
            let end = killed.map_or(end, |killed| end.min(killed.max(now)));
            match phase {
                Cpu(_) => {
                    cpu_ns += end - now;
                    self.workers[index].spans.push((now, end, true));
                    self.count_cpu(now, end);
                }
                Delay(_) => self.workers[index].spans.push((now, end, false)),
                Wait(_) | Lock(_) => {
                    self.push(now, Event::WaitStarted { worker, lock: Some(matches!(phase, Lock(_))) });
                    if !cut(end) {
                        self.push(end, Event::WaitFinished { worker, looks: 0 });
                    }
                }
            }
            now = end;
            if cut(now) {
                self.kill(index, task, now);
                return true;
            }
        }
        self.push(now, Event::TaskFinished { worker, task, sum: None, cpu_ns, result_bytes: 200 });
        self.push(now, Event::TaskReleased { worker, task });
        self.workers[index].free = now + self.pool.between_us * 1000;
        if !self.pool.has_queue() {
            self.exit(index, now + MS, Exit::Code(0));
        }
        false
    }

    fn kill(&mut self, index: usize, task: TaskId, at: Nanos) {
        let (worker, slot) = (self.workers[index].id, self.workers[index].slot);
        self.exit(index, at, Exit::Signal(9));
        self.push(at, Event::TasksLost { first: task, count: 1, worker: Some(worker) });
        if self.pool.has_queue() {
            self.spawn(slot, at + 100 * MS);
        }
    }

    fn exit(&mut self, index: usize, at: Nanos, exit: Exit) {
        self.workers[index].end = Some(at);
        self.sample(index, at);
        let worker = self.workers[index].id;
        self.push(at, Event::WorkerExited { worker, exit, usage: None });
    }

    /// Ends the pool after its last task, or with the program.
    fn end_use(&mut self, hangs: bool) {
        let last = self.workers.iter().map(|worker| worker.end.unwrap_or(worker.free)).max().unwrap_or(0);
        let ends = self.pool.ends && !hangs;
        let end = if ends { last + 5 * MS } else { self.program.end * MS - 2 * MS };
        if self.pool.has_queue() {
            self.push(end - MS, Event::PoolEnded { parent: None });
        }
        for index in 0..self.workers.len() {
            if self.workers[index].end.is_none() {
                // As `Pool.terminate` ends them.
                self.exit(index, end, Exit::Signal(15));
            }
        }
        let status = if hangs { LaneStatus::Failed } else { LaneStatus::Finished };
        self.push(end + MS, Event::LaneEnded { status });
        self.workers.clear();
    }

    fn count_cpu(&mut self, from: Nanos, to: Nanos) {
        let mut at = from;
        while at < to {
            let interval = at / SAMPLE_INTERVAL;
            let end = to.min((interval + 1) * SAMPLE_INTERVAL);
            *self.writer.cpu.entry(interval).or_default() += end - at;
            at = end;
        }
    }

    /// Samples a worker from its start to its end.
    fn sample(&mut self, index: usize, end: Nanos) {
        let StoryWorker { id, spawned, pid, .. } = self.workers[index];
        let first_thread = self.pool.mode() != Mode::Threads || id.0 == 0;
        let private_bytes = Some(self.pool.private_bytes).filter(|_| first_thread && pid > 0);
        let first = spawned / SAMPLE_INTERVAL * SAMPLE_INTERVAL + SAMPLE_INTERVAL;
        for at in (first..end).step_by(SAMPLE_INTERVAL as usize).chain([end - 1]) {
            let spent = |on_core: bool| {
                let spans = self.workers[index].spans.iter().filter(|(.., cpu)| *cpu == on_core);
                spans.map(|(from, to, _)| (*to).min(at).saturating_sub(*from)).sum()
            };
            let (cpu_ns, run_delay_ns) = (spent(true), spent(false));
            let sample = ProcessSample { cpu_ns, run_delay_ns, private_bytes, core: id.0 % 4, timeslices: None };
            self.push(at, Event::WorkerSampled { worker: id, sample });
        }
    }
}
