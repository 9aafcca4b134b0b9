//! What is easily misread on a screen that is seen for the first time.

use crate::support::draw::{draw, frame_text, panel_time, ui_after_run};
use crate::support::story::{MS, Story, StoryParameters};
use crate::varied_screens::models_with_ui;
use mpviz::event::Mode;
use mpviz::model::{Lane, MapCell, Model, TimeWindow};
use mpviz::theme::Theme;
use mpviz::ui::{Playback, TimeCursor, Ui, ZoomLevel};
use mpviz::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

fn story_with_killed_worker() -> Story {
    Story::simulate(&StoryParameters { kill: Some((2300, 0, 2)), ..StoryParameters::with_io() })
}

/// The text of a frame without colours.
fn screen(model: &Model, ui: &Ui, size: (u16, u16)) -> String {
    frame_text(&draw(model, ui, &Theme::without_colors(), size))
}

fn paused_replay() -> Playback {
    Playback { reading: None, playing: false, ..Playback::new() }
}

/// Columns of each word of letters and digits in a row of a frame.
fn words_of_row(frame: &Buffer, y: u16) -> Vec<Vec<u16>> {
    let is_word = |x: u16| frame[(x, y)].symbol().chars().all(char::is_alphanumeric);
    let columns: Vec<u16> = (0..frame.area.width).filter(|x| is_word(*x)).collect();
    columns.chunk_by(|a, b| a + 1 == *b).map(<[u16]>::to_vec).collect()
}

#[test]
fn words_have_one_colour() {
    let theme = Theme::dark_theme();
    for ms in (100..4000).step_by(130) {
        for (size, script) in [
            ((120, 40), StoryParameters::with_io()),
            ((100, 30), StoryParameters::default()),
            ((80, 24), StoryParameters { kill: Some((300, 0, 2)), ..StoryParameters::with_io() }),
        ] {
            let frame = draw(&Story::simulate(&script).model_at(ms), &Ui::default(), &theme, size);
            for word in (0..size.1).flat_map(|y| words_of_row(&frame, y).into_iter().map(move |word| (y, word))) {
                let (y, columns) = word;
                let styles = columns.iter().map(|x| (frame[(*x, y)].fg, frame[(*x, y)].bg));
                let first = styles.clone().next();
                assert!(styles.map(Some).all(|style| style == first), "row {y} at {ms} ms:\n{}", frame_text(&frame));
            }
        }
    }
}

#[test]
fn title_and_tiles_show_the_share_of_work_that_is_done() {
    let model = Story::simulate(&StoryParameters::default()).model_at(2000);
    let shown = |lane: &Lane| (lane.work_done(panel_time(&model, lane)) * 100.0) as u32;
    let shares: Vec<_> = model.lanes().iter().map(shown).collect();
    // The processes have finished nothing, and yet have done as much as the pool.
    assert_eq!(model.lanes()[1].counts_at(2000 * MS).finished, 0);
    assert!(shares[1] > 50 && shares[0].abs_diff(shares[1]) < 8, "{shares:?}");
    for size in [(60, 16), (80, 24), (100, 30), (120, 40), (200, 60)] {
        let text = screen(&model, &Ui::default(), size);
        let title = text.lines().nth(1).unwrap();
        for share in &shares {
            let shown = ["% · ", "% of the work · "].map(|what| format!("{share} {what}"));
            assert!(shown.iter().any(|shown| title.contains(shown)), "{share} % in {title} at {size:?}");
        }
        if size == (60, 16) {
            continue;
        }
        // A tile of a process that takes turns shows its progress, not its share of a core, which is a quarter.
        let percentages = text.split('≈').skip(1).filter_map(|rest| rest.split('%').next()?.trim().parse::<u32>().ok());
        let tiles: Vec<u32> = percentages.collect();
        assert!(tiles.len() == 16, "{tiles:?} at {size:?}:\n{text}");
        assert!(tiles.iter().all(|share| share.abs_diff(shares[1]) < 12), "{tiles:?} at {size:?}:\n{text}");
    }
}

