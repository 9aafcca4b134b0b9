//! Observation of other programs.

#[path = "../support/mod.rs"]
mod support;

mod observation;
mod poller;
mod record;
mod ring_reader;
