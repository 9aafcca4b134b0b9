//! Decodes lines into events on several threads, in order.

use std::io;
use std::thread::available_parallelism;

use crossbeam_channel::{Receiver, Sender, bounded};
use memchr::memchr;

use super::SHOWN_UP_TO;
use super::lines::{Chunk, Ending, Lines};
use crate::event::StampedEvent;
use crate::event::codec::{CodecError, decode};
use crate::event::text::SafeText;
use crate::system::threads;

/// Chunks in flight: enough to keep all threads busy, at most a few megabytes.
const CHUNKS_IN_FLIGHT: usize = 8;
/// More decoders would only wait for decompression and for the consumer.
const MOST_DECODERS: usize = 4;
/// Approximate bytes per event, for preallocation.
const EVENT_BYTES: usize = 80;

/// The events of a chunk, and why there are no more after it, if so.
pub(super) struct Batch {
    pub(super) facts: Vec<StampedEvent>,
    pub(super) note: Option<String>,
}

/// A chunk, and where to send its events.
type Job = (Chunk, Sender<Batch>);

/// Starts the threads. Yields a receiver per chunk, in order. The threads end when the receiver is dropped.
pub(super) fn start(mut lines: Lines) -> io::Result<Receiver<Receiver<Batch>>> {
    let (jobs, work) = bounded::<Job>(CHUNKS_IN_FLIGHT);
    let (promises, promised) = bounded(CHUNKS_IN_FLIGHT);
    for _ in 0..available_parallelism().map_or(1, std::num::NonZero::get).min(MOST_DECODERS) {
        let work = work.clone();
        threads::start("decoder", move || {
            for (chunk, answer) in work {
                let _ = answer.send(read(&chunk));
            }
        })?;
    }
    threads::start("unpacker", move || {
        loop {
            let chunk = lines.next();
            let last = chunk.ending.is_some();
            let (answer, promise) = bounded(1);
            if promises.send(promise).is_err() || jobs.send((chunk, answer)).is_err() || last {
                break;
            }
        }
    })?;
    Ok(promised)
}

/// Decodes the events of a chunk up to the first invalid line.
fn read(chunk: &Chunk) -> Batch {
    let mut facts = Vec::with_capacity(chunk.bytes.len() / EVENT_BYTES + 1);
    let mut rest = &chunk.bytes[..];
    while let Some(end) = memchr(b'\n', rest) {
        match decode(&rest[..end]) {
            Ok(fact) => facts.push(fact),
            Err(error) => {
                let line = chunk.line + facts.len() as u64;
                return Batch { facts, note: Some(damaged(line, &error)) };
            }
        }
        rest = &rest[end + 1..];
    }
    let line = chunk.line + facts.len() as u64;
    let note = chunk.ending.as_ref().and_then(|ending| match (ending, decode(rest)) {
        (Ending::EndOfFile, _) if rest.is_empty() => None,
        // Complete except for its line feed.
        (Ending::EndOfFile, Ok(fact)) => {
            facts.push(fact);
            None
        }
        (Ending::EndOfFile, Err(error @ CodecError::TooLong(_))) => Some(damaged(line, &error)),
        (Ending::EndOfFile, Err(_)) => Some(format!("the recording breaks off in line {line}{SHOWN_UP_TO}")),
        (Ending::Error(why), _) => {
            Some(format!("the recording cannot be read from line {line} on ({why}){SHOWN_UP_TO}"))
        }
    });
    Batch { facts, note }
}

fn damaged(line: u64, error: &CodecError) -> String {
    let why = SafeText::from(error.to_string());
    format!("the recording is damaged in line {line} ({why}){SHOWN_UP_TO}")
}
