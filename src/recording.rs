//! Recordings: the writer, and the reader that replays and exports them.

#![warn(missing_docs)]

pub mod reader;
pub mod writer;
