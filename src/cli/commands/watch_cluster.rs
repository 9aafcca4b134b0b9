//! `mpviz watch --dask` and `mpviz trace --dask`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Write};
use std::process::ExitCode;

use signal_hook::consts::{SIGINT, SIGTERM};

use super::run::{show_on_screen, write_verdict};
use super::watched_program::{ReportFile, create_files, start_recorder};
use crate::app::{self, AppError, InputChannel, ProgressDisplay, SessionOutcome, WatchedCluster};
use crate::cli::exit::{exit_with_outcome, print_error, print_message};
use crate::cli::text_output;
use crate::cli::watch_options::{DaskOptions, ProgramOptions, TraceOptions, WatchOptions};
use crate::event::text::sanitize;
use crate::source::dask::{ClusterConnection, find_http_address, is_http};
use crate::system::exit_code::{EXIT_FAILED, EXIT_USAGE};
use crate::system::standard_streams::{controlling_terminal, is_standard_stream, terminal_output};
use crate::text;
use crate::theme::Theme;
use crate::ui::Ui;

/// Connects to a cluster and shows it live on the terminal.
pub(super) fn watch_cluster(options: &WatchOptions, address: &str, theme: &Theme, mut terminal: File) -> ExitCode {
    let (source, report) = match observe(&options.cluster, &options.program, address, true) {
        Ok(observed) => observed,
        Err(code) => return code,
    };
    match finish(show_on_screen(source, theme, &options.screen), report) {
        Ok(outcome) => exit_with_outcome(&outcome, |report| write_verdict(report, &mut terminal)),
        Err(code) => code,
    }
}

/// Observes a cluster without a screen until its scheduler ends, or mpviz is interrupted or terminated, and prints a
/// short result on standard error.
pub(super) fn trace_cluster(options: &TraceOptions, address: &str) -> ExitCode {
    let (source, report) = match observe(&options.cluster, &options.program, address, false) {
        Ok(observed) => observed,
        Err(code) => return code,
    };
    // Signals are handled from now on: a script may send one as soon as it reads the message.
    let inputs = match InputChannel::for_signals() {
        Ok(inputs) => inputs,
        Err(error) => return print_error(EXIT_FAILED, &error),
    };
    if !options.quiet {
        print_message(&text!("cluster-traced-until"));
    }
    let records_to_stdout = options.program.record.as_deref().is_some_and(is_standard_stream);
    let mut progress = ProgressDisplay::new(text_output::glyphs(), !options.quiet && !records_to_stdout);
    let mut outcome = match finish(app::run(source, Ui::default(), &inputs, &mut progress), report) {
        Ok(outcome) => outcome,
        Err(code) => return code,
    };
    // This is how an observation is ended.
    outcome.signal.take_if(|signal| [SIGINT, SIGTERM].contains(signal));
    drop(progress);
    exit_with_outcome(&outcome, |report| {
        report.filter(|_| !options.quiet).iter().flat_map(|report| report.short_result()).for_each(|line| {
            print_message(&line);
        });
        Ok(())
    })
}

/// Connects to a cluster and starts to observe it, over HTTP if the plugins are refused. `keep`: the events are kept, so
/// that they can be saved later. On an error, prints it.
fn observe(
    cluster: &DaskOptions,
    files: &ProgramOptions,
    address: &str,
    keep: bool,
) -> Result<(WatchedCluster, Option<ReportFile>), ExitCode> {
    let address = observed_address(cluster, address)?;
    let (recording, report) = create_files(files)?;
    let failed = |error| print_error(EXIT_FAILED, &error);
    let connection = ClusterConnection::open(cluster.python.as_os_str(), &address).map_err(failed)?;
    let recorder = (keep || recording.is_some())
        .then(|| start_recorder(&connection.recording_header(), recording, keep))
        .transpose()?;
    let watch = connection.observe().map_err(failed)?;
    Ok((WatchedCluster::new(watch, recorder, files.record.clone(), None), report))
}

/// Writes the file with the result. On an error of the session, prints it.
fn finish(outcome: Result<SessionOutcome, AppError>, report: Option<ReportFile>) -> Result<SessionOutcome, ExitCode> {
    let outcome = outcome.map_err(|error| print_error(EXIT_FAILED, &error))?;
    if let Some((file, report)) = report.zip(outcome.report.as_deref()) {
        file.write(report);
    }
    Ok(outcome)
}

/// The address to observe: that of the HTTP port if the plugins are refused.
fn observed_address(cluster: &DaskOptions, address: &str) -> Result<String, ExitCode> {
    if cluster.yes || is_http(address) {
        return Ok(address.into());
    }
    match ask_to_register(address) {
        Ok(true) => Ok(address.into()),
        Ok(false) => {
            let found = find_http_address(cluster.python.as_os_str(), address).map_err(|error| {
                let hint = "where you know the HTTP port, use --dask http://HOST:PORT";
                print_error(EXIT_FAILED, &format!("{error}; {hint}"))
            })?;
            print_message(&text!("cluster-nothing-registered", address = found.as_str()));
            Ok(found)
        }
        // In a job of cron, or the terminal was closed.
        Err(_) => {
            let message = "--dask asks before it registers plugins, but there is no terminal to ask on: use --yes";
            Err(print_error(EXIT_USAGE, &message))
        }
    }
}

/// Asks on the terminal whether plugins may be registered on the cluster.
fn ask_to_register(address: &str) -> io::Result<bool> {
    let mut terminal = terminal_output()?;
    let place = if address.is_empty() { text!("cluster-of-configuration").into() } else { sanitize(address) };
    write!(terminal, "{} [y/N] ", text!("cluster-ask-to-register", place = &*place))?;
    terminal.flush()?;
    let mut answer = String::new();
    if io::stdin().is_terminal() {
        io::stdin().read_line(&mut answer)?;
    } else {
        BufReader::new(controlling_terminal()?).read_line(&mut answer)?;
    }
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "예" | "네"))
}
