//! Cost of the viewer on a terminal: time to the first frame, memory, and CPU time of mpviz without its workers, beside
//! `htop -d 2`, which draws five frames a second.

mod measure;

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::{Duration, Instant};

use measure::terminal::TerminalSession;
use measure::{installed_mpviz, median, print_figure, print_ratio_with_maximum};

/// Duration of a measurement, which begins after calibration and start-up.
const MEASURED_TIME: Duration = Duration::from_secs(8);
const START_UP_TIME: Duration = Duration::from_millis(500);
const REPEATS: usize = 5;

fn main() {
    // The default run, but on any number of cores longer than a measurement.
    let cores = thread::available_parallelism().map_or(2, usize::from);
    let run = format!("--numbers {}M", 50 * cores.max(2));

    println!("the default run at 120×40");
    let default = measure_beside(&run, None);
    print_ratio_with_maximum("first frame after the start, ms", default.first_frame.as_secs_f64() * 1e3, 50.0);
    print_ratio_with_maximum("peak RSS of mpviz, MB", default.peak_rss, 30.0);
    print_figure("to the terminal", default.bytes_a_second / 1e3, "kB/s");
    let at_30 = measure_beside(&format!("{run} --fps 30"), None);
    print_ratio_with_maximum("CPU at 30 frames a second, % of a core", at_30.cpu, 5.0);

    if Command::new("htop").arg("--version").stdout(Stdio::null()).status().is_err() {
        return println!("htop is not installed: nothing to compare with");
    }
    for (fps, target) in [(5, 1.0), (10, 1.5)] {
        println!("{fps} frames a second, beside htop -d 2; {REPEATS} repeats, medians");
        let htop = MeasuredProgram::start(Path::new("htop"), "-d 2");
        let options = format!("{run} --fps {fps}");
        let pairs: Vec<[f64; 2]> = (0..REPEATS)
            .map(|_| {
                let ours = measure_beside(&options, Some(&htop));
                [ours.cpu, ours.beside.expect("htop was measured")]
            })
            .collect();
        let median_of = |figure: fn(&[f64; 2]) -> f64| median(&mut pairs.iter().map(figure).collect::<Vec<_>>());
        print_figure("CPU of mpviz", median_of(|pair| pair[0]), "% of a core");
        print_figure("CPU of htop", median_of(|pair| pair[1]), "% of a core");
        print_ratio_with_maximum("mpviz ÷ htop", median_of(|pair| pair[0] / pair[1]), target);
        htop.session.quit();
    }
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
