//! A series of runs: repeats, and runs changed by the viewer.

mod change;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Select, TryRecvError, unbounded};

use super::event_stream::EventStream;
use super::what_if::{WhatIfJob, read_newest_run};
use super::{AppError, Source, finish_recording};
use crate::engine::resources::{AvailableResources, check_resources};
use crate::engine::{Command, RunExecution, RunPlan, RunSpec};
use crate::event::codec::RecordingHeader;
use crate::event::workload::Workload;
use crate::event::{Event, LaneId, Machine, RepeatPosition};
use crate::model::{Model, RunSummary};
use crate::probe::machine::{self, Restrictions};
use crate::recording::writer::{Recorder, RecordingFile};
use crate::report::{Report, phrases};
use crate::system::clock::time_of_day_ms;
use crate::ui::{Request, ScenarioItem, Ui};

/// Settings of a series.
#[derive(Clone, Debug, Default)]
pub struct SeriesOptions {
    /// Number of repeats; at least 1.
    pub repeat: u32,
    /// File for the events of all runs.
    pub record: Option<PathBuf>,
    /// Run although resources seem insufficient; overwrite the recording.
    pub force: bool,
    /// Keep the events of the newest run so that it can be saved.
    pub keep: bool,
    /// The run without options on the command line but `--scenario`, from which commands of changed runs are made.
    pub base: Option<RunSpec>,
    /// The scenarios that the viewer can choose.
    pub scenarios: Vec<ScenarioRun>,
}

/// A scenario that can be run.
#[derive(Clone, Debug)]
pub struct ScenarioRun {
    pub item: ScenarioItem,
    pub spec: RunSpec,
}

/// The current run with its earlier repeats and its successor.
pub struct Series {
    spec: RunSpec,
    options: SeriesOptions,
    /// Time between two frames of the display.
    frame_interval: Duration,
    cores: Vec<u32>,
    restrictions: Restrictions,
    machine: Machine,
    /// The run from which the commands of changed runs are made.
    base: RunSpec,
    /// I/O operations per task that the options ask for; 0 if the key chooses the I/O.
    io_of_options: u32,
    /// The workload before I/O was switched on.
    workload_without_io: Option<Workload>,
    model: Model,
    execution: Option<RunExecution>,
    events: EventStream,
    summaries: Vec<RunSummary>,
    report: Option<Arc<Report>>,
    /// The run that starts when this one has ended.
    next: Option<RunSpec>,
    cancelled: bool,
    recorder: Option<Recorder>,
    what_if: WhatIfJob,
    /// The lane whose settings are to be predicted once the run has ended.
    lane_to_predict: Option<LaneId>,
    warnings: Vec<String>,
}

impl Series {
    /// Prepares a series. Fails if resources are insufficient or the recording cannot be created. `on_wait` is called
    /// before waiting for the reader of a pipe to record to.
    pub fn new(spec: RunSpec, options: SeriesOptions, on_wait: impl FnOnce()) -> Result<Self, AppError> {
        let cores = machine::usable_cores();
        let restrictions = Restrictions::read();
        let machine = machine::describe_machine(&cores);
        // Resources are checked before the recording is created, so that a refused run leaves no empty file.
        if !options.force {
            let plan = RunPlan::new(&spec.with_restrictions(&restrictions, &cores), &cores, machine.clone());
            check_resources(&plan.required_resources(), &AvailableResources::read())?;
        }
        let create = |path| RecordingFile::create(path, options.force, on_wait);
        let file = options.record.as_deref().map(create).transpose()?;
        let recorder = if file.is_some() || options.keep {
            let began = time_of_day_ms().unwrap_or(0) / 1_000;
            let header = RecordingHeader::new(machine.clone(), spec.command.clone(), began);
            Some(Recorder::start(&header, file, options.keep)?)
        } else {
            None
        };
        Ok(Self {
            base: options.base.clone().unwrap_or_else(|| spec.clone()),
            io_of_options: spec.workload.io,
            workload_without_io: None,
            spec,
            options,
            frame_interval: Duration::ZERO,
            cores,
            restrictions,
            machine,
            model: Model::new(),
            execution: None,
            events: EventStream::closed(),
            summaries: Vec::new(),
            report: None,
            next: None,
            cancelled: false,
            recorder,
            what_if: WhatIfJob::idle(),
            lane_to_predict: None,
            warnings: Vec::new(),
        })
    }

