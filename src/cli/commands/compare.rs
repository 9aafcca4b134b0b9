//! Runs side by side: on the screen where there is one, and as a table.

use std::io::{self, IsTerminal as _, Write};
use std::process::ExitCode;

use crossterm::terminal;

use super::answer::{delivered, end};
use super::compare_screen::Beside;
use super::compare_table::Compared;
use super::run::on_screen;
use crate::app::{self, Outcome, Replay};
use crate::cli::CompareOptions;
use crate::cli::ending::{fail, say};
use crate::event::codec::Header;
use crate::recording::reader::Recording;
use crate::system::exit_code::{FAILED, USAGE};
use crate::theme::{Environment, Theme};

/// Shows the runs, if they can be seen together and nothing else is asked for, and prints how they compare.
pub(super) fn compare(options: &CompareOptions) -> ExitCode {
    let theme = match Theme::choose(&options.screen.wishes(), &Environment::of_process()) {
        Err(error) => return fail(USAGE, &error),
        Ok(theme) => theme,
    };
    let on_terminal = app::has_terminal() && !options.prints();
    let modes: Vec<_> = options.lanes.iter().map(|name| (*name).into()).collect();
    let mut compared = match Compared::read(&options.files, &modes, on_terminal) {
        Err(error) => return delivered(Err(error)),
        Ok(compared) => compared,
    };
    let outcome = match on_terminal.then(|| compared.beside(&modes)) {
        None => Outcome { report: None, signal: None, warnings: Vec::new() },
        Some(Err(why)) => {
            say(&format!("{why}; here is the table"));
            Outcome { report: None, signal: None, warnings: Vec::new() }
        }
        Some(Ok(Beside { model, note })) => {
            let recording = Recording { header: Header::default(), runs: vec![model], note };
            match on_screen(Replay::of(recording), &theme, &options.screen) {
                Ok(outcome) => outcome,
                Err(error) => return fail(FAILED, &error),
            }
        }
    };
    let warnings = compared.take_notes();
    let mut out = io::stdout().lock();
    let width =
        out.is_terminal().then(terminal::size).and_then(Result::ok).map(|(width, _)| width).filter(|width| *width > 0);
    let print = |_: Option<&_>| compared.write(options.format, width, &mut out).and_then(|()| out.flush());
    end(&Outcome { report: None, warnings, ..outcome }, print)
}
