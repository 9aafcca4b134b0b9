//! A recording, read: what it says of itself, its facts in the order in which they arrived, its runs.
//!
//! ```text
//! file ─► unpacked ─► whole lines ─► decoders ─► facts in their old order ─► runs
//!         └────── a thread ──────┘   └ threads ┘  └──── whoever asks ────┘
//! ```
//!
//! A recording comes from outside. Whatever is in it, memory is bounded by its size, and what cannot be read ends it: what came
//! before is given, and a note says so. Nothing in it is ever carried out.

mod decoders;
mod lines;
mod runs;
mod twice;
mod unpack;

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

pub use runs::{Recording, Runs, load};
pub use twice::Twice;

/// How every sentence ends that says why a recording is not whole.
const SHOWN: &str = ": what came before is shown";

/// Why nothing of a recording can be shown.
#[derive(Debug, Error)]
pub enum Unreadable {
    /// The system does not let it be read.
    #[error("{0}: {1}")]
    System(SafeText, io::Error),
    /// It does not begin as a recording does.
    #[error("{0} is no recording of mpviz: {1}")]
    Foreign(SafeText, SafeText),
    /// Written by a newer program.
    #[error(
        "{file} has version {version} of the format, and this mpviz reads up to version {newest}: a newer mpviz is needed",
        newest = Header::VERSION
    )]
    Newer {
        /// The recording.
        file: SafeText,
        /// Its version.
        version: u32,
    },
    /// It has a header and nothing that can be shown.
    #[error("{0} holds no run{1}")]
    Empty(SafeText, SafeText),
}

/// The facts of a recording, one after the other.
///
/// They end where the recording ends or cannot be read any further; [`Facts::note`] then says which.
pub struct Facts {
    name: SafeText,
    header: Header,
    batches: Receiver<Receiver<Batch>>,
    at_hand: std::vec::IntoIter<StampedEvent>,
    /// The number of the line that comes after the facts at hand.
    next_line: u64,
    note: Option<String>,
}

/// Opens a recording: plain, or packed by gzip or zstd, which its first bytes tell and not its name.
///
/// # Errors
/// When it cannot be read, or is no recording that this program understands.
pub fn open(path: &Path) -> Result<Facts, Unreadable> {
    read(named(path), file(path)?)
}

/// Reads a recording from wherever it comes, from its first byte on; it is read once. `name` is what sentences call it.
///
/// # Errors
/// When it cannot be read, or is no recording that this program understands.
pub fn read(name: SafeText, from: impl Read + Send + 'static) -> Result<Facts, Unreadable> {
    let failed = |error| Unreadable::System(name.clone(), error);
    let mut lines = Lines::new(unpack::unpack(from).map_err(failed)?);
    let header = header(&name, &mut lines)?;
    let batches = decoders::start(lines).map_err(failed)?;
    Ok(Facts { name, header, batches, at_hand: Vec::new().into_iter(), next_line: 2, note: None })
}

/// Opens a file, which may be a pipe but no folder.
///
/// # Errors
/// When it cannot be read.
pub fn file(path: &Path) -> Result<File, Unreadable> {
    let failed = |error| Unreadable::System(named(path), error);
    let file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(failed(io::ErrorKind::IsADirectory.into()));
    }
    Ok(file)
}

/// A path as a sentence names it.
fn named(path: &Path) -> SafeText {
    SafeText::from(path.display().to_string())
}

/// The part of a header that is looked at first: what else a newer one holds may not be understood.
#[derive(Deserialize)]
struct Format {
    format: String,
    version: u32,
}

fn header(name: &SafeText, lines: &mut Lines) -> Result<Header, Unreadable> {
    let foreign = |why: &str| Unreadable::Foreign(name.clone(), why.into());
    let line = match lines.first() {
        Ok(line) => line,
        Err(Ending::Whole) => return Err(foreign("it is empty")),
        Err(Ending::Fault(error)) => return Err(foreign(&error)),
    };
    let format: Format = serde_json::from_slice(&line).map_err(|_| foreign("its first line does not say so"))?;
    match format {
        Format { format, .. } if format != Header::default().format => Err(foreign("its first line does not say so")),
        Format { version: 0, .. } => Err(foreign("its format has no version 0")),
        Format { version, .. } if version > Header::VERSION => Err(Unreadable::Newer { file: name.clone(), version }),
        Format { .. } => serde_json::from_slice(&line).map_err(|error| foreign(&format!("its header: {error}"))),
    }
}

impl Facts {
    /// What the recording says of itself.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Why the facts ended before the recording was whole, in a sentence; none if all is well.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// The runs that the facts tell of.
    #[must_use]
    pub fn runs(self) -> Runs {
        Runs::new(self)
    }

    /// The number of the line from which the newest fact was read.
    fn line(&self) -> u64 {
        self.next_line - self.at_hand.len() as u64 - 1
    }

    /// Ends it here: a fact cannot be.
    fn stop(&mut self, why: &impl std::fmt::Display) {
        let line = self.line();
        self.note = Some(format!("the recording contradicts itself in line {line} ({why}){SHOWN}"));
        (self.at_hand, self.batches) = (Vec::new().into_iter(), crossbeam_channel::bounded(0).1);
    }
}

impl Iterator for Facts {
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
