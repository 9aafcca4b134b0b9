//! A recording: every fact of a run, in the order in which it arrived, a line of JSON each.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::codec::{self, Header};
use crate::event::Stamped;

/// A tee: what passes is also written. A fault ends the recording, never the run.
pub struct Recorder {
    file: BufWriter<File>,
    line: Vec<u8>,
    fault: Option<io::Error>,
}

impl Recorder {
    /// Begins a recording. A file that exists is only overwritten if `force` says so.
    ///
    /// # Errors
    /// When the file exists or cannot be made.
    pub fn create(path: &Path, force: bool) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).truncate(true).create(force).create_new(!force);
        let mut file = BufWriter::new(options.open(path)?);
        serde_json::to_writer(&mut file, &Header::default())?;
        file.write_all(b"\n")?;
        Ok(Self { file, line: Vec::new(), fault: None })
    }

    /// Writes a fact.
    pub fn write(&mut self, fact: &Stamped) {
        if self.fault.is_none() {
            self.line.clear();
            codec::encode(fact, &mut self.line);
            self.fault = self.file.write_all(&self.line).err();
        }
    }

    /// Ends the recording.
    ///
    /// # Errors
    /// Why not all of it could be written.
    pub fn finish(mut self) -> io::Result<()> {
        match self.fault.take() {
            Some(fault) => Err(fault),
            None => self.file.flush(),
        }
    }
}
