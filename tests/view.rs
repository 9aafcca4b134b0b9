//! What holds on every screen, whatever its size and whatever is shown.

#[path = "frames/draw.rs"]
mod draw;
#[path = "frames/story.rs"]
mod story;

use std::collections::HashSet;
use std::time::Instant;

use draw::{draw, finished, text};
use mpviz::event::{CorePolicy, Event, LaneId, Mode, SlotId, Stamped, Status, TaskId, WorkerId};
use mpviz::keys::BINDINGS;
use mpviz::model::Model;
use mpviz::theme::Theme;
use mpviz::ui::{Action, Cursor, Ui};
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};
use story::{MS, Script, Story};

fn io() -> Script {
    Script { io: 8, ..Script::default() }
}

/// Models with what a screen may have to show: nothing, a beginning, four lanes, a death, crowds, an end.
fn models() -> Vec<(Model, Ui)> {
    let four = Story::of(&Script { modes: Mode::ALL.to_vec(), cores: 2, kill: Some((700, 2, 1)), ..io() });
    let crowd = Story::of(&Script { tasks: 3000, workers: 500, io: 1, cores: 40, ..Script::default() });
    let turns = Story::of(&Script { policy: CorePolicy::Turns, tasks: 1, workers: 1, ..Script::default() });
    let live = Ui::default;
    let ended = four.told();
    let card = finished(&ended);
    let frozen = Ui { cursor: Cursor::At(500 * MS), slot: Some(SlotId(1)), ..live() };
    let zoomed = Ui { zoom: true, help: true, lane: LaneId(3), ..live() };
    vec![
        (Model::new(), live()),
        (four.at(2), live()),
        (four.at(900), frozen),
        (four.at(900), zoomed),
        (ended, card),
        (crowd.at(400), live()),
        (turns.at(100), Ui { lane: LaneId(200), slot: Some(SlotId(4_000_000)), ..live() }),
    ]
}

#[test]
fn no_size_is_too_small_or_too_large() {
    let small = (0..12).flat_map(|width| (0..12).map(move |height| (width, height)));
    // Numbers that look drawn by lot, and are the same every time.
    let mut lot = 1_u32;
    let mut drawn = move |most: u32| {
        lot = lot.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (lot >> 8) % (most + 1)
    };
    let random: Vec<_> = (0..60).map(|_| (drawn(300) as u16, drawn(100) as u16)).collect();
    let edges = [(60, 16), (59, 16), (60, 15), (61, 21), (79, 22), (80, 30), (300, 16), (60, 100), (300, 100)];
    let models = models();
    for size in small.chain(random).chain(edges) {
        for (model, ui) in &models {
            draw(model, ui, &Theme::dark(), size);
        }
    }
}

#[test]
fn what_must_never_be_dropped_is_there_at_every_size() {
    let story = Story::of(&io());
    let model = story.at(1600);
    for (width, height) in [(60, 16), (60, 40), (80, 24), (100, 30), (120, 40), (200, 60), (300, 100), (300, 16)] {
        let frame = text(&draw(&model, &Ui::default(), &Theme::mono(), (width, height)));
        for part in
            ["mpviz", "● LIVE  1.60 s", "POOL", "PROCESS", "QUEUE", "MEMORY", "CORES", "┏", "┛", "cpu", "q quit"]
        {
            assert!(frame.contains(part), "{part} is missing at {width}×{height}:\n{frame}");
        }
    }
}

/// The text of a lane's column.
fn column(buffer: &Buffer, from: u16, to: u16) -> String {
    (0..buffer.area.height).map(|y| (from..to).map(|x| buffer[(x, y)].symbol()).collect::<String>() + "\n").collect()
}

