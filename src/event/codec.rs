//! Encodes an event as one line of JSON, in the event pipe and in recordings alike.
//!
//! A line is `{"at":…,"lane":…,"event":{"Name":{…}}}`. A recording begins with a header line that names format and
//! version.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::event::text::SafeText;
use crate::event::{Machine, StampedEvent};

/// Maximum length of a line that is read, in bytes.
pub const MAX_LINE_BYTES: usize = 64 * 1024;

/// The first line of a recording. Fields after the version are informative; every run repeats them. Readers ignore
/// unknown keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingHeader {
    /// Always `mpviz`.
    pub format: String,
    /// Format version. Readers refuse newer versions than their own.
    pub version: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<Machine>,
    /// Command line of the recorded program.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<SafeText>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<RecordedClock>,
    /// The process that writes the recording: it may still grow while this process lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub writer: Option<WriterProcess>,
}

/// A process, told apart from later ones with its pid and from those of other machines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriterProcess {
    pub pid: u32,
    /// Start in clock ticks since the start of the machine, field 22 of `/proc/PID/stat`.
    pub start_ticks: u64,
    /// `/proc/sys/kernel/random/boot_id`.
    pub boot_id: SafeText,
}

/// Clock of a recording: monotonic, starting at 0 with each run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedClock {
    /// Name of the clock: `CLOCK_MONOTONIC`.
    pub source: SafeText,
    /// Unit: `ns`.
    pub unit: SafeText,
    /// Start of the recording, in seconds since 1970 (UTC).
    pub began: u64,
}

impl RecordingHeader {
    /// The newest version that is read. Recordings of clusters have it, and those of programs, which may start one.
    pub const NEWEST_VERSION: u32 = 3;
    /// The version of recordings of mpviz's own workload, which older readers know.
    const WORKLOAD_VERSION: u32 = 1;

    /// Makes the header of a recording of a watched program.
    #[must_use]
    pub fn of_program(machine: Machine, command: Vec<SafeText>, began: u64) -> Self {
        Self { version: Self::NEWEST_VERSION, ..Self::new(machine, command, began) }
    }

    /// Makes the header of a recording of a cluster.
    #[must_use]
    pub fn of_cluster(machine: Machine, command: Vec<SafeText>, began: u64) -> Self {
        Self { version: Self::NEWEST_VERSION, ..Self::new(machine, command, began) }
    }

    /// Makes the header of a recording of mpviz's own workload.
    #[must_use]
    pub fn new(machine: Machine, command: Vec<SafeText>, began: u64) -> Self {
        let clock = RecordedClock { source: "CLOCK_MONOTONIC".into(), unit: "ns".into(), began };
        Self { machine: Some(machine), command, clock: Some(clock), ..Self::default() }
    }
}

impl Default for RecordingHeader {
    fn default() -> Self {
        Self {
            format: "mpviz".into(),
            version: Self::WORKLOAD_VERSION,
            machine: None,
            command: Vec::new(),
            clock: None,
            writer: None,
        }
    }
}

/// Why a line is not an event.
#[derive(Debug, Error)]
pub enum CodecError {
    /// Longer than [`MAX_LINE_BYTES`].
    #[error("a line of {0} bytes exceeds the maximum of {MAX_LINE_BYTES}")]
    TooLong(usize),
    /// Not JSON, or not an event of this version.
    #[error("not an event: {0}")]
    Malformed(#[from] serde_json::Error),
}

/// Why a line is not the header of a recording that can be read.
#[derive(Debug, Error)]
pub enum HeaderError {
    /// Not a header.
    #[error("not a header")]
    Foreign,
    #[error("format version 0 is invalid")]
    VersionZero,
    /// A version newer than [`RecordingHeader::NEWEST_VERSION`].
    #[error("format version {0} is newer than {newest}", newest = RecordingHeader::NEWEST_VERSION)]
    Newer(u32),
    /// A header of this format with an invalid field.
    #[error("its header: {0}")]
    Malformed(#[from] serde_json::Error),
}

/// The part of the header that is checked first, since newer versions may differ in the rest.
#[derive(Deserialize)]
struct FormatAndVersion {
    format: String,
    version: u32,
}

/// Parses the header of a recording.
pub fn decode_header(line: &[u8]) -> Result<RecordingHeader, HeaderError> {
    let FormatAndVersion { format, version } = serde_json::from_slice(line).map_err(|_| HeaderError::Foreign)?;
    match version {
        _ if format != RecordingHeader::default().format => Err(HeaderError::Foreign),
        0 => Err(HeaderError::VersionZero),
        _ if version > RecordingHeader::NEWEST_VERSION => Err(HeaderError::Newer(version)),
        _ => Ok(serde_json::from_slice(line)?),
    }
}

/// Appends the event as a line, with its line feed.
pub fn encode(stamped: &StampedEvent, line: &mut Vec<u8>) {
    serde_json::to_writer(&mut *line, stamped).expect("an event is always JSON");
    line.push(b'\n');
}

/// Parses an event from a line, with or without line feed.
pub fn decode(line: &[u8]) -> Result<StampedEvent, CodecError> {
    if line.len() > MAX_LINE_BYTES {
        return Err(CodecError::TooLong(line.len()));
    }
    Ok(serde_json::from_slice(line)?)
}
