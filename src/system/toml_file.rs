//! A TOML file that a person wrote, and what is wrong in it: file, line and column, and what would be right.

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

/// Nobody writes a longer one by hand; a device is not read for ever.
const MAX: u64 = 1 << 20;
/// How long somebody may take who is to write to a pipe. In ms.
const PATIENCE: u16 = 1000;

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
        write!(f, "{}:{}:{}", display_path(&self.file), self.line, self.column)
    }
}

/// Something in a file that makes no sense.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{place}: {}", sanitize(mistake))]
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
    #[error("{}: {error}", display_path(file))]
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
    /// When it cannot be read, is longer than 1 MiB or is not text; when it is a pipe that nobody writes to.
    pub fn read(file: &Path) -> Result<Self, FileError> {
        let unreadable = |error| FileError::Unreadable { file: file.into(), error };
        let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
        let opened = File::options().read(true).custom_flags(flags.bits()).open(file);
        let bytes = opened.and_then(|file| bytes_of(&file)).map_err(unreadable)?;
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
            let control = self.text.char_indices().find(|(_, c)| c.is_ascii_control() && !"\t\n\r".contains(*c));
            match control.filter(|(place, _)| *place <= at) {
                Some((place, c)) => {
                    self.mistake(place, format!("a control character (U+{:04X}) is not text", u32::from(c)))
                }
                None => self.mistake(at, sentence(error.message())),
            }
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

/// What is in a file that is opened not to wait. A pipe is waited for as long as there is somebody to write to it.
fn bytes_of(file: &File) -> io::Result<Vec<u8>> {
    let wait = |limit: PollTimeout| poll(&mut [PollFd::new(file.as_fd(), PollFlags::POLLIN)], limit);
    let is_pipe = file.metadata()?.file_type().is_fifo();
    if is_pipe {
        wait(PATIENCE.into())?;
    }
    let mut bytes = Vec::new();
    while let Err(error) = file.take(MAX + 1 - bytes.len() as u64).read_to_end(&mut bytes) {
        match error.kind() {
            io::ErrorKind::WouldBlock => wait(PollTimeout::NONE)?,
            _ => return Err(error),
        };
    }
    match bytes.len() as u64 {
        0 if is_pipe => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "nothing comes out of this pipe")),
        ..=MAX => Ok(bytes),
        _ => Err(io::Error::new(io::ErrorKind::FileTooLarge, "longer than 1 MiB")),
    }
}

/// In one line, in the words of these files.
fn sentence(message: &str) -> String {
    let is_long = message.starts_with("invalid type: integer") && message.ends_with("expected any valid TOML value");
    if is_long || message.ends_with("overflowed") || message.ends_with("value was too large") {
        return "this number is too large".into();
    }
    message.replace("unknown field", "unknown key").replace("duplicate field", "duplicate key").replace('\n', "; ")
}

#[cfg(test)]
mod tests {
    use std::io::Write;

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

    #[test]
    fn what_no_toml_holds_is_said_with_its_place() {
        let mistake = |text: &[u8]| {
            let file = TomlFile::of_bytes(Path::new("x"), text.into()).unwrap();
            file.parse::<toml::Table>().unwrap_err().to_string()
        };
        for number in ["99999999999999999999999", "-99999999999999999999999", "18446744073709551615", "1e999"] {
            assert_eq!(mistake(format!("a = 1\nb = {number}").as_bytes()), "x:2:5: this number is too large");
        }
        let huge = format!("a = {}", "9".repeat(100));
        assert_eq!(mistake(huge.as_bytes()), "x:1:5: this number is too large");
        assert_eq!(mistake(b"a = 1\nb = \0"), "x:2:5: a control character (U+0000) is not text");
        assert_eq!(mistake(b"a = \"\x1b[m\""), "x:1:6: a control character (U+001B) is not text");
        assert_eq!(mistake(b"\x7f"), "x:1:1: a control character (U+007F) is not text");
        assert!(mistake(b"a = \nb = \0").starts_with("x:1:5: string values"), "the first mistake");
    }

    #[test]
    fn a_pipe_is_waited_for_while_somebody_can_write_to_it() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join("pipe");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
        let error = TomlFile::read(&pipe).unwrap_err().to_string();
        assert!(error.ends_with("pipe: nothing comes out of this pipe"), "{error}");
        // On Linux this waits for nobody.
        let mut writer = File::options().read(true).write(true).open(&pipe).unwrap();
        writer.write_all(b"a = 1\n").unwrap();
        let text = std::thread::scope(|scope| {
            let reader = scope.spawn(|| TomlFile::read(&pipe).map(|file| file.text));
            std::thread::sleep(std::time::Duration::from_millis(50));
            writer.write_all(b"b = 2\n").unwrap();
            drop(writer);
            reader.join().unwrap()
        });
        assert_eq!(text.unwrap(), "a = 1\nb = 2\n");
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
