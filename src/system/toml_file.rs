//! TOML files written by hand, with the positions of errors.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::event::text::{display_path, sanitize};

/// Maximum size in bytes, which also bounds reading from a device.
const MAX_SIZE: u64 = 1 << 20;
/// How long to wait for the writer of a pipe, in ms.
const PIPE_WRITER_TIMEOUT_MS: u16 = 1000;

/// A position in a file, displayed as `file:line:column`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    pub file: PathBuf,
    /// Line number, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Position {
    /// Creates an error at this position.
    #[must_use]
    pub fn error_here(self, message: impl Into<String>) -> TomlError {
        TomlError { position: self, message: message.into() }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", display_path(&self.file), self.line, self.column)
    }
}

/// An error at a position in a file.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{position}: {}", sanitize(message))]
pub struct TomlError {
    pub position: Position,
    /// What is wrong, and how to fix it.
    pub message: String,
}

/// Why a file cannot be used.
#[derive(Debug, Error)]
pub enum FileError {
    /// The file cannot be read.
    #[error("{}: {error}", display_path(file))]
    ReadError { file: PathBuf, error: io::Error },
    /// The file is invalid.
    #[error(transparent)]
    TomlError(#[from] TomlError),
}

impl FileError {
    /// Whether the file does not exist, or lies in a directory of another user that cannot be searched.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::ReadError { file, .. } if file.symlink_metadata().is_err())
    }
}

/// The text of a file and its path.
#[derive(Clone, Debug)]
pub struct TomlFile {
    name: PathBuf,
    text: String,
}

impl TomlFile {
    /// Reads a file of at most 1 MiB of UTF-8. Fails for a pipe without a writer.
    pub fn read(file: &Path) -> Result<Self, FileError> {
        let unreadable = |error| FileError::ReadError { file: file.into(), error };
        let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
        let opened = File::options().read(true).custom_flags(flags.bits()).open(file);
        let bytes = opened.and_then(|file| bytes_of(&file)).map_err(unreadable)?;
        Ok(Self::from_bytes(file, bytes)?)
    }

    /// Makes a file from bytes, which must be UTF-8.
    pub fn from_bytes(name: &Path, bytes: Vec<u8>) -> Result<Self, TomlError> {
        String::from_utf8(bytes).map(|text| Self { name: name.into(), text }).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(&error.as_bytes()[..at]).into_owned();
            Self { name: name.into(), text }.error_at(at, "not UTF-8")
        })
    }

    /// Parses the file, or returns the first error.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, TomlError> {
        toml::from_str(&self.text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let control = self.text.char_indices().find(|(_, c)| c.is_ascii_control() && !"\t\n\r".contains(*c));
            match control.filter(|(offset, _)| *offset <= at) {
                Some((offset, c)) => {
                    self.error_at(offset, format!("a control character (U+{:04X}) is not allowed", u32::from(c)))
                }
                None => self.error_at(at, message_in_one_line(error.message())),
            }
        })
    }

    /// Creates an error at a byte offset.
    #[must_use]
    pub fn error_at(&self, at: usize, message: impl Into<String>) -> TomlError {
        self.position_of_offset(at).error_here(message)
    }

    /// Returns line and column of a byte offset.
    #[must_use]
    pub fn position_of_offset(&self, at: usize) -> Position {
        let before = self.text.get(..at).unwrap_or(&self.text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        Position { file: self.name.clone(), line: before.matches('\n').count() + 1, column: line.chars().count() + 1 }
    }
}

/// Reads a file that was opened without blocking. For a pipe, waits while it has a writer.
fn bytes_of(file: &File) -> io::Result<Vec<u8>> {
    let wait = |limit: PollTimeout| poll(&mut [PollFd::new(file.as_fd(), PollFlags::POLLIN)], limit);
    let is_pipe = file.metadata()?.file_type().is_fifo();
    if is_pipe {
        wait(PIPE_WRITER_TIMEOUT_MS.into())?;
    }
    let mut bytes = Vec::new();
    while let Err(error) = file.take(MAX_SIZE + 1 - bytes.len() as u64).read_to_end(&mut bytes) {
        match error.kind() {
            io::ErrorKind::WouldBlock => wait(PollTimeout::NONE)?,
            _ => return Err(error),
        };
    }
    match bytes.len() as u64 {
        0 if is_pipe => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "no process writes to this pipe")),
        ..=MAX_SIZE => Ok(bytes),
        _ => Err(io::Error::new(io::ErrorKind::FileTooLarge, "longer than 1 MiB")),
    }
}

