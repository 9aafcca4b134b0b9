//! Texts in all languages.

#[path = "../support/mod.rs"]
mod support;

mod claims;
mod english_words;
mod frames;
mod identifiers;
mod observation_gaps;
mod texts;
