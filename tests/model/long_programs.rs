//! Tests of programs that are watched for long: the oldest history is forgotten, and sums stay whole.

use std::sync::LazyLock;

use mpviz::event::{
    CorePolicy, Event, Exit, LaneId, LanePlan, LaneStatus, Machine, Mode, PoolKind, ProcessSample, ProgramPool, Run,
    SlotId, StampedEvent, TaskId, WatchedProgram, WorkerId,
};
use mpviz::model::{Model, TaskOutcome, WorkerState};

const MS: u64 = 1_000_000;
const WORKERS: u32 = 4;
/// Enough for a part of the history to be forgotten.
const TASKS: u32 = 400_000;

/// A program that has run all tasks.
static AFTER_ALL_TASKS: LazyLock<Model> = LazyLock::new(|| {
    let mut program = LongProgram::start();
    program.run_tasks(0..TASKS);
    program.model
});

/// A program that is watched, whose pool has 4 workers.
struct LongProgram {
    model: Model,
}

impl LongProgram {
    fn start() -> Self {
        let mut program = Self { model: Model::new() };
        let run = Run {
            version: "1".into(),
            command: vec!["server.py".into()],
            machine: Machine { cores: 2, memory_bytes: 0, os: "test".into() },
            cores: CorePolicy::Shared,
            workload: None,
            rounds_per_number: 0,
            program: Some(WatchedProgram { pid: 1 }),
            lanes: Vec::new(),
            notes: Vec::new(),
            repeat: None,
            began_ms: None,
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
            pool: Some(ProgramPool { kind: PoolKind::Pool, pid: 1, site: None }),
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

    fn apply(&mut self, at: u64, lane: Option<LaneId>, event: Event) {
        let stamped = StampedEvent { at, lane, event };
        self.model.apply(&stamped).unwrap_or_else(|error| panic!("{error}: {stamped:?}"));
    }

    fn in_lane(&mut self, at: u64, event: Event) {
        self.apply(at, Some(LaneId(0)), event);
    }

    fn begin_task(&mut self, at: u64, worker: WorkerId, task: TaskId) {
        self.in_lane(at, Event::TasksSubmitted { first: task, count: 1, call: None });
        self.in_lane(at + MS / 4, Event::TaskTaken { worker, first: task, count: 1, receive_ns: 0 });
        self.in_lane(at + MS / 4, Event::TaskLoaded { worker, task, bytes: 100, cpu_ns: 0 });
    }

    fn end_task(&mut self, at: u64, worker: WorkerId, task: TaskId) {
        self.in_lane(at, Event::TaskFinished { worker, task, sum: None, cpu_ns: 5, result_bytes: 0 });
        self.in_lane(at, Event::TaskReleased { worker, task });
    }

    /// Runs a task of half a millisecond every millisecond on three of the workers, and takes samples.
    fn run_tasks(&mut self, tasks: std::ops::Range<u32>) {
        for n in tasks {
            let (at, worker) = (u64::from(n) * MS, WorkerId(1 + n % 3));
            self.begin_task(at, worker, TaskId(n));
            self.end_task(at + MS / 2, worker, TaskId(n));
            if n % 100 == 0 {
                let sample = ProcessSample { cpu_ns: u64::from(n), private_bytes: Some(1 << 20), ..Default::default() };
                self.in_lane(at + MS / 2, Event::WorkerSampled { worker, sample });
                self.apply(at + MS / 2, None, Event::CoresSampled { loads: vec![(0, 0.5), (1, 0.5)] });
                self.apply(at + MS / 2, None, Event::Drained { taken: vec![None] });
            }
        }
    }
}

#[test]
fn oldest_history_is_forgotten_and_sums_stay_whole() {
    let mut program = LongProgram { model: AFTER_ALL_TASKS.clone() };
    let end = u64::from(TASKS) * MS;
    program.in_lane(end, Event::PoolEnded {});
    for worker in 0..WORKERS {
        program.in_lane(end, Event::WorkerExited { worker: WorkerId(worker), exit: Exit::Code(0), usage: None });
    }
    program.in_lane(end, Event::LaneEnded { status: LaneStatus::Finished });
    program.apply(end, None, Event::RunEnded {});
    let lane = &program.model.lanes()[0];
    let start = program.model.history_start();
    assert!(start > 0, "nothing was forgotten");
    let known = lane.task_ids().count();
    assert!(known < TASKS as usize * 3 / 4, "{known} tasks are kept");
    let counts = lane.counts_at(end);
    assert_eq!((counts.submitted, counts.finished, counts.queued, counts.resident), (TASKS, TASKS, 0, 0));
    let summary = &program.model.summary().unwrap().lanes[0];
    assert_eq!(summary.tasks.finished, TASKS);
    let expected_wait = f64::from(TASKS) * 0.25e-3;
    assert!((summary.queue_wait_s - expected_wait).abs() < 1e-6, "{} s in the queue", summary.queue_wait_s);
    assert_eq!(summary.peak_private_bytes, Some(3 << 20));
    assert_eq!(lane.task_total(), TASKS);
}

#[test]
fn remembered_part_of_the_history_is_the_same_as_without_forgetting() {
    let lane = &AFTER_ALL_TASKS.lanes()[0];
    let start = AFTER_ALL_TASKS.history_start();
    for task in (start / MS + 1..u64::from(TASKS)).step_by(997) {
        let busy = task * MS + MS / 3;
        let counts = lane.counts_at(busy);
        let expected = (task as u32 + 1, task as u32, 0, 1);
        assert_eq!((counts.submitted, counts.finished, counts.queued, counts.resident), expected, "task {task}");
        let slot = lane.slot_snapshot_at(SlotId(1 + task as u32 % 3), busy);
        assert_eq!((slot.state, slot.task), (WorkerState::Computing, Some(TaskId(task as u32))));
    }
}

#[test]
fn task_that_outlives_the_forgotten_history_is_kept() {
    let mut program = LongProgram::start();
    program.begin_task(0, WorkerId(0), TaskId(0));
    program.run_tasks(1..TASKS);
    let end = u64::from(TASKS) * MS;
    assert!(program.model.history_start() > 0, "nothing was forgotten");
    let lane = &program.model.lanes()[0];
    let slot = lane.slot_snapshot_at(SlotId(0), end - MS);
    assert_eq!((slot.state, slot.task), (WorkerState::Computing, Some(TaskId(0))));
    assert!(lane.task_ids().count() < TASKS as usize * 3 / 4);
    program.end_task(end, WorkerId(0), TaskId(0));
    let lane = &program.model.lanes()[0];
    assert_eq!(lane.counts_at(end).finished, TASKS);
    assert_eq!(lane.task_outcome(TaskId(0)), Some(TaskOutcome::Finished));
}

#[test]
fn event_of_a_forgotten_task_is_refused() {
    let event = Event::TasksLost { first: TaskId(3), count: 1, worker: None };
    let stamped = StampedEvent { at: u64::from(TASKS) * MS, lane: Some(LaneId(0)), event };
    let error = AFTER_ALL_TASKS.clone().apply(&stamped).unwrap_err();
    assert!(error.to_string().contains("were over long ago"), "{error}");
}
