//! Frames of the screen in Korean, whose syllables are two columns wide.
//!
//! The language belongs to the process, so every test that draws selects Korean.

use std::collections::BTreeSet;
use std::sync::Arc;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::text::Span;

use crate::english_words::english_words;
use crate::support::cluster::examples::{joined_loads, lost_worker};
use crate::support::draw::{frame_text, ui_after_run};
use crate::support::graph::{JOINED, graph_model};
use crate::support::measured_tasks::{MACHINE, events_of, map_by_tasks, map_request, pool_of, sixty_four_tasks};
use crate::support::program::StoryProgram;
use crate::support::program::examples::{killed_worker, pool_blocked_on_io, seven_lanes};
use crate::support::snapshot;
use crate::support::stories;
use crate::support::story::{MS, Story, StoryParameters};
use mpviz::cli::LessonFile;
use mpviz::event::{GraphKind, LaneId, Machine, Mode, Run};
use mpviz::language::{self, Language};
use mpviz::model::Model;
use mpviz::report::phrases::{self, ReservationText};
use mpviz::report::winner_map::{Confirmation, ContestRun, MapRows};
use mpviz::source::simulation::{Accuracy, Plan, Uncertainty, simulate};
use mpviz::system::shortage::LIMITS;
use mpviz::theme::{Glyphs, Theme};
use mpviz::ui::{
    Action, LanePredictions, LaneSetting, LessonView, LiveSource, MapView, Playback, PredictedSetting, Refusal,
    Request, ScreenLayout, TimeCursor, Ui, WhatIf, WhatIfState,
};
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

/// The model of 64 tasks that this engine has run in a pool.
fn model_of_pool(workers: u32, engine: &str) -> Model {
    let mut model = Model::new();
    for event in events_of(&pool_of(workers), engine) {
        model.apply(&event).unwrap();
    }
    model
}

/// A measured pool of 4 beside a simulated one of 16.
fn simulated_beside_measured() -> Model {
    let (measured, simulated) = (model_of_pool(4, "native"), model_of_pool(16, "simulated"));
    let common = Run { notes: Vec::new(), ..measured.run().unwrap().clone() };
    let runs = vec![("recording".into(), measured), ("recording".into(), simulated)];
    Model::side_by_side(common, runs, &[(0, LaneId(0)), (1, LaneId(0))])
}

/// Predictions for a pool of 4, of which this one is chosen.
fn predictions(chosen: (Mode, u32)) -> LanePredictions {
    language::select(Language::Korean);
    let predict = |(mode, workers)| {
        let plan = Plan { mode, ..pool_of(workers) };
        let predicted_ns = simulate(&sixty_four_tasks(), &plan, &MACHINE).makespan_ns;
        let interval = Uncertainty::DEFAULT.interval_around(predicted_ns);
        PredictedSetting {
            setting: LaneSetting { mode, gil: true, workers },
            predicted_s: predicted_ns / 1e9,
            interval_s: (interval.low_ns / 1e9, interval.high_ns / 1e9),
            is_chosen: (mode, workers) == chosen,
            is_tie: (mode, workers) == (Mode::Pool, 32),
            is_todays: (mode, workers) == (Mode::Pool, 4),
            fits: workers < 64,
        }
    };
    let widths = [1, 2, 4, 8, 16, 32, 64];
    let settings = [Mode::Pool, Mode::Threads].into_iter().flat_map(|mode| widths.map(|workers| (mode, workers)));
    LanePredictions {
        settings: settings.chain([(Mode::Serial, 1), (Mode::Process, 64)]).map(predict).collect(),
        measured_s: 0.496,
        cores: 2,
        noise_floor: Accuracy::default().noise_floor(),
        interval_width: Accuracy::default().interval_width(),
        notes: vec![phrases::reservation_note(&phrases::reservation(&ReservationText::Python))],
    }
}

