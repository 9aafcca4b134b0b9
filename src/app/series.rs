//! One run after the other: repeats, and what the viewer changes.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, TryRecvError, never, unbounded};

use super::AppError;
use crate::event::{Event, Machine, Mode, Stamped};
use crate::lane::limits::{Available, check};
use crate::lane::{Command, Execution, Plan, RunSpec, check_io};
use crate::machine;
use crate::model::{Model, RunSummary};
use crate::record::Recorder;
use crate::report::Report;
use crate::text::{SafeText, shown};
use crate::ui::{Ui, Wish};

/// Facts between two looks at the clock.
const BETWEEN_LOOKS: usize = 256;
/// The I/O that the key switches on, where the command line asked for none.
const USUAL_IO: u32 = 5;

/// How a series is run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How many times; at least 1.
    pub repeat: u32,
    /// Where the facts of all runs are written.
    pub record: Option<PathBuf>,
    /// Run though the machine seems too small; overwrite the recording.
    pub force: bool,
}

/// The runs of a session: the one that is shown, those of the same kind before it, and the one that is to come.
pub struct Series {
    spec: RunSpec,
    options: Options,
    cores: Vec<u32>,
    machine: Machine,
    /// I/O operations a task when I/O is switched on.
    io: u32,
    model: Model,
    execution: Option<Execution>,
    facts: Receiver<Vec<Stamped>>,
    /// Facts that have arrived and are not folded yet.
    waiting: std::vec::IntoIter<Stamped>,
    summaries: Vec<RunSummary>,
    report: Option<Arc<Report>>,
    /// The run that begins when this one has ended.
    next: Option<RunSpec>,
    cancelled: bool,
    recorder: Option<Recorder>,
    warnings: Vec<String>,
}

impl Series {
    /// A series that has not begun.
    ///
    /// # Errors
    /// When the recording cannot be made.
    pub fn new(spec: RunSpec, options: Options) -> std::io::Result<Self> {
        let recorder = options.record.as_ref().map(|path| Recorder::create(path, options.force)).transpose()?;
        let cores = machine::cores();
        let machine = machine::describe(&cores);
        Ok(Self {
            io: if spec.workload.io > 0 { spec.workload.io } else { USUAL_IO },
            spec,
            options,
            cores,
            machine,
            model: Model::new(),
            execution: None,
            facts: never(),
            waiting: Vec::new().into_iter(),
            summaries: Vec::new(),
            report: None,
            next: None,
            cancelled: false,
            recorder,
            warnings: Vec::new(),
        })
    }

    /// Begins the next run.
    ///
    /// # Errors
    /// When the machine has not what it needs, or refuses.
    pub(super) fn start(&mut self, ui: &mut Ui) -> Result<(), AppError> {
        let plan = self.plan(&self.spec);
        let notes = said(plan.notes());
        if !self.options.force {
            check(&plan.need(), &Available::read())?;
        }
        let (sender, facts) = unbounded();
        self.execution = Some(Execution::start(plan, sender)?);
        (self.facts, self.model, self.cancelled, self.report) = (facts, Model::new(), false, None);
        let of = self.options.repeat;
        ui.begin_run();
        if !notes.is_empty() {
            ui.message = Some(notes);
        }
        ui.repeat = (of > 1).then(|| (self.summaries.len() as u32 + 1, of));
        Ok(())
    }

    fn plan(&self, spec: &RunSpec) -> Plan {
        Plan::new(spec, &self.cores, self.machine.clone())
    }

    pub(super) fn model(&self) -> &Model {
        &self.model
    }

    /// Whether facts have arrived that are not folded yet.
    pub(super) fn has_facts(&self) -> bool {
        self.waiting.len() > 0
    }

    pub(super) fn facts(&self) -> &Receiver<Vec<Stamped>> {
        &self.facts
    }

    /// Whether nothing runs and nothing will by itself.
    pub(super) fn is_done(&self) -> bool {
        self.execution.is_none() && self.next.is_none()
    }

    pub(super) fn command(&self, command: Command) {
        if let Some(execution) = &self.execution {
            execution.command(command);
        }
    }

    /// Suspends what runs, before mpviz itself is stopped; waits so long at most.
    pub(super) fn pause(&self, patience: Duration) {
        if let Some(execution) = &self.execution {
            execution.pause(patience);
        }
    }

    /// Lets go on what was suspended by [`Series::pause`].
    pub(super) fn go_on(&self) {
        self.command(Command::GoOn);
    }

    /// Ends the run and all that would follow it.
    pub(super) fn cancel(&mut self) {
        self.cancelled = true;
        self.next = None;
        self.command(Command::Cancel);
    }

