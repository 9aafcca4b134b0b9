//! A recording that is read while it is written.

use std::fs::File;
use std::io::{self, Read};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use crate::event::codec::WriterProcess;
use crate::recording::writer_process;

/// How often to look for more at the end of the file.
const READ_INTERVAL: Duration = Duration::from_millis(10);
/// How often to look for the writer.
const WRITER_CHECK_INTERVAL: Duration = Duration::from_millis(100);
/// A file whose writer was never seen, as one in another container, is complete if it has not grown for this time. A
/// writer adds marks at least every 100 ms.
const UNSEEN_WRITER_TIMEOUT: Duration = Duration::from_secs(1);

/// The writer of a recording, once its header has been read.
#[derive(Clone, Default)]
pub(super) struct WriterOfRecording(Arc<OnceLock<Option<WriterProcess>>>);

impl WriterOfRecording {
    pub(super) fn set(&self, writer: Option<WriterProcess>) {
        let _ = self.0.set(writer);
    }
}

/// A reader that waits for more at the end of a file, until the writer has ended. A pipe waits by itself.
pub(super) struct GrowingFile {
    file: File,
    writer: WriterOfRecording,
    /// Whether the writer was seen alive.
    was_seen: bool,
    /// When the file last grew, and when the writer was looked for since.
    grown: Instant,
    checked: Instant,
}

impl GrowingFile {
    pub(super) fn new(file: File) -> Self {
        let now = Instant::now();
        Self { file, writer: WriterOfRecording::default(), was_seen: false, grown: now, checked: now }
    }

    pub(super) fn writer(&self) -> WriterOfRecording {
        self.writer.clone()
    }

    /// Whether nothing more will be written.
    fn is_complete(&mut self) -> bool {
        let Some(writer) = self.writer.0.get() else { return false };
        // Recordings of older versions do not name their writer.
        let Some(writer) = writer else { return true };
        if self.checked.elapsed() < WRITER_CHECK_INTERVAL {
            return false;
        }
        self.checked = Instant::now();
        let is_alive = writer_process::is_alive(writer);
        self.was_seen |= is_alive;
        !is_alive && (self.was_seen || self.grown.elapsed() >= UNSEEN_WRITER_TIMEOUT)
    }
}

impl Read for GrowingFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let is_file = self.file.metadata()?.is_file();
        loop {
            // What was written before the writer ended is read after it was found to have ended.
            let is_complete = !is_file || self.is_complete();
            let n = self.file.read(buffer)?;
            if n > 0 || is_complete || buffer.is_empty() {
                self.grown = Instant::now();
                return Ok(n);
            }
            thread::sleep(READ_INTERVAL);
        }
    }
}
