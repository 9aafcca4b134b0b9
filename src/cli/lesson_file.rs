//! Lesson files: parsed, checked, and planned for a machine.

mod scaling;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use thiserror::Error;
use toml::Spanned;

use super::config::run_options;
use super::option_values::{OptionValues, TableWithPositions};
use super::written_text::WrittenText;
use crate::app::PlannedLesson;
use crate::engine::python::{Interpreter, InterpreterError};
use crate::engine::{RunPlan, RunSpec};
use crate::event::units::parse_time;
use crate::event::{Machine, Run};
use crate::language::{Language, Template};
use crate::lesson::{
    Answer, Figure, FigureKind, Lesson, MomentKind, PlanFigures, Ratio, RightAnswer, RunMoment, Stop, Text,
};
use crate::system::toml_file::{FileError, TomlError, TomlFile};
use crate::ui::ScenarioItem;

/// The built-in lessons, in the order in which they are taught.
const BUILT_IN: [(&str, &str); 12] = [
    ("sum", include_str!("../../assets/lessons/sum.toml")),
    ("io", include_str!("../../assets/lessons/io.toml")),
    ("match", include_str!("../../assets/lessons/match.toml")),
    ("many", include_str!("../../assets/lessons/many.toml")),
    ("few", include_str!("../../assets/lessons/few.toml")),
    ("gil", include_str!("../../assets/lessons/gil.toml")),
    ("gil-io", include_str!("../../assets/lessons/gil-io.toml")),
    ("chunks", include_str!("../../assets/lessons/chunks.toml")),
    ("skew", include_str!("../../assets/lessons/skew.toml")),
    ("crash", include_str!("../../assets/lessons/crash.toml")),
    ("oversubscribe", include_str!("../../assets/lessons/oversubscribe.toml")),
    ("shipping", include_str!("../../assets/lessons/shipping.toml")),
];

/// Number of answers that a question may have: each has a key.
const ANSWERS: std::ops::RangeInclusive<usize> = 2..=4;

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
    #[error("lesson {name} needs {needed} cores, and mpviz may use {usable}")]
    TooFewCores { name: String, needed: u32, usable: usize },
    #[error(transparent)]
    Interpreter(#[from] InterpreterError),
}

impl From<TomlError> for LessonError {
    fn from(error: TomlError) -> Self {
        Self::File(error.into())
    }
}

/// The names of the built-in lessons.
#[must_use]
pub fn built_in_names() -> Vec<&'static str> {
    BUILT_IN.iter().map(|(name, _)| *name).collect()
}

/// Contents of a lesson file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Contents {
    title: Spanned<WrittenText>,
    question: Spanned<WrittenText>,
    claim: Spanned<WrittenText>,
    #[serde(default = "one")]
    needs_cores: u32,
    runs: Spanned<Vec<TableWithPositions>>,
    figures: BTreeMap<Spanned<String>, WrittenFigure>,
    measured: WrittenRatio,
    answers: Spanned<Vec<WrittenAnswer>>,
    otherwise: Spanned<WrittenText>,
    #[serde(default)]
    stops: Vec<WrittenStop>,
    kill: Option<WrittenMoment>,
    notes: Option<Spanned<WrittenText>>,
    #[serde(default)]
    think: Vec<Spanned<WrittenText>>,
}

const fn one() -> u32 {
    1
}

