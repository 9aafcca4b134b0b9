//! What `mpviz export` and `mpviz compare` do: read, make something of it, and hand it over.

mod beside;
mod compare;
mod export;
mod target;

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::report::compare::Unsuitable;
use crate::source::recording::Unreadable;
use crate::text::SafeText;
use crate::theme::ThemeError;

pub use beside::Beside;
pub use compare::Compared;
pub use export::export;

/// Why nothing, or not all, was handed over.
#[derive(Debug, Error)]
pub enum Undelivered {
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
    pub const fn is_usage(&self) -> bool {
        matches!(self, Self::Usage(_) | Self::Theme(_) | Self::Exists(_))
    }
}

/// What was handed over may be less than was asked for: a sentence about each thing that is missing.
pub type Delivered = Result<Vec<String>, Undelivered>;

/// A path as a sentence names it.
fn named(path: &std::path::Path) -> SafeText {
    SafeText::from(path.display().to_string())
}

/// Where a result goes.
fn destination(output: Option<&PathBuf>) -> SafeText {
    output.map_or_else(|| "the result".into(), |path| named(path))
}