    /// Starts the next run.
    fn begin_next_run(&mut self, ui: &mut Ui) -> Result<(), AppError> {
        let of = self.options.repeat;
        self.spec.repeat = (of > 1).then(|| RepeatPosition { number: self.summaries.len() as u32 + 1, of });
        let plan = self.planned_run_of_spec(&self.spec);
        let notes = plan.joined_notes();
        if !self.options.force {
            check_resources(&plan.required_resources(), &AvailableResources::read())?;
        }
        let (sender, events) = unbounded();
        self.execution = Some(RunExecution::start(plan, sender, self.frame_interval)?);
        (self.events, self.model, self.cancelled, self.report) = (EventStream::new(events), Model::new(), false, None);
        self.what_if = WhatIfJob::idle();
        ui.begin_run();
        ui.message = ui.message.take().or(notes);
        Ok(())
    }

    fn planned_run_of_spec(&self, spec: &RunSpec) -> RunPlan {
        let spec = spec.with_restrictions(&self.restrictions, &self.cores);
        RunPlan::new(&spec, &self.cores, self.machine.clone())
    }

    fn send_command_to_run(&self, command: Command) {
        if let Some(execution) = &self.execution {
            execution.send(command);
        }
    }

    /// Schedules a run that follows this one, which has ended.
    pub(super) fn schedule_run(&mut self, spec: RunSpec) {
        (self.base, self.io_of_options, self.workload_without_io) = (spec.clone(), spec.workload.io, None);
        self.next = Some(spec);
        // The next run starts when this one has ended: replace its events by a closed channel.
        self.events = EventStream::new(unbounded().1);
    }

    /// Ends the run after all its events have been applied.
    fn end_run(&mut self, ui: &mut Ui) -> Result<(), AppError> {
        self.events = EventStream::closed();
        self.execution.take().map_or(Ok(()), RunExecution::join)?;
        if let Some(spec) = self.next.take() {
            self.spec = spec;
            self.summaries.clear();
            return self.start_requested(ui);
        }
        let Some(run) = self.model.run() else { return Ok(()) };
        let Some(summary) = self.model.summary() else { return Ok(()) };
        // All repeats do the same work.
        self.spec.rounds = Some(run.rounds_per_number);
        self.summaries.push(summary);
        self.report = Some(Arc::new(Report::new(run, self.summaries.clone())));
        if !self.cancelled && (self.summaries.len() as u32) < self.options.repeat {
            return self.begin_next_run(ui);
        }
        // The result replaces messages about the set-up and the run.
        let notes = run.notes_in_one_line();
        let is_over = |message: &String| notes.as_ref() == Some(message) || *message == phrases::measuring_again();
        ui.message.take_if(|message| is_over(message));
        ui.report.clone_from(&self.report);
        if let Some(lane) = self.lane_to_predict.take().filter(|_| !self.cancelled)
            && let Some(request) = ui.open_what_if_for(lane, &self.model)
        {
            self.handle_request(request, ui);
        }
        Ok(())
    }

    /// Starts a run that the viewer asked for. If it is refused, the session goes on.
    fn start_requested(&mut self, ui: &mut Ui) -> Result<(), AppError> {
        match self.begin_next_run(ui) {
            Err(AppError::InsufficientResources(refusal)) => {
                ui.message = Some(refusal.to_string());
                Ok(())
            }
            other => other,
        }
    }

    /// Starts to predict other settings for a lane that has ended.
    fn predict(&mut self, lane: LaneId, ui: &mut Ui) {
        let read = read_newest_run(self.recorder.as_ref());
        if let Err(error) = self.what_if.predict(read, (0, lane), self.execution.is_none()) {
            ui.show_predictions(Err(error.into()));
        }
    }

    /// Shows messages of the recorder.
    fn show_recorder_messages(&self, ui: &mut Ui) -> bool {
        let messages = self.recorder.as_ref().and_then(|recorder| join_messages(recorder.messages_to_viewer()));
        ui.message = messages.clone().or(ui.message.take());
        messages.is_some()
    }
}

impl Source for Series {
    fn start(&mut self, ui: &mut Ui, frame_interval: Duration) -> Result<(), AppError> {
        self.frame_interval = frame_interval;
        ui.scenarios = self.options.scenarios.iter().map(|scenario| scenario.item.clone()).collect();
        self.begin_next_run(ui)
    }

