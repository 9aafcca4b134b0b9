//! Cost of the viewer on a terminal: CPU time of mpviz without its workers, time to the first frame, memory; beside
//! `btm -r 250` if bottom is installed (`cargo install bottom --locked`).

mod measure;

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::{Duration, Instant};

use measure::terminal::Session;
use measure::{at_most, figure, mpviz};

/// Duration of the measurement, after calibration and start-up.
const MEASURED: Duration = Duration::from_secs(8);
const START_UP: Duration = Duration::from_millis(500);
/// Longer than the measurement on any number of cores, because the pool's workers wait for I/O.
const LONG: &str = "--numbers 20M --io 12 --io-latency 250ms";

fn main() {
    println!("the default run at 120×40");
    let default = measure("", None);
    at_most("first frame after the start, ms", default.first_frame.as_secs_f64() * 1e3, 50.0);
    at_most("CPU of mpviz, % of a core", default.cpu, 2.0);
    at_most("peak RSS of mpviz, MB", default.peak_rss, 30.0);
    figure("to the terminal", default.bytes_a_second / 1e3, "kB/s");

    println!("a run with I/O at 120×40");
    at_most("CPU of mpviz, % of a core", measure(LONG, None).cpu, 2.0);
    at_most("CPU of mpviz at 30 frames a second, % of a core", measure(&format!("{LONG} --fps 30"), None).cpu, 5.0);

    if Command::new("btm").arg("--version").stdout(Stdio::null()).status().is_err() {
        return println!("btm is not installed: nothing to compare with");
    }
    println!("four frames a second, beside btm -r 250");
    let btm = Subject::start(Path::new("btm"), "-r 250");
    let ours = measure(&format!("{LONG} --fps 4"), Some(&btm));
    let theirs = ours.beside.expect("btm was watched");
    figure("CPU of btm", theirs, "% of a core");
    figure("CPU of mpviz", ours.cpu, "% of a core");
    at_most("mpviz ÷ btm", ours.cpu / theirs, 1.0);
    btm.session.quit();
}

/// Figures of a run.
struct Measurement {
    first_frame: Duration,
    /// In % of a core.
    cpu: f64,
    /// Of the program beside it.
    beside: Option<f64>,
    bytes_a_second: f64,
    /// In MB.
    peak_rss: f64,
}

/// Measures a run on a terminal, and another program beside it.
fn measure(options: &str, beside: Option<&Subject>) -> Measurement {
    let ours = Subject::start(&mpviz(), options);
    let first_frame = ours.first_frame();
    thread::sleep(START_UP);
    ours.drain();
    let (began, before, other) = (Instant::now(), ours.cpu(), beside.map(Subject::cpu));
    thread::sleep(MEASURED);
    let wall = began.elapsed().as_secs_f64();
    let percent = |before: f64, now: f64| (now - before) / wall * 100.0;
    let cpu = percent(before, ours.cpu());
    let beside = beside.zip(other).map(|(session, before)| percent(before, session.cpu()));
    let bytes_a_second = ours.drain() as f64 / wall;
    let peak_rss = ours.peak_rss();
    ours.session.quit();
    Measurement { first_frame, cpu, beside, bytes_a_second, peak_rss }
}

/// A session whose terminal is read all the time.
struct Subject {
    session: Session,
    output: Receiver<Vec<u8>>,
}

impl Subject {
    fn start(program: &Path, options: &str) -> Self {
        let session = Session::start(program, options.split_whitespace());
        let output = session.read();
        Self { session, output }
    }

    /// Time until the first frame was complete.
    fn first_frame(&self) -> Duration {
        const END: &[u8] = b"\x1b[?2026l";
        let mut seen = Vec::new();
        while !seen.windows(END.len()).any(|window| window == END) {
            seen.extend(self.output.recv_timeout(Duration::from_mins(1)).expect("a frame"));
        }
        self.session.started().elapsed()
    }

    /// Discards the output so far, and returns its length.
    fn drain(&self) -> usize {
        self.output.try_iter().map(|bytes| bytes.len()).sum()
    }

    fn proc(&self, file: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.session.pid())).expect("the program runs")
    }

    /// CPU time of all threads in seconds, without children.
    fn cpu(&self) -> f64 {
        const TICKS_PER_SECOND: f64 = 100.0;
        let stat = self.proc("stat");
        // The name in parentheses may contain anything; user and system time are fields 12 and 13 after it.
        let behind = stat.rsplit_once(") ").expect("a name in parentheses").1;
        let ticks = behind.split(' ').skip(11).take(2).filter_map(|field| field.parse::<f64>().ok());
        ticks.sum::<f64>() / TICKS_PER_SECOND
    }

    fn peak_rss(&self) -> f64 {
        let status = self.proc("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
        line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") * 1024.0 / 1e6
    }
}
