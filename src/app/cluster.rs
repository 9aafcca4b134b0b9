//! Clusters as a source: shown live until their observation ends.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Select, TryRecvError, unbounded};

use super::event_stream::EventStream;
use super::series::join_messages;
use super::what_if::WhatIfJob;
use super::{AppError, Source, finish_recording};
use crate::event::StampedEvent;
use crate::event::text::sanitize;
use crate::model::{Model, RunSummary};
use crate::recording::writer::Recorder;
use crate::report::{Report, phrases};
use crate::source::dask::{ClusterOpening, ClusterWatch, GraphRun, SATURATIONS};
use crate::text;
use crate::ui::{LiveSource, Request, Ui};

/// Clusters that are observed, one after the other.
pub struct WatchedCluster {
    /// The connection to the first of them, until it is open.
    opening: Option<ClusterOpening>,
    watch: Option<ClusterWatch>,
    events: EventStream,
    model: Model,
    report: Option<Arc<Report>>,
    recorder: Option<Recorder>,
    record: Option<PathBuf>,
    /// What the clusters run, if mpviz runs it.
    graph: Option<GraphRun>,
    /// The runs of the graph that this one repeats, and itself once it has ended.
    summaries: Vec<RunSummary>,
    /// Whether the viewer wants the graph to be run anew, with its repeats, when this run has ended.
    is_restarted: bool,
    is_cancelled: bool,
    /// Why a run could not be started.
    warnings: Vec<String>,
    what_if: WhatIfJob,
    /// Message that a cluster of mpviz's own starts, as long as it does.
    starting: Option<String>,
    /// Set when the events have ended.
    is_over: bool,
}

impl WatchedCluster {
    /// Shows clusters once they are connected to. Their events are recorded to `record` if given. `graph` is what mpviz
    /// runs on them.
    #[must_use]
    pub fn new(
        opening: ClusterOpening,
        recorder: Option<Recorder>,
        record: Option<PathBuf>,
        graph: Option<GraphRun>,
    ) -> Self {
        Self {
            opening: Some(opening),
            events: EventStream::closed(),
            watch: None,
            model: Model::new(),
            report: None,
            recorder,
            record,
            graph,
            what_if: WhatIfJob::idle(),
            summaries: Vec::new(),
            is_restarted: false,
            is_cancelled: false,
            warnings: Vec::new(),
            starting: None,
            is_over: false,
        }
    }

    /// Observes the clusters once the first of them is connected to. Returns whether it began to observe them.
    fn observe_once_connected(&mut self, ui: &mut Ui) -> Result<bool, AppError> {
        let Some(outcome) = self.opening.as_ref().and_then(|opening| opening.outcome.try_recv().ok()) else {
            return Ok(false);
        };
        (self.opening, ui.waits_for) = (None, None);
        let watch = outcome?.observe()?;
        self.events = EventStream::new(watch.events.clone());
        self.watch = Some(watch);
        self.show_expectation(ui);
        Ok(true)
    }

    /// Runs the graph anew once this run has ended.
    fn restart(&mut self) {
        (self.is_restarted, self.is_cancelled, self.is_over) = (true, false, false);
        match &self.watch {
            Some(watch) => watch.begin_end(),
            // The next run starts when this one has ended: replace its events by a closed channel.
            None => self.events = EventStream::new(unbounded().1),
        }
    }

    /// Says what to look at, until the next key or the result.
    fn show_expectation(&self, ui: &mut Ui) {
        let expectation = self.graph.as_ref().map(|run| phrases::graph_expectation(run.graph.kind).to_owned());
        ui.message = ui.message.take().or(expectation);
    }

    /// Says which cluster starts, as long as it does: nothing happens meanwhile. Returns whether that has changed.
    fn show_start(&mut self, ui: &mut Ui) -> bool {
        let lanes = self.model.lanes();
        let is_idle =
            self.opening.is_none() && !self.is_over && lanes.iter().all(|lane| lane.end_and_status().is_some());
        let is_own = self.graph.as_ref().is_some_and(|run| run.address.is_none());
        let next = SATURATIONS.get(lanes.len()).filter(|_| is_own && is_idle);
        let starting = next.map(|saturation| text!("graph-cluster-starts", saturation = *saturation));
        let before = std::mem::replace(&mut self.starting, starting);
        if before == self.starting {
            return false;
        }
        ui.message.take_if(|shown| Some(&*shown) == before.as_ref());
        if self.starting.is_some() {
            ui.message.clone_from(&self.starting);
        } else if !self.is_over {
            self.show_expectation(ui);
        }
        true
    }