    fn model(&self) -> &Model {
        &self.model
    }

    fn apply_pending(&mut self, limit: Duration, ui: &mut Ui) -> Result<bool, AppError> {
        let deadline = Instant::now() + limit;
        let mut any = self.show_recorder_messages(ui) | self.what_if.take_outcome(ui).is_some();
        loop {
            let events = match self.events.next_batches(self.recorder.as_ref()) {
                Ok(events) => events,
                Err(TryRecvError::Empty) => return Ok(any),
                Err(TryRecvError::Disconnected) => {
                    self.end_run(ui)?;
                    return Ok(true);
                }
            };
            any = true;
            for stamped in events.iter().flat_map(|batch| batch.iter()) {
                self.model.apply(stamped)?;
                match &stamped.event {
                    Event::WorkerNotSpawned { error, .. } => ui.message = Some(phrases::worker_not_started(error)),
                    Event::WorkerErrorOutput { text } => ui.message = Some(phrases::worker_error_output(text)),
                    _ => {}
                }
            }
            if Instant::now() >= deadline {
                return Ok(any);
            }
        }
    }

    fn register_channels<'a>(&'a self, select: &mut Select<'a>) {
        select.recv(self.events.receiver());
        select.recv(self.what_if.receiver());
        if let Some(recorder) = &self.recorder {
            select.recv(recorder.messages_to_viewer());
        }
    }

    fn is_picture_moving(&self, _: &Ui) -> bool {
        false
    }

    fn is_everything_done(&self) -> bool {
        self.execution.is_none() && self.next.is_none()
    }

    fn handle_request(&mut self, request: Request, ui: &mut Ui) {
        match request {
            Request::Kill(lane, worker) => self.send_command_to_run(Command::Kill(lane, worker)),
            Request::Suspend(lane) => self.send_command_to_run(Command::Suspend(lane)),
            Request::Resume(lane) => self.send_command_to_run(Command::Resume(lane)),
            Request::Save => self.recorder.iter().for_each(Recorder::save_newest_run),
            Request::Predict(lane) => self.predict(lane, ui),
            change => match self.schedule_changed_run(change, ui.lane) {
                Ok(advice) => {
                    self.lane_to_predict = match change {
                        Request::MeasureInTurns(lane) => Some(lane),
                        _ => None,
                    };
                    ui.message = advice;
                }
                Err(error) => ui.message = Some(error.to_string()),
            },
        }
    }

    fn suspend_workers(&mut self, timeout: Duration) {
        if let Some(execution) = &self.execution {
            execution.suspend_all(timeout);
        }
    }

    fn resume_workers(&mut self) {
        self.send_command_to_run(Command::ResumeAll);
    }

    fn cancel(&mut self) {
        self.cancelled = true;
        self.next = None;
        self.send_command_to_run(Command::Cancel);
    }

    fn wait_for_end(&mut self, timeout: Duration) {
        self.send_command_to_run(Command::Cancel);
        let deadline = Instant::now() + timeout;
        while self.execution.is_some() {
            match self.events.receiver().recv_deadline(deadline) {
                Ok(_) => {}
                Err(error) if error.is_timeout() => return,
                Err(_) => {
                    // Errors of a cancelled run are ignored.
                    let _ = self.execution.take().map(RunExecution::join);
                }
            }
        }
    }

    fn report(&self) -> Option<Arc<Report>> {
        self.report.clone()
    }

    fn finish_and_take_warnings(&mut self) -> Vec<String> {
        self.warnings.extend(finish_recording(self.recorder.take(), self.options.record.as_deref()));
        std::mem::take(&mut self.warnings)
    }
}

/// All pending messages in one line, so that none hides another.
pub(super) fn join_messages(messages: &Receiver<String>) -> Option<String> {
    let messages: Vec<_> = messages.try_iter().collect();
    (!messages.is_empty()).then(|| messages.join(" · "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_pending_messages_are_joined() {
        let (sender, messages) = unbounded();
        assert_eq!(join_messages(&messages), None);
        sender.send("a fault".into()).unwrap();
        sender.send("saved".into()).unwrap();
        assert_eq!(join_messages(&messages).as_deref(), Some("a fault · saved"));
    }
}
