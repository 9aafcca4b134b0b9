//! Cost of frames: CPU time, changed cells and bytes, with two lanes and with many tasks and workers.

mod measure;

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use measure::{median, print_figure, print_ratio_with_maximum};
use mpviz::event::workload::Workload;
use mpviz::event::{
    CorePolicy, Event, Exit, LaneId, LanePlan, LaneStatus, Machine, Mode, Nanos, ProcessSample, Run, SlotId,
    StampedEvent, TaskId, WorkerId,
};
use mpviz::model::Model;
use mpviz::system::clock::thread_cpu_time;
use mpviz::theme::Theme;
use mpviz::ui::{TimeCursor, Ui};
use mpviz::view;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

const NS_PER_MS: Nanos = 1_000_000;
/// Interval of the frames, as on the live screen.
const FRAME_INTERVAL: Nanos = 100 * NS_PER_MS;

/// A run to draw: a pool beside eager processes.
struct FrameCase {
    name: &'static str,
    tasks: u32,
    workers: u32,
    /// I/O operations per task.
    io: u32,
    /// Maximum CPU time of a frame at 120×40 and at 300×100, in ms.
    targets: [f64; 2],
}

const FRAME_CASES: [FrameCase; 2] = [
    FrameCase { name: "16 tasks, 4 workers", tasks: 16, workers: 4, io: 8, targets: [0.5, 2.0] },
    FrameCase { name: "100,000 tasks, 1,000 workers", tasks: 100_000, workers: 1_000, io: 1, targets: [4.0, 4.0] },
];

fn main() {
    for case in &FRAME_CASES {
        let events = events_in_arrival_order(case);
        println!("{}: {} events", case.name, events.len());
        for (size, target) in [(120, 40), (300, 100)].into_iter().zip(case.targets) {
            draw_whole_run(&events, size, target, case.tasks > 1_000);
        }
    }
}

/// Draws a run live, one frame per interval, then at as many moments afterwards.
fn draw_whole_run(events: &[StampedEvent], size: (u16, u16), target: f64, many: bool) {
    let mut screen = MeasuredTerminal::new(size);
    let mut model = Model::new();
    let mut due = FRAME_INTERVAL;
    for event in events {
        if event.at >= due {
            let drained = Event::Drained { taken: vec![None; model.lanes().len()] };
            model.apply(&StampedEvent { at: due, lane: None, event: drained }).expect("a mark");
            screen.draw(&model, &Ui::default());
            due += FRAME_INTERVAL;
        }
        model.apply(event).expect("a valid event");
    }
    screen.print_figures("live", target, many);
    let frames = due / FRAME_INTERVAL;
    for moment in 0..frames {
        screen.draw(&model, &Ui { cursor: TimeCursor::At(model.newest_mark() * moment / frames), ..Ui::default() });
    }
    screen.print_figures("looked at afterwards", target, many);
}

/// A terminal in memory that counts the bytes sent.
struct MeasuredTerminal {
    terminal: Terminal<CrosstermBackend<ByteCounter>>,
    sent: ByteCounter,
    size: (u16, u16),
    /// CPU time of each frame in ms, and number of its bytes.
    times: Vec<f64>,
    bytes: Vec<f64>,
}

#[derive(Clone, Default)]
struct ByteCounter(Rc<RefCell<Vec<u8>>>);

impl Write for ByteCounter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MeasuredTerminal {
    fn new(size: (u16, u16)) -> Self {
        let sent = ByteCounter::default();
        let viewport = Viewport::Fixed(Rect::new(0, 0, size.0, size.1));
        let terminal = Terminal::with_options(CrosstermBackend::new(sent.clone()), TerminalOptions { viewport })
            .expect("a terminal in memory");
        Self { terminal, sent, size, times: Vec::new(), bytes: Vec::new() }
    }

    fn draw(&mut self, model: &Model, ui: &Ui) {
        self.sent.0.borrow_mut().clear();
        // Prints CPU times, which other programs hardly affect.
        let began = thread_cpu_time();
        self.terminal.draw(|frame| view::draw(frame, model, ui, &Theme::dark_theme())).expect("drawn into memory");
        self.times.push((thread_cpu_time() - began) as f64 / 1e6);
        self.bytes.push(self.sent.0.borrow().len() as f64);
    }

    fn print_figures(&mut self, when: &str, target: f64, many: bool) {
        let name = format!("{}×{}, {when}", self.size.0, self.size.1);
        let highest = |figures: &[f64]| figures.iter().copied().fold(0.0, f64::max);
        // The first frame is printed separately, because it fills the whole screen.
        let steady = &mut self.bytes[1..];
        let (most, bytes) = (highest(steady), median(steady));
        let longest = highest(&self.times);
        print_ratio_with_maximum(&format!("{name}: ms a frame"), median(&mut self.times), target);
        print_figure(&format!("{name}: ms at most"), longest, "ms");
        if self.size == (120, 40) && when == "live" {
            let name = format!("{name}: kB a frame");
            // A thousand busy workers change most of the screen.
            if many {
                print_figure(&name, bytes / 1e3, "kB");
            } else {
                print_ratio_with_maximum(&name, bytes / 1e3, 8.0);
            }
            print_figure(&format!("{name} at most"), most / 1e3, "kB");
        }
        (self.times, self.bytes) = (Vec::new(), Vec::new());
    }
}

