//! Options of `mpviz watch` and `mpviz trace`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use super::ScreenOptions;
use super::config::ConfigOptions;

/// The program, and files about its run.
#[derive(Debug, Args)]
pub struct ProgramOptions {
    /// Record events to a file; .gz and .zst compress; - for standard output, and the program's then goes to standard
    /// error
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    pub record: Option<PathBuf>,
    /// Write the result to a file when the program ends: .json, .csv, .md, or a table
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    pub report: Option<PathBuf>,
    /// Overwrite existing files
    #[arg(long, help_heading = "Files")]
    pub force: bool,
    /// The program and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// A cluster that is observed instead of a program.
#[derive(Debug, Args)]
#[command(next_help_heading = "Cluster")]
pub struct DaskOptions {
    /// Observe a Dask cluster instead of a program: tcp:// or tls:// address of its scheduler, or scheduler file; by
    /// default that of the Dask configuration. http:// and its HTTP port: only numbers of tasks, without plugins
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, default_missing_value = "", conflicts_with = "command")]
    pub dask: Option<String>,
    /// Interpreter that has dask.distributed; of the cluster's version of Python
    #[arg(long, default_value = "python3", value_name = "FILE", requires = "dask", conflicts_with = "command")]
    pub python: PathBuf,
    /// Register plugins on the cluster without asking
    #[arg(long, requires = "dask", conflicts_with = "command")]
    pub yes: bool,
}

/// Options of `mpviz watch`.
#[derive(Debug, Args)]
pub struct WatchOptions {
    #[command(flatten)]
    pub program: ProgramOptions,
    #[command(flatten)]
    pub cluster: DaskOptions,
    #[command(flatten)]
    pub screen: ScreenOptions,
    #[command(flatten)]
    pub config: ConfigOptions,
}

/// Options of `mpviz trace`.
#[derive(Debug, Args)]
pub struct TraceOptions {
    #[command(flatten)]
    pub program: ProgramOptions,
    #[command(flatten)]
    pub cluster: DaskOptions,
    /// Print nothing about the run
    #[arg(short, long)]
    pub quiet: bool,
}
