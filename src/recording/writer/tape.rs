//! What the recorder's thread does.

use std::fmt::Display;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};

use super::backlog::Backlog;
use super::destination::Position;
use super::kept::Kept;
use super::outlet::Outlet;
use super::packer::Packer;
use crate::event::codec::{self, Header};
use crate::event::{Event, StampedEvent};
use crate::system::shortage;

/// No fact waits longer for being written: that much is lost if mpviz is killed. Shorter, and packing would suffer.
const WRITTEN_AFTER: Duration = Duration::from_millis(250);

pub(super) enum WorkerOrder {
    Facts(Arc<Vec<StampedEvent>>),
    Save,
    /// No more facts will come, for this reason.
    End(String),
}

pub(super) struct Tape {
    /// Where it is recorded as it happens, until a fault.
    file: Option<Packer<Outlet>>,
    fault: Option<io::Error>,
    kept: Option<Kept>,
    backlog: Arc<Backlog>,
    say: Sender<String>,
    /// Encoded, and not handed on yet.
    lines: Vec<u8>,
    /// When all that was encoded is written at the latest; none if all is.
    due: Option<Instant>,
}

impl Tape {
    pub(super) fn new(
        file: Option<Packer<Outlet>>,
        kept: Option<Kept>,
        backlog: Arc<Backlog>,
        say: Sender<String>,
    ) -> Self {
        Self { file, fault: None, kept, backlog, say, lines: Vec::new(), due: None }
    }

    /// Writes the header. Only then does the file take the place of the one before it.
    pub(super) fn begin(&mut self, header: &Header, place: Option<Position>) {
        let text = serde_json::to_vec(header).map(|text| [text, b"\n".into()].concat());
        self.with_file(|file| {
            file.write(&text?)?;
            file.flush()?;
            place.map_or(Ok(()), Position::take)
        });
    }

    /// Records until nothing more can come.
    pub(super) fn run(mut self, orders: &Receiver<WorkerOrder>) -> io::Result<()> {
        loop {
            let order = match self.due {
                Some(due) => orders.recv_deadline(due),
                None => orders.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match order {
                Ok(WorkerOrder::Facts(facts)) => {
                    self.write(&facts);
                    self.backlog.lets_go(&facts);
                }
                Ok(WorkerOrder::Save) => self.save(),
                Ok(WorkerOrder::End(why)) => self.end(why),
                Err(RecvTimeoutError::Timeout) => {
                    self.due = None;
                    self.with_file(Packer::flush);
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
        // A run begins at the beginning of a batch or not at all.
        if facts.first().is_some_and(|fact| matches!(fact.event, Event::RunStarted(_))) {
            self.keep(Kept::begin);
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
            self.due = Some(Instant::now() + WRITTEN_AFTER);
        }
        if self.due.is_some_and(|due| due <= Instant::now()) {
            self.due = None;
            self.with_file(Packer::flush);
        }
    }

    fn keep(&mut self, what: impl FnOnce(&mut Kept) -> io::Result<()>) {
        // Packing into memory has no reason to fail; if it does, there is nothing to be saved.
        if self.kept.as_mut().is_some_and(|kept| what(kept).is_err()) {
            self.kept = None;
        }
    }

    fn with_file(&mut self, what: impl FnOnce(&mut Packer<Outlet>) -> io::Result<()>) {
        let Some(file) = &mut self.file else { return };
        if let Err(error) = what(file) {
            let _ = self.say.send(ends_here(&shortage::describe(&error)));
            (self.file, self.fault) = (None, Some(error));
        }
    }

    /// Ends with what has been written, and keeps nothing: what comes after it is missing.
    fn end(&mut self, why: String) {
        self.with_file(Packer::flush);
        (self.file, self.kept, self.due) = (None, None, None);
        self.fault.get_or_insert_with(|| io::Error::other(why));
    }

    fn save(&mut self) {
        let said = self.kept.as_mut().map_or_else(|| "nothing of this run is kept".into(), Kept::save);
        let _ = self.say.send(said);
    }
}

/// What the viewer is told of a fault.
pub(super) fn ends_here(why: &impl Display) -> String {
    format!("the recording ends here, the run goes on: {why}")
}
