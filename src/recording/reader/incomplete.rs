//! Why a recording is incomplete.

use thiserror::Error;

use crate::event::text::SafeText;

/// Why the events of a recording end before its end. Lines are numbered from 1.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum IncompleteReason {
    /// The recording ends within a line.
    #[error("the recording is truncated in line {line}")]
    Line { line: u64 },
    /// The recording ends before the run has ended.
    #[error("the recording is truncated at {at}, before the end of run {run}")]
    Run { at: String, run: usize },
    /// Reading failed.
    #[error("the recording cannot be read from line {line} on ({why})")]
    Unreadable { line: u64, why: String },
    /// A line is not an event.
    #[error("the recording is damaged in line {line} ({why})")]
    Damaged { line: u64, why: SafeText },
    /// An event is invalid in the state of the run.
    #[error("the recording is invalid in line {line} ({why})")]
    Invalid { line: u64, why: String },
}

/// Error text of a compressed recording that ends within its compressed data.
pub(super) const COMPRESSED_DATA_TRUNCATED: &str = "the compressed data is truncated";

impl IncompleteReason {
    /// Whether the recording merely stops before its end, as when its writer is killed.
    #[must_use]
    pub fn is_truncation(&self) -> bool {
        match self {
            Self::Line { .. } | Self::Run { .. } => true,
            Self::Unreadable { why, .. } => why == COMPRESSED_DATA_TRUNCATED,
            Self::Damaged { .. } | Self::Invalid { .. } => false,
        }
    }

    /// The message for a recording that has events before this point.
    #[must_use]
    pub fn note_text(&self) -> String {
        format!("{self}; only earlier events are used")
    }
}
