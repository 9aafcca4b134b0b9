//! How commands end: output, messages on standard error, exit codes.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use signal_hook::consts::SIGPIPE;
use signal_hook::low_level::emulate_default_handler;

use super::ResultFormat;
use super::output::{OutputError, OutputResult};
use super::text_output::{printable, terminal_width, write_text};
use crate::app::SessionOutcome;
use crate::event::Exit;
use crate::event::text::sanitize;
use crate::report::{self, Report, phrases};
use crate::system::exit_code::{EXIT_FAILED, EXIT_USAGE};
use crate::system::signals;

/// A shell's exit code for a program that was ended by a signal, less the signal.
const SHELL_SIGNAL_BASE: u8 = 128;

/// Prints the output of a command.
#[must_use]
pub fn print_output(print: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> ExitCode {
    let mut out = io::stdout().lock();
    exit_after_printing(write_text(&mut out, print).and_then(|()| out.flush()), 0)
}

/// Returns the exit code of a command after printing.
#[must_use]
pub fn exit_after_printing(printed: io::Result<()>, code: u8) -> ExitCode {
    match printed {
        // The reader closed the pipe, as `head` does: end like other filters.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            let _ = emulate_default_handler(SIGPIPE);
            ExitCode::SUCCESS
        }
        Err(error) => print_error(EXIT_FAILED, &format!("the result could not be written: {error}")),
        Ok(()) => code.into(),
    }
}

/// Prints an error and returns its exit code.
pub fn print_error(code: u8, error: &impl Display) -> ExitCode {
    print_message(error);
    code.into()
}

/// Prints a message on standard error, in one write so that it stays in one piece. It is not wrapped: the command in it
/// can be copied.
pub fn print_message(message: &impl Display) {
    let text = format!("mpviz: {}\n", sanitize(&phrases::system_error(&message.to_string())));
    // Standard error may be closed.
    let _ = io::stderr().write_all(printable(&text).as_bytes());
}

/// Prints requested help, or an error of the command line.
pub fn exit_with_clap_error(error: &clap::Error) -> ExitCode {
    let text = error.render().to_string();
    if !error.use_stderr() {
        // Only clap prints colours.
        return match printable(&text) {
            Cow::Borrowed(_) => exit_after_printing(error.print(), 0),
            Cow::Owned(text) => print_output(|out| out.write_all(text.as_bytes())),
        };
    }
    let safe: Vec<_> = text.lines().map(sanitize).collect();
    let has_control_characters = safe.iter().any(|line| matches!(line, Cow::Owned(_)));
    let safe = safe.join("\n");
    let _ = match printable(&safe) {
        Cow::Borrowed(_) if !has_control_characters => error.print(),
        printable => writeln!(io::stderr(), "{printable}"),
    };
    EXIT_USAGE.into()
}

/// Prints the result and any warnings, and ends by the signal that ended the run.
pub fn exit_with_outcome(
    outcome: &SessionOutcome,
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
    let code = if outcome.warnings.is_empty() { report.map_or(0, Report::exit_code) } else { EXIT_FAILED };
    exit_after_printing(printed, code)
}

/// Returns the exit code of a program, or ends mpviz by the signal that ended it.
#[must_use]
pub fn exit_like_program(exit: Exit) -> ExitCode {
    match exit {
        Exit::Code(code) => (code as u8).into(),
        Exit::Unknown => EXIT_FAILED.into(),
        Exit::Signal(signal) => {
            signals::end_like_program(signal);
            // As a shell reports a signal that mpviz cannot end by, such as a real-time signal.
            (signal as u8).wrapping_add(SHELL_SIGNAL_BASE).into()
        }
    }
}

/// Prints notes about an incomplete output, or the error.
#[must_use]
pub fn exit_with_output(result: OutputResult) -> ExitCode {
    match result {
        Ok(notes) => {
            for note in &notes {
                print_message(note);
            }
            if notes.is_empty() { ExitCode::SUCCESS } else { EXIT_FAILED.into() }
        }
        Err(OutputError::ReaderClosed) => {
            let _ = emulate_default_handler(SIGPIPE);
            ExitCode::SUCCESS
        }
        Err(error) => print_error(if error.is_usage() { EXIT_USAGE } else { EXIT_FAILED }, &error),
    }
}

/// Prints a result in the requested format.
pub fn print_report(report: &Report, format: ResultFormat) -> io::Result<()> {
    let mut out = io::stdout().lock();
    write_report(report, format, terminal_width(&out), &mut out)
}

/// Writes a result in the requested format; a table is wrapped to this width.
pub fn write_report(report: &Report, format: ResultFormat, width: Option<u16>, out: &mut impl Write) -> io::Result<()> {
    match format {
        ResultFormat { json: true, .. } => report::json::write(report, out),
        ResultFormat { csv: true, .. } => report::csv::write(report, out),
        ResultFormat { markdown: true, .. } => write_text(out, |out| report::markdown::write(report, out)),
        ResultFormat { .. } => write_text(out, |out| report::table::write(report, width, out)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_time_signals_of_a_program_are_reported_as_by_a_shell() {
        assert_eq!(exit_like_program(Exit::Signal(40)), ExitCode::from(168));
    }
}