/// Screens with the panel of settings, simulated lanes and maps.
fn prediction_screens() -> Vec<(&'static str, Model, Ui)> {
    let measured = model_of_pool(4, "native");
    let with_panel = |state| {
        let panel = WhatIf { lane: "풀".into(), mode: Mode::Pool, selected: 4, state };
        Ui { what_if: Some(panel), ..ui_after_run(&measured) }
    };
    let predicted = |chosen| with_panel(WhatIfState::Predicted(Arc::new(predictions(chosen))));
    let refusal = phrases::reservation(&ReservationText::OtherLanes);
    let refused = with_panel(WhatIfState::Refused(Refusal { why: refusal, is_disturbed: true }));
    let beside = simulated_beside_measured();
    let replay = Ui { playback: Some(Playback { playing: false, ..Playback::new() }), ..ui_after_run(&beside) };
    let during = Ui { cursor: TimeCursor::Into(120 * MS), ..replay.clone() };
    let mut map = map_by_tasks();
    for (cell, is_confirmed) in [(0, true), (20, false)] {
        let contest = &mut map.cells[cell].given_width;
        let run = |n: usize| ContestRun { predicted: contest.entries[n], measured_s: 0.5, is_disturbed: false };
        contest.confirmation = Some(Confirmation { runs: [run(0), run(1)], is_confirmed: Some(is_confirmed) });
    }
    let of_map = |map| Ui { map: Some(MapView::new(Arc::new(map))), ..Ui::default() };
    let by_payload = map_request(MapRows::Payload(vec![0, 1_000_000, 64_000_000])).map(&MACHINE).unwrap();
    let best_width = after(&[Action::NextLane(1), Action::Kill], &Model::new(), of_map(map.clone()));
    vec![
        ("what-if", measured.clone(), predicted((Mode::Pool, 16))),
        ("what-if-kept", measured.clone(), predicted((Mode::Pool, 4))),
        ("what-if-other-page", measured.clone(), predicted((Mode::Threads, 16))),
        ("what-if-refused", measured.clone(), refused),
        ("what-if-predicting", measured.clone(), with_panel(WhatIfState::Predicting)),
        ("simulated", beside.clone(), during),
        ("simulated-end", beside, replay),
        ("map", Model::new(), of_map(map)),
        ("map-best-width", Model::new(), best_width),
        ("map-payload", Model::new(), of_map(by_payload)),
    ]
}

/// Screens of watched programs.
fn program_screens() -> Vec<(&'static str, Model, Ui)> {
    let (pool, killed, lanes) = (pool_blocked_on_io(), killed_worker(), seven_lanes());
    let live = pool.model_at(1500);
    let end = pool.model_at_end();
    let ui = || Ui { live_source: LiveSource::Program, ..Ui::default() };
    let refused = [Action::Request(Request::Workers(1))];
    let joined = graph_model(GraphKind::Joined, &JOINED);
    let of_graph = || Ui { live_source: LiveSource::Graph, ..Ui::default() };
    let unattached = StoryProgram { attached: None, ..StoryProgram::new(Vec::new(), 3000) };
    let unused = StoryProgram::new(Vec::new(), 3000);
    let output = Ui { output: Some(Arc::from(vec!["12 34".into(); 100])), output_open: true, ..ui() };
    let lane = after(&[Action::Zoom, Action::NextWorker(1)], &live, ui());
    let worker = after(&[Action::Zoom], &live, lane.clone());
    let killed_at_end = killed.model_at_end();
    vec![
        ("graph-finished", joined.clone(), ui_after_run(&joined)),
        ("graph-refused", joined.clone(), after(&refused, &joined, of_graph())),
        ("program-live", live.clone(), ui()),
        ("program-finished", end.clone(), ui_after_run(&end)),
        ("program-killed", killed.model_at(900), ui()),
        ("program-killed-end", killed_at_end.clone(), ui_after_run(&killed_at_end)),
        ("program-lanes", lanes.model_at(1500), ui()),
        ("program-zoom-lane", live.clone(), lane),
        ("program-zoom-worker", live.clone(), worker),
        ("program-help", live.clone(), Ui { help: true, ..ui() }),
        ("program-refused", live.clone(), after(&refused, &live, ui())),
        ("program-output", live.clone(), output),
        ("program-what-if", live.clone(), after(&[Action::WhatIf], &live, ui())),
        ("program-nothing-yet", pool.model_at(100), ui()),
        ("program-not-attached", unattached.model_at(2000), ui()),
        ("program-not-attached-end", unattached.model_at_end(), ui_after_run(&unattached.model_at_end())),
        ("program-unused", unused.model_at_end(), ui_after_run(&unused.model_at_end())),
    ]
}

/// Screens whose snapshots are kept, besides those of [`screens`].
const KEPT: [&str; 7] =
    ["graph-finished", "what-if", "map", "simulated", "program-live", "program-finished", "program-killed"];

