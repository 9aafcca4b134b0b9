//! Snapshots of the screen as text.

use crate::support::draw::{draw, finished, text};
use crate::support::snapshot;
use crate::support::story::{MS, Script, Story};
use mpviz::event::{CorePolicy, Event, LaneId, Mode, Repeat, SlotId};
use mpviz::model::Model;
use mpviz::report::Report;
use mpviz::theme::{Glyphs, Theme};
use mpviz::ui::{Action, Cursor, Playback, Ui, WorkerOrder, Zoom};

/// Compares a frame with its snapshot.
fn check(name: &str, model: &Model, ui: &Ui, size: (u16, u16)) {
    check_theme(&Theme::mono(), name, model, ui, size);
}

fn check_theme(theme: &Theme, name: &str, model: &Model, ui: &Ui, size: (u16, u16)) {
    snapshot::check("screen", name, &text(&draw(model, ui, theme, size)));
}

#[test]
fn cpu_and_io_runs_at_every_size() {
    let (cpu, io) = (Story::simulate(&Script::default()), Story::simulate(&Script::with_io()));
    for size in [(60, 16), (80, 24), (100, 30), (120, 40), (200, 60), (300, 100)] {
        check(&format!("cpu-{}x{}", size.0, size.1), &cpu.model_at(1200), &Ui::default(), size);
        check(&format!("io-{}x{}", size.0, size.1), &io.model_at(1600), &Ui::default(), size);
        let end = io.model_at_end();
        check(&format!("finished-{}x{}", size.0, size.1), &end, &finished(&end), size);
    }
    let end = cpu.model_at_end();
    check("tie-120x40", &end, &finished(&end), (120, 40));
}

#[test]
fn frozen_screens() {
    let model = Story::simulate(&Script::with_io()).model_at(2200);
    let mut ui = Ui::default();
    ui.update(Action::Freeze, &model);
    for _ in 0..50 {
        ui.update(Action::StepTime(-1), &model);
    }
    check("frozen-120x40", &model, &ui, (120, 40));
    check("frozen-80x24", &model, &ui, (80, 24));
}

#[test]
fn key_moments_during_and_after_the_run() {
    let end = Story::simulate(&Script::with_io()).model_at_end();
    let mut ui = finished(&end);
    for _ in 0..3 {
        ui.update(Action::StepMoment(-1), &end);
    }
    check("jumped-120x40", &end, &ui, (120, 40));
    ui.update(Action::Start, &end);
    for _ in 0..20 {
        ui.update(Action::StepTime(1), &end);
    }
    check("finished-scrubbed-80x24", &end, &ui, (80, 24));
    let turns = Story::simulate(&Script { policy: CorePolicy::Turns, ..Script::with_io() }).model_at_end();
    let mut ui = finished(&turns);
    ui.update(Action::Start, &turns);
    for _ in 0..25 {
        ui.update(Action::StepTime(1), &turns);
    }
    check("turns-frozen-120x40", &turns, &ui, (120, 40));
}

#[test]
fn results_of_repeats_are_labelled() {
    let models = [(1, 0), (2, 0), (3, 4)].map(|(number, io)| {
        let mut story = Story::simulate(&Script { io, ..Script::default() });
        let Event::RunStarted(run) = &mut story.events[0].event else { panic!("RunStarted is the first event") };
        run.repeat = Some(Repeat { number, of: 3 });
        story.model_at_end()
    });
    let reports = Report::for_each_run(&models);
    let live = Ui { report: Some(reports[2].clone()), ..Ui::default() };
    check("repeats-120x40", &models[2], &live, (120, 40));
    let playback = Playback { reading: None, playing: false, run: (3, 3), ..Playback::new() };
    let ui = Ui { playback: Some(playback), ..live };
    for size in [(60, 16), (80, 24), (120, 40), (200, 60)] {
        check(&format!("repeats-replay-{}x{}", size.0, size.1), &models[2], &ui, size);
        let header = text(&draw(&models[2], &ui, &Theme::mono(), size)).lines().next().expect("a header").to_owned();
        let labelled = header.contains("run 3 of 3") || header.contains("run 3/3");
        assert!(labelled && header.matches("run 3").count() == 1, "{header}");
    }
}

#[test]
fn killed_worker_is_shown_until_a_key_is_pressed() {
    let story = Story::simulate(&Script { kill: Some((2300, 0, 2)), ..Script::with_io() });
    let model = story.model_at(3400);
    let mut ui = Ui::default();
    check("killed-120x40", &model, &ui, (120, 40));
    check("killed-80x24", &model, &ui, (80, 24));
    ui.update(Action::NextWorker(1), &model);
    check("selected-120x40", &model, &ui, (120, 40));
    ui.update(Action::Kill, &model);
    check("question-80x24", &model, &ui, (80, 24));
    let end = story.model_at_end();
    check("lost-120x40", &end, &finished(&end), (120, 40));
}

