//! Tests of mpviz in a pseudo-terminal: keys, sizes, signals, panics, job control. Each test checks that the terminal
//! is restored and no process is left.

#[path = "../support/mod.rs"]
mod support;

mod cluster;
mod compare;
mod environments;
mod followed;
mod job_control;
mod keys;
mod lesson;
mod panics;
mod replays;
mod session;
mod signals;
mod soak;
mod stalled;
mod terminal_input;
mod watched;
mod what_if;
mod winner_map;
