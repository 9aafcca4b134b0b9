//! `mpviz watch`.

use std::io::Write;
use std::process::ExitCode;

use super::run::{show_on_screen, write_verdict};
use super::watch_cluster::watch_cluster;
use super::watched_program::WatchedProgram;
use crate::app::{self, Watched};
use crate::cli::exit::{exit_like_program, exit_with_outcome, print_error, print_message};
use crate::cli::text_output::write_text;
use crate::cli::watch_options::WatchOptions;
use crate::report::phrases;
use crate::source::program::TerminalSize;
use crate::source::program_watch::ProgramPlace;
use crate::system::exit_code::{EXIT_FAILED, EXIT_USAGE};
use crate::system::standard_streams::terminal_output;
use crate::theme::{TerminalEnvironment, Theme};

/// Runs a program and shows it live. Without a terminal for the screen, this is a usage error.
///
/// The screen, the program's output on its terminal and the result go to the terminal of mpviz: a redirected stream is
/// the program's alone.
pub(super) fn watch(options: &WatchOptions) -> ExitCode {
    let theme = match Theme::choose_theme(&options.screen.theme_request(), &TerminalEnvironment::from_process()) {
        Err(error) => return print_error(EXIT_USAGE, &error),
        Ok(theme) => theme,
    };
    let no_terminal = || match options.cluster.dask {
        Some(_) => print_error(EXIT_USAGE, &"mpviz watch --dask has no terminal to draw on: use mpviz trace --dask"),
        None => print_error(EXIT_USAGE, &"mpviz watch has no terminal to draw on: use mpviz trace"),
    };
    let (size, mut terminal) = match (crossterm::terminal::size(), terminal_output()) {
        (Ok((columns, rows)), Ok(terminal)) if app::can_draw() => (TerminalSize { columns, rows }, terminal),
        _ => return no_terminal(),
    };
    if let Some(address) = &options.cluster.dask {
        return watch_cluster(options, address, &theme, terminal);
    }
    let WatchedProgram { watch, recorder, report, live } =
        match WatchedProgram::start(&options.program, ProgramPlace::OwnTerminal(size), true) {
            Ok(started) => started,
            Err(code) => return code,
        };
    let source = Watched::new(&watch, recorder, options.program.record.clone());
    let outcome = show_on_screen(source, &theme, &options.screen);
    drop(live);
    let mut program = watch.into_program();
    let exit = program.exit();
    if let Err(error) = program.print_output(&mut terminal) {
        print_message(&format!("the output of the program could not be printed: {error}"));
    }
    if exit.is_none() {
        // The terminal may be gone.
        let _ = write_text(&mut terminal, |out| writeln!(out, "{}", phrases::program_runs_on(program.pid())));
    }
    let mut outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error) => return print_error(EXIT_FAILED, &error),
    };
    if let Some((file, report)) = report.zip(outcome.report.as_deref()) {
        outcome.warnings.extend(file.write(report).err());
    }
    let code = exit_with_outcome(&outcome, |report| write_verdict(report, &mut terminal));
    exit.map_or(code, exit_like_program)
}
