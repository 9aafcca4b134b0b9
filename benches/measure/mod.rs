//! Shared helpers: running mpviz and its peers in turns, medians, output.
#![allow(dead_code, reason = "each benchmark uses some of it")]

pub(crate) mod grid_workload;
pub(crate) mod prediction_errors;
pub(crate) mod terminal;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use serde_json::Value;

/// The measured program, copied like an installed one: a linker leaves its output in the page cache in single pages,
/// and processes start 8 % slower from it. `MPVIZ` names another build.
pub(crate) fn installed_mpviz() -> PathBuf {
    static INSTALLED: LazyLock<PathBuf> = LazyLock::new(|| {
        let built = std::env::var_os("MPVIZ").map_or_else(|| env!("CARGO_BIN_EXE_mpviz").into(), PathBuf::from);
        let installed = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("mpviz-installed");
        // Copied under another name and renamed, because a running program cannot be overwritten.
        let _ = std::fs::remove_file(&installed);
        std::fs::write(&installed, std::fs::read(&built).expect("the program is built")).expect("room for a copy");
        let mode = std::fs::metadata(&built).expect("the program is built").permissions();
        std::fs::set_permissions(&installed, mode).expect("a copy of our own");
        installed
    });
    INSTALLED.clone()
}

/// Returns the result of `mpviz run --json` with these options.
pub(crate) fn run_json(options: &str) -> Value {
    json_output(Command::new(installed_mpviz()).arg("run").args(options.split(' ')).arg("--json"))
}

/// Returns the figure that a Python script of `benches/peers` prints.
pub(crate) fn figure_from_python(script: &str, arguments: &str) -> f64 {
    let script: PathBuf = [env!("CARGO_MANIFEST_DIR"), "benches", "peers", script].iter().collect();
    json_output(Command::new("python3").arg(script).args(arguments.split(' ')))
        .as_f64()
        .expect("the peer prints a number")
}

fn json_output(command: &mut Command) -> Value {
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().expect("the program starts");
    assert!(output.status.success(), "{command:?}: {}", output.status);
    serde_json::from_slice(&output.stdout).expect("the program prints JSON")
}

/// Returns a figure of the first lane from the JSON result.
pub(crate) fn figure_of_first_lane(report: &Value, path: &str) -> f64 {
    report["lanes"][0].pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("no {path} in {report}"))
}

/// Measures each figure `repeats` times, in alternating order, so that other programs and drift affect all figures
/// alike. Returns the medians.
pub(crate) fn medians<const N: usize>(repeats: usize, mut figures: [&mut dyn FnMut() -> f64; N]) -> [f64; N] {
    let mut taken = [const { Vec::new() }; N];
    for round in 0..repeats {
        let mut turns: Vec<_> = figures.iter_mut().zip(&mut taken).collect();
        if round % 2 == 1 {
            turns.reverse();
        }
        for (figure, taken) in turns {
            taken.push(figure());
        }
    }
    taken.map(|mut taken| median(&mut taken))
}

/// Peak resident memory of a process in MB; `process` is its pid, or `self`.
pub(crate) fn peak_rss_mb(process: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("the process runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") * 1024.0 / 1e6
}

/// The median; of an even number, the mean of the middle two.
pub(crate) fn median(figures: &mut [f64]) -> f64 {
    figures.sort_by(f64::total_cmp);
    let middle = figures.len() / 2;
    if figures.len() % 2 == 1 { figures[middle] } else { f64::midpoint(figures[middle - 1], figures[middle]) }
}

/// Prints a figure.
pub(crate) fn print_figure(name: &str, value: f64, unit: &str) {
    println!("  {name:<44} {value:>10.3} {unit}");
}

/// Prints a ratio with its maximum.
pub(crate) fn print_ratio_with_maximum(name: &str, ratio: f64, target: f64) {
    println!("  {name:<44} {ratio:>10.3} (target ≤ {target:.3}: {})", pass_or_fail(ratio <= target));
}

/// Prints a ratio with its minimum.
pub(crate) fn print_ratio_with_minimum(name: &str, ratio: f64, target: f64) {
    println!("  {name:<44} {ratio:>10.3} (target ≥ {target:.3}: {})", pass_or_fail(ratio >= target));
}

fn pass_or_fail(met: bool) -> &'static str {
    if met { "met" } else { "MISSED" }
}
