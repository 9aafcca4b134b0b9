//! Frames of the presenter layout: enlarged titles and times, and omitted panels.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use mpviz::cli::LessonFile;
use mpviz::event::{Machine, Mode};
use mpviz::keys::{self, KEY_BINDINGS};
use mpviz::lesson::Lesson;
use mpviz::model::Model;
use mpviz::theme::Theme;
use mpviz::ui::{Action, LessonPhase, LessonResult, LessonView, PressedKey, ScreenLayout, Ui};

use crate::support::draw::{draw, frame_text, panel_time, ui_after_run};
use crate::support::snapshot;
use crate::support::story::{Story, StoryParameters};

const SIZES: [(u16, u16); 5] = [(80, 24), (100, 30), (120, 40), (160, 50), (200, 60)];

fn presenter(ui: Ui) -> Ui {
    Ui { layout: ScreenLayout::Presenter, ..ui }
}

fn text_of(model: &Model, ui: &Ui, size: (u16, u16)) -> String {
    frame_text(&draw(model, ui, &Theme::without_colors(), size))
}

/// A built-in lesson as planned for two cores.
fn lesson(name: &str) -> Lesson {
    let machine = Machine { cores: 2, memory_bytes: 0, os: "test".into() };
    Lesson::clone(&LessonFile::find(name).unwrap().plan(&[0, 1], &machine).unwrap().lesson)
}

fn ui_of_lesson(ui: Ui) -> Ui {
    presenter(Ui { lesson: Some(LessonView::new(Arc::new(lesson("io")), false)), ..ui })
}

#[test]
fn presenter_frames_match_snapshots() {
    let story = Story::simulate(&StoryParameters::with_io());
    let (early, end) = (story.model_at(400), story.model_at_end());
    let mut stopped = ui_of_lesson(Ui::default());
    assert!(stopped.stop_lesson(&early));
    let mut closing = ui_of_lesson(ui_after_run(&end));
    let view = closing.lesson.as_mut().unwrap();
    let outcome = view.lesson.outcome(&[end.summary().unwrap()]).unwrap();
    view.phase = LessonPhase::Closing(LessonResult::Measured { outcome, disturbed: false });
    let finished = presenter(ui_after_run(&end));
    for (name, model, ui) in [("stop", &early, &stopped), ("result", &end, &closing), ("finished", &end, &finished)] {
        for size in [(80, 24), (100, 30)] {
            let name = format!("presenter-{name}-{}x{}", size.0, size.1);
            snapshot::assert_matches_snapshot("screen", &name, &text_of(model, ui, size));
        }
    }
    let live = presenter(Ui::default());
    snapshot::assert_matches_snapshot("screen", "presenter-200x60", &text_of(&story.model_at(1600), &live, (200, 60)));
}

#[test]
fn legend_and_strip_are_left_out_and_captions_stay() {
    let model = Story::simulate(&StoryParameters::with_io()).model_at(1600);
    for size in SIZES {
        let frame = text_of(&model, &presenter(Ui::default()), size);
        assert!(!frame.contains("cpu") && !frame.contains("one row"), "{size:?}\n{frame}");
        assert!(frame.contains("12 wait") || frame.contains("12 tasks wait"), "{size:?}\n{frame}");
        assert!(frame.contains("? help · q quit") && !frame.contains("tab select"), "{size:?}\n{frame}");
    }
}

#[test]
fn numbers_of_tasks_are_those_of_the_model_for_every_number_of_lanes() {
    for modes in [2, 3, 4] {
        let modes: Vec<_> = Mode::ALL_VARIANTS.into_iter().rev().take(modes).collect();
        let story = Story::simulate(&StoryParameters { modes, ..StoryParameters::with_io() });
        let model = story.model_at(2600);
        for size in SIZES {
            let frame = text_of(&model, &presenter(Ui::default()), size);
            for lane in model.lanes().iter().filter(|lane| frame.contains(&lane.name_in_run().to_uppercase())) {
                let counts = lane.counts_at(panel_time(&model, lane));
                let (done, memory) = (counts.finished, counts.resident + counts.loading);
                assert!(frame.contains(&format!("{done} of 16")), "{size:?} {done}\n{frame}");
                let in_memory = [format!("━ {memory} of 16"), format!("━ {memory}/16")];
                assert!(in_memory.iter().any(|text| frame.contains(text)), "{size:?} {memory}\n{frame}");
            }
        }
    }
}

