//! Texts in all languages.

#[path = "../support/mod.rs"]
mod support;

mod frames;
mod identifiers;
mod texts;
