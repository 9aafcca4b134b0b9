//! Texts in all languages.

mod texts;
