//! The panel that compares settings, and simulated lanes beside measured ones.

use std::sync::Arc;

use crate::support::draw::{draw, frame_text, ui_after_run};
use crate::support::measured_tasks::{MACHINE, events_of, pool_of, sixty_four_tasks};
use crate::support::program::{Phase, StoryCall, StoryPool, StoryProgram};
use crate::support::snapshot;
use crate::support::story::{Story, StoryParameters};
use mpviz::event::{LaneId, Mode, Run};
use mpviz::model::Model;
use mpviz::report::phrases::{IntervalWidth, reservation_note};
use mpviz::source::simulation::{Accuracy, Plan, RunRecorder, Uncertainty, simulate};
use mpviz::theme::{ColorDepth, Glyphs, Theme};
use mpviz::ui::{
    Action, LanePredictions, LaneSetting, LiveSource, Playback, PredictedSetting, Refusal, Request, TimeCursor, Ui,
    WhatIf, WhatIfState,
};

fn model_of(plan: &Plan, engine: &str) -> Model {
    let mut model = Model::new();
    for event in events_of(plan, engine) {
        model.apply(&event).unwrap();
    }
    model
}

/// Predictions for a pool of 4, on two cores.
fn predictions(notes: &[&str]) -> LanePredictions {
    let widths = [1, 2, 4, 8, 16, 32, 64];
    let settings = [Mode::Pool, Mode::Threads].into_iter().flat_map(|mode| widths.map(|workers| (mode, workers)));
    let predict = |(mode, workers)| {
        let plan = Plan { mode, ..pool_of(workers) };
        let predicted_ns = simulate(&sixty_four_tasks(), &plan, &MACHINE).makespan_ns;
        let interval = Uncertainty::DEFAULT.interval_around(predicted_ns);
        PredictedSetting {
            setting: LaneSetting { mode, gil: true, workers },
            predicted_s: predicted_ns / 1e9,
            interval_s: (interval.low_ns / 1e9, interval.high_ns / 1e9),
            is_chosen: (mode, workers) == (Mode::Pool, 16),
            is_tie: (mode, workers) == (Mode::Pool, 32),
            is_todays: (mode, workers) == (Mode::Pool, 4),
            fits: true,
        }
    };
    LanePredictions {
        settings: settings.chain([(Mode::Process, 64)]).map(predict).collect(),
        measured_s: 0.496,
        cores: 2,
        noise_floor: Accuracy::default().noise_floor(),
        interval_width: Accuracy::default().interval_width(),
        notes: notes.iter().map(|note| reservation_note(note)).collect(),
    }
}

/// The panel, open at the choice.
pub(crate) fn panel(state: WhatIfState) -> WhatIf {
    WhatIf { lane: "pool".into(), mode: Mode::Pool, selected: 4, state }
}

fn with_panel(ui: Ui, state: WhatIfState) -> Ui {
    Ui { what_if: Some(panel(state)), ..ui }
}

pub(crate) fn predicted(notes: &[&str]) -> WhatIfState {
    WhatIfState::Predicted(Arc::new(predictions(notes)))
}

fn check_frame(name: &str, model: &Model, ui: &Ui, theme: &Theme, size: (u16, u16)) {
    snapshot::assert_matches_snapshot("screen", name, &frame_text(&draw(model, ui, theme, size)));
}

#[test]
fn panel_matches_snapshots_at_every_size() {
    let model = model_of(&pool_of(4), "native");
    let ui = with_panel(ui_after_run(&model), predicted(&[]));
    let mono = Theme::without_colors();
    for size in [(60, 16), (80, 24), (120, 40), (200, 60)] {
        check_frame(&format!("what-if-{}x{}", size.0, size.1), &model, &ui, &mono, size);
    }
    check_frame("what-if-ascii-80x24", &model, &ui, &mono.clone().with_glyphs(Glyphs::Ascii), (80, 24));
    let noted = with_panel(ui_after_run(&model), predicted(&["hundreds of processes are predicted to 20 % only"]));
    check_frame("what-if-noted-100x30", &model, &noted, &mono, (100, 30));
    let why = "other lanes ran beside the recorded one and disturbed it: record with --cores turns, or a single lane";
    let disturbed = Refusal { why: why.into(), is_disturbed: true };
    let refused = with_panel(ui_after_run(&model), WhatIfState::Refused(disturbed));
    check_frame("what-if-refused-80x24", &model, &refused, &mono, (80, 24));
}

