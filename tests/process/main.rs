//! Tests of runs with real worker processes.

#[path = "../support/mod.rs"]
mod support;

mod failing_calls;
mod invariants;
mod killed;
mod limits;
mod names;
mod python;
