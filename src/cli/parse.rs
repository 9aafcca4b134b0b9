//! From the words of the command line to what is asked for: the command line wins over a scenario, a scenario over the
//! configuration file, that over the defaults.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{ArgMatches, FromArgMatches};
use thiserror::Error;

use super::config::ConfigOptions;
use super::effect::without_effect;
use super::layer::Layer;
use super::scenario::{Scenario, ScenarioError};
use super::{Cli, RunOptions, Task, command};
use crate::engine::check_io;
use crate::event::text::display_path;
use crate::system::exit_code;
use crate::system::shortage::{self, said};
use crate::system::toml_file::{FileError, Place};

/// Why the command line does not lead to anything; also when it asks for help.
#[derive(Debug, Error)]
pub enum ParseError {
    /// The command line itself.
    #[error("{0}")]
    Words(#[from] clap::Error),
    /// The configuration file, or that of a scenario.
    #[error(transparent)]
    Config(FileError),
    /// There is no such scenario.
    #[error(transparent)]
    Scenario(ScenarioError),
    /// The machine has not what reading a file takes.
    #[error("{}: {}", display_path(.0), said(.1))]
    Shortage(PathBuf, io::Error),
}

impl From<FileError> for ParseError {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Unreadable { file, error } if shortage::of(&error).is_some() => Self::Shortage(file, error),
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
    /// 2 if what was asked for makes no sense, else 1.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Words(_) | Self::Config(_) | Self::Scenario(_) => exit_code::USAGE,
            Self::Shortage(..) => exit_code::FAILED,
        }
    }
}

impl Cli {
    /// Understands the words of a command line, the program's name before them.
    ///
    /// # Errors
    /// When they make no sense, or a file that they lead to does not.
    pub fn understand(words: &[OsString]) -> Result<Self, ParseError> {
        let asked = Self::from_arg_matches(&command().try_get_matches_from(words)?)?;
        let Some(config) = asked.config_options() else { return Ok(asked) };
        let scenario = asked.run_options().and_then(|run| run.scenario.as_deref()).map(Scenario::find).transpose()?;
        let layer = scenario.as_ref().map_or_else(Layer::default, |scenario| scenario.run.clone()).over(config.read()?);
        let matches = layer.apply(command()).try_get_matches_from(words)?;
        let mut cli = Self::from_arg_matches(&matches)?;
        let words = matches.subcommand().map_or(&matches, |(_, matches)| matches);
        // The lanes of a configuration are those of runs.
        if let Some(Task::Compare(options)) = &mut cli.command
            && !is_given(words, "lanes")
        {
            options.lanes.clear();
        }
        if let Some(run) = cli.run_options_mut() {
            run.notes = scenario.iter().flat_map(Scenario::notes).collect();
            run.without_effect =
                without_effect(run, |option| is_given(words, option)).into_iter().map(Into::into).collect();
            check_io_dir(run, layer.place("io-dir").filter(|_| !is_given(words, "io_dir")))?;
        }
        Ok(cli)
    }

    /// Which configuration holds for the command; none if it needs none.
    const fn config_options(&self) -> Option<&ConfigOptions> {
        match &self.command {
            None => Some(&self.config),
            Some(Task::Run { config, .. } | Task::Replay { config, .. }) => Some(config),
            Some(Task::Compare(options)) => Some(&options.config),
            Some(_) => None,
        }
    }

    const fn run_options(&self) -> Option<&RunOptions> {
        match &self.command {
            None => Some(&self.run),
            Some(Task::Run { run, .. }) => Some(run),
            Some(_) => None,
        }
    }

    const fn run_options_mut(&mut self) -> Option<&mut RunOptions> {
        match &mut self.command {
            None => Some(&mut self.run),
            Some(Task::Run { run, .. }) => Some(run),
            Some(_) => None,
        }
    }
}

/// Whether disk I/O can be done where a file says that it is to be done; on the command line a mistake needs no place.
fn check_io_dir(run: &RunOptions, said: Option<Place>) -> Result<(), FileError> {
    let (Some(place), Ok(spec)) = (said, run.spec()) else { return Ok(()) };
    check_io(&spec).map_err(|mistake| place.mistake(mistake).into())
}

fn is_given(words: &ArgMatches, option: &str) -> bool {
    words.value_source(option) == Some(ValueSource::CommandLine)
}
