//! The command line.

#[path = "../support/mod.rs"]
mod support;

mod compare;
mod config;
mod crash_report;
mod help;
mod usage;
