//! The configuration file: defaults for options by their long names.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::{Arg, Args, Command};
use serde::Deserialize;

use super::option_values::{OptionValues, TableWithPositions};
use super::{RunOptions, ScreenOptions, with_negatable_switches};
use crate::event::text::{SafeText, display_path};
use crate::system::dirs;
use crate::system::toml_file::{FileError, TomlError, TomlFile};
use crate::theme::{TerminalEnvironment, Theme, ThemeRequest};

/// Which configuration file to read.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Configuration")]
pub struct ConfigOptions {
    /// Read this configuration file instead of ~/.config/mpviz/config.toml
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Read no configuration file
    #[arg(long, conflicts_with = "config")]
    pub no_config: bool,
}

/// Options that cannot be set in a file.
const OPTIONS_NOT_IN_FILES: [&str; 5] = ["dask", "force", "graph", "record", "scenario"];

/// Contents of the configuration file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ConfigFileContents {
    run: TableWithPositions,
    screen: TableWithPositions,
}

/// The run options that a file can set.
pub(super) fn run_options() -> Command {
    settable_options(&RunOptions::augment_args(Command::new("run")))
}

/// The screen options, all of which a file can set.
pub(super) fn screen_options() -> Command {
    settable_options(&ScreenOptions::augment_args(Command::new("screen")))
}

fn settable_options(all: &Command) -> Command {
    let may_be_set = |option: &&Arg| option.get_long().is_some_and(|name| !OPTIONS_NOT_IN_FILES.contains(&name));
    let command = Command::new("mpviz").disable_help_flag(true).disable_version_flag(true);
    with_negatable_switches(command.args(all.get_arguments().filter(may_be_set)))
}

/// Path of the configuration file; none if the user has no home.
#[must_use]
pub fn config_path() -> Option<PathBuf> {
    dirs::config_dir().map(|dir| dir.join("config.toml"))
}

impl ConfigOptions {
    /// The command line of a run with this configuration.
    pub(super) fn command(&self) -> Vec<SafeText> {
        let file = self.config.iter().flat_map(|file| ["--config".into(), display_path(file)]);
        let none = self.no_config.then(|| "--no-config".into());
        std::iter::once("mpviz".into()).chain(file).chain(none).map(SafeText::from).collect()
    }

    /// Reads the defaults. A missing file is an error only if it was named on the command line.
    pub(super) fn read(&self) -> Result<OptionValues, FileError> {
        let file = match &self.config {
            _ if self.no_config => return Ok(OptionValues::default()),
            Some(file) => file.clone(),
            None => match config_path() {
                Some(file) => file,
                None => return Ok(OptionValues::default()),
            },
        };
        match TomlFile::read(&file) {
            Err(error) if error.is_missing() && self.config.is_none() => Ok(OptionValues::default()),
            file => Ok(read(&file?)?),
        }
    }
}

/// Reads the defaults from a file.
pub fn read(file: &TomlFile) -> Result<OptionValues, TomlError> {
    let config: ConfigFileContents = file.parse()?;
    let run = OptionValues::read(file, &config.run, &run_options())?;
    run.check_combination(file, &config.run)?;
    let screen = OptionValues::read(file, &config.screen, &screen_options())?;
    check_theme(file, &config.screen)?;
    Ok(run.with_fallbacks(screen))
}

/// Checks that the theme exists and is valid.
fn check_theme(file: &TomlFile, screen: &TableWithPositions) -> Result<(), TomlError> {
    let Some((_, value)) = screen.iter().find(|(key, _)| key.get_ref() == "theme") else { return Ok(()) };
    let request = ThemeRequest { theme: value.get_ref().as_str().map(str::to_owned), ..ThemeRequest::default() };
    let chosen = Theme::choose_theme(&request, &TerminalEnvironment::from_process());
    chosen.map(drop).map_err(|error| file.error_at(value.span().start, error.to_string()))
}

/// Width of the printed configuration file, in columns.
const PRINTED_WIDTH: usize = 100;

/// A file that sets every option to its default, with its help. Options without a default are commented out.
#[must_use]
pub fn print_default() -> String {
    let file = config_path().unwrap_or_else(|| Path::new("~/.config/mpviz/config.toml").into());
    let mut text = format!("# Defaults of mpviz. To change them, save this as {}.\n", display_path(&file));
    text.push_str("# The command line overrides a scenario, which overrides this file.\n");
    for (table, options) in [("run", run_options()), ("screen", screen_options())] {
        let _ = writeln!(text, "\n[{table}]");
        for option in options.get_arguments() {
            print_option(&mut text, option);
        }
    }
    text
}

