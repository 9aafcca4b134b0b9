//! An invalid event leaves the model as it was.

use mpviz::event::{
    CorePolicy, Event, LaneId, LanePlan, Mode, PoolKind, ProgramPool, SlotId, StampedEvent, TaskId, WatchedProgram,
    WorkerId,
};
use mpviz::model::{Model, ObservationCost};
use proptest::prelude::*;

use super::{any_event, example_lane_plan, run_description, started_model, tasks_submitted, worker_spawned};

/// A run whose only lane is a cluster.
fn cluster_model() -> Model {
    let mut model = Model::new();
    let mut run = run_description(CorePolicy::Shared);
    let program = Some(WatchedProgram { pid: 1 });
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
