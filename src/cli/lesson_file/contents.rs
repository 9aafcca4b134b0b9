//! What a lesson file contains, as it is written.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::cli::option_values::TableWithPositions;
use crate::cli::written_text::WrittenText;

/// Contents of a lesson file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Contents {
    pub(super) title: Spanned<WrittenText>,
    pub(super) question: Spanned<WrittenText>,
    pub(super) claim: Spanned<WrittenText>,
    #[serde(default = "one")]
    pub(super) needs_cores: u32,
    pub(super) runs: Spanned<Vec<TableWithPositions>>,
    pub(super) figures: BTreeMap<Spanned<String>, WrittenFigure>,
    pub(super) measured: WrittenRatio,
    pub(super) answers: Spanned<Vec<WrittenAnswer>>,
    pub(super) otherwise: Spanned<WrittenText>,
    #[serde(default)]
    pub(super) stops: Vec<WrittenStop>,
    pub(super) kill: Option<WrittenMoment>,
    pub(super) notes: Option<Spanned<WrittenText>>,
    #[serde(default)]
    pub(super) think: Vec<Spanned<WrittenText>>,
}

const fn one() -> u32 {
    1
}

fn first_run() -> Spanned<usize> {
    Spanned::new(0..0, 1)
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenFigure {
    #[serde(default = "first_run")]
    pub(super) run: Spanned<usize>,
    pub(super) lane: Spanned<String>,
    pub(super) figure: Spanned<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenRatio {
    pub(super) figure: Spanned<String>,
    pub(super) over: Spanned<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenAnswer {
    pub(super) text: Spanned<WrittenText>,
    pub(super) notes: Option<Spanned<WrittenText>>,
    pub(super) measured: Option<WrittenRatio>,
    pub(super) from: Option<f64>,
    pub(super) to: Option<f64>,
    pub(super) closing: Option<Spanned<WrittenText>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenMoment {
    #[serde(default = "first_run")]
    pub(super) run: Spanned<usize>,
    pub(super) lane: Spanned<String>,
    pub(super) at: Spanned<String>,
    pub(super) after: Option<Spanned<String>>,
    pub(super) before: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenStop {
    #[serde(default = "first_run")]
    pub(super) run: Spanned<usize>,
    pub(super) lane: Spanned<String>,
    pub(super) at: Spanned<String>,
    pub(super) after: Option<Spanned<String>>,
    pub(super) before: Option<Spanned<String>>,
    pub(super) caption: Spanned<WrittenText>,
    pub(super) notes: Option<Spanned<WrittenText>>,
    pub(super) ask: Option<Spanned<WrittenText>>,
}
