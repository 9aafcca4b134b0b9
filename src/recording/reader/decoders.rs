//! Decodes lines into events on several threads, in order.

use std::io;
use std::thread::available_parallelism;

use crossbeam_channel::{Receiver, Sender, bounded};
use memchr::memchr;
use thiserror::Error;

use super::incomplete::IncompleteReason;
use super::lines::{EndOfLines, LineChunk, LineChunks, json_of_line};
use crate::event::StampedEvent;
use crate::event::codec::{CodecError, HeaderError, decode, decode_header};
use crate::event::text::SafeText;
use crate::system::threads;

/// Number of chunks being decoded: enough to keep all threads busy, at most a few megabytes.
const CHUNKS_IN_FLIGHT: usize = 8;
/// Maximum number of decoder threads: more would only wait for decompression and for the consumer.
const MAX_DECODERS: usize = 4;
/// Approximate bytes per event, for preallocation.
const APPROXIMATE_EVENT_BYTES: usize = 80;

/// The events of a chunk and, for the last chunk, why no more follow.
pub(super) struct DecodedChunk {
    pub(super) events: Vec<StampedEvent>,
    pub(super) lines: LineNumbers,
    pub(super) incomplete: Option<IncompleteReason>,
}

/// In which lines the events of a chunk are.
#[derive(Default)]
pub(super) struct LineNumbers {
    /// Number of the first line, from 1.
    first: u64,
    /// Number of events in the chunk.
    events: usize,
    /// For each line without an event: the number of events before it.
    skipped: Vec<usize>,
}

impl LineNumbers {
    /// The line of the event before the last `following` events.
    pub(super) fn line_of_event_from_end(&self, following: usize) -> u64 {
        let before = self.events.saturating_sub(following + 1);
        let skipped = self.skipped.partition_point(|events| *events <= before);
        self.first + (before + skipped) as u64
    }
}

/// Why a line is neither an event nor a line to skip.
#[derive(Debug, Error)]
enum LineError {
    #[error(transparent)]
    Event(CodecError),
    #[error(transparent)]
    Header(HeaderError),
}

impl DecodedChunk {
    /// Decodes a line, and skips blank lines and the header of a recording that was appended to another one.
    fn add_line(&mut self, line: &[u8]) -> Result<(), LineError> {
        let event = match decode(line) {
            Err(CodecError::Malformed(error)) => Self::decode_unusual_line(line, error)?,
            decoded => Some(decoded.map_err(LineError::Event)?),
        };
        match event {
            Some(event) => self.events.push(event),
            None => self.lines.skipped.push(self.events.len()),
        }
        self.lines.events = self.events.len();
        Ok(())
    }

    /// Decodes a line that is no event as it stands; none if it is to be skipped.
    fn decode_unusual_line(line: &[u8], error: serde_json::Error) -> Result<Option<StampedEvent>, LineError> {
        let json = json_of_line(line);
        if json.is_empty() {
            return Ok(None);
        }
        if json.len() < line.len()
            && let Ok(event) = decode(json)
        {
            return Ok(Some(event));
        }
        match decode_header(json) {
            Ok(_) => Ok(None),
            Err(HeaderError::Foreign) => Err(LineError::Event(error.into())),
            Err(header) => Err(LineError::Header(header)),
        }
    }

    /// Number of the line after those that were added.
    fn next_line(&self) -> u64 {
        self.lines.first + (self.events.len() + self.lines.skipped.len()) as u64
    }

    fn invalid_line(&self, error: &LineError) -> IncompleteReason {
        IncompleteReason::Damaged { line: self.next_line(), why: SafeText::from(error.to_string()) }
    }
}

/// A chunk, and where to send its events.
type DecodeJob = (LineChunk, Sender<DecodedChunk>);

/// Starts the threads. Yields a receiver per chunk, in order. The threads end when the receiver is dropped.
pub(super) fn start(mut lines: LineChunks) -> io::Result<Receiver<Receiver<DecodedChunk>>> {
    let (jobs, job_receiver) = bounded::<DecodeJob>(CHUNKS_IN_FLIGHT);
    let (sender, batches) = bounded(CHUNKS_IN_FLIGHT);
    for _ in 0..available_parallelism().map_or(1, std::num::NonZero::get).min(MAX_DECODERS) {
        let job_receiver = job_receiver.clone();
        threads::start("decoder", move || {
            for (chunk, reply) in job_receiver {
                let _ = reply.send(read(&chunk));
            }
        })?;
    }
    threads::start("decompressor", move || {
        loop {
            let chunk = lines.next();
            let last = chunk.ending.is_some();
            let (reply, batch) = bounded(1);
            if sender.send(batch).is_err() || jobs.send((chunk, reply)).is_err() || last {
                break;
            }
        }
    })?;
    Ok(batches)
}

/// Decodes the events of a chunk up to the first invalid line.
fn read(chunk: &LineChunk) -> DecodedChunk {
    let events = Vec::with_capacity(chunk.bytes.len() / APPROXIMATE_EVENT_BYTES + 1);
    let lines = LineNumbers { first: chunk.line, ..LineNumbers::default() };
    let mut decoded = DecodedChunk { events, lines, incomplete: None };
    let mut rest = &chunk.bytes[..];
    while let Some(end) = memchr(b'\n', rest) {
        if let Err(error) = decoded.add_line(&rest[..end]) {
            decoded.incomplete = Some(decoded.invalid_line(&error));
            return decoded;
        }
        rest = &rest[end + 1..];
    }
    decoded.incomplete = match &chunk.ending {
        None => None,
        Some(EndOfLines::Error(why)) => {
            Some(IncompleteReason::Unreadable { line: decoded.next_line(), why: why.clone() })
        }
        Some(EndOfLines::EndOfFile) => match decoded.add_line(rest) {
            // The last line is complete except for its line feed.
            Ok(()) => None,
            Err(LineError::Event(CodecError::Malformed(_))) => {
                Some(IncompleteReason::Line { line: decoded.next_line() })
            }
            Err(error) => Some(decoded.invalid_line(&error)),
        },
    };
    decoded
}
