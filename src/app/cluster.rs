//! A cluster as a source: shown live until its observation ends.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Select, TryRecvError};

use super::event_stream::EventStream;
use super::series::join_messages;
use super::what_if::WhatIfJob;
use super::{AppError, Source};
use crate::event::StampedEvent;
use crate::event::text::display_path;
use crate::model::Model;
use crate::recording::writer::Recorder;
use crate::report::Report;
use crate::source::dask::ClusterWatch;
use crate::system::shortage;
use crate::text;
use crate::ui::{LiveSource, Request, Ui};

/// A cluster that is observed.
pub struct WatchedCluster {
    watch: Option<ClusterWatch>,
    events: EventStream,
    model: Model,
    report: Option<Arc<Report>>,
    recorder: Option<Recorder>,
    record: Option<PathBuf>,
    what_if: WhatIfJob,
    /// Set when the events have ended.
    is_over: bool,
}

impl WatchedCluster {
    /// Shows a cluster; its events are recorded to `record` if given.
    #[must_use]
    pub fn new(watch: ClusterWatch, recorder: Recorder, record: Option<PathBuf>) -> Self {
        let events = EventStream::new(watch.events.clone());
        let (watch, recorder) = (Some(watch), Some(recorder));
        Self {
            watch,
            events,
            model: Model::new(),
            report: None,
            recorder,
            record,
            what_if: WhatIfJob::idle(),
            is_over: false,
        }
    }

    fn apply(&mut self, batch: &[StampedEvent]) -> Result<(), AppError> {
        for stamped in batch {
            self.model.apply(stamped)?;
        }
        Ok(())
    }

    fn end_run(&mut self) {
        (self.events, self.is_over) = (EventStream::closed(), true);
        let Some((run, summary)) = self.model.run().zip(self.model.summary()) else { return };
        self.report = Some(Arc::new(Report::new(run, vec![summary])));
    }

    fn receiver(&self) -> &Receiver<Vec<StampedEvent>> {
        self.events.receiver()
    }
}

impl Source for WatchedCluster {
    fn start(&mut self, ui: &mut Ui, _: Duration) -> Result<(), AppError> {
        ui.begin_run();
        ui.live_source = LiveSource::Cluster;
        Ok(())
    }

    fn model(&self) -> &Model {
        &self.model
    }

    fn apply_pending(&mut self, limit: Duration, ui: &mut Ui) -> Result<bool, AppError> {
        let deadline = Instant::now() + limit;
        let mut any = self.what_if.take_outcome(ui).is_some();
        let messages = self.recorder.as_ref().and_then(|recorder| join_messages(recorder.messages_to_viewer()));
        if let Some(messages) = messages {
            ui.message = Some(messages);
            any = true;
        }
        loop {
            match self.events.next_batches(self.recorder.as_ref()) {
                Ok(batches) => batches.iter().try_for_each(|batch| self.apply(batch))?,
                Err(TryRecvError::Empty) => return Ok(any),
                Err(TryRecvError::Disconnected) => {
                    self.end_run();
                    ui.report.clone_from(&self.report);
                    return Ok(true);
                }
            }
            any = true;
            if Instant::now() >= deadline {
                return Ok(any);
            }
        }
    }

    fn register_channels<'a>(&'a self, select: &mut Select<'a>) {
        select.recv(self.receiver());
        select.recv(self.what_if.receiver());
        if let Some(recorder) = &self.recorder {
            select.recv(recorder.messages_to_viewer());
        }
    }

    fn is_picture_moving(&self, _: &Ui) -> bool {
        false
    }

    fn is_everything_done(&self) -> bool {
        self.is_over
    }

    fn handle_request(&mut self, request: Request, ui: &mut Ui) {
        match request {
            Request::Save => self.recorder.iter().for_each(Recorder::save_newest_run),
            Request::Predict(lane) => {
                if let Err(error) = self.what_if.predict_cluster(self.model.lanes().get(lane.index())) {
                    ui.show_predictions(Err(error.into()));
                }
            }
            _ => ui.message = Some(text!("cluster-not-changed").into()),
        }
    }

    fn cancel(&mut self) {
        if let Some(watch) = &mut self.watch {
            watch.begin_end();
        }
    }

    fn wait_for_end(&mut self, timeout: Duration) {
        let deadline = Instant::now() + timeout;
        while !self.is_over {
            match self.receiver().recv_deadline(deadline) {
                Ok(batch) => {
                    let batch = Arc::new(batch);
                    self.recorder.iter().for_each(|recorder| recorder.record_events(&batch));
                    // An invalid event ends the run as it is.
                    if self.apply(&batch).is_err() {
                        return self.end_run();
                    }
                }
                Err(error) if error.is_timeout() => return,
                Err(_) => self.end_run(),
            }
        }
    }

    fn report(&self) -> Option<Arc<Report>> {
        self.report.clone()
    }

    fn finish_and_take_warnings(&mut self) -> Vec<String> {
        if let Some(watch) = self.watch.take() {
            watch.stop();
        }
        let failed = self.recorder.take().and_then(|recorder| recorder.finish_recording().err());
        let warning = failed.zip(self.record.as_ref()).map(|(error, path)| {
            format!("the recording {} is incomplete: {}", display_path(path), shortage::describe_error(&error))
        });
        warning.into_iter().collect()
    }
}
