//! Where facts come from, besides a run of our own.

pub mod recording;
