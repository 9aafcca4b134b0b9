//! An invalid event leaves the model as it was.

use mpviz::event::{
    CorePolicy, Event, Exit, LaneId, LanePlan, Mode, PoolKind, ProgramPool, SlotId, StampedEvent, TaskId,
    WatchedProgram, WorkerId,
};
use mpviz::model::{Model, ObservationCost};
use proptest::prelude::*;

use super::{
    any_event, example_lane_plan, run_description, started_model, tasks_abandoned, tasks_lost, tasks_submitted,
    worker_spawned,
};

/// A run whose only lane is a cluster.
fn cluster_model() -> Model {
    let mut model = Model::new();
    let mut run = run_description(CorePolicy::Shared);
    let program = Some(WatchedProgram { pid: 1, cluster: None });
    (run.workload, run.lanes, run.program) = (None, Vec::new(), program);
    let pool = Some(ProgramPool { kind: PoolKind::DaskCluster, pid: 1, site: None, saturation: None });
    let plan = LanePlan { cores: Vec::new(), pool, ..example_lane_plan(Mode::Pool, 2) };
    let opened = StampedEvent { at: 1, lane: Some(LaneId(0)), event: Event::LaneOpened(Box::new(plan)) };
    model.apply(&StampedEvent { at: 0, lane: None, event: Event::RunStarted(Box::new(run)) }).unwrap();
    model.apply(&opened).unwrap();
    model.apply(&StampedEvent { at: 1, lane: Some(LaneId(0)), event: Event::LaneStarted {} }).unwrap();
    model
}

/// What a model shows of its lanes.
fn shown(model: &Model) -> String {
    let mut summary = model.summary().unwrap();
    summary.observer = ObservationCost::default();
    let lanes = model.lanes().iter().map(|lane| {
        let counts: Vec<_> = (0..300).step_by(23).map(|t| lane.counts_at(t)).collect();
        let tasks: Vec<_> = (0..6)
            .map(TaskId)
            .map(|task| (lane.task_state(task, 250), lane.task_times(task).unwrap_or_default()))
            .collect();
        let slots: Vec<_> = (0..6).map(SlotId).map(|slot| lane.slot_snapshot_at(slot, 250)).collect();
        format!("{} {} {counts:?} {tasks:?} {slots:?}", lane.task_total(), lane.slot_count())
    });
    format!("{} {summary:?}", lanes.collect::<String>())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]
    #[test]
    fn an_invalid_event_changes_nothing(events in prop::collection::vec(any_event(), 0..60), of_cluster in any::<bool>()) {
        let mut model = if of_cluster { cluster_model() } else { started_model() };
        for (n, event) in events.into_iter().enumerate() {
            let before = shown(&model);
            let result = model.apply(&StampedEvent { at: 2 + n as u64 * 3, lane: Some(LaneId(0)), event: event.clone() });
            if result.is_err() {
                prop_assert_eq!(shown(&model), before, "{:?}: {:?}", event, result);
            }
        }
    }
}

#[test]
fn tasks_that_are_not_lost_with_the_worker_cannot_be_given_up() {
    let mut model = cluster_model();
    let mut apply = |at, event| model.apply(&StampedEvent { at, lane: Some(LaneId(0)), event });
    apply(2, tasks_submitted(0, 4)).unwrap();
    for worker in [0, 1].map(WorkerId) {
        apply(3, worker_spawned(worker, worker.0)).unwrap();
        apply(4, Event::TaskTaken { worker, first: TaskId(worker.0), count: 1, receive_ns: 0 }).unwrap();
    }
    apply(5, tasks_abandoned(2)).unwrap();
    let given_up = |task, worker| Event::TaskGivenUp { task: TaskId(task), worker: WorkerId(worker) };
    let mut refuse = |event, message: &str| {
        let error = apply(6, event).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    };
    refuse(given_up(9, 0), "was not submitted");
    refuse(given_up(0, 9), "was never started");
    refuse(given_up(0, 1), "a worker that had not taken it");
    refuse(given_up(2, 0), "task 2 is given up, but is Abandoned");
    refuse(Event::TaskSent { task: TaskId(0) }, "has left the queue");
    // One that runs may still be lost. Until then, it is not named with a worker.
    apply(7, given_up(0, 0)).unwrap();
    assert!(apply(8, given_up(0, 0)).unwrap_err().to_string().contains("given up twice"));
    let exited = |worker| Event::WorkerExited { worker, exit: Exit::Unknown, usage: None };
    apply(9, exited(WorkerId(0))).unwrap();
    let mut lost_with_worker = model.clone();
    let given_up =
        |model: &Model| model.lanes()[0].worker_losses(20).iter().map(|loss| loss.given_up.len()).sum::<usize>();
    assert_eq!(given_up(&model), 0);
    let lost = tasks_lost(0, 1, Some(WorkerId(0)));
    lost_with_worker.apply(&StampedEvent { at: 9, lane: Some(LaneId(0)), event: lost }).unwrap();
    assert_eq!(given_up(&lost_with_worker), 1);
}

#[test]
fn running_tasks_are_abandoned_together_or_not_at_all() {
    let mut model = cluster_model();
    let mut apply = |at, event| model.apply(&StampedEvent { at, lane: Some(LaneId(0)), event });
    apply(2, tasks_submitted(0, 2)).unwrap();
    for (worker, at) in [(0, 10), (1, 30)] {
        let (worker, task) = (WorkerId(worker), TaskId(worker));
        apply(3, worker_spawned(worker, worker.0)).unwrap();
        apply(at, Event::TaskTaken { worker, first: task, count: 1, receive_ns: 0 }).unwrap();
        apply(at, Event::TaskLoaded { worker, task, bytes: 0, cpu_ns: 0 }).unwrap();
        apply(at + 10, Event::TaskProgressed { worker, task, ppm: 1, cpu_ns: 0 }).unwrap();
    }
    // Worker 1 has an event of 40 ns.
    let both = Event::TasksAbandoned { first: TaskId(0), count: 2 };
    assert!(apply(35, both.clone()).unwrap_err().to_string().contains("go back in time"));
    assert_eq!((model.lanes()[0].counts_at(50).resident, model.lanes()[0].counts_at(50).abandoned), (2, 0));
    model.apply(&StampedEvent { at: 45, lane: Some(LaneId(0)), event: both }).unwrap();
    assert_eq!((model.lanes()[0].counts_at(50).resident, model.lanes()[0].counts_at(50).abandoned), (0, 2));
}

#[test]
fn heartbeats_of_a_worker_may_be_missed_twice_and_resume_without_that() {
    let mut model = cluster_model();
    let mut apply = |at, event| model.apply(&StampedEvent { at, lane: Some(LaneId(0)), event }).unwrap();
    let worker = WorkerId(0);
    apply(2, worker_spawned(worker, 0));
    apply(3, Event::HeartbeatsResumed { worker });
    apply(9, Event::HeartbeatsMissed { worker, since: 4 });
    apply(10, Event::HeartbeatsMissed { worker, since: 5 });
    apply(11, Event::HeartbeatsResumed { worker });
    let silences: Vec<_> = model.lanes()[0].silences(20).map(|silence| (silence.from, silence.until)).collect();
    assert_eq!(silences, [(4, Some(11))]);
}
