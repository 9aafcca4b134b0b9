//! `mpviz watch --dask` and `mpviz trace --dask`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use signal_hook::consts::{SIGINT, SIGTERM};

use super::run::{show_on_screen, write_verdict};
use super::watched_program::{ReportFile, create_files, start_recorder};
use crate::app::{self, AppError, InputChannel, ProgressDisplay, SessionOutcome, WatchedCluster};
use crate::cli::exit::{exit_with_outcome, print_error, print_message};
use crate::cli::run_options::command_line;
use crate::cli::text_output;
use crate::cli::watch_options::{DaskOptions, TraceOptions, WatchOptions};
use crate::event::text::{display_path, sanitize};
use crate::source::dask::{ClusterOpening, ClusterPlan, find_address, is_http};
use crate::system::exit_code::{EXIT_FAILED, EXIT_USAGE};
use crate::system::standard_streams::{controlling_terminal, is_standard_stream, terminal_output};
use crate::text;
use crate::theme::Theme;
use crate::ui::Ui;

/// Connects to a cluster and shows it live on the terminal.
pub(super) fn watch_cluster(options: &WatchOptions, address: &str, theme: &Theme, mut terminal: File) -> ExitCode {
    let show = || {
        let plan = plan(&options.cluster, address)?;
        let (recording, report) = create_files(&options.program)?;
        let recorder = start_recorder(&plan.recording_header(), recording, true)?;
        let opening = ClusterOpening::start(plan).map_err(|error| print_error(EXIT_FAILED, &error))?;
        let source = WatchedCluster::new(opening, Some(recorder), options.program.record.clone(), None);
        finish(show_on_screen(source, theme, &options.screen), report)
    };
    match show() {
        Ok(outcome) => exit_with_outcome(&outcome, |report| write_verdict(report, &mut terminal)),
        Err(code) => code,
    }
}

/// Observes a cluster without a screen until its scheduler ends, or mpviz is interrupted or terminated, and prints a
/// short result on standard error.
pub(super) fn trace_cluster(options: &TraceOptions, address: &str) -> ExitCode {
    let mut outcome = match observe(options, address) {
        Ok(outcome) => outcome,
        Err(code) => return code,
    };
    // This is how an observation is ended.
    let was_observing = outcome.report.is_some();
    outcome.signal.take_if(|signal| was_observing && [SIGINT, SIGTERM].contains(signal));
    exit_with_outcome(&outcome, |report| {
        report.filter(|_| !options.quiet).iter().flat_map(|report| report.short_result()).for_each(|line| {
            print_message(&line);
        });
        Ok(())
    })
}

/// Connects to a cluster and observes it. On an error, prints it.
fn observe(options: &TraceOptions, address: &str) -> Result<SessionOutcome, ExitCode> {
    let failed = |error| print_error(EXIT_FAILED, &error);
    let plan = plan(&options.cluster, address)?;
    let (recording, report) = create_files(&options.program)?;
    // Signals are handled from now on: one that ends the wait for the connection leaves no empty recording.
    let inputs = InputChannel::for_signals().map_err(failed)?;
    let recorder =
        recording.map(|recording| start_recorder(&plan.recording_header(), Some(recording), false)).transpose()?;
    let opening = ClusterOpening::start(plan).map_err(failed)?;
    let source = WatchedCluster::new(opening, recorder, options.program.record.clone(), None);
    let records_to_stdout = options.program.record.as_deref().is_some_and(is_standard_stream);
    let mut progress = ProgressDisplay::new(text_output::glyphs(), !options.quiet && !records_to_stdout);
    if !options.quiet {
        progress = progress.announcing(|| print_message(&text!("cluster-traced-until")));
    }
    finish(app::run(source, Ui::default(), &inputs, &mut progress), report)
}

/// Writes the file with the result. On an error of the session, prints it.
fn finish(outcome: Result<SessionOutcome, AppError>, report: Option<ReportFile>) -> Result<SessionOutcome, ExitCode> {
    let mut outcome = outcome.map_err(|error| print_error(EXIT_FAILED, &error))?;
    if let Some((file, report)) = report.zip(outcome.report.as_deref()) {
        outcome.warnings.extend(file.write(report).err());
    }
    Ok(outcome)
}

/// How the cluster with this address is observed: over HTTP if the viewer refuses plugins.
fn plan(cluster: &DaskOptions, address: &str) -> Result<ClusterPlan, ExitCode> {
    let python = cluster.python.as_os_str();
    let plan = |address: &str| ClusterPlan::new(python, address, command_line());
    if cluster.yes || is_http(address) {
        return Ok(plan(address));
    }
    let mut address = address.to_owned();
    if !names_scheduler(&address) {
        // An interpreter may take long to start.
        if let Ok(mut terminal) = terminal_output() {
            let _ = writeln!(terminal, "{}", reading_address(&cluster.python, &address));
        }
        address = find_address(python, &address).map_err(|error| print_error(EXIT_FAILED, &error))?;
    }
    match ask_to_register(&address) {
        Ok(true) => Ok(plan(&address)),
        Ok(false) => {
            print_message(&text!("cluster-nothing-registered"));
            Ok(plan(&address).over_http())
        }
        // In a job of cron, or the terminal was closed.
        Err(_) => {
            let message = "--dask asks before it registers plugins, but there is no terminal to ask on: use --yes";
            Err(print_error(EXIT_USAGE, &message))
        }
    }
}

/// Whether this is an address, and not a scheduler file or the user's Dask configuration.
fn names_scheduler(address: &str) -> bool {
    let is_port = |port: &str| port.parse::<u16>().is_ok();
    address.contains("://") || address.rsplit_once(':').is_some_and(|(_, port)| is_port(port))
}

/// Message that an interpreter reads the address from a scheduler file, or the user's Dask configuration.
fn reading_address(python: &Path, file: &str) -> String {
    let python = display_path(python);
    if file.is_empty() {
        return text!("cluster-reading-configuration", python = python);
    }
    text!("cluster-reading-file", python = python, file = display_path(Path::new(file)))
}

/// Asks on the terminal whether plugins may be registered on the cluster, until the answer is yes or no.
fn ask_to_register(address: &str) -> io::Result<bool> {
    let mut terminal = terminal_output()?;
    write!(terminal, "{} [y/N] ", text!("cluster-ask-to-register", place = &*sanitize(address)))?;
    loop {
        terminal.flush()?;
        let mut answer = Vec::new();
        if io::stdin().is_terminal() {
            io::stdin().lock().read_until(b'\n', &mut answer)?;
        } else {
            BufReader::new(controlling_terminal()?).read_until(b'\n', &mut answer)?;
        }
        if !answer.ends_with(b"\n") {
            // Ctrl-D leaves the cursor behind the question.
            writeln!(terminal)?;
        }
        match String::from_utf8_lossy(&answer).trim().to_lowercase().as_str() {
            "y" | "yes" | "예" | "네" => return Ok(true),
            "" | "n" | "no" | "아니요" | "아니오" => return Ok(false),
            // Esc, which a terminal does not take for the end of the line.
            other if other.contains('\x1b') => return Ok(false),
            _ => write!(terminal, "{} [y/N] ", text!("cluster-ask-again"))?,
        }
    }
}
