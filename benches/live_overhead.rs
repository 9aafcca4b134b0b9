//! Cost of the live screen: the default run on it against the same run without a terminal, and a run of empty tasks on
//! a terminal that is not read for 3 seconds.

mod measure;

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::num::NonZero;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use measure::terminal::{TERMINAL_SIZE, TerminalSession};
use measure::{installed_mpviz, median, print_figure, print_ratio_with_maximum};
use mpviz::event::Event;
use mpviz::event::codec;

/// The screen changes ten times a second during a run. Output is parsed only after this time without output, because
/// parsing takes CPU time from the run.
const QUIET_TIME: Duration = Duration::from_millis(500);
const MAX_WAIT: Duration = Duration::from_mins(2);
const MEASURED_PAIRS: usize = 10;
const UNREAD_TIME: Duration = Duration::from_secs(3);
const EMPTY_TASK_OPTIONS: &[&str] =
    &["--lanes", "pool", "--workers", "2", "--tasks", "200k", "--numbers", "200k", "--cost", "0"];

fn main() {
    println!("the default run; {MEASURED_PAIRS} interleaved pairs, medians");
    let names = ["makespan without a terminal", "makespan on the live screen"];
    print_ratio_with_maximum(
        "live ÷ headless",
        median_ratio_of_pairs(names, [&|| makespan_without_terminal(&[]), &|| makespan_on_screen(&[], Duration::ZERO)]),
        1.02,
    );

    println!("200,000 empty tasks on the live screen; {MEASURED_PAIRS} interleaved pairs, medians");
    let names = ["makespan, the terminal is read", "makespan, not read for 3 s"];
    print_ratio_with_maximum(
        "stalled ÷ read",
        median_ratio_of_pairs(
            names,
            [&|| makespan_on_screen(EMPTY_TASK_OPTIONS, Duration::ZERO), &|| {
                makespan_on_screen(EMPTY_TASK_OPTIONS, UNREAD_TIME)
            }],
        ),
        1.05,
    );
}

/// Median ratio of the second makespan to the first over the pairs, which are both affected by other programs.
fn median_ratio_of_pairs(names: [&str; 2], makespans: [&dyn Fn() -> f64; 2]) -> f64 {
    let pairs: Vec<[f64; 2]> = (0..MEASURED_PAIRS).map(|_| makespans.map(|makespan| makespan())).collect();
    for (n, name) in names.into_iter().enumerate() {
        print_figure(name, median(&mut pairs.iter().map(|pair| pair[n]).collect::<Vec<_>>()), "s");
    }
    median(&mut pairs.iter().map(|[first, second]| second / first).collect::<Vec<_>>())
}

/// Makespan of a run without a terminal, in seconds.
fn makespan_without_terminal(options: &[&str]) -> f64 {
    let dir = tempfile::tempdir().expect("a directory");
    let record = dir.path().join("record");
    let mut command = Command::new(installed_mpviz());
    command.arg("run").args(options).arg("--record").arg(&record).stdin(Stdio::null()).stdout(Stdio::null());
    let status = command.stderr(Stdio::null()).status().expect("mpviz starts");
    assert!(status.success(), "{status}");
    makespan_from_recording(&record)
}

/// Makespan of a run on a screen that is not read during `stall`, in seconds.
fn makespan_on_screen(options: &[&str], stall: Duration) -> f64 {
    let dir = tempfile::tempdir().expect("a directory");
    let record = dir.path().join("record");
    let options = options.iter().map(OsStr::new).chain([OsStr::new("--record"), record.as_os_str()]);
    let session = TerminalSession::start(&installed_mpviz(), options);
    thread::sleep(stall);
    wait_for_the_end(&session.start_reading());
    let status = session.quit();
    assert!(status.success(), "{status:?}");
    makespan_from_recording(&record)
}

fn wait_for_the_end(output: &Receiver<Vec<u8>>) {
    let deadline = Instant::now() + MAX_WAIT;
    let [rows, columns] = [TERMINAL_SIZE.rows, TERMINAL_SIZE.cols].map(|n| NonZero::new(n).expect("a size"));
    let mut terminal = vt100::Parser::new(rows, columns, 0);
    let mut unread = Vec::new();
    while Instant::now() < deadline {
        match output.recv_timeout(QUIET_TIME) {
            Ok(bytes) => unread.extend(bytes),
            Err(RecvTimeoutError::Timeout) => {
                terminal.process(&std::mem::take(&mut unread));
                if terminal.screen().contents().contains("FINISHED") {
                    return;
                }
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    panic!("the run never finished:\n{}", terminal.screen().contents());
}

/// From the first lane's time zero to the last task's end, in seconds, from the recording.
fn makespan_from_recording(record: &Path) -> f64 {
    let lines = BufReader::new(File::open(record).expect("a recording")).split(b'\n').skip(1);
    let (mut zero, mut last) = (u64::MAX, 0);
    for line in lines {
        let event = codec::decode(&line.expect("a line")).expect("an event");
        match event.event {
            Event::LaneStarted {} => zero = zero.min(event.at),
            Event::TaskFinished { .. } => last = last.max(event.at),
            _ => {}
        }
    }
    (last - zero) as f64 / 1e9
}
