//! The thread of the recorder.

use std::fmt::Display;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};

use super::compressor::Compressor;
use super::destination::UnfinishedFile;
use super::kept_run::KeptRun;
use super::output::RecordingOutput;
use super::write_backlog::WriteBacklog;
use crate::event::codec::{self, RecordingHeader};
use crate::event::{Event, StampedEvent};
use crate::system::shortage;
use crate::text;

/// Least time between two flushes, and so the maximum delay before an event is written: what can be lost if mpviz is
/// killed, and what a viewer that follows the recording lags behind. A shorter delay would compress worse.
const MAX_WRITE_DELAY: Duration = Duration::from_millis(50);

pub(super) enum RecorderCommand {
    RecordedEvents(Arc<Vec<StampedEvent>>),
    Save,
    /// Sends the kept run as a recording; none if it is not in memory.
    Copy(Sender<Option<Vec<u8>>>),
    /// Ends the recording, for the given reason.
    End(String),
}

pub(super) struct RecorderThread {
    /// The output file, until an error.
    file: Option<Compressor<RecordingOutput>>,
    /// The header and the file to be kept, until the recording begins.
    beginning: Option<(RecordingHeader, Option<UnfinishedFile>)>,
    error: Option<io::Error>,
    kept: Option<KeptRun>,
    backlog: Arc<WriteBacklog>,
    messages: Sender<String>,
    /// Lines that are encoded but not written yet.
    lines: Vec<u8>,
    /// Time of the last flush.
    flushed_at: Option<Instant>,
    /// Deadline for the next flush; none if everything is written.
    flush_deadline: Option<Instant>,
}

impl RecorderThread {
    pub(super) fn new(
        file: Option<Compressor<RecordingOutput>>,
        beginning: Option<(RecordingHeader, Option<UnfinishedFile>)>,
        kept: Option<KeptRun>,
        backlog: Arc<WriteBacklog>,
        messages: Sender<String>,
    ) -> Self {
        Self {
            file,
            beginning,
            error: None,
            kept,
            backlog,
            messages,
            lines: Vec::new(),
            flushed_at: None,
            flush_deadline: None,
        }
    }

    /// Writes the header. Only then the file is kept, or replaces the previous one.
    fn begin_recording(&mut self) {
        let Some((header, unfinished)) = self.beginning.take() else { return };
        let text = serde_json::to_vec(&header).map(|text| [text, b"\n".into()].concat());
        self.write_to_file(|file| {
            file.write(&text?)?;
            file.flush()?;
            unfinished.map_or(Ok(()), UnfinishedFile::keep)
        });
    }

    /// Records until there are no more events.
    pub(super) fn run(mut self, commands: &Receiver<RecorderCommand>) -> io::Result<()> {
        loop {
            let command = match self.flush_deadline {
                Some(deadline) => commands.recv_deadline(deadline),
                None => commands.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match command {
                Ok(RecorderCommand::RecordedEvents(events)) => {
                    self.write(&events);
                    self.backlog.remove(&events);
                }
                Ok(RecorderCommand::Save) => self.save_kept_run(),
                Ok(RecorderCommand::Copy(to)) => {
                    // Fails only if the panel was closed meanwhile.
                    let _ = to.send(self.kept.as_mut().and_then(KeptRun::copy));
                }
                Ok(RecorderCommand::End(why)) => self.end_recording(why),
                Err(RecvTimeoutError::Timeout) => self.flush(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        match (self.error, self.file) {
            (Some(error), _) => Err(error),
            (None, Some(file)) => file.finish().map(drop),
            (None, None) => Ok(()),
        }
    }

    fn write(&mut self, events: &[StampedEvent]) {
        self.begin_recording();
        // A run starts only at the beginning of a batch.
        if events.first().is_some_and(|event| matches!(event.event, Event::RunStarted(_))) {
            self.with_kept_run(KeptRun::begin_run);
        }
        let mut lines = std::mem::take(&mut self.lines);
        lines.clear();
        for event in events {
            codec::encode(event, &mut lines);
        }
        self.with_kept_run(|kept| kept.write(&lines, events.len() as u64));
        self.write_to_file(|file| file.write(&lines));
        self.lines = lines;
        if self.file.is_some() {
            // At once if the last flush was long enough ago: to wait for a time after it would be another wake-up.
            let due = self.flushed_at.map(|flushed_at| flushed_at + MAX_WRITE_DELAY);
            self.flush_deadline = due.filter(|due| *due > Instant::now());
            if self.flush_deadline.is_none() {
                self.flush();
            }
        }
    }

    fn flush(&mut self) {
        (self.flushed_at, self.flush_deadline) = (Some(Instant::now()), None);
        self.write_to_file(Compressor::flush);
    }

    fn with_kept_run(&mut self, write: impl FnOnce(&mut KeptRun) -> io::Result<()>) {
        // If compressing into memory fails, the run cannot be saved later.
        if self.kept.as_mut().is_some_and(|kept| write(kept).is_err()) {
            self.kept = None;
        }
    }

    fn write_to_file(&mut self, write: impl FnOnce(&mut Compressor<RecordingOutput>) -> io::Result<()>) {
        let Some(file) = &mut self.file else { return };
        if let Err(error) = write(file) {
            let _ = self.messages.send(recording_ended(&shortage::describe_error(&error)));
            (self.file, self.error) = (None, Some(error));
        }
    }

    /// Ends the recording after an error: events after a gap would be useless.
    fn end_recording(&mut self, why: String) {
        self.write_to_file(Compressor::flush);
        (self.file, self.kept, self.flush_deadline) = (None, None, None);
        self.error.get_or_insert_with(|| io::Error::other(why));
    }

    fn save_kept_run(&mut self) {
        let message = self.kept.as_mut().map_or_else(|| text!("run-not-in-memory").into(), KeptRun::save);
        let _ = self.messages.send(message);
    }
}

/// Formats the message that the recording has ended, with the reason.
pub(super) fn recording_ended(why: &impl Display) -> String {
    text!("recording-stopped", why = why.to_string())
}
