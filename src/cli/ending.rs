//! How commands end: output, messages on standard error, exit codes.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use signal_hook::consts::SIGPIPE;
use signal_hook::low_level::emulate_default_handler;

use crate::event::text::sanitize;
use crate::system::exit_code::{FAILED, USAGE};

/// Prints the output of a command.
#[must_use]
pub fn print_output(print: impl FnOnce(&mut io::StdoutLock) -> io::Result<()>) -> ExitCode {
    let mut out = io::stdout().lock();
    exit_after_printing(print(&mut out).and_then(|()| out.flush()), 0)
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
        Err(error) => fail(FAILED, &format!("the result could not be written: {error}")),
        Ok(()) => code.into(),
    }
}

/// Prints an error and returns its exit code.
pub fn fail(code: u8, error: &impl Display) -> ExitCode {
    print_message(error);
    code.into()
}

/// Prints a message on standard error, in one write so that it stays in one piece.
pub fn print_message(message: &impl Display) {
    // Standard error may be closed.
    let _ = io::stderr().write_all(format!("mpviz: {}\n", sanitize(&message.to_string())).as_bytes());
}

/// Prints requested help, or an error of the command line.
pub fn exit_with_clap_error(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        return exit_after_printing(error.print(), 0);
    }
    let text = error.render().to_string();
    let safe: Vec<_> = text.lines().map(sanitize).collect();
    // Arguments with control characters are printed sanitized and without clap's colours.
    let _ = if safe.iter().any(|line| matches!(line, Cow::Owned(_))) {
        writeln!(io::stderr(), "{}", safe.join("\n"))
    } else {
        error.print()
    };
    USAGE.into()
}
