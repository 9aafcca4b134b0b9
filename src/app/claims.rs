//! Measures claims, one after the other, in a thread of its own.

mod load;
mod native;
mod python;
mod switching;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Select, Sender, TryRecvError, bounded, never, unbounded};
use indicatif::{ProgressBar, ProgressStyle};

use super::{AppError, Source};
use crate::engine::python::Interpreter;
use crate::event::Machine;
use crate::model::{LaneSummary, Model};
use crate::report::claims::{
    Claim, ClaimResult, ClaimsReport, CollectFigures, FifoFigures, Figures, GilFigures, MapFigures, NoVerdict,
    PoolMemoryFigures, SecondsFigures, ShareFigures,
};
use crate::report::{Report, phrases};
use crate::system::threads;
use crate::theme::Glyphs;
use crate::ui::{Request, Ui};
use load::LoadOfOthers;
use native::NativeRuns;
use python::PythonProgram;

pub use switching::{ECHO_SUBCOMMAND, echo};

/// Share of the cores in use by other programs from which times prove nothing, in per cent: that of lanes.
const MAX_PERCENT_OF_OTHERS: u32 = 10;
/// How often a claim is measured, at most, if other programs disturb it.
const ATTEMPTS: usize = 2;

/// What is measured, and where.
#[derive(Clone, Debug)]
pub struct ClaimsOptions {
    pub claims: Vec<Claim>,
    pub cores: Vec<u32>,
    pub machine: Machine,
    /// None if there is none.
    pub interpreter: Option<Interpreter>,
}

/// Measures claims, with a progress bar on standard error if that is a terminal.
pub struct Claims {
    options: ClaimsOptions,
    bar: ProgressBar,
    /// Receives the report at the end, unless measuring is cancelled.
    ended: Sender<ClaimsReport>,
    progress: Receiver<Claim>,
    /// Nothing is sent: it closes at the end of the thread.
    thread_end: Receiver<()>,
    started: usize,
    is_done: bool,
    cancelled: Arc<AtomicBool>,
    model: Model,
}

impl Claims {
    #[must_use]
    pub fn new(options: ClaimsOptions, glyphs: Glyphs, ended: Sender<ClaimsReport>) -> Self {
        let bar = ProgressBar::new(options.claims.len() as u64);
        let style = ProgressStyle::with_template("{bar:40}  {msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style.progress_chars(&glyphs.supported_text("█░")));
        Self {
            options,
            bar,
            ended,
            progress: never(),
            thread_end: never(),
            started: 0,
            is_done: false,
            cancelled: Arc::default(),
            model: Model::new(),
        }
    }
}

impl Source for Claims {
    fn start(&mut self, _: &mut Ui, _: Duration) -> Result<(), AppError> {
        let (progress_sender, progress) = unbounded();
        let (end_sender, thread_end) = bounded(0);
        (self.progress, self.thread_end) = (progress, thread_end);
        let (options, ended, cancelled) = (self.options.clone(), self.ended.clone(), Arc::clone(&self.cancelled));
        threads::start("claims", move || {
            let _end: Sender<()> = end_sender;
            if let Ok(report) = measure_all(options, cancelled, &progress_sender) {
                // The receiver outlives this source.
                let _ = ended.send(report);
            }
        })?;
        Ok(())
    }

    fn model(&self) -> &Model {
        &self.model
    }

    fn apply_pending(&mut self, _: Duration, _: &mut Ui) -> Result<bool, AppError> {
        for claim in self.progress.try_iter() {
            self.bar.set_position(self.started as u64);
            self.started += 1;
            self.bar.set_message(phrases::claims_progress(claim, self.started, self.options.claims.len()));
        }
        if self.thread_end.try_recv() == Err(TryRecvError::Disconnected) {
            (self.progress, self.thread_end, self.is_done) = (never(), never(), true);
        }
        Ok(false)
    }

    fn register_channels<'a>(&'a self, select: &mut Select<'a>) {
        select.recv(&self.progress);
        select.recv(&self.thread_end);
    }

    fn is_picture_moving(&self, _: &Ui) -> bool {
        false
    }

    fn is_everything_done(&self) -> bool {
        self.is_done
    }

    fn handle_request(&mut self, _: Request, _: &mut Ui) {}

    fn cancel(&mut self) {
        self.cancelled.store(true, Ordering::SeqCst);
    }

    fn wait_for_end(&mut self, timeout: Duration) {
        if !self.is_done {
            let _ = self.thread_end.recv_timeout(timeout);
        }
    }

    fn report(&self) -> Option<Arc<Report>> {
        None
    }

    fn finish_and_take_warnings(&mut self) -> Vec<String> {
        Vec::new()
    }
}

