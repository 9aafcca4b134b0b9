//! `mpviz replay`.

use std::path::Path;
use std::process::ExitCode;

use super::run::{print_verdict, show_on_screen};
use crate::app::{self, AppError, Followed, Replay, SessionOutcome};
use crate::cli::exit::print_error;
use crate::cli::exit::{exit_with_outcome, print_report};
use crate::cli::{ResultFormat, ScreenOptions};
use crate::recording::live_recordings;
use crate::recording::reader::{self, ReadError, RecordedEvents};
use crate::report::Report;
use crate::system::exit_code::{EXIT_FAILED, EXIT_USAGE};
use crate::theme::{TerminalEnvironment, Theme};

/// Replays or follows a recording, or prints its result if that is requested or there is no terminal. Without `file`,
/// the newest recording of a running program is followed.
pub(super) fn replay(file: Option<&Path>, follow: bool, format: ResultFormat, screen: &ScreenOptions) -> ExitCode {
    let theme = match Theme::choose_theme(&screen.theme_request(), &TerminalEnvironment::from_process()) {
        Err(error) => return print_error(EXIT_USAGE, &error),
        Ok(theme) => theme,
    };
    let file = match file.map_or_else(live_recordings::newest, |file| Ok(file.into())) {
        Err(error) => return print_error(EXIT_FAILED, &error),
        Ok(file) => file,
    };
    if format.is_any() || !app::has_terminal() {
        return print_result(if follow { reader::follow(&file) } else { reader::open(&file) }, format);
    }
    let outcome = if follow {
        Followed::new(&file).map_err(AppError::from).and_then(|source| show_on_screen(source, &theme, screen))
    } else {
        Replay::open(&file).map_err(AppError::from).and_then(|source| show_on_screen(source, &theme, screen))
    };
    match outcome {
        // Tasks that failed in the recorded run do not make the replay fail.
        Ok(mut outcome) => {
            let report = outcome.report.take();
            exit_with_outcome(&outcome, |_| print_verdict(report.as_deref()))
        }
        Err(error) => print_error(EXIT_FAILED, &error),
    }
}

/// Prints the result of a recording as the run printed it.
fn print_result(events: Result<RecordedEvents, ReadError>, format: ResultFormat) -> ExitCode {
    let mut runs = match events {
        Ok(events) => events.runs(),
        Err(error) => return print_error(EXIT_FAILED, &error),
    };
    let Some(report) = Report::for_last_run(runs.by_ref()) else {
        return print_error(EXIT_FAILED, &runs.error_for_no_runs());
    };
    let warnings = runs.incomplete_note().into_iter().collect();
    exit_with_outcome(&SessionOutcome { warnings, ..SessionOutcome::default() }, |_| print_report(&report, format))
}
