//! Options without effect, which are reported.

use super::RunOptions;
use crate::engine::{Engine, EngineMode};
use crate::event::Mode;
use crate::event::workload::IoKind;

const NATIVE_THREADS: EngineMode = EngineMode { engine: Engine::Native, mode: Mode::Threads };

/// A message for each option that was given (by `given`) and does not affect the run.
pub(super) fn options_without_effect(run: &RunOptions, given: impl Fn(&str) -> bool) -> Vec<String> {
    let lanes = run.modes();
    let has = |modes: &[Mode]| lanes.iter().any(|lane| modes.contains(&lane.mode));
    let has_engine = |engine| lanes.iter().any(|lane| lane.engine == engine);
    let (does_io, kind) = (run.does_io(), run.io_kind);
    let shared_queue = has(&[Mode::Threads, Mode::Pool]);
    let rules: [(&str, bool, &str); 11] = [
        ("io_kind", does_io, "without --io"),
        ("io_latency", does_io, "without --io"),
        ("io_latency", !does_io || kind != IoKind::Disk, "with --io-kind disk"),
        ("io_dir", does_io, "without --io"),
        ("io_dir", !does_io || kind == IoKind::Disk, "without --io-kind disk"),
        ("no_gil", lanes.contains(&NATIVE_THREADS), "without a native lane of threads"),
        ("python", has_engine(Engine::Python), "without a lane of Python"),
        ("start_method", run.has_python_processes(), "without a pool or processes of Python"),
        ("max_tasks_per_worker", has(&[Mode::Pool]), "without a pool"),
        ("chunksize", shared_queue, "without a lane of pool or threads"),
        ("workers", shared_queue, "without a lane of pool or threads"),
    ];
    let mut sentences: Vec<String> = rules
        .into_iter()
        .filter(|(option, has_effect, _)| !has_effect && given(option))
        .map(|(option, _, why)| format!("--{} has no effect {why}", option.replace('_', "-")))
        .collect();
    if given("seed") && run.skew == 0.0 {
        sentences.push("--seed has no effect without --skew".into());
    }
    sentences
}
