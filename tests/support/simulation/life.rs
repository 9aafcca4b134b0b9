//! One worker's life, in its own words.

use mpviz::event::{Event, LaneId, Nanos, ProcessSample, StampedEvent, TaskId, Usage, WorkerId};

use super::Dice;

pub struct Life {
    lane: LaneId,
    pub worker: WorkerId,
    pub slot: u32,
    pub ready: Nanos,
    pub now: Nanos,
    pub records: u32,
    pub facts: Vec<StampedEvent>,
    gil: bool,
}

impl Life {
    pub fn begin(lane: LaneId, worker: WorkerId, slot: u32, ready: Nanos, gil: bool) -> Self {
        let mut life = Self { lane, worker, slot, ready, now: ready, records: 0, facts: Vec::new(), gil };
        life.say(Event::WorkerReady { worker });
        if gil {
            life.say(Event::GilAcquired { worker });
        }
        life
    }

    fn say(&mut self, event: Event) {
        self.facts.push(StampedEvent { at: self.now, lane: Some(self.lane), event });
    }

    pub fn end(&mut self, at: Nanos) {
        self.now = at;
        if self.gil {
            self.say(Event::GilReleased { worker: self.worker });
        }
    }

    /// Takes a record and does it; a task of it may fail, and then the rest is abandoned.
    pub fn take(&mut self, dice: &mut Dice, first: TaskId, count: u32, io: u32) {
        let worker = self.worker;
        self.records += 1;
        self.now += dice.below(3);
        self.say(Event::TaskTaken { worker, first, count });
        for task in first.0..first.0 + count {
            if self.run(dice, TaskId(task), io) {
                continue;
            }
            let rest = first.0 + count - task - 1;
            if rest > 0 {
                self.say(Event::TasksAbandoned { first: TaskId(task + 1), count: rest });
            }
            break;
        }
    }

    /// One task; false if it fails.
    fn run(&mut self, dice: &mut Dice, task: TaskId, io: u32) -> bool {
        let worker = self.worker;
        let fails = dice.chance(5);
        self.now += dice.below(10);
        if !(fails && dice.chance(50)) {
            self.say(Event::TaskLoaded { worker, task, bytes: 8 * (1 + dice.below(100)), cpu_ns: dice.below(10) });
            for _ in 0..io {
                self.wait(dice);
            }
            self.now += dice.below(40);
            self.say(Event::TaskProgressed { worker, task, ppm: dice.below(1_000_001) as u32, cpu_ns: dice.below(10) });
            self.now += dice.below(20);
        }
        if fails {
            self.say(Event::TaskFailed { worker, task, error: "no memory".into() });
            return false;
        }
        self.say(Event::TaskFinished { worker, task, sum: i64::from(task.0), cpu_ns: dice.below(30) });
        self.now += dice.below(3);
        self.say(Event::TaskReleased { worker, task });
        true
    }

    fn wait(&mut self, dice: &mut Dice) {
        let worker = self.worker;
        self.now += dice.below(20);
        self.say(Event::IoStarted { worker });
        if self.gil {
            self.say(Event::GilReleased { worker });
        }
        self.now += dice.below(60);
        self.say(Event::IoFinished { worker });
        if self.gil {
            self.now += dice.below(10);
            self.say(Event::GilAcquired { worker });
        }
    }

    /// What of a record it has not said the end of.
    pub fn open(&self, first: TaskId, count: u32) -> Option<(TaskId, u32)> {
        let mut next = first.0;
        for fact in &self.facts {
            match fact.event {
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

    /// A sample from its life, or from shortly after its end: the probe looks when it looks.
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
