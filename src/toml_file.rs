//! A TOML file that a person wrote, and what is wrong in it: file, line and column, and what would be right.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::text::{harmless, shown};

/// Nobody writes a longer one by hand; a device is not read for ever.
const MAX: u64 = 1 << 20;

/// Where in a file something stands: `file:line:column`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: PathBuf,
    /// Where in it, from 1.
    pub line: usize,
    /// Where in the line, in characters from 1.
    pub column: usize,
}

impl Place {
    /// What is wrong there.
    #[must_use]
    pub fn mistake(self, mistake: impl Into<String>) -> Mistake {
        Mistake { place: self, mistake: mistake.into() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", shown(&self.file), self.line, self.column)
    }
}

/// Something in a file that makes no sense.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{place}: {}", harmless(mistake))]
pub struct Mistake {
    /// Where.
    pub place: Place,
    /// What is wrong, and what would be right.
    pub mistake: String,
}

/// Why there is nothing to be had of a file.
#[derive(Debug, Error)]
pub enum FileError {
    /// It cannot be read.
    #[error("{}: {error}", shown(file))]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// It says something that makes no sense.
    #[error(transparent)]
    Mistake(#[from] Mistake),
}

impl FileError {
    /// Whether there is no such file, as far as mpviz may look: as another user, one's home may be closed.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Unreadable { file, .. } if file.symlink_metadata().is_err())
    }
}

/// The text of a file, and its name.
#[derive(Clone, Debug)]
pub struct TomlFile {
    name: PathBuf,
    text: String,
}

impl TomlFile {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, is longer than 1 MiB or is not text.
    pub fn read(file: &Path) -> Result<Self, FileError> {
        let unreadable = |error| FileError::Unreadable { file: file.into(), error };
        let mut bytes = Vec::new();
        let read = File::open(file).and_then(|file| file.take(MAX + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
        if read as u64 > MAX {
            return Err(unreadable(io::Error::new(io::ErrorKind::FileTooLarge, "longer than 1 MiB")));
        }
        Ok(Self::of_bytes(file, bytes)?)
    }

    /// What would be read of a file with these bytes.
    ///
    /// # Errors
    /// When they are not text.
    pub fn of_bytes(name: &Path, bytes: Vec<u8>) -> Result<Self, Mistake> {
        String::from_utf8(bytes).map(|text| Self { name: name.into(), text }).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(&error.as_bytes()[..at]).into_owned();
            Self { name: name.into(), text }.mistake(at, "this is not UTF-8")
        })
    }

    /// Reads what it says.
    ///
    /// # Errors
    /// The first mistake in it.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, Mistake> {
        toml::from_str(&self.text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            self.mistake(at, sentence(error.message()))
        })
    }

    /// A mistake at a place, in bytes from the beginning.
    #[must_use]
    pub fn mistake(&self, at: usize, mistake: impl Into<String>) -> Mistake {
        self.place(at).mistake(mistake)
    }

    /// A place, in bytes from the beginning, for people.
    #[must_use]
    pub fn place(&self, at: usize) -> Place {
        let before = self.text.get(..at).unwrap_or(&self.text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        Place { file: self.name.clone(), line: before.matches('\n').count() + 1, column: line.chars().count() + 1 }
    }
}

/// In one line, in the words of these files.
fn sentence(message: &str) -> String {
    message.replace("unknown field", "unknown key").replace("duplicate field", "duplicate key").replace('\n', "; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_not_text_has_a_place() {
        let mistake = TomlFile::of_bytes(Path::new("a\u{1b}.toml"), b"x = 1\n\xc3\xbc\xff".to_vec()).unwrap_err();
        assert_eq!(mistake.to_string(), "a\u{fffd}.toml:2:2: this is not UTF-8");
    }

    #[test]
    fn a_device_is_not_read_for_ever() {
        let error = TomlFile::read(Path::new("/dev/zero")).unwrap_err();
        assert_eq!(error.to_string(), "/dev/zero: longer than 1 MiB");
        assert!(TomlFile::read(Path::new("/nowhere/config.toml")).unwrap_err().is_missing());
    }

    proptest! {
        #[test]
        fn every_place_is_in_the_file(text in any::<String>(), at in 0..300_usize) {
            let file = TomlFile::of_bytes(Path::new("x"), text.clone().into_bytes()).unwrap();
            let place = file.place(at);
            prop_assert!((1..=text.matches('\n').count() + 1).contains(&place.line));
            prop_assert!((1..=text.chars().count() + 1).contains(&place.column));
        }
    }
}
