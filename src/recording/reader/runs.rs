//! The runs of a recording, each as a model.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{ReadError, RecordedEvents, SHOWN_UP_TO, open};
use crate::event::codec::Header;
use crate::event::text::SafeText;
use crate::event::units::seconds;
use crate::event::{Event, Nanos, StampedEvent};
use crate::model::Model;

/// A whole recording.
pub struct Recording {
    pub header: Header,
    /// Its runs in order, at least one: repeats, or runs changed by the viewer.
    pub runs: Vec<Model>,
    /// Why it is incomplete; none if it is complete.
    pub note: Option<String>,
}

/// Reads a whole recording.
pub fn load(path: &Path) -> Result<Recording, ReadError> {
    open(path)?.load(&AtomicU64::new(0))
}

impl RecordedEvents {
    /// Reads the rest of the recording. `read` counts the events meanwhile.
    pub fn load(self, read: &AtomicU64) -> Result<Recording, ReadError> {
        let header = self.header.clone();
        let mut runs = self.runs();
        let all: Vec<_> = std::iter::from_fn(|| runs.next_of(Some(read))).collect();
        if all.is_empty() {
            return Err(runs.empty());
        }
        Ok(Recording { header, runs: all, note: runs.note().map(str::to_owned) })
    }
}

/// Maximum number of tasks in all runs of a recording, besides one per line: a single line may submit a million.
const MAX_TASKS: u64 = 4_000_000;

/// The runs of a recording, one after the other, each as far as it is known.
pub struct Runs {
    facts: RecordedEvents,
    /// First event of the next run.
    next: Option<StampedEvent>,
    /// Number of runs so far.
    count: usize,
    /// Number of tasks in all lanes so far.
    tasks: u64,
    /// Why the recording is incomplete, if the events alone do not show it.
    note: Option<String>,
}

impl Runs {
    pub(super) fn new(facts: RecordedEvents) -> Self {
        Self { facts, next: None, count: 0, tasks: 0, note: None }
    }

    /// The error if there was no run.
    #[must_use]
    pub fn empty(&self) -> ReadError {
        // Nothing was shown.
        let why = self.note().map(|note| note.strip_suffix(SHOWN_UP_TO).unwrap_or(note));
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        ReadError::Empty(self.facts.name.clone(), SafeText::from(why))
    }

    /// Why the runs ended before the end of the recording; none if it is complete.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        self.facts.note().or(self.note.as_deref())
    }
}

impl Iterator for Runs {
    type Item = Model;

    fn next(&mut self) -> Option<Model> {
        self.next_of(None)
    }
}

impl Runs {
    /// The next run. `read` counts the events meanwhile.
    fn next_of(&mut self, read: Option<&AtomicU64>) -> Option<Model> {
        let mut model = Model::new();
        let first = self.next.take().or_else(|| self.facts.next())?;
        if let Event::RunStarted(run) = &first.event {
            self.tasks += u64::from(run.workload.tasks) * run.lanes.len() as u64;
            if self.tasks > MAX_TASKS + self.facts.line() {
                self.facts.stop(&"its runs have more tasks than so few lines can tell of");
                return None;
            }
        }
        let mut last = self.fold(&mut model, &first);
        while let Some(fact) = self.facts.next() {
            if matches!(fact.event, Event::RunStarted(_)) {
                self.next = Some(fact);
                break;
            }
            last = last.max(self.fold(&mut model, &fact));
            if let Some(read) = read {
                read.store(self.facts.line(), Ordering::Relaxed);
            }
        }
        model.run()?;
        self.count += 1;
        if model.ended().is_none() {
            model.truncate(last);
            let (run, at) = (self.count, seconds(model.length() as f64 / 1e9));
            let note = format!("the recording breaks off at {at}, before the end of run {run}{SHOWN_UP_TO}");
            self.note.get_or_insert(note);
        }
        Some(model)
    }

    /// Applies an event if it is valid, and returns its time.
    fn fold(&mut self, model: &mut Model, fact: &StampedEvent) -> Nanos {
        match model.apply(fact) {
            Ok(()) => fact.at,
            Err(invalid) => {
                self.facts.stop(&invalid);
                0
            }
        }
    }
}
