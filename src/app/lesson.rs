//! Lessons as a source: the question, then their runs one after the other, which are stopped at moments.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Select, Sender};

use super::{AppError, Series, SeriesOptions, Source};
use crate::engine::RunSpec;
use crate::event::{LaneId, SlotId, WorkerId};
use crate::lesson::{Lesson, RunMoment, is_disturbed};
use crate::model::{Model, RunSummary};
use crate::report::Report;
use crate::ui::{LessonPhase, LessonResult, LessonView, Request, ScenarioItem, Ui};

/// A lesson with its runs, planned for this machine.
#[derive(Clone, Debug)]
pub struct PlannedLesson {
    pub lesson: Arc<Lesson>,
    pub specs: Vec<RunSpec>,
}

/// The lessons that the viewer can choose.
pub struct LessonMenu {
    pub items: Vec<ScenarioItem>,
    /// Plans a lesson of the list, or says why it cannot be given.
    pub plan: Box<dyn Fn(usize) -> Result<PlannedLesson, String>>,
}

/// How lessons are given.
#[derive(Clone, Debug)]
pub struct LessonOptions {
    /// Whether to ask the question.
    pub questions: bool,
    /// Whether to stop the picture.
    pub stops: bool,
    /// Receives the model of each run when the run has ended.
    pub ended: Option<Sender<Model>>,
}

/// Lessons on the screen.
pub struct Lessons {
    menu: LessonMenu,
    options: LessonOptions,
    /// The lesson in progress.
    current: Option<LessonRuns>,
    /// The series for the runs of the first lesson if they are recorded, until they begin.
    recorded: Option<Series>,
    /// What is shown before the first run.
    empty: Model,
    frame_interval: Duration,
    cancelled: bool,
}

/// The runs of a lesson.
struct LessonRuns {
    planned: PlannedLesson,
    /// None while the question is open.
    series: Option<Series>,
    /// Figures of the runs that have ended.
    summaries: Vec<RunSummary>,
    /// Whether the current run has begun; it has not if it was refused.
    has_begun: bool,
    /// When to kill a worker, until it was killed.
    kill: Option<RunMoment>,
    is_changed: bool,
}

impl LessonRuns {
    fn new(planned: PlannedLesson) -> Self {
        Self {
            kill: planned.lesson.kill.clone(),
            planned,
            series: None,
            summaries: Vec::new(),
            has_begun: false,
            is_changed: false,
        }
    }

    /// Kills the worker that the lesson names, once its moment is reached.
    fn kill_worker(&mut self, ui: &mut Ui) {
        let Some(kill) = self.kill.as_ref().filter(|kill| kill.run == self.summaries.len()) else { return };
        let Some(series) = self.series.as_mut() else { return };
        if let Some((lane, worker)) = worker_to_kill(series.model(), kill) {
            self.kill = None;
            series.handle_request(Request::Kill(lane, worker), ui);
        }
    }

    /// Goes on to the next run, or to the result, once a run has ended and the viewer has seen its stops.
    fn go_on(&mut self, ui: &mut Ui, ended: Option<&Sender<Model>>) {
        let Some(series) = self.series.as_mut() else { return };
        if !series.is_everything_done() {
            self.has_begun = true;
            return;
        }
        let is_over = ui.lesson.as_ref().is_none_or(LessonView::is_over);
        if !self.has_begun || is_over || ui.holds_lesson() {
            return;
        }
        let Some(summary) = series.model().summary() else { return };
        self.has_begun = false;
        self.summaries.push(summary);
        if let Some(ended) = ended {
            // The receiver outlives the lesson.
            let _ = ended.send(series.model().clone());
        }
        if let Some(spec) = self.planned.specs.get(self.summaries.len()) {
            series.schedule_run(spec.clone());
        }
        let result = (self.summaries.len() == self.planned.specs.len()).then(|| self.result());
        if let Some(view) = &mut ui.lesson {
            match result {
                Some(result) => view.phase = LessonPhase::Closing(result),
                None => view.run = self.summaries.len(),
            }
        }
    }

