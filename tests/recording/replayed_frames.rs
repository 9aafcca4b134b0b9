//! Compares the frames of replays with the frames of the live runs.

use std::io;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use crossbeam_channel::{Receiver, never};
use mpviz::app::{self, Display, InputChannel, Series, SeriesOptions};
use mpviz::cli::Cli;
use mpviz::engine::RunSpec;
use mpviz::event::{Event, Nanos, StampedEvent};
use mpviz::model::Model;
use mpviz::recording::reader;
use mpviz::report::Report;
use mpviz::theme::Theme;
use mpviz::ui::{MouseTarget, Ui};
use mpviz::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

/// Width and height of a frame, in terminal cells.
const FRAME_SIZE: (u16, u16) = (120, 40);

/// Command-line options of the tested runs. They cover every mode, every value of `--cores`, I/O and repeats.
const RUN_OPTIONS: [&str; 4] = [
    "--numbers 4M --io 3 --io-latency 30ms",
    "--lanes serial,threads,pool,process --numbers 2M --cores shared",
    "--numbers 2M --cores turns --io 1 --io-latency 20ms",
    "--lanes pool --numbers 20k --tasks 5k --cost 0ns --repeat 3",
];

/// A frame that was drawn during a live run. `mark` is the time in the run, in ns, that the frame shows.
struct LiveFrame {
    run_index: usize,
    mark: Nanos,
    ui: Ui,
    buffer: Buffer,
}

/// A display that draws into memory and keeps every frame.
struct LiveFrameLog {
    frames: Vec<LiveFrame>,
    never_ready: Receiver<Vec<u8>>,
    run_index: usize,
    newest_mark: Nanos,
}

fn draw(model: &Model, ui: &Ui) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(FRAME_SIZE.0, FRAME_SIZE.1)).unwrap();
    terminal.draw(|frame| view::draw(frame, model, ui, &Theme::dark_theme())).unwrap().buffer.clone()
}

impl Display for LiveFrameLog {
    fn is_ready(&mut self) -> bool {
        true
    }

    fn unused_frame_buffers(&self) -> &Receiver<Vec<u8>> {
        &self.never_ready
    }

    fn show_frame(&mut self, model: &Model, ui: &Ui) -> io::Result<()> {
        // Each run starts at time 0, so the next run has started if the time in the run has decreased.
        self.run_index += usize::from(model.newest_mark() < self.newest_mark);
        self.newest_mark = model.newest_mark();
        let frame =
            LiveFrame { run_index: self.run_index, mark: model.newest_mark(), ui: ui.clone(), buffer: draw(model, ui) };
        self.frames.push(frame);
        Ok(())
    }

    fn mouse_target(&self, _: &Model, _: &Ui, _: u16, _: u16) -> Option<MouseTarget> {
        None
    }

    fn min_frame_interval(&self) -> Duration {
        Duration::from_millis(5)
    }

    fn stays_after_run(&self) -> bool {
        false
    }
}

/// Reads a recording and returns the events of each run.
fn events_by_run(path: &Path) -> Vec<Vec<StampedEvent>> {
    let mut events = reader::open(path).unwrap();
    let mut runs: Vec<Vec<StampedEvent>> = Vec::new();
    for stamped in events.by_ref() {
        if matches!(stamped.event, Event::RunStarted(_)) {
            runs.push(Vec::new());
        }
        runs.last_mut().expect("a run begins first").push(stamped);
    }
    assert_eq!(events.incomplete_note(), None, "the recording is complete");
    runs
}

/// Builds the model of a run from its events up to the `Event::Drained` at the time `mark`, in ns.
fn model_at_mark(events: &[StampedEvent], mark: Nanos) -> Model {
    let mut model = Model::new();
    let reached = |stamped: &StampedEvent| matches!(stamped.event, Event::Drained { .. }) && stamped.at == mark;
    let end = events.iter().rposition(reached).expect("every frame is of a mark");
    events[..=end].iter().for_each(|stamped| model.apply(stamped).unwrap());
    model
}

/// Records a run with these command-line options, and checks that a replay draws the same frames as the live run.
fn check_replayed_frames(options: &str) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.jsonl.zst");
    let cli = Cli::parse_from(["mpviz"].into_iter().chain(options.split(' ')));
    let settings =
        SeriesOptions { repeat: cli.run.repeat, record: Some(path.clone()), force: true, ..SeriesOptions::default() };
    let spec = RunSpec { worker_program: env!("CARGO_BIN_EXE_mpviz").into(), ..cli.run.to_run_spec().unwrap() };
    let series = Series::new(spec, settings, || {}).unwrap();
    let mut log = LiveFrameLog { frames: Vec::new(), never_ready: never(), run_index: 0, newest_mark: 0 };
    let outcome = app::run(series, Ui::default(), &InputChannel::for_signals().unwrap(), &mut log).unwrap();
    assert_eq!(outcome.warnings, Vec::<String>::new());

    let runs = events_by_run(&path);
    let report = Report::for_each_run(&reader::load(&path).unwrap().runs).pop().unwrap();
    assert_eq!(outcome.report.as_deref(), Some(&*report), "{options}: the result");
    let drawn_frames = log.frames.iter().filter(|frame| frame.mark > 0);
    let mut compared = 0;
    for LiveFrame { run_index, mark, ui, buffer } in drawn_frames {
        let ui = Ui { report: ui.report.as_ref().map(|_| Arc::clone(&report)), ..ui.clone() };
        let redrawn = draw(&model_at_mark(&runs[*run_index], *mark), &ui);
        assert!(redrawn == *buffer, "{options}: run {run_index} at {mark} ns:\n{}", differing_rows(buffer, &redrawn));
        compared += 1;
    }
    assert!(compared >= 3, "{options}: {compared} frames");
    println!("{options}: {compared} frames of {} runs, equal to the live ones", runs.len());
}

fn differing_rows(live: &Buffer, replayed: &Buffer) -> String {
    let row_text =
        |buffer: &Buffer, y| (0..FRAME_SIZE.0).map(|x| buffer[(x, y)].symbol().to_owned()).collect::<String>();
    let differ = (0..FRAME_SIZE.1).filter(|y| (0..FRAME_SIZE.0).any(|x| live[(x, *y)] != replayed[(x, *y)]));
    let rows: Vec<_> =
        differ.map(|y| format!("row {y}\n live {}\n replay {}", row_text(live, y), row_text(replayed, y))).collect();
    rows.join("\n")
}

/// Environment variable that is set in the process that only runs this test.
const OWN_PROCESS: &str = "MPVIZ_TEST_OWN_PROCESS";

#[test]
fn replayed_frames_equal_live_frames() {
    // A run reaps all children of its process, so it must not share one with tests that wait for theirs.
    if std::env::var_os(OWN_PROCESS).is_none() {
        let mut test = Command::new(std::env::current_exe().unwrap());
        test.args(["--exact", "replayed_frames::replayed_frames_equal_live_frames"]).env(OWN_PROCESS, "1");
        let output = test.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "{text}");
        return;
    }
    for options in RUN_OPTIONS {
        check_replayed_frames(options);
    }
}
