//! Nouns with a count, such as `4 cores`, and other short figures.

use crate::event::Mode;
use crate::event::units::{format_bytes, format_count, format_elapsed};
use crate::model::{LaneSummary, PrivateMemory};

/// Stands for a figure that is unknown.
pub const UNKNOWN: &str = "–";

/// Stands for the load of a core that is offline.
pub const OFFLINE: &str = "offline";

/// Formats a figure; a dash if it is unknown.
#[must_use]
pub fn figure_or_dash(figure: Option<impl ToString>) -> String {
    figure.map_or_else(|| UNKNOWN.into(), |figure| figure.to_string())
}

/// Number of cores: `1 core`, `4 cores`.
#[must_use]
pub fn number_of_cores(n: usize) -> String {
    if n == 1 { "1 core".into() } else { format!("{} cores", format_count(n as u64)) }
}

/// Number of workers: `1 worker`, `4 workers`.
#[must_use]
pub fn number_of_workers(n: u64) -> String {
    if n == 1 { "1 worker".into() } else { format!("{} workers", format_count(n)) }
}

/// Number of threads: `1 thread`, `4 threads`.
#[must_use]
pub fn number_of_threads(n: u64) -> String {
    if n == 1 { "1 thread".into() } else { format!("{} threads", format_count(n)) }
}

/// Number of processes: `1 process`, `16 processes`.
#[must_use]
pub fn number_of_processes(n: u64) -> String {
    if n == 1 { "1 process".into() } else { format!("{} processes", format_count(n)) }
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

/// Possessive form of a lane's mode: `threads'`, `pool's`, `python/pool's`.
#[must_use]
pub fn possessive_mode(lane: &LaneSummary) -> String {
    format!("{}{}", lane.mode_name(), if lane.mode == Mode::Threads { "'" } else { "'s" })
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
    format!("{} to {}", format_elapsed(min), format_elapsed(max))
}
