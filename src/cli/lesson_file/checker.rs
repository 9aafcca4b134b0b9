//! Texts and names of a lesson file, checked against its planned runs.

use toml::Spanned;

use crate::cli::written_text::WrittenText;
use crate::event::{LanePlan, Run};
use crate::language::{Language, Template};
use crate::lesson::{PlanFigures, Text};
use crate::system::toml_file::{TomlError, TomlFile};

/// Checks the parts of a lesson file; errors have the position of the part.
pub(super) struct Checker<'a> {
    pub(super) file: &'a TomlFile,
    /// The planned runs.
    pub(super) plans: &'a [Run],
}

impl Checker<'_> {
    pub(super) fn text(&self, written: &Spanned<WrittenText>, known: &[&str]) -> Result<Text, TomlError> {
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
    pub(super) fn optional_text(&self, written: Option<&Spanned<WrittenText>>) -> Result<Option<Text>, TomlError> {
        written.map(|text| self.text(text, &PlanFigures::NAMES)).transpose()
    }

    /// The index of a run and the name of a lane in it, which must exist.
    pub(super) fn lane(&self, run: &Spanned<usize>, lane: &Spanned<String>) -> Result<(usize, String), TomlError> {
        let index = run.get_ref().wrapping_sub(1);
        let Some(plan) = self.plans.get(index) else {
            return Err(self.file.error_at(run.span().start, format!("run: must be from 1 to {}", self.plans.len())));
        };
        let names: Vec<_> = plan.lanes.iter().map(LanePlan::mode_name).collect();
        if !names.contains(lane.get_ref()) {
            let message = format!("lane: run {} has {}, not `{}`", index + 1, names.join(", "), lane.get_ref());
            return Err(self.file.error_at(lane.span().start, message));
        }
        Ok((index, lane.get_ref().clone()))
    }

    /// The value that a name in the file stands for.
    pub(super) fn one_of<T: Copy>(&self, key: &str, name: &Spanned<String>, all: &[(&str, T)]) -> Result<T, TomlError> {
        all.iter().find(|(known, _)| known == name.get_ref()).map(|(_, value)| *value).ok_or_else(|| {
            let names: Vec<_> = all.iter().map(|(name, _)| *name).collect();
            let message = format!("{key}: `{}` is not one of {}", name.get_ref(), names.join(", "));
            self.file.error_at(name.span().start, message)
        })
    }
}