/// The events of the run in order of arrival.
fn events_in_arrival_order(case: &FrameCase) -> Vec<StampedEvent> {
    let run = run_description(case);
    let mut events: Vec<StampedEvent> =
        (0..).zip(&run.lanes).flat_map(|(n, plan)| add_lane_events(LaneId(n), plan, case)).collect();
    // The sort is stable, so that events of one worker in the same ns keep their order.
    events.sort_by_key(|event| event.at);
    events.insert(0, StampedEvent { at: 0, lane: None, event: Event::RunStarted(Box::new(run)) });
    events
}

fn run_description(case: &FrameCase) -> Run {
    let plan = |(mode, workers, first): (Mode, u32, u32)| LanePlan {
        mode,
        engine: "native".into(),
        workers,
        cores: (first..first + 4).collect(),
        gil: false,
        unreported_gil: false,
        own_queues: mode == Mode::Process,
        chunk: 1,
        pool: None,
    };
    let eager = case.tasks.min(case.workers.max(16));
    Run {
        version: "bench".into(),
        command: Vec::new(),
        machine: Machine { cores: 8, memory_bytes: 1 << 34, os: "Linux".into() },
        cores: CorePolicy::Split,
        workload: Some(Workload { tasks: case.tasks, io: case.io, ..Workload::default() }),
        rounds_per_number: 1,
        program: None,
        lanes: [
            (Mode::Pool, case.workers, 0),
            (if eager == case.tasks { Mode::Process } else { Mode::Threads }, eager, 4),
        ]
        .map(plan)
        .into(),
        notes: Vec::new(),
        repeat: None,
        began_ms: None,
        graph: None,
    }
}

/// A lane whose workers take the tasks in turn; it lasts about 8 s whatever the number of tasks.
fn add_lane_events(id: LaneId, plan: &LanePlan, case: &FrameCase) -> Vec<StampedEvent> {
    let mut events = Vec::new();
    let mut emit = |at, event| events.push(StampedEvent { at, lane: Some(id), event });
    emit(1, Event::LaneStarted {});
    emit(1, Event::TasksSubmitted { first: TaskId(0), count: case.tasks, call: None });
    let length = 8_000 * NS_PER_MS / u64::from(case.tasks.div_ceil(plan.workers));
    let mut last = 0;
    for number in 0..plan.workers {
        let (worker, began) = (WorkerId(number), 1_000 * u64::from(number) + 2);
        emit(began, Event::WorkerSpawned { worker, slot: SlotId(number), pid: 1000 + number });
        emit(began + 100, Event::WorkerReady { worker });
        let mut at = began + 200;
        for task in (number..case.tasks).step_by(plan.workers as usize) {
            // Adds the events of a task; tasks differ in length.
            let length = length / 100 * (90 + u64::from(task * 7 % 20));
            emit_task(&mut emit, at, length, worker, TaskId(task), case.io);
            at += length + 1000;
        }
        for sample in 1..=(at - began) / (200 * NS_PER_MS) {
            let sampled = ProcessSample {
                cpu_ns: sample * 60 * NS_PER_MS,
                run_delay_ns: sample * 40 * NS_PER_MS,
                private_bytes: Some(50_000_000),
                core: plan.cores[number as usize % plan.cores.len()],
                timeslices: None,
            };
            emit(began + sample * 200 * NS_PER_MS, Event::WorkerSampled { worker, sample: sampled });
        }
        emit(at, Event::WorkerExited { worker, exit: Exit::Code(0), usage: None });
        last = last.max(at);
    }
    emit(last + NS_PER_MS, Event::LaneEnded { status: LaneStatus::Finished });
    events.sort_by_key(|event| event.at);
    events
}

fn emit_task(emit: &mut impl FnMut(Nanos, Event), at: Nanos, length: Nanos, worker: WorkerId, task: TaskId, io: u32) {
    emit(at, Event::TaskTaken { worker, first: task, count: 1, receive_ns: 0 });
    emit(at + length / 50, Event::TaskLoaded { worker, task, bytes: 50_000_000, cpu_ns: 0 });
    let (stretch, begin) = (length / 50 * 48 / u64::from(io + 1), at + length / 50);
    for operation in 1..=io {
        let at = begin + stretch * u64::from(operation);
        let ppm = operation * 1_000_000 / (io + 1);
        emit(at - stretch / 2, Event::TaskProgressed { worker, task, ppm, cpu_ns: 0 });
        emit(at - stretch / 2, Event::IoStarted { worker });
        emit(at, Event::IoFinished { worker });
    }
    emit(at + length - 2, Event::TaskFinished { worker, task, sum: Some(0), cpu_ns: length / 4, result_bytes: 0 });
    emit(at + length - 1, Event::TaskReleased { worker, task });
}
