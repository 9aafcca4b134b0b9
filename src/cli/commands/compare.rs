//! `mpviz compare`: on the screen if there is one, and as a table.

use std::io::{self, Write};
use std::process::ExitCode;

use super::compare_screen::SideBySide;
use super::compare_table::ComparedRuns;
use super::run::show_on_screen;
use crate::app::{self, Replay, SessionOutcome};
use crate::cli::CompareOptions;
use crate::cli::exit::{exit_with_outcome, exit_with_output};
use crate::cli::exit::{print_error, print_message};
use crate::cli::text_output::terminal_width;
use crate::system::exit_code::{EXIT_FAILED, EXIT_USAGE};
use crate::text;
use crate::theme::{TerminalEnvironment, Theme};

/// Shows the runs side by side if that is possible and wanted, and prints the comparison.
pub(super) fn compare(options: &CompareOptions) -> ExitCode {
    let theme = match Theme::choose_theme(&options.screen.theme_request(), &TerminalEnvironment::from_process()) {
        Err(error) => return print_error(EXIT_USAGE, &error),
        Ok(theme) => theme,
    };
    let on_terminal = app::has_terminal() && !options.prints_only_table();
    let modes = &options.lanes;
    let mut compared = match ComparedRuns::read(&options.files, modes, on_terminal) {
        Err(error) => return exit_with_output(Err(error)),
        Ok(compared) => compared,
    };
    let outcome = match on_terminal.then(|| compared.side_by_side(modes)) {
        None => SessionOutcome::default(),
        Some(Err(why)) => {
            print_message(&text!("printing-the-table", why = why.to_string()));
            SessionOutcome::default()
        }
        Some(Ok(SideBySide { model, note })) => {
            match show_on_screen(Replay::new(vec![model], note), &theme, &options.screen) {
                Ok(outcome) => outcome,
                Err(error) => return print_error(EXIT_FAILED, &error),
            }
        }
    };
    let warnings = compared.take_notes();
    let mut out = io::stdout().lock();
    let width = terminal_width(&out);
    let print = |_: Option<&_>| compared.write(options.format, width, &mut out).and_then(|()| out.flush());
    exit_with_outcome(&SessionOutcome { report: None, warnings, ..outcome }, print)
}
