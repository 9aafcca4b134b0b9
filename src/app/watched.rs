//! A watched program as a source: shown live until it ends, and then its result.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Select, TryRecvError, bounded, never};
use signal_hook::consts::SIGINT;

use super::calibration::known_constants;
use super::event_stream::EventStream;
use super::series::join_messages;
use super::what_if::{ShownOutcome, WhatIfJob, read_newest_run};
use super::{AppError, Replay, Source, finish_recording};
use crate::event::{Exit, LaneId};
use crate::model::Model;
use crate::recording::writer::Recorder;
use crate::report::Report;
use crate::source::program::{Program, TerminalSize};
use crate::source::program_watch::ProgramWatch;
use crate::source::simulation::{RunRecorder, predict_remedies};
use crate::system::threads;
use crate::text;
use crate::ui::{LiveSource, Request, Ui};

/// How long a program may take to end: it is sent SIGINT, SIGTERM and SIGKILL in turn.
const END_TIMEOUT: Duration = Duration::from_secs(10);
/// Rows of the program's output that are kept for the panel.
const OUTPUT_ROWS: usize = 500;

/// A watched program.
pub struct Watched<'a> {
    watch: &'a ProgramWatch,
    events: EventStream,
    model: Model,
    tasks: RunRecorder,
    report: Option<Arc<Report>>,
    /// Receives the report with what the changes of its findings would take; none if nothing is predicted.
    predicted: Option<Receiver<Report>>,
    recorder: Option<Recorder>,
    record: Option<PathBuf>,
    what_if: WhatIfJob,
    /// The run, which has ended, with a simulated lane beside it; none while the run itself is shown.
    simulated: Option<Replay>,
    /// Set when the events have ended.
    is_over: bool,
    exits: Receiver<Exit>,
    /// Whether the program was sent SIGINT by `Ctrl-C`.
    interrupted: bool,
    /// Whether the program goes on when mpviz ends.
    left_running: bool,
}

impl<'a> Watched<'a> {
    /// Shows a program; its events are recorded to `record` if given.
    #[must_use]
    pub fn new(watch: &'a ProgramWatch, recorder: Option<Recorder>, record: Option<PathBuf>) -> Self {
        Self {
            watch,
            events: EventStream::new(watch.events.clone()),
            model: Model::new(),
            tasks: RunRecorder::default(),
            report: None,
            predicted: None,
            recorder,
            record,
            what_if: WhatIfJob::idle(),
            simulated: None,
            is_over: false,
            exits: watch.program.exits().clone(),
            interrupted: false,
            left_running: false,
        }
    }

    fn program(&self) -> &Program {
        &self.watch.program
    }

    fn take_exit(&mut self) -> bool {
        let Ok(exit) = self.exits.try_recv() else { return false };
        self.exits = never();
        self.watch.program_exited(exit);
        true
    }

    fn end_run(&mut self, ui: &mut Ui) {
        self.events = EventStream::closed();
        self.is_over = true;
        ui.message.take_if(|message| message == text!("program-was-interrupted"));
        let Some((run, mut summary)) = self.model.run().cloned().zip(self.model.summary()) else { return };
        self.show_report(Report::new(&run, vec![summary.clone()]), ui);
        let tasks = std::mem::take(&mut self.tasks);
        let (sender, predicted) = bounded(1);
        // In a thread, because predicting from many tasks takes longer than a frame.
        let started = threads::start("remedies", move || {
            predict_remedies(&mut summary, &tasks, known_constants().as_ref());
            // Sending fails only if mpviz is exiting.
            let _ = sender.send(Report::new(&run, vec![summary]));
        });
        self.predicted = started.is_ok().then_some(predicted);
    }

    fn show_report(&mut self, report: Report, ui: &mut Ui) {
        self.report = Some(Arc::new(report));
        ui.report.clone_from(&self.report);
    }

    /// Shows what the changes of findings would take, once that is predicted.
    fn take_predicted(&mut self, ui: &mut Ui) -> bool {
        let Some(report) = self.predicted.as_ref().and_then(|predicted| predicted.try_recv().ok()) else {
            return false;
        };
        self.predicted = None;
        self.show_report(report, ui);
        true
    }

    /// Starts to predict other settings for a lane, from what is kept of the run.
    fn predict(&mut self, lane: LaneId, ui: &mut Ui) {
        let read = read_newest_run(self.recorder.as_ref());
        let lane = self.simulated.as_ref().map_or(lane, |simulated| simulated.recorded_lane(lane).1);
        match self.what_if.predict_cluster(&self.model, lane) {
            Ok(false) => {}
            Ok(true) => return,
            Err(error) => return ui.show_predictions(Err(error.into())),
        }
        if let Err(error) = self.what_if.predict(read, (0, lane), self.is_over) {
            ui.show_predictions(Err(error.into()));
        }
    }

    /// Shows predictions, or a simulated lane beside the run.
    fn take_what_if_outcome(&mut self, ui: &mut Ui) -> bool {
        let outcome = self.what_if.take_outcome(ui);
        let any = outcome.is_some();
        if let Some(ShownOutcome::Simulated(run)) = outcome {
            let of_ended_run = || Replay::of_ended_run(std::mem::take(&mut self.model), self.report.clone());
            self.simulated.get_or_insert_with(of_ended_run).show_simulated(*run, ui);
        }
        any
    }

    /// Shows the run itself again.
    fn show_run(&mut self, ui: &mut Ui) {
        if let Some(model) = self.simulated.take().and_then(Replay::into_first_run) {
            self.model = model;
            ui.begin_run();
            ui.playback = None;
            ui.report.clone_from(&self.report);
        }
    }