#[test]
fn tiles_are_as_many_as_the_counts() {
    let story = Story::of(&io());
    for ms in [300, 900, 1600, 2500, 3300, 5000] {
        let model = story.at(ms);
        let frame = draw(&model, &Ui::default(), &Theme::mono(), (120, 40));
        let (pool, counts) = (column(&frame, 0, 59), model.lanes()[0].counts(ms * MS));
        assert_eq!(pool.matches("[ task").count(), counts.queued as usize, "queued at {ms} ms:\n{pool}");
        assert!(pool.contains(&format!("{} of 16 tasks", counts.resident)), "resident at {ms} ms:\n{pool}");
        assert_eq!(pool.matches("○ I/O").count(), counts.in_io as usize, "in I/O at {ms} ms:\n{pool}");
        assert!(pool.contains(&format!("{} of 16 done", counts.finished)), "done at {ms} ms:\n{pool}");
    }
}

#[test]
fn a_missing_sample_is_no_zero() {
    let model = Story::of(&Script::default()).at(100);
    let frame = text(&draw(&model, &Ui::default(), &Theme::mono(), (120, 40)));
    assert!(frame.contains("private –"), "{frame}");
    assert!(!frame.contains("0 %"), "{frame}");
}

/// The style and the symbol of the first cell that shows a text.
fn find(buffer: &Buffer, wanted: &str) -> Option<(u16, u16)> {
    let symbols: Vec<_> = wanted.chars().map(String::from).collect();
    let fits = |x: u16, y: u16| {
        (x..).zip(&symbols).all(|(x, symbol)| x < buffer.area.width && buffer[(x, y)].symbol() == symbol)
    };
    (0..buffer.area.height).flat_map(|y| (0..buffer.area.width).map(move |x| (x, y))).find(|(x, y)| fits(*x, *y))
}

#[test]
fn idle_beside_a_queue_is_hazard_tape_and_idle_alone_is_not() {
    let model = Story::of(&io()).at(1600);
    let frame = draw(&model, &Ui::default(), &Theme::dark(), (120, 40));
    let hazard = Theme::dark().hazard.bg.expect("a ground");
    let taped = |from: u16, to: u16| {
        let cells = (0..frame.area.height).flat_map(|y| (from..to).map(move |x| (x, y)));
        cells.filter(|at| frame[*at].bg == hazard && frame[*at].symbol() == "╱").count()
    };
    assert!(taped(0, 59) > 20, "the pool's cores idle while tasks wait");
    // Its legend is left of the middle; eager processes leave no queue.
    assert!(taped(61, 120) <= 4, "no task of the other lane waits");
}

#[test]
fn the_future_is_faint_and_the_header_says_that_the_picture_stands_still() {
    let model = Story::of(&io()).at(2200);
    let ui = Ui { cursor: Cursor::At(1100 * MS), ..Ui::default() };
    let theme = Theme::dark();
    let frame = draw(&model, &ui, &theme, (120, 40));
    assert_eq!(Some(frame[(0, 0)].bg), theme.frozen.bg);
    assert_eq!(Some(frame[(119, 0)].bg), theme.frozen.bg);
    let (x, y) = find(&frame, "│").expect("a cursor line");
    assert_eq!(Some(frame[(x + 2, y)].fg), theme.faint.fg, "what lies behind the cursor");
    let modes = [Mode::Pool, Mode::Process].map(|mode| theme.lane(mode).run.bg);
    for x in x + 1..58 {
        assert!(!modes.contains(&Some(frame[(x, y)].fg)), "a bright cell behind the cursor");
    }
}

#[test]
fn without_colours_no_colour_is_used() {
    for (model, ui) in models() {
        let frame = draw(&model, &ui, &Theme::mono(), (120, 40));
        let coloured = frame.content.iter().find(|cell| cell.fg != Color::Reset || cell.bg != Color::Reset);
        assert_eq!(coloured, None);
    }
}

#[test]
fn the_title_is_a_progress_bar() {
    let model = Story::of(&Script::default()).at(1200);
    let theme = Theme::dark();
    let frame = draw(&model, &Ui::default(), &theme, (120, 40));
    let done = (1..59).filter(|x| Some(frame[(*x, 1)].bg) == theme.lane(Mode::Pool).run.bg).count();
    let finished = model.lanes()[0].counts(1200 * MS).finished as usize;
    assert_eq!(done, 58 * finished / 16);
}

