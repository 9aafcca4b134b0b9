//! A recording that still grows as a source: shown at its end, as a live run is.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Select, Sender, TryRecvError, bounded, never};

use super::what_if::WhatIfError;
use super::{AppError, Source};
use crate::event::units::format_seconds;
use crate::event::{Event, Nanos, StampedEvent};
use crate::model::{Model, RunSummary};
use crate::recording::reader::{self, IncompleteReason, ReadError};
use crate::report::{Report, phrases};
use crate::system::threads;
use crate::text;
use crate::ui::{LiveSource, Request, Ui};

/// Batches that are read ahead: enough to apply events without waiting, at most some megabytes.
const BATCHES_AHEAD: usize = 64;

/// An event and the number of its line.
type NumberedEvent = (u64, StampedEvent);

/// A message of the thread that reads the recording.
enum Message {
    /// Events up to a mark, or to the end.
    Events(Vec<NumberedEvent>),
    /// Why the events end before the end of the recording.
    Incomplete(IncompleteReason),
    Failed(ReadError),
}

/// A recording being followed.
pub struct Followed {
    path: PathBuf,
    messages: Receiver<Message>,
    has_ended: bool,
    model: Model,
    /// Time of the newest event.
    newest: Nanos,
    /// The runs that the displayed one repeats, and itself once it has ended.
    summaries: Vec<RunSummary>,
    report: Option<Arc<Report>>,
    /// Why the events end before the end of the recording.
    incomplete: Option<IncompleteReason>,
    /// The same for the viewer, once no more events follow.
    note: Option<String>,
}

impl Followed {
    /// Follows a recording; `-` is standard input. Fails if there is no such file.
    pub fn new(path: &Path) -> Result<Self, ReadError> {
        reader::check_input(path)?;
        Ok(Self {
            path: path.into(),
            messages: never(),
            has_ended: false,
            model: Model::new(),
            newest: 0,
            summaries: Vec::new(),
            report: None,
            incomplete: None,
            note: None,
        })
    }

    fn waiting_text(&self) -> String {
        text!("waiting-for-file", file = reader::input_name(&self.path).to_string())
    }

    fn apply(&mut self, (line, stamped): NumberedEvent, ui: &mut Ui) {
        if let Event::RunStarted(run) = &stamped.event
            && self.model.run().is_some()
        {
            if run.repeat.is_none_or(|repeat| repeat.number == 1) {
                self.summaries.clear();
            }
            (self.model, self.newest, self.report) = (Model::new(), 0, None);
        }
        if let Err(invalid) = self.model.apply(&stamped) {
            let reason = IncompleteReason::Invalid { line, why: invalid.to_string() };
            self.incomplete = Some(reason);
            return self.end(ui);
        }
        self.newest = self.newest.max(stamped.at);
        match &stamped.event {
            Event::RunStarted(run) => {
                let waiting = self.waiting_text();
                ui.message.take_if(|message| *message == waiting);
                ui.begin_run();
                ui.message = ui.message.take().or(run.notes_in_one_line());
            }
            Event::RunEnded {} => self.end_run(ui),
            Event::WorkerNotSpawned { error, .. } => ui.message = Some(phrases::worker_not_started(error)),
            Event::WorkerErrorOutput { text } => ui.message = Some(phrases::worker_error_output(text)),
            _ => {}
        }
    }

    /// Makes the result of the run. It is shown unless a repeat of the run follows.
    fn end_run(&mut self, ui: &mut Ui) {
        let Some((run, summary)) = self.model.run().zip(self.model.summary()) else { return };
        self.summaries.push(summary);
        self.report = Some(Arc::new(Report::new(run, self.summaries.clone())));
        if self.has_ended || run.repeat.is_none_or(|repeat| repeat.number >= repeat.of) {
            ui.report.clone_from(&self.report);
        }
    }

    /// Ends following: no more events are applied.
    fn end(&mut self, ui: &mut Ui) {
        (self.messages, self.has_ended) = (never(), true);
        self.note = self.incomplete.as_ref().map(IncompleteReason::note_text);
        if self.model.run().is_some() && self.model.ended_at().is_none() {
            self.model.end_incomplete(self.newest);
            let at = format_seconds(self.model.duration() as f64 / 1e9);
            if self.incomplete.as_ref().is_none_or(IncompleteReason::is_truncation) {
                self.note = Some(phrases::recorder_has_gone(&at));
            }
            self.end_run(ui);
        }
        ui.report.clone_from(&self.report);
        ui.message = self.note.clone().or(ui.message.take());
    }
}

impl Source for Followed {
    fn start(&mut self, ui: &mut Ui, _: Duration) -> Result<(), AppError> {
        ui.live_source = LiveSource::Recording;
        ui.message = Some(self.waiting_text());
        let (sender, messages) = bounded(BATCHES_AHEAD);
        self.messages = messages;
        let path = self.path.clone();
        threads::start("loader", move || {
            // Sending fails when the source has ended, and there is nothing more to do.
            if let Err(error) = send_events(&path, &sender) {
                let _ = sender.send(Message::Failed(error));
            }
        })?;
        Ok(())
    }

    fn model(&self) -> &Model {
        &self.model
    }

    fn apply_pending(&mut self, limit: Duration, ui: &mut Ui) -> Result<bool, AppError> {
        let deadline = Instant::now() + limit;
        let mut any = false;
        while !self.has_ended {
            match self.messages.try_recv() {
                Ok(Message::Events(events)) => {
                    for event in events {
                        if !self.has_ended {
                            self.apply(event, ui);
                        }
                    }
                }
                Ok(Message::Incomplete(reason)) => self.incomplete = Some(reason),
                Ok(Message::Failed(error)) => return Err(error.into()),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => self.end(ui),
            }
            any = true;
            if Instant::now() >= deadline {
                break;
            }
        }
        Ok(any)
    }

    fn register_channels<'a>(&'a self, select: &mut Select<'a>) {
        select.recv(&self.messages);
    }

    fn is_picture_moving(&self, _: &Ui) -> bool {
        false
    }

    fn is_everything_done(&self) -> bool {
        self.has_ended
    }

    /// All other requests are refused by [`LiveSource::Recording`].
    fn handle_request(&mut self, request: Request, ui: &mut Ui) {
        if matches!(request, Request::Predict(_)) {
            ui.show_predictions(Err(WhatIfError::Followed.into()));
        }
    }

    fn cancel(&mut self) {
        self.has_ended = true;
    }

    fn wait_for_end(&mut self, _: Duration) {}

    fn report(&self) -> Option<Arc<Report>> {
        self.report.clone()
    }

    fn finish_and_take_warnings(&mut self) -> Vec<String> {
        self.note.take().into_iter().collect()
    }
}

/// Reads the recording to its end, and sends its events.
fn send_events(path: &Path, messages: &Sender<Message>) -> Result<(), ReadError> {
    let mut events = reader::follow(path)?;
    let (mut batch, mut is_empty) = (Vec::new(), true);
    while let Some(event) = events.next() {
        let is_mark = matches!(event.event, Event::Drained { .. } | Event::RunStarted(_) | Event::RunEnded {});
        is_empty = false;
        batch.push((events.line(), event));
        if is_mark && messages.send(Message::Events(std::mem::take(&mut batch))).is_err() {
            return Ok(());
        }
    }
    let incomplete = events.incomplete_reason().cloned();
    if is_empty {
        return Err(events.runs().error_for_no_runs());
    }
    let _ = messages.send(Message::Events(batch));
    if let Some(reason) = incomplete {
        let _ = messages.send(Message::Incomplete(reason));
    }
    Ok(())
}
