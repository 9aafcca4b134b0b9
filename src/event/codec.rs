//! One line of text for an event, the same in the event pipe and in a recording.
//!
//! A line is a JSON object, `{"at":…,"lane":…,"event":{"Name":{…}}}`; a recording begins with a header line that
//! names format and version.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::event::text::SafeText;
use crate::event::{Machine, Stamped};

/// The longest line that is read, in bytes.
pub const MAX_LINE: usize = 64 * 1024;

/// The first line of a recording. What follows the version is for people and for tools that look no further: every run says
/// it again. A reader passes over keys that it does not know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Always `mpviz`.
    pub format: String,
    /// Version of the vocabulary. A reader refuses a newer one than its own.
    pub version: u32,
    /// Where it was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<Machine>,
    /// The command line that it was recorded with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<SafeText>,
    /// What its times are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<RecordedClock>,
}

/// What the times of a recording are: counted from the beginning of each run, on a clock that never jumps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedClock {
    /// The clock's name in the system: `CLOCK_MONOTONIC`.
    pub source: SafeText,
    /// What is counted: `ns`.
    pub unit: SafeText,
    /// When the recording began, in seconds since 1970 (UTC).
    pub began: u64,
}

impl Header {
    /// The version that this program writes and the newest that it reads.
    pub const VERSION: u32 = 1;

    /// The header of a recording that is made here and now.
    #[must_use]
    pub fn new(machine: Machine, command: Vec<SafeText>, began: u64) -> Self {
        let clock = RecordedClock { source: "CLOCK_MONOTONIC".into(), unit: "ns".into(), began };
        Self { machine: Some(machine), command, clock: Some(clock), ..Self::default() }
    }
}

impl Default for Header {
    fn default() -> Self {
        Self { format: "mpviz".into(), version: Self::VERSION, machine: None, command: Vec::new(), clock: None }
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
