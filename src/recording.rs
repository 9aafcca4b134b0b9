//! Recordings: writer and reader.

pub mod reader;
pub mod writer;
