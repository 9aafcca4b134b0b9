//! The events of a program that runs for long, applied to a model.

use mpviz::event::{
    CorePolicy, Event, LaneId, LanePlan, Machine, Mode, PoolKind, ProcessSample, ProgramPool, Run, SlotId,
    StampedEvent, TaskId, WatchedProgram, WorkerId,
};
use mpviz::model::Model;

const MS: u64 = 1_000_000;
pub const WORKERS: u32 = 4;

/// A program that is watched, whose pool has 4 workers.
pub struct LongProgram {
    pub model: Model,
}

impl LongProgram {
    pub fn start() -> Self {
        let mut program = Self { model: Model::new() };
        let run = Run {
            version: "1".into(),
            command: vec!["server.py".into()],
            machine: Machine { cores: 2, memory_bytes: 0, os: "test".into() },
            cores: CorePolicy::Shared,
            workload: None,
            rounds_per_number: 0,
            program: Some(WatchedProgram { pid: 1, cluster: None }),
            lanes: Vec::new(),
            notes: Vec::new(),
            repeat: None,
            began_ms: None,
            graph: None,
        };
        let plan = LanePlan {
            mode: Mode::Pool,
            engine: "cpython 3.11.7".into(),
            workers: WORKERS,
            cores: vec![0, 1],
            gil: false,
            unreported_gil: false,
            own_queues: false,
            chunk: 1,
            pool: Some(ProgramPool { kind: PoolKind::Pool, pid: 1, site: None, saturation: None }),
        };
        program.apply(0, None, Event::RunStarted(Box::new(run)));
        program.in_lane(0, Event::LaneOpened(Box::new(plan)));
        program.in_lane(0, Event::LaneStarted {});
        for worker in 0..WORKERS {
            program
                .in_lane(0, Event::WorkerSpawned { worker: WorkerId(worker), slot: SlotId(worker), pid: 10 + worker });
            program.in_lane(0, Event::WorkerReady { worker: WorkerId(worker) });
        }
        program
    }

    pub fn apply(&mut self, at: u64, lane: Option<LaneId>, event: Event) {
        let stamped = StampedEvent { at, lane, event };
        self.model.apply(&stamped).unwrap_or_else(|error| panic!("{error}: {stamped:?}"));
    }

    pub fn in_lane(&mut self, at: u64, event: Event) {
        self.apply(at, Some(LaneId(0)), event);
    }

    pub fn begin_task(&mut self, at: u64, worker: WorkerId, task: TaskId) {
        self.in_lane(at, Event::TasksSubmitted { first: task, count: 1, call: None });
        self.in_lane(at + MS / 4, Event::TaskTaken { worker, first: task, count: 1, receive_ns: 0 });
        self.in_lane(at + MS / 4, Event::TaskLoaded { worker, task, bytes: 100, cpu_ns: 0 });
    }

    pub fn end_task(&mut self, at: u64, worker: WorkerId, task: TaskId) {
        self.in_lane(at, Event::TaskFinished { worker, task, sum: None, cpu_ns: 5, result_bytes: 0 });
        self.in_lane(at, Event::TaskReleased { worker, task });
    }

    /// Runs a task of half a millisecond every `interval` ns on three of the workers, and samples once per
    /// `tasks_per_sample` tasks.
    pub fn run_tasks(&mut self, tasks: std::ops::Range<u32>, interval: u64, tasks_per_sample: u32) {
        for n in tasks {
            let (at, worker) = (u64::from(n) * interval, WorkerId(1 + n % 3));
            self.begin_task(at, worker, TaskId(n));
            self.end_task(at + MS / 2, worker, TaskId(n));
            if n % tasks_per_sample == 0 {
                let sample = ProcessSample { cpu_ns: u64::from(n), private_bytes: Some(1 << 20), ..Default::default() };
                self.in_lane(at + MS / 2, Event::WorkerSampled { worker, sample });
                self.apply(at + MS / 2, None, Event::CoresSampled { loads: vec![(0, 0.5), (1, 0.5)] });
                self.apply(at + MS / 2, None, Event::Drained { taken: vec![None] });
            }
        }
    }
}
