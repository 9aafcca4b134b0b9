//! How a run ends, and what is handed over: what is printed, what is said of it, and the exit code.

use std::io::{self, Write};
use std::process::ExitCode;

use signal_hook::consts::SIGPIPE;
use signal_hook::low_level::emulate_default_handler;

use super::output::{Delivered, Undelivered};
use crate::app::Outcome;
use crate::cli::Format;
use crate::cli::ending::{answered, fail, say};
use crate::report::{self, Report};
use crate::system::exit_code::{FAILED, USAGE};

/// Prints the result, says what went wrong beside it, and dies by the signal that ended it.
pub(super) fn end(outcome: &Outcome, print: impl FnOnce(Option<&Report>) -> io::Result<()>) -> ExitCode {
    let report = outcome.report.as_deref();
    let printed = print(report).and_then(|()| io::stdout().flush());
    for warning in &outcome.warnings {
        say(warning);
    }
    if let Some(signal) = outcome.signal {
        let _ = emulate_default_handler(signal);
    }
    let code = if outcome.warnings.is_empty() { report.map_or(0, Report::exit_code) } else { FAILED };
    answered(printed, code)
}

/// Says what is missing of what was handed over, or why nothing was.
pub(super) fn delivered(delivered: Delivered) -> ExitCode {
    match delivered {
        Ok(notes) => {
            for note in &notes {
                say(note);
            }
            if notes.is_empty() { ExitCode::SUCCESS } else { FAILED.into() }
        }
        Err(Undelivered::HadEnough) => {
            let _ = emulate_default_handler(SIGPIPE);
            ExitCode::SUCCESS
        }
        Err(error) => fail(if error.is_usage() { USAGE } else { FAILED }, &error),
    }
}

/// Prints a result in a form.
pub(super) fn print(report: &Report, format: Format) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match format {
        Format { json: true, .. } => report::json::write(report, &mut out),
        Format { csv: true, .. } => report::csv::write(report, &mut out),
        Format { markdown: true, .. } => report::markdown::write(report, &mut out),
        Format { .. } => report::table::write(report, &mut out),
    }
}
