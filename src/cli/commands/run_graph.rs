//! `mpviz --engine dask` and `mpviz run --engine dask`.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use super::run::{
    print_file_error, print_result, print_verdict, print_wait_for_reader, records_to_stdout, show_on_screen,
    show_progress,
};
use super::watched_program::start_recorder;
use crate::app::{self, AppError, SessionOutcome, WatchedCluster};
use crate::cli::exit::{exit_with_outcome, print_error};
use crate::cli::{Cli, ResultFormat, RunOptions};
use crate::engine::resources::{AvailableResources, RequiredResources, check_resources};
use crate::event::ClusterGraph;
use crate::recording::writer::RecordingFile;
use crate::report::Report;
use crate::source::dask::{ClusterOpening, ClusterPlan, GraphRun};
use crate::system::exit_code::{EXIT_FAILED, EXIT_INSUFFICIENT_RESOURCES, EXIT_USAGE};
use crate::theme::{TerminalEnvironment, Theme};

/// Memory of a process of Dask without results, in bytes.
const PROCESS_BYTES: u64 = 80_000_000;
/// Address space of such a process, in bytes.
const ADDRESS_SPACE: u64 = 1_000_000_000;
const THREADS_OF_PROCESS: u32 = 10;

/// Runs a graph on the live screen, or without it if there is no terminal.
pub(super) fn run_on_screen(cli: &Cli, graph: &GraphRun) -> ExitCode {
    match Theme::choose_theme(&cli.screen.theme_request(), &TerminalEnvironment::from_process()) {
        Err(error) => print_error(EXIT_USAGE, &error),
        Ok(theme) if app::has_terminal() => {
            let show = |source| show_on_screen(source, &theme, &cli.screen);
            run_graph(&cli.run, graph, true, show, print_verdict)
        }
        Ok(_) => run_without_screen(&cli.run, graph, ResultFormat::default()),
    }
}

/// Runs a graph without the live screen.
pub(super) fn run_without_screen(options: &RunOptions, graph: &GraphRun, format: ResultFormat) -> ExitCode {
    let to_stdout = match records_to_stdout(options, format) {
        Ok(to_stdout) => to_stdout,
        Err(code) => return code,
    };
    let show = |source| show_progress(source, to_stdout);
    run_graph(options, graph, false, show, |report| print_result(report, format, to_stdout))
}

/// Runs a graph on Dask clusters. `on_screen`: it is shown live, and its events are kept so that they can be saved.
fn run_graph(
    options: &RunOptions,
    graph: &GraphRun,
    on_screen: bool,
    show: impl FnOnce(WatchedCluster) -> Result<SessionOutcome, AppError>,
    print: impl FnOnce(Option<&Report>) -> io::Result<()>,
) -> ExitCode {
    let needed = required_resources(&graph.graph).filter(|_| !options.force);
    if let Some(Err(error)) = needed.map(|needed| check_resources(&needed, &AvailableResources::read())) {
        return print_error(EXIT_INSUFFICIENT_RESOURCES, &error);
    }
    let create = |path: &Path| {
        RecordingFile::create(path, options.force, || print_wait_for_reader(path))
            .map_err(|error| print_file_error("--record", path, &error))
    };
    let recording = match options.record.as_deref().map(create).transpose() {
        Ok(recording) => recording,
        Err(code) => return code,
    };
    let plan = ClusterPlan::of_graph(graph, 1);
    let wanted = recording.is_some() || on_screen;
    let recorder = wanted.then(|| start_recorder(&plan.recording_header(), recording, on_screen)).transpose();
    let recorder = match recorder {
        Ok(recorder) => recorder,
        Err(code) => return code,
    };
    let opening = match ClusterOpening::start(plan) {
        Ok(opening) => opening,
        Err(error) => return print_error(EXIT_FAILED, &error),
    };
    match show(WatchedCluster::new(opening, recorder, options.record.clone(), Some(graph.clone()))) {
        Ok(outcome) => exit_with_outcome(&outcome, print),
        Err(error) => print_error(EXIT_FAILED, &error),
    }
}

/// What a cluster on this machine needs, if all loads are in memory at once; none for the cluster of the user.
fn required_resources(graph: &ClusterGraph) -> Option<RequiredResources> {
    let processes = graph.workers?.saturating_add(1);
    let loads = graph.numbers.saturating_mul(size_of::<i64>() as u64);
    Some(RequiredResources {
        processes,
        threads: processes.saturating_mul(THREADS_OF_PROCESS),
        descriptors: 0,
        payload_bytes: loads.saturating_add(PROCESS_BYTES * u64::from(processes)),
        max_process_payload: loads.saturating_add(ADDRESS_SPACE),
    })
}
