//! Nouns with a count, such as `4 cores`, names of lanes, and other short figures.

use crate::event::text::SafeText;
use crate::event::units::{format_bytes, format_elapsed};
use crate::event::{Mode, PoolKind, SIMULATED_ENGINE};
use crate::model::{Lane, LaneSummary, PrivateMemory};
use crate::text;

/// Stands for a figure that is unknown.
pub const UNKNOWN: &str = "–";

/// Formats a figure; a dash if it is unknown.
#[must_use]
pub fn figure_or_dash(figure: Option<impl ToString>) -> String {
    figure.map_or_else(|| UNKNOWN.into(), |figure| figure.to_string())
}

/// Number of cores: `1 core`, `4 cores`.
#[must_use]
pub fn number_of_cores(n: usize) -> String {
    text!("number-of-cores", n = n)
}

/// Number of workers: `1 worker`, `4 workers`.
#[must_use]
pub fn number_of_workers(n: u64) -> String {
    text!("number-of-workers", n = n)
}

/// Number of threads: `1 thread`, `4 threads`.
#[must_use]
pub fn number_of_threads(n: u64) -> String {
    text!("number-of-threads", n = n)
}

/// Number of processes: `1 process`, `16 processes`.
#[must_use]
pub fn number_of_processes(n: u64) -> String {
    text!("number-of-processes", n = n)
}

/// Number of tasks: `1 task`, `16 tasks`.
#[must_use]
pub fn number_of_tasks(n: u64) -> String {
    text!("number-of-tasks", n = n)
}

/// Number of workers of a mode, with the mode's noun: threads, workers or processes.
#[must_use]
pub fn workers_of(mode: Mode, n: u64) -> String {
    match mode {
        Mode::Threads => number_of_threads(n),
        Mode::Pool => number_of_workers(n),
        Mode::Serial | Mode::Process => number_of_processes(n),
    }
}

/// A mode as a noun: `pool`.
#[must_use]
pub fn mode_word(mode: Mode) -> &'static str {
    match mode {
        Mode::Serial => text!("mode-serial"),
        Mode::Threads => text!("mode-threads"),
        Mode::Pool => text!("mode-pool"),
        Mode::Process => text!("mode-process"),
    }
}

/// A mode with its engine as a noun in sentences: `pool`, `python/pool`, `simulated pool`.
#[must_use]
pub fn mode_noun(engine: &SafeText, mode: Mode) -> String {
    let noun = mode_word(mode);
    match engine.as_str() {
        SIMULATED_ENGINE => text!("mode-simulated", mode = noun),
        engine if engine.starts_with("cpython ") => text!("mode-in-python", mode = noun),
        _ => noun.into(),
    }
}

/// A lane as a noun in sentences, among the lanes of its run: `pool`, in a sweep `pool×4`.
#[must_use]
pub fn lane_noun_in_run(lane: &LaneSummary) -> String {
    let title = lane.program.as_ref().map(|program| localized_title(program.title.as_str()));
    title.unwrap_or_else(|| noun_of_sweep(mode_noun(&lane.engine, lane.mode), lane.in_sweep.then_some(lane.workers)))
}

/// A lane as a noun in sentences, with the name of its run if there are several: `pool`, `pool of before`.
#[must_use]
pub fn lane_noun(lane: &LaneSummary) -> String {
    noun_of_run(lane_noun_in_run(lane), lane.origin.as_ref())
}

/// A lane on the screen as a noun in sentences: `pool`, `pool×4 of before`.
#[must_use]
pub fn displayed_lane_noun(lane: &Lane) -> String {
    let plan = lane.plan();
    let noun = || noun_of_sweep(mode_noun(&plan.engine, plan.mode), lane.is_in_sweep().then_some(plan.workers));
    noun_of_run(lane.title().map_or_else(noun, |title| localized_title(&title)), lane.origin_run())
}

/// A lane's title or name in the selected language: `POOL`, `SIMULATED POOL`, `Pool(4) at etl.py:31`.
#[must_use]
pub fn localized_title(title: &str) -> String {
    match title.split_once(' ') {
        Some((mark, name)) if mark.eq_ignore_ascii_case(SIMULATED_ENGINE) => {
            return text!("title-simulated", name = localized_title(name));
        }
        _ => {}
    }
    let (pool, site) = title.split_once(" at ").map_or((title, None), |(pool, site)| (pool, Some(site)));
    let pool = match pool.split_once(" of pid ") {
        Some((pool, pid)) => text!("pool-of-pid", pool = pool, pid = pid),
        None if pool == PoolKind::DaskCluster.name() => text!("cluster-alone").into(),
        None => pool.into(),
    };
    match site {
        Some(site) => text!("pool-at", pool = pool, site = site),
        None => pool,
    }
}

/// A lane's title in tables, with the name of its run if there are several.
#[must_use]
pub fn lane_title(lane: &LaneSummary) -> String {
    noun_of_run(localized_title(&lane.name_in_run()), lane.origin.as_ref())
}

fn noun_of_sweep(noun: String, workers: Option<u32>) -> String {
    match workers {
        Some(workers) => format!("{noun}×{workers}"),
        None => noun,
    }
}

fn noun_of_run(noun: String, run: Option<&SafeText>) -> String {
    match run {
        Some(run) => text!("lane-of-run", lane = noun, run = run.as_str()),
        None => noun,
    }
}

/// Possessive form of a lane's mode: `threads'`, `pool's`, `python/pool's`.
pub(super) fn possessive_mode(lane: &LaneSummary) -> String {
    text!("possessive", lane = mode_noun(&lane.engine, lane.mode), mode = lane.mode.name())
}

/// A share in per cent: `12 %`.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// Private memory; `≥ 93 MB` if not all of it was measured, and a dash if none was.
#[must_use]
pub fn private_memory_text(private: Option<PrivateMemory>) -> String {
    figure_or_dash(private.map(|PrivateMemory { bytes, is_lower_bound }| {
        if is_lower_bound { format!("≥ {}", format_bytes(bytes)) } else { format_bytes(bytes) }
    }))
}

/// Progress in per cent, rounded down: `100 %` only at the end.
#[must_use]
pub fn percent_done(share: f64) -> String {
    format!("{:.0} %", (share * 100.0 + 1e-6).floor())
}

/// The makespan of a lane.
#[must_use]
pub fn makespan_text(lane: &LaneSummary) -> String {
    figure_or_dash(lane.makespan_s.map(format_elapsed))
}

/// The time until a lane's workers were ready.
#[must_use]
pub fn startup_time(lane: &LaneSummary) -> String {
    figure_or_dash(lane.startup_s.map(format_elapsed))
}

/// Shortest and longest time of repeats.
#[must_use]
pub fn time_range((min, max): (f64, f64)) -> String {
    text!("time-range", min = format_elapsed(min), max = format_elapsed(max))
}
