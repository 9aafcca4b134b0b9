//! The command line and the files that set its defaults.

mod advise_options;
mod claims_options;
pub mod commands;
pub mod config;
pub mod crash;
pub mod exit;
mod export_options;
mod graph_options;
mod graph_request;
mod lane_mode;
mod lesson_file;
mod lesson_options;
pub mod manual;
mod map_options;
mod option_values;
pub mod output;
mod parse;
mod run_options;
pub mod scenario;
mod screen_options;
mod task_size;
pub mod text_output;
mod unused_options;
mod watch_options;
mod written_text;

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgGroup, Args, Command, CommandFactory, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::language::Language;
use crate::theme::GlyphMode;
pub use advise_options::{AdviceSubject, AdviseError, AdviseOptions};
pub use claims_options::ClaimsOptions;
use config::ConfigOptions;
pub use export_options::{CompareOptions, ExportFormat, ExportOptions, UnsupportedOption};
pub use graph_options::{EngineChoice, GraphOptions};
pub use graph_request::GraphError;
pub use lesson_file::{LessonError, LessonFile, built_in_names};
pub use lesson_options::LessonOptions;
pub use map_options::{MapAxis, MapError, MapOptions};
pub use parse::ParseError;
pub use run_options::{RunOptions, UsageError};
pub use screen_options::{AsciiChoice, AsciiOption, ColorChoice, ScreenOptions};
pub use watch_options::{ProgramOptions, TraceOptions, WatchOptions};

/// Examples at the start of the help and at the end of the man page.
pub const USAGE_EXAMPLES: &str = "\
Examples:
  mpviz                                   watch a pool beside eager processes
  mpviz --numbers 16M --io 20             the same with I/O: the pool stalls
  mpviz --lanes threads,pool --workers 2  what a GIL does to threads
  mpviz run --json --repeat 5             measure without a screen
";

/// Watch a pool of workers and eagerly started processes do the same work, side by side, on real processes.
#[derive(Debug, Parser)]
#[command(
    name = "mpviz",
    version,
    long_version = crate::cli::manual::long_version(),
    before_help = USAGE_EXAMPLES,
    max_term_width = 100,
    args_conflicts_with_subcommands = true,
    // An option given twice, as by an alias and by hand: the last one counts.
    args_override_self = true,
    disable_help_subcommand = true
)]
pub struct Cli {
    /// The subcommand; none for the live screen.
    #[command(subcommand)]
    pub command: Option<CliCommand>,
    #[command(flatten)]
    pub run: RunOptions,
    #[command(flatten)]
    pub screen: ScreenOptions,
    #[command(flatten)]
    pub config: ConfigOptions,
    /// Language of the screen and of results; auto follows the locale
    #[arg(long, global = true, default_value = "auto", value_name = "LANGUAGE")]
    pub lang: LanguageChoice,
}

/// A subcommand.
#[derive(Debug, Subcommand)]
pub enum CliCommand {
    /// Replay a recording on the live screen, or print its result with --json, --csv or --markdown
    Replay {
        /// The recording, compressed or not; - for standard input
        #[arg(required_unless_present = "follow")]
        file: Option<PathBuf>,
        /// Show a recording live while it is written; without FILE, the newest one of a traced program
        #[arg(long)]
        follow: bool,
        #[command(flatten)]
        format: ResultFormat,
        #[command(flatten)]
        screen: ScreenOptions,
        #[command(flatten)]
        config: ConfigOptions,
    },
    /// Run without the live screen: progress on standard error, the result on standard output
    #[command(before_help = USAGE_EXAMPLES)]
    Run {
        #[command(flatten)]
        run: Box<RunOptions>,
        #[command(flatten)]
        format: ResultFormat,
        #[command(flatten, next_help_heading = "Result")]
        ascii: AsciiOption,
        #[command(flatten)]
        config: ConfigOptions,
    },
    /// Run a program and show its pools, processes and threads on the live screen
    #[command(override_usage = "mpviz watch [OPTIONS] <--dask [ADDRESS]|-- COMMAND...>")]
    Watch(Box<WatchOptions>),
    /// Run a program untouched, and print a short result on standard error when it ends
    #[command(override_usage = "mpviz trace [OPTIONS] <--dask [ADDRESS]|-- COMMAND...>")]
    Trace(Box<TraceOptions>),
    /// Export a recording: trace, terminal recording, picture, web page or table
    Export(ExportOptions),
    /// Compare runs side by side: recordings on the screen, and recordings or results of `mpviz run --json` as a table
    Compare(Box<CompareOptions>),
    /// Predict which mode and how many workers suit recorded or described tasks
    Advise(AdviseOptions),
    /// Draw which mode is the fastest, by share of I/O and by number of tasks or payload
    Map(Box<MapOptions>),
    /// Give a lesson: a question to predict, runs that stop at prepared moments, and what was measured
    Lesson(Box<LessonOptions>),
    /// Measure common claims about threads, pools and processes, and judge which hold here
    Claims(ClaimsOptions),
    /// Check the environment and suggest fixes
    Doctor {
        /// Print the findings as a JSON object
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        ascii: AsciiOption,
    },
    /// List the scenarios with their options
    Scenarios {
        #[command(flatten)]
        ascii: AsciiOption,
    },
    /// Print a configuration file, or its path
    #[command(group = ArgGroup::new("what").required(true))]
    Config {
        /// Print a file with every option, its default and its help
        #[arg(long, group = "what")]
        print_default: bool,
        /// Print the path of the configuration file, which may not exist
        #[arg(long, group = "what")]
        path: bool,
    },
    /// Print shell completions
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the man page
    Man,
}

