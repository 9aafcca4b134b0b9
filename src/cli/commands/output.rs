//! What `mpviz export` and `mpviz compare` do: read, make something of it, and hand it over.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::event::text::SafeText;
use crate::recording::reader::Unreadable;
use crate::report::compare::Unsuitable;
use crate::theme::ThemeError;

/// Why nothing, or not all, was handed over.
#[derive(Debug, Error)]
pub(super) enum Undelivered {
    /// What was asked for makes no sense.
    #[error("{0}")]
    Usage(String),
    /// A theme that is not there, or not right.
    #[error(transparent)]
    Theme(#[from] ThemeError),
    /// There is such a file already.
    #[error("--output {0}: there is such a file already; --force overwrites it")]
    Exists(SafeText),
    /// A recording that shows nothing.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// Something that is no saved run.
    #[error("{0}: {1}")]
    Unsuitable(SafeText, Unsuitable),
    /// A file that cannot be read.
    #[error("{0}: {1}")]
    Input(SafeText, io::Error),
    /// The result could not be written.
    #[error("{0} could not be written: {1}")]
    Output(SafeText, io::Error),
    /// Whoever read the result has had enough.
    #[error("nobody reads the result any more")]
    HadEnough,
}

impl Undelivered {
    /// Whether the one who asked can ask better.
    #[must_use]
    pub(super) const fn is_usage(&self) -> bool {
        matches!(self, Self::Usage(_) | Self::Theme(_) | Self::Exists(_))
    }
}

/// What was handed over may be less than was asked for: a sentence about each thing that is missing.
pub(super) type Delivered = Result<Vec<String>, Undelivered>;

/// A path as a sentence names it.
pub(super) fn named(path: &std::path::Path) -> SafeText {
    SafeText::from(path.display().to_string())
}

/// Where a result goes.
pub(super) fn destination(output: Option<&PathBuf>) -> SafeText {
    output.map_or_else(|| "the result".into(), |path| named(path))
}
