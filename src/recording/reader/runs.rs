//! The runs of a recording, each as a model.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use super::incomplete::IncompleteReason;
use super::{ReadError, RecordedEvents, open};
use crate::event::codec::RecordingHeader;
use crate::event::text::SafeText;
use crate::event::units::format_seconds;
use crate::event::{Event, Nanos, StampedEvent};
use crate::model::Model;

/// A whole recording.
pub struct Recording {
    pub header: RecordingHeader,
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
        let all: Vec<_> = std::iter::from_fn(|| runs.read_next_run(Some(read))).collect();
        if all.is_empty() {
            return Err(runs.error_for_no_runs());
        }
        Ok(Recording { header, runs: all, note: runs.incomplete_note() })
    }
}

/// Iterator over the runs of a recording, each as far as it was recorded.
pub struct RecordedRuns {
    events: RecordedEvents,
    /// First event of the next run, read while the previous run was completed.
    next: Option<StampedEvent>,
    /// Number of runs so far.
    count: usize,
    /// Why the recording is incomplete, if the events alone do not show it.
    unfinished: Option<IncompleteReason>,
}

impl RecordedRuns {
    pub(super) fn new(events: RecordedEvents) -> Self {
        Self { events, next: None, count: 0, unfinished: None }
    }

    /// Returns the error that explains why the recording has no run.
    #[must_use]
    pub fn error_for_no_runs(&self) -> ReadError {
        let why = self.incomplete_reason().map(|why| format!(": {why}")).unwrap_or_default();
        ReadError::Empty(self.events.name.clone(), SafeText::from(why))
    }

    /// Why the runs ended before the end of the recording; none if it is complete.
    #[must_use]
    pub fn incomplete_note(&self) -> Option<String> {
        self.incomplete_reason().map(IncompleteReason::note_text)
    }

    fn incomplete_reason(&self) -> Option<&IncompleteReason> {
        self.events.incomplete.as_ref().or(self.unfinished.as_ref())
    }
}

impl Iterator for RecordedRuns {
    type Item = Model;

    fn next(&mut self) -> Option<Model> {
        self.read_next_run(None)
    }
}

impl RecordedRuns {
    /// The next run. `read` counts the events meanwhile.
    fn read_next_run(&mut self, read: Option<&AtomicU64>) -> Option<Model> {
        let mut model = Model::new();
        let first = self.next.take().or_else(|| self.events.next())?;
        let mut last = self.apply_event(&mut model, &first);
        while let Some(event) = self.events.next() {
            if matches!(event.event, Event::RunStarted(_)) {
                self.next = Some(event);
                break;
            }
            last = last.max(self.apply_event(&mut model, &event));
            if let Some(read) = read {
                read.store(self.events.returned, Ordering::Relaxed);
            }
        }
        model.run()?;
        self.count += 1;
        if model.ended_at().is_none() {
            model.end_incomplete(last);
            let (run, at) = (self.count, format_seconds(model.duration() as f64 / 1e9));
            self.unfinished.get_or_insert(IncompleteReason::Run { at, run });
        }
        Some(model)
    }

    /// Applies an event if it is valid, and returns its time.
    fn apply_event(&mut self, model: &mut Model, event: &StampedEvent) -> Nanos {
        match model.apply(event) {
            Ok(()) => event.at,
            Err(invalid) => {
                self.events.stop(&invalid);
                0
            }
        }
    }
}