#[test]
fn all_four_modes() {
    let modes = Mode::ALL.to_vec();
    let story = Story::simulate(&Script { modes, cores: 2, ..Script::with_io() });
    for size in [(60, 16), (80, 24), (120, 40), (200, 60)] {
        check(&format!("four-{}x{}", size.0, size.1), &story.model_at(2600), &Ui::default(), size);
    }
    let end = story.model_at_end();
    check("four-finished-200x60", &end, &finished(&end), (200, 60));
}

#[test]
fn load_of_other_programs_is_distinguished() {
    let story = Story::simulate(&Script { other_load: 0.5, ..Script::with_io() });
    check("disturbed-120x40", &story.model_at(1600), &Ui::default(), (120, 40));
    check("disturbed-80x24", &story.model_at(1600), &Ui::default(), (80, 24));
}

#[test]
fn many_tasks() {
    let some = Story::simulate(&Script { tasks: 200, workers: 64, cores: 8, io: 4, ..Script::default() });
    check("200-200x60", &some.model_at(1300), &Ui::default(), (200, 60));
    check("200-120x40", &some.model_at(1300), &Ui::default(), (120, 40));
    let many = Story::simulate(&Script { tasks: 3000, workers: 500, io: 2, ..Script::default() });
    for size in [(60, 16), (80, 24), (120, 40)] {
        check(&format!("3000-{}x{}", size.0, size.1), &many.model_at(1900), &Ui::default(), size);
    }
}

#[test]
fn starting_and_interrupted_runs() {
    check("nothing-80x24", &Model::new(), &Ui::default(), (80, 24));
    let story = Story::simulate(&Script { suspend: Some((0, 1000..1500)), ..Script::with_io() });
    check("starting-80x24", &story.model_at(2), &Ui::default(), (80, 24));
    check("suspended-80x24", &story.model_at(1200), &Ui::default(), (80, 24));
    let turns = Story::simulate(&Script { policy: CorePolicy::Turns, ..Script::with_io() });
    check("turns-80x24", &turns.model_at(1200), &Ui::default(), (80, 24));
    check("turns-later-80x24", &turns.model_at(8500), &Ui::default(), (80, 24));
    check("turns-later-120x40", &turns.model_at(8500), &Ui::default(), (120, 40));
    let help = Ui { help: true, ..Ui::default() };
    check("help-120x40", &story.model_at(1600), &help, (120, 40));
    check("help-60x16", &story.model_at(1600), &help, (60, 16));
    check("small-58x12", &story.model_at(1600), &Ui::default(), (58, 12));
}

#[test]
fn ascii_screens() {
    let ascii = Theme::mono().with_glyphs(Glyphs::Ascii);
    let story = Story::simulate(&Script { kill: Some((2300, 0, 2)), ..Script::with_io() });
    let (live, end) = (Story::simulate(&Script::with_io()).model_at(1600), story.model_at_end());
    for size in [(60, 16), (80, 24), (120, 40)] {
        check_theme(&ascii, &format!("io-ascii-{}x{}", size.0, size.1), &live, &Ui::default(), size);
    }
    check_theme(
        &ascii,
        "cpu-ascii-80x24",
        &Story::simulate(&Script::default()).model_at(1200),
        &Ui::default(),
        (80, 24),
    );
    check_theme(&ascii, "killed-ascii-120x40", &story.model_at(3400), &Ui::default(), (120, 40));
    check_theme(&ascii, "lost-ascii-120x40", &end, &finished(&end), (120, 40));
    check_theme(&ascii, "help-ascii-120x40", &live, &Ui { help: true, ..Ui::default() }, (120, 40));
}

#[test]
fn zoomed_screens() {
    let story = Story::simulate(&Script { kill: Some((2300, 0, 2)), ..Script::with_io() });
    let mut ui = Ui { zoom: Zoom::Lane, slot: Some(SlotId(1)), ..Ui::default() };
    for size in [(60, 16), (80, 24), (120, 40)] {
        check(&format!("zoom-{}x{}", size.0, size.1), &story.model_at(3400), &ui, size);
    }
    let worker = Ui { zoom: Zoom::Worker, slot: Some(SlotId(2)), ..ui.clone() };
    for size in [(60, 16), (80, 24), (120, 40)] {
        check(&format!("zoom-worker-{}x{}", size.0, size.1), &story.model_at(3400), &worker, size);
    }
    ui.cursor = Cursor::At(1100 * MS);
    check("zoom-frozen-120x40", &story.model_at(3400), &ui, (120, 40));
    let end = story.model_at_end();
    let ui = Ui { zoom: Zoom::Lane, ..finished(&end) };
    check("zoom-finished-120x40", &end, &ui, (120, 40));
    let many = Story::simulate(&Script { tasks: 200, workers: 64, cores: 8, io: 4, ..Script::default() });
    let ui = Ui { zoom: Zoom::Lane, lane: LaneId(1), top: 100, order: WorkerOrder::Io, ..Ui::default() };
    check("zoom-200-120x40", &many.model_at(1300), &ui, (120, 40));
}
