//! The command line, and the files that set defaults for it.

pub mod config;
mod effect;
mod layer;
mod output;
mod parse;
pub mod scenario;
mod screen;

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgGroup, Args, Command, CommandFactory, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use thiserror::Error;

use config::ConfigOptions;
pub use output::{CompareOptions, ExportOptions, FormName};
pub use parse::ParseError;
pub use screen::{AsciiName, ColorName, ScreenOptions};

use crate::event::{CorePolicy, Mode};
use crate::lane::{MAX_WORKERS, RunSpec};
use crate::text::SafeText;
use crate::units::{parse_count, parse_time};
use crate::workload::{Chunk, Impossible, IoKind, Workload};

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
    long_version = crate::manual::long_version(),
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

/// What is run and how. Counts take k, M, G; times take ns, us, ms, s, min.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Run")]
pub struct RunOptions {
    /// The modes to run side by side, one lane each
    #[arg(long, value_delimiter = ',', default_value = "pool,process", value_name = "MODE,…")]
    pub lanes: Vec<ModeName>,
    /// How many numbers to add: 0, 1, 2, …
    #[arg(long, default_value = "100M", value_parser = parse_count, value_name = "N", allow_negative_numbers = true)]
    pub numbers: u64,
    /// Into how many tasks to cut them
    #[arg(long, default_value = "16", value_parser = parse_small, value_name = "N", allow_negative_numbers = true)]
    pub tasks: u32,
    /// Workers of a pool, threads of a process
    #[arg(long, default_value = "4", value_parser = parse_small, value_name = "N", allow_negative_numbers = true)]
    pub workers: u32,
    /// CPU time that adding one number costs; 0 is a plain sum
    #[arg(long, default_value = "91ns", value_parser = parse_time, value_name = "TIME", allow_negative_numbers = true)]
    pub cost: u64,
    /// I/O operations in each task
    #[arg(long, default_value = "0", value_parser = parse_small, value_name = "N", allow_negative_numbers = true)]
    pub io: u32,
    /// How long an I/O operation of kind sleep or net lasts
    #[arg(long, default_value = "100ms", value_parser = parse_time, value_name = "TIME", allow_negative_numbers = true)]
    pub io_latency: u64,
    /// What an I/O operation is: a sleep, 4 KiB forced to disk, a request to a local server that answers late
    #[arg(long, default_value = "sleep", value_name = "KIND")]
    pub io_kind: IoName,
    /// Where I/O of kind disk is done; not on a file system in memory
    #[arg(long, default_value = ".", value_name = "DIR")]
    pub io_dir: PathBuf,
    /// How the lanes share the cores: a set each, all on all at once, or one lane after the other
    #[arg(long, default_value = "split", value_name = "HOW")]
    pub cores: CoreName,
    /// Tasks that a pool's worker or a thread takes at a time; auto does as Python's Pool.map
    #[arg(long, default_value = "1", value_parser = parse_chunk, value_name = "N|auto", allow_negative_numbers = true)]
    pub chunksize: Chunk,
    /// Records after which a worker of the pool is replaced by a fresh process
    #[arg(long, value_parser = parse_small, value_name = "N", allow_negative_numbers = true)]
    pub max_tasks_per_worker: Option<u32>,
    /// Let the threads of a process compute at the same time
    #[arg(long)]
    pub no_gil: bool,
    /// How uneven the tasks are: sizes go as 1, 2^-S, 3^-S, …; 0 is even
    #[arg(long, default_value = "0", value_name = "S", allow_negative_numbers = true)]
    pub skew: f64,
    /// Draws the order of uneven tasks
    #[arg(long, default_value = "1", value_name = "N")]
    pub seed: u64,
    /// Run so many times, lanes in turn, and give medians
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000), value_name = "N")]
    pub repeat: u32,
    /// Write every event of the run to a file, a line of JSON each, packed if it ends in .zst or .gz; `mpviz replay` plays it
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Run a scenario, a named set of these options: lesson, memory, stall, width, gil, skew (`mpviz scenarios` says what
    /// each shows), or a file of your own, NAME.toml
    #[arg(long, value_name = "NAME|FILE")]
    pub scenario: Option<String>,
    /// Run although memory, processes or descriptors seem not to suffice; overwrite the file of --record
    #[arg(long)]
    pub force: bool,
    /// What the viewer is to know beforehand.
    #[arg(skip)]
    pub notes: Vec<SafeText>,
    /// What was asked for and changes nothing.
    #[arg(skip)]
    pub without_effect: Vec<SafeText>,
}

/// A mode's name on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "the names are those of `Mode`")]
pub enum ModeName {
    Serial,
    Threads,
    Pool,
    Process,
}

/// An I/O kind's name on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[expect(missing_docs, reason = "the names are those of `IoKind`")]
pub enum IoName {
    Sleep,
    Disk,
    Net,
}

