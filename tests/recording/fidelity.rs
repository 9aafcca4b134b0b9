//! Frames of a replay beside the frames of the live run, on real runs.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use crossbeam_channel::{Receiver, never};
use mpviz::app::{self, Display, Inputs, Series, SeriesOptions};
use mpviz::cli::Cli;
use mpviz::engine::RunSpec;
use mpviz::event::{Event, Nanos, StampedEvent};
use mpviz::model::Model;
use mpviz::recording::reader;
use mpviz::report::Report;
use mpviz::theme::Theme;
use mpviz::ui::{Target, Ui};
use mpviz::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

const SIZE: (u16, u16) = (120, 40);

/// Runs of every kind.
const RUNS: [&str; 4] = [
    "--numbers 4M --io 3 --io-latency 30ms",
    "--lanes serial,threads,pool,process --numbers 2M --cores shared",
    "--numbers 2M --cores turns --io 1 --io-latency 20ms",
    "--lanes pool --numbers 20k --tasks 5k --cost 0ns --repeat 3",
];

/// A frame with its run and mark.
struct Frame {
    run: usize,
    mark: Nanos,
    ui: Ui,
    picture: Buffer,
}

/// A display in memory that keeps every frame.
struct FrameLog {
    frames: Vec<Frame>,
    never: Receiver<Vec<u8>>,
    run: usize,
    newest: Nanos,
}

fn draw(model: &Model, ui: &Ui) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).unwrap();
    terminal.draw(|frame| view::draw(frame, model, ui, &Theme::dark())).unwrap().buffer.clone()
}

impl Display for FrameLog {
    fn is_ready(&mut self) -> bool {
        true
    }

    fn ready(&self) -> &Receiver<Vec<u8>> {
        &self.never
    }

    fn show(&mut self, model: &Model, ui: &Ui) -> io::Result<()> {
        // A lower mark means that the next run has started.
        self.run += usize::from(model.mark() < self.newest);
        self.newest = model.mark();
        let frame = Frame { run: self.run, mark: model.mark(), ui: ui.clone(), picture: draw(model, ui) };
        self.frames.push(frame);
        Ok(())
    }

    fn target(&self, _: &Model, _: &Ui, _: u16, _: u16) -> Option<Target> {
        None
    }

    fn interval(&self) -> Duration {
        Duration::from_millis(5)
    }

    fn stays_after_run(&self) -> bool {
        false
    }
}

/// The events of each run.
fn runs(path: &Path) -> Vec<Vec<StampedEvent>> {
    let mut events = reader::open(path).unwrap();
    let mut runs: Vec<Vec<StampedEvent>> = Vec::new();
    for stamped in events.by_ref() {
        if matches!(stamped.event, Event::RunStarted(_)) {
            runs.push(Vec::new());
        }
        runs.last_mut().expect("a run begins first").push(stamped);
    }
    assert_eq!(events.note(), None, "the recording is complete");
    runs
}

/// The model of a run as of a mark.
fn replayed(events: &[StampedEvent], mark: Nanos) -> Model {
    let mut model = Model::new();
    let reached = |stamped: &StampedEvent| matches!(stamped.event, Event::Drained { .. }) && stamped.at == mark;
    let end = events.iter().rposition(reached).expect("every frame is of a mark");
    events[..=end].iter().for_each(|stamped| model.apply(stamped).unwrap());
    model
}

fn check(options: &str) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.jsonl.zst");
    let cli = Cli::parse_from(["mpviz"].into_iter().chain(options.split(' ')));
    let settings =
        SeriesOptions { repeat: cli.run.repeat, record: Some(path.clone()), force: true, ..SeriesOptions::default() };
    let spec = RunSpec { worker_program: env!("CARGO_BIN_EXE_mpviz").into(), ..cli.run.spec().unwrap() };
    let series = Series::new(spec, settings).unwrap();
    let mut log = FrameLog { frames: Vec::new(), never: never(), run: 0, newest: 0 };
    let outcome = app::run(series, &Inputs::for_signals().unwrap(), &mut log).unwrap();
    assert_eq!(outcome.warnings, Vec::<String>::new());

    let runs = runs(&path);
    let report = Report::for_each_run(&reader::load(&path).unwrap().runs).pop().unwrap();
    assert_eq!(outcome.report.as_deref(), Some(&*report), "{options}: the result");
    let drawn = log.frames.iter().filter(|frame| frame.mark > 0);
    let mut compared = 0;
    for Frame { run, mark, ui, picture } in drawn {
        let ui = Ui { report: ui.report.as_ref().map(|_| Arc::clone(&report)), ..ui.clone() };
        let redrawn = draw(&replayed(&runs[*run], *mark), &ui);
        assert!(redrawn == *picture, "{options}: run {run} at {mark} ns:\n{}", differences(picture, &redrawn));
        compared += 1;
    }
    assert!(compared >= 3, "{options}: {compared} frames");
    println!("{options}: {compared} frames of {} runs, equal to the live ones", runs.len());
}

fn differences(live: &Buffer, replayed: &Buffer) -> String {
    let line = |buffer: &Buffer, y| (0..SIZE.0).map(|x| buffer[(x, y)].symbol().to_owned()).collect::<String>();
    let differ = (0..SIZE.1).filter(|y| (0..SIZE.0).any(|x| live[(x, *y)] != replayed[(x, *y)]));
    let rows: Vec<_> =
        differ.map(|y| format!("row {y}\n live {}\n replay {}", line(live, y), line(replayed, y))).collect();
    rows.join("\n")
}

#[test]
fn replayed_frames_equal_live_frames() {
    for options in RUNS {
        check(options);
    }
}
