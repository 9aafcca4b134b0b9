//! A lane under way, a millisecond at a time.

use std::collections::VecDeque;

use mpviz::event::{
    Event, Exit, LaneId, LanePlan, Mode, ProcessSample, Run, SlotId, StampedEvent, Status, TaskId, Usage, WorkerId,
};

use super::{MS, Script};

/// What a task's payload takes to write, and a process to start, in ms of a core.
const LOAD: f64 = 5.0;
const START: f64 = 1.0;
/// Threads hand the lock on after so many ms.
const SWITCH: u64 = 5;

#[derive(Clone, Copy, PartialEq)]
enum Doing {
    Starting(f64),
    Idle,
    Loading(f64),
    Computing(f64),
    Io(u64),
    Gone,
}

struct Actor {
    id: WorkerId,
    slot: SlotId,
    doing: Doing,
    task: u32,
    operations: u32,
    cpu: f64,
    wanted: f64,
}

impl Actor {
    fn wants_core(&self) -> bool {
        matches!(self.doing, Doing::Starting(_) | Doing::Loading(_) | Doing::Computing(_))
    }
}

/// A lane under way.
pub struct Acting<'a> {
    lane: LaneId,
    plan: LanePlan,
    run: &'a Run,
    script: &'a Script,
    pub facts: Vec<StampedEvent>,
    queue: VecDeque<u32>,
    actors: Vec<Actor>,
    lost: u32,
    /// Who has the lock, and since when.
    lock: Option<(usize, u64)>,
    /// ms of all cores used since the last sample.
    used: f64,
    /// The most private memory sampled, in bytes.
    peak: u64,
}

impl<'a> Acting<'a> {
    pub fn new(lane: LaneId, plan: LanePlan, run: &'a Run, script: &'a Script) -> Self {
        let queue = (0..run.workload.tasks).collect();
        Self {
            lane,
            plan,
            run,
            script,
            facts: Vec::new(),
            queue,
            actors: Vec::new(),
            lost: 0,
            lock: None,
            used: 0.0,
            peak: 0,
        }
    }

    fn tell(&mut self, ms: u64, event: Event) {
        self.facts.push(StampedEvent { at: ms * MS, lane: Some(self.lane), event });
    }

    /// Runs the lane from this ms on, and returns the ms of its end.
    pub fn play(&mut self, begin: u64) -> u64 {
        self.tell(begin, Event::LaneStarted {});
        self.tell(begin, Event::TasksSubmitted { first: TaskId(0), count: self.run.workload.tasks });
        for slot in 0..self.plan.workers {
            self.spawn(begin, SlotId(slot));
        }
        for ms in begin + 1.. {
            self.step(ms);
            if self.actors.iter().all(|actor| actor.doing == Doing::Gone) {
                let status = if self.lost > 0 { Status::Failed } else { Status::Finished };
                self.tell(ms + 1, Event::LaneEnded { status });
                return ms + 1;
            }
        }
        unreachable!("a lane ends")
    }

    fn spawn(&mut self, ms: u64, slot: SlotId) {
        let id = WorkerId(self.actors.len() as u32);
        let pid = 41_880 + u32::from(self.lane.0) * 4000 + if self.plan.mode == Mode::Threads { 0 } else { id.0 };
        self.tell(ms, Event::WorkerSpawned { worker: id, slot, pid });
        let doing = Doing::Starting(START);
        self.actors.push(Actor { id, slot, doing, task: 0, operations: 0, cpu: 0.0, wanted: 0.0 });
    }

