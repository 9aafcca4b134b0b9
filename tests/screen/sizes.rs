//! The screen can be drawn at any size and in any state without a panic.

use crate::support::draw::{draw, frame_text};
use crate::support::story::{MS, Story, StoryParameters};
use crate::varied_screens::models_with_ui;
use mpviz::event::{Event, LaneId, Mode, SlotId, StampedEvent, TaskId, WorkerId};
use mpviz::model::Model;
use mpviz::theme::Theme;
use mpviz::ui::{Action, ScenarioItem, TimeCursor, Ui, ZoomLevel};
use proptest::prelude::*;
use ratatui::style::Color;

#[test]
fn screen_can_be_drawn_at_any_size() {
    let small = (0..12).flat_map(|width| (0..12).map(move |height| (width, height)));
    let mut rng = fastrand::Rng::with_seed(1);
    let random: Vec<_> = (0..60).map(|_| (rng.u16(..301), rng.u16(..301))).collect();
    let edges = [(60, 16), (59, 16), (60, 15), (61, 21), (79, 22), (80, 30), (300, 16), (60, 100), (300, 100)];
    let models = models_with_ui();
    for size in small.chain(random).chain(edges) {
        for (model, ui) in &models {
            draw(model, ui, &Theme::dark_theme(), size);
        }
    }
}

#[test]
fn mono_theme_uses_no_colour() {
    for (model, ui) in models_with_ui() {
        let frame = draw(&model, &ui, &Theme::without_colors(), (120, 40));
        let coloured = frame.content.iter().find(|cell| cell.fg != Color::Reset || cell.bg != Color::Reset);
        assert_eq!(coloured, None);
    }
}

#[test]
fn too_small_terminal_shows_a_message() {
    let model = Story::simulate(&StoryParameters::with_io()).model_at(500);
    let frame = frame_text(&draw(&model, &Ui::default(), &Theme::dark_theme(), (59, 15)));
    assert!(frame.contains("mpviz needs 60×16, this is 59×15 · q quit"), "{frame}");
}

#[test]
fn selecting_a_missing_lane_does_not_panic() {
    let story = Story::simulate(&StoryParameters::with_io());
    let mut ui = Ui { lane: LaneId(7), ..Ui::default() };
    for model in [story.model_at(500), story.model_at_end()] {
        for action in [Action::NextWorker(1), Action::Suspend, Action::Kill, Action::Zoom] {
            ui.apply_action(action, &model);
            draw(&model, &ui, &Theme::dark_theme(), (80, 24));
        }
    }
}

thread_local! {
    /// Models of a run with a killed worker, before and after its end. Simulated once, because proptest draws them
    /// often.
    static MODELS_WITH_KILLED_WORKER: (Model, Model) = {
        let story = Story::simulate(&StoryParameters { kill: Some((700, 0, 1)), ..StoryParameters::with_io() });
        (story.model_at(2000), story.model_at_end())
    };
}

fn ui_with_scenarios() -> Ui {
    let item = ScenarioItem { name: "name".into(), title: "title".into(), look_at: "some words".into() };
    Ui { scenarios: vec![item; 7].into(), ..Ui::default() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn any_state_of_the_user_interface_can_be_drawn(
        (width, height) in (0..300_u16, 0..100_u16),
        at in proptest::option::of(0..9_000_u64),
        (lane, slot) in (0..3_u16, proptest::option::of(0..20_u32)),
        (help, ended) in any::<(bool, bool)>(),
        selected_scenario in proptest::option::of(0..9_usize),
        (zoom, top) in (0..3_usize, 0..30_usize),
    ) {
        let cursor = at.map_or(TimeCursor::Live, |ms| TimeCursor::At(ms * MS));
        let zoom = [ZoomLevel::Lanes, ZoomLevel::Lane, ZoomLevel::Worker][zoom];
        let ui = Ui { cursor, lane: LaneId(lane), slot: slot.map(SlotId), help, zoom, top, selected_scenario, ..ui_with_scenarios() };
        MODELS_WITH_KILLED_WORKER.with(|(live, at_end)| {
            let model = if ended { at_end } else { live };
            draw(model, &ui, &Theme::dark_theme(), (width, height))
        });
    }
}

/// A model of four lanes with 100,000 tasks each, half of them finished.
fn model_of_400_000_tasks() -> Model {
    let script = StoryParameters {
        modes: Mode::ALL_VARIANTS.to_vec(),
        tasks: 100_000,
        workers: 100,
        ..StoryParameters::default()
    };
    let mut model = Model::new();
    for event in events_with_half_of_the_tasks_finished(&script) {
        model.apply(&event).expect("a valid event");
    }
    model
}

fn events_with_half_of_the_tasks_finished(script: &StoryParameters) -> Vec<StampedEvent> {
    let mut events = vec![Story::run_started(script)];
    for lane in 0..4 {
        let mut emit = |at: u64, event| events.push(StampedEvent { at, lane: Some(LaneId(lane)), event });
        let workers = if lane == 3 { script.tasks } else { 100 };
        emit(MS, Event::LaneStarted {});
        emit(MS, Event::TasksSubmitted { first: TaskId(0), count: script.tasks, call: None });
        let spawned = if lane == 0 { 1 } else { workers };
        for worker in 0..spawned {
            emit(MS, Event::WorkerSpawned { worker: WorkerId(worker), slot: SlotId(worker), pid: 1000 + worker });
            emit(2 * MS, Event::WorkerReady { worker: WorkerId(worker) });
        }
        for task in 0..script.tasks / 2 {
            let (worker, at, task) = (WorkerId(task % spawned), 2 * MS + u64::from(task) * 20_000, TaskId(task));
            emit(at, Event::TaskTaken { worker, first: task, count: 1, receive_ns: 0 });
            emit(at + 5_000, Event::TaskLoaded { worker, task, bytes: 8_000, cpu_ns: 0 });
            emit(at + 15_000, Event::TaskFinished { worker, task, sum: Some(0), cpu_ns: 0, result_bytes: 0 });
            emit(at + 16_000, Event::TaskReleased { worker, task });
        }
    }
    events.push(StampedEvent { at: 1_100 * MS, lane: None, event: Event::Drained { taken: vec![None; 4] } });
    events
}

#[test]
fn screen_of_400_000_tasks_can_be_drawn() {
    let model = model_of_400_000_tasks();
    let frame = frame_text(&draw(&model, &Ui::default(), &Theme::dark_theme(), (200, 60)));
    // Panels change every 250 ms; the last 50 of the 50,000 tasks finished after the last change.
    assert!(frame.contains("49,950 of 100,000 done"), "{frame}");
}
