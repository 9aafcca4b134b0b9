//! Why a recording is incomplete.

use thiserror::Error;

use crate::event::text::SafeText;
use crate::text;

/// Why the events of a recording end before its end. Lines are numbered from 1.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum IncompleteReason {
    /// The recording ends within a line.
    #[error("{}", text!("truncated-in-line", line = line.to_string()))]
    Line { line: u64 },
    /// The recording ends before the run has ended.
    #[error("{}", text!("truncated-in-run", time = at.as_str(), run = *run))]
    Run { at: String, run: usize },
    /// Reading failed.
    #[error("{}", text!("unreadable-from-line", line = line.to_string(), why = why.as_str()))]
    Unreadable { line: u64, why: String },
    /// A line is not an event.
    #[error("{}", text!("damaged-in-line", line = line.to_string(), why = why.as_str()))]
    Damaged { line: u64, why: SafeText },
    /// An event is invalid in the state of the run.
    #[error("{}", text!("invalid-in-line", line = line.to_string(), why = why.as_str()))]
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
        text!("incomplete-note", reason = self.to_string())
    }
}
