//! Tests of the start of other programs: on the streams of mpviz, and on a terminal of their own.

#[path = "../support/mod.rs"]
mod support;

mod broken_executor;
mod in_place;
mod locked_queue;
mod own_terminal;
mod processes;
mod recorded;
mod terminal_session;
