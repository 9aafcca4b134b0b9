//! Splits bytes into chunks of whole lines.

use std::io::{self, ErrorKind, Read};

use memchr::{memchr, memrchr};

use super::incomplete::COMPRESSED_DATA_TRUNCATED;
use super::without_byte_order_mark;
use crate::event::codec::MAX_LINE_BYTES;
use crate::event::text::SafeText;

/// Approximate size of a chunk: large enough for cheap hand-over, small enough for several of them in memory.
const LINE_CHUNK_BYTES: usize = 256 * 1024;

/// Why there are no more lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum EndOfLines {
    /// End of the file.
    EndOfFile,
    /// A read error.
    Error(String),
}

/// A chunk of the recording: consecutive whole lines.
pub(super) struct LineChunk {
    /// Number of the first line, from 1.
    pub(super) line: u64,
    /// Whole lines with their line feeds; only the last line of a file may lack one.
    pub(super) bytes: Vec<u8>,
    /// Why no chunk follows; none except on the last chunk.
    pub(super) ending: Option<EndOfLines>,
}

/// Splits the input into chunks.
pub(super) struct LineChunks {
    from: Box<dyn Read + Send>,
    /// Whether the input grows while it is read: a chunk is then all that there is, if that is a line at least.
    grows: bool,
    /// Bytes that are read but not returned yet.
    unread: Vec<u8>,
    /// Number of the next line.
    line: u64,
    /// Why nothing more can be read; none while there is more.
    ending: Option<EndOfLines>,
}

impl LineChunks {
    pub(super) fn new(from: Box<dyn Read + Send>, grows: bool) -> Self {
        Self { from, grows, unread: Vec::new(), line: 1, ending: None }
    }

    /// The first line, without its line feed.
    pub(super) fn first_line(&mut self) -> Result<Vec<u8>, EndOfLines> {
        loop {
            if let Some(end) = memchr(b'\n', &self.unread) {
                let line = self.unread.drain(..=end).take(end).collect();
                self.line += 1;
                return Ok(line);
            }
            match self.read() {
                // Bytes read before the error may hold a whole line.
                Err(_) if memchr(b'\n', &self.unread).is_some() => {}
                Err(ending) if self.unread.is_empty() || ending != EndOfLines::EndOfFile => return Err(ending),
                Err(_) => return Ok(std::mem::take(&mut self.unread)),
                Ok(()) if self.unread.len() > MAX_LINE_BYTES && memchr(b'\n', &self.unread).is_none() => {
                    return Err(EndOfLines::Error("its first line is too long".into()));
                }
                Ok(()) => {}
            }
        }
    }

    /// The next chunk.
    pub(super) fn next(&mut self) -> LineChunk {
        let (line, ending) = (self.line, self.fill_buffer());
        let whole = memrchr(b'\n', &self.unread).map_or(0, |end| end + 1);
        let cut = if ending.is_some() { self.unread.len() } else { whole };
        let rest = self.unread.split_off(cut);
        let bytes = std::mem::replace(&mut self.unread, rest);
        self.line += memchr::memchr_iter(b'\n', &bytes).count() as u64;
        LineChunk { line, bytes, ending }
    }

    /// Reads until there is enough for a chunk with at least one line. Returns the ending, if reached.
    fn fill_buffer(&mut self) -> Option<EndOfLines> {
        loop {
            if (self.grows || self.unread.len() >= LINE_CHUNK_BYTES) && memrchr(b'\n', &self.unread).is_some() {
                return None;
            }
            if self.unread.len() > LINE_CHUNK_BYTES.max(MAX_LINE_BYTES) {
                return Some(EndOfLines::EndOfFile);
            }
            if let Err(ending) = self.read() {
                return Some(ending);
            }
        }
    }

    /// Reads once from the input into the buffer.
    fn read(&mut self) -> Result<(), EndOfLines> {
        if let Some(ending) = &self.ending {
            return Err(ending.clone());
        }
        let read = if self.grows {
            read_available(&mut self.from, &mut self.unread)
        } else {
            self.from.by_ref().take(LINE_CHUNK_BYTES as u64).read_to_end(&mut self.unread)
        };
        let ending = match read {
            Ok(0) => EndOfLines::EndOfFile,
            Ok(_) => return Ok(()),
            Err(error) => EndOfLines::Error(error_message(&error)),
        };
        self.ending = Some(ending.clone());
        Err(ending)
    }
}

/// Appends what one read returns, which does not wait for more.
fn read_available(from: &mut impl Read, to: &mut Vec<u8>) -> io::Result<usize> {
    let begin = to.len();
    to.resize(begin + LINE_CHUNK_BYTES, 0);
    let read = loop {
        match from.read(&mut to[begin..]) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            read => break read,
        }
    };
    to.truncate(begin + *read.as_ref().unwrap_or(&0));
    read
}

/// The JSON of a line, without a byte order mark and surrounding white space; empty for a blank line. Editors and
/// shells of other systems add them, and a file that was appended to another one has its byte order mark in the middle.
pub(super) fn json_of_line(line: &[u8]) -> &[u8] {
    without_byte_order_mark(line).trim_ascii()
}

/// The error, sanitized because decoders may quote their input.
fn error_message(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::UnexpectedEof => COMPRESSED_DATA_TRUNCATED.into(),
        _ => SafeText::from(error.to_string()).to_string(),
    }
}