/// A pool of a watched program, whose tasks wait for most of their time.
fn python_program() -> StoryProgram {
    StoryProgram::new(
        vec![StoryPool::new(4, vec![StoryCall::map(100, 64, |_| vec![Phase::Cpu(5), Phase::Wait(45)])])],
        1200,
    )
}

/// Predictions for its pool, from what its events say.
fn python_predictions() -> LanePredictions {
    let (program, mut recorder) = (python_program(), RunRecorder::default());
    program.events().iter().for_each(|event| recorder.apply(event));
    let recorded = recorder.finish(LaneId(0), None, &MACHINE).unwrap();
    let todays = LaneSetting { mode: Mode::Pool, gil: true, workers: 4 };
    let predict = |row: &PredictedSetting| {
        let LaneSetting { mode, gil, workers } = row.setting;
        let plan = Plan { mode, gil, workers, chunk: recorded.chunk, cores: program.cores };
        let predicted_ns = simulate(&recorded.profile, &plan, &recorded.constants).makespan_ns;
        let interval = Uncertainty::DEFAULT.at_least(0.2).interval_around(predicted_ns);
        PredictedSetting {
            predicted_s: predicted_ns / 1e9,
            interval_s: (interval.low_ns / 1e9, interval.high_ns / 1e9),
            is_todays: row.setting == todays,
            ..*row
        }
    };
    let native = predictions(&["pools of Python are predicted to 20 % only"]);
    LanePredictions {
        settings: native.settings.iter().map(predict).collect(),
        measured_s: recorded.makespan_ns / 1e9,
        cores: program.cores,
        interval_width: IntervalWidth { share: 0.2, ..native.interval_width },
        ..native
    }
}

#[test]
fn settings_of_a_watched_program_are_shown_and_simulated() {
    let model = python_program().model_at_end();
    let state = WhatIfState::Predicted(Arc::new(python_predictions()));
    let mut ui = Ui { live_source: LiveSource::Program, ..with_panel(ui_after_run(&model), state) };
    check_frame("what-if-python-100x30", &model, &ui, &Theme::without_colors(), (100, 30));
    let chosen = LaneSetting { mode: Mode::Pool, gil: true, workers: 16 };
    assert_eq!(ui.apply_action(Action::Zoom, &model), Some(Request::Try(chosen)));
}

#[test]
fn a_disturbed_lane_is_measured_again_by_one_key_where_lanes_can_be_run() {
    let model = model_of(&pool_of(4), "native");
    let disturbed = || WhatIfState::Refused(Refusal { why: "disturbed".into(), is_disturbed: true });
    let enter = |ui: Ui, state| with_panel(ui, state).apply_action(Action::Zoom, &model);
    assert_eq!(enter(Ui::default(), disturbed()), Some(Request::MeasureInTurns(LaneId(0))));
    assert_eq!(enter(Ui { live_source: LiveSource::Program, ..Ui::default() }, disturbed()), None);
    assert_eq!(enter(Ui { playback: Some(Playback::new()), ..Ui::default() }, disturbed()), None);
    let locks = Refusal { why: "the tasks waited for locks".into(), is_disturbed: false };
    assert_eq!(enter(Ui::default(), WhatIfState::Refused(locks)), None);
}

#[test]
fn the_panel_opens_at_the_choice_whatever_its_mode_and_names_what_does_not_fit() {
    let model = model_of(&pool_of(4), "native");
    let mut predictions = predictions(&[]);
    for row in &mut predictions.settings {
        row.is_chosen = (row.setting.mode, row.setting.workers) == (Mode::Threads, 8);
        row.fits = row.setting.workers < 64;
    }
    let mut ui = with_panel(ui_after_run(&model), WhatIfState::Predicting);
    ui.show_predictions(Ok(predictions));
    let selected = ui.what_if.as_ref().and_then(WhatIf::selected_setting);
    assert_eq!(selected, Some(LaneSetting { mode: Mode::Threads, gil: true, workers: 8 }));
    let frame = frame_text(&draw(&model, &ui, &Theme::without_colors(), (120, 40)));
    assert_eq!(frame.matches("does not fit").count(), 2, "64 threads and 64 processes: {frame}");
}

