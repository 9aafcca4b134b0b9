//! What the panels of a lane, the help and the messages show.

use std::collections::HashSet;

use crate::support::draw::{draw, frame_text, panel_time, ui_after_run};
use crate::support::story::{MS, Story, StoryParameters};
use mpviz::event::{Event, Mode, SlotId, StampedEvent};
use mpviz::keys::KEY_BINDINGS;
use mpviz::model::Model;
use mpviz::theme::Theme;
use mpviz::ui::{Action, Request, ScenarioItem, TimeCursor, Ui, ZoomLevel};
use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

#[test]
fn one_task_is_written_in_the_singular() {
    let model = Story::simulate(&StoryParameters { tasks: 1, io: 1, ..StoryParameters::default() }).model_at_end();
    let mut ui = ui_after_run(&model);
    let mut screens = frame_text(&draw(&model, &ui, &Theme::without_colors(), (120, 40)));
    for _ in 0..12 {
        ui.apply_action(Action::StepMoment(-1), &model);
        screens += &frame_text(&draw(&model, &ui, &Theme::without_colors(), (200, 60)));
    }
    assert!(screens.contains("1 task ·") && screens.contains("1 task is still"), "{screens}");
    assert!(!screens.contains("1 tasks"), "{screens}");
}

#[test]
fn missing_samples_are_not_shown_as_zero() {
    let model = Story::simulate(&StoryParameters::default()).model_at(100);
    let frame = frame_text(&draw(&model, &Ui::default(), &Theme::without_colors(), (120, 40)));
    let loads = frame.lines().find(|line| line.contains(" c0 ")).expect("the cores");
    assert!(loads.contains('–') && !loads.contains("0 %"), "{frame}");
    let zoomed = Ui { zoom: ZoomLevel::Lane, ..Ui::default() };
    let frame = frame_text(&draw(&model, &zoomed, &Theme::without_colors(), (120, 40)));
    assert!(frame.contains("processes –"), "{frame}");
}

/// Column and row at which a text first appears in a frame.
fn find_text(buffer: &Buffer, wanted: &str) -> Option<(u16, u16)> {
    let symbols: Vec<_> = wanted.chars().map(String::from).collect();
    let matches_at = |x: u16, y: u16| {
        (x..).zip(&symbols).all(|(x, symbol)| x < buffer.area.width && buffer[(x, y)].symbol() == symbol)
    };
    (0..buffer.area.height).flat_map(|y| (0..buffer.area.width).map(move |x| (x, y))).find(|(x, y)| matches_at(*x, *y))
}

#[test]
fn idle_cores_are_drawn_as_hazard_tape_only_while_tasks_are_queued() {
    let model = Story::simulate(&StoryParameters::with_io()).model_at(1600);
    let frame = draw(&model, &Ui::default(), &Theme::dark_theme(), (120, 40));
    let hazard = Theme::dark_theme().hazard.bg.expect("a background");
    let tape_cells = |from: u16, to: u16| {
        let cells = (0..frame.area.height).flat_map(|y| (from..to).map(move |x| (x, y)));
        cells.filter(|at| frame[*at].bg == hazard && frame[*at].symbol() == "╱").count()
    };
    assert!(tape_cells(0, 59) > 20, "the pool's idle cores have too little tape");
    // The process mode has no queued tasks, so only the legend shows hazard tape.
    assert!(tape_cells(61, 120) <= 4, "the other lane has tape");
}

#[test]
fn frozen_picture_is_faint_after_the_cursor_and_has_its_own_header() {
    let model = Story::simulate(&StoryParameters::with_io()).model_at(2200);
    let ui = Ui { cursor: TimeCursor::At(1100 * MS), ..Ui::default() };
    let theme = Theme::dark_theme();
    let frame = draw(&model, &ui, &theme, (120, 40));
    assert_eq!(Some(frame[(0, 0)].bg), theme.frozen.bg);
    assert_eq!(Some(frame[(119, 0)].bg), theme.frozen.bg);
    let (x, y) = find_text(&frame, "│").expect("a cursor line");
    // In the first row, the cursor's time is beside it.
    assert_eq!(Some(frame[(x + 2, y + 1)].fg), theme.faint.fg, "cells after the cursor are faint");
    let modes = [Mode::Pool, Mode::Process].map(|mode| theme.lane_colors(mode).run.bg);
    for x in x + 1..58 {
        assert!(!modes.contains(&Some(frame[(x, y)].fg)), "a bright cell after the cursor");
    }
}

#[test]
fn title_of_a_lane_is_a_progress_bar() {
    let model = Story::simulate(&StoryParameters::default()).model_at(1200);
    let theme = Theme::dark_theme();
    let frame = draw(&model, &Ui::default(), &theme, (120, 40));
    for (from, mode, lane) in [(1, Mode::Pool, &model.lanes()[0]), (61, Mode::Process, &model.lanes()[1])] {
        let done = (from..from + 58).filter(|x| Some(frame[(*x, 1)].bg) == theme.lane_colors(mode).run.bg).count();
        let exact = 58.0 * lane.work_done(panel_time(&model, lane));
        // The edge of the bar keeps away from words.
        assert!((done as f64 - exact).abs() <= 5.0, "{done} of 58 columns, {exact} are done");
    }
}

#[test]
fn selected_worker_is_marked_without_colours() {
    let model =
        Story::simulate(&StoryParameters { modes: vec![Mode::Pool], ..StoryParameters::with_io() }).model_at(1600);
    let ui = Ui { slot: Some(SlotId(2)), ..Ui::default() };
    for theme in [Theme::dark_theme(), Theme::without_colors()] {
        let frame = draw(&model, &ui, &theme, (120, 40));
        let at = find_text(&frame, "02 ○").expect("the tile");
        assert!(frame[at].modifier.contains(Modifier::REVERSED | Modifier::UNDERLINED));
    }
}