/// Language of the screen, of results and of lessons.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum LanguageChoice {
    /// That of the locale
    Auto,
    /// English
    En,
    /// Korean
    Ko,
}

impl Cli {
    /// The language to use: the requested one, else that of the locale, which is the first of `LC_ALL`, `LC_MESSAGES`
    /// and `LANG` that is set (POSIX.1-2024, 8.2). The man page and the findings of `doctor` are in English.
    fn language(&self) -> Language {
        match self.lang {
            _ if matches!(self.command, Some(CliCommand::Man | CliCommand::Doctor { .. })) => Language::English,
            LanguageChoice::En => Language::English,
            LanguageChoice::Ko => Language::Korean,
            LanguageChoice::Auto => {
                let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
                let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set).unwrap_or_default();
                Language::of_locale(&locale)
            }
        }
    }

    /// The requested characters of text output.
    const fn text_glyph_mode(&self) -> GlyphMode {
        match &self.command {
            None => self.screen.ascii.glyph_mode(),
            Some(CliCommand::Replay { screen, .. }) => screen.ascii.glyph_mode(),
            Some(CliCommand::Compare(options)) => options.screen.ascii.glyph_mode(),
            Some(CliCommand::Watch(options)) => options.screen.ascii.glyph_mode(),
            Some(CliCommand::Advise(options)) => options.ascii.glyph_mode(),
            Some(CliCommand::Map(options)) => options.screen.ascii.glyph_mode(),
            Some(CliCommand::Lesson(options)) => options.screen.ascii.glyph_mode(),
            Some(CliCommand::Claims(options)) => options.ascii.glyph_mode(),
            Some(
                CliCommand::Run { ascii, .. } | CliCommand::Doctor { ascii, .. } | CliCommand::Scenarios { ascii },
            ) => ascii.glyph_mode(),
            Some(_) => GlyphMode::Auto,
        }
    }
}

/// The command line as clap sees it.
#[must_use]
pub fn clap_command() -> Command {
    // A cluster takes the place of a program.
    let optional = |program: Arg| program.required(false).required_unless_present("dask");
    with_negatable_switches(Cli::command()).mut_subcommands(|command| match command.get_name() {
        "watch" => with_negatable_switches(command).mut_arg("command", optional),
        _ => with_negatable_switches(command),
    })
}

/// Switches that a configuration or a scenario can turn on.
const SWITCHES_SETTABLE_IN_FILES: [&str; 4] = ["no_gil", "presenter", "no_animation", "no_mouse"];

/// Lets the command line turn off a switch that a file turned on: `--no-gil=false`.
fn with_negatable_switches(command: Command) -> Command {
    command.mut_args(|option| {
        if !SWITCHES_SETTABLE_IN_FILES.contains(&option.get_id().as_str()) {
            return option;
        }
        let option: Arg = option.action(ArgAction::Set).num_args(0..=1).require_equals(true).value_name("BOOL");
        option.default_value("false").default_missing_value("true").hide_default_value(true).hide_possible_values(true)
    })
}

