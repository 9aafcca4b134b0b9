//! Recordings: format, reading, replay.

#[path = "../support/mod.rs"]
mod support;

mod destinations;
mod fidelity;
mod format;
mod malformed_input;
mod reader;
mod replay;
