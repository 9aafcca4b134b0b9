//! Writes recordings: every event in order of arrival, one line of JSON each, compressed according to the file name.
//!
//! Events are encoded, compressed and written by a thread that the run never waits for. An error ends the recording
//! with a message, but never the run.

mod compressor;
mod destination;
mod kept_run;
mod output;
mod recorder_thread;
mod write_backlog;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

use super::writer_process;
use crate::event::StampedEvent;
use crate::event::codec::RecordingHeader;
use crate::system::threads;
use compressor::Compressor;
use kept_run::KeptRun;
use output::RecordingOutput;
use recorder_thread::{RecorderCommand, RecorderThread};
use write_backlog::{DEFAULT_BACKLOG_BYTES, WriteBacklog};

pub use destination::RecordingFile;

/// Writes recordings in a thread.
pub struct Recorder {
    /// Channel to the writer thread; closed when no more events follow.
    commands: Option<Sender<RecorderCommand>>,
    no_more_events: Arc<AtomicBool>,
    backlog: Arc<WriteBacklog>,
    message_sender: Sender<String>,
    messages: Receiver<String>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Recorder {
    /// Records to a file, or keeps the newest run in memory so that it can be saved later, or both. The recording
    /// begins with the first events: without any, no new file is left, and an existing one is not replaced.
    pub fn start(header: &RecordingHeader, file: Option<RecordingFile>, keep: bool) -> io::Result<Self> {
        Self::with_limit(DEFAULT_BACKLOG_BYTES, header, file, keep)
    }

    fn with_limit(limit: usize, header: &RecordingHeader, file: Option<RecordingFile>, keep: bool) -> io::Result<Self> {
        let no_more_events = Arc::new(AtomicBool::new(false));
        let (mut compressor, mut unfinished) = (None, None);
        if let Some(to) = file {
            compressor = Some(Compressor::new(
                to.compression,
                RecordingOutput::new(to.file, to.max_bytes, Arc::clone(&no_more_events)),
            )?);
            unfinished = to.unfinished;
        }
        let kept = if keep { Some(KeptRun::new(header)?) } else { None };
        let ((commands, command_receiver), (message_sender, messages)) = (unbounded(), unbounded());
        let backlog = Arc::new(WriteBacklog::new(limit));
        let header = RecordingHeader { writer: writer_process::this_process(), ..header.clone() };
        let beginning = Some((header, unfinished));
        let recorder = RecorderThread::new(compressor, beginning, kept, Arc::clone(&backlog), message_sender.clone());
        let thread = threads::start("recorder", move || recorder.run(&command_receiver))?;
        Ok(Self { commands: Some(commands), no_more_events, backlog, message_sender, messages, thread: Some(thread) })
    }

    /// Records events. If too many are waiting, the recording ends.
    pub fn record_events(&self, events: &Arc<Vec<StampedEvent>>) {
        match self.backlog.add_waiting(events) {
            Ok(true) => self.send_command(RecorderCommand::RecordedEvents(Arc::clone(events))),
            Ok(false) => {}
            Err(why) => {
                // Sent by the calling thread, because the writer thread may be blocked.
                let _ = self.message_sender.send(recorder_thread::recording_ended(&why));
                self.send_command(RecorderCommand::End(why.to_string()));
            }
        }
    }

    /// Saves the newest run so far to a new file in the current directory. The outcome is sent to
    /// [`Recorder::messages_to_viewer`].
    pub fn save_newest_run(&self) {
        self.send_command(RecorderCommand::Save);
    }

    /// The newest run so far as a recording, sent once what was recorded before is in it. None if it is not in memory.
    #[must_use]
    pub fn copy_newest_run(&self) -> Receiver<Option<Vec<u8>>> {
        let (sender, copy) = bounded(1);
        self.send_command(RecorderCommand::Copy(sender));
        copy
    }

    fn send_command(&self, command: RecorderCommand) {
        if let Some(commands) = &self.commands {
            let _ = commands.send(command);
        }
    }

    /// Messages for the viewer.
    #[must_use]
    pub fn messages_to_viewer(&self) -> &Receiver<String> {
        &self.messages
    }

    /// Ends the recording after everything is written, or returns why it could not be.
    pub fn finish_recording(mut self) -> io::Result<()> {
        self.close()
    }

    fn close(&mut self) -> io::Result<()> {
        self.no_more_events.store(true, Ordering::Relaxed);
        self.commands = None;
        let Some(thread) = self.thread.take() else { return Ok(()) };
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

impl Drop for Recorder {
    /// Writes all recorded events before the process ends, also after an error.
    fn drop(&mut self) {
        if !thread::panicking() {
            let _ = self.close();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;
    use std::fs::File;

    #[test]
    fn recording_ends_when_too_many_events_are_waiting() {
        let (reader, writer) = nix::unistd::pipe2(nix::fcntl::OFlag::O_NONBLOCK).unwrap();
        let to = RecordingFile {
            file: File::from(writer),
            compression: compressor::Compression::Plain,
            unfinished: None,
            max_bytes: None,
        };
        let recorder = Recorder::with_limit(1 << 20, &RecordingHeader::default(), Some(to), true).unwrap();
        let event = StampedEvent { at: 1, lane: None, event: Event::RunEnded {} };
        let events = Arc::new(vec![event; 1_000]);
        let messages = loop {
            recorder.record_events(&events);
            if let Ok(messages) = recorder.messages_to_viewer().try_recv() {
                break messages;
            }
        };
        assert!(messages.contains("recording stopped, the run continues: it is written too slowly"), "{messages}");
        for _ in 0..1_000 {
            recorder.record_events(&events);
        }
        let waiting = recorder.commands.as_ref().unwrap().len();
        assert!(waiting * size_of_val(&events[..]) <= 2 << 20, "{waiting} batches wait");
        // Closing the reader ends the wait.
        drop(reader);
        recorder.save_newest_run();
        assert!(recorder.finish_recording().is_err());
    }
}