#[test]
fn uneven_tasks_count_by_their_numbers() {
    let mut story = Story::simulate(&StoryParameters { modes: vec![Mode::Serial], ..StoryParameters::default() });
    let mpviz::event::Event::RunStarted(run) = &mut story.events[0].event else { panic!("no run") };
    run.workload.as_mut().unwrap().skew = 3.0;
    let (model, end) = (story.model_at(2500), story.model_at_end());
    let counts = model.lanes()[0].counts_at(2500 * MS);
    let sizes = mpviz::event::workload::split_into_tasks(end.run().unwrap().workload.as_ref().unwrap());
    let all: u64 = sizes.iter().map(|range| range.len).sum();
    let done: u64 = sizes.iter().take(counts.finished as usize).map(|range| range.len).sum();
    let running = sizes[counts.finished as usize].len;
    let share = model.lanes()[0].work_done(2500 * MS);
    assert!(counts.finished > 2);
    assert!(share >= done as f64 / all as f64 && share <= (done + running) as f64 / all as f64, "{share}");
    assert!((end.lanes()[0].work_done(u64::MAX >> 2) - 1.0).abs() < 1e-9);
}

#[test]
fn tasks_that_are_loading_count_as_in_memory() {
    let story = Story::simulate(&StoryParameters::default());
    let at = (1..20).find(|ms| story.model_at(*ms).lanes()[0].counts_at(*ms * MS).loading == 4).expect("loading");
    let text = screen(&story.model_at(at), &Ui::default(), (120, 40));
    assert!(text.contains("4 of 16 tasks · 4 loading"), "{text}");
    assert!(text.contains("↓ writes payload"), "{text}");
}

#[test]
fn memory_has_one_figure_or_two_that_explain_themselves() {
    let end = Story::simulate(&StoryParameters::with_io()).model_at_end();
    let running = Story::simulate(&StoryParameters::with_io()).model_at(1600);
    let zoomed = Ui { zoom: ZoomLevel::Lane, ..Ui::default() };
    let text = screen(&running, &Ui::default(), (120, 40));
    assert!(text.contains("4 of 16 tasks · 200 MB ━") && !text.contains("private"), "{text}");
    let text = screen(&running, &zoomed, (120, 40));
    assert!(text.contains("numbers 200 MB, processes 203 MB"), "{text}");
    let text = screen(&end, &ui_after_run(&end), (200, 60));
    assert!(text.contains("at most 4 of 16 tasks · 200 MB of numbers, in processes of 204 MB"), "{text}");
}

/// The signs that a legend has to explain, and the glyphs that stand for the same in a tile or with less of it.
const SIGNS: [(&str, &str); 10] = [
    ("█", "computes"),
    ("▒", "turns"),
    ("─", "I/O"),
    ("·", "queued"),
    ("╱", "idle"),
    ("××", "lost"),
    ("::", "later"),
    ("░", "other"),
    ("▲", "moment"),
    ("║", "suspended"),
];

#[test]
fn legend_explains_every_sign_on_the_screen() {
    let io = Story::simulate(&StoryParameters::with_io());
    let suspended = Story::simulate(&StoryParameters { suspend: Some((0, 1000..1500)), ..StoryParameters::with_io() });
    let frozen = Ui { cursor: TimeCursor::At(1100 * MS), ..Ui::default() };
    let message = Ui { message: Some("look at the cores that are idle while tasks queue".into()), ..Ui::default() };
    let ended = io.model_at_end();
    let screens = [
        (io.model_at(1600), Ui::default()),
        (io.model_at(1600), message.clone()),
        (io.model_at(2200), frozen.clone()),
        (story_with_killed_worker().model_at(3400), Ui::default()),
        (story_with_killed_worker().model_at(3400), Ui { seen: Some(u64::MAX), ..Ui::default() }),
        (suspended.model_at(1200), Ui::default()),
        (ended.clone(), ui_after_run(&ended)),
        (io.model_at(1600), Ui { zoom: ZoomLevel::Lane, ..Ui::default() }),
        (io.model_at(1600), Ui { zoom: ZoomLevel::Lane, ..message }),
        (io.model_at(2200), Ui { zoom: ZoomLevel::Lane, ..frozen }),
    ];
    for size in [(100, 30), (120, 40), (200, 60)] {
        for (n, (model, ui)) in screens.iter().enumerate() {
            let text = screen(model, ui, size);
            let rows: Vec<&str> = text.lines().collect();
            let last = usize::from(size.1) - 3;
            let legend = rows[last..last + 2].join("\n");
            let body = rows[2..last].join("\n").replace(" · ", "");
            for (sign, meaning) in SIGNS {
                let shown = body.contains(sign);
                let explained = legend.contains(meaning) || (sign == "××" && legend.contains("killed or failed"));
                assert!(!shown || explained, "{sign} is not explained on screen {n} at {size:?}:\n{text}");
            }
        }
    }
}

