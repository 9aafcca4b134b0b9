//! Tests of programs that are watched for long: the oldest history is forgotten, and sums stay whole.

use std::sync::LazyLock;

use mpviz::event::{Event, Exit, LaneId, LaneStatus, SlotId, StampedEvent, TaskId, WorkerId};
use mpviz::model::{InvalidEvent, Model, TaskOutcome, WorkerState};

use crate::support::long_program::{LongProgram, WORKERS};

const MS: u64 = 1_000_000;
/// Enough for a part of the history to be forgotten.
const TASKS: u32 = 300_000;

/// A program that has run all tasks.
static AFTER_ALL_TASKS: LazyLock<Model> = LazyLock::new(|| {
    let mut program = LongProgram::start();
    program.run_tasks(0..TASKS, MS, 100);
    program.model
});

#[test]
fn oldest_history_is_forgotten_and_sums_stay_whole() {
    let mut program = LongProgram { model: AFTER_ALL_TASKS.clone() };
    let end = u64::from(TASKS) * MS;
    program.in_lane(end, Event::PoolEnded { parent: None });
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
    assert_eq!(summary.totals().finished, TASKS);
    let expected_wait = f64::from(TASKS) * 0.25e-3;
    let wait = summary.queue_wait_s.unwrap();
    assert!((wait - expected_wait).abs() < 1e-6, "{wait} s in the queue");
    assert_eq!(summary.peak_private_bytes, Some(3 << 20));
    assert_eq!(lane.task_total(), TASKS);
    let figures = program.model.program_figures(end);
    assert_eq!(figures.serial, Some(u64::from(TASKS) * MS / 2), "half of each millisecond is without a task");
}

#[test]
fn tasks_that_are_kept_are_bounded() {
    let mut program = LongProgram::start();
    let mut submit = |n: u32| {
        let event = Event::TasksSubmitted { first: TaskId(n * 1_000_000), count: 1_000_000, call: None };
        program.model.apply(&StampedEvent { at: 5, lane: Some(LaneId(0)), event })
    };
    (0..10).try_for_each(&mut submit).unwrap();
    assert!(submit(10).unwrap_err().to_string().contains("11000000 tasks"));
}

#[test]
fn numbers_that_are_skipped_are_bounded_in_sum() {
    let mut program = LongProgram::start();
    let mut apply = |event| program.model.apply(&StampedEvent { at: 5, lane: Some(LaneId(0)), event });
    let submitted = |first, count| Event::TasksSubmitted { first: TaskId(first), count, call: None };
    let spawned = |worker, slot| Event::WorkerSpawned { worker: WorkerId(worker), slot: SlotId(slot), pid: 9 };
    let refusal = |result: Result<(), InvalidEvent>| result.unwrap_err().to_string();
    // Each skips 30,000 tasks.
    apply(submitted(30_000, 1)).unwrap();
    apply(submitted(60_001, 1)).unwrap();
    assert!(refusal(apply(submitted(90_002, 1))).contains("task 90002 is far beyond the 60002 known tasks"));
    apply(submitted(0, 30_000)).unwrap();
    apply(submitted(90_002, 1)).unwrap();
    assert!(refusal(apply(submitted(120_003, 1))).contains("far beyond"));
    apply(spawned(40_000, WORKERS)).unwrap();
    assert!(refusal(apply(spawned(80_000, WORKERS + 1))).contains("worker 80000 is far beyond"));
    apply(spawned(4, WORKERS + 700)).unwrap();
    assert!(refusal(apply(spawned(5, WORKERS + 1400))).contains("there is no slot"));
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
    program.run_tasks(1..TASKS, MS, 100);
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
fn event_of_a_forgotten_task_refusal() {
    let event = Event::TasksLost { first: TaskId(3), count: 1, worker: None };
    let stamped = StampedEvent { at: u64::from(TASKS) * MS, lane: Some(LaneId(0)), event };
    let error = AFTER_ALL_TASKS.clone().apply(&stamped).unwrap_err();
    assert!(error.to_string().contains("were over long ago"), "{error}");
}
