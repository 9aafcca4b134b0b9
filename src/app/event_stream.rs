//! The events of a live run, up to its newest mark.

use std::sync::Arc;

use crossbeam_channel::{Receiver, TryRecvError, never};

use crate::event::{Event, StampedEvent};
use crate::recording::writer::Recorder;

/// The channel of a run's events. The screen shows the run as of a mark and nothing later.
pub(super) struct EventStream {
    events: Receiver<Vec<StampedEvent>>,
    /// Events that arrived after the newest mark.
    waiting: Vec<Arc<Vec<StampedEvent>>>,
}

impl EventStream {
    pub(super) fn new(events: Receiver<Vec<StampedEvent>>) -> Self {
        Self { events, waiting: Vec::new() }
    }

    /// A stream without events, before and after a run.
    pub(super) fn closed() -> Self {
        Self::new(never())
    }

    pub(super) fn receiver(&self) -> &Receiver<Vec<StampedEvent>> {
        &self.events
    }

    /// Takes the events up to the next mark. They are recorded as they arrive. Fails if no mark has arrived yet, or
    /// none will.
    pub(super) fn next_batches(
        &mut self,
        recorder: Option<&Recorder>,
    ) -> Result<Vec<Arc<Vec<StampedEvent>>>, TryRecvError> {
        loop {
            let batch = match self.events.try_recv() {
                Ok(batch) => Arc::new(batch),
                // The channel is closed: events after the last mark are applied as well.
                Err(TryRecvError::Disconnected) if !self.waiting.is_empty() => break,
                Err(error) => return Err(error),
            };
            if let Some(recorder) = recorder {
                recorder.record_events(&batch);
            }
            let is_mark =
                |stamped: &StampedEvent| matches!(stamped.event, Event::Drained { .. } | Event::RunStarted(_));
            let whole = batch.last().is_some_and(is_mark);
            self.waiting.push(batch);
            if whole {
                break;
            }
        }
        Ok(std::mem::take(&mut self.waiting))
    }
}
