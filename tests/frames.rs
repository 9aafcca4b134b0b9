//! Whole screens from the events of a run that is told here, at every size.

use mpviz::event::{
    CorePolicy, Event, LaneId, LanePlan, Machine, Mode, Run, SlotId, Stamped, Status, TaskId, WorkerId,
};
use mpviz::keys::TOPICS;
use mpviz::model::Model;
use mpviz::theme::Theme;
use mpviz::ui::{Action, Cursor, Ui};
use mpviz::view;
use mpviz::workload::Workload;
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

const MS: u64 = 1_000_000;

fn plan(mode: Mode, workers: u32, core: u32) -> LanePlan {
    LanePlan {
        mode,
        engine: "native".into(),
        workers,
        cores: vec![core],
        gil: false,
        own_queues: mode == Mode::Process,
        chunk: 1,
    }
}

/// A pool of two beside six processes with six tasks: at 500 ms both workers of the pool wait for I/O.
fn story() -> Model {
    let run = Run {
        version: "0".into(),
        command: Vec::new(),
        machine: Machine { cores: 2, memory_bytes: 1, os: "test".into() },
        cores: CorePolicy::Split,
        workload: Workload { numbers: 6_000_000, tasks: 6, io: 1, ..Workload::default() },
        rounds_per_number: 1,
        lanes: vec![plan(Mode::Pool, 2, 0), plan(Mode::Process, 6, 1)],
        notes: Vec::new(),
    };
    let mut model = Model::new();
    let mut tell = |at: u64, lane: Option<u8>, event: Event| {
        model.apply(&Stamped { at: at * MS, lane: lane.map(LaneId), event }).unwrap();
    };
    tell(0, None, Event::RunStarted(Box::new(run)));
    for (lane, workers) in [(0, 2), (1, 6)] {
        tell(1, Some(lane), Event::LaneStarted {});
        tell(1, Some(lane), Event::TasksSubmitted { first: TaskId(0), count: 6 });
        for n in 0..workers {
            let (worker, task) = (WorkerId(n), TaskId(n));
            tell(2, Some(lane), Event::WorkerSpawned { worker, slot: SlotId(n), pid: 100 + n });
            tell(3, Some(lane), Event::WorkerReady { worker });
            tell(4, Some(lane), Event::TaskTaken { worker, first: task, count: 1 });
            tell(100, Some(lane), Event::TaskLoaded { worker, task, bytes: 8_000_000, cpu_ns: 0 });
            if lane == 0 || n < 3 {
                tell(300, Some(lane), Event::IoStarted { worker });
            }
        }
    }
    tell(500, None, Event::CoresSampled { loads: vec![(0, 0.25), (1, 1.0)] });
    tell(501, None, Event::Drained { taken: vec![None, None] });
    model
}

fn screen(model: &Model, ui: &Ui, theme: &Theme, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| view::draw(frame, model, ui, theme)).unwrap();
    if width == 0 { String::new() } else { terminal.backend().to_string() }
}

#[test]
fn one_sees_who_waits_where() {
    let model = story();
    for theme in [Theme::dark(), Theme::mono()] {
        let text = screen(&model, &Ui::default(), &theme, 120, 40);
        for wanted in [
            "● LIVE  0.50 s",
            "POOL  2 workers, 1 queue",
            "QUEUE 4  first in, first out: 02 is next",
            "[ 02 ]",
            "MEMORY 2 of 6 tasks · 16 MB",
            "00 ○ I/O",
            "2 in I/O: the core idle, 4 wait",
            "╱╱╱",
            "every task got a process at once",
            "MEMORY 6 of 6 tasks · 48 MB",
            "03 ≈",
            "? help · q quit",
        ] {
            assert!(text.contains(wanted), "no `{wanted}` in\n{text}");
        }
    }
}

#[test]
fn the_counts_are_never_dropped() {
    let model = story();
    for (width, height) in [(60, 16), (80, 24), (100, 30), (120, 40), (200, 60), (300, 100)] {
        let text = screen(&model, &Ui::default(), &Theme::mono(), width, height);
        for wanted in [
            "LIVE",
            "POOL",
            "PROCESS",
            "QUEUE 4",
            "QUEUE 0",
            "MEMORY 2 of 6",
            "MEMORY 6 of 6",
            "CORES",
            "cpu",
            "q quit",
        ] {
            assert!(text.contains(wanted), "no `{wanted}` at {width}×{height} in\n{text}");
        }
    }
}

#[test]
fn too_small_is_said() {
    let text = screen(&story(), &Ui::default(), &Theme::dark(), 59, 15);
    assert!(text.contains("mpviz needs 60×16, this is 59×15 · q quit"), "{text}");
}

#[test]
fn no_size_is_too_small_to_be_drawn() {
    let model = story();
    for width in 0..=12 {
        for height in 0..=12 {
            screen(&model, &Ui::default(), &Theme::dark(), width, height);
        }
    }
}

#[test]
fn the_past_is_told_from_the_present() {
    let model = story();
    let ui = Ui { cursor: Cursor::At(50 * MS), ..Ui::default() };
    let text = screen(&model, &ui, &Theme::mono(), 120, 40);
    assert!(text.contains("║ FROZEN  0.05 s") && text.contains("the run goes on: it is at 0.50 s"), "{text}");
    assert!(text.contains("MEMORY 0 of 6 tasks") && text.contains("↓ load"), "{text}");
}

#[test]
fn every_key_is_in_the_help_and_none_does_two_things() {
    let help = screen(&story(), &Ui { help: true, ..Ui::default() }, &Theme::mono(), 120, 40);
    for topic in TOPICS {
        assert!(help.contains(topic.help), "{}", topic.help);
    }
    let codes: Vec<_> = TOPICS.iter().flat_map(|topic| topic.bindings).flat_map(|binding| binding.codes).collect();
    assert!(codes.iter().enumerate().all(|(n, code)| !codes[..n].contains(code)));
}

#[test]
fn lanes_take_no_lane_that_is_not_there() {
    let mut model = story();
    let mut ui = Ui { lane: LaneId(7), ..Ui::default() };
    ui.update(Action::NextWorker(1), &model);
    ui.update(Action::Suspend, &model);
    screen(&model, &ui, &Theme::dark(), 80, 24);
    model
        .apply(&Stamped { at: 600 * MS, lane: Some(LaneId(0)), event: Event::LaneEnded { status: Status::Cancelled } })
        .unwrap();
    screen(&model, &ui, &Theme::dark(), 80, 24);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn no_size_and_no_state_panics(width in 0..300_u16, height in 0..100_u16, at in 0..700_u64, lane in 0..3_u8, slot in proptest::option::of(0..9_u32), help: bool) {
        let ui = Ui { cursor: Cursor::At(at * MS), lane: LaneId(lane), slot: slot.map(SlotId), help, ..Ui::default() };
        screen(&story(), &ui, &Theme::dark(), width, height);
    }
}