    /// Starts the graph's next run, if one is wanted.
    fn begin_next_run(&mut self, ui: &mut Ui) {
        let is_restarted = std::mem::take(&mut self.is_restarted);
        let Some(graph) = &self.graph else { return };
        let ended = if is_restarted { 0 } else { self.summaries.len() };
        if !is_restarted && (self.is_cancelled || ended >= graph.repeat as usize) {
            return;
        }
        match ClusterWatch::start(graph, ended as u32 + 1) {
            Ok(watch) => {
                (self.events, self.model, self.report) = (EventStream::new(watch.events.clone()), Model::new(), None);
                (self.watch, self.is_over) = (Some(watch), false);
                self.summaries.truncate(ended);
                ui.begin_run();
                self.show_expectation(ui);
            }
            Err(error) => {
                let reason = phrases::observation_gap(&error.0);
                self.warnings.push(text!("graph-not-repeated", reason = reason.as_str()));
                ui.message = Some(reason);
            }
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
        // Of a run that has ended before, the report is there.
        let Some(watch) = self.watch.take() else { return };
        watch.stop();
        let Some((run, summary)) = self.model.run().zip(self.model.summary()) else { return };
        self.summaries.push(summary);
        self.report = Some(Arc::new(Report::new(run, self.summaries.clone())));
    }

    /// Applies what has arrived, until `limit` has passed. Returns whether there was anything.
    fn apply_batches(&mut self, limit: Duration, ui: &mut Ui) -> Result<bool, AppError> {
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
                    let expectation = self.graph.as_ref().map(|run| phrases::graph_expectation(run.graph.kind));
                    ui.message.take_if(|message| Some(message.as_str()) == expectation);
                    self.begin_next_run(ui);
                    return Ok(true);
                }
            }
            any = true;
            if Instant::now() >= deadline {
                return Ok(any);
            }
        }
    }

    fn receiver(&self) -> &Receiver<Vec<StampedEvent>> {
        self.events.receiver()
    }
}

impl Source for WatchedCluster {
    fn start(&mut self, ui: &mut Ui, _: Duration) -> Result<(), AppError> {
        ui.begin_run();
        ui.waits_for = self.opening.as_ref().map(|opening| match opening.address.as_deref() {
            None => text!("graph-cluster-starts", saturation = SATURATIONS[0]),
            Some("") => text!("cluster-connecting", place = text!("cluster-of-configuration")),
            Some(address) => text!("cluster-connecting", place = &*sanitize(address)),
        });
        ui.live_source = if self.graph.is_some() { LiveSource::Graph } else { LiveSource::Cluster };
        Ok(())
    }

    fn model(&self) -> &Model {
        &self.model
    }

    fn apply_pending(&mut self, limit: Duration, ui: &mut Ui) -> Result<bool, AppError> {
        let any = self.observe_once_connected(ui)? | self.apply_batches(limit, ui)?;
        Ok(self.show_start(ui) || any)
    }

    fn register_channels<'a>(&'a self, select: &mut Select<'a>) {
        if let Some(opening) = &self.opening {
            select.recv(&opening.outcome);
        }
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
            _ if self.opening.is_some() => {}
            Request::Save => self.recorder.iter().for_each(Recorder::save_newest_run),
            Request::Again if self.graph.is_some() => self.restart(),
            Request::Predict(lane) => {
                if let Err(error) = self.what_if.predict_cluster(&self.model, lane) {
                    ui.show_predictions(Err(error.into()));
                }
            }
            _ if self.graph.is_some() => ui.message = Some(text!("graph-not-changed").into()),
            _ => ui.message = Some(text!("cluster-not-changed").into()),
        }
    }

    fn cancel(&mut self) {
        (self.is_restarted, self.is_cancelled) = (false, true);
        if let Some(opening) = self.opening.take() {
            opening.cancel();
            self.is_over = true;
        }
        if let Some(watch) = &self.watch {
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
        let warning = finish_recording(self.recorder.take(), self.record.as_deref());
        std::mem::take(&mut self.warnings).into_iter().chain(warning).collect()
    }
}
