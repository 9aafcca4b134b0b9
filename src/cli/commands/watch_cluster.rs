//! `mpviz watch --dask`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Write};
use std::process::ExitCode;

use super::run::{show_on_screen, write_verdict};
use super::watched_program::{create_files, start_recorder};
use crate::app::WatchedCluster;
use crate::cli::exit::{exit_with_outcome, print_error, print_message};
use crate::cli::watch_options::WatchOptions;
use crate::event::text::sanitize;
use crate::source::dask::{ClusterConnection, find_http_address, is_http};
use crate::system::exit_code::{EXIT_FAILED, EXIT_USAGE};
use crate::system::standard_streams::controlling_terminal;
use crate::theme::Theme;

/// Connects to a cluster and shows it live on the terminal, over HTTP if the viewer refuses the plugins.
pub(super) fn watch_cluster(options: &WatchOptions, address: &str, theme: &Theme, mut terminal: File) -> ExitCode {
    let python = options.cluster.python.as_os_str();
    let mut address = address.to_owned();
    if !options.cluster.yes && !is_http(&address) {
        match ask_to_register(&address, &mut terminal) {
            Ok(true) => {}
            Ok(false) => match find_http_address(python, &address) {
                Ok(found) => {
                    print_message(&format!("nothing is registered: reading numbers of tasks from {found}"));
                    address = found;
                }
                Err(error) => {
                    let hint = "where you know the HTTP port, use --dask http://HOST:PORT";
                    return print_error(EXIT_FAILED, &format!("{error}; {hint}"));
                }
            },
            Err(error) => {
                let message =
                    format!("--dask asks before it registers plugins, but there is no answer: {error}; use --yes");
                return print_error(EXIT_USAGE, &message);
            }
        }
    }
    let (recording, report) = match create_files(&options.program) {
        Ok(files) => files,
        Err(code) => return code,
    };
    let connection = match ClusterConnection::open(python, &address) {
        Ok(connection) => connection,
        Err(error) => return print_error(EXIT_FAILED, &error),
    };
    let recorder = match start_recorder(&connection.recording_header(), recording, true) {
        Ok(recorder) => recorder,
        Err(code) => return code,
    };
    let watch = match connection.observe() {
        Ok(watch) => watch,
        Err(error) => return print_error(EXIT_FAILED, &error),
    };
    let source = WatchedCluster::new(watch, Some(recorder), options.program.record.clone(), None);
    let outcome = match show_on_screen(source, theme, &options.screen) {
        Ok(outcome) => outcome,
        Err(error) => return print_error(EXIT_FAILED, &error),
    };
    if let Some((file, report)) = report.zip(outcome.report.as_deref()) {
        file.write(report);
    }
    exit_with_outcome(&outcome, |report| write_verdict(report, &mut terminal))
}

/// Asks whether plugins may be registered on the cluster.
fn ask_to_register(address: &str, terminal: &mut File) -> io::Result<bool> {
    let place = if address.is_empty() { "the cluster of your Dask configuration".into() } else { sanitize(address) };
    write!(
        terminal,
        "mpviz registers plugins on the scheduler and the workers of\n{place}, and removes them when it ends.\n\
         Without them, it reads numbers of tasks from the scheduler's HTTP port.\n\
         Register them? [y/N] "
    )?;
    terminal.flush()?;
    let mut answer = String::new();
    if io::stdin().is_terminal() {
        io::stdin().read_line(&mut answer)?;
    } else {
        BufReader::new(controlling_terminal()?).read_line(&mut answer)?;
    }
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