fn first_run() -> Spanned<usize> {
    Spanned::new(0..0, 1)
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFigure {
    #[serde(default = "first_run")]
    run: Spanned<usize>,
    lane: Spanned<String>,
    figure: Spanned<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRatio {
    figure: Spanned<String>,
    over: Spanned<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenAnswer {
    text: Spanned<WrittenText>,
    notes: Option<Spanned<WrittenText>>,
    measured: Option<WrittenRatio>,
    from: Option<f64>,
    to: Option<f64>,
    closing: Option<Spanned<WrittenText>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenMoment {
    #[serde(default = "first_run")]
    run: Spanned<usize>,
    lane: Spanned<String>,
    at: Spanned<String>,
    after: Option<Spanned<String>>,
    before: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenStop {
    #[serde(default = "first_run")]
    run: Spanned<usize>,
    lane: Spanned<String>,
    at: Spanned<String>,
    after: Option<Spanned<String>>,
    before: Option<Spanned<String>>,
    caption: Spanned<WrittenText>,
    notes: Option<Spanned<WrittenText>>,
    ask: Option<Spanned<WrittenText>>,
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
    fn planned_runs(
        &self,
        cores: &[u32],
        machine: &Machine,
    ) -> Result<(Lesson, Vec<(RunSpec, std::path::PathBuf)>), LessonError> {
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
    ) -> Result<(RunSpec, std::path::PathBuf), TomlError> {
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
        let figures = self.figures(plans)?;
        let mut of_result: Vec<&str> = figures.iter().map(|figure| figure.name.as_str()).collect();
        of_result.extend(PlanFigures::NAMES);
        of_result.push(Lesson::RATIO);
        let known = PlanFigures::NAMES;
        let stops = contents.stops.iter().map(|stop| self.stop(stop, plans)).collect::<Result<Vec<_>, _>>()?;
        if let Some(n) = stops.windows(2).position(|pair| pair[0].moment.run > pair[1].moment.run) {
            let at = contents.stops[n + 1].lane.span().start;
            return Err(self.file.error_at(at, "stops must be in the order of their runs"));
        }
        Ok(Lesson {
            name: self.name.clone(),
            title: self.text(&contents.title, &[])?,
            question: self.text(&contents.question, &known)?,
            answers: self.answers(&figures, &of_result)?,
            claim: self.text(&contents.claim, &[])?,
            stops,
            kill: contents.kill.as_ref().map(|kill| self.moment(kill, plans)).transpose()?,
            otherwise: self.text(&contents.otherwise, &of_result)?,
            notes: self.optional_text(contents.notes.as_ref())?,
            think: contents.think.iter().map(|text| self.text(text, &known)).collect::<Result<_, _>>()?,
            figures,
            runs: plans.len(),
            plan,
        })
    }

    fn text(&self, written: &Spanned<WrittenText>, known: &[&str]) -> Result<Text, TomlError> {
        let at = written.span().start;
        let languages = written.get_ref().in_languages();
        if languages.is_empty() {
            return Err(self.file.error_at(at, WrittenText::MISSING));
        }
        let parse = |(language, text): (Language, &str)| {
            Template::parse(language, text, known)
                .map_err(|why| self.file.error_at(at, format!("{}: {why}", language.code())))
        };
        languages.into_iter().map(parse).collect::<Result<_, _>>().map(Text)
    }

    /// A text that names figures of the plan only.
    fn optional_text(&self, written: Option<&Spanned<WrittenText>>) -> Result<Option<Text>, TomlError> {
        written.map(|text| self.text(text, &PlanFigures::NAMES)).transpose()
    }

    /// The index of a run and the name of a lane in it, which must exist.
    fn lane(&self, run: &Spanned<usize>, lane: &Spanned<String>, plans: &[Run]) -> Result<(usize, String), TomlError> {
        let index = run.get_ref().wrapping_sub(1);
        let Some(plan) = plans.get(index) else {
            return Err(self.file.error_at(run.span().start, format!("run: must be from 1 to {}", plans.len())));
        };
        let names: Vec<_> = plan.lanes.iter().map(crate::event::LanePlan::mode_name).collect();
        if !names.contains(lane.get_ref()) {
            let message = format!("lane: run {} has {}, not `{}`", index + 1, names.join(", "), lane.get_ref());
            return Err(self.file.error_at(lane.span().start, message));
        }
        Ok((index, lane.get_ref().clone()))
    }

    fn figures(&self, plans: &[Run]) -> Result<Vec<Figure>, TomlError> {
        let mut figures = Vec::new();
        for (name, written) in &self.contents.figures {
            let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '-';
            let is_name = name.get_ref().starts_with(|c: char| c.is_ascii_alphabetic())
                && name.get_ref().chars().all(is_letter)
                && !PlanFigures::NAMES.contains(&name.get_ref().as_str())
                && name.get_ref() != Lesson::RATIO;
            if !is_name {
                let message = "a figure's name has letters, digits and -, and is not cores, workers, tasks or ratio";
                return Err(self.file.error_at(name.span().start, message));
            }
            let (run, lane) = self.lane(&written.run, &written.lane, plans)?;
            let kind = self.one_of("figure", &written.figure, &FigureKind::ALL)?;
            figures.push(Figure { name: name.get_ref().clone(), run, lane, kind });
        }
        Ok(figures)
    }

    /// The value that a name in the file stands for.
    fn one_of<T: Copy>(&self, key: &str, name: &Spanned<String>, all: &[(&str, T)]) -> Result<T, TomlError> {
        all.iter().find(|(known, _)| known == name.get_ref()).map(|(_, value)| *value).ok_or_else(|| {
            let names: Vec<_> = all.iter().map(|(name, _)| *name).collect();
            let message = format!("{key}: `{}` is not one of {}", name.get_ref(), names.join(", "));
            self.file.error_at(name.span().start, message)
        })
    }

    fn ratio(&self, written: &WrittenRatio, figures: &[Figure]) -> Result<Ratio, TomlError> {
        let named: Vec<_> = figures.iter().enumerate().map(|(n, figure)| (figure.name.as_str(), n)).collect();
        let of = self.one_of("figure", &written.figure, &named)?;
        Ok(Ratio { of, over: self.one_of("over", &written.over, &named)? })
    }

    fn answers(&self, figures: &[Figure], known: &[&str]) -> Result<Vec<Answer>, TomlError> {
        let written = &self.contents.answers;
        let measured = self.ratio(&self.contents.measured, figures)?;
        if !ANSWERS.contains(&written.get_ref().len()) {
            return Err(self.file.error_at(written.span().start, "a question needs two to four answers"));
        }
        let mut answers = Vec::new();
        for answer in written.get_ref() {
            let text = self.text(&answer.text, &PlanFigures::NAMES)?;
            let range = (answer.from.unwrap_or(f64::NEG_INFINITY), answer.to.unwrap_or(f64::INFINITY));
            let at = answer.text.span().start;
            let right = match (&answer.closing, answer.from.or(answer.to)) {
                (None, None) => None,
                (Some(closing), Some(_)) if range.0 <= range.1 => {
                    let ratio = answer.measured.as_ref().map(|ratio| self.ratio(ratio, figures)).transpose()?;
                    let closing = self.text(closing, known)?;
                    Some(RightAnswer { ratio: ratio.unwrap_or(measured), range, closing })
                }
                (Some(_), Some(_)) => return Err(self.file.error_at(at, "`from` must not be above `to`")),
                (Some(_), None) => return Err(self.file.error_at(at, "an answer with `closing` needs `from` or `to`")),
                (None, Some(_)) => return Err(self.file.error_at(at, "an answer with `from` or `to` needs `closing`")),
            };
            answers.push(Answer { text, notes: self.optional_text(answer.notes.as_ref())?, right });
        }
        Ok(answers)
    }

    fn stop(&self, written: &WrittenStop, plans: &[Run]) -> Result<Stop, TomlError> {
        let WrittenStop { run, lane, at, after, before, caption, notes, ask } = written.clone();
        let moment = self.moment(&WrittenMoment { run, lane, at, after, before }, plans)?;
        let known = [&PlanFigures::NAMES[..], &Stop::NAMES[..]].concat();
        let run = &plans[moment.run];
        let plan = run.lanes.iter().find(|lane| lane.mode_name() == moment.lane);
        Ok(Stop {
            caption: self.text(&caption, &known)?,
            notes: self.optional_text(notes.as_ref())?,
            ask: self.optional_text(ask.as_ref())?,
            plan: plan.map(|lane| PlanFigures::of_lane(run, lane)).unwrap_or_default(),
            moment,
        })
    }

    fn moment(&self, written: &WrittenMoment, plans: &[Run]) -> Result<RunMoment, TomlError> {
        let (run, lane) = self.lane(&written.run, &written.lane, plans)?;
        let kind = self.one_of("at", &written.at, &MomentKind::ALL)?;
        let time = |key: &str, time: &Spanned<String>| {
            let parsed = parse_time(time.get_ref());
            parsed.map_err(|error| self.file.error_at(time.span().start, format!("{key}: {error}")))
        };
        let shift = match (&written.after, &written.before) {
            (Some(_), Some(before)) => {
                return Err(self.file.error_at(before.span().start, "before cannot be used with after"));
            }
            (Some(after), None) => time("after", after)? as i64,
            (None, Some(before)) => -(time("before", before)? as i64),
            (None, None) => 0,
        };
        Ok(RunMoment { run, lane, kind, shift })
    }
}

#[cfg(test)]
mod tests;
