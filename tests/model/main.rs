//! The model: what it computes from events.

#[path = "../support/mod.rs"]
mod support;

mod cluster_findings;
mod findings;
mod invalid_events;
mod io_heavy;
mod laws;
mod layers;
mod long_programs;
mod noise;
mod order;
mod silent_workers;
mod stories;
mod verdict;
