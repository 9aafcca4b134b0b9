//! Parses the command line. It overrides a scenario, which overrides the configuration file, which overrides the
//! defaults.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{ArgMatches, Args, Command, FromArgMatches, Id};
use thiserror::Error;

use super::config::ConfigOptions;
use super::option_values::OptionValues;
use super::scenario::{self, Scenario, ScenarioError};
use super::unused_options::options_without_effect;
use super::{Cli, CliCommand, GraphError, RunOptions, clap_command};
use crate::engine::check_disk_io;
use crate::event::text::display_path;
use crate::system::exit_code;
use crate::system::shortage::{self, describe_error};
use crate::system::toml_file::{FileError, Position};

/// Why a command line is not executed: an error, or a request for help.
#[derive(Debug, Error)]
pub enum ParseError {
    /// An invalid command line, or a request for help.
    #[error("{0}")]
    Args(#[from] clap::Error),
    /// An invalid configuration or scenario file.
    #[error(transparent)]
    Config(FileError),
    /// A graph that cannot be run.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// An unknown scenario.
    #[error(transparent)]
    Scenario(ScenarioError),
    /// A file that cannot be read because a limit is exhausted.
    #[error("{}: {}", display_path(.0), describe_error(.1))]
    Shortage(PathBuf, io::Error),
}

impl From<FileError> for ParseError {
    fn from(error: FileError) -> Self {
        match error {
            FileError::ReadError { file, error } if shortage::limit_to_raise(&error).is_some() => {
                Self::Shortage(file, error)
            }
            error => Self::Config(error),
        }
    }
}

impl From<ScenarioError> for ParseError {
    fn from(error: ScenarioError) -> Self {
        match error {
            ScenarioError::File(error) => error.into(),
            error @ ScenarioError::Unknown(_) => Self::Scenario(error),
        }
    }
}

impl ParseError {
    /// The exit code: 2 for invalid input, else 1.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Args(_) | Self::Config(_) | Self::Graph(_) | Self::Scenario(_) => exit_code::EXIT_USAGE,
            Self::Shortage(..) => exit_code::EXIT_FAILED,
        }
    }
}

impl Cli {
    /// Parses a command line, including the program's name.
    pub fn parse_args(args: &[OsString]) -> Result<Self, ParseError> {
        let given = clap_command().try_get_matches_from(args)?;
        let cli = Self::from_arg_matches(&given)?;
        let Some(config) = cli.config_options() else { return Ok(cli) };
        let name = cli.run_options().and_then(|run| run.scenario.as_deref());
        let scenario = name.map(Scenario::find_scenario).transpose()?;
        let configuration = config.read()?;
        let named_scenario = name.zip(scenario.as_ref());
        let (base, scenarios) = match cli.command {
            None => scenario::runs_for_viewer(named_scenario, &configuration, &config.command()),
            // Without the live screen, no key changes the run.
            Some(_) => (None, Vec::new()),
        };
        let layer = scenario
            .as_ref()
            .map_or_else(OptionValues::default, |scenario| scenario.run.clone())
            .with_fallbacks(configuration);
        let given = matches_of_subcommand(&given);
        let layer = match cli.run_options() {
            Some(_) => layer.overridden_by(|option| is_given(given, &option.replace('-', "_"))),
            None => layer,
        };
        let matches = layer.set_as_defaults(clap_command()).try_get_matches_from(args)?;
        let mut cli = Self::from_arg_matches(&matches)?;
        let args = matches_of_subcommand(&matches);
        // `lanes` of a configuration applies to runs, not to comparisons.
        if let Some(CliCommand::Compare(options)) = &mut cli.command
            && !is_given(args, "lanes")
        {
            options.lanes.clear();
        }
        if let Some(run) = cli.run_options_mut() {
            (run.base, run.scenarios) = (base, scenarios);
            let given: Vec<_> = args.ids().map(Id::as_str).filter(|id| is_given(args, id)).collect();
            let of_run = RunOptions::augment_args(Command::new("run"));
            let is_of_run = |id: &&str| of_run.get_arguments().any(|option| option.get_id() == id);
            run.graph_run = run.graph_run(&given.into_iter().filter(is_of_run).collect::<Vec<_>>())?;
            run.notes = scenario.iter().flat_map(Scenario::notes_for_viewer).collect();
            run.without_effect =
                options_without_effect(run, |option| is_given(args, option)).into_iter().map(Into::into).collect();
            check_io_dir(run, layer.position_of_option("io-dir").filter(|_| !is_given(args, "io_dir")))?;
        }
        Ok(cli)
    }

    /// The options that choose the configuration file; none for commands without one.
    const fn config_options(&self) -> Option<&ConfigOptions> {
        match &self.command {
            None => Some(&self.config),
            Some(CliCommand::Run { config, .. } | CliCommand::Replay { config, .. }) => Some(config),
            Some(CliCommand::Compare(options)) => Some(&options.config),
            Some(CliCommand::Watch(options)) => Some(&options.config),
            Some(CliCommand::Map(options)) => Some(&options.config),
            Some(CliCommand::Lesson(options)) => Some(&options.config),
            Some(_) => None,
        }
    }

    const fn run_options(&self) -> Option<&RunOptions> {
        match &self.command {
            None => Some(&self.run),
            Some(CliCommand::Run { run, .. }) => Some(run),
            Some(_) => None,
        }
    }

    const fn run_options_mut(&mut self) -> Option<&mut RunOptions> {
        match &mut self.command {
            None => Some(&mut self.run),
            Some(CliCommand::Run { run, .. }) => Some(run),
            Some(_) => None,
        }
    }
}

/// Checks that disk I/O is possible where a file says; the command line's own value is checked later.
fn check_io_dir(run: &RunOptions, position: Option<Position>) -> Result<(), FileError> {
    let (Some(position), Ok(spec)) = (position, run.to_run_spec()) else { return Ok(()) };
    check_disk_io(&spec).map_err(|message| position.error_here(message.to_string()).into())
}

fn matches_of_subcommand(matches: &ArgMatches) -> &ArgMatches {
    matches.subcommand().map_or(matches, |(_, matches)| matches)
}

fn is_given(args: &ArgMatches, option: &str) -> bool {
    args.value_source(option) == Some(ValueSource::CommandLine)
}
