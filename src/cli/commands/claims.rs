//! `mpviz claims`: measures common claims about threads, pools and processes.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use crossbeam_channel::unbounded;

use crate::app::{self, Claims, ClaimsOptions as Measured, InputChannel, ProgressDisplay};
use crate::cli::ClaimsOptions;
use crate::cli::exit::{exit_with_outcome, print_error, print_output};
use crate::cli::text_output::{self, terminal_width, write_text};
use crate::engine::python::{Interpreter, InterpreterError};
use crate::probe::machine::{describe_machine, usable_cores};
use crate::report::claims::{Claim, ClaimsReport, json, markdown, text};
use crate::system::exit_code::{EXIT_FAILED, EXIT_USAGE};
use crate::ui::Ui;

/// Width of text that is not printed on a terminal, and limits of the width on one.
const DEFAULT_WIDTH: u16 = 80;
const MIN_WIDTH: u16 = 40;
const MAX_WIDTH: u16 = 120;

/// Measures the claims and prints the verdicts.
pub(super) fn claims(options: &ClaimsOptions) -> ExitCode {
    if options.list {
        return print_output(|out| text::write_list(width(), out));
    }
    let interpreter = match find_interpreter(options.python.as_deref()) {
        Ok(interpreter) => interpreter,
        Err(error) => return print_error(EXIT_USAGE, &error),
    };
    let cores = usable_cores();
    let machine = describe_machine(&cores);
    let is_named = |claim: &Claim| options.names.is_empty() || options.names.contains(claim);
    let claims = Claim::ALL.into_iter().filter(is_named).collect();
    let (sender, ended) = unbounded();
    let glyphs = text_output::glyphs();
    let source = Claims::new(Measured { claims, cores, machine, interpreter }, glyphs, sender);
    let outcome = InputChannel::for_signals()
        .map_err(app::AppError::from)
        // The source has a progress bar of its own.
        .and_then(|inputs| app::run(source, Ui::default(), &inputs, &mut ProgressDisplay::new(glyphs, false)));
    match outcome {
        Ok(outcome) => {
            exit_with_outcome(&outcome, |_| ended.try_recv().map_or(Ok(()), |report| print(&report, options)))
        }
        Err(error) => print_error(EXIT_FAILED, &error),
    }
}

/// The interpreter to use: the named one, or python3; none if that is missing or unsuitable.
fn find_interpreter(named: Option<&Path>) -> Result<Option<Interpreter>, InterpreterError> {
    match named {
        Some(program) => Interpreter::ask(program).map(Some),
        None => Ok(Interpreter::ask(Path::new("python3")).ok()),
    }
}

fn print(report: &ClaimsReport, options: &ClaimsOptions) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match options {
        ClaimsOptions { json: true, .. } => json::write(report, &mut out),
        ClaimsOptions { markdown: true, .. } => write_text(&mut out, |out| markdown::write(report, out)),
        _ => write_text(&mut out, |out| text::write(report, width(), out)),
    }
}

/// The width of the terminal on standard output.
fn width() -> u16 {
    terminal_width(&io::stdout()).map_or(DEFAULT_WIDTH, |columns| columns.clamp(MIN_WIDTH, MAX_WIDTH))
}
