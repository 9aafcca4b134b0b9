//! Lessons on the screen: votes, stops and results.

use std::path::Path;
use std::sync::Arc;

use mpviz::cli::{LessonFile, built_in_names};
use mpviz::event::{Machine, Mode};
use mpviz::lesson::{FigureKind, Lesson, MomentKind, Outcome, Stop};
use mpviz::model::Model;
use mpviz::system::toml_file::TomlFile;
use mpviz::theme::Theme;
use mpviz::ui::{Action, LessonPhase, LessonResult, LessonView, Request, ScenarioItem, TimeCursor, Ui};

use crate::support::draw::{draw, frame_text, ui_after_run};
use crate::support::story::{MS, Story, StoryParameters};

/// The short lesson, with a stop at the first task and one when the queue is empty.
fn lesson() -> Lesson {
    let text = include_bytes!("../support/lesson.toml").to_vec();
    let file = TomlFile::from_bytes(Path::new("short.toml"), text).unwrap();
    let machine = Machine { cores: 2, memory_bytes: 0, os: "test".into() };
    let planned = LessonFile::parse(file, "short").unwrap().plan(&[0, 1], &machine).unwrap();
    let mut lesson = Lesson::clone(&planned.lesson);
    let mut second: Stop = lesson.stops[0].clone();
    second.moment.kind = MomentKind::QueueEmpty;
    lesson.stops.push(second);
    lesson
}

fn pool_story() -> Story {
    Story::simulate(&StoryParameters { modes: vec![Mode::Pool], tasks: 4, workers: 2, cores: 2, ..Default::default() })
}

fn ui_of(lesson: Lesson, asks: bool) -> Ui {
    Ui { lesson: Some(LessonView::new(Arc::new(lesson), asks)), ..Ui::default() }
}

fn text_of(model: &Model, ui: &Ui) -> String {
    frame_text(&draw(model, ui, &Theme::without_colors(), (100, 30)))
}

fn is_stopped(ui: &Ui) -> bool {
    matches!(ui.lesson.as_ref().unwrap().phase, LessonPhase::Stopped { .. })
}

#[test]
fn each_key_is_a_vote_and_enter_begins() {
    let (model, mut ui) = (Model::new(), ui_of(lesson(), true));
    let keys = [Mode::Serial, Mode::Threads, Mode::Threads, Mode::Process];
    for key in keys {
        assert_eq!(ui.apply_action(Action::Request(Request::ToggleMode(key)), &model), None);
    }
    // Other keys change nothing while the question is open.
    assert_eq!(ui.apply_action(Action::Request(Request::ToggleIo), &model), None);
    let votes = |ui: &Ui| [0, 1].map(|answer| ui.lesson.as_ref().unwrap().votes_for(answer));
    assert_eq!(votes(&ui), [1, 2], "the question has two answers");
    ui.apply_action(Action::Request(Request::ToggleMode(Mode::Serial)), &model);
    assert_eq!(votes(&ui), [2, 2]);
    ui.apply_action(Action::Back, &model);
    assert_eq!(votes(&ui), [1, 2], "the last vote is taken back");
    let frame = text_of(&model, &ui);
    assert!(frame.contains("How many tasks of 4 does the pool finish?"), "{frame}");
    assert!(frame.contains("1  some  █ 1 vote ") && frame.contains("2  all  ██ 2 votes"), "{frame}");
    assert_eq!(ui.apply_action(Action::Zoom, &model), Some(Request::BeginLesson));
    assert_eq!(ui.lesson.as_ref().unwrap().phase, LessonPhase::Running);
}

#[test]
fn picture_stops_while_the_run_goes_on_and_space_goes_to_the_next_stop() {
    let (story, mut ui) = (pool_story(), ui_of(lesson(), false));
    assert!(!ui.stop_lesson(&story.model_at(1)), "no task was taken yet");
    let early = story.model_at(300);
    assert!(ui.stop_lesson(&early) && is_stopped(&ui));
    let stopped_at = ui.displayed_time(&early);
    let frame = text_of(&early, &ui);
    assert!(frame.contains("2 wait of 4") || frame.contains("3 wait of 4"), "{frame}");
    assert!(frame.contains("stop 1 of 2") && frame.contains("space: go on"), "{frame}");
    // The run has passed the second stop meanwhile, and has ended.
    let end = story.model_at_end();
    assert!(!ui.stop_lesson(&end));
    assert_eq!(ui.displayed_time(&end), stopped_at);
    ui.apply_action(Action::Freeze, &end);
    assert!(ui.stop_lesson(&end) && is_stopped(&ui), "the second stop");
    assert!(ui.displayed_time(&end) > stopped_at && ui.displayed_time(&end) < end.newest_mark());
    ui.apply_action(Action::Freeze, &end);
    assert!(!ui.stop_lesson(&end) && !ui.holds_lesson());
    assert_eq!(ui.cursor, TimeCursor::Live);
}

#[test]
fn picture_of_a_viewer_who_looks_at_the_past_is_not_moved() {
    let (story, mut ui) = (pool_story(), ui_of(lesson(), false));
    let model = story.model_at(300);
    ui.cursor = TimeCursor::At(10 * MS);
    assert!(!ui.stop_lesson(&model));
    assert_eq!(ui.cursor, TimeCursor::At(10 * MS));
    ui.apply_action(Action::End, &model);
    assert!(ui.stop_lesson(&model));
}

