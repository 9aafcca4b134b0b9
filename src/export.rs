//! What mpviz knows of a run, in forms for elsewhere.
//!
//! Tables and traces are functions of the model. Pictures are made of frames that somebody else has drawn: nothing here knows
//! how a screen is drawn.

pub mod asciicast;
pub mod charges;
pub mod csv;
pub mod film;
pub mod html;
pub mod joblog;
pub mod perfetto;
pub mod svg;

use crate::event::Nanos;

/// A time in seconds, exactly: nine decimals.
fn seconds(ns: Nanos) -> String {
    format!("{}.{:09}", ns / 1_000_000_000, ns % 1_000_000_000)
}

/// Text for a picture or a page: without what XML takes for itself or does not take at all.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            char if char.is_control() => escaped.push('\u{fffd}'),
            char => escaped.push(char),
        }
    }
    escaped
}
