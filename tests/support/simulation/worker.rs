//! The events of one simulated worker.

use mpviz::event::{Event, LaneId, Nanos, ProcessSample, StampedEvent, TaskId, Usage, WorkerId};

use super::Dice;

pub struct SimulatedWorker {
    lane: LaneId,
    pub worker: WorkerId,
    pub slot: u32,
    pub ready: Nanos,
    pub now: Nanos,
    pub records: u32,
    pub events: Vec<StampedEvent>,
    gil: bool,
}

impl SimulatedWorker {
    pub fn start(lane: LaneId, worker: WorkerId, slot: u32, ready: Nanos, gil: bool) -> Self {
        let mut simulated = Self { lane, worker, slot, ready, now: ready, records: 0, events: Vec::new(), gil };
        simulated.emit(Event::WorkerReady { worker });
        if gil {
            simulated.emit(Event::GilAcquired { worker });
        }
        simulated
    }

    fn emit(&mut self, event: Event) {
        self.events.push(StampedEvent { at: self.now, lane: Some(self.lane), event });
    }

    pub fn end(&mut self, at: Nanos) {
        self.now = at;
        if self.gil {
            self.emit(Event::GilReleased { worker: self.worker });
        }
    }

    /// Processes a record. If a task fails, the rest of the record is abandoned.
    pub fn process(&mut self, dice: &mut Dice, first: TaskId, count: u32, io: u32) {
        let worker = self.worker;
        self.records += 1;
        self.now += dice.below(3);
        self.emit(Event::TaskTaken { worker, first, count });
        for task in first.0..first.0 + count {
            if self.run(dice, TaskId(task), io) {
                continue;
            }
            let rest = first.0 + count - task - 1;
            if rest > 0 {
                self.emit(Event::TasksAbandoned { first: TaskId(task + 1), count: rest });
            }
            break;
        }
    }

    /// Processes a task; false if it fails.
    fn run(&mut self, dice: &mut Dice, task: TaskId, io: u32) -> bool {
        let worker = self.worker;
        let fails = dice.chance(5);
        self.now += dice.below(10);
        if !(fails && dice.chance(50)) {
            self.emit(Event::TaskLoaded { worker, task, bytes: 8 * (1 + dice.below(100)), cpu_ns: dice.below(10) });
            for _ in 0..io {
                self.do_io(dice);
            }
            self.now += dice.below(40);
            self.emit(Event::TaskProgressed {
                worker,
                task,
                ppm: dice.below(1_000_001) as u32,
                cpu_ns: dice.below(10),
            });
            self.now += dice.below(20);
        }
        if fails {
            self.emit(Event::TaskFailed { worker, task, error: "no memory".into() });
            return false;
        }
        self.emit(Event::TaskFinished { worker, task, sum: i64::from(task.0), cpu_ns: dice.below(30) });
        self.now += dice.below(3);
        self.emit(Event::TaskReleased { worker, task });
        true
    }

    fn do_io(&mut self, dice: &mut Dice) {
        let worker = self.worker;
        self.now += dice.below(20);
        self.emit(Event::IoStarted { worker });
        if self.gil {
            self.emit(Event::GilReleased { worker });
        }
        self.now += dice.below(60);
        self.emit(Event::IoFinished { worker });
        if self.gil {
            self.now += dice.below(10);
            self.emit(Event::GilAcquired { worker });
        }
    }

    /// The tasks of a record whose end has not been reported.
    pub fn unfinished(&self, first: TaskId, count: u32) -> Option<(TaskId, u32)> {
        let mut next = first.0;
        for stamped in &self.events {
            match stamped.event {
                Event::TaskFinished { task, .. } | Event::TaskFailed { task, .. } if task.0 >= first.0 => {
                    next = task.0 + 1;
                }
                Event::TasksAbandoned { first, count } => next = next.max(first.0 + count),
                _ => {}
            }
        }
        let end = first.0 + count;
        (next < end).then(|| (TaskId(next), end - next))
    }

    /// A sample while the worker runs or shortly after its end.
    pub fn sample(&self, dice: &mut Dice, end: Nanos) -> StampedEvent {
        let at = self.ready + dice.below(end.saturating_sub(self.ready) + 5);
        let private_bytes = dice.chance(80).then(|| 1000 + dice.below(1000));
        let sample = ProcessSample { cpu_ns: at, run_delay_ns: at / 2, private_bytes, core: 0, timeslices: None };
        StampedEvent { at, lane: Some(self.lane), event: Event::WorkerSampled { worker: self.worker, sample } }
    }

    pub fn usage(&self) -> Usage {
        Usage { cpu_ns: self.now, run_delay_ns: 3, voluntary_switches: 2, involuntary_switches: 1 }
    }
}
