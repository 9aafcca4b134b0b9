//! Recordings that are read more than once, even from a pipe.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::path::Path;

use super::{ReadError, RecordedEvents, input_name, open_file, read};
use crate::event::text::SafeText;

/// A recording that can be read again.
pub struct Rereadable {
    name: SafeText,
    /// The recording, or an unnamed copy of what was read from a pipe.
    file: File,
}

impl Rereadable {
    /// Opens a recording and reads it for the first time.
    pub fn open(path: &Path) -> Result<(RecordedEvents, Self), ReadError> {
        let (name, from) = (input_name(path), open_file(path)?);
        let failed = |error| ReadError::System(name.clone(), error);
        if from.metadata().map_err(failed)?.is_file() {
            let events = read(name.clone(), from.try_clone().map_err(failed)?)?;
            return Ok((events, Self { name, file: from }));
        }
        let copy = tempfile::tempfile().map_err(failed)?;
        let copied = CopyingReader { from, to: copy.try_clone().map_err(failed)? };
        Ok((read(name.clone(), copied)?, Self { name, file: copy }))
    }

    /// Reads the events again, from the first one.
    pub fn reread(&self) -> Result<RecordedEvents, ReadError> {
        // Opened anew for an offset of its own, and by descriptor because the file may have been renamed.
        let file = File::open(format!("/proc/self/fd/{}", self.file.as_raw_fd()));
        read(self.name.clone(), file.map_err(|error| ReadError::System(self.name.clone(), error))?)
    }
}

/// A reader that also writes what it reads to a copy.
struct CopyingReader {
    from: File,
    to: File,
}

impl Read for CopyingReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.from.read(buffer)?;
        let copied = self.to.write_all(&buffer[..n]);
        copied.map_err(|error| io::Error::new(error.kind(), format!("cannot copy it to a temporary file: {error}")))?;
        Ok(n)
    }
}