    fn result(&self) -> LessonResult {
        if self.is_changed {
            return LessonResult::Changed;
        }
        let outcome = self.planned.lesson.outcome(&self.summaries);
        outcome.map_or(LessonResult::NotMeasured, |outcome| LessonResult::Measured {
            outcome,
            disturbed: is_disturbed(&self.summaries),
        })
    }
}

/// The first worker of the lane that has a task at the moment.
fn worker_to_kill(model: &Model, kill: &RunMoment) -> Option<(LaneId, WorkerId)> {
    let (id, _) = kill.reached_in(model)?;
    let lane = model.lanes().get(id.index())?;
    let mut slots = (0..lane.slot_count() as u32).map(|slot| lane.slot_snapshot_at(SlotId(slot), model.newest_mark()));
    let worker = slots.find_map(|snapshot| snapshot.worker.filter(|_| snapshot.task.is_some()))?;
    Some((id, worker))
}

impl Lessons {
    /// Prepares a lesson, or shows the list of lessons.
    #[must_use]
    pub fn new(menu: LessonMenu, chosen: Option<PlannedLesson>, options: LessonOptions) -> Self {
        let current = chosen.map(LessonRuns::new);
        Self {
            menu,
            options,
            current,
            recorded: None,
            empty: Model::new(),
            frame_interval: Duration::ZERO,
            cancelled: false,
        }
    }

    /// Records the runs of the chosen lesson. The file exists from now on, so that it can be followed.
    pub fn record(self, file: PathBuf, overwrite: bool, on_wait: impl FnOnce()) -> Result<Self, AppError> {
        let Some(PlannedLesson { lesson, specs }) = self.current.as_ref().map(|current| &current.planned) else {
            return Ok(self);
        };
        let Some(spec) = specs.first() else { return Ok(self) };
        check_run(lesson, spec)?;
        let options = SeriesOptions { record: Some(file), force: overwrite, ..series_options() };
        Ok(Self { recorded: Some(Series::new(spec.clone(), options, on_wait)?), ..self })
    }

    /// Asks the question of the current lesson, or begins its runs.
    fn begin_lesson(&mut self, ui: &mut Ui) -> Result<(), AppError> {
        let Some(current) = &self.current else {
            ui.selected_scenario = Some(0);
            return Ok(());
        };
        let mut view = LessonView::new(Arc::clone(&current.planned.lesson), self.options.questions);
        if !self.options.stops {
            view.next_stop = view.lesson.stops.len();
        }
        ui.begin_run();
        ui.lesson = Some(view);
        if self.options.questions { Ok(()) } else { self.begin_runs(ui) }
    }

    fn begin_runs(&mut self, ui: &mut Ui) -> Result<(), AppError> {
        let Some(current) = &mut self.current else { return Ok(()) };
        let Some(first) = current.planned.specs.first() else { return Ok(()) };
        // Refuse the lesson before its first run rather than in the middle.
        let PlannedLesson { lesson, specs } = &current.planned;
        specs.iter().try_for_each(|spec| check_run(lesson, spec))?;
        let recorded = self.recorded.take().map(Ok);
        let mut series = recorded.unwrap_or_else(|| Series::new(first.clone(), series_options(), || ()))?;
        series.start(ui, self.frame_interval)?;
        // The series has no scenarios.
        ui.scenarios = self.menu.items.clone().into();
        current.series = Some(series);
        Ok(())
    }

    fn choose_lesson(&mut self, index: usize, ui: &mut Ui) -> Result<(), AppError> {
        match (self.menu.plan)(index) {
            Ok(planned) => {
                if let Some(mut earlier) = self.current.take().and_then(|current| current.series) {
                    super::end(&mut earlier);
                }
                (self.current, self.recorded) = (Some(LessonRuns::new(planned)), None);
                self.begin_lesson(ui)?;
            }
            Err(sentence) => ui.message = Some(sentence),
        }
        Ok(())
    }

    fn series(&self) -> Option<&Series> {
        self.current.as_ref()?.series.as_ref()
    }

    fn series_mut(&mut self) -> Option<&mut Series> {
        self.current.as_mut()?.series.as_mut()
    }
}

