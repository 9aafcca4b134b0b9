//! Nouns with a count, such as `4 cores`, and other short figures.

use crate::event::Mode;
use crate::event::units::{count, elapsed};
use crate::model::LaneSummary;

/// Stands for a figure that is unknown.
pub const UNKNOWN: &str = "–";

/// Formats a figure; a dash if it is unknown.
#[must_use]
pub fn or_unknown(figure: Option<impl ToString>) -> String {
    figure.map_or_else(|| UNKNOWN.into(), |figure| figure.to_string())
}

/// Number of cores: `1 core`, `4 cores`.
#[must_use]
pub fn cores(n: usize) -> String {
    if n == 1 { "1 core".into() } else { format!("{} cores", count(n as u64)) }
}

/// Number of workers: `1 worker`, `4 workers`.
#[must_use]
pub fn workers(n: u64) -> String {
    if n == 1 { "1 worker".into() } else { format!("{} workers", count(n)) }
}

/// Number of threads: `1 thread`, `4 threads`.
#[must_use]
pub fn threads(n: u64) -> String {
    if n == 1 { "1 thread".into() } else { format!("{} threads", count(n)) }
}

/// Number of processes: `1 process`, `16 processes`.
#[must_use]
pub fn processes(n: u64) -> String {
    if n == 1 { "1 process".into() } else { format!("{} processes", count(n)) }
}

/// Number of workers of a mode, with the mode's noun: threads, workers or processes.
#[must_use]
pub fn workers_of(mode: Mode, n: u64) -> String {
    match mode {
        Mode::Threads => threads(n),
        Mode::Pool => workers(n),
        Mode::Serial | Mode::Process => processes(n),
    }
}

/// Possessive form of a mode's name: `threads'`, `pool's`.
#[must_use]
pub fn possessive(mode: Mode) -> String {
    if mode == Mode::Threads { "threads'".into() } else { format!("{}'s", mode.name()) }
}

/// A share in per cent: `12 %`.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// The makespan of a lane.
#[must_use]
pub fn makespan(lane: &LaneSummary) -> String {
    or_unknown(lane.makespan_s.map(elapsed))
}

/// The time until a lane's workers were ready.
#[must_use]
pub fn startup(lane: &LaneSummary) -> String {
    or_unknown(lane.startup_s.map(elapsed))
}

/// Shortest and longest time of repeats.
#[must_use]
pub fn time_range((min, max): (f64, f64)) -> String {
    format!("{} to {}", elapsed(min), elapsed(max))
}