#[test]
fn legend_stands_beside_every_other_sentence() {
    for (model, ui) in models_with_ui() {
        if model.run().is_none() || ui.help || ui.playback.is_some_and(|playback| playback.reading.is_some()) {
            continue;
        }
        for message in [None, Some("look at the queue".to_owned())] {
            let ui = Ui { message, ..ui.clone() };
            // A free second row belongs to the legend, too.
            let text = screen(&model, &ui, (100, 30));
            let rows = if ui.message.is_some() { 1 } else { 2 };
            let legend = text.lines().skip(27).take(rows).collect::<Vec<_>>().join("\n");
            assert!(legend.contains("█▄► computes") && legend.contains("╱╱ "), "{text}");
        }
    }
}

#[test]
fn lost_task_says_when() {
    let story = story_with_killed_worker();
    let model = story.model_at(3400);
    for size in [(80, 24), (100, 30), (120, 40)] {
        let text = screen(&model, &Ui::default(), size);
        assert!(text.lines().nth(1).unwrap().contains("1 LOST at 2.30 s"), "{text}");
    }
    let text = screen(&model, &Ui { zoom: ZoomLevel::Lane, ..Ui::default() }, (120, 40));
    let task = text.lines().find(|line| line.contains("× lost")).expect("the lost task");
    assert!(task.contains(" 07 ") && task.contains("2.30 s"), "{text}");
}

#[test]
fn cursor_leaves_the_axis_as_it_is() {
    let model = Story::simulate(&StoryParameters::with_io()).model_at(2200);
    let axis = |ui: &Ui| {
        let text = screen(&model, ui, (120, 40));
        text.lines().rev().nth(3).expect("an axis").to_owned()
    };
    let live = axis(&Ui::default());
    for ms in (0..2200).step_by(50) {
        let frozen = axis(&Ui { cursor: TimeCursor::At(ms * MS), ..Ui::default() });
        let labels = live.chars().zip(frozen.chars()).filter(|(live, frozen)| live != frozen && *frozen != '▲');
        // A mark hides the whole label below it.
        assert!(labels.clone().all(|(_, frozen)| frozen == ' '), "{live}\n{frozen}");
        let text = screen(&model, &Ui { cursor: TimeCursor::At(1100 * MS), ..Ui::default() }, (120, 40));
        let below = text.split_once('\n').expect("rows below the header").1;
        assert_eq!(below.matches(" 1.10 s ").count(), 2, "beside the cursor of each lane:\n{text}");
    }
}

#[test]
fn verdict_is_not_shown_before_every_lane_has_ended() {
    for model in [
        Story::simulate(&StoryParameters::with_io()).model_at_end(),
        Story::simulate(&StoryParameters { io: 2, workers: 2, ..StoryParameters::default() }).model_at_end(),
    ] {
        let ends: Vec<_> = model.lanes().iter().filter_map(Lane::history_end).collect();
        let (first, last) = (*ends.iter().min().unwrap(), *ends.iter().max().unwrap());
        let verdict = |at: u64, zoom: ZoomLevel, playback: Option<Playback>| {
            let ui = Ui { cursor: TimeCursor::At(at), playback, zoom, ..ui_after_run(&model) };
            let text = screen(&model, &ui, (120, 40));
            (["FASTEST", "faster", "EQUAL", "as long"].iter().any(|word| text.contains(word)), text)
        };
        for playback in [Some(paused_replay()), None] {
            for zoom in [ZoomLevel::Lanes, ZoomLevel::Lane] {
                for at in (first..last).step_by(((last - first) / 7).max(1) as usize) {
                    let (shown, text) = verdict(at, zoom, playback);
                    assert!(!shown, "{text}");
                }
                assert!(verdict(last, zoom, playback).0, "the verdict is missing at the end");
            }
            let (_, text) = verdict(first, ZoomLevel::Lanes, playback);
            assert!(text.contains("first to finish"), "{text}");
        }
    }
}

#[test]
fn exported_picture_is_not_live() {
    let model = Story::simulate(&StoryParameters::with_io()).model_at(1600);
    let mut terminal = Terminal::new(TestBackend::new(120, 40)).unwrap();
    terminal
        .draw(|frame| view::draw_without_keys(frame, &model, &Ui::default(), &Theme::dark_theme()))
        .expect("a frame");
    let text = frame_text(terminal.backend().buffer());
    assert!(!text.contains("LIVE") && text.contains("RECORDED  1.60 s"), "{text}");
}

