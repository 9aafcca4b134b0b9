//! Reads recordings.
//!
//! ```text
//! file ─► unpacked ─► whole lines ─► decoders ─► facts in their old order ─► runs
//!         └────── a thread ──────┘   └ threads ┘  └──── whoever asks ────┘
//! ```
//!
//! A recording comes from outside. Whatever is in it, memory is bounded by its size, and what cannot be read ends it: what came
//! before is given, and a note says so. Nothing in it is ever carried out.

mod decoders;
mod decompress;
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
use crate::event::codec::Header;
use crate::event::text::SafeText;
use decoders::Batch;
use lines::{Ending, Lines};

pub use rereadable::Rereadable;
pub use runs::{Recording, Runs, load};

/// Ending of every message about an incomplete recording.
const SHOWN_UP_TO: &str = ": what came before is shown";

/// Why a recording cannot be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// A system error.
    #[error("{0}: {1}")]
    System(SafeText, io::Error),
    /// It does not start like a recording.
    #[error("{0} is no recording of mpviz: {1}")]
    Foreign(SafeText, SafeText),
    /// It was written by a newer version.
    #[error(
        "{file} has version {version} of the format, and this mpviz reads up to version {newest}: a newer mpviz is needed",
        newest = Header::VERSION
    )]
    Newer { file: SafeText, version: u32 },
    /// It has a header but no events.
    #[error("{0} holds no run{1}")]
    Empty(SafeText, SafeText),
}

/// The events of a recording.
///
/// They end where the recording ends, or where it cannot be read further; [`RecordedEvents::note`] then says why.
pub struct RecordedEvents {
    name: SafeText,
    header: Header,
    batches: Receiver<Receiver<Batch>>,
    at_hand: std::vec::IntoIter<StampedEvent>,
    /// Number of the line after the current events.
    next_line: u64,
    note: Option<String>,
}

/// Opens a recording. Compression (gzip, Zstandard) is detected from the first bytes.
pub fn open(path: &Path) -> Result<RecordedEvents, ReadError> {
    read(display_name(path), file(path)?)
}

/// Reads a recording from any source. `name` is its name in messages.
pub fn read(name: SafeText, from: impl Read + Send + 'static) -> Result<RecordedEvents, ReadError> {
    let failed = |error| ReadError::System(name.clone(), error);
    let mut lines = Lines::new(decompress::decompress(from).map_err(failed)?);
    let header = header(&name, &mut lines)?;
    let batches = decoders::start(lines).map_err(failed)?;
    Ok(RecordedEvents { name, header, batches, at_hand: Vec::new().into_iter(), next_line: 2, note: None })
}

/// Opens a file, which may be a pipe but not a directory.
pub fn file(path: &Path) -> Result<File, ReadError> {
    let failed = |error| ReadError::System(display_name(path), error);
    let file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(failed(io::ErrorKind::IsADirectory.into()));
    }
    Ok(file)
}

/// A path for display.
fn display_name(path: &Path) -> SafeText {
    SafeText::from(path.display().to_string())
}

/// The part of the header that is checked first, since newer versions may differ in the rest.
#[derive(Deserialize)]
struct Format {
    format: String,
    version: u32,
}

fn header(name: &SafeText, lines: &mut Lines) -> Result<Header, ReadError> {
    let foreign = |why: &str| ReadError::Foreign(name.clone(), why.into());
    let line = match lines.first() {
        Ok(line) => line,
        Err(Ending::EndOfFile) => return Err(foreign("it is empty")),
        Err(Ending::Error(error)) => return Err(foreign(&error)),
    };
    let format: Format = serde_json::from_slice(&line).map_err(|_| foreign("its first line does not say so"))?;
    match format {
        Format { format, .. } if format != Header::default().format => Err(foreign("its first line does not say so")),
        Format { version: 0, .. } => Err(foreign("its format has no version 0")),
        Format { version, .. } if version > Header::VERSION => Err(ReadError::Newer { file: name.clone(), version }),
        Format { .. } => serde_json::from_slice(&line).map_err(|error| foreign(&format!("its header: {error}"))),
    }
}

impl RecordedEvents {
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Why the events ended before the end of the recording; none if it is complete.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// The runs of the recording.
    #[must_use]
    pub fn runs(self) -> Runs {
        Runs::new(self)
    }

    /// Number of the line of the newest event.
    fn line(&self) -> u64 {
        self.next_line - self.at_hand.len() as u64 - 1
    }

    /// Stops at an invalid event.
    fn stop(&mut self, why: &impl std::fmt::Display) {
        let line = self.line();
        self.note = Some(format!("the recording contradicts itself in line {line} ({why}){SHOWN_UP_TO}"));
        (self.at_hand, self.batches) = (Vec::new().into_iter(), crossbeam_channel::bounded(0).1);
    }
}

impl Iterator for RecordedEvents {
    type Item = StampedEvent;

    fn next(&mut self) -> Option<StampedEvent> {
        loop {
            if let Some(fact) = self.at_hand.next() {
                return Some(fact);
            }
            if self.note.is_some() {
                return None;
            }
            let batch = self.batches.recv().ok()?.recv().ok()?;
            self.next_line += batch.facts.len() as u64;
            self.at_hand = batch.facts.into_iter();
            self.note = batch.note;
        }
    }
}
