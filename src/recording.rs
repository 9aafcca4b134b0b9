//! Recordings: the writer, and the reader that replays and exports them.

pub mod reader;
pub mod writer;
