//! Exporters.
//!
//! Tables and traces are functions of the model. Pictures are made from frames that the view has drawn.

pub mod asciicast;
pub mod csv;
pub mod film;
pub mod handout;
pub mod html;
pub mod joblog;
pub mod perfetto;
pub mod svg;
pub mod task_cpu_times;

use crate::event::{Nanos, TaskId};
use crate::language;
use crate::model::Lane;
use crate::report::phrases;

/// Formats a time in seconds with nine decimals, which is exact.
fn exact_seconds(ns: Nanos) -> String {
    format!("{}.{:09}", ns / 1_000_000_000, ns % 1_000_000_000)
}

/// Escapes text for XML, and drops characters that XML cannot hold.
fn escape_xml(text: &str) -> String {
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

/// The name of a task: of a watched program, its function with the items or the number.
fn task_name(lane: &Lane, task: TaskId) -> String {
    match lane.call_of(task) {
        Some(call) => {
            language::in_english(|| phrases::function_and_task(call.function.as_str(), task, lane.items_of(task)))
        }
        None => format!("task {task}"),
    }
}