#[test]
fn the_selected_worker_is_marked_without_colours_too() {
    let model = Story::of(&io()).at(1600);
    let ui = Ui { slot: Some(SlotId(2)), ..Ui::default() };
    for theme in [Theme::dark(), Theme::mono()] {
        let frame = draw(&model, &ui, &theme, (120, 40));
        let at = find(&frame, "02 ►").expect("the seat");
        assert!(frame[at].modifier.contains(Modifier::REVERSED | Modifier::UNDERLINED));
    }
}

#[test]
fn a_lane_alone_has_the_full_width() {
    let model = Story::of(&io()).at(1600);
    let mut ui = Ui::default();
    ui.update(Action::NextLane(1), &model);
    ui.update(Action::Zoom, &model);
    let frame = text(&draw(&model, &ui, &Theme::mono(), (120, 40)));
    assert!(frame.contains("PROCESS") && !frame.contains("POOL") && frame.contains("lane 2 of 2"), "{frame}");
    ui.update(Action::Back, &model);
    assert!(text(&draw(&model, &ui, &Theme::mono(), (120, 40))).contains("POOL"));
}

#[test]
fn every_key_has_one_meaning() {
    let mut seen = HashSet::new();
    for (code, _) in BINDINGS.iter().flat_map(|row| row.keys) {
        assert!(seen.insert(*code), "{code:?} is bound twice");
    }
}

/// Four lanes of 100,000 tasks, half of them done.
fn crowd() -> Model {
    let script = Script { modes: Mode::ALL.to_vec(), tasks: 100_000, workers: 100, ..Script::default() };
    let mut model = Model::new();
    for fact in crowd_facts(&script) {
        model.apply(&fact).expect("a story keeps the laws");
    }
    model
}

fn crowd_facts(script: &Script) -> Vec<Stamped> {
    let mut facts = vec![Story::opening(script)];
    for lane in 0..4 {
        let mut tell = |at: u64, event| facts.push(Stamped { at, lane: Some(LaneId(lane)), event });
        let workers = if lane == 3 { script.tasks } else { 100 };
        tell(MS, Event::LaneStarted {});
        tell(MS, Event::TasksSubmitted { first: TaskId(0), count: script.tasks });
        let one = if lane == 0 { 1 } else { workers };
        for worker in 0..one {
            tell(MS, Event::WorkerSpawned { worker: WorkerId(worker), slot: SlotId(worker), pid: 1000 + worker });
            tell(2 * MS, Event::WorkerReady { worker: WorkerId(worker) });
        }
        for task in 0..script.tasks / 2 {
            let (worker, at, task) = (WorkerId(task % one), 2 * MS + u64::from(task) * 20_000, TaskId(task));
            tell(at, Event::TaskTaken { worker, first: task, count: 1 });
            tell(at + 5_000, Event::TaskLoaded { worker, task, bytes: 8_000, cpu_ns: 0 });
            tell(at + 15_000, Event::TaskFinished { worker, task, sum: 0, cpu_ns: 0 });
            tell(at + 16_000, Event::TaskReleased { worker, task });
        }
    }
    facts.push(Stamped { at: 1_100 * MS, lane: None, event: Event::Drained { taken: vec![None; 4] } });
    facts
}

#[test]
fn a_hundred_thousand_tasks_are_drawn_at_once() {
    let model = crowd();
    let started = Instant::now();
    let frame = text(&draw(&model, &Ui::default(), &Theme::dark(), (200, 60)));
    let took = started.elapsed();
    assert!(frame.contains("50,000 of 100,000 done"), "{frame}");
    eprintln!("a frame of 4 × 100,000 tasks took {took:?}");
    // A frame that looked at every task of every cell would take minutes; a slow machine may take a while.
    assert!(took.as_millis() < 1_000, "{took:?}");
    assert!(model.lanes().iter().all(|lane| lane.ended().is_none_or(|(_, status)| status == Status::Finished)));
}
