//! Events of different workers may arrive in any order, with the same final model.

use crate::support::simulation::{Simulation, model_of};
use mpviz::event::{Event, LaneId, SlotId, StampedEvent, TaskId, WorkerId};
use mpviz::model::{Model, TimeWindow};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]
    #[test]
    fn interleaving_does_not_change_the_model(seed in any::<u64>()) {
        let simulation = Simulation::new(seed);
        let in_order = model_of(&simulation.in_order());
        let mut rng = fastrand::Rng::with_seed(seed ^ 1);
        let shuffled = model_of(&simulation.shuffled(&mut rng));
        compare_models(&in_order, &shuffled, simulation.end_time(), &mut rng)?;
    }
}

fn compare_models(a: &Model, b: &Model, end: u64, rng: &mut fastrand::Rng) -> Result<(), TestCaseError> {
    prop_assert_eq!(a.newest_mark(), b.newest_mark());
    prop_assert_eq!(a.ended_at(), b.ended_at());
    prop_assert_eq!(a.summary().map(|all| all.lanes), b.summary().map(|all| all.lanes));
    for (lane, other) in a.lanes().iter().zip(b.lanes()) {
        prop_assert_eq!(a.key_moments(lane.id()), b.key_moments(lane.id()));
        prop_assert_eq!(lane.last_completion(), other.last_completion());
        prop_assert_eq!(lane.all_ready(), other.all_ready());
        let window = TimeWindow { from: rng.u64(..=end), to: end + rng.u64(..10), columns: 7 };
        prop_assert_eq!(a.core_use_over_time(lane.id(), window), b.core_use_over_time(lane.id(), window));
        prop_assert_eq!(lane.task_map(TaskId(0), 30, 1, window), other.task_map(TaskId(0), 30, 1, window));
        prop_assert_eq!(lane.task_map(TaskId(1), 3, 5, window), other.task_map(TaskId(1), 3, 5, window));
    }
    for _ in 0..20 {
        compare_models_at(a, b, rng.u64(..end + 3))?;
    }
    Ok(())
}

fn compare_models_at(a: &Model, b: &Model, t: u64) -> Result<(), TestCaseError> {
    prop_assert_eq!(a.core_load(LaneId(0), 0, t), b.core_load(LaneId(0), 0, t));
    for (lane, other) in a.lanes().iter().zip(b.lanes()) {
        prop_assert_eq!(a.idle_cores(lane.id(), t), b.idle_cores(lane.id(), t));
        prop_assert_eq!(lane.counts_at(t), other.counts_at(t));
        prop_assert_eq!(lane.tasks_in_queue(t).collect::<Vec<_>>(), other.tasks_in_queue(t).collect::<Vec<_>>());
        prop_assert_eq!(lane.private_memory(t), other.private_memory(t));
        prop_assert_eq!(lane.is_suspended(t), other.is_suspended(t));
        prop_assert_eq!(lane.next_event_time(t), other.next_event_time(t));
        prop_assert_eq!(lane.previous_event_time(t), other.previous_event_time(t));
        for task in (0..25).map(TaskId) {
            prop_assert_eq!(lane.task_state(task, t), other.task_state(task, t));
            prop_assert_eq!(lane.task_times(task), other.task_times(task));
        }
        for slot in (0..lane.slot_count() as u32).map(SlotId) {
            prop_assert_eq!(lane.slot_snapshot_at(slot, t), other.slot_snapshot_at(slot, t));
        }
        for worker in (0..30).map(WorkerId) {
            prop_assert_eq!(lane.tasks_taken(worker, t), other.tasks_taken(worker, t));
            let io = |lane: &mpviz::model::Lane| lane.worker(worker).map(|worker| worker.io_time(t));
            prop_assert_eq!(io(lane), io(other));
        }
    }
    Ok(())
}

/// Checkpoints are updated at marks and invalidated by late events. Without marks there are no checkpoints.
#[test]
fn checkpoints_do_not_change_results() {
    let mut with_checkpoints = 0;
    for seed in 0..12 {
        let simulation = Simulation::with_limits(seed, 6000, 0);
        let events = simulation.shuffled(&mut fastrand::Rng::with_seed(seed));
        let is_mark = |stamped: &&StampedEvent| matches!(stamped.event, Event::Drained { .. });
        let frequent: Vec<_> =
            events.chunks(500).flat_map(|chunk| chunk.iter().chain(events.iter().rfind(is_mark))).collect();
        let with = model_of(frequent);
        let without = model_of(events.iter().filter(|stamped| !is_mark(stamped)));
        with_checkpoints += u32::from(events.len() > 40_000);
        assert_eq!(with.summary().unwrap().lanes, without.summary().unwrap().lanes);
        for lane in with.lanes() {
            let window = TimeWindow { from: 0, to: simulation.end_time(), columns: 50 };
            assert_eq!(with.core_use_over_time(lane.id(), window), without.core_use_over_time(lane.id(), window));
            assert_eq!(with.key_moments(lane.id()), without.key_moments(lane.id()));
        }
    }
    assert!(with_checkpoints >= 3, "too few events for checkpoints");
}

#[test]
fn events_before_the_mark_count_as_late() {
    let simulation = Simulation::new(3);
    let model = model_of(&simulation.in_order());
    assert_eq!(model.observation_cost().late_events, 0, "in order, nothing is late");
    let shuffled = model_of(&simulation.shuffled(&mut fastrand::Rng::with_seed(1)));
    assert!(shuffled.observation_cost().late_events > 0);
    assert!(shuffled.observation_cost().max_late_ns > 0);
    assert_eq!(model.observation_cost().events, shuffled.observation_cost().events);
    assert!(model.lanes().get(LaneId(0).index()).is_some());
}