    /// Shows new output of the program.
    fn update_output(&self, ui: &mut Ui) -> bool {
        let Some(terminal) = self.program().terminal() else { return false };
        if terminal.new_output().try_iter().count() == 0 && ui.output.is_some() {
            return false;
        }
        ui.output = Some(terminal.last_lines(OUTPUT_ROWS).into());
        true
    }
}

impl Source for Watched<'_> {
    fn start(&mut self, ui: &mut Ui, _: Duration) -> Result<(), AppError> {
        ui.begin_run();
        ui.live_source = LiveSource::Program;
        Ok(())
    }

    fn model(&self) -> &Model {
        self.simulated.as_ref().map_or(&self.model, Replay::model)
    }

    fn apply_pending(&mut self, limit: Duration, ui: &mut Ui) -> Result<bool, AppError> {
        let deadline = Instant::now() + limit;
        let mut any = self.take_exit();
        any |= self.update_output(ui);
        any |= self.take_predicted(ui);
        any |= self.take_what_if_outcome(ui);
        if let Some(simulated) = &mut self.simulated {
            any |= simulated.apply_pending(limit, ui)?;
        }
        if let Some(messages) = self.recorder.as_ref().and_then(|recorder| join_messages(recorder.messages_to_viewer()))
        {
            ui.message = Some(messages);
            any = true;
        }
        loop {
            let events = match self.events.next_batches(self.recorder.as_ref()) {
                Ok(events) => events,
                Err(TryRecvError::Empty) => return Ok(any),
                Err(TryRecvError::Disconnected) => {
                    self.end_run(ui);
                    return Ok(true);
                }
            };
            any = true;
            let mut stamped = events.iter().flat_map(|batch| batch.iter());
            // A fault of mpviz does not end the program.
            stamped
                .try_for_each(|stamped| {
                    self.tasks.apply(stamped);
                    self.model.apply(stamped)
                })
                .inspect_err(|_| self.left_running = true)?;
            if Instant::now() >= deadline {
                return Ok(any);
            }
        }
    }

    fn register_channels<'a>(&'a self, select: &mut Select<'a>) {
        select.recv(self.events.receiver());
        select.recv(&self.exits);
        select.recv(self.what_if.receiver());
        if let Some(predicted) = &self.predicted {
            select.recv(predicted);
        }
        if let Some(terminal) = self.watch.program.terminal() {
            select.recv(terminal.new_output());
        }
        if let Some(recorder) = &self.recorder {
            select.recv(recorder.messages_to_viewer());
        }
        if let Some(simulated) = &self.simulated {
            simulated.register_channels(select);
        }
    }

    fn is_picture_moving(&self, ui: &Ui) -> bool {
        self.simulated.as_ref().is_some_and(|simulated| simulated.is_picture_moving(ui))
    }

    fn is_everything_done(&self) -> bool {
        self.is_over || self.left_running
    }

    fn handle_request(&mut self, request: Request, ui: &mut Ui) {
        match request {
            Request::Predict(lane) => self.predict(lane, ui),
            Request::Try(setting) => {
                if let Err(error) = self.what_if.simulate(setting) {
                    ui.message = Some(error.to_string());
                }
            }
            Request::Run(by) if by < 0 => self.show_run(ui),
            Request::Run(_) | Request::Save if let Some(simulated) = &mut self.simulated => {
                simulated.handle_request(request, ui);
            }
            Request::Save => self.recorder.iter().for_each(Recorder::save_newest_run),
            _ => ui.message = Some(text!("program-not-changed").into()),
        }
    }

    fn suspend_workers(&mut self, _: Duration) {
        if !self.is_over {
            self.watch.suspend();
        }
    }

    fn resume_workers(&mut self) {
        if !self.is_over {
            self.watch.resume();
        }
    }

    fn interrupt(&mut self, ui: &mut Ui) -> bool {
        if self.is_over || std::mem::replace(&mut self.interrupted, true) {
            return false;
        }
        self.program().send_signal(SIGINT);
        ui.message = Some(text!("program-was-interrupted").into());
        true
    }

    fn leave_running(&mut self) {
        self.left_running = true;
    }

    fn type_into_program(&mut self, keys: &[u8]) {
        if let Some(terminal) = self.program().terminal() {
            // The terminal is gone if the program has ended.
            let _ = terminal.write_keys(keys);
        }
    }

    fn terminal_resized(&mut self) {
        if let Some((terminal, (columns, rows))) = self.program().terminal().zip(crossterm::terminal::size().ok()) {
            let _ = terminal.resize(TerminalSize { columns, rows });
        }
    }

    fn cancel_timeout(&self) -> Duration {
        END_TIMEOUT
    }

    fn cancel(&mut self) {
        if !self.is_over && !self.left_running {
            // If it cannot be signalled, it has ended.
            let _ = self.program().begin_end();
        }
    }

    fn wait_for_end(&mut self, timeout: Duration) {
        let deadline = Instant::now() + timeout;
        let predicted = self.predicted.take().and_then(|predicted| predicted.recv_deadline(deadline).ok());
        self.report = predicted.map(Arc::new).or_else(|| self.report.take());
        while !self.is_everything_done() {
            self.take_exit();
            match self.events.receiver().recv_deadline(deadline) {
                Ok(_) => {}
                Err(error) if error.is_timeout() => return,
                Err(_) => self.is_over = true,
            }
        }
    }

    fn report(&self) -> Option<Arc<Report>> {
        self.report.clone()
    }

    fn finish_and_take_warnings(&mut self) -> Vec<String> {
        finish_recording(self.recorder.take(), self.record.as_deref()).into_iter().collect()
    }
}
