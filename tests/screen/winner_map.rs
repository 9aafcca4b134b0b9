//! The map of winners on the screen.

use std::sync::Arc;

use crate::support::draw::{draw, frame_text};
use crate::support::measured_tasks::{MACHINE, map_by_tasks, map_request};
use crate::support::snapshot;
use mpviz::event::Mode;
use mpviz::model::Model;
use mpviz::report::winner_map::{Confirmation, ContestRun, IO_PERCENTS, MapCell, MapLayer, MapRows, WinnerMap};
use mpviz::theme::{ColorDepth, Glyphs, Theme};
use mpviz::ui::{Action, MapView, PressedKey, Request, Ui};

fn ui_of(map: WinnerMap) -> Ui {
    Ui { map: Some(MapView::new(Arc::new(map))), ..Ui::default() }
}

fn frame(ui: &Ui, theme: &Theme, size: (u16, u16)) -> String {
    frame_text(&draw(&Model::new(), ui, theme, size))
}

/// A map with a confirmed and a contradicted cell.
fn map_with_marks() -> WinnerMap {
    let mut map = map_by_tasks();
    for (cell, is_confirmed) in [(0, true), (20, false)] {
        let MapCell { given_width, best_width } = &mut map.cells[cell];
        for contest in [given_width, best_width] {
            let run = |n: usize| ContestRun { predicted: contest.entries[n], measured_s: 0.5, is_disturbed: false };
            contest.confirmation = Some(Confirmation { runs: [run(0), run(1)], is_confirmed: Some(is_confirmed) });
        }
    }
    map
}

#[test]
fn map_matches_snapshots_at_every_size() {
    let mono = Theme::without_colors();
    let ui = ui_of(map_with_marks());
    for size in [(60, 16), (80, 24), (120, 40), (200, 60)] {
        let name = format!("map-{}x{}", size.0, size.1);
        snapshot::assert_matches_snapshot("screen", &name, &frame(&ui, &mono, size));
    }
    let ascii = mono.clone().with_glyphs(Glyphs::Ascii);
    snapshot::assert_matches_snapshot("screen", "map-ascii-80x24", &frame(&ui, &ascii, (80, 24)));
    let by_payload = map_request(MapRows::Payload(vec![0, 1_000_000, 64_000_000])).map(&MACHINE).unwrap();
    snapshot::assert_matches_snapshot("screen", "map-payload-100x30", &frame(&ui_of(by_payload), &mono, (100, 30)));
}

#[test]
fn presenter_has_one_layer_with_larger_cells_and_the_pressed_key() {
    let mut ui = ui_of(map_with_marks());
    assert_eq!(ui.apply_action(Action::Presenter, &Model::new()), None);
    ui.pressed_key = Some(PressedKey { name: "→".into(), effect: "select".into() });
    for size in [(80, 24), (120, 40)] {
        let text = frame(&ui, &Theme::without_colors(), size);
        assert!(text.lines().last().unwrap().contains("→  select"), "{text}");
        snapshot::assert_matches_snapshot("screen", &format!("map-presenter-{}x{}", size.0, size.1), &text);
    }
    ui.apply_action(Action::Presenter, &Model::new());
    let usual = frame(&ui, &Theme::without_colors(), (120, 40));
    assert!(usual.lines().all(|line| !line.contains("→  select")), "{usual}");
}

#[test]
fn legend_is_whole_at_80_columns() {
    let frame = frame(&ui_of(map_with_marks()), &Theme::without_colors(), (80, 24));
    assert!(frame.contains("E  eager = tie · + right ! wrong ? disturbed"), "{frame}");
}

#[test]
fn colours_repeat_what_the_letters_say() {
    let map = map_by_tasks();
    let ui = ui_of(map.clone());
    for (name, depth) in [
        ("default", ColorDepth::True),
        ("colour-blind", ColorDepth::True),
        ("light", ColorDepth::Indexed),
        ("terminal", ColorDepth::Sixteen),
    ] {
        let theme = Theme::built_in(name, depth).unwrap();
        let drawn = draw(&Model::new(), &ui, &theme, (120, 40));
        let mut seen = 0;
        for (letter, mode) in [("P", Mode::Pool), ("E", Mode::Process)] {
            let colors = theme.lane_colors(mode);
            let is_cell = |cell: &&ratatui::buffer::Cell| {
                cell.symbol() == letter && [colors.run.bg, colors.mid.bg].contains(&Some(cell.bg))
            };
            let winners = MapLayer::ALL.into_iter().flat_map(|layer| map.contests(layer));
            let wins = winners.filter(|contest| contest.winner().is_some_and(|winner| winner.mode == mode)).count();
            // The legend has each letter once in its colour.
            assert_eq!(drawn.content.iter().filter(is_cell).count(), wins + 1, "{name} {letter}");
            seen += wins;
        }
        assert!(seen > 20);
        assert_eq!(frame_text(&drawn), frame(&ui, &Theme::without_colors(), (120, 40)), "{name}");
    }
}

#[test]
fn keys_select_cells_and_layers() {
    let model = Model::new();
    let mut ui = ui_of(map_by_tasks());
    let view = |ui: &Ui| ui.map.clone().unwrap();
    assert_eq!(view(&ui).selected, Some((2, 8)), "the viewer's own tasks");
    for _ in 0..20 {
        ui.apply_action(Action::StepTime(1), &model);
        ui.apply_action(Action::NextWorker(-1), &model);
    }
    assert_eq!(view(&ui).selected, Some((0, IO_PERCENTS.len() - 1)));
    assert_eq!(view(&ui).layer, MapLayer::GivenWidth);
    ui.apply_action(Action::NextLane(1), &model);
    assert_eq!(view(&ui).layer, MapLayer::BestWidth);
    ui.apply_action(Action::Kill, &model);
    assert_eq!(ui.message.as_deref(), Some("this key has no function here · q quits"));
    assert_eq!(ui.apply_action(Action::Request(Request::Quit), &model), Some(Request::Quit));
}

#[test]
fn selected_row_is_visible_on_a_small_screen() {
    let rows: Vec<u32> = (0..12).map(|n| 4 + n).collect();
    let map = map_request(MapRows::Tasks(rows.clone())).map(&MACHINE).unwrap();
    let map = Arc::new(map);
    for (row, tasks) in rows.iter().enumerate() {
        let view = MapView { selected: Some((row, 3)), ..MapView::new(Arc::clone(&map)) };
        let frame = frame(&Ui { map: Some(view), ..Ui::default() }, &Theme::without_colors(), (60, 16));
        let is_row = |line: &str| line.trim_start().trim_start_matches('►').starts_with(&format!("{tasks} "));
        assert!(frame.lines().skip(3).any(is_row), "{tasks}:\n{frame}");
    }
}
