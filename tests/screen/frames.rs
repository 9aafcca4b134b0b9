//! Compares the text of frames with stored snapshots.

use crate::support::draw::{draw, frame_text, ui_after_run};
use crate::support::snapshot;
use crate::support::story::{MS, Story, StoryParameters};
use mpviz::event::{CorePolicy, Event, LaneId, Mode, RepeatPosition, SlotId};
use mpviz::model::Model;
use mpviz::report::Report;
use mpviz::theme::{Glyphs, Theme};
use mpviz::ui::{Action, Playback, TimeCursor, Ui, WorkerSortOrder, ZoomLevel};

/// Compares the text of a frame in the mono theme with the snapshot of this name.
fn check_frame(name: &str, model: &Model, ui: &Ui, size: (u16, u16)) {
    check_frame_in_theme(&Theme::without_colors(), name, model, ui, size);
}

fn check_frame_in_theme(theme: &Theme, name: &str, model: &Model, ui: &Ui, size: (u16, u16)) {
    snapshot::assert_matches_snapshot("screen", name, &frame_text(&draw(model, ui, theme, size)));
}

#[test]
fn screens_of_cpu_and_io_runs_match_snapshots_at_every_size() {
    let (cpu, io) = (Story::simulate(&StoryParameters::default()), Story::simulate(&StoryParameters::with_io()));
    for size in [(60, 16), (80, 24), (100, 30), (120, 40), (200, 60), (300, 100)] {
        check_frame(&format!("cpu-{}x{}", size.0, size.1), &cpu.model_at(1200), &Ui::default(), size);
        check_frame(&format!("io-{}x{}", size.0, size.1), &io.model_at(1600), &Ui::default(), size);
        let end = io.model_at_end();
        check_frame(&format!("finished-{}x{}", size.0, size.1), &end, &ui_after_run(&end), size);
    }
    let end = cpu.model_at_end();
    check_frame("tie-120x40", &end, &ui_after_run(&end), (120, 40));
}

#[test]
fn screens_of_a_sweep_match_snapshots() {
    let modes = vec![Mode::Pool, Mode::Process];
    let sweep =
        StoryParameters { modes, sweep: vec![4, 8, 16], policy: CorePolicy::Turns, ..StoryParameters::with_io() };
    let story = Story::simulate(&sweep);
    let end = story.model_at_end();
    for size in [(80, 24), (120, 40), (200, 60)] {
        check_frame(&format!("sweep-{}x{}", size.0, size.1), &story.model_at(8000), &Ui::default(), size);
        check_frame(&format!("sweep-finished-{}x{}", size.0, size.1), &end, &ui_after_run(&end), size);
    }
    let report = Report::for_each_run(std::slice::from_ref(&end)).remove(0);
    let mut table = Vec::new();
    mpviz::report::table::write(&report, None, &mut table).unwrap();
    mpviz::report::markdown::write(&report, &mut table).unwrap();
    snapshot::assert_matches_snapshot("screen", "sweep-tables", &String::from_utf8(table).unwrap());
}

#[test]
fn frozen_screens_match_snapshots() {
    let model = Story::simulate(&StoryParameters::with_io()).model_at(2200);
    let mut ui = Ui::default();
    ui.apply_action(Action::Freeze, &model);
    for _ in 0..50 {
        ui.apply_action(Action::StepTime(-1), &model);
    }
    check_frame("frozen-120x40", &model, &ui, (120, 40));
    check_frame("frozen-80x24", &model, &ui, (80, 24));
}

#[test]
fn screens_at_key_moments_and_earlier_times_match_snapshots() {
    let end = Story::simulate(&StoryParameters::with_io()).model_at_end();
    let mut ui = ui_after_run(&end);
    for _ in 0..3 {
        ui.apply_action(Action::StepMoment(-1), &end);
    }
    check_frame("jumped-120x40", &end, &ui, (120, 40));
    ui.apply_action(Action::Start, &end);
    for _ in 0..20 {
        ui.apply_action(Action::StepTime(1), &end);
    }
    check_frame("finished-scrubbed-80x24", &end, &ui, (80, 24));
    let turns =
        Story::simulate(&StoryParameters { policy: CorePolicy::Turns, ..StoryParameters::with_io() }).model_at_end();
    let mut ui = ui_after_run(&turns);
    ui.apply_action(Action::Start, &turns);
    for _ in 0..25 {
        ui.apply_action(Action::StepTime(1), &turns);
    }
    check_frame("turns-frozen-120x40", &turns, &ui, (120, 40));
}