#[test]
fn watched_program_that_runs_is_refused() {
    let model = python_program().model_at(500);
    let mut ui = Ui { live_source: LiveSource::Program, ..Ui::default() };
    assert_eq!(ui.apply_action(Action::WhatIf, &model), None);
    let Some(WhatIf { state: WhatIfState::Refused(refusal), .. }) = ui.what_if else { panic!("no refusal") };
    assert_eq!(refusal.why, "the program still runs: press w once it has ended");
}

#[test]
fn panel_has_the_same_text_in_every_theme() {
    let model = model_of(&pool_of(4), "native");
    let ui = with_panel(ui_after_run(&model), predicted(&[]));
    let text = |theme: &Theme| frame_text(&draw(&model, &ui, theme, (120, 40)));
    let panel = |text: String| text.lines().filter(|line| line.starts_with('┃')).map(String::from).collect::<Vec<_>>();
    let mono = panel(text(&Theme::without_colors()));
    assert!(mono.len() > 10);
    for (name, depth) in [("default", ColorDepth::True), ("light", ColorDepth::Indexed), ("dark", ColorDepth::Sixteen)]
    {
        assert_eq!(panel(text(&Theme::built_in(name, depth).unwrap())), mono, "{name}");
    }
}

#[test]
fn a_choice_on_the_other_page_names_the_key_that_lists_it() {
    let model = model_of(&pool_of(4), "native");
    let mut ui = with_panel(ui_after_run(&model), predicted(&[]));
    let text = |ui: &Ui| frame_text(&draw(&model, ui, &Theme::without_colors(), (120, 40)));
    assert!(text(&ui).contains("Choose a pool of 16: about"));
    ui.apply_action(Action::NextLane(1), &model);
    assert!(text(&ui).contains("Choose a pool of 16 (tab): about"), "{}", text(&ui));
}

#[test]
fn bars_are_as_long_as_the_times_and_contain_them_in_their_intervals() {
    let model = model_of(&pool_of(4), "native");
    let ui = with_panel(ui_after_run(&model), predicted(&[]));
    let frame = frame_text(&draw(&model, &ui, &Theme::without_colors(), (120, 40)));
    let rows: Vec<&str> = frame.lines().filter(|line| line.starts_with('┃') && line.contains('●')).skip(1).collect();
    assert_eq!(rows.len(), 8, "{frame}");
    let position = |row: &str, glyph: char| row.chars().position(|c| c == glyph);
    let ends: Vec<usize> = rows.iter().map(|row| position(row, '●').unwrap()).collect();
    assert!(ends[..5].is_sorted_by(|one, other| one > other), "a pool of 16 is the fastest: {ends:?}");
    for row in rows {
        let at = position(row, '●').unwrap();
        assert!(position(row, '├').is_none_or(|low| low <= at) && position(row, '┤').is_none_or(|high| high >= at));
    }
}

#[test]
fn key_opens_the_panel_and_enter_tries_the_selected_setting() {
    let model = model_of(&pool_of(4), "native");
    let mut ui = Ui::default();
    assert_eq!(ui.apply_action(Action::WhatIf, &model), Some(Request::Predict(LaneId(0))));
    assert_eq!(ui.apply_action(Action::Zoom, &model), None, "nothing is predicted yet");
    ui.show_predictions(Ok(predictions(&[])));
    let selected = |ui: &Ui| ui.what_if.as_ref().and_then(WhatIf::selected_setting);
    let setting = |mode, workers| Some(LaneSetting { mode, gil: true, workers });
    assert_eq!(selected(&ui), setting(Mode::Pool, 16), "the choice is selected");
    ui.apply_action(Action::NextWorker(1), &model);
    assert_eq!(selected(&ui), setting(Mode::Pool, 32));
    ui.apply_action(Action::NextLane(1), &model);
    assert_eq!(selected(&ui), setting(Mode::Threads, 1));
    for _ in 0..20 {
        ui.apply_action(Action::NextWorker(1), &model);
    }
    assert_eq!(selected(&ui), setting(Mode::Process, 64), "the last row of each page");
    assert_eq!(
        ui.apply_action(Action::Zoom, &model),
        Some(Request::Try(LaneSetting { mode: Mode::Process, gil: true, workers: 64 }))
    );
    assert!(ui.what_if.is_none());
    for close in [Action::Back, Action::WhatIf, Action::Help] {
        ui.apply_action(Action::WhatIf, &model);
        assert!(ui.what_if.is_some());
        assert_eq!(ui.apply_action(close, &model), None);
        assert!(ui.what_if.is_none());
    }
    ui.apply_action(Action::WhatIf, &model);
    assert_eq!(ui.apply_action(Action::Request(Request::Quit), &model), Some(Request::Quit));
    ui.what_if = None;
    ui.show_predictions(Ok(predictions(&[])));
    assert!(ui.what_if.is_none(), "predictions do not open a panel that was closed");
}

