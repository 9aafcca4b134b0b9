//! The environment check.

#[path = "../support/mod.rs"]
mod support;

mod findings;