#[test]
fn results_of_repeated_runs_are_labelled_with_the_run_number() {
    let models = [(1, 0), (2, 0), (3, 4)].map(|(number, io)| {
        let mut story = Story::simulate(&StoryParameters { io, ..StoryParameters::default() });
        let Event::RunStarted(run) = &mut story.events[0].event else { panic!("RunStarted is the first event") };
        run.repeat = Some(RepeatPosition { number, of: 3 });
        story.model_at_end()
    });
    let reports = Report::for_each_run(&models);
    let live = Ui { report: Some(reports[2].clone()), ..Ui::default() };
    check_frame("repeats-120x40", &models[2], &live, (120, 40));
    let playback = Playback { reading: None, playing: false, run: (3, 3), ..Playback::new() };
    let ui = Ui { playback: Some(playback), ..live };
    for size in [(60, 16), (80, 24), (120, 40), (200, 60)] {
        check_frame(&format!("repeats-replay-{}x{}", size.0, size.1), &models[2], &ui, size);
        let header = frame_text(&draw(&models[2], &ui, &Theme::without_colors(), size))
            .lines()
            .next()
            .expect("a header")
            .to_owned();
        let labelled = header.contains("run 3 of 3") || header.contains("run 3/3");
        assert!(labelled && header.matches("run 3").count() == 1, "{header}");
    }
}

#[test]
fn killed_worker_is_shown_until_a_key_is_pressed() {
    let story = Story::simulate(&StoryParameters { kill: Some((2300, 0, 2)), ..StoryParameters::with_io() });
    let model = story.model_at(3400);
    let mut ui = Ui::default();
    check_frame("killed-120x40", &model, &ui, (120, 40));
    check_frame("killed-80x24", &model, &ui, (80, 24));
    ui.apply_action(Action::NextWorker(1), &model);
    check_frame("selected-120x40", &model, &ui, (120, 40));
    ui.apply_action(Action::Kill, &model);
    check_frame("question-80x24", &model, &ui, (80, 24));
    let end = story.model_at_end();
    check_frame("lost-120x40", &end, &ui_after_run(&end), (120, 40));
}

#[test]
fn screens_of_all_four_modes_match_snapshots() {
    let modes = Mode::ALL_VARIANTS.to_vec();
    let story = Story::simulate(&StoryParameters { modes, cores: 2, ..StoryParameters::with_io() });
    for size in [(60, 16), (80, 24), (120, 40), (200, 60)] {
        check_frame(&format!("four-{}x{}", size.0, size.1), &story.model_at(2600), &Ui::default(), size);
    }
    let end = story.model_at_end();
    check_frame("four-finished-200x60", &end, &ui_after_run(&end), (200, 60));
}

#[test]
fn screens_with_load_of_other_programs_match_snapshots() {
    let story = Story::simulate(&StoryParameters { other_load: 0.5, ..StoryParameters::with_io() });
    check_frame("disturbed-120x40", &story.model_at(1600), &Ui::default(), (120, 40));
    check_frame("disturbed-80x24", &story.model_at(1600), &Ui::default(), (80, 24));
}

#[test]
fn screens_of_many_tasks_match_snapshots() {
    let few =
        Story::simulate(&StoryParameters { tasks: 200, workers: 64, cores: 8, io: 4, ..StoryParameters::default() });
    check_frame("200-200x60", &few.model_at(1300), &Ui::default(), (200, 60));
    check_frame("200-120x40", &few.model_at(1300), &Ui::default(), (120, 40));
    let many = Story::simulate(&StoryParameters { tasks: 3000, workers: 500, io: 2, ..StoryParameters::default() });
    for size in [(60, 16), (80, 24), (120, 40)] {
        check_frame(&format!("3000-{}x{}", size.0, size.1), &many.model_at(1900), &Ui::default(), size);
    }
}

