//! Simulates a worker with random durations, and collects its events.

use mpviz::event::{Event, FinalUsage, LaneId, Nanos, ProcessSample, StampedEvent, TaskId, WorkerId};

use fastrand::Rng;

pub struct SimulatedWorker {
    lane: LaneId,
    pub worker: WorkerId,
    pub slot: u32,
    pub ready_at: Nanos,
    pub now: Nanos,
    pub records_taken: u32,
    pub events: Vec<StampedEvent>,
    gil: bool,
}

impl SimulatedWorker {
    pub fn start(lane: LaneId, worker: WorkerId, slot: u32, ready_at: Nanos, gil: bool) -> Self {
        let mut simulated =
            Self { lane, worker, slot, ready_at, now: ready_at, records_taken: 0, events: Vec::new(), gil };
        simulated.emit(Event::WorkerReady { worker });
        if gil {
            simulated.emit(Event::GilAcquired { worker });
        }
        simulated
    }

    fn emit(&mut self, event: Event) {
        self.events.push(StampedEvent { at: self.now, lane: Some(self.lane), event });
    }

    pub fn release_gil_at_end(&mut self, at: Nanos) {
        self.now = at;
        if self.gil {
            self.emit(Event::GilReleased { worker: self.worker });
        }
    }

    /// Processes the tasks of a record. If a task fails, the remaining tasks of the record are abandoned.
    pub fn process_record(&mut self, rng: &mut Rng, first: TaskId, count: u32, io: u32) {
        let worker = self.worker;
        self.records_taken += 1;
        self.now += rng.u64(..3);
        self.emit(Event::TaskTaken { worker, first, count, receive_ns: 0 });
        for task in first.0..first.0 + count {
            if self.process_task(rng, TaskId(task), io) {
                continue;
            }
            let rest = first.0 + count - task - 1;
            if rest > 0 {
                self.emit(Event::TasksAbandoned { first: TaskId(task + 1), count: rest });
            }
            break;
        }
    }

    /// Processes a task; returns false if the task fails.
    fn process_task(&mut self, rng: &mut Rng, task: TaskId, io: u32) -> bool {
        let worker = self.worker;
        let fails = rng.u64(..100) < 5;
        self.now += rng.u64(..10);
        if !(fails && rng.u64(..100) < 50) {
            self.emit(Event::TaskLoaded { worker, task, bytes: 8 * (1 + rng.u64(..100)), cpu_ns: rng.u64(..10) });
            for _ in 0..io {
                self.perform_io(rng);
            }
            self.now += rng.u64(..40);
            self.emit(Event::TaskProgressed { worker, task, ppm: rng.u32(..1_000_001), cpu_ns: rng.u64(..10) });
            self.now += rng.u64(..20);
        }
        if fails {
            self.emit(Event::TaskFailed { worker, task, error: "no memory".into() });
            return false;
        }
        self.emit(Event::TaskFinished {
            worker,
            task,
            sum: Some(i64::from(task.0)),
            cpu_ns: rng.u64(..30),
            result_bytes: 0,
        });
        self.now += rng.u64(..3);
        self.emit(Event::TaskReleased { worker, task });
        true
    }

    fn perform_io(&mut self, rng: &mut Rng) {
        let worker = self.worker;
        self.now += rng.u64(..20);
        self.emit(Event::IoStarted { worker });
        if self.gil {
            self.emit(Event::GilReleased { worker });
        }
        self.now += rng.u64(..60);
        self.emit(Event::IoFinished { worker });
        if self.gil {
            self.now += rng.u64(..10);
            self.emit(Event::GilAcquired { worker });
        }
    }

    /// Tasks of a record without a reported outcome: the first one and their number.
    pub fn unfinished_tasks(&self, first: TaskId, count: u32) -> Option<(TaskId, u32)> {
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

    /// A process sample of the worker, at a random time until shortly after its end.
    pub fn random_sample(&self, rng: &mut Rng, end: Nanos) -> StampedEvent {
        let at = self.ready_at + rng.u64(..end.saturating_sub(self.ready_at) + 5);
        let private_bytes = (rng.u64(..100) < 80).then(|| 1000 + rng.u64(..1000));
        let sample = ProcessSample { cpu_ns: at, run_delay_ns: at / 2, private_bytes, core: 0, timeslices: None };
        StampedEvent { at, lane: Some(self.lane), event: Event::WorkerSampled { worker: self.worker, sample } }
    }

    pub fn usage(&self) -> FinalUsage {
        FinalUsage { cpu_ns: self.now, run_delay_ns: 3, voluntary_switches: 2, involuntary_switches: 1 }
    }
}
