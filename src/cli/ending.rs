//! How a command ends: what is printed, what is said on standard error, and the exit code.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use signal_hook::consts::SIGPIPE;
use signal_hook::low_level::emulate_default_handler;

use crate::event::text::sanitize;
use crate::system::exit_code::{FAILED, USAGE};

/// Prints what was asked for.
#[must_use]
pub fn answer(print: impl FnOnce(&mut io::StdoutLock) -> io::Result<()>) -> ExitCode {
    let mut out = io::stdout().lock();
    answered(print(&mut out).and_then(|()| out.flush()), 0)
}

/// The end of a command whose answer was printed, or could not be.
#[must_use]
pub fn answered(printed: io::Result<()>, code: u8) -> ExitCode {
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

/// Says what went wrong.
pub fn fail(code: u8, error: &impl Display) -> ExitCode {
    say(error);
    code.into()
}

/// Says something on standard error, in one write, so that it is not torn.
pub fn say(sentence: &impl Display) {
    // Standard error may be closed; there is nowhere else to say so.
    let _ = io::stderr().write_all(format!("mpviz: {}\n", sanitize(&sentence.to_string())).as_bytes());
}

/// Prints the help that was asked for, or what is wrong with the command line.
pub fn explain(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        return answered(error.print(), 0);
    }
    let text = error.render().to_string();
    let safe: Vec<_> = text.lines().map(sanitize).collect();
    // Words that would do something to the terminal are shown without clap's colours, and without what they do.
    let _ = if safe.iter().any(|line| matches!(line, Cow::Owned(_))) {
        writeln!(io::stderr(), "{}", safe.join("\n"))
    } else {
        error.print()
    };
    USAGE.into()
}