#[test]
fn screens_of_starting_suspended_and_sequential_lanes_match_snapshots() {
    check_frame("nothing-80x24", &Model::new(), &Ui::default(), (80, 24));
    let story = Story::simulate(&StoryParameters { suspend: Some((0, 1000..1500)), ..StoryParameters::with_io() });
    check_frame("starting-80x24", &story.model_at(2), &Ui::default(), (80, 24));
    check_frame("suspended-80x24", &story.model_at(1200), &Ui::default(), (80, 24));
    let turns = Story::simulate(&StoryParameters { policy: CorePolicy::Turns, ..StoryParameters::with_io() });
    check_frame("turns-80x24", &turns.model_at(1200), &Ui::default(), (80, 24));
    check_frame("turns-later-80x24", &turns.model_at(8500), &Ui::default(), (80, 24));
    check_frame("turns-later-120x40", &turns.model_at(8500), &Ui::default(), (120, 40));
    let help = Ui { help: true, ..Ui::default() };
    check_frame("help-120x40", &story.model_at(1600), &help, (120, 40));
    check_frame("help-60x16", &story.model_at(1600), &help, (60, 16));
    check_frame("small-58x12", &story.model_at(1600), &Ui::default(), (58, 12));
}

#[test]
fn ascii_screens_match_snapshots() {
    let ascii = Theme::without_colors().with_glyphs(Glyphs::Ascii);
    let story = Story::simulate(&StoryParameters { kill: Some((2300, 0, 2)), ..StoryParameters::with_io() });
    let (live, end) = (Story::simulate(&StoryParameters::with_io()).model_at(1600), story.model_at_end());
    for size in [(60, 16), (80, 24), (120, 40)] {
        check_frame_in_theme(&ascii, &format!("io-ascii-{}x{}", size.0, size.1), &live, &Ui::default(), size);
    }
    check_frame_in_theme(
        &ascii,
        "cpu-ascii-80x24",
        &Story::simulate(&StoryParameters::default()).model_at(1200),
        &Ui::default(),
        (80, 24),
    );
    check_frame_in_theme(&ascii, "killed-ascii-120x40", &story.model_at(3400), &Ui::default(), (120, 40));
    check_frame_in_theme(&ascii, "lost-ascii-120x40", &end, &ui_after_run(&end), (120, 40));
    check_frame_in_theme(&ascii, "help-ascii-120x40", &live, &Ui { help: true, ..Ui::default() }, (120, 40));
}

#[test]
fn zoomed_screens_match_snapshots() {
    let story = Story::simulate(&StoryParameters { kill: Some((2300, 0, 2)), ..StoryParameters::with_io() });
    let mut ui = Ui { zoom: ZoomLevel::Lane, slot: Some(SlotId(1)), ..Ui::default() };
    for size in [(60, 16), (80, 24), (120, 40)] {
        check_frame(&format!("zoom-{}x{}", size.0, size.1), &story.model_at(3400), &ui, size);
    }
    let worker = Ui { zoom: ZoomLevel::Worker, slot: Some(SlotId(2)), ..ui.clone() };
    for size in [(60, 16), (80, 24), (120, 40)] {
        check_frame(&format!("zoom-worker-{}x{}", size.0, size.1), &story.model_at(3400), &worker, size);
    }
    ui.cursor = TimeCursor::At(1100 * MS);
    check_frame("zoom-frozen-120x40", &story.model_at(3400), &ui, (120, 40));
    let end = story.model_at_end();
    let ui = Ui { zoom: ZoomLevel::Lane, ..ui_after_run(&end) };
    check_frame("zoom-finished-120x40", &end, &ui, (120, 40));
    let many =
        Story::simulate(&StoryParameters { tasks: 200, workers: 64, cores: 8, io: 4, ..StoryParameters::default() });
    let ui = Ui { zoom: ZoomLevel::Lane, lane: LaneId(1), top: 100, order: WorkerSortOrder::Io, ..Ui::default() };
    check_frame("zoom-200-120x40", &many.model_at(1300), &ui, (120, 40));
}
