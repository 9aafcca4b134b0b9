//! How a command ends: what it prints, what it says went wrong, and its exit code.

use std::borrow::Cow;
use std::io::{self, Write};
use std::process::ExitCode;

use signal_hook::consts::SIGPIPE;
use signal_hook::low_level::emulate_default_handler;

use crate::app::Outcome;
use crate::cli::Format;
use crate::deliver::{Delivered, Undelivered};
use crate::exit::{FAILED, USAGE};
use crate::report::{self, Report};
use crate::text::harmless;

/// Prints what was asked for.
pub(super) fn answer(print: impl FnOnce(&mut io::StdoutLock) -> io::Result<()>) -> ExitCode {
    let mut out = io::stdout().lock();
    answered(print(&mut out).and_then(|()| out.flush()), 0)
}

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

/// The end of a command whose answer was printed, or could not be.
pub(super) fn answered(printed: io::Result<()>, code: u8) -> ExitCode {
    match printed {
        // Whoever read the result has had enough, as `head` has: end as other filters do.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            let _ = emulate_default_handler(SIGPIPE);
            ExitCode::SUCCESS
        }
        Err(error) => fail(FAILED, &format!("the result could not be written: {error}")),
        Ok(()) => code.into(),
    }
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

/// Says what went wrong.
pub(super) fn fail(code: u8, error: &impl std::fmt::Display) -> ExitCode {
    say(error);
    code.into()
}

fn say(sentence: &impl std::fmt::Display) {
    // Standard error may be closed; there is nowhere else to say so.
    let _ = writeln!(io::stderr(), "mpviz: {}", harmless(&sentence.to_string()));
}

/// Prints the help that was asked for, or what is wrong with the command line.
pub(super) fn explain(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        return answered(error.print(), 0);
    }
    let text = error.render().to_string();
    let safe: Vec<_> = text.lines().map(harmless).collect();
    // Words that would do something to the terminal are shown without clap's colours, and without what they do.
    let _ = if safe.iter().any(|line| matches!(line, Cow::Owned(_))) {
        writeln!(io::stderr(), "{}", safe.join("\n"))
    } else {
        error.print()
    };
    USAGE.into()
}
