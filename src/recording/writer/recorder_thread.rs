//! The thread of the recorder.

use std::fmt::Display;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};

use super::backlog::Backlog;
use super::compressor::Compressor;
use super::destination::Replacement;
use super::kept_run::KeptRun;
use super::output::Output;
use crate::event::codec::{self, Header};
use crate::event::{Event, StampedEvent};
use crate::system::shortage;

/// Maximum delay before an event is written, which is what can be lost if mpviz is killed. A shorter delay would
/// compress worse.
const MAX_DELAY: Duration = Duration::from_millis(250);

pub(super) enum Command {
    RecordedEvents(Arc<Vec<StampedEvent>>),
    Save,
    /// The recording ends, for this reason.
    End(String),
}

pub(super) struct RecorderThread {
    /// The output file, until an error.
    file: Option<Compressor<Output>>,
    fault: Option<io::Error>,
    kept: Option<KeptRun>,
    backlog: Arc<Backlog>,
    say: Sender<String>,
    /// Encoded, but not written yet.
    lines: Vec<u8>,
    /// Deadline for writing what was encoded; none if everything is written.
    due: Option<Instant>,
}

impl RecorderThread {
    pub(super) fn new(
        file: Option<Compressor<Output>>,
        kept: Option<KeptRun>,
        backlog: Arc<Backlog>,
        say: Sender<String>,
    ) -> Self {
        Self { file, fault: None, kept, backlog, say, lines: Vec::new(), due: None }
    }

    /// Writes the header. Only then does the file replace the previous one.
    pub(super) fn begin(&mut self, header: &Header, replacement: Option<Replacement>) {
        let text = serde_json::to_vec(header).map(|text| [text, b"\n".into()].concat());
        self.with_file(|file| {
            file.write(&text?)?;
            file.flush()?;
            replacement.map_or(Ok(()), Replacement::replace)
        });
    }

    /// Records until there are no more events.
    pub(super) fn run(mut self, commands: &Receiver<Command>) -> io::Result<()> {
        loop {
            let order = match self.due {
                Some(due) => commands.recv_deadline(due),
                None => commands.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match order {
                Ok(Command::RecordedEvents(facts)) => {
                    self.write(&facts);
                    self.backlog.remove(&facts);
                }
                Ok(Command::Save) => self.save(),
                Ok(Command::End(why)) => self.end(why),
                Err(RecvTimeoutError::Timeout) => {
                    self.due = None;
                    self.with_file(Compressor::flush);
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        match (self.fault, self.file) {
            (Some(fault), _) => Err(fault),
            (None, Some(file)) => file.finish().map(drop),
            (None, None) => Ok(()),
        }
    }

    fn write(&mut self, facts: &[StampedEvent]) {
        // A run starts only at the beginning of a batch.
        if facts.first().is_some_and(|fact| matches!(fact.event, Event::RunStarted(_))) {
            self.keep(KeptRun::begin);
        }
        let mut lines = std::mem::take(&mut self.lines);
        lines.clear();
        for fact in facts {
            codec::encode(fact, &mut lines);
        }
        self.keep(|kept| kept.write(&lines, facts.len() as u64));
        self.with_file(|file| file.write(&lines));
        self.lines = lines;
        if self.file.is_some() && self.due.is_none() {
            self.due = Some(Instant::now() + MAX_DELAY);
        }
        if self.due.is_some_and(|due| due <= Instant::now()) {
            self.due = None;
            self.with_file(Compressor::flush);
        }
    }

    fn keep(&mut self, what: impl FnOnce(&mut KeptRun) -> io::Result<()>) {
        // Compressing into memory cannot fail; if it does, there is nothing to save.
        if self.kept.as_mut().is_some_and(|kept| what(kept).is_err()) {
            self.kept = None;
        }
    }

    fn with_file(&mut self, what: impl FnOnce(&mut Compressor<Output>) -> io::Result<()>) {
        let Some(file) = &mut self.file else { return };
        if let Err(error) = what(file) {
            let _ = self.say.send(recording_ended(&shortage::describe(&error)));
            (self.file, self.fault) = (None, Some(error));
        }
    }

    /// Ends the recording; what follows would be incomplete.
    fn end(&mut self, why: String) {
        self.with_file(Compressor::flush);
        (self.file, self.kept, self.due) = (None, None, None);
        self.fault.get_or_insert_with(|| io::Error::other(why));
    }

    fn save(&mut self) {
        let said = self.kept.as_mut().map_or_else(|| "nothing of this run is kept".into(), KeptRun::save);
        let _ = self.say.send(said);
    }
}

/// The message about an error.
pub(super) fn recording_ended(why: &impl Display) -> String {
    format!("the recording ends here, the run goes on: {why}")
}