#[test]
fn time_of_a_lane_is_in_its_title_until_it_has_ended() {
    let story = Story::simulate(&StoryParameters::with_io());
    let lines = |model: &Model| text_of(model, &presenter(Ui::default()), (100, 30));
    // 1.5, with a digit over the point.
    assert!(lines(&story.model_at(1600)).contains("▄█    █▀▀"), "{}", lines(&story.model_at(1600)));
    let end = story.model_at_end();
    let frame = text_of(&end, &presenter(ui_after_run(&end)), (100, 30));
    assert!(frame.contains("FASTEST") && frame.contains("██████"), "{frame}");
}

#[test]
fn key_p_changes_the_layout_and_back() {
    let model = Story::simulate(&StoryParameters::with_io()).model_at(1600);
    let mut ui = Ui::default();
    let usual = text_of(&model, &ui, (100, 30));
    assert_eq!(keys::action_of_key(&KeyCode::Char('p').into()), Action::Presenter);
    ui.apply_action(Action::Presenter, &model);
    assert_ne!(text_of(&model, &ui, (100, 30)), usual);
    ui.apply_action(Action::Presenter, &model);
    assert_eq!(text_of(&model, &ui, (100, 30)), usual);
}

#[test]
fn every_key_is_shown_with_what_it_does() {
    let model = Story::simulate(&StoryParameters::with_io()).model_at(1600);
    for (code, action) in KEY_BINDINGS.iter().flat_map(|row| row.keys) {
        let pressed = keys::pressed_key(&KeyEvent::from(*code), *action, &Ui::default(), &model);
        // `y` answers a question, and none is open.
        assert_eq!(pressed.effect.is_empty(), *action == Action::Yes, "{code:?}: {pressed:?}");
        let ui = presenter(Ui { pressed_key: Some(pressed.clone()), ..Ui::default() });
        let frame = text_of(&model, &ui, (80, 24));
        let last = frame.lines().last().unwrap();
        assert!(last.starts_with(format!("  {}  {}", pressed.name, pressed.effect).trim_end()), "{last}");
    }
}

#[test]
fn pressed_key_is_named_by_what_it_does_here() {
    let story = Story::simulate(&StoryParameters::with_io());
    let model = story.model_at(400);
    let effect = |ui: &Ui, code: KeyCode| {
        let key = KeyEvent::from(code);
        keys::pressed_key(&key, keys::action_of_key(&key), ui, &model).effect
    };
    let mut ui = Ui::default();
    assert_eq!(effect(&ui, KeyCode::Char('3')), "hide pool");
    assert_eq!(effect(&ui, KeyCode::Char('2')), "show threads");
    assert_eq!(effect(&ui, KeyCode::Char('i')), "without I/O");
    assert_eq!(effect(&ui, KeyCode::Char(' ')), "freeze the picture");
    ui.apply_action(Action::Freeze, &model);
    assert_eq!(effect(&ui, KeyCode::Char(' ')), "go on");
    ui.apply_action(Action::Help, &model);
    assert_eq!(effect(&ui, KeyCode::Char('i')), "close");
    let mut asked = ui_of_lesson(Ui::default());
    asked.lesson.as_mut().unwrap().phase = LessonPhase::Question;
    assert_eq!(effect(&asked, KeyCode::Char('3')), "a vote for 3");
    assert_eq!(effect(&asked, KeyCode::Enter), "start");
    let key = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    let pressed = keys::pressed_key(&key, keys::action_of_key(&key), &ui, &model);
    assert_eq!(pressed, PressedKey { name: "ctrl+c".into(), effect: "quit".into() });
}
