//! Recordings: writer and reader.

pub mod live_recordings;
pub mod reader;
pub mod writer;
mod writer_process;
