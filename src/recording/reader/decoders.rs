//! Decodes lines into events on several threads, in order.

use std::io;
use std::thread::available_parallelism;

use crossbeam_channel::{Receiver, Sender, bounded};
use memchr::memchr;

use super::incomplete::IncompleteReason;
use super::lines::{EndOfLines, LineChunk, LineChunks};
use crate::event::StampedEvent;
use crate::event::codec::{CodecError, decode};
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
    pub(super) incomplete: Option<IncompleteReason>,
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
    let mut events = Vec::with_capacity(chunk.bytes.len() / APPROXIMATE_EVENT_BYTES + 1);
    let mut rest = &chunk.bytes[..];
    while let Some(end) = memchr(b'\n', rest) {
        match decode(&rest[..end]) {
            Ok(event) => events.push(event),
            Err(error) => {
                let line = chunk.line + events.len() as u64;
                return DecodedChunk { events, incomplete: Some(invalid_line(line, &error)) };
            }
        }
        rest = &rest[end + 1..];
    }
    let line = chunk.line + events.len() as u64;
    let incomplete = chunk.ending.as_ref().and_then(|ending| match (ending, decode(rest)) {
        (EndOfLines::EndOfFile, _) if rest.is_empty() => None,
        // The last line is complete except for its line feed.
        (EndOfLines::EndOfFile, Ok(event)) => {
            events.push(event);
            None
        }
        (EndOfLines::EndOfFile, Err(error @ CodecError::TooLong(_))) => Some(invalid_line(line, &error)),
        (EndOfLines::EndOfFile, Err(_)) => Some(IncompleteReason::Line { line }),
        (EndOfLines::Error(why), _) => Some(IncompleteReason::Unreadable { line, why: why.clone() }),
    });
    DecodedChunk { events, incomplete }
}

fn invalid_line(line: u64, error: &CodecError) -> IncompleteReason {
    IncompleteReason::Damaged { line, why: SafeText::from(error.to_string()) }
}