fn print_option(text: &mut String, option: &Arg) {
    let Some(name) = option.get_long() else { return };
    let mut help = option.get_help().map(ToString::to_string).unwrap_or_default();
    let values: Vec<_> = option.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    if !values.is_empty() {
        let _ = write!(help, ": {}", values.join(", "));
    }
    text.push('\n');
    let mut line = String::from("#");
    for word in help.split_whitespace() {
        if line.chars().count() + word.chars().count() >= PRINTED_WIDTH {
            text.push_str(&line);
            line = String::from("\n#");
        }
        line.push(' ');
        line.push_str(word);
    }
    let _ = writeln!(text, "{line}");
    let defaults: Vec<String> =
        option.get_default_values().iter().map(|value| toml_literal(&value.to_string_lossy())).collect();
    let _ = match (defaults.as_slice(), option.get_value_delimiter()) {
        ([], _) => writeln!(text, "# {name} = …"),
        ([list], Some(delimiter)) => {
            let items: Vec<_> = list.trim_matches('"').split(delimiter).map(toml_literal).collect();
            writeln!(text, "{name} = [{}]", items.join(", "))
        }
        ([value, ..], _) => writeln!(text, "{name} = {value}"),
    };
}

/// Formats a TOML value: numbers and booleans bare, everything else quoted.
fn toml_literal(value: &str) -> String {
    let bare = value.parse::<i64>().is_ok() || value.parse::<bool>().is_ok();
    if bare { value.into() } else { format!("\"{value}\"") }
}

#[cfg(test)]
mod tests {
    use clap::FromArgMatches;

    use super::*;

    fn parse(text: &str) -> Result<OptionValues, String> {
        let file = TomlFile::from_bytes(Path::new("config.toml"), text.into()).unwrap();
        read(&file).map_err(|mistake| mistake.to_string())
    }

    /// Formats the options of some values.
    fn options_as_text(layer: &OptionValues) -> String {
        let matches = |options| layer.set_as_defaults(options).try_get_matches_from([""]).unwrap();
        let run =
            RunOptions::from_arg_matches(&matches(with_negatable_switches(RunOptions::augment_args(Command::new("")))));
        let screen = ScreenOptions::from_arg_matches(&matches(with_negatable_switches(ScreenOptions::augment_args(
            Command::new(""),
        ))));
        format!("{:?}{:?}", run.unwrap(), screen.unwrap())
    }

    #[test]
    fn printed_file_sets_the_defaults() {
        let printed = print_default();
        let layer = parse(&printed).unwrap();
        assert_eq!(options_as_text(&layer), options_as_text(&OptionValues::default()));
        // The printed file contains every option that can be set.
        for option in run_options().get_arguments().chain(screen_options().get_arguments()).filter_map(Arg::get_long) {
            let set = |line: &str| line.trim_start_matches("# ").starts_with(&format!("{option} = "));
            assert_eq!(printed.lines().filter(|line| set(line)).count(), 1, "{option}: {printed}");
        }
        assert!(printed.lines().all(|line| line.chars().count() <= PRINTED_WIDTH));
        assert!(
            options_as_text(&parse("[run]\nlanes = [\"serial\"]\n[screen]\nfps = 5\nno-mouse = true").unwrap())
                != options_as_text(&layer)
        );
    }

    #[test]
    fn errors_have_a_position_and_a_fix() {
        let mistake = |text| parse(text).unwrap_err();
        assert_eq!(mistake("[runs]\n"), "config.toml:1:2: unknown key `runs`, expected `run` or `screen`");
        assert_eq!(mistake("[screen]\nfps = 99\n"), "config.toml:2:7: fps: 99 is not in 1..=60");
        assert_eq!(
            mistake("[screen]\ncolor = \"red\"\n"),
            "config.toml:2:9: color: `red` is not one of auto, always, never, truecolor, 256, 16"
        );
        assert!(
            mistake("[run]\ntasks = 2\ncolour = 1\n")
                .starts_with("config.toml:3:1: unknown key `colour`, expected one of `lanes`")
        );
        assert!(mistake("[run]\nscenario = \"stall\"\n").starts_with("config.toml:2:1: unknown key"));
        assert!(mistake("[run]\nforce = true\n").starts_with("config.toml:2:1: unknown key"));
        assert!(mistake("run = 1").starts_with("config.toml:1:7: "));
        assert_eq!(parse("[run]\ntasks = 2\nnumbers = 3").map(drop), Ok(()), "the file as a whole counts");
    }
}