fn series_options() -> SeriesOptions {
    SeriesOptions { repeat: 1, keep: true, ..SeriesOptions::default() }
}

/// Fails if the machine lacks resources for a run of the lesson.
fn check_run(lesson: &Lesson, spec: &RunSpec) -> Result<(), AppError> {
    let series = Series::new(spec.clone(), SeriesOptions { keep: false, ..series_options() }, || ());
    series.map(drop).map_err(|error| match error {
        AppError::InsufficientResources(shortage) => AppError::LessonTooLarge { name: lesson.name.clone(), shortage },
        other => other,
    })
}

/// Shows why a lesson cannot be given.
fn show_error(result: Result<(), AppError>, ui: &mut Ui) {
    if let Err(error) = result {
        ui.message = Some(error.to_string());
        if let Some(view) = &mut ui.lesson {
            view.phase = LessonPhase::Question;
        }
    }
}

impl Source for Lessons {
    fn start(&mut self, ui: &mut Ui, frame_interval: Duration) -> Result<(), AppError> {
        self.frame_interval = frame_interval;
        (ui.scenarios, ui.has_lessons) = (self.menu.items.clone().into(), true);
        self.begin_lesson(ui)
    }

    fn model(&self) -> &Model {
        self.series().map_or(&self.empty, Series::model)
    }

    fn apply_pending(&mut self, limit: Duration, ui: &mut Ui) -> Result<bool, AppError> {
        let Some(current) = &mut self.current else { return Ok(false) };
        let Some(series) = &mut current.series else { return Ok(false) };
        let any = series.apply_pending(limit, ui)?;
        let phase = ui.lesson.as_ref().map(|view| view.phase.clone());
        current.kill_worker(ui);
        if let Some(series) = &current.series {
            ui.stop_lesson(series.model());
        }
        if !self.cancelled {
            current.go_on(ui, self.options.ended.as_ref());
        }
        Ok(any || phase != ui.lesson.as_ref().map(|view| view.phase.clone()))
    }

    fn register_channels<'a>(&'a self, select: &mut Select<'a>) {
        if let Some(series) = self.series() {
            series.register_channels(select);
        }
    }

    fn is_picture_moving(&self, _: &Ui) -> bool {
        false
    }

    fn is_everything_done(&self) -> bool {
        let Some(current) = &self.current else { return true };
        // A run that was refused has not begun, and none follows it.
        let goes_on = current.has_begun && current.summaries.len() < current.planned.specs.len();
        let runs_left = !self.cancelled && goes_on;
        current.series.as_ref().is_none_or(|series| !runs_left && series.is_everything_done())
    }

    fn handle_request(&mut self, request: Request, ui: &mut Ui) {
        match request {
            Request::BeginLesson => {
                let begun = self.begin_runs(ui);
                return show_error(begun, ui);
            }
            Request::Scenario(index) => {
                let begun = self.choose_lesson(index, ui);
                return show_error(begun, ui);
            }
            _ => {}
        }
        let Some(current) = &mut self.current else { return };
        current.is_changed |= !matches!(request, Request::Save | Request::Predict(_) | Request::Again);
        if let Some(series) = &mut current.series {
            series.handle_request(request, ui);
        }
    }

    fn suspend_workers(&mut self, timeout: Duration) {
        if let Some(series) = self.series_mut() {
            series.suspend_workers(timeout);
        }
    }

    fn resume_workers(&mut self) {
        if let Some(series) = self.series_mut() {
            series.resume_workers();
        }
    }

    fn cancel(&mut self) {
        self.cancelled = true;
        if let Some(series) = self.series_mut() {
            series.cancel();
        }
    }

    fn wait_for_end(&mut self, timeout: Duration) {
        if let Some(series) = self.series_mut() {
            series.wait_for_end(timeout);
        }
    }

    /// None: a lesson has no exit code of its runs.
    fn report(&self) -> Option<Arc<Report>> {
        None
    }

    fn finish_and_take_warnings(&mut self) -> Vec<String> {
        self.series_mut().map(Series::finish_and_take_warnings).unwrap_or_default()
    }
}