/// Format of a printed result; a table by default.
#[derive(Clone, Copy, Debug, Default, Args)]
#[command(group = ArgGroup::new("format").multiple(false), next_help_heading = "Result")]
pub struct ResultFormat {
    /// Print the result as a JSON object
    #[arg(long, group = "format")]
    pub json: bool,
    /// Print the result as CSV, one row per lane
    #[arg(long, group = "format")]
    pub csv: bool,
    /// Print the result as a Markdown table
    #[arg(long, group = "format")]
    pub markdown: bool,
}

impl ResultFormat {
    /// Whether a format was requested.
    #[must_use]
    pub fn is_any(self) -> bool {
        self.option_name().is_some()
    }

    /// The option that requests the format; none for the table.
    #[must_use]
    pub fn option_name(self) -> Option<&'static str> {
        [("--json", self.json), ("--csv", self.csv), ("--markdown", self.markdown)]
            .into_iter()
            .find_map(|(name, given)| given.then_some(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_line_definition_is_valid() {
        Cli::command().debug_assert();
    }

    /// Arguments without which a subcommand is refused.
    fn required_arguments(subcommand: &str) -> &'static [&'static str] {
        match subcommand {
            "export" => &["run.jsonl", "--to", "csv"],
            "compare" => &["a.jsonl", "b.jsonl"],
            "replay" => &["run.jsonl"],
            "completions" => &["bash"],
            "lesson" => &["sum", "--handout", "a.html"],
            "watch" | "trace" => &["--", "true"],
            _ => &[],
        }
    }

    #[test]
    fn every_option_may_be_given_twice() {
        const VALUES: [&str; 6] = ["1", "pool", "1s", "8B", "80x24", "a"];
        let mut all = clap_command();
        all.build();
        let commands = all.get_subcommands().filter(|command| command.get_name() != "help");
        for (command, subcommand) in
            commands.map(|command| (command, Some(command.get_name()))).chain(std::iter::once((&all, None)))
        {
            // Options of all commands are tried without a command.
            let is_own = |option: &&Arg| subcommand.is_none() || !option.is_global_set();
            let is_tried = |option: &&Arg| !["help", "version"].contains(&option.get_id().as_str());
            for option in command.get_arguments().filter(is_own).filter(is_tried) {
                let Some(name) = option.get_long() else { continue };
                let parse = |option: &str, times: usize| {
                    let start = std::iter::once("mpviz").chain(subcommand);
                    let args = start.chain(required_arguments(subcommand.unwrap_or_default()).iter().copied());
                    clap_command().try_get_matches_from(args.chain(std::iter::repeat_n(option, times)))
                };
                let possible = option.get_possible_values();
                let values = possible.iter().map(clap::builder::PossibleValue::get_name).chain(VALUES);
                let mut written = values.map(|value| format!("--{name}={value}")).chain([format!("--{name}")]);
                let once = written.find(|option| parse(option, 1).is_ok()).unwrap_or_else(|| panic!("{name}: a value"));
                assert!(parse(&once, 2).is_ok(), "{subcommand:?} {once}: {:?}", parse(&once, 2));
            }
        }
    }

    #[test]
    fn last_of_repeated_options_counts() {
        let args = "mpviz --no-config --tasks 16 --lanes pool,process --no-gil --tasks 8 --lanes serial --no-gil=false";
        let args: Vec<_> = args.split(' ').map(Into::into).collect();
        let run = Cli::parse_args(&args).unwrap().run;
        let lanes: Vec<_> = run.modes().into_iter().map(crate::engine::EngineMode::name).collect();
        assert_eq!((run.tasks, lanes, run.no_gil), (8, vec!["serial".to_owned()], false));
        assert!(
            clap_command().try_get_matches_from(["mpviz", "replay", "a", "b"]).is_err(),
            "one recording is replayed"
        );
        let compare =
            Cli::parse_args(&["mpviz", "compare", "a", "b", "--no-config", "c", "d"].map(Into::into)).unwrap();
        let Some(CliCommand::Compare(options)) = compare.command else { panic!("another command") };
        assert_eq!(options.files, ["a", "b", "c", "d"].map(PathBuf::from));
    }

    #[test]
    fn switches_can_be_turned_off() {
        for option in config::run_options().get_arguments().chain(config::screen_options().get_arguments()) {
            assert!(!matches!(option.get_action(), ArgAction::SetTrue), "{option} belongs to SWITCHES");
        }
        let no_gil = |word| Cli::parse_args(&["mpviz".into(), "--no-config".into(), word]).unwrap().run.no_gil;
        assert!(no_gil("--no-gil".into()) && !no_gil("--no-gil=false".into()) && !no_gil("--lanes=threads".into()));
    }
}