#[test]
fn zoom_uses_the_height_it_has() {
    let story = story_with_killed_worker();
    let (model, end) = (story.model_at(3400), story.model_at_end());
    let ends = Ui { zoom: ZoomLevel::Lane, ..ui_after_run(&end) };
    for lane in 0..2 {
        for (model, ui) in [(&model, Ui::default()), (&end, ends.clone())] {
            for zoom in [ZoomLevel::Lane, ZoomLevel::Worker] {
                let ui =
                    Ui { zoom, lane: mpviz::event::LaneId(lane), slot: Some(mpviz::event::SlotId(2)), ..ui.clone() };
                for size in [(80, 24), (100, 30), (120, 40)] {
                    let text = screen(model, &ui, size);
                    let empty = text.lines().filter(|line| line.trim().is_empty()).count();
                    assert!(empty * 5 <= usize::from(size.1) * 2, "{empty} rows are empty:\n{text}");
                }
            }
        }
    }
}

#[test]
fn map_shows_every_cell_with_computing() {
    let model = Story::simulate(&StoryParameters::with_io()).model_at(3900);
    let text = screen(&model, &Ui::default(), (80, 24));
    let rows: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
    let first = rows.iter().position(|row| row.iter().collect::<String>().starts_with(" 00 ")).expect("the map");
    // Eight rows of two tasks each; a lane has 38 columns, three of which hold the label.
    let window = TimeWindow { from: model.lanes()[0].time_zero().unwrap(), to: 4000 * MS, columns: 35 };
    let map = model.lanes()[0].task_map(mpviz::event::TaskId(0), 8, 2, window);
    let mut mostly_waiting = 0;
    for row in 0..8 {
        for (column, cell) in map.cells_of_row(row).iter().enumerate().take(33) {
            let MapCell { computing, loading, in_io, .. } = *cell;
            let drawn = rows[first + row].get(4 + column).copied().unwrap_or(' ');
            if computing + loading > 0.0 {
                assert!("█▓▒▁▂▃▄▅▆▇".contains(drawn), "{drawn} for {cell:?} in row {row}, column {column}:\n{text}");
                mostly_waiting += u32::from(in_io > computing + loading);
            }
        }
    }
    assert!(mostly_waiting > 10, "the story has {mostly_waiting} such cells");
}

#[test]
fn death_of_a_worker_says_what_python_would_do() {
    let story = story_with_killed_worker();
    let (model, end) = (story.model_at(3400), story.model_at_end());
    let hangs = "Pool.map() would never return";
    for size in [(80, 24), (100, 30), (120, 40)] {
        let text = screen(&model, &Ui::default(), size);
        assert!(
            text.contains(hangs) || size.0 == 80 && text.contains("Python: map() would hang"),
            "the death:\n{text}"
        );
    }
    let seen = Ui { seen: Some(u64::MAX), zoom: ZoomLevel::Lane, ..Ui::default() };
    assert!(screen(&model, &seen, (120, 40)).contains(hangs));
    let text = screen(&end, &Ui { seen: Some(u64::MAX), ..ui_after_run(&end) }, (120, 40));
    assert!(text.contains(hangs), "the card:\n{text}");
    for (lane, mode, sentence) in
        [(0, Mode::Process, "exit code −9"), (0, Mode::Threads, "the whole process would die"), (0, Mode::Pool, hangs)]
    {
        let script = StoryParameters { modes: vec![mode], kill: Some((1000, lane, 1)), ..StoryParameters::with_io() };
        let end = Story::simulate(&script).model_at_end();
        let problems = ui_after_run(&end).report.expect("a report").short_result().join("\n");
        assert!(problems.contains(sentence), "{problems}");
    }
}

#[test]
fn help_and_queue_say_where_python_keeps_waiting_arguments() {
    let model = Story::simulate(&StoryParameters::default()).model_at(500);
    for size in [(80, 24), (120, 40)] {
        let text = screen(&model, &Ui { help: true, ..Ui::default() }, size);
        assert!(text.contains("in Python the waiting arguments stay in the parent"), "{text}");
    }
    assert!(screen(&model, &Ui::default(), (240, 60)).contains("in Python the waiting arguments"));
}

#[test]
fn tasks_and_workers_of_the_zoom_have_the_same_state() {
    let model = Story::simulate(&StoryParameters::default()).model_at(600);
    for lane in 0..2 {
        let ui = Ui { zoom: ZoomLevel::Lane, lane: mpviz::event::LaneId(lane), ..Ui::default() };
        let text = screen(&model, &ui, (120, 40));
        let state = if lane == 0 { "► run" } else { "≈ turn" };
        assert!(text.matches(state).count() > 4, "{text}");
        assert_eq!(text.contains("► run"), lane == 0, "{text}");
    }
}
