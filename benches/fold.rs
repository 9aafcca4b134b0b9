//! Speed of applying events, and of drawing frames, with 100,000 tasks in each of four lanes.

mod measure;

use measure::{median, print_figure, print_ratio_with_maximum, print_ratio_with_minimum};
use mpviz::event::workload::Workload;
use mpviz::event::{
    CorePolicy, Event, Exit, LaneId, LanePlan, LaneStatus, Machine, Mode, Nanos, Run, SlotId, StampedEvent, TaskId,
    WorkerId,
};
use mpviz::model::Model;
use mpviz::system::clock::thread_cpu_time;
use mpviz::theme::Theme;
use mpviz::ui::{TimeCursor, Ui};
use mpviz::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

const TASKS: u32 = 100_000;
const WORKERS: u32 = 4;
/// Number of moments at which the screen is drawn, during and after the run.
const DRAWN_MOMENTS: usize = 50;
const SCREEN_SIZES: [(u16, u16); 2] = [(120, 40), (300, 100)];
/// Duration of a task in ns. With starts 5 µs apart, 200 processes run at once.
const TASK_TIME: Nanos = 1_000_000;
const START_INTERVAL: Nanos = 5_000;
const DRAINED_INTERVAL: Nanos = 4_000_000;

fn main() {
    let events = events_in_arrival_order();
    println!("{} events of {TASKS} tasks in each of {} lanes", events.len(), Mode::ALL_VARIANTS.len());
    let mut screens = SCREEN_SIZES.map(MeasuredScreen::new);
    let mut model = Model::new();
    let mut folding = 0.0;
    for slice in events.chunks(events.len().div_ceil(DRAWN_MOMENTS)) {
        let began = thread_cpu_time();
        for event in slice {
            model.apply(event).expect("a valid event");
        }
        folding += (thread_cpu_time() - began) as f64 / 1e9;
        for screen in &mut screens {
            screen.draw(&model, TimeCursor::Live);
        }
    }
    print_ratio_with_minimum("million events applied per CPU second", events.len() as f64 / folding / 1e6, 1.0);
    for screen in &mut screens {
        screen.print_figures("while it runs");
    }

    let end = model.newest_mark();
    for moment in 0..DRAWN_MOMENTS as u64 {
        let cursor = TimeCursor::At(end * moment / DRAWN_MOMENTS as u64);
        for screen in &mut screens {
            screen.draw(&model, cursor);
        }
    }
    for screen in &mut screens {
        screen.print_figures("looked at afterwards");
    }

    let began = thread_cpu_time();
    model.summary().expect("a summary of a run that has ended");
    print_figure("summary at the end", (thread_cpu_time() - began) as f64 / 1e6, "ms");
}

/// A screen with the CPU times of its frames, in ms.
struct MeasuredScreen {
    terminal: Terminal<TestBackend>,
    frames: Vec<f64>,
}

impl MeasuredScreen {
    fn new((width, height): (u16, u16)) -> Self {
        let terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal in memory");
        Self { terminal, frames: Vec::new() }
    }

    fn draw(&mut self, model: &Model, cursor: TimeCursor) {
        let ui = Ui { cursor, ..Ui::default() };
        // Prints CPU times, which other programs hardly affect.
        let began = thread_cpu_time();
        self.terminal.draw(|frame| view::draw(frame, model, &ui, &Theme::dark_theme())).expect("drawn into memory");
        self.frames.push((thread_cpu_time() - began) as f64 / 1e6);
    }

    fn print_figures(&mut self, when: &str) {
        let size = self.terminal.size().expect("the size of a terminal in memory");
        let highest = self.frames.iter().copied().fold(0.0, f64::max);
        let name = format!("frame of {}×{}, {when}", size.width, size.height);
        print_figure(&name, median(&mut self.frames), "ms (median)");
        print_ratio_with_maximum(&format!("{name}, ms at most"), highest, 16.0);
        self.frames.clear();
    }
}

