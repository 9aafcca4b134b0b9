//! Screens of many kinds, for tests of what holds on every screen.

use crate::support::draw::ui_after_run;
use crate::support::measured_tasks::map_by_tasks;
use crate::support::story::{MS, Story, StoryParameters};
use mpviz::event::{CorePolicy, LaneId, Mode, SlotId};
use mpviz::model::Model;
use mpviz::ui::{Action, MapView, TimeCursor, Ui, WhatIfState, WorkerSortOrder, ZoomLevel};

/// Pairs of a model and a user interface state: no run, a map, live, frozen, zoomed, suspended, many workers, ended, with
/// help, panels, questions and refusals, and with selections that do not exist.
pub(crate) fn models_with_ui() -> Vec<(Model, Ui)> {
    let four_modes = Story::simulate(&StoryParameters {
        modes: Mode::ALL_VARIANTS.to_vec(),
        cores: 2,
        kill: Some((700, 2, 1)),
        ..StoryParameters::with_io()
    });
    let many_workers =
        Story::simulate(&StoryParameters { tasks: 3000, workers: 500, io: 1, cores: 40, ..StoryParameters::default() });
    let turns = Story::simulate(&StoryParameters {
        policy: CorePolicy::Turns,
        tasks: 1,
        workers: 1,
        ..StoryParameters::default()
    });
    let suspended = Story::simulate(&StoryParameters {
        suspend: Some((0, 1000..1500)),
        uneven: true,
        ..StoryParameters::with_io()
    });

    let live = Ui::default;
    let model = four_modes.model_at(900);
    let frozen = Ui { cursor: TimeCursor::At(500 * MS), slot: Some(SlotId(1)), ..live() };
    let help = Ui { help: true, ..live() };
    let zoomed = |zoom| Ui { zoom, lane: LaneId(2), slot: Some(SlotId(1)), page: 9, ..live() };
    let zoomed_with_help = Ui { help: true, lane: LaneId(3), ..zoomed(ZoomLevel::Lane) };
    let mut confirming = Ui { lane: LaneId(2), slot: Some(SlotId(0)), ..live() };
    confirming.apply_action(Action::Kill, &model);
    assert!(confirming.question.is_some());
    let mut refused = live();
    refused.apply_action(Action::Kill, &model);
    let ended = four_modes.model_at_end();
    let result = ui_after_run(&ended);
    let many_ended = many_workers.model_at_end();
    let many_result = ui_after_run(&many_ended);
    let many_frozen = Ui { cursor: TimeCursor::At(400 * MS), ..many_result.clone() };
    let scrolled = Ui { zoom: ZoomLevel::Lane, lane: LaneId(1), top: 900, order: WorkerSortOrder::State, ..live() };
    let with_panel = |state| Ui { what_if: Some(crate::what_if::panel(state)), ..live() };
    let map = MapView::new(map_by_tasks().into());
    let with_map = Ui { map: Some(map.clone()), ..live() };
    let map_picture = Ui { map: Some(MapView::picture(map.map)), message: Some("a message".into()), ..live() };
    let missing = Ui { lane: LaneId(200), slot: Some(SlotId(4_000_000)), ..live() };
    vec![
        (Model::new(), live()),
        (Model::new(), with_map),
        (Model::new(), map_picture),
        (four_modes.model_at(2), live()),
        (model.clone(), live()),
        (model.clone(), frozen),
        (model.clone(), help),
        (model.clone(), zoomed(ZoomLevel::Lane)),
        (model.clone(), zoomed_with_help),
        (model.clone(), zoomed(ZoomLevel::Worker)),
        (model.clone(), confirming),
        (model, refused),
        (suspended.model_at(1200), live()),
        (turns.model_at(100), missing),
        (many_workers.model_at(400), live()),
        (many_workers.model_at(400), scrolled),
        (many_ended.clone(), many_result),
        (many_ended, many_frozen),
        (ended.clone(), zoomed(ZoomLevel::Lane)),
        (ended.clone(), with_panel(crate::what_if::predicted(&["a note"]))),
        (ended.clone(), with_panel(WhatIfState::Refused("a sentence of some length, which takes lines".into()))),
        (ended, result),
    ]
}
