//! The live screen in a real pseudo-terminal: keys, sizes, signals, panics, stops; and that the terminal is always given
//! back and no process is left.

#[path = "../support/mod.rs"]
mod support;

mod compare;
mod ends;
mod keys;
mod panics;
mod places;
mod replays;
mod session;
mod soak;
mod stalls;
mod stops;
