//! The runs of a recording: each begins by saying so, and is a model of its own.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Facts, SHOWN, Unreadable, open};
use crate::event::codec::Header;
use crate::event::text::SafeText;
use crate::event::units::seconds;
use crate::event::{Event, Nanos, StampedEvent};
use crate::model::Model;

/// All of a recording.
pub struct Recording {
    /// What it says of itself.
    pub header: Header,
    /// Its runs, in order, at least one: repeats, or what the viewer changed.
    pub runs: Vec<Model>,
    /// Why it ends before it is whole, in a sentence; none if all is well.
    pub note: Option<String>,
}

/// Reads a whole recording.
///
/// # Errors
/// When nothing of it can be shown.
pub fn load(path: &Path) -> Result<Recording, Unreadable> {
    open(path)?.load(&AtomicU64::new(0))
}

impl Facts {
    /// Reads the rest of the recording. How many facts have been read can be seen meanwhile.
    ///
    /// # Errors
    /// When nothing of it can be shown.
    pub fn load(self, read: &AtomicU64) -> Result<Recording, Unreadable> {
        let header = self.header.clone();
        let mut runs = self.runs();
        let all: Vec<_> = std::iter::from_fn(|| runs.next_of(Some(read))).collect();
        if all.is_empty() {
            return Err(runs.empty());
        }
        Ok(Recording { header, runs: all, note: runs.note().map(str::to_owned) })
    }
}

/// Tasks that all runs of a recording may have together, beside one for each line of it: a line may submit a million.
const TASKS: u64 = 4_000_000;

/// The runs of a recording, one after the other, each as far as it is known.
pub struct Runs {
    facts: Facts,
    /// The beginning of the run that is next.
    next: Option<StampedEvent>,
    /// How many there were.
    told: usize,
    /// How many tasks they had in all lanes.
    tasks: u64,
    /// What the facts themselves do not say: that they are not all.
    note: Option<String>,
}

impl Runs {
    pub(super) fn new(facts: Facts) -> Self {
        Self { facts, next: None, told: 0, tasks: 0, note: None }
    }

    /// What is to be said if there was no run at all.
    #[must_use]
    pub fn empty(&self) -> Unreadable {
        // Nothing came before.
        let why = self.note().map(|note| note.strip_suffix(SHOWN).unwrap_or(note));
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        Unreadable::Empty(self.facts.name.clone(), SafeText::from(why))
    }

    /// Why the runs ended before the recording was whole, in a sentence; none if all is well.
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
    /// The next run; the facts are counted for whoever waits for it.
    fn next_of(&mut self, read: Option<&AtomicU64>) -> Option<Model> {
        let mut model = Model::new();
        let first = self.next.take().or_else(|| self.facts.next())?;
        if let Event::RunStarted(run) = &first.event {
            self.tasks += u64::from(run.workload.tasks) * run.lanes.len() as u64;
            if self.tasks > TASKS + self.facts.line() {
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
        self.told += 1;
        if model.ended().is_none() {
            model.truncate(last);
            let (run, at) = (self.told, seconds(model.length() as f64 / 1e9));
            let note = format!("the recording breaks off at {at}, before the end of run {run}{SHOWN}");
            self.note.get_or_insert(note);
        }
        Some(model)
    }

    /// Folds a fact in, if it can be, and gives its time.
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
