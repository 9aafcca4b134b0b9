//! The command line, and the files that set defaults for it.

pub mod commands;
pub mod config;
pub mod crash;
mod effect;
pub mod ending;
mod layer;
pub mod manual;
mod output;
mod parse;
mod run;
pub mod scenario;
mod screen;

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgGroup, Args, Command, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use config::ConfigOptions;
pub use output::{CompareOptions, ExportOptions, FormName};
pub use parse::ParseError;
pub use run::{CoreName, IoName, ModeName, RunOptions, UsageError};
pub use screen::{AsciiName, ColorName, ScreenOptions};

/// Examples that help and man page begin and end with.
pub const EXAMPLES: &str = "\
Examples:
  mpviz                                   watch a pool beside eager processes
  mpviz --io 5 --io-latency 100ms         the same with I/O: the pool stalls
  mpviz --lanes threads,pool --workers 2  what a GIL does to threads
  mpviz run --json --repeat 5             measure without a screen
";

/// Watch a pool of workers and eagerly started processes do the same work, side by side, on real processes.
#[derive(Debug, Parser)]
#[command(
    name = "mpviz",
    version,
    long_version = crate::cli::manual::long_version(),
    before_help = EXAMPLES,
    max_term_width = 100,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true
)]
pub struct Cli {
    /// What to do; the live screen if nothing is named.
    #[command(subcommand)]
    pub command: Option<Task>,
    /// How to run it on the live screen.
    #[command(flatten)]
    pub run: RunOptions,
    /// How to draw.
    #[command(flatten)]
    pub screen: ScreenOptions,
    /// What sets the defaults.
    #[command(flatten)]
    pub config: ConfigOptions,
}

/// A subcommand.
#[derive(Debug, Subcommand)]
pub enum Task {
    /// Play a recording on the same screen, or print its result: with --json, --csv or --markdown, or without a terminal
    Replay {
        /// The recording, plain or packed
        file: PathBuf,
        /// How to print the result instead.
        #[command(flatten)]
        format: Format,
        /// How to draw.
        #[command(flatten)]
        screen: ScreenOptions,
        /// What sets the defaults.
        #[command(flatten)]
        config: ConfigOptions,
    },
    /// Run without a screen: progress on standard error, the result on standard output
    #[command(before_help = EXAMPLES)]
    Run {
        /// How to run it.
        #[command(flatten)]
        run: Box<RunOptions>,
        /// How to print the result.
        #[command(flatten)]
        format: Format,
        /// What sets the defaults.
        #[command(flatten)]
        config: ConfigOptions,
    },
    /// Write a recording in another form: a trace, a film, a picture, a page, a table
    Export(ExportOptions),
    /// Lanes of several runs side by side: recordings on the screen, and a table of them or of what `mpviz run --json` printed
    Compare(Box<CompareOptions>),
    /// Say what works here and what does not, and what to do about it
    Doctor {
        /// Print what was found as one JSON object
        #[arg(long)]
        json: bool,
    },
    /// List the scenarios: what each shows, and the options it stands for
    Scenarios,
    /// Print a configuration file, or say where it is
    #[command(group = ArgGroup::new("what").required(true))]
    Config {
        /// Print a file that sets every option to its default, with comments
        #[arg(long, group = "what")]
        print_default: bool,
        /// Print where the configuration file is, whether or not there is one
        #[arg(long, group = "what")]
        path: bool,
    },
    /// Print a script that completes commands and options in a shell
    Completions {
        /// For which shell
        shell: Shell,
    },
    /// Print the man page
    Man,
}

/// The command line as it is understood.
#[must_use]
pub fn command() -> Command {
    switches(Cli::command()).mut_subcommands(switches)
}

/// The switches that a configuration or a scenario may put on.
const SWITCHES: [&str; 3] = ["no_gil", "no_animation", "no_mouse"];

/// What a file may put on can be put off again on the command line: `--no-gil=false`.
fn switches(command: Command) -> Command {
    command.mut_args(|option| {
        if !SWITCHES.contains(&option.get_id().as_str()) {
            return option;
        }
        let option: Arg = option.action(ArgAction::Set).num_args(0..=1).require_equals(true).value_name("BOOL");
        option.default_value("false").default_missing_value("true").hide_default_value(true).hide_possible_values(true)
    })
}

/// How the result is printed; a table for people if nothing is asked for.
#[derive(Clone, Copy, Debug, Default, Args)]
#[command(group = ArgGroup::new("format").multiple(false), next_help_heading = "Result")]
pub struct Format {
    /// Print the result as one JSON object
    #[arg(long, group = "format")]
    pub json: bool,
    /// Print the result as CSV, a row a lane
    #[arg(long, group = "format")]
    pub csv: bool,
    /// Print the result as a Markdown table
    #[arg(long, group = "format")]
    pub markdown: bool,
}

impl Format {
    /// Whether anything is asked for.
    #[must_use]
    pub fn is_any(self) -> bool {
        self.json || self.csv || self.markdown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_switch_that_a_file_may_put_on_can_be_put_off() {
        for option in config::run_options().get_arguments().chain(config::screen_options().get_arguments()) {
            assert!(!matches!(option.get_action(), ArgAction::SetTrue), "{option} belongs to SWITCHES");
        }
        let no_gil = |word| Cli::understand(&["mpviz".into(), "--no-config".into(), word]).unwrap().run.no_gil;
        assert!(no_gil("--no-gil".into()) && !no_gil("--no-gil=false".into()) && !no_gil("--lanes=threads".into()));
    }
}