/// The events of a run of four lanes in order of arrival.
fn events_in_arrival_order() -> Vec<StampedEvent> {
    let mut events: Vec<StampedEvent> =
        Mode::ALL_VARIANTS.iter().enumerate().flat_map(|(n, mode)| add_lane_events(LaneId(n as u16), *mode)).collect();
    let end = events.iter().map(|event| event.at).max().unwrap_or(0);
    let taken = vec![None; Mode::ALL_VARIANTS.len()];
    events.extend((1..=end / DRAINED_INTERVAL + 1).map(|n| StampedEvent {
        at: n * DRAINED_INTERVAL,
        lane: None,
        event: Event::Drained { taken: taken.clone() },
    }));
    // The sort is stable, so that events of one worker in the same ns keep their order.
    events.sort_by_key(|event| event.at);
    events.insert(0, StampedEvent { at: 0, lane: None, event: Event::RunStarted(Box::new(run_description())) });
    events
}

fn run_description() -> Run {
    let plan = |mode| LanePlan {
        mode,
        engine: "native".into(),
        workers: add_workers_of_lanes(mode),
        cores: vec![0, 1],
        gil: mode == Mode::Threads,
        unreported_gil: false,
        own_queues: mode == Mode::Process,
        chunk: 1,
        pool: None,
    };
    Run {
        version: "bench".into(),
        command: Vec::new(),
        machine: Machine { cores: 2, memory_bytes: 1 << 34, os: "Linux".into() },
        cores: CorePolicy::Shared,
        workload: Some(Workload { numbers: u64::from(TASKS) * 1000, tasks: TASKS, ..Workload::default() }),
        rounds_per_number: 1,
        program: None,
        lanes: Mode::ALL_VARIANTS.map(plan).into(),
        notes: Vec::new(),
        repeat: None,
        began_ms: None,
        graph: None,
    }
}

fn add_workers_of_lanes(mode: Mode) -> u32 {
    match mode {
        Mode::Serial => 1,
        Mode::Threads | Mode::Pool => WORKERS,
        Mode::Process => TASKS,
    }
}

fn add_lane_events(id: LaneId, mode: Mode) -> Vec<StampedEvent> {
    let workers = add_workers_of_lanes(mode);
    let mut events = Vec::new();
    let mut emit = |at, event| events.push(StampedEvent { at, lane: Some(id), event });
    emit(1, Event::LaneStarted {});
    emit(1, Event::TasksSubmitted { first: TaskId(0), count: TASKS, call: None });
    let mut last = 0;
    for number in 0..workers {
        let (worker, mut at) = (WorkerId(number), 2 + START_INTERVAL * u64::from(number));
        emit(at, Event::WorkerSpawned { worker, slot: SlotId(number), pid: 1000 + number });
        emit(at + 100, Event::WorkerReady { worker });
        for task in (number..TASKS).step_by(workers as usize) {
            emit_task(&mut emit, at + 100, worker, TaskId(task));
            at += TASK_TIME;
        }
        emit(at + 200, Event::WorkerExited { worker, exit: Exit::Code(0), usage: None });
        last = at + 300;
    }
    emit(last + TASK_TIME, Event::LaneEnded { status: LaneStatus::Finished });
    events
}

fn emit_task(emit: &mut impl FnMut(Nanos, Event), at: Nanos, worker: WorkerId, task: TaskId) {
    emit(at, Event::TaskTaken { worker, first: task, count: 1, receive_ns: 0 });
    emit(at + TASK_TIME / 10, Event::TaskLoaded { worker, task, bytes: 8000, cpu_ns: TASK_TIME / 10 });
    emit(at + TASK_TIME / 2, Event::TaskProgressed { worker, task, ppm: 500_000, cpu_ns: TASK_TIME / 4 });
    emit(
        at + TASK_TIME - 2,
        Event::TaskFinished { worker, task, sum: Some(0), cpu_ns: TASK_TIME / 4, result_bytes: 0 },
    );
    emit(at + TASK_TIME - 1, Event::TaskReleased { worker, task });
}