#[test]
fn every_key_that_goes_back_to_live_leaves_the_stop() {
    let (story, model) = (pool_story(), pool_story().model_at(300));
    for key in [Action::Freeze, Action::End] {
        let mut ui = ui_of(lesson(), false);
        assert!(ui.stop_lesson(&model));
        ui.apply_action(Action::StepTime(-1), &model);
        assert!(is_stopped(&ui), "the caption stays while the viewer looks around");
        ui.apply_action(key, &model);
        let later = story.model_at(310);
        ui.stop_lesson(&later);
        assert!(!is_stopped(&ui) || ui.lesson.as_ref().unwrap().next_stop == 1, "{key:?}");
        assert!(!text_of(&later, &ui).contains("stop 1 of 2"), "{key:?}");
    }
}

#[test]
fn question_names_its_own_keys_only() {
    let text = text_of(&Model::new(), &ui_of(lesson(), true));
    assert!(text.contains("enter: start") && !text.contains("1-4 modes"), "{text}");
}

#[test]
fn stops_that_a_run_does_not_have_are_left_out() {
    let mut lesson = lesson();
    lesson.stops[0].moment.kind = MomentKind::Death;
    let (story, mut ui) = (pool_story(), ui_of(lesson, false));
    assert!(!ui.stop_lesson(&story.model_at(300)), "a worker may still die");
    assert!(ui.stop_lesson(&story.model_at_end()));
    assert_eq!(ui.lesson.as_ref().unwrap().next_stop, 1);
}

#[test]
fn right_answer_follows_from_what_was_measured() {
    let model = pool_story().model_at_end();
    let runs = [model.summary().unwrap()];
    let all = lesson();
    let outcome = all.outcome(&runs).unwrap();
    assert_eq!((outcome.right, outcome.closing.as_str()), (Some(1), "It finished 4: all."));
    // A machine on which no answer is right.
    let mut other = lesson();
    other.answers[1].right.as_mut().unwrap().range = (2.0, 3.0);
    let outcome = other.outcome(&runs).unwrap();
    assert_eq!((outcome.right, outcome.closing.as_str()), (None, "The pool finished 4 tasks."));
    let mut ui = Ui { lesson: ui_of(other, false).lesson, ..ui_after_run(&model) };
    ui.lesson.as_mut().unwrap().phase = LessonPhase::Closing(LessonResult::Measured { outcome, disturbed: true });
    let frame = text_of(&model, &ui);
    for sentence in ["The pool finished 4 tasks.", "so no answer is marked: repeat the lesson."] {
        assert!(frame.contains(sentence), "{sentence}\n{frame}");
    }
    ui.apply_action(Action::Back, &model);
    assert!(!text_of(&model, &ui).contains("no answer is marked"));
}

/// An outcome of the pool's time over itself, of which `others_s` core-seconds were taken by other programs.
fn outcome_beside_others(others_s: f64) -> Outcome {
    let mut lesson = lesson();
    for figure in &mut lesson.figures {
        figure.kind = FigureKind::Makespan;
    }
    let mut run = pool_story().model_at_end().summary().unwrap();
    run.lanes[0].taken_by_others_core_s = Some(others_s);
    lesson.outcome(&[run]).unwrap()
}

#[test]
fn no_answer_is_marked_if_other_programs_leave_it_in_doubt() {
    let quiet = outcome_beside_others(0.0);
    assert_eq!((quiet.right, quiet.note(false)), (Some(1), None));
    let makespan = pool_story().model_at_end().summary().unwrap().lanes[0].makespan_s.unwrap();
    let disturbed = outcome_beside_others(makespan);
    assert_eq!(disturbed.right, None, "without the others, one figure could be twice the other");
    assert!(disturbed.note(true).unwrap().contains("no answer is marked"));
    assert_eq!(disturbed.closing.split_once(' ').unwrap().0, "The");
}

#[test]
fn figure_that_was_not_measured_gives_no_result() {
    let unfinished = pool_story().model_at(100).summary().unwrap();
    assert!(lesson().outcome(&[]).is_none());
    let mut measured = lesson();
    measured.figures[0].kind = FigureKind::Makespan;
    assert!(measured.outcome(&[unfinished]).is_none());
}

#[test]
fn list_shows_the_selected_lesson_and_says_how_many_are_hidden() {
    let item = |name: &str| ScenarioItem { name: name.into(), title: "Title".into(), look_at: "Question?".into() };
    let names = built_in_names();
    let scenarios: Vec<_> = names.iter().map(|name| item(name)).collect();
    let mut ui = Ui { scenarios: scenarios.into(), has_lessons: true, ..Ui::default() };
    for height in [16, 24, 40] {
        ui.selected_scenario = Some(0);
        for selected in &names {
            let frame = frame_text(&draw(&Model::new(), &ui, &Theme::without_colors(), (80, height)));
            let words: Vec<_> = frame.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
            let shown: Vec<_> = names.iter().filter(|name| words.contains(*name)).collect();
            assert!(shown.contains(&selected), "{frame}");
            let above = names.iter().position(|name| name == shown[0]).unwrap();
            let below = names.len() - names.iter().position(|name| name == shown[shown.len() - 1]).unwrap() - 1;
            for (arrow, hidden) in [('↑', above), ('↓', below)] {
                assert_eq!(frame.contains(&format!("{arrow} {hidden} more")), hidden > 0, "{frame}");
            }
            ui.apply_action(Action::NextWorker(1), &Model::new());
        }
    }
}
