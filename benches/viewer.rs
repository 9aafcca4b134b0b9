//! Cost of the viewer on a terminal: CPU time of mpviz without its workers, time to the first frame, memory; beside
//! `btm -r 250` if bottom is installed (`cargo install bottom --locked`).

mod measure;

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::{Duration, Instant};

use measure::terminal::TerminalSession;
use measure::{installed_mpviz, print_figure, print_ratio_with_maximum};

/// Duration of the measurement, which begins after calibration and start-up.
const MEASURED_TIME: Duration = Duration::from_secs(8);
const START_UP_TIME: Duration = Duration::from_millis(500);
/// Longer than the measurement on any number of cores, because the pool's workers wait for I/O.
const LONG_RUN_OPTIONS: &str = "--numbers 20M --io 12 --io-latency 250ms";

fn main() {
    println!("the default run at 120×40");
    let default = measure_beside("", None);
    print_ratio_with_maximum("first frame after the start, ms", default.first_frame.as_secs_f64() * 1e3, 50.0);
    print_ratio_with_maximum("CPU of mpviz, % of a core", default.cpu, 2.0);
    print_ratio_with_maximum("peak RSS of mpviz, MB", default.peak_rss, 30.0);
    print_figure("to the terminal", default.bytes_a_second / 1e3, "kB/s");

    println!("a run with I/O at 120×40");
    print_ratio_with_maximum("CPU of mpviz, % of a core", measure_beside(LONG_RUN_OPTIONS, None).cpu, 2.0);
    print_ratio_with_maximum(
        "CPU of mpviz at 30 frames a second, % of a core",
        measure_beside(&format!("{LONG_RUN_OPTIONS} --fps 30"), None).cpu,
        5.0,
    );

    if Command::new("btm").arg("--version").stdout(Stdio::null()).status().is_err() {
        return println!("btm is not installed: nothing to compare with");
    }
    println!("four frames a second, beside btm -r 250");
    let btm = MeasuredProgram::start(Path::new("btm"), "-r 250");
    let ours = measure_beside(&format!("{LONG_RUN_OPTIONS} --fps 4"), Some(&btm));
    let theirs = ours.beside.expect("btm was watched");
    print_figure("CPU of btm", theirs, "% of a core");
    print_figure("CPU of mpviz", ours.cpu, "% of a core");
    print_ratio_with_maximum("mpviz ÷ btm", ours.cpu / theirs, 1.0);
    btm.session.quit();
}

/// Figures of one measurement.
struct Measurement {
    first_frame: Duration,
    /// CPU use of mpviz in % of a core.
    cpu: f64,
    /// CPU use of the other program, in % of a core.
    beside: Option<f64>,
    bytes_a_second: f64,
    /// Peak resident memory of mpviz in MB.
    peak_rss: f64,
}

/// Measures mpviz on a terminal, and at the same time another program.
fn measure_beside(options: &str, beside: Option<&MeasuredProgram>) -> Measurement {
    let ours = MeasuredProgram::start(&installed_mpviz(), options);
    let first_frame = ours.first_frame();
    thread::sleep(START_UP_TIME);
    ours.discard_output();
    let (began, before, other) = (Instant::now(), ours.cpu_seconds(), beside.map(MeasuredProgram::cpu_seconds));
    thread::sleep(MEASURED_TIME);
    let wall = began.elapsed().as_secs_f64();
    let percent = |before: f64, now: f64| (now - before) / wall * 100.0;
    let cpu = percent(before, ours.cpu_seconds());
    let beside = beside.zip(other).map(|(session, before)| percent(before, session.cpu_seconds()));
    let bytes_a_second = ours.discard_output() as f64 / wall;
    let peak_rss = ours.peak_rss();
    ours.session.quit();
    Measurement { first_frame, cpu, beside, bytes_a_second, peak_rss }
}

/// A program on a terminal whose output is read all the time.
struct MeasuredProgram {
    session: TerminalSession,
    output: Receiver<Vec<u8>>,
}

impl MeasuredProgram {
    fn start(program: &Path, options: &str) -> Self {
        let session = TerminalSession::start(program, options.split_whitespace());
        let output = session.start_reading();
        Self { session, output }
    }

    /// Time until the first frame was complete.
    fn first_frame(&self) -> Duration {
        const FRAME_END: &[u8] = b"\x1b[?2026l";
        let mut seen = Vec::new();
        while !seen.windows(FRAME_END.len()).any(|window| window == FRAME_END) {
            seen.extend(self.output.recv_timeout(Duration::from_mins(1)).expect("a frame"));
        }
        self.session.started().elapsed()
    }

    /// Discards the output received so far, and returns its length in bytes.
    fn discard_output(&self) -> usize {
        self.output.try_iter().map(|bytes| bytes.len()).sum()
    }

    fn read_proc_file(&self, file: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.session.pid())).expect("the program runs")
    }

    /// CPU time of all threads in seconds, without children.
    fn cpu_seconds(&self) -> f64 {
        const TICKS_PER_SECOND: f64 = 100.0;
        let stat = self.read_proc_file("stat");
        // The name in parentheses may contain anything; user and system time are fields 12 and 13 after it.
        let behind = stat.rsplit_once(") ").expect("a name in parentheses").1;
        let ticks = behind.split(' ').skip(11).take(2).filter_map(|field| field.parse::<f64>().ok());
        ticks.sum::<f64>() / TICKS_PER_SECOND
    }

    fn peak_rss(&self) -> f64 {
        let status = self.read_proc_file("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
        line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") * 1024.0 / 1e6
    }
}
