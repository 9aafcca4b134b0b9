//! Errors and notes of commands that write a file.

use std::io;
use std::path::Path;

use thiserror::Error;

use super::UnsupportedOption;
use crate::event::text::SafeText;
use crate::recording::reader::ReadError;
use crate::report::compare::SavedError;
use crate::theme::ThemeError;

/// Why nothing was written.
#[derive(Debug, Error)]
pub enum OutputError {
    #[error("{0}")]
    Usage(String),
    #[error(transparent)]
    UnsupportedOption(#[from] UnsupportedOption),
    #[error(transparent)]
    Theme(#[from] ThemeError),
    /// The output file exists.
    #[error("--output {0}: the file exists; use --force to overwrite it")]
    Exists(SafeText),
    /// The recording cannot be read.
    #[error(transparent)]
    Recording(#[from] ReadError),
    /// A file is not a saved result.
    #[error("{0}: {1}")]
    Saved(SafeText, SavedError),
    /// A file cannot be read.
    #[error("{0}: {1}")]
    Input(SafeText, io::Error),
    /// The output cannot be written.
    #[error("{0} could not be written: {1}")]
    Output(SafeText, io::Error),
    /// The reader closed the pipe.
    #[error("the reader closed the pipe")]
    ReaderClosed,
}

impl OutputError {
    /// Whether the error is in the command line.
    #[must_use]
    pub const fn is_usage(&self) -> bool {
        matches!(self, Self::Usage(_) | Self::UnsupportedOption(_) | Self::Theme(_) | Self::Exists(_))
    }
}

/// On success, notes about what is missing in the output.
pub type OutputResult = Result<Vec<String>, OutputError>;

/// The output for display.
#[must_use]
pub fn destination_name(output: Option<&Path>) -> SafeText {
    output.map_or_else(|| "the result".into(), |path| path.display().to_string().into())
}