#[test]
fn lanes_that_run_and_simulated_ones_are_refused() {
    let refusal = |model: &Model| {
        let mut ui = Ui::default();
        assert_eq!(ui.apply_action(Action::WhatIf, model), None);
        let Some(WhatIf { state: WhatIfState::Refused(refusal), .. }) = ui.what_if else { panic!("no refusal") };
        refusal.why
    };
    let running = Story::simulate(&StoryParameters::default()).model_at(500);
    assert_eq!(refusal(&running), "the lane has not ended: its tasks are not measured yet");
    let simulated = model_of(&pool_of(16), "simulated");
    assert_eq!(refusal(&simulated), "this lane was simulated: select the measured one");
}

/// A measured pool of 4 beside a simulated one of 16.
fn simulated_beside_measured() -> Model {
    let (measured, simulated) = (model_of(&pool_of(4), "native"), model_of(&pool_of(16), "simulated"));
    let common = Run { notes: Vec::new(), ..measured.run().unwrap().clone() };
    let runs = vec![("recording".into(), measured), ("recording".into(), simulated)];
    Model::side_by_side(common, runs, &[(0, LaneId(0)), (1, LaneId(0))])
}

#[test]
fn simulated_lane_is_marked_in_title_header_and_result_at_every_size() {
    let model = simulated_beside_measured();
    let playback = Playback { playing: false, reading: None, ..Playback::new() };
    let end = Ui { playback: Some(playback), ..ui_after_run(&model) };
    let during = Ui { cursor: TimeCursor::Into(120_000_000), ..end.clone() };
    for size in [(60, 16), (80, 24), (120, 40), (200, 60), (300, 100)] {
        for ui in [&during, &end] {
            let frame = frame_text(&draw(&model, ui, &Theme::without_colors(), size));
            let mut lines = frame.lines();
            assert!(lines.next().unwrap().contains("SIMULATED"), "{frame}");
            let title = lines.next().unwrap();
            assert!(title.contains("SIMULATED") && title.matches("POOL").count() + 1 >= title.matches("SIM").count());
        }
        let frame = frame_text(&draw(&model, &end, &Theme::without_colors(), size));
        assert!(!frame.contains("FASTEST"), "{frame}");
        let context = frame.lines().rev().nth(1).unwrap();
        assert!(context.contains("SIMULATED, not measured: a pool of 16 would take"), "{frame}");
    }
    let mono = Theme::without_colors();
    check_frame("simulated-120x40", &model, &during, &mono, (120, 40));
    check_frame("simulated-80x24", &model, &end, &mono, (80, 24));
    check_frame("simulated-ascii-60x16", &model, &end, &mono.clone().with_glyphs(Glyphs::Ascii), (60, 16));
}

#[test]
fn simulated_lane_that_is_not_recorded_can_be_saved() {
    let mut ui = Ui { playback: Some(Playback::new()), ..Ui::default() };
    let save = Action::Request(Request::Save);
    assert_eq!(ui.apply_action(save, &simulated_beside_measured()), Some(Request::Save));
    let recorded = model_of(&pool_of(16), "simulated");
    assert_eq!(ui.apply_action(save, &recorded), None);
    assert_eq!(ui.message.as_deref(), Some("this is a recording: it is already saved"));
}
