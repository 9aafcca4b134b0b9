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

use measure::terminal::{SIZE, Session};
use measure::{at_most, figure, median, mpviz};
use mpviz::event::Event;
use mpviz::event::codec;

/// The screen changes ten times a second during a run. It is parsed only when it stands still, because parsing takes
/// CPU time from the run.
const STILL: Duration = Duration::from_millis(500);
const PATIENCE: Duration = Duration::from_mins(2);
const PAIRS: usize = 10;
const STALL: Duration = Duration::from_secs(3);
const EMPTY: &[&str] = &["--lanes", "pool", "--workers", "2", "--tasks", "200k", "--numbers", "200k", "--cost", "0"];

fn main() {
    println!("the default run; {PAIRS} interleaved pairs, medians");
    let names = ["makespan without a terminal", "makespan on the live screen"];
    at_most("live ÷ headless", compare(names, [&|| headless(&[]), &|| live(&[], Duration::ZERO)]), 1.02);

    println!("200,000 empty tasks on the live screen; {PAIRS} interleaved pairs, medians");
    let names = ["makespan, the terminal is read", "makespan, not read for 3 s"];
    at_most("stalled ÷ read", compare(names, [&|| live(EMPTY, Duration::ZERO), &|| live(EMPTY, STALL)]), 1.05);
}

/// Median ratio of the second makespan to the first over the pairs, which are both affected by other programs.
fn compare(names: [&str; 2], makespans: [&dyn Fn() -> f64; 2]) -> f64 {
    let pairs: Vec<[f64; 2]> = (0..PAIRS).map(|_| makespans.map(|makespan| makespan())).collect();
    for (n, name) in names.into_iter().enumerate() {
        figure(name, median(&mut pairs.iter().map(|pair| pair[n]).collect::<Vec<_>>()), "s");
    }
    median(&mut pairs.iter().map(|[first, second]| second / first).collect::<Vec<_>>())
}

/// Makespan of a run without a terminal, in seconds.
fn headless(options: &[&str]) -> f64 {
    let dir = tempfile::tempdir().expect("a directory");
    let record = dir.path().join("record");
    let mut command = Command::new(mpviz());
    command.arg("run").args(options).arg("--record").arg(&record).stdin(Stdio::null()).stdout(Stdio::null());
    let status = command.stderr(Stdio::null()).status().expect("mpviz starts");
    assert!(status.success(), "{status}");
    makespan(&record)
}

/// Makespan of a run on a screen that is not read during `stall`, in seconds.
fn live(options: &[&str], stall: Duration) -> f64 {
    let dir = tempfile::tempdir().expect("a directory");
    let record = dir.path().join("record");
    let options = options.iter().map(OsStr::new).chain([OsStr::new("--record"), record.as_os_str()]);
    let session = Session::start(&mpviz(), options);
    thread::sleep(stall);
    wait_for_the_end(&session.read());
    let status = session.quit();
    assert!(status.success(), "{status:?}");
    makespan(&record)
}

fn wait_for_the_end(output: &Receiver<Vec<u8>>) {
    let deadline = Instant::now() + PATIENCE;
    let [rows, columns] = [SIZE.rows, SIZE.cols].map(|n| NonZero::new(n).expect("a size"));
    let mut terminal = vt100::Parser::new(rows, columns, 0);
    let mut unread = Vec::new();
    while Instant::now() < deadline {
        match output.recv_timeout(STILL) {
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
fn makespan(record: &Path) -> f64 {
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