#[test]
fn presenter_in_korean_matches_snapshots() {
    let story = Story::simulate(&StoryParameters::with_io());
    let (live, end) = (story.model_at(1600), story.model_at_end());
    let machine = Machine { cores: 2, memory_bytes: 0, os: "test".into() };
    let planned = LessonFile::find("io").unwrap().plan(&[0, 1], &machine).unwrap();
    let mut stopped = Ui { layout: ScreenLayout::Presenter, ..Ui::default() };
    stopped.lesson = Some(LessonView::new(planned.lesson, false));
    language::select(Language::Korean);
    assert!(stopped.stop_lesson(&live));
    let finished = Ui { layout: ScreenLayout::Presenter, ..ui_after_run(&end) };
    for (name, model, ui) in [("stop", &live, &stopped), ("finished", &end, &finished)] {
        for size in [(80, 24), (100, 30)] {
            let name = format!("presenter-{name}-{}x{}", size.0, size.1);
            let buffer = draw_in_korean(model, ui, &Theme::without_colors(), size);
            check_columns(&buffer, &name);
            snapshot::assert_matches_snapshot("language", &name, &frame_text(&buffer));
        }
    }
}

#[test]
fn korean_screens_match_snapshots() {
    let others = prediction_screens().into_iter().chain(program_screens()).filter(|(name, ..)| KEPT.contains(name));
    for (name, model, ui) in screens().into_iter().chain(others) {
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
    let screens = screens().into_iter().chain(prediction_screens()).chain(program_screens());
    let screens = screens.map(|(name, model, ui)| (name.to_owned(), model, ui)).chain(programs);
    let in_both_layouts = |(name, model, ui): (String, Model, Ui)| {
        let large = (format!("presenter {name}"), model.clone(), Ui { layout: ScreenLayout::Presenter, ..ui.clone() });
        [(name, model, ui), large]
    };
    let screens = screens.flat_map(in_both_layouts);
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
fn korean_screens_have_no_english_words() {
    let results = stories::story_names().into_iter().map(|story| {
        let model = stories::story_model(&story);
        let ui = ui_after_run(&model);
        (story, model, ui)
    });
    let screens = screens().into_iter().chain(prediction_screens()).chain(program_screens());
    let mut strange = BTreeSet::new();
    for (name, model, ui) in screens.map(|(name, model, ui)| (name.to_owned(), model, ui)).chain(results) {
        for size in [(60, 16), (80, 24), (120, 40), (300, 100)] {
            let frame = frame_text(&draw_in_korean(&model, &ui, &Theme::without_colors(), size));
            strange.extend(english_words(&frame).into_iter().map(|found| format!("{name}: {found}")));
        }
    }
    assert!(strange.is_empty(), "{strange:#?}");
}

#[test]
fn korean_results_of_workloads_match_snapshots() {
    language::select(Language::Korean);
    let result = |story: String| {
        let report = stories::story_report(&story);
        let mut table = format!("{story}\n\n").into_bytes();
        mpviz::report::table::write(&report, None, &mut table).unwrap();
        report.run.program.is_none().then(|| String::from_utf8(table).unwrap())
    };
    let all: Vec<_> = stories::story_names().into_iter().filter_map(result).collect();
    snapshot::assert_matches_snapshot("language", "results", &all.join("\n"));
}

#[test]
fn screens_of_clusters_are_korean() {
    for (name, cluster) in [("ko-cluster-queued", joined_loads("1.1")), ("ko-cluster-sent", joined_loads("inf"))] {
        let live = cluster.model_at(700);
        check_frame(name, &live, &Ui::default());
        let lane = after(&[Action::Zoom, Action::NextWorker(1)], &live, Ui::default());
        let thread = after(&[Action::Zoom], &live, lane.clone());
        let help = Ui { help: true, ..Ui::default() };
        for ui in [Ui::default(), lane, thread, help, after(&[Action::WhatIf], &live, Ui::default())] {
            for size in [(60, 16), (80, 24), (120, 40), (300, 100)] {
                let frame = frame_text(&draw_in_korean(&live, &ui, &Theme::without_colors(), size));
                assert_eq!(english_words(&frame), [""; 0], "{frame}");
            }
        }
    }
    let ended = lost_worker().model_at_end();
    check_frame("ko-cluster-lost", &ended, &ui_after_run(&ended));
}

#[test]
fn errors_of_exhausted_limits_are_korean() {
    language::select(Language::Korean);
    for limit in LIMITS {
        let error = phrases::system_error(&format!("fork failed: {}", limit.english));
        assert!(error.starts_with("fork failed: ") && !error.contains("raise"), "{error}");
    }
}
