//! Reads recordings.
//!
//! ```text
//! file ─► decompressed ─► whole lines ─► decoders ─► events in file order ─► runs
//!         └──────── one thread ──────┘   └ threads ┘  └─── calling thread ───┘
//! ```
//!
//! A recording is untrusted. Memory is bounded by its size. Reading ends at the first error: the events before it are
//! returned, with a note. Nothing in it is executed.

mod decoders;
mod decompress;
mod incomplete;
mod lines;
mod rereadable;
mod runs;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crossbeam_channel::Receiver;
use serde::Deserialize;
use thiserror::Error;

use crate::event::StampedEvent;
use crate::event::codec::RecordingHeader;
use crate::event::text::SafeText;
use decoders::DecodedChunk;
use incomplete::IncompleteReason;
use lines::{EndOfLines, LineChunks};

pub use rereadable::Rereadable;
pub use runs::{RecordedRuns, Recording, load};

/// Why a recording cannot be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The file cannot be read.
    #[error("{0}: {1}")]
    System(SafeText, io::Error),
    /// The file does not begin with the header of a recording.
    #[error("{0} is not an mpviz recording: {1}")]
    Foreign(SafeText, SafeText),
    /// The recording was written by a newer version of mpviz.
    #[error(
        "{file} has format version {version}, but this mpviz reads versions up to {newest}: use a newer mpviz",
        newest = RecordingHeader::FORMAT_VERSION
    )]
    Newer { file: SafeText, version: u32 },
    /// The recording has a header but no events.
    #[error("{0} contains no run{1}")]
    Empty(SafeText, SafeText),
}

/// The events of a recording.
///
/// They end where the recording ends, or where it cannot be read further; [`RecordedEvents::incomplete_note`] then says
/// why.
pub struct RecordedEvents {
    name: SafeText,
    header: RecordingHeader,
    batches: Receiver<Receiver<DecodedChunk>>,
    /// Events that are decoded but not returned yet.
    events: std::vec::IntoIter<StampedEvent>,
    /// Number of the line that follows these events.
    next_line: u64,
    incomplete: Option<IncompleteReason>,
}

/// Opens a recording. Compression (gzip, Zstandard) is detected from the first bytes.
pub fn open(path: &Path) -> Result<RecordedEvents, ReadError> {
    read(name_for_messages(path), open_file(path)?)
}

/// Reads a recording from any source. `name` is its name in messages.
pub fn read(name: SafeText, from: impl Read + Send + 'static) -> Result<RecordedEvents, ReadError> {
    let failed = |error| ReadError::System(name.clone(), error);
    let mut lines = LineChunks::new(decompress::decompress(from).map_err(failed)?);
    let header = read_header(&name, &mut lines)?;
    let batches = decoders::start(lines).map_err(failed)?;
    Ok(RecordedEvents { name, header, batches, events: Vec::new().into_iter(), next_line: 2, incomplete: None })
}

/// Opens a file, which may be a pipe but not a directory.
pub fn open_file(path: &Path) -> Result<File, ReadError> {
    let failed = |error| ReadError::System(name_for_messages(path), error);
    let file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(failed(io::ErrorKind::IsADirectory.into()));
    }
    Ok(file)
}

/// A path for display.
fn name_for_messages(path: &Path) -> SafeText {
    SafeText::from(path.display().to_string())
}

/// The part of the header that is checked first, since newer versions may differ in the rest.
#[derive(Deserialize)]
struct FormatAndVersion {
    format: String,
    version: u32,
}

fn read_header(name: &SafeText, lines: &mut LineChunks) -> Result<RecordingHeader, ReadError> {
    let foreign = |why: &str| ReadError::Foreign(name.clone(), why.into());
    let line = match lines.first_line() {
        Ok(line) => line,
        Err(EndOfLines::EndOfFile) => return Err(foreign("it is empty")),
        Err(EndOfLines::Error(error)) => return Err(foreign(&error)),
    };
    let format: FormatAndVersion =
        serde_json::from_slice(&line).map_err(|_| foreign("its first line is not a header"))?;
    match format {
        FormatAndVersion { format, .. } if format != RecordingHeader::default().format => {
            Err(foreign("its first line is not a header"))
        }
        FormatAndVersion { version: 0, .. } => Err(foreign("format version 0 is invalid")),
        FormatAndVersion { version, .. } if version > RecordingHeader::FORMAT_VERSION => {
            Err(ReadError::Newer { file: name.clone(), version })
        }
        FormatAndVersion { .. } => {
            serde_json::from_slice(&line).map_err(|error| foreign(&format!("its header: {error}")))
        }
    }
}

impl RecordedEvents {
    #[must_use]
    pub fn header(&self) -> &RecordingHeader {
        &self.header
    }

    /// Why the events ended before the end of the recording; none if it is complete.
    #[must_use]
    pub fn incomplete_note(&self) -> Option<String> {
        self.incomplete.as_ref().map(IncompleteReason::note_text)
    }

    /// The runs of the recording.
    #[must_use]
    pub fn runs(self) -> RecordedRuns {
        RecordedRuns::new(self)
    }

    /// Number of the line of the newest event.
    fn newest_event_line(&self) -> u64 {
        self.next_line - self.events.len() as u64 - 1
    }

    /// Stops at an invalid event.
    fn stop(&mut self, why: &impl std::fmt::Display) {
        self.incomplete = Some(IncompleteReason::Invalid { line: self.newest_event_line(), why: why.to_string() });
        (self.events, self.batches) = (Vec::new().into_iter(), crossbeam_channel::bounded(0).1);
    }
}

impl Iterator for RecordedEvents {
    type Item = StampedEvent;

    fn next(&mut self) -> Option<StampedEvent> {
        loop {
            if let Some(event) = self.events.next() {
                return Some(event);
            }
            if self.incomplete.is_some() {
                return None;
            }
            let batch = self.batches.recv().ok()?.recv().ok()?;
            self.next_line += batch.events.len() as u64;
            self.events = batch.events.into_iter();
            self.incomplete = batch.incomplete;
        }
    }
}