/// Formats a parser's message in one line.
fn message_in_one_line(message: &str) -> String {
    let is_long = message.starts_with("invalid type: integer") && message.ends_with("expected any valid TOML value");
    if is_long || message.ends_with("overflowed") || message.ends_with("value was too large") {
        return "number too large".into();
    }
    message.replace("unknown field", "unknown key").replace("duplicate field", "duplicate key").replace('\n', "; ")
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn invalid_utf8_has_a_position() {
        let error = TomlFile::from_bytes(Path::new("a\u{1b}.toml"), b"x = 1\n\xc3\xbc\xff".to_vec()).unwrap_err();
        assert_eq!(error.to_string(), "a\u{fffd}.toml:2:2: not UTF-8");
    }

    #[test]
    fn reading_a_device_is_bounded() {
        let error = TomlFile::read(Path::new("/dev/zero")).unwrap_err();
        assert_eq!(error.to_string(), "/dev/zero: longer than 1 MiB");
        assert!(TomlFile::read(Path::new("/nowhere/config.toml")).unwrap_err().is_missing());
    }

    #[test]
    fn unsupported_values_have_a_position() {
        let error = |text: &[u8]| {
            let file = TomlFile::from_bytes(Path::new("x"), text.into()).unwrap();
            file.parse::<toml::Table>().unwrap_err().to_string()
        };
        for number in ["99999999999999999999999", "-99999999999999999999999", "18446744073709551615", "1e999"] {
            assert_eq!(error(format!("a = 1\nb = {number}").as_bytes()), "x:2:5: number too large");
        }
        let huge = format!("a = {}", "9".repeat(100));
        assert_eq!(error(huge.as_bytes()), "x:1:5: number too large");
        assert_eq!(error(b"a = 1\nb = \0"), "x:2:5: a control character (U+0000) is not allowed");
        assert_eq!(error(b"a = \"\x1b[m\""), "x:1:6: a control character (U+001B) is not allowed");
        assert_eq!(error(b"\x7f"), "x:1:1: a control character (U+007F) is not allowed");
        assert!(error(b"a = \nb = \0").starts_with("x:1:5: string values"), "the first mistake");
    }

    #[test]
    fn pipe_is_read_while_it_has_a_writer() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join("pipe");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
        let error = TomlFile::read(&pipe).unwrap_err().to_string();
        assert!(error.ends_with("pipe: no process writes to this pipe"), "{error}");
        // Opening a FIFO for reading and writing does not block on Linux.
        let mut writer = File::options().read(true).write(true).open(&pipe).unwrap();
        writer.write_all(b"a = 1\n").unwrap();
        let text = std::thread::scope(|scope| {
            let reader = scope.spawn(|| TomlFile::read(&pipe).map(|file| file.text));
            while rustix::io::ioctl_fionread(&writer).unwrap() > 0 {
                assert!(!reader.is_finished(), "the first line is not read");
                std::thread::yield_now();
            }
            writer.write_all(b"b = 2\n").unwrap();
            drop(writer);
            reader.join().unwrap()
        });
        assert_eq!(text.unwrap(), "a = 1\nb = 2\n");
    }

    proptest! {
        #[test]
        fn error_positions_are_inside_the_toml_file(text in any::<String>(), at in 0..300_usize) {
            let file = TomlFile::from_bytes(Path::new("x"), text.clone().into_bytes()).unwrap();
            let position = file.position_of_offset(at);
            prop_assert!((1..=text.matches('\n').count() + 1).contains(&position.line));
            prop_assert!((1..=text.chars().count() + 1).contains(&position.column));
        }
    }
}