    /// Folds what has arrived, for so long at the most. Whether there was anything.
    ///
    /// # Errors
    /// When a fact cannot be, or the run could not be carried out.
    pub(super) fn fold(&mut self, limit: Duration, ui: &mut Ui) -> Result<bool, AppError> {
        let deadline = Instant::now() + limit;
        let mut any = false;
        loop {
            if self.waiting.len() == 0 {
                match self.facts.try_recv() {
                    Ok(batch) => self.waiting = batch.into_iter(),
                    Err(TryRecvError::Empty) => return Ok(any),
                    Err(TryRecvError::Disconnected) => {
                        self.end_run(ui)?;
                        return Ok(true);
                    }
                }
            }
            any = true;
            for fact in self.waiting.by_ref().take(BETWEEN_LOOKS) {
                if let Some(recorder) = &mut self.recorder {
                    recorder.write(&fact);
                }
                self.model.apply(&fact)?;
                if let Event::WorkerNotSpawned { error, .. } = &fact.event {
                    ui.message = Some(format!("a worker could not be started: {error}"));
                }
            }
            if Instant::now() >= deadline {
                return Ok(any);
            }
        }
    }

    /// The run is over and all its facts are folded.
    fn end_run(&mut self, ui: &mut Ui) -> Result<(), AppError> {
        self.facts = never();
        self.execution.take().map_or(Ok(()), Execution::join)?;
        if let Some(spec) = self.next.take() {
            self.spec = spec;
            self.summaries.clear();
            return self.start_or_say(ui);
        }
        let Some(run) = self.model.run() else { return Ok(()) };
        let Some(summary) = self.model.summary() else { return Ok(()) };
        // All repeats do the same work.
        self.spec.rounds = Some(run.rounds_per_number);
        self.summaries.push(summary);
        self.report = Some(Arc::new(Report::new(run, self.summaries.clone())));
        if !self.cancelled && (self.summaries.len() as u32) < self.options.repeat {
            return self.start(ui);
        }
        // What was to be known at the start gives way to the result.
        let notes = said(run.notes.iter().map(SafeText::as_str));
        ui.message.take_if(|message| *message == notes);
        ui.report.clone_from(&self.report);
        Ok(())
    }

    /// Starts a run that the viewer asked for. One that is refused is no reason to leave.
    fn start_or_say(&mut self, ui: &mut Ui) -> Result<(), AppError> {
        match self.start(ui) {
            Err(AppError::Refused(refusal)) => {
                ui.message = Some(refusal.to_string());
                Ok(())
            }
            other => other,
        }
    }

    /// Another run, as the viewer wishes it, begins when this one has been ended.
    ///
    /// # Errors
    /// A sentence that says why it cannot be; nothing is changed then.
    pub(super) fn change(&mut self, wish: Wish) -> Result<(), String> {
        let mut spec = self.next.as_ref().unwrap_or(&self.spec).clone();
        spec.rounds = None;
        match wish {
            Wish::ToggleMode(mode) => toggle(&mut spec.modes, mode)?,
            Wish::ToggleIo => spec.workload.io = if spec.workload.io > 0 { 0 } else { self.io },
            Wish::Workers(by) => spec.workers = spec.workers.saturating_add_signed(by.into()).max(1),
            Wish::Tasks(by) if by < 0 => spec.workload.tasks = (spec.workload.tasks / 2).max(1),
            Wish::Tasks(_) => spec.workload.tasks = spec.workload.tasks.saturating_mul(2),
            _ => {}
        }
        spec.workload.check().map_err(|error| error.to_string())?;
        check_io(&spec)?;
        if !self.options.force {
            check(&self.plan(&spec).need(), &Available::read()).map_err(|error| error.to_string())?;
        }
        self.next = Some(spec);
        if self.execution.is_some() {
            self.command(Command::Cancel);
        } else {
            // The end of a run starts the next: let the fold find an ended one.
            self.facts = unbounded().1;
        }
        Ok(())
    }

    /// Waits for the run that was cancelled, but not for ever.
    pub(super) fn give_up(&mut self, patience: Duration) {
        self.command(Command::Cancel);
        let deadline = Instant::now() + patience;
        while self.execution.is_some() {
            match self.facts.recv_deadline(deadline) {
                Ok(_) => {}
                Err(error) if error.is_timeout() => return,
                Err(_) => {
                    // Whatever went wrong in it is no longer of interest: it was given up.
                    let _ = self.execution.take().map(Execution::join);
                }
            }
        }
    }

    pub(super) fn report(&self) -> Option<Arc<Report>> {
        self.report.clone()
    }

    /// Ends the recording, and says what went wrong beside the runs.
    pub(super) fn take_warnings(&mut self) -> Vec<String> {
        if let (Some(recorder), Some(path)) = (self.recorder.take(), &self.options.record)
            && let Err(error) = recorder.finish()
        {
            self.warnings.push(format!("the recording {} is not complete: {error}", shown(path)));
        }
        std::mem::take(&mut self.warnings)
    }
}

/// The notes of a run in one sentence.
fn said<'a>(notes: impl IntoIterator<Item = &'a str>) -> String {
    notes.into_iter().collect::<Vec<_>>().join(" · ")
}

/// Shows a mode's lane or not; the lanes keep the order of their keys.
fn toggle(modes: &mut Vec<Mode>, mode: Mode) -> Result<(), String> {
    match modes.iter().position(|shown| *shown == mode) {
        Some(_) if modes.len() == 1 => return Err("one lane at least must be shown".into()),
        Some(at) => {
            modes.remove(at);
        }
        None => {
            modes.push(mode);
            modes.sort_unstable();
        }
    }
    Ok(())
}
