//! One run after the other: repeats, and what the viewer changes.

mod change;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Select, TryRecvError, never, unbounded};

use super::{AppError, Source};
use crate::engine::resources::{AvailableResources, check_resources};
use crate::engine::{Command, Execution, Plan, RunSpec};
use crate::event::codec::Header;
use crate::event::text::display_path;
use crate::event::{Event, Machine, Repeat, StampedEvent};
use crate::model::{Model, RunSummary};
use crate::probe::machine;
use crate::recording::writer::{Destination, Recorder};
use crate::report::Report;
use crate::system::clock::time_of_day_ms;
use crate::system::shortage;
use crate::ui::{Ui, Wish};

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
    /// Keep the facts of the newest run so that the viewer can have it saved.
    pub keep: bool,
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
    facts: Receiver<Vec<StampedEvent>>,
    /// Facts that have arrived behind the newest mark.
    waiting: Vec<Arc<Vec<StampedEvent>>>,
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
    /// When the machine has not what the run needs, or the recording cannot be made.
    pub fn new(spec: RunSpec, options: Options) -> Result<Self, AppError> {
        let cores = machine::usable_cores();
        let machine = machine::describe(&cores);
        // Before there is a file: one that holds nothing would only be in the way of the next attempt.
        if !options.force {
            check_resources(
                &Plan::new(&spec, &cores, machine.clone()).required_resources(),
                &AvailableResources::read(),
            )?;
        }
        let file = options.record.as_ref().map(|path| Destination::create(path, options.force)).transpose()?;
        let recorder = if file.is_some() || options.keep {
            let began = time_of_day_ms().unwrap_or(0) / 1_000;
            let header = Header::new(machine.clone(), spec.command.clone(), began);
            Some(Recorder::start(&header, file, options.keep)?)
        } else {
            None
        };
        Ok(Self {
            io: if spec.workload.io > 0 { spec.workload.io } else { USUAL_IO },
            spec,
            options,
            cores,
            machine,
            model: Model::new(),
            execution: None,
            facts: never(),
            waiting: Vec::new(),
            summaries: Vec::new(),
            report: None,
            next: None,
            cancelled: false,
            recorder,
            warnings: Vec::new(),
        })
    }

    /// Begins the next run.
    fn begin(&mut self, ui: &mut Ui) -> Result<(), AppError> {
        let of = self.options.repeat;
        self.spec.repeat = (of > 1).then(|| Repeat { number: self.summaries.len() as u32 + 1, of });
        let plan = self.plan(&self.spec);
        let notes = plan.joined_notes();
        if !self.options.force {
            check_resources(&plan.required_resources(), &AvailableResources::read())?;
        }
        let (sender, facts) = unbounded();
        self.execution = Some(Execution::start(plan, sender)?);
        (self.facts, self.model, self.cancelled, self.report) = (facts, Model::new(), false, None);
        ui.begin_run();
        ui.message = notes.or(ui.message.take());
        Ok(())
    }

    fn plan(&self, spec: &RunSpec) -> Plan {
        Plan::new(spec, &self.cores, self.machine.clone())
    }

    fn command(&self, command: Command) {
        if let Some(execution) = &self.execution {
            execution.send(command);
        }
    }

    /// The facts that are to be folded next: all that came up to the next mark, so that the screen shows the run as of a mark
    /// and knows nothing that came after it. Recorded as they arrive.
    ///
    /// # Errors
    /// When no mark has arrived yet, or none will.
    fn next_facts(&mut self) -> Result<Vec<Arc<Vec<StampedEvent>>>, TryRecvError> {
        loop {
            let batch = match self.facts.try_recv() {
                Ok(batch) => Arc::new(batch),
                // What came after the last mark belongs to it.
                Err(TryRecvError::Disconnected) if !self.waiting.is_empty() => break,
                Err(error) => return Err(error),
            };
            if let Some(recorder) = &self.recorder {
                recorder.record(&batch);
            }
            let is_mark = |fact: &StampedEvent| matches!(fact.event, Event::Drained { .. } | Event::RunStarted(_));
            let whole = batch.last().is_some_and(is_mark);
            self.waiting.push(batch);
            if whole {
                break;
            }
        }
        Ok(std::mem::take(&mut self.waiting))
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
            return self.begin(ui);
        }
        // What was to be known at the start gives way to the result.
        let notes = run.joined_notes();
        ui.message.take_if(|message| notes.as_ref() == Some(message));
        ui.report.clone_from(&self.report);
        Ok(())
    }

    /// Starts a run that the viewer asked for. One that is refused is no reason to leave.
    fn start_or_say(&mut self, ui: &mut Ui) -> Result<(), AppError> {
        match self.begin(ui) {
            Err(AppError::Refused(refusal)) => {
                ui.message = Some(refusal.to_string());
                Ok(())
            }
            other => other,
        }
    }

    /// What the recorder says is for the viewer to know.
    fn hear_recorder(&self, ui: &mut Ui) -> bool {
        let said = self.recorder.as_ref().and_then(|recorder| all_of(recorder.said()));
        ui.message = said.clone().or(ui.message.take());
        said.is_some()
    }
}

