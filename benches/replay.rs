//! Cost of recording, and speed of opening and drawing a recording of a million tasks.

mod measure;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use measure::{
    figure_of_first_lane, medians, print_figure, print_ratio_with_maximum, print_ratio_with_minimum, run_json,
};
use mpviz::event::LaneId;
use mpviz::recording::reader;
use mpviz::theme::Theme;
use mpviz::ui::{Playback, TimeCursor, Ui};
use mpviz::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

const MILLION_TASK_OPTIONS: &str = "--lanes pool --tasks 1M --numbers 1M --cost 0ns";
/// Number of empty tasks of a run.
const TASKS: f64 = 200_000.0;
const EMPTY_TASK_OPTIONS: &str = "--lanes pool --tasks 200k --numbers 200k --cost 0ns";
const REPEATS: usize = 5;
/// Number of times at which the screen is drawn.
const DRAW_COUNT: u64 = 200;

fn main() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = |name: &str| dir.path().join(name).display().to_string();
    let (plain, packed) = (path("million.jsonl"), path("million.jsonl.zst"));
    run_json(&format!("{MILLION_TASK_OPTIONS} --record {plain}"));
    compress_like_recorder(Path::new(&plain), Path::new(&packed));
    println!("a recording of a million tasks:");
    for (name, path) in [("plain", &plain), ("zstd", &packed)] {
        open_recording(name, Path::new(path));
    }
    draw_at_times_all_over(Path::new(&plain));
    println!("recording, runs in turns:");
    let seconds = |options: String| figure_of_first_lane(&run_json(&options), "/makespan_s");
    let mut not = || seconds(EMPTY_TASK_OPTIONS.into());
    let mut to_plain = || seconds(format!("{EMPTY_TASK_OPTIONS} --force --record {plain}"));
    let mut to_packed = || seconds(format!("{EMPTY_TASK_OPTIONS} --force --record {packed}"));
    let [without, plain_s, packed_s] = medians(REPEATS, [&mut not, &mut to_plain, &mut to_packed]);
    print_figure("200,000 empty tasks, not recorded", without, "s");
    print_ratio_with_maximum("recorded, µs a task more", (plain_s - without) / TASKS * 1e6, 2.0);
    print_ratio_with_maximum("recorded by zstd, µs a task more", (packed_s - without) / TASKS * 1e6, 2.0);
    let mut not = || seconds("--force".into());
    let mut to_packed = || seconds(format!("--force --record {packed}"));
    let [without, packed_s] = medians(6, [&mut not, &mut to_packed]);
    print_figure("the default run, not recorded", without, "s");
    print_ratio_with_maximum("recorded by zstd, times as long", packed_s / without, 1.01);
}

/// Compresses bytes as the recorder does.
fn compress_like_recorder(plain: &Path, packed: &Path) {
    let to = BufWriter::new(File::create(packed).expect("a file"));
    let mut encoder = zstd::Encoder::new(to, 1).expect("an encoder");
    std::io::copy(&mut File::open(plain).expect("a recording"), &mut encoder).expect("room");
    encoder.finish().and_then(|mut to| to.flush()).expect("room");
}

fn open_recording(name: &str, path: &Path) {
    let began = Instant::now();
    let recording = reader::load(path).expect("a recording");
    let seconds = began.elapsed().as_secs_f64();
    let events = recording.runs[0].observation_cost().events as f64;
    let bytes = std::fs::metadata(path).expect("a file").len() as f64;
    println!("  {name}: {events} events");
    print_figure("bytes an event", bytes / events, "B");
    print_ratio_with_maximum("read and folded, s", seconds, 2.0);
    print_ratio_with_minimum("million events a second", events / seconds / 1e6, 3.0);
    print_ratio_with_maximum("most memory so far, MB", peak_mb(), 200.0);
}

/// Draws the screen at times distributed over the whole run.
fn draw_at_times_all_over(path: &Path) {
    let recording = reader::load(path).expect("a recording");
    let model = &recording.runs[0];
    let mut terminal = Terminal::new(TestBackend::new(120, 40)).expect("memory");
    let playback = Some(Playback { reading: None, playing: false, ..Playback::new() });
    let mut slowest: f64 = 0.0;
    for n in 0..DRAW_COUNT {
        // In random order, so that no state of the previous frame can be reused.
        let at = model.newest_mark() / DRAW_COUNT * (n * 77 % DRAW_COUNT);
        let ui = Ui { cursor: TimeCursor::At(at), lane: LaneId(0), playback, ..Ui::default() };
        let began = Instant::now();
        terminal.draw(|frame| view::draw(frame, model, &ui, &Theme::dark_theme())).expect("memory");
        slowest = slowest.max(began.elapsed().as_secs_f64() * 1e3);
    }
    print_ratio_with_maximum("the screen at any time, slowest of 200, ms", slowest, 16.0);
}

/// Peak resident memory of this process.
fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmHWM")).expect("a peak");
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok()).expect("a number") / 1e3
}
