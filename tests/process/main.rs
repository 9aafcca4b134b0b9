//! Runs on real processes.

#[path = "../support/mod.rs"]
mod support;

mod killed;
mod laws;
mod limits;
