//! Workers of clusters that send nothing for a time: what their threads did is not known, until they are heard of again.

use crate::support::cluster::{StoryCluster, StoryTask};
use crate::support::story::MS;
use mpviz::event::SlotId;
use mpviz::model::{Lane, MapCell, Model, TaskState, TimeWindow, WorkerState};

const STOPPED: u64 = 1_000;
const SLOTS: [SlotId; 4] = [SlotId(0), SlotId(1), SlotId(2), SlotId(3)];

/// Two workers with two threads, the second of which is stopped from 1 s until this time, and may be lost.
fn stopped_worker(until: u64, lost: Option<u64>) -> StoryCluster {
    let tasks = (0..80).map(|_| StoryTask::new("simulate", 100, 1_000)).collect();
    let lost = lost.map(|at| (at, 1));
    StoryCluster { stopped: Some((STOPPED, until, 1)), lost, ..StoryCluster::new(2, 2, tasks) }
}

fn lane(model: &Model) -> &Lane {
    &model.lanes()[0]
}

fn states(model: &Model, ms: u64) -> [WorkerState; 4] {
    SLOTS.map(|slot| lane(model).worker_state(slot, ms * MS))
}

/// Cells of the history by second, each drawn from the middle of its second.
fn history(model: &Model, slot: SlotId, seconds: u64) -> Vec<MapCell> {
    let window = TimeWindow { from: 0, to: seconds * 1_000 * MS, columns: seconds as usize };
    lane(model).slot_history(&[slot], window).cells_of_row(0).to_vec()
}

#[test]
fn threads_of_a_silent_worker_are_not_observed_since_its_last_heartbeat() {
    let model = stopped_worker(13_000, None).model_at(7_000);
    let (computing, unknown) = (WorkerState::Computing, WorkerState::NotObserved);
    assert_eq!(states(&model, 900), [computing; 4]);
    let now = states(&model, 7_000);
    assert_eq!(now[2..], [unknown; 2]);
    assert!(!now[..2].contains(&unknown));
    let counts = lane(&model).counts_at(7_000 * MS);
    assert_eq!((counts.unobserved, counts.unobserved_with_task), (2, 2));
    let cells = history(&model, SlotId(2), 7);
    assert!(cells[0].computing > 0.5 && cells[0].unobserved < 0.1, "{:?}", cells[0]);
    assert!(cells[2..].iter().all(|cell| cell.computing == 0.0 && cell.unobserved > 0.99), "{cells:?}");
    let task = lane(&model).slot_snapshot_at(SlotId(2), 7_000 * MS).task.unwrap();
    assert!(matches!(lane(&model).task_state(task, 7_000 * MS), TaskState::NotObserved(_)));
}

#[test]
fn unobserved_threads_are_left_out_of_shares() {
    let share = |cluster: &StoryCluster, ms| {
        let model = cluster.model_at(ms);
        lane(&model).threads_busy(&model.lane_work(lane(&model), ms * MS)).unwrap()
    };
    let silent = stopped_worker(13_000, None);
    let early = silent.model_at(5_000);
    assert!(early.lane_work(lane(&early), 5_000 * MS).unobserved_s <= 0.0, "its heartbeats are not late yet");
    let model = silent.model_at(7_000);
    let work = model.lane_work(lane(&model), 7_000 * MS);
    assert!((work.unobserved_s - 12.0).abs() < 0.1, "{}", work.unobserved_s);
    let known_s = 4.0 * work.working_s - work.unobserved_s;
    assert!((share(&silent, 7_000) - work.workers.in_tasks_s / known_s).abs() < 1e-9);
    assert!(work.workers.in_tasks_s < 8.1, "{}", work.workers.in_tasks_s);
}

#[test]
fn threads_of_a_worker_that_answers_again_did_what_it_reports() {
    let model = stopped_worker(13_000, None).model_at_end();
    assert_eq!(states(&model, 7_000)[2..], [WorkerState::Computing; 2]);
    let counts = lane(&model).counts_at(7_000 * MS);
    assert_eq!((counts.unobserved, counts.unobserved_with_task), (0, 0));
    let cells = history(&model, SlotId(2), 13);
    assert!(cells[..12].iter().all(|cell| cell.computing > 0.9 && cell.unobserved <= 0.0), "{cells:?}");
    assert!(model.lane_work(lane(&model), u64::MAX / 2).unobserved_s <= 0.0);
}

#[test]
fn what_a_silent_worker_did_before_it_is_lost_stays_unknown() {
    let cluster = stopped_worker(9_000, Some(9_000));
    let model = cluster.model_at_end();
    let unknown = WorkerState::NotObserved;
    assert_eq!(states(&model, 7_000)[2..], [unknown; 2]);
    assert!(matches!(states(&model, 9_500)[2], WorkerState::Exited(_)));
    assert_eq!(lane(&model).counts_at(9_500 * MS).unobserved, 0);
    let cells = history(&model, SlotId(2), 12);
    assert!(cells[2..8].iter().all(|cell| cell.unobserved > 0.99) && cells[11].unobserved == 0.0, "{cells:?}");
    let work = model.lane_work(lane(&model), u64::MAX / 2);
    assert!((work.unobserved_s - 16.0).abs() < 0.2, "{}", work.unobserved_s);
    // The time of its tasks is only that which was observed.
    let lost = lane(&model).slot_snapshot_at(SlotId(2), 7_000 * MS).task.unwrap();
    let spent = lane(&model).task_durations(lost, u64::MAX / 2);
    assert!(spent.computing.unwrap() <= 100 * MS, "{spent:?}");
}
