//! Cost of the viewer on a terminal: time to the first frame, memory, and CPU time of mpviz without its workers, beside
//! `htop -d 2`, which draws five frames a second.

mod measure;

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use measure::terminal::MeasuredProgram;
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
        let htop = MeasuredProgram::start(Path::new("htop"), ["-d", "2"]);
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
        htop.quit();
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
    let ours = MeasuredProgram::start(&installed_mpviz(), options.split(' '));
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
    ours.quit();
    Measurement { first_frame, cpu, beside, bytes_a_second, peak_rss }
}