    fn step(&mut self, ms: u64) {
        if let Some((lane, stopped)) = self.script.suspend.clone()
            && lane == self.lane.0
        {
            if ms == stopped.start {
                self.tell(ms, Event::LaneSuspended {});
            } else if ms == stopped.end {
                self.tell(ms, Event::LaneResumed {});
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
        let wanting = self.actors.iter().filter(|actor| actor.wants_core()).count() as f64;
        let share = (f64::from(self.script.cores) / wanting.max(1.0)).min(1.0);
        self.hand_lock_on(ms);
        for actor in 0..self.actors.len() {
            self.act(ms, actor, share);
        }
        self.sample(ms);
    }

    fn act(&mut self, ms: u64, n: usize, share: f64) {
        let holds = self.lock.is_some_and(|(holder, _)| holder == n);
        let actor = &mut self.actors[n];
        let computing = matches!(actor.doing, Doing::Loading(_) | Doing::Computing(_));
        let share = if self.plan.gil && computing { if holds { 1.0 } else { 0.0 } } else { share };
        if actor.wants_core() {
            actor.cpu += share;
            actor.wanted += 1.0 - share;
            self.used += share;
        }
        match actor.doing {
            Doing::Gone => {}
            Doing::Starting(left) if left > share => actor.doing = Doing::Starting(left - share),
            Doing::Starting(_) => {
                actor.doing = Doing::Idle;
                let worker = actor.id;
                self.tell(ms, Event::WorkerReady { worker });
            }
            Doing::Idle => self.take(ms, n),
            Doing::Loading(left) if left > share => actor.doing = Doing::Loading(left - share),
            Doing::Loading(_) => self.loaded(ms, n),
            Doing::Computing(left) if left > share => actor.doing = Doing::Computing(left - share),
            Doing::Computing(_) => self.computed(ms, n),
            Doing::Io(until) if until > ms => {}
            Doing::Io(_) => {
                let worker = actor.id;
                self.actors[n].doing = Doing::Computing(self.stretch(n));
                self.tell(ms, Event::IoFinished { worker });
            }
        }
    }

    /// ms of adding between two I/O operations; a little uneven, as the world is.
    fn stretch(&self, n: usize) -> f64 {
        let all = self.run.workload.numbers as f64 * self.run.workload.cost_ns as f64 / MS as f64;
        let uneven = 1.0 + f64::from((self.actors[n].task * 7 + self.actors[n].operations * 3) % 5) / 20.0;
        all / f64::from(self.run.workload.tasks) / f64::from(self.run.workload.io + 1) * uneven
    }

    fn take(&mut self, ms: u64, n: usize) {
        let own = self.plan.own_queues;
        let (worker, slot) = (self.actors[n].id, self.actors[n].slot);
        let next = if own { self.queue.iter().position(|task| *task == slot.0) } else { Some(0) };
        let Some(task) = next.and_then(|at| self.queue.remove(at)) else {
            self.actors[n].doing = Doing::Gone;
            let usage = Usage { cpu_ns: (self.actors[n].cpu * 1e6) as u64, ..Usage::default() };
            return self.tell(ms, Event::WorkerExited { worker, exit: Exit::Code(0), usage: Some(usage) });
        };
        let actor = &mut self.actors[n];
        (actor.task, actor.operations, actor.doing) = (task, 0, Doing::Loading(LOAD));
        self.tell(ms, Event::TaskTaken { worker, first: TaskId(task), count: 1 });
    }

    fn loaded(&mut self, ms: u64, n: usize) {
        let bytes = self.run.workload.payload_bytes() / u64::from(self.run.workload.tasks);
        let (worker, task) = (self.actors[n].id, TaskId(self.actors[n].task));
        self.actors[n].doing = Doing::Computing(self.stretch(n));
        self.tell(ms, Event::TaskLoaded { worker, task, bytes, cpu_ns: 5 * MS });
    }

    fn computed(&mut self, ms: u64, n: usize) {
        let actor = &mut self.actors[n];
        let (worker, task) = (actor.id, TaskId(actor.task));
        let io = self.run.workload.io;
        self.lock_given_up(ms, n);
        let actor = &mut self.actors[n];
        if actor.operations < io {
            actor.operations += 1;
            let late = u64::from(actor.task * 7 + actor.operations * 5) * 13 % 81;
            actor.doing = Doing::Io(ms + if self.script.uneven { 110 + late } else { 150 });
            let ppm = actor.operations * 1_000_000 / (io + 1);
            self.tell(ms, Event::TaskProgressed { worker, task, ppm, cpu_ns: 0 });
            return self.tell(ms, Event::IoStarted { worker });
        }
        actor.doing = Doing::Idle;
        let sum = if task.0 == 0 { self.run.workload.expected() } else { 0 };
        let cpu_ns = self.run.workload.numbers * self.run.workload.cost_ns / u64::from(self.run.workload.tasks);
        self.tell(ms, Event::TaskFinished { worker, task, sum, cpu_ns });
        self.tell(ms, Event::TaskReleased { worker, task });
    }

    fn lock_given_up(&mut self, ms: u64, n: usize) {
        if self.lock.is_some_and(|(holder, _)| holder == n) {
            self.lock = None;
            self.tell(ms, Event::GilReleased { worker: self.actors[n].id });
        }
    }

    fn hand_lock_on(&mut self, ms: u64) {
        if !self.plan.gil {
            return;
        }
        let wants = |actor: &Actor| matches!(actor.doing, Doing::Loading(_) | Doing::Computing(_));
        let holder = self.lock.map_or(self.actors.len() - 1, |(holder, _)| holder);
        if self.lock.is_some_and(|(_, since)| ms < since + SWITCH) {
            return;
        }
        let count = self.actors.len();
        let next = (1..=count).map(|step| (holder + step) % count).find(|n| wants(&self.actors[*n]));
        self.lock_given_up(ms, holder);
        if let Some(next) = next {
            self.lock = Some((next, ms));
            self.tell(ms, Event::GilAcquired { worker: self.actors[next].id });
        }
    }

    fn kill(&mut self, ms: u64, slot: SlotId) {
        let Some(n) = self.actors.iter().rposition(|actor| actor.slot == slot && actor.doing != Doing::Gone) else {
            return;
        };
        let (worker, task, idle) = (self.actors[n].id, self.actors[n].task, self.actors[n].doing == Doing::Idle);
        self.actors[n].doing = Doing::Gone;
        self.tell(ms, Event::WorkerKilled { worker });
        self.tell(ms, Event::WorkerExited { worker, exit: Exit::Signal(9), usage: None });
        if !idle {
            self.lost += 1;
            self.tell(ms, Event::TasksLost { first: TaskId(task), count: 1, worker: Some(worker) });
        }
        if self.plan.mode == Mode::Pool && !self.queue.is_empty() {
            self.spawn(ms, slot);
        }
    }

    fn sample(&mut self, ms: u64) {
        if ms.is_multiple_of(200) {
            let mut private = 0;
            for n in 0..self.actors.len() {
                let actor = &self.actors[n];
                if actor.doing == Doing::Gone {
                    continue;
                }
                let resident = matches!(actor.doing, Doing::Computing(_) | Doing::Io(_));
                let payload = self.run.workload.payload_bytes() / u64::from(self.run.workload.tasks);
                let sample = ProcessSample {
                    cpu_ns: (actor.cpu * 1e6) as u64,
                    run_delay_ns: (actor.wanted * 1e6) as u64,
                    private_bytes: Some(700_000 + if resident { payload } else { 0 }),
                    core: self.plan.cores[n % self.plan.cores.len()],
                    timeslices: Some(actor.cpu as u64 / 20 + u64::from(actor.operations)),
                };
                let worker = actor.id;
                private += sample.private_bytes.unwrap_or(0);
                self.tell(ms, Event::WorkerSampled { worker, sample });
            }
            // Read again when there is more than before, and a little above: shared pages count in part.
            if private > self.peak {
                self.peak = private;
                self.tell(ms, Event::LanePssSampled { bytes: private + private / 200 });
            }
        }
        if ms.is_multiple_of(250) {
            let load = ((self.used / 250.0 / self.plan.cores.len() as f64) as f32 + self.script.others).min(1.0);
            let loads = self.plan.cores.iter().map(|core| (*core, load)).collect();
            self.facts.push(StampedEvent { at: ms * MS, lane: None, event: Event::CoresSampled { loads } });
            self.used = 0.0;
        }
    }
}