impl Source for Series {
    fn start(&mut self, ui: &mut Ui) -> Result<(), AppError> {
        self.begin(ui)
    }

    fn model(&self) -> &Model {
        &self.model
    }

    fn fold(&mut self, limit: Duration, ui: &mut Ui) -> Result<bool, AppError> {
        let deadline = Instant::now() + limit;
        let mut any = self.hear_recorder(ui);
        loop {
            let facts = match self.next_facts() {
                Ok(facts) => facts,
                Err(TryRecvError::Empty) => return Ok(any),
                Err(TryRecvError::Disconnected) => {
                    self.end_run(ui)?;
                    return Ok(true);
                }
            };
            any = true;
            for fact in facts.iter().flat_map(|batch| batch.iter()) {
                self.model.apply(fact)?;
                if let Event::WorkerNotSpawned { error, .. } = &fact.event {
                    ui.message = Some(format!("a worker could not be started: {error}"));
                }
            }
            if Instant::now() >= deadline {
                return Ok(any);
            }
        }
    }

    fn watch<'a>(&'a self, select: &mut Select<'a>) {
        select.recv(&self.facts);
        if let Some(recorder) = &self.recorder {
            select.recv(recorder.said());
        }
    }

    fn is_moving(&self, _: &Ui) -> bool {
        false
    }

    fn is_done(&self) -> bool {
        self.execution.is_none() && self.next.is_none()
    }

    fn grant(&mut self, wish: Wish, ui: &mut Ui) {
        match wish {
            Wish::Kill(lane, worker) => self.command(Command::Kill(lane, worker)),
            Wish::Suspend(lane) => self.command(Command::Suspend(lane)),
            Wish::Resume(lane) => self.command(Command::Resume(lane)),
            Wish::Save => self.recorder.iter().for_each(Recorder::save),
            change => {
                if let Err(sentence) = self.change(change) {
                    ui.message = Some(sentence);
                }
            }
        }
    }

    fn pause(&mut self, patience: Duration) {
        if let Some(execution) = &self.execution {
            execution.suspend_all(patience);
        }
    }

    fn go_on(&mut self) {
        self.command(Command::ResumeAll);
    }

    fn cancel(&mut self) {
        self.cancelled = true;
        self.next = None;
        self.command(Command::Cancel);
    }

    fn give_up(&mut self, patience: Duration) {
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

    fn report(&self) -> Option<Arc<Report>> {
        self.report.clone()
    }

    fn take_warnings(&mut self) -> Vec<String> {
        if let Some(recorder) = self.recorder.take()
            && let Err(error) = recorder.finish()
            && let Some(path) = &self.options.record
        {
            self.warnings.push(format!(
                "the recording {} is not complete: {}",
                display_path(path),
                shortage::describe(&error)
            ));
        }
        std::mem::take(&mut self.warnings)
    }
}

/// All that has been said meanwhile, in one line: of a fault and what follows it, neither is left out.
fn all_of(said: &Receiver<String>) -> Option<String> {
    let said: Vec<_> = said.try_iter().collect();
    (!said.is_empty()).then(|| said.join(" · "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_after_a_fault_does_not_hide_it() {
        let (say, said) = unbounded();
        assert_eq!(all_of(&said), None);
        say.send("a fault".into()).unwrap();
        say.send("saved".into()).unwrap();
        assert_eq!(all_of(&said).as_deref(), Some("a fault · saved"));
    }
}
