//! Bytes cut into pieces of whole lines.

use std::io::{self, ErrorKind, Read};

use memchr::{memchr, memrchr};

use crate::event::codec::MAX_LINE;
use crate::event::text::SafeText;

/// Lines are handed on in pieces of about this size: large enough for the handing on to cost nothing, small enough for
/// several of them to be no memory worth naming.
const PIECE: usize = 256 * 1024;

/// Why there is no further line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// There was none.
    Whole,
    /// It could not be read.
    Fault(String),
}

/// Some lines.
pub(super) struct Piece {
    /// The number of the first of them, from 1.
    pub(super) line: u64,
    /// Whole lines, each with its line feed; only the very last one of a file may have none.
    pub(super) bytes: Vec<u8>,
    /// Set on the last piece.
    pub(super) ending: Option<Ending>,
}

/// Cuts what is read into pieces.
pub(super) struct Lines {
    from: Box<dyn Read + Send>,
    /// Read, but not handed on.
    rest: Vec<u8>,
    /// The number of the line that is next.
    line: u64,
    /// Why nothing more can be read.
    ending: Option<Ending>,
}

impl Lines {
    pub(super) fn new(from: Box<dyn Read + Send>) -> Self {
        Self { from, rest: Vec::new(), line: 1, ending: None }
    }

    /// The first line, without its line feed.
    pub(super) fn first(&mut self) -> Result<Vec<u8>, Ending> {
        loop {
            if let Some(end) = memchr(b'\n', &self.rest) {
                let line = self.rest.drain(..=end).take(end).collect();
                self.line += 1;
                return Ok(line);
            }
            match self.read() {
                // What came before may be a whole line.
                Err(_) if memchr(b'\n', &self.rest).is_some() => {}
                Err(ending) if self.rest.is_empty() || ending != Ending::Whole => return Err(ending),
                Err(_) => return Ok(std::mem::take(&mut self.rest)),
                Ok(()) if self.rest.len() > MAX_LINE && memchr(b'\n', &self.rest).is_none() => {
                    return Err(Ending::Fault("its first line is longer than any of a recording".into()));
                }
                Ok(()) => {}
            }
        }
    }

    /// The next piece.
    pub(super) fn next(&mut self) -> Piece {
        let (line, ending) = (self.line, self.fill());
        let whole = memrchr(b'\n', &self.rest).map_or(0, |end| end + 1);
        let cut = if ending.is_some() { self.rest.len() } else { whole };
        let rest = self.rest.split_off(cut);
        let bytes = std::mem::replace(&mut self.rest, rest);
        self.line += memchr::memchr_iter(b'\n', &bytes).count() as u64;
        Piece { line, bytes, ending }
    }

    /// Reads until there is enough for a piece with at least one line in it. How it ended, if it did.
    fn fill(&mut self) -> Option<Ending> {
        loop {
            if self.rest.len() >= PIECE && memrchr(b'\n', &self.rest).is_some() {
                return None;
            }
            if self.rest.len() > PIECE.max(MAX_LINE) {
                return Some(Ending::Whole);
            }
            if let Err(ending) = self.read() {
                return Some(ending);
            }
        }
    }

    /// Reads some more.
    fn read(&mut self) -> Result<(), Ending> {
        if let Some(ending) = &self.ending {
            return Err(ending.clone());
        }
        let ending = match self.from.by_ref().take(PIECE as u64).read_to_end(&mut self.rest) {
            Ok(0) => Ending::Whole,
            Ok(_) => return Ok(()),
            Err(error) => Ending::Fault(sentence(&error)),
        };
        self.ending = Some(ending.clone());
        Err(ending)
    }
}

/// What went wrong, made harmless: a decoder may quote what it read.
fn sentence(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::UnexpectedEof => "what was packed is not whole".into(),
        _ => SafeText::from(error.to_string()).to_string(),
    }
}