#[test]
fn worker_of_a_single_lane_can_be_selected() {
    let model =
        Story::simulate(&StoryParameters { modes: vec![Mode::Pool], ..StoryParameters::with_io() }).model_at(1600);
    let mut ui = Ui::default();
    ui.apply_action(Action::NextWorker(1), &model);
    let frame = draw(&model, &ui, &Theme::without_colors(), (120, 40));
    let at = find_text(&frame, "00 ○").expect("the tile");
    assert!(frame[at].modifier.contains(Modifier::UNDERLINED));
    assert!(frame_text(&frame).contains("pool w0 · pid 41880 · task 00"));
}

#[test]
fn zoomed_lane_has_the_full_width() {
    let model = Story::simulate(&StoryParameters::with_io()).model_at(1600);
    let mut ui = Ui::default();
    ui.apply_action(Action::NextLane(1), &model);
    ui.apply_action(Action::Zoom, &model);
    let frame = frame_text(&draw(&model, &ui, &Theme::without_colors(), (120, 40)));
    assert!(frame.contains("PROCESS") && !frame.contains("POOL") && frame.contains("lane 2 of 2"), "{frame}");
    ui.apply_action(Action::Back, &model);
    assert!(frame_text(&draw(&model, &ui, &Theme::without_colors(), (120, 40))).contains("POOL"));
}

#[test]
fn help_contains_every_key_once() {
    let model = Story::simulate(&StoryParameters::with_io()).model_at(500);
    let help = frame_text(&draw(&model, &Ui { help: true, ..Ui::default() }, &Theme::without_colors(), (120, 40)));
    for row in KEY_BINDINGS.iter().filter(|row| row.works_in(false, &Ui::default())) {
        assert!(help.contains(row.label) && help.contains(row.help()), "{} is missing:\n{help}", row.label);
    }
    let mut seen = HashSet::new();
    for (code, _) in KEY_BINDINGS.iter().flat_map(|row| row.keys) {
        assert!(seen.insert(*code), "{code:?} is bound twice");
    }
}

#[test]
fn esc_shows_the_notes_of_the_run_again() {
    let mut first = Story::run_started(&StoryParameters::default());
    let Event::RunStarted(run) = &mut first.event else { panic!("RunStarted is the first event") };
    run.notes = vec!["look at the queue".into(), "4 lanes".into()];
    let mut model = Model::new();
    model.apply(&first).expect("a valid event");
    let mut ui = Ui::default();
    ui.apply_action(Action::NextLane(1), &model);
    assert_eq!(ui.message, None);
    ui.apply_action(Action::Zoom, &model);
    for action in [Action::Help, Action::Back] {
        ui.apply_action(action, &model);
        assert_eq!(ui.message, None, "the lane is still open");
    }
    for _ in 0..2 {
        ui.apply_action(Action::Back, &model);
        assert_eq!(ui.message.as_deref(), Some("look at the queue · 4 lanes"));
    }
}

#[test]
fn one_skipped_sample_is_written_in_the_singular() {
    let mut model = Story::simulate(&StoryParameters::default()).model_at(1000);
    let at = model.newest_mark();
    let header = |model: &Model| frame_text(&draw(model, &Ui::default(), &Theme::without_colors(), (200, 60)));
    for (words, count) in [("· 1 sample skipped", 1), ("· 3 samples skipped", 2)] {
        model.apply(&StampedEvent { at, lane: None, event: Event::SamplesSkipped { count } }).expect("a valid event");
        assert!(header(&model).lines().next().unwrap().contains(words), "{words}");
    }
}

#[test]
fn scenario_is_chosen_from_a_list() {
    let model = Story::simulate(&StoryParameters::default()).model_at(500);
    let item = |n: u32| ScenarioItem {
        name: format!("name{n}").into(),
        title: format!("Title {n}").into(),
        look_at: format!("what number {n} shows, in so many words that they need a second line on a small screen")
            .into(),
    };
    let mut ui = Ui { scenarios: (0..7).map(item).collect(), ..Ui::default() };
    let screen = |ui: &Ui, size| frame_text(&draw(&model, ui, &Theme::without_colors(), size));
    assert_eq!(ui.apply_action(Action::Scenarios, &model), None);
    let list = screen(&ui, (120, 40));
    for n in 0..7 {
        assert!(
            list.contains(&format!("name{n}     Title {n}")) && list.contains(&format!("what number {n} shows")),
            "{list}"
        );
    }
    for _ in 0..9 {
        assert_eq!(ui.apply_action(Action::NextWorker(1), &model), None);
    }
    assert!(screen(&ui, (60, 16)).contains("Title 6"), "the selected scenario is always visible");
    ui.apply_action(Action::NextWorker(-1), &model);
    assert_eq!(ui.apply_action(Action::Zoom, &model), Some(Request::Scenario(5)));
    assert!(!screen(&ui, (120, 40)).contains("Title 5"), "the list is closed");
    for close in [Action::Back, Action::Request(Request::ToggleIo)] {
        ui.apply_action(Action::Scenarios, &model);
        assert_eq!(ui.apply_action(close, &model), None);
        assert_eq!(ui.selected_scenario, None);
    }
    ui.apply_action(Action::Scenarios, &model);
    assert_eq!(ui.apply_action(Action::Request(Request::Quit), &model), Some(Request::Quit));
    let mut replay = Ui::default();
    replay.apply_action(Action::Scenarios, &model);
    assert_eq!(replay.message.as_deref(), Some("a recording has no scenarios"));
}
