//! Tests of runs with real worker processes.

#[path = "../support/mod.rs"]
mod support;

mod invariants;
mod killed;
mod limits;
