//! Tests of `mpviz doctor`.

#[path = "../support/mod.rs"]
mod support;

mod doctor_findings;
