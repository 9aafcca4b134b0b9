//! `mpviz replay`.

use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use crossbeam_channel::bounded;

use super::run::{print_verdict, show_on_screen};
use crate::app::{self, AppError, Followed, Replay, SessionOutcome};
use crate::cli::exit::{exit_with_outcome, print_error, print_message, print_report};
use crate::cli::{ResultFormat, ScreenOptions};
use crate::recording::live_recordings;
use crate::recording::reader::{self, ReadError, RecordedEvents};
use crate::report::Report;
use crate::system::exit_code::{EXIT_FAILED, EXIT_USAGE};
use crate::system::threads;
use crate::text;
use crate::theme::{TerminalEnvironment, Theme};

/// Time in which a recording that is followed has usually begun.
const TIME_TO_BEGIN: Duration = Duration::from_millis(500);

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
        return print_result(if follow { follow_to_end(&file) } else { reader::open(&file) }, format);
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

/// Opens a recording that may still grow, and prints that it is waited for if it does not begin.
fn follow_to_end(file: &Path) -> Result<RecordedEvents, ReadError> {
    let failed = |error| ReadError::System(reader::input_name(file), error);
    let (sender, opened) = bounded(1);
    let path = file.to_owned();
    threads::start("loader", move || drop(sender.send(reader::follow(&path)))).map_err(failed)?;
    opened.recv_timeout(TIME_TO_BEGIN).or_else(|_| {
        print_message(&text!("waiting-for-file", file = reader::input_name(file).to_string()));
        opened.recv().map_err(|_| failed(io::ErrorKind::UnexpectedEof.into()))
    })?
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
