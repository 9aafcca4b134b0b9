//! Cost of watching a Python program: time until its first pool is on the screen, CPU time with 64 workers, and memory
//! after a day with ten million tasks.

#[allow(dead_code, unreachable_pub, reason = "shared with the tests")]
#[path = "../tests/support/long_program.rs"]
mod long_program;
mod measure;

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use long_program::LongProgram;
use measure::terminal::MeasuredProgram;
use measure::{installed_mpviz, median, peak_rss_mb, print_figure, print_ratio_with_maximum};
use mpviz::system::clock::monotonic;
use tempfile::TempDir;

const REPEATS: usize = 9;
const MEASURED_TIME: Duration = Duration::from_secs(10);
const TASKS_A_DAY: u32 = 10_000_000;
const NS_PER_DAY: u64 = 86_400_000_000_000;

/// Writes the time at which it creates its pool.
const CREATES_POOL: &str = "\
import multiprocessing, sys, time
if __name__ == '__main__':
    time.sleep(1)
    with open(sys.argv[1], 'w') as file:
        file.write(str(time.monotonic_ns()))
    with multiprocessing.Pool(2) as pool:
        pool.map(time.sleep, [0.2] * 1000, 1)
";
/// Runs 1,000 tasks a second on 64 workers.
const MANY_WORKERS: &str = "\
import multiprocessing, time
def load(n):
    time.sleep(0.05)
if __name__ == '__main__':
    with multiprocessing.Pool(64) as pool:
        begin = time.monotonic()
        for n in range(1000000):
            pool.apply_async(load, (n,))
            time.sleep(max(0, begin + n / 1000 - time.monotonic()))
";

fn main() {
    let mut delays: Vec<f64> = (0..REPEATS).map(|_| ms_until_first_lane()).collect();
    print_ratio_with_maximum("pool created to pool on the screen, ms", median(&mut delays), 150.0);
    print_figure("the longest of these", delays.iter().copied().fold(0.0, f64::max), "ms");
    print_ratio_with_maximum("64 workers, 1,000 tasks/s: cores used", cores_used_with_many_workers(), 0.05);
    print_ratio_with_maximum("ten million tasks in a day: peak RSS, MB", mb_after_a_day(), 300.0);
}

/// A program that mpviz watches on a terminal.
struct WatchedScript {
    mpviz: MeasuredProgram,
    dir: TempDir,
}

impl WatchedScript {
    fn start(script: &str) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("program.py");
        std::fs::write(&path, script).expect("a script");
        let command = ["watch".into(), "--".into(), "python3".into(), path, dir.path().join("time")];
        Self { mpviz: MeasuredProgram::start(&installed_mpviz(), command as [PathBuf; 5]), dir }
    }

    fn end(self) {
        self.mpviz.end_program();
    }
}

fn ms_until_first_lane() -> f64 {
    let mut script = WatchedScript::start(CREATES_POOL);
    script.mpviz.time_until("Pool(2) at program.py:6");
    let shown = monotonic();
    let created = std::fs::read_to_string(script.dir.path().join("time")).expect("a time");
    script.end();
    (shown - created.parse::<u64>().expect("ns")) as f64 / 1e6
}

fn cores_used_with_many_workers() -> f64 {
    let mut script = WatchedScript::start(MANY_WORKERS);
    script.mpviz.time_until("Pool(64) at program.py:5");
    thread::sleep(Duration::from_secs(1));
    let (began, before) = (Instant::now(), script.mpviz.cpu_seconds());
    thread::sleep(MEASURED_TIME);
    let cores = (script.mpviz.cpu_seconds() - before) / began.elapsed().as_secs_f64();
    script.end();
    cores
}

/// Peak memory of this process, which holds the model of a program that runs for a day.
fn mb_after_a_day() -> f64 {
    let mut program = LongProgram::start();
    program.run_tasks(0..TASKS_A_DAY, NS_PER_DAY / u64::from(TASKS_A_DAY), 1);
    peak_rss_mb("self")
}
