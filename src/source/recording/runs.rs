//! The runs of a recording: each begins by saying so, and is a model of its own.

use std::path::Path;

use super::{Facts, Unreadable, open};
use crate::codec::Header;
use crate::event::{Event, Stamped};
use crate::model::Model;
use crate::text::SafeText;

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
    let facts = open(path)?;
    let (name, header) = (facts.name.clone(), facts.header.clone());
    let mut runs = facts.runs();
    let all: Vec<_> = runs.by_ref().collect();
    let note = runs.note().map(str::to_owned);
    if all.is_empty() {
        let why = note.map(|note| format!(": {note}")).unwrap_or_default();
        return Err(Unreadable::Empty(name, SafeText::from(why)));
    }
    Ok(Recording { header, runs: all, note })
}

/// The runs of a recording, one after the other, each as far as it is known.
pub struct Runs {
    facts: Facts,
    /// The beginning of the run that is next.
    next: Option<Stamped>,
}

impl Runs {
    pub(super) fn new(facts: Facts) -> Self {
        Self { facts, next: None }
    }

    /// Why the runs ended before the recording was whole, in a sentence; none if all is well.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        self.facts.note()
    }
}

impl Iterator for Runs {
    type Item = Model;

    fn next(&mut self) -> Option<Model> {
        let mut model = Model::new();
        let first = self.next.take().or_else(|| self.facts.next())?;
        self.fold(&mut model, &first);
        while let Some(fact) = self.facts.next() {
            if matches!(fact.event, Event::RunStarted(_)) {
                self.next = Some(fact);
                break;
            }
            self.fold(&mut model, &fact);
        }
        model.run().is_some().then_some(model)
    }
}

impl Runs {
    fn fold(&mut self, model: &mut Model, fact: &Stamped) {
        if let Err(illegal) = model.apply(fact) {
            self.facts.stop(&illegal);
        }
    }
}
