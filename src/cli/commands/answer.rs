//! How runs and exports end: output, messages and exit codes.

use std::io::{self, Write};
use std::process::ExitCode;

use signal_hook::consts::SIGPIPE;
use signal_hook::low_level::emulate_default_handler;

use super::output::{OutputError, OutputResult};
use crate::app::Outcome;
use crate::cli::Format;
use crate::cli::ending::{exit_after_printing, fail, print_message};
use crate::report::{self, Report};
use crate::system::exit_code::{FAILED, USAGE};

/// Prints the result and any warnings, and ends by the signal that ended the run.
pub(super) fn exit_with_outcome(
    outcome: &Outcome,
    print_report: impl FnOnce(Option<&Report>) -> io::Result<()>,
) -> ExitCode {
    let report = outcome.report.as_deref();
    let printed = print_report(report).and_then(|()| io::stdout().flush());
    for warning in &outcome.warnings {
        print_message(warning);
    }
    if let Some(signal) = outcome.signal {
        let _ = emulate_default_handler(signal);
    }
    let code = if outcome.warnings.is_empty() { report.map_or(0, Report::exit_code) } else { FAILED };
    exit_after_printing(printed, code)
}

/// Prints notes about an incomplete output, or the error.
pub(super) fn exit_with_output(exit_with_output: OutputResult) -> ExitCode {
    match exit_with_output {
        Ok(notes) => {
            for note in &notes {
                print_message(note);
            }
            if notes.is_empty() { ExitCode::SUCCESS } else { FAILED.into() }
        }
        Err(OutputError::ReaderClosed) => {
            let _ = emulate_default_handler(SIGPIPE);
            ExitCode::SUCCESS
        }
        Err(error) => fail(if error.is_usage() { USAGE } else { FAILED }, &error),
    }
}

/// Prints a result in the requested format.
pub(super) fn print_report(report: &Report, format: Format) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match format {
        Format { json: true, .. } => report::json::write(report, &mut out),
        Format { csv: true, .. } => report::csv::write(report, &mut out),
        Format { markdown: true, .. } => report::markdown::write(report, &mut out),
        Format { .. } => report::table::write(report, &mut out),
    }
}
