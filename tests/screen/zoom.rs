//! Zooming into a lane or a worker.

use crate::support::draw::{draw, frame_text};
use crate::support::story::{MS, Story, StoryParameters};
use mpviz::event::{LaneId, SlotId, WorkerId};
use mpviz::model::{Model, TimeWindow};
use mpviz::theme::Theme;
use mpviz::ui::{Action, Playback, TimeCursor, Ui, WorkerSortOrder, ZoomLevel};

fn model_with_killed_worker() -> Model {
    Story::simulate(&StoryParameters { kill: Some((2300, 0, 2)), ..StoryParameters::with_io() }).model_at(3400)
}

fn model_of_1000_tasks() -> Model {
    Story::simulate(&StoryParameters { tasks: 1000, workers: 4, io: 2, cores: 40, ..StoryParameters::default() })
        .model_at(900)
}

#[test]
fn enter_zooms_in_and_esc_zooms_out() {
    let model = model_with_killed_worker();
    let mut ui = Ui { cursor: TimeCursor::At(1000 * MS), ..Ui::default() };
    ui.apply_action(Action::Zoom, &model);
    ui.apply_action(Action::Zoom, &model);
    assert_eq!(ui.zoom, ZoomLevel::Lane, "no worker is selected");
    assert!(ui.message.is_some());
    ui.apply_action(Action::NextWorker(1), &model);
    ui.apply_action(Action::Zoom, &model);
    let mut steps = Vec::new();
    for _ in 0..5 {
        steps.push((ui.zoom, ui.slot.is_some(), ui.cursor == TimeCursor::Live));
        ui.apply_action(Action::Back, &model);
    }
    let expected = [
        (ZoomLevel::Worker, true, false),
        (ZoomLevel::Lane, true, false),
        (ZoomLevel::Lanes, true, false),
        (ZoomLevel::Lanes, false, false),
        (ZoomLevel::Lanes, false, true),
    ];
    assert_eq!(steps, expected);
}

#[test]
fn page_keys_move_the_selection_by_one_page() {
    let model = model_of_1000_tasks();
    let mut ui = Ui { zoom: ZoomLevel::Lane, lane: LaneId(1), page: 23, ..Ui::default() };
    ui.apply_action(Action::NextWorker(1), &model);
    ui.apply_action(Action::Page(1), &model);
    assert_eq!((ui.slot, ui.top), (Some(SlotId(23)), 23));
    ui.apply_action(Action::NextWorker(-1), &model);
    assert_eq!((ui.slot, ui.top), (Some(SlotId(22)), 22));
    for _ in 0..60 {
        ui.apply_action(Action::Page(1), &model);
    }
    assert_eq!(ui.slot, Some(SlotId(999)));
    let frame = frame_text(&draw(&model, &ui, &Theme::without_colors(), (120, 40)));
    assert!(frame.contains("–1000 of 1000 workers, by number"), "{frame}");
}

#[test]
fn every_worker_order_contains_each_slot_once() {
    let model = model_of_1000_tasks();
    let lane = &model.lanes()[1];
    let mut ui = Ui { zoom: ZoomLevel::Lane, lane: LaneId(1), ..Ui::default() };
    for order in [
        WorkerSortOrder::Number,
        WorkerSortOrder::State,
        WorkerSortOrder::Cpu,
        WorkerSortOrder::Io,
        WorkerSortOrder::Memory,
        WorkerSortOrder::Number,
    ] {
        assert_eq!(ui.order, order);
        let mut slots = order.sorted_slots(lane, 900 * MS);
        if order == WorkerSortOrder::Io {
            let io = |slot: &SlotId| {
                let worker =
                    lane.workers_in_slot(*slot, 900 * MS).next_back().and_then(|id| lane.worker(id)).expect("a worker");
                (worker.io_share(900 * MS).unwrap_or_default() * 1e4) as u32
            };
            assert!(slots.iter().map(io).is_sorted_by(|a, b| a >= b));
        }
        slots.sort_unstable();
        assert!(slots.iter().map(|slot| slot.0).eq(0..1000));
        ui.apply_action(Action::NextOrder, &model);
    }
}

#[test]
fn tasks_and_durations_of_a_worker_match_its_events() {
    let model = model_with_killed_worker();
    let lane = &model.lanes()[0];
    assert_eq!(lane.workers_in_slot(SlotId(2), 2299 * MS).collect::<Vec<_>>(), [WorkerId(2)]);
    assert_eq!(lane.workers_in_slot(SlotId(2), 2300 * MS).collect::<Vec<_>>(), [WorkerId(2), WorkerId(4)]);
    assert_eq!([1000, 1900, 3400].map(|ms| lane.tasks_finished(WorkerId(2), ms * MS)), [0, 1, 1]);
    let dead = lane.worker(WorkerId(2)).expect("a worker");
    let task = dead.nth_task(1).expect("a second task");
    let durations = lane.task_durations(task, 3400 * MS);
    // The duration of a lost task ends when its worker dies.
    assert_eq!(durations.total, Some(2298 * MS));
    let parts = [durations.queued, durations.loading, durations.computing, durations.in_io];
    assert_eq!(parts.into_iter().flatten().sum::<u64>(), 2298 * MS);
    assert!(dead.nth_task(2).is_none());
}

#[test]
fn sampled_history_of_slots_approximates_the_exact_history() {
    let model = model_with_killed_worker();
    let lane = &model.lanes()[0];
    let slots: Vec<_> = (0..4).map(SlotId).collect();
    let (from, to) = (lane.time_zero().expect("a time zero"), 3400 * MS);
    // The history is sampled if it has few columns for its transitions, and exact otherwise.
    for columns in [1, 4, 40, 400] {
        let map = lane.slot_history(&slots, TimeWindow { from, to, columns });
        for row in 0..map.row_count() {
            let cells = map.cells_of_row(row);
            assert_eq!(cells.len(), columns);
            let in_io: f32 = cells.iter().map(|cell| cell.in_io).sum::<f32>() / columns as f32;
            let at_most_one = cells.iter().all(|cell| cell.loading + cell.resident_share() < 1.01);
            assert!(at_most_one && (0.5..0.8).contains(&in_io), "{columns} columns: {in_io}");
        }
        assert!(map.cells_of_row(2).iter().any(|cell| cell.lost) && map.cells_of_row(1).iter().all(|cell| !cell.lost));
    }
}

#[test]
fn footer_of_a_zoomed_replay_shows_only_available_keys() {
    let model = model_with_killed_worker();
    let playback = Some(Playback { reading: None, playing: false, ..Playback::new() });
    for zoom in [ZoomLevel::Lane, ZoomLevel::Worker] {
        for (width, height) in [(60, 16), (80, 24), (120, 40)] {
            let ui = Ui { zoom, slot: Some(SlotId(1)), ..Ui::default() };
            let keys = |ui: &Ui| {
                frame_text(&draw(&model, ui, &Theme::without_colors(), (width, height)))
                    .lines()
                    .last()
                    .unwrap()
                    .to_owned()
            };
            let (live, replay) = (keys(&ui), keys(&Ui { playback, ..ui.clone() }));
            assert!(replay.contains("esc back") && replay.contains("q quit"), "{replay}");
            assert!(!replay.contains("kill") && !replay.contains("suspend") && !replay.contains("freeze"), "{replay}");
            assert!(width < 80 || replay.contains("{ } speed"), "{replay}");
            assert!(width < 120 || live.contains("k kill"), "{live}");
            assert!(!live.contains("{ }"), "{live}");
        }
    }
}
