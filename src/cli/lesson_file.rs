//! Lesson files: parsed, checked, and planned for a machine.

mod built_in;
mod checker;
mod contents;
mod figures;
mod moments;
mod scaling;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

use built_in::BUILT_IN;
use checker::Checker;
use contents::Contents;

use super::config::run_options;
use super::option_values::{OptionValues, TableWithPositions};
use crate::app::PlannedLesson;
use crate::engine::python::{Interpreter, InterpreterError};
use crate::engine::{RunPlan, RunSpec};
use crate::event::{Machine, Run};
use crate::lesson::{Lesson, PlanFigures};
use crate::system::toml_file::{FileError, TomlError, TomlFile};
use crate::text;
use crate::ui::ScenarioItem;

pub use built_in::built_in_names;

/// Why a lesson cannot be given.
#[derive(Debug, Error)]
pub enum LessonError {
    #[error(
        "lesson {}: unknown; use {}, or a file NAME.toml",
        crate::event::text::sanitize(.0),
        built_in_names().join(", ")
    )]
    Unknown(String),
    #[error(transparent)]
    File(#[from] FileError),
    #[error("{}", text!("lesson-needs-cores", lesson = name.as_str(), needed = *needed, usable = *usable))]
    TooFewCores { name: String, needed: u32, usable: usize },
    #[error(transparent)]
    Interpreter(#[from] InterpreterError),
}

impl From<TomlError> for LessonError {
    fn from(error: TomlError) -> Self {
        Self::File(error.into())
    }
}

/// A lesson file that was parsed, but not planned.
#[derive(Clone, Debug)]
pub struct LessonFile {
    name: String,
    file: TomlFile,
    contents: Contents,
}

impl LessonFile {
    /// Finds a built-in lesson by name, or reads a file: a name that contains `/` or ends in `.toml`.
    pub fn find(name: &str) -> Result<Self, LessonError> {
        let path = Path::new(name);
        if let Some((name, text)) = BUILT_IN.iter().find(|(built_in, _)| *built_in == name) {
            let file = format!("{name}.toml");
            return Ok(Self::parse(TomlFile::from_bytes(Path::new(&file), text.as_bytes().to_vec())?, name)?);
        }
        if !name.contains('/') && path.extension().is_none_or(|extension| extension != "toml") {
            return Err(LessonError::Unknown(name.into()));
        }
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        Ok(Self::parse(TomlFile::read(path)?, &stem.unwrap_or_default())?)
    }

    /// Parses a lesson file.
    pub fn parse(file: TomlFile, name: &str) -> Result<Self, TomlError> {
        let contents: Contents = file.parse()?;
        Ok(Self { name: name.into(), file, contents })
    }

    /// The lesson in a list: its title and question, or why it cannot be given.
    #[must_use]
    pub fn list_item(&self, cores: &[u32], machine: &Machine) -> ScenarioItem {
        let (title, look_at) = match self.planned_runs(cores, machine) {
            Ok((lesson, _)) => (lesson.title.fill(&[]), lesson.question.fill(&lesson.plan.arguments())),
            Err(error) => (String::new(), error.to_string()),
        };
        ScenarioItem { name: self.name.as_str().into(), title: title.into(), look_at: look_at.into() }
    }

    /// The lesson on a machine, without what its runs need.
    pub fn lesson_on(&self, cores: &[u32], machine: &Machine) -> Result<Lesson, LessonError> {
        Ok(self.planned_runs(cores, machine)?.0)
    }

    /// Plans the lesson for a machine. The interpreter is asked if a lane needs it.
    pub fn plan(&self, cores: &[u32], machine: &Machine) -> Result<PlannedLesson, LessonError> {
        let (lesson, runs) = self.planned_runs(cores, machine)?;
        let mut specs = Vec::new();
        for (mut spec, python) in runs {
            if spec.has_python() {
                spec.interpreter = Some(Interpreter::ask(&python)?);
            }
            specs.push(spec);
        }
        Ok(PlannedLesson { lesson: Arc::new(lesson), specs })
    }

    /// The lesson and its runs on a machine, each with the interpreter that it names.
    fn planned_runs(&self, cores: &[u32], machine: &Machine) -> Result<(Lesson, Vec<(RunSpec, PathBuf)>), LessonError> {
        let Contents { needs_cores, runs, .. } = &self.contents;
        if (*needs_cores as usize) > cores.len() {
            let (name, needed) = (self.name.clone(), *needs_cores);
            return Err(LessonError::TooFewCores { name, needed, usable: cores.len() });
        }
        let mut specs = Vec::new();
        for run in runs.get_ref() {
            specs.push(self.scaled_run(run, cores, machine)?);
        }
        let plans: Vec<_> =
            specs.iter().map(|(spec, _)| RunPlan::new(spec, cores, machine.clone()).run().clone()).collect();
        Ok((self.lesson(&plans)?, specs))
    }

    /// A run whose options are scaled to the cores of its lanes.
    fn scaled_run(
        &self,
        run: &TableWithPositions,
        cores: &[u32],
        machine: &Machine,
    ) -> Result<(RunSpec, PathBuf), TomlError> {
        if let Some(repeat) = run.keys().find(|key| key.get_ref() == "repeat") {
            return Err(self.file.error_at(repeat.span().start, "a run of a lesson is not repeated: remove `repeat`"));
        }
        // The cores of a lane depend on its workers and tasks, which may depend on the cores.
        let mut lane_cores = cores.len() as u32;
        loop {
            let table = scaling::scaled_table(&self.file, run, lane_cores)?;
            let values = OptionValues::read(&self.file, &table, &run_options())?;
            values.check_combination(&self.file, &table)?;
            let at = || table.keys().next().map_or(0, |key| key.span().start);
            let invalid = || self.file.error_at(at(), "these options do not describe a run");
            let options = values.run_options().ok_or_else(invalid)?;
            let spec = options.to_run_spec().map_err(|error| self.file.error_at(at(), error.to_string()))?;
            let plan = RunPlan::new(&spec, cores, machine.clone());
            let planned = plan.run().lanes.iter().map(|lane| lane.cores.len() as u32).min().unwrap_or(1);
            if planned >= lane_cores {
                return Ok((spec, options.python));
            }
            lane_cores = planned;
        }
    }

    fn lesson(&self, plans: &[Run]) -> Result<Lesson, TomlError> {
        let contents = &self.contents;
        let Some(first) = plans.first() else {
            return Err(self.file.error_at(contents.runs.span().start, "a lesson needs at least one run"));
        };
        let plan = PlanFigures::of_lane(first, &first.lanes[0]);
        let check = Checker { file: &self.file, plans };
        let figures = check.figures(&contents.figures)?;
        let known = PlanFigures::NAMES;
        let of_result: Vec<&str> =
            figures.iter().map(|figure| figure.name.as_str()).chain(known).chain([Lesson::RATIO]).collect();
        Ok(Lesson {
            name: self.name.clone(),
            title: check.text(&contents.title, &[])?,
            question: check.text(&contents.question, &known)?,
            answers: check.answers(contents, &figures, &of_result)?,
            claim: check.text(&contents.claim, &[])?,
            stops: check.stops(&contents.stops)?,
            kill: contents.kill.as_ref().map(|kill| check.moment(kill)).transpose()?,
            otherwise: check.text(&contents.otherwise, &of_result)?,
            notes: check.optional_text(contents.notes.as_ref())?,
            think: contents.think.iter().map(|text| check.text(text, &known)).collect::<Result<_, _>>()?,
            figures,
            runs: plans.len(),
            plan,
        })
    }
}

#[cfg(test)]
mod tests;
