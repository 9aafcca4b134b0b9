//! What a lesson measures, and the answers that are right then.

use std::collections::BTreeMap;

use toml::Spanned;

use super::checker::Checker;
use super::contents::{Contents, WrittenFigure, WrittenRatio};
use crate::lesson::{Answer, Figure, FigureKind, Lesson, PlanFigures, Ratio, RightAnswer};
use crate::system::toml_file::TomlError;

/// Number of answers that a question may have: each has a key.
const ANSWERS: std::ops::RangeInclusive<usize> = 2..=4;

impl Checker<'_> {
    pub(super) fn figures(&self, written: &BTreeMap<Spanned<String>, WrittenFigure>) -> Result<Vec<Figure>, TomlError> {
        let mut figures = Vec::new();
        for (name, written) in written {
            let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '-';
            let is_name = name.get_ref().starts_with(|c: char| c.is_ascii_alphabetic())
                && name.get_ref().chars().all(is_letter)
                && !PlanFigures::NAMES.contains(&name.get_ref().as_str())
                && name.get_ref() != Lesson::RATIO;
            if !is_name {
                let message = "a figure's name has letters, digits and -, and is not cores, workers, tasks or ratio";
                return Err(self.file.error_at(name.span().start, message));
            }
            let (run, lane) = self.lane(&written.run, &written.lane)?;
            let kind = self.one_of("figure", &written.figure, &FigureKind::ALL)?;
            figures.push(Figure { name: name.get_ref().clone(), run, lane, kind });
        }
        Ok(figures)
    }

    fn ratio(&self, written: &WrittenRatio, figures: &[Figure]) -> Result<Ratio, TomlError> {
        let named: Vec<_> = figures.iter().enumerate().map(|(n, figure)| (figure.name.as_str(), n)).collect();
        let of = self.one_of("figure", &written.figure, &named)?;
        Ok(Ratio { of, over: self.one_of("over", &written.over, &named)? })
    }

    /// The answers; `known` are the placeholders of their closing sentences.
    pub(super) fn answers(
        &self,
        contents: &Contents,
        figures: &[Figure],
        known: &[&str],
    ) -> Result<Vec<Answer>, TomlError> {
        let written = &contents.answers;
        let measured = self.ratio(&contents.measured, figures)?;
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
}
