//! One line of text for an event, the same in the event pipe and in a recording.
//!
//! A line is a JSON object, `{"at":…,"lane":…,"event":{"Name":{…}}}`; a recording begins with a header line that
//! names format and version.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::event::Stamped;

/// The longest line that is read, in bytes.
pub const MAX_LINE: usize = 64 * 1024;

/// The first line of a recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Always `mpviz`.
    pub format: String,
    /// Version of the vocabulary. A reader refuses a newer one than its own.
    pub version: u32,
}

impl Header {
    /// The version that this program writes and the newest that it reads.
    pub const VERSION: u32 = 1;
}

impl Default for Header {
    fn default() -> Self {
        Self { format: "mpviz".into(), version: Self::VERSION }
    }
}

/// A line that is not an event.
#[derive(Debug, Error)]
pub enum CodecError {
    /// Longer than [`MAX_LINE`].
    #[error("a line of {0} bytes is longer than any event ({MAX_LINE})")]
    TooLong(usize),
    /// Not JSON, or no event that this version knows.
    #[error("not an event: {0}")]
    Malformed(#[from] serde_json::Error),
}

/// Appends the event's line, with its line feed.
///
/// # Panics
/// Never: writing to memory cannot fail, and no event has a map with keys that JSON lacks.
pub fn encode(stamped: &Stamped, line: &mut Vec<u8>) {
    serde_json::to_writer(&mut *line, stamped).expect("an event is always JSON");
    line.push(b'\n');
}

/// Reads the event from its line, with or without line feed.
///
/// # Errors
/// When the line is too long or is no event.
pub fn decode(line: &[u8]) -> Result<Stamped, CodecError> {
    if line.len() > MAX_LINE {
        return Err(CodecError::TooLong(line.len()));
    }
    Ok(serde_json::from_slice(line)?)
}
