//! From lines to facts, on several threads, in their old order.

use std::io;
use std::thread::available_parallelism;

use crossbeam_channel::{Receiver, Sender, bounded};
use memchr::memchr;

use super::SHOWN;
use super::lines::{Ending, Lines, Piece};
use crate::event::StampedEvent;
use crate::event::codec::{CodecError, decode};
use crate::event::text::SafeText;
use crate::system::threads;

/// Pieces on their way at a time: enough for no thread to wait for another, and a few megabytes at the most.
const ON_THE_WAY: usize = 8;
/// More decoders than this only wait for what unpacks and what folds.
const MOST_DECODERS: usize = 4;
/// An event has about so many bytes, to make room for a piece's facts in one go.
const EVENT: usize = 80;

/// The facts of a piece, and why there are no more behind them, if so.
pub(super) struct Batch {
    pub(super) facts: Vec<StampedEvent>,
    pub(super) note: Option<String>,
}

/// A piece, and whom to answer.
type Job = (Piece, Sender<Batch>);

/// Starts the threads. What comes out is a promise for each piece, in their order. They end when nobody listens.
pub(super) fn start(mut lines: Lines) -> io::Result<Receiver<Receiver<Batch>>> {
    let (jobs, work) = bounded::<Job>(ON_THE_WAY);
    let (promises, promised) = bounded(ON_THE_WAY);
    for _ in 0..available_parallelism().map_or(1, std::num::NonZero::get).min(MOST_DECODERS) {
        let work = work.clone();
        threads::start("decoder", move || {
            for (piece, answer) in work {
                let _ = answer.send(read(&piece));
            }
        })?;
    }
    threads::start("unpacker", move || {
        loop {
            let piece = lines.next();
            let last = piece.ending.is_some();
            let (answer, promise) = bounded(1);
            if promises.send(promise).is_err() || jobs.send((piece, answer)).is_err() || last {
                break;
            }
        }
    })?;
    Ok(promised)
}

/// The facts of a piece up to the first line that is none.
fn read(piece: &Piece) -> Batch {
    let mut facts = Vec::with_capacity(piece.bytes.len() / EVENT + 1);
    let mut rest = &piece.bytes[..];
    while let Some(end) = memchr(b'\n', rest) {
        match decode(&rest[..end]) {
            Ok(fact) => facts.push(fact),
            Err(error) => {
                let line = piece.line + facts.len() as u64;
                return Batch { facts, note: Some(damaged(line, &error)) };
            }
        }
        rest = &rest[end + 1..];
    }
    let line = piece.line + facts.len() as u64;
    let note = piece.ending.as_ref().and_then(|ending| match (ending, decode(rest)) {
        (Ending::Whole, _) if rest.is_empty() => None,
        // Whole but for its line feed.
        (Ending::Whole, Ok(fact)) => {
            facts.push(fact);
            None
        }
        (Ending::Whole, Err(error @ CodecError::TooLong(_))) => Some(damaged(line, &error)),
        (Ending::Whole, Err(_)) => Some(format!("the recording breaks off in line {line}{SHOWN}")),
        (Ending::Fault(why), _) => Some(format!("the recording cannot be read from line {line} on ({why}){SHOWN}")),
    });
    Batch { facts, note }
}

fn damaged(line: u64, error: &CodecError) -> String {
    let why = SafeText::from(error.to_string());
    format!("the recording is damaged in line {line} ({why}){SHOWN}")
}
