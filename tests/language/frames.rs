//! Frames of the screen in Korean, whose syllables are two columns wide.
//!
//! The language belongs to the process, so every test that draws selects Korean.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::text::Span;

use crate::support::draw::{frame_text, ui_after_run};
use crate::support::snapshot;
use crate::support::stories;
use crate::support::story::{MS, Story, StoryParameters};
use mpviz::event::LaneId;
use mpviz::language::{self, Language};
use mpviz::model::Model;
use mpviz::theme::{Glyphs, Theme};
use mpviz::ui::{Action, Playback, TimeCursor, Ui};
use mpviz::view;

const SIZES: [(u16, u16); 2] = [(80, 24), (120, 40)];

/// The cells that the view draws. A terminal backend would hide those that a wide character covers.
fn draw_in_korean(model: &Model, ui: &Ui, theme: &Theme, (width, height): (u16, u16)) -> Buffer {
    language::select(Language::Korean);
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let mut drawn = Buffer::default();
    terminal
        .draw(|frame| {
            view::draw(frame, model, ui, theme);
            drawn = frame.buffer_mut().clone();
        })
        .unwrap();
    drawn
}

fn width_of(symbol: &str) -> u16 {
    Span::raw(symbol).width() as u16
}

/// Every wide character has two cells, and every row is as wide as the terminal.
fn check_columns(buffer: &Buffer, what: &str) {
    for y in 0..buffer.area.height {
        let mut x = 0;
        while x < buffer.area.width {
            let width = width_of(buffer[(x, y)].symbol());
            assert!(width > 0, "{what}: nothing at {x}, {y}");
            assert!(width == 1 || buffer.cell((x + 1, y)).is_some_and(|cell| cell.symbol() == " "), "{what}: {x}, {y}");
            x += width;
        }
        assert_eq!(x, buffer.area.width, "{what}: row {y}\n{}", frame_text(buffer));
    }
}

fn check_frame(name: &str, model: &Model, ui: &Ui) {
    for size in SIZES {
        let name = format!("{name}-{}x{}", size.0, size.1);
        let buffer = draw_in_korean(model, ui, &Theme::without_colors(), size);
        check_columns(&buffer, &name);
        snapshot::assert_matches_snapshot("language", &name, &frame_text(&buffer));
    }
}

fn model_after_kill() -> Model {
    Story::simulate(&StoryParameters { kill: Some((2300, 0, 2)), ..StoryParameters::with_io() }).model_at(3400)
}

/// The state after these actions.
fn after(actions: &[Action], model: &Model, ui: Ui) -> Ui {
    language::select(Language::Korean);
    actions.iter().fold(ui, |mut ui, action| {
        ui.apply_action(*action, model);
        ui
    })
}

/// Screens with their names: every panel, overlay and kind of run.
fn screens() -> Vec<(&'static str, Model, Ui)> {
    let (cpu, io) = (Story::simulate(&StoryParameters::default()), Story::simulate(&StoryParameters::with_io()));
    let live = io.model_at(1600);
    let end = io.model_at_end();
    let killed = model_after_kill();
    let (lane, worker) = ([Action::Zoom], [Action::NextWorker(1), Action::Zoom, Action::Zoom]);
    let replay = Ui {
        playback: Some(Playback { playing: false, reading: None, ..Playback::new() }),
        cursor: TimeCursor::At(1600 * MS),
        ..Ui::default()
    };
    let finished = ui_after_run(&end);
    vec![
        ("live-cpu", cpu.model_at(1200), Ui::default()),
        ("live-io", live.clone(), Ui::default()),
        ("frozen", live.clone(), after(&[Action::Freeze, Action::StepTime(-1)], &live, Ui::default())),
        ("help", live.clone(), after(&[Action::Help], &live, Ui::default())),
        ("zoom-lane", live.clone(), after(&lane, &live, Ui { lane: LaneId(0), ..Ui::default() })),
        ("killed", killed.clone(), Ui::default()),
        ("zoom-worker", killed.clone(), after(&worker, &killed, Ui::default())),
        ("finished", end.clone(), finished.clone()),
        ("replay", end.clone(), replay),
        ("moment", end.clone(), after(&[Action::StepMoment(-1), Action::StepMoment(-1)], &end, finished)),
    ]
}

#[test]
fn korean_screens_match_snapshots() {
    for (name, model, ui) in screens() {
        check_frame(name, &model, &ui);
    }
}

#[test]
fn help_in_korean_fits_into_its_columns() {
    for (name, model, ui) in screens() {
        if name == "help" {
            let frame = frame_text(&draw_in_korean(&model, &ui, &Theme::without_colors(), (120, 40)));
            assert!(!frame.contains('…'), "{frame}");
        }
    }
}

#[test]
fn no_wide_character_is_cut_at_any_size() {
    let themes = [Theme::without_colors(), Theme::without_colors().with_glyphs(Glyphs::Ascii)];
    let programs = stories::story_names().into_iter().map(|story| {
        let model = stories::story_model(&story);
        let ui = ui_after_run(&model);
        (story, model, ui)
    });
    let screens = screens().into_iter().map(|(name, model, ui)| (name.to_owned(), model, ui)).chain(programs);
    for (name, model, ui) in screens {
        for theme in &themes {
            for (width, height) in [(60, 16), (61, 17), (77, 22), (80, 24), (99, 31), (120, 40), (121, 41), (200, 60)] {
                let what = format!("{name} at {width}x{height}");
                check_columns(&draw_in_korean(&model, &ui, theme, (width, height)), &what);
            }
        }
    }
}

#[test]
fn korean_results_of_workloads_match_snapshots() {
    language::select(Language::Korean);
    let result = |story: String| {
        let report = stories::story_report(&story);
        let mut table = format!("{story}\n\n").into_bytes();
        mpviz::report::table::write(&report, &mut table).unwrap();
        report.run.program.is_none().then(|| String::from_utf8(table).unwrap())
    };
    let all: Vec<_> = stories::story_names().into_iter().filter_map(result).collect();
    snapshot::assert_matches_snapshot("language", "results", &all.join("\n"));
}
