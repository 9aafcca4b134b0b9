//! Tests of recordings: destinations, format, reading and replay.

#[path = "../support/mod.rs"]
mod support;

mod json_schema;
mod malformed_input;
mod program_stories;
mod reader;
mod recording_destinations;
mod recording_schema;
mod replay;
mod replayed_frames;
