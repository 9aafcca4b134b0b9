//! The newest run, kept compressed in memory so that it can be saved.

use std::io::{self, Write};
use std::path::PathBuf;

use super::compressor::{Compression, Compressor};
use crate::event::codec::RecordingHeader;
use crate::event::units;
use crate::system::new_file;
use crate::text;

/// Maximum compressed size: a run of several million tasks.
const MAX_SIZE: usize = 64 << 20;

/// The recording of one run in memory.
pub(super) struct KeptRun {
    header: Vec<u8>,
    /// Compressor of the events in memory; none once they exceeded [`MAX_SIZE`].
    compressor: Option<Compressor<Vec<u8>>>,
    events: u64,
}

impl KeptRun {
    pub(super) fn new(header: &RecordingHeader) -> io::Result<Self> {
        let mut header = serde_json::to_vec(header)?;
        header.push(b'\n');
        let mut kept = Self { header, compressor: None, events: 0 };
        kept.begin_run()?;
        Ok(kept)
    }

    /// Starts a new run, dropping the previous one.
    pub(super) fn begin_run(&mut self) -> io::Result<()> {
        let mut compressor = Compressor::new(Compression::Zstd, Vec::new())?;
        compressor.write(&self.header)?;
        (self.compressor, self.events) = (Some(compressor), 0);
        Ok(())
    }

    pub(super) fn write(&mut self, lines: &[u8], events: u64) -> io::Result<()> {
        let Some(compressor) = &mut self.compressor else { return Ok(()) };
        compressor.write(lines)?;
        self.events += events;
        if compressor.get_ref().len() > MAX_SIZE {
            self.compressor = None;
        }
        Ok(())
    }

    /// Saves the run to a new file in the current directory, and returns a message for the viewer.
    pub(super) fn save(&mut self) -> String {
        let events = self.events;
        let saved = self.with_recording(|bytes| {
            let size = units::format_bytes(bytes.len() as u64);
            let name = write_new_file(bytes)?.display().to_string();
            Ok(text!("run-saved", file = name, events = events, size = size))
        });
        let Some(saved) = saved else {
            let limit = units::format_bytes(MAX_SIZE as u64);
            return text!("run-too-large-to-save", limit = limit);
        };
        saved.unwrap_or_else(|error| text!("run-not-saved", error = error.to_string()))
    }

    /// Returns the run so far as a recording; none if it is not in memory.
    pub(super) fn copy(&mut self) -> Option<Vec<u8>> {
        self.with_recording(|bytes| Ok(bytes.to_vec()))?.ok()
    }

    /// Passes the run so far to `take` as a whole recording; none if it is not in memory.
    fn with_recording<T>(&mut self, take: impl FnOnce(&[u8]) -> io::Result<T>) -> Option<io::Result<T>> {
        let compressor = self.compressor.take()?;
        // The compressed stream is finished here, and later events start a new one: such streams can be concatenated.
        Some(compressor.finish().and_then(|bytes| {
            let taken = take(&bytes);
            self.compressor = Some(Compressor::new(Compression::Zstd, bytes)?);
            taken
        }))
    }
}

/// Writes a new file and returns its path.
fn write_new_file(bytes: &[u8]) -> io::Result<PathBuf> {
    let stem = jiff::Zoned::now().strftime("mpviz-%Y%m%d-%H%M%S").to_string();
    let name =
        |n| PathBuf::from(if n == 0 { format!("{stem}.jsonl.zst") } else { format!("{stem}-{}.jsonl.zst", n + 1) });
    let (path, mut file) = new_file::create_unique(name, 0o666)?;
    // The file is removed after an error: a partial recording would look like that of a cancelled run.
    file.write_all(bytes).inspect_err(|_| drop(std::fs::remove_file(&path)))?;
    Ok(path)
}