impl Drop for Claims {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Why a measurement has no figures.
#[derive(Debug)]
enum MeasureError {
    Cancelled,
    NoVerdict(NoVerdict),
}

impl MeasureError {
    fn failed(why: &impl ToString) -> Self {
        Self::NoVerdict(NoVerdict::Failed { why: why.to_string().trim_end_matches('.').into() })
    }
}

/// Figures, and the share of the cores that other programs used meanwhile, in per cent.
struct Measured {
    figures: Figures,
    percent_of_others: u32,
}

fn measure_all(
    options: ClaimsOptions,
    cancelled: Arc<AtomicBool>,
    progress: &Sender<Claim>,
) -> Result<ClaimsReport, MeasureError> {
    let began = Instant::now();
    let ClaimsOptions { claims, cores, machine, interpreter } = options;
    let mut laboratory = Laboratory {
        native: NativeRuns { cores, machine: machine.clone(), cancelled: Arc::clone(&cancelled) },
        interpreter: interpreter.as_ref().map(|interpreter| interpreter.program.clone()),
        cancelled,
        share: None,
        io_pool: None,
        crowded: None,
    };
    let mut results = Vec::new();
    for claim in claims {
        // The receiver outlives this thread.
        let _ = progress.send(claim);
        results.push(laboratory.result(claim)?);
    }
    let python = interpreter.map(|interpreter| interpreter.engine);
    Ok(ClaimsReport { machine, python, results, elapsed_s: began.elapsed().as_secs_f64() })
}

/// Measures claims. What several claims need is measured once.
struct Laboratory {
    native: NativeRuns,
    interpreter: Option<PathBuf>,
    cancelled: Arc<AtomicBool>,
    share: Option<ShareFigures>,
    /// A pool whose tasks do I/O.
    io_pool: Option<LaneSummary>,
    /// Processes that compute on one core.
    crowded: Option<LaneSummary>,
}

impl Laboratory {
    fn result(&mut self, claim: Claim) -> Result<ClaimResult, MeasureError> {
        let without = |no_verdict| Ok(ClaimResult { claim, figures: None, no_verdict: Some(no_verdict) });
        if claim.needs_two_cores() && self.native.cores.len() < 2 {
            return without(NoVerdict::OneCore);
        }
        for attempt in 1.. {
            match self.measure(claim) {
                Ok(Measured { figures, percent_of_others }) => {
                    let is_disturbed = claim.compares_times() && percent_of_others > MAX_PERCENT_OF_OTHERS;
                    if is_disturbed && attempt < ATTEMPTS {
                        continue;
                    }
                    let no_verdict = is_disturbed.then_some(NoVerdict::Disturbed { percent: percent_of_others });
                    return Ok(ClaimResult { claim, figures: Some(figures), no_verdict });
                }
                Err(MeasureError::NoVerdict(no_verdict)) => return without(no_verdict),
                Err(error @ MeasureError::Cancelled) => return Err(error),
            }
        }
        unreachable!("the last attempt returns")
    }

    fn measure(&mut self, claim: Claim) -> Result<Measured, MeasureError> {
        let load = LoadOfOthers::start(self.native.cores.clone());
        let figures = match claim {
            Claim::Fifo => Figures::Fifo(self.run_python::<FifoFigures>(&python::FIFO)?),
            Claim::PoolMemory => Figures::PoolMemory(self.run_python::<PoolMemoryFigures>(&python::POOL_MEMORY)?),
            Claim::ProcessMemory => {
                let share = match self.share() {
                    Ok(share) => Some(share),
                    Err(MeasureError::NoVerdict(NoVerdict::NoPython)) => None,
                    Err(error) => return Err(error),
                };
                Figures::ProcessMemory(self.native.process_memory(share.as_ref())?)
            }
            Claim::Io => {
                let (figures, pool) = self.native.io()?;
                self.io_pool = Some(pool);
                Figures::Io(figures)
            }
            Claim::Scheduling => {
                let (figures, lane) = self.native.scheduling()?;
                self.crowded = Some(lane);
                Figures::Scheduling(figures)
            }
            Claim::Gil => Figures::Gil(self.run_python::<GilFigures>(&python::GIL)?),
            Claim::Choice => Figures::Choice(self.native.choice()?),
            Claim::Map => Figures::Map(self.run_python::<MapFigures>(&python::MAP)?),
            Claim::Start => Figures::Start(self.native.start()?),
            Claim::Share => Figures::Share(self.share()?),
            Claim::Kill => Figures::Kill(self.native.kill()?),
            Claim::Visible => {
                let io = self.io_pool.clone().map_or_else(|| Ok(self.native.io()?.1), Ok)?;
                let crowded = self.crowded.clone().map_or_else(|| Ok(self.native.scheduling()?.1), Ok)?;
                Figures::Visible(self.native.visible(&io, &crowded)?)
            }
            Claim::Collect => Figures::Collect(self.run_python::<CollectFigures>(&python::COLLECT)?),
            Claim::Seconds => Figures::Seconds(self.run_python::<SecondsFigures>(&python::SECONDS)?),
        };
        Ok(Measured { figures, percent_of_others: load.percent() })
    }

    fn share(&mut self) -> Result<ShareFigures, MeasureError> {
        if let Some(share) = &self.share {
            return Ok(share.clone());
        }
        let share: ShareFigures = self.run_python(&python::SHARE)?;
        self.share = Some(share.clone());
        Ok(share)
    }

    fn run_python<F: serde::de::DeserializeOwned>(&self, program: &PythonProgram) -> Result<F, MeasureError> {
        let interpreter = self.interpreter.as_ref().ok_or(MeasureError::NoVerdict(NoVerdict::NoPython))?;
        program.run(interpreter, &self.cancelled)
    }
}
