//! Recordings, played or summed up.

use std::path::Path;
use std::process::ExitCode;

use super::answer::{end, print};
use super::run::{on_screen, sentence};
use crate::app::{self, AppError, Outcome, Replay};
use crate::cli::ending::fail;
use crate::cli::{Format, ScreenOptions};
use crate::recording::reader;
use crate::report::Report;
use crate::system::exit_code::{FAILED, USAGE};
use crate::theme::{Environment, Theme};

/// Plays a recording, or prints its result where that is asked for or there is no terminal.
pub(super) fn replay(file: &Path, format: Format, screen: &ScreenOptions) -> ExitCode {
    let theme = match Theme::choose(&screen.wishes(), &Environment::of_process()) {
        Err(error) => return fail(USAGE, &error),
        Ok(theme) => theme,
    };
    if format.is_any() || !app::has_terminal() {
        return result_of(file, format);
    }
    let outcome = Replay::open(file).map_err(AppError::from).and_then(|replay| on_screen(replay, &theme, screen));
    match outcome {
        // What was lost in the run is no failure of showing it.
        Ok(mut outcome) => {
            let report = outcome.report.take();
            end(&outcome, |_| sentence(report.as_deref()))
        }
        Err(error) => fail(FAILED, &error),
    }
}

/// Prints the result of a recording as the run itself had it printed.
fn result_of(file: &Path, format: Format) -> ExitCode {
    let mut runs = match reader::open(file) {
        Ok(facts) => facts.runs(),
        Err(error) => return fail(FAILED, &error),
    };
    let Some(report) = Report::of_last(runs.by_ref()) else {
        return fail(FAILED, &runs.empty());
    };
    let warnings = runs.note().map(str::to_owned).into_iter().collect();
    end(&Outcome { report: None, signal: None, warnings }, |_| print(&report, format))
}
