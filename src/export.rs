//! What mpviz knows of a run, in forms for elsewhere.

pub mod charges;
pub mod csv;
pub mod joblog;
pub mod perfetto;
pub mod svg;

use crate::event::Nanos;

/// A time in seconds, exactly: nine decimals.
fn seconds(ns: Nanos) -> String {
    format!("{}.{:09}", ns / 1_000_000_000, ns % 1_000_000_000)
}
