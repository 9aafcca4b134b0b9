//! Tests of the command line: options, configuration, help, messages and exit codes.

#[path = "../support/mod.rs"]
mod support;

mod advise;
mod claims;
mod compare;
mod config;
mod crash_report;
mod help;
mod map;
mod simulated;
mod usage;
