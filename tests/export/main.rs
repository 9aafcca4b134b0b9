//! Exports of recordings.

#[path = "../support/mod.rs"]
mod support;

mod clusters;
mod command;
mod consumers;
mod moving;
mod perfetto;
mod programs;
mod readme;
mod tables;