/// A core policy's name on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[expect(missing_docs, reason = "the names are those of `CorePolicy`")]
pub enum CoreName {
    Split,
    Shared,
    Turns,
}

impl From<ModeName> for Mode {
    fn from(name: ModeName) -> Self {
        match name {
            ModeName::Serial => Self::Serial,
            ModeName::Threads => Self::Threads,
            ModeName::Pool => Self::Pool,
            ModeName::Process => Self::Process,
        }
    }
}

impl From<IoName> for IoKind {
    fn from(name: IoName) -> Self {
        match name {
            IoName::Sleep => Self::Sleep,
            IoName::Disk => Self::Disk,
            IoName::Net => Self::Net,
        }
    }
}

impl From<CoreName> for CorePolicy {
    fn from(name: CoreName) -> Self {
        match name {
            CoreName::Split => Self::Split,
            CoreName::Shared => Self::Shared,
            CoreName::Turns => Self::Turns,
        }
    }
}

fn parse_small(text: &str) -> Result<u32, String> {
    let count = parse_count(text).map_err(|error| error.to_string())?;
    u32::try_from(count).map_err(|_| format!("{} is more than anything here can be", crate::units::count(count)))
}

fn parse_chunk(text: &str) -> Result<Chunk, String> {
    if text == "auto" { Ok(Chunk::Auto) } else { parse_small(text).map(Chunk::Tasks) }
}

/// A wish that makes no sense, whatever the machine.
#[derive(Debug, Error)]
pub enum UsageError {
    /// The work cannot be done.
    #[error(transparent)]
    Workload(#[from] Impossible),
    /// Outside 1 … [`MAX_WORKERS`].
    #[error("--workers must be between 1 and {max}, not {0}", max = crate::units::count(u64::from(MAX_WORKERS)))]
    Workers(u32),
    /// A lane is named twice.
    #[error("--lanes names {0} twice; each mode is one lane")]
    Twice(&'static str),
}

impl RunOptions {
    /// The run that is asked for.
    ///
    /// # Errors
    /// What makes no sense in it.
    pub fn spec(&self) -> Result<RunSpec, UsageError> {
        let workload = Workload {
            numbers: self.numbers,
            tasks: self.tasks,
            cost_ns: self.cost,
            io: self.io,
            io_latency_ns: self.io_latency,
            io_kind: self.io_kind.into(),
            skew: self.skew,
            seed: self.seed,
            chunk: self.chunksize,
            max_records: self.max_tasks_per_worker,
            gil: !self.no_gil,
        };
        workload.check()?;
        if !(1..=MAX_WORKERS).contains(&self.workers) {
            return Err(UsageError::Workers(self.workers));
        }
        let modes: Vec<Mode> = self.lanes.iter().map(|name| Mode::from(*name)).collect();
        if let Some((_, mode)) = modes.iter().enumerate().find(|(n, mode)| modes[..*n].contains(mode)) {
            return Err(UsageError::Twice(mode.name()));
        }
        Ok(RunSpec {
            workload,
            modes,
            workers: self.workers,
            cores: self.cores.into(),
            io_dir: self.io_dir.clone(),
            command: std::env::args_os().map(|word| SafeText::new(&word.to_string_lossy())).collect(),
            notes: self.notes.clone(),
            rounds: None,
            repeat: None,
        })
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

    #[test]
    fn the_defaults_are_the_lessons() {
        let spec = Cli::parse_from(["mpviz"]).run.spec().unwrap();
        assert_eq!(spec.workload, Workload::default());
        assert_eq!(spec.modes, [Mode::Pool, Mode::Process]);
        assert_eq!(spec.workers, 4);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let refused = |args: &[&str]| {
            let cli = Cli::try_parse_from([&["mpviz"], args].concat());
            cli.map_err(|error| error.to_string())
                .and_then(|cli| cli.run.spec().map_err(|error| error.to_string()))
                .unwrap_err()
        };
        assert!(refused(&["--workers", "0"]).contains("--workers must be between 1 and 100,000, not 0"));
        assert!(refused(&["--numbers", "-5"]).contains("`-5` is out of range"));
        assert!(refused(&["--numbers", "5G"]).contains("not 5000000000"));
        assert!(refused(&["--numbers", "3"]).contains("16 tasks cannot share 3 numbers"));
        assert!(refused(&["--lanes", "pool,fork"]).contains("possible values: serial, threads, pool, process"));
        assert!(refused(&["--lanes", "pool,pool"]).contains("names pool twice"));
        assert!(refused(&["--cost", "91"]).contains("`91` has no unit"));
        assert!(refused(&["--chunksize", "some"]).contains("does not begin with a number"));
        assert!(refused(&["--skew", "nan"]).contains("--skew must be between 0"));
    }
}
