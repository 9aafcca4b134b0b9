//! A recording that is read more than once, though it may come through a pipe.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::path::Path;

use super::{Facts, Unreadable, file, named, read};
use crate::event::text::SafeText;

/// A recording that has been opened and can be read again.
pub struct Twice {
    name: SafeText,
    /// The recording itself or, of what can be read but once, a copy without a name of as much as was read.
    file: File,
}

impl Twice {
    /// Opens a recording for the first time.
    ///
    /// # Errors
    /// When it cannot be read, or is no recording that this program understands.
    pub fn open(path: &Path) -> Result<(Facts, Self), Unreadable> {
        let (name, from) = (named(path), file(path)?);
        let failed = |error| Unreadable::System(name.clone(), error);
        if from.metadata().map_err(failed)?.is_file() {
            let facts = read(name.clone(), from.try_clone().map_err(failed)?)?;
            return Ok((facts, Self { name, file: from }));
        }
        let copy = tempfile::tempfile().map_err(failed)?;
        let copied = Copied { from, to: copy.try_clone().map_err(failed)? };
        Ok((read(name.clone(), copied)?, Self { name, file: copy }))
    }

    /// Its facts once more, from the first on.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn again(&self) -> Result<Facts, Unreadable> {
        // Opened anew it has a place of its own in the file; by its number it is the same file, whatever has its name by now.
        let file = File::open(format!("/proc/self/fd/{}", self.file.as_raw_fd()));
        read(self.name.clone(), file.map_err(|error| Unreadable::System(self.name.clone(), error))?)
    }
}

/// Writes down what is read.
struct Copied {
    from: File,
    to: File,
}

impl Read for Copied {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.from.read(buffer)?;
        let copied = self.to.write_all(&buffer[..n]);
        copied.map_err(|error| io::Error::new(error.kind(), format!("no copy of it could be made: {error}")))?;
        Ok(n)
    }
}
