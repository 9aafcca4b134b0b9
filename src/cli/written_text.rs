//! Texts of lesson and scenario files: in one language, or one in each.

use serde::Deserialize;

use crate::language::{self, Language};

/// A text as it is written in a file.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "expected a text, or a table with a text in `en`, `ko` or both")]
pub(super) enum WrittenText {
    Plain(String),
    Languages(WrittenLanguages),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenLanguages {
    en: Option<String>,
    ko: Option<String>,
}

impl WrittenText {
    /// What to do about a text without any language.
    pub(super) const MISSING: &str = "a text is missing: write `en`, `ko` or both";

    /// The text in every language that it is written in; a plain text counts as English.
    pub(super) fn in_languages(&self) -> Vec<(Language, &str)> {
        match self {
            Self::Plain(text) => vec![(Language::English, text)],
            Self::Languages(WrittenLanguages { en, ko }) => {
                let both = [(Language::English, en), (Language::Korean, ko)];
                both.into_iter().filter_map(|(language, text)| Some((language, text.as_deref()?))).collect()
            }
        }
    }

    /// The text in the selected language, else in the first that it has.
    pub(super) fn in_selected_language(&self) -> Option<&str> {
        let texts = self.in_languages();
        let selected = texts.iter().find(|(language, _)| *language == language::selected());
        selected.or(texts.first()).map(|(_, text)| *text)
    }
}
