//! Subcommands, one file each.

mod advise;
mod advise_confirm;
mod advise_output;
mod advise_report;
mod claims;
mod compare;
mod compare_screen;
mod compare_table;
mod export;
mod lesson;
mod map;
mod map_confirm;
mod measured_tasks;
mod replay;
mod run;
mod run_graph;
mod trace;
mod watch;
mod watch_cluster;
mod watched_program;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use crate::app;
use crate::cli::crash;
use crate::cli::exit::{exit_after_printing, exit_with_clap_error, exit_with_output, print_error, print_output};
use crate::cli::manual;
use crate::cli::text_output;
use crate::cli::{Cli, CliCommand, ParseError, config, scenario};
use crate::doctor;
use crate::event::text::display_path;
use crate::language;
use crate::source::program::session_leader;
use crate::system::exit_code::EXIT_FAILED;
use crate::system::signals;
use crate::system::threads;
use crate::theme::TerminalEnvironment;
use crate::worker;

/// Parses `args` and runs the subcommand.
#[must_use]
pub fn run(args: &[OsString]) -> ExitCode {
    // Checked first: workers are started hundreds of times per second, and parsing all options takes longer.
    if args.get(1).is_some_and(|arg| arg == "worker") {
        return match worker::run(args.get(2).map(|orders| orders.to_string_lossy()).as_deref()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => print_error(error.exit_code(), &error),
        };
    }
    if args.get(1).is_some_and(|arg| arg == session_leader::SUBCOMMAND) {
        return match session_leader::run(&args[2..]) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => print_error(EXIT_FAILED, &format!("session-leader: {error}")),
        };
    }
    if args.get(1).is_some_and(|arg| arg == app::ECHO_SUBCOMMAND) {
        return match app::echo() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => print_error(EXIT_FAILED, &error),
        };
    }
    crash::install_panic_hook();
    threads::on_panic(app::restore);
    let cli = match Cli::parse_args(args) {
        Ok(cli) => cli,
        Err(ParseError::Args(error)) => return exit_with_clap_error(&error),
        Err(error) => return print_error(error.exit_code(), &error),
    };
    // A watched program inherits which signals are ignored: they keep zombies once they have started it.
    let watches_program = match &cli.command {
        Some(CliCommand::Watch(options)) => options.cluster.dask.is_none(),
        Some(CliCommand::Trace(options)) => options.cluster.dask.is_none(),
        _ => false,
    };
    let keep_zombies = if watches_program { Ok(()) } else { signals::keep_zombies() };
    if let Err(error) = keep_zombies.and_then(|()| signals::handle_sigxfsz()) {
        return print_error(EXIT_FAILED, &error);
    }
    text_output::set_glyphs(cli.text_glyph_mode());
    language::select(cli.language());
    match cli.command {
        Some(CliCommand::Run { run, format, .. }) => match &run.graph_run {
            Some(graph) => run_graph::run_without_screen(&run, graph, format),
            None => run::run_without_screen(&run, format),
        },
        Some(CliCommand::Replay { file, follow, format, screen, .. }) => {
            replay::replay(file.as_deref(), follow, format, &screen)
        }
        Some(CliCommand::Watch(options)) => watch::watch(&options),
        Some(CliCommand::Trace(options)) => trace::trace(&options),
        Some(CliCommand::Export(options)) => exit_with_output(export::export(&options)),
        Some(CliCommand::Compare(options)) => compare::compare(&options),
        Some(CliCommand::Advise(options)) => advise::advise(&options),
        Some(CliCommand::Map(options)) => map::map(&options),
        Some(CliCommand::Lesson(options)) => lesson::lesson(&options),
        Some(CliCommand::Claims(options)) => claims::claims(&options),
        Some(CliCommand::Doctor { json, .. }) => print_diagnosis(json),
        Some(CliCommand::Scenarios { .. }) => print_output(|out| out.write_all(scenario::list_scenarios().as_bytes())),
        Some(CliCommand::Config { path: true, .. }) => match config::config_path() {
            Some(path) => print_output(|out| writeln!(out, "{}", display_path(&path))),
            None => {
                print_error(EXIT_FAILED, &"no configuration directory: set XDG_CONFIG_HOME or HOME to an absolute path")
            }
        },
        Some(CliCommand::Config { .. }) => print_output(|out| out.write_all(config::print_default().as_bytes())),
        Some(CliCommand::Completions { shell }) => print_output(|out| manual::completions(shell, out)),
        Some(CliCommand::Man) => print_output(manual::man_page),
        None => match &cli.run.graph_run {
            Some(graph) => run_graph::run_on_screen(&cli, graph),
            None => run::run_on_screen(&cli),
        },
    }
}

/// Prints the findings of the environment check.
fn print_diagnosis(json: bool) -> ExitCode {
    let diagnosis = doctor::run_all_checks(&TerminalEnvironment::from_process());
    let code = if diagnosis.can_run() { 0 } else { EXIT_FAILED };
    let mut out = io::stdout().lock();
    let printed = if json {
        diagnosis.write_json(&mut out)
    } else {
        text_output::write_text(&mut out, |out| diagnosis.write_text(out))
    };
    exit_after_printing(printed.and_then(|()| out.flush()), code)
}
