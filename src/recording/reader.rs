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
mod growing_file;
mod incomplete;
mod lines;
mod rereadable;
mod runs;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crossbeam_channel::Receiver;
use thiserror::Error;

use crate::event::codec::{self, HeaderError, RecordingHeader};
use crate::event::text::SafeText;
use crate::event::{Event, Run, StampedEvent};
use crate::system::standard_streams::{is_standard_stream, stdin_file};
use decoders::{DecodedChunk, LineNumbers};
use growing_file::GrowingFile;
use lines::{EndOfLines, LineChunks, json_of_line};

pub use incomplete::IncompleteReason;
pub use rereadable::Rereadable;
pub use runs::{RecordedRuns, Recording, load};

/// Maximum number of tasks in all runs of a recording, in addition to its number of events.
const MAX_TASKS: u64 = 4_000_000;

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
        newest = RecordingHeader::NEWEST_VERSION
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
    /// The lines of the newest chunk.
    lines: LineNumbers,
    /// Number of events returned so far.
    returned: u64,
    /// Number of tasks in all lanes of the runs so far.
    tasks: u64,
    incomplete: Option<IncompleteReason>,
}

/// Opens a recording. Compression (gzip, Zstandard) is detected from the first bytes.
pub fn open(path: &Path) -> Result<RecordedEvents, ReadError> {
    read(input_name(path), open_file(path)?)
}

/// Opens a recording that may still grow. Its events end with its writer, or with the pipe.
///
/// Waits until the header is there; opening a named pipe waits for its writer.
pub fn follow(path: &Path) -> Result<RecordedEvents, ReadError> {
    let growing = GrowingFile::new(open_file(path)?);
    let writer = growing.writer();
    let events = read_lines(input_name(path), growing, true)?;
    writer.set(events.header.writer.clone());
    Ok(events)
}

/// Reads a recording from any source. `name` is its name in messages.
pub fn read(name: SafeText, from: impl Read + Send + 'static) -> Result<RecordedEvents, ReadError> {
    read_lines(name, from, false)
}

fn read_lines(name: SafeText, from: impl Read + Send + 'static, grows: bool) -> Result<RecordedEvents, ReadError> {
    let failed = |error| ReadError::System(name.clone(), error);
    let mut lines = LineChunks::new(decompress::decompress(from).map_err(failed)?, grows);
    let header = read_header(&name, &mut lines)?;
    let batches = decoders::start(lines).map_err(failed)?;
    let (events, lines) = (Vec::new().into_iter(), LineNumbers::default());
    Ok(RecordedEvents { name, header, batches, events, lines, returned: 0, tasks: 0, incomplete: None })
}

/// Reads the header of a recording.
pub fn header_of(path: &Path) -> Result<RecordingHeader, ReadError> {
    let name = input_name(path);
    let text = decompress::decompress(open_file(path)?).map_err(|error| ReadError::System(name.clone(), error))?;
    read_header(&name, &mut LineChunks::new(text, false))
}

/// Opens a file, which may be a pipe but not a directory. `-` is standard input.
pub fn open_file(path: &Path) -> Result<File, ReadError> {
    let failed = |error| ReadError::System(input_name(path), error);
    let file = if is_standard_stream(path) { stdin_file() } else { File::open(path) }.map_err(failed)?;
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(failed(io::ErrorKind::IsADirectory.into()));
    }
    Ok(file)
}

/// Checks that a file can be opened, without opening it: a named pipe may have no writer yet.
pub fn check_input(path: &Path) -> Result<(), ReadError> {
    if is_standard_stream(path) {
        return open_file(path).map(drop);
    }
    let failed = |error| ReadError::System(input_name(path), error);
    if path.metadata().map_err(failed)?.is_dir() {
        return Err(failed(io::ErrorKind::IsADirectory.into()));
    }
    Ok(())
}

/// Name of a file in messages.
#[must_use]
pub fn input_name(path: &Path) -> SafeText {
    if is_standard_stream(path) { "standard input".into() } else { SafeText::from(path.display().to_string()) }
}

/// Removes a byte order mark, with which other tools begin a file.
#[must_use]
pub fn without_byte_order_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

fn read_header(name: &SafeText, lines: &mut LineChunks) -> Result<RecordingHeader, ReadError> {
    let foreign = |why: &str| ReadError::Foreign(name.clone(), why.into());
    let line = loop {
        match lines.first_line() {
            Ok(line) if json_of_line(&line).is_empty() => {}
            Ok(line) => break line,
            Err(EndOfLines::EndOfFile) => return Err(foreign("it is empty")),
            Err(EndOfLines::Error(error)) => return Err(foreign(&error)),
        }
    };
    codec::decode_header(json_of_line(&line)).map_err(|error| match error {
        HeaderError::Newer(version) => ReadError::Newer { file: name.clone(), version },
        HeaderError::Foreign => foreign("its first line is not a header"),
        error => foreign(&error.to_string()),
    })
}

impl RecordedEvents {
    #[must_use]
    pub fn header(&self) -> &RecordingHeader {
        &self.header
    }

    /// Why the events ended before the end of the recording; none if it is complete.
    #[must_use]
    pub fn incomplete_reason(&self) -> Option<&IncompleteReason> {
        self.incomplete.as_ref()
    }

    /// The same as a note for the viewer.
    #[must_use]
    pub fn incomplete_note(&self) -> Option<String> {
        self.incomplete_reason().map(IncompleteReason::note_text)
    }

    /// The runs of the recording.
    #[must_use]
    pub fn runs(self) -> RecordedRuns {
        RecordedRuns::new(self)
    }

    /// Number of the line of the event that was returned last, from 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.lines.line_of_event_from_end(self.events.len())
    }

    /// Adds the tasks of a run. False if there are too many: a single line may submit a million.
    fn has_room_for(&mut self, run: &Run) -> bool {
        let tasks = run.workload.as_ref().map_or(0, |workload| workload.tasks);
        self.tasks += u64::from(tasks) * run.lanes.len() as u64;
        self.tasks <= MAX_TASKS + self.returned
    }

    /// Stops at an invalid event.
    fn stop(&mut self, why: &impl std::fmt::Display) {
        self.incomplete = Some(IncompleteReason::Invalid { line: self.line(), why: why.to_string() });
        (self.events, self.batches) = (Vec::new().into_iter(), crossbeam_channel::bounded(0).1);
    }
}

impl Iterator for RecordedEvents {
    type Item = StampedEvent;

    fn next(&mut self) -> Option<StampedEvent> {
        loop {
            if let Some(event) = self.events.next() {
                if let Event::RunStarted(run) = &event.event
                    && !self.has_room_for(run)
                {
                    self.stop(&"too many tasks for the size of the recording");
                    return None;
                }
                self.returned += 1;
                return Some(event);
            }
            if self.incomplete.is_some() {
                return None;
            }
            let batch = self.batches.recv().ok()?.recv().ok()?;
            self.events = batch.events.into_iter();
            (self.lines, self.incomplete) = (batch.lines, batch.incomplete);
        }
    }
}
