//! Options of a run.

use std::path::PathBuf;

use clap::{ArgAction, Args};
use thiserror::Error;

use super::graph_options::{EngineChoice, GraphOptions};
use super::lane_mode::{LaneMode, LaneModeParser};
use super::task_size::{TaskSizeError, TaskSizeOptions};
use crate::app::ScenarioRun;
use crate::engine::{CURRENT_EXE, Engine, EngineMode, MAX_WORKERS, RunSpec};
use crate::event::text::SafeText;
use crate::event::units::{parse_count, parse_time};
use crate::event::workload::{ChunkSize, IoKind, StartMethod, Workload, WorkloadError};
use crate::event::{CorePolicy, Mode, Run};
use crate::source::dask::GraphRun;
use crate::view::MAX_LANES_ON_SCREEN;

/// Options of a run. Counts take k, M, G; times take ns, us, ms, s, min, h; sizes take kB, MB, GB, KiB, MiB, GiB.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Run")]
pub struct RunOptions {
    /// Modes to run side by side, one lane each; python/MODE runs it in CPython
    #[arg(
        long, value_delimiter = ',', action = ArgAction::Set, default_value = "pool,process", value_name = "MODE,…",
        value_parser = LaneModeParser
    )]
    pub lanes: Vec<LaneMode>,
    /// What executes the lanes that do not name it, as python/pool does; dask runs a graph on clusters instead
    #[arg(long, default_value = "native", value_name = "ENGINE")]
    pub engine: EngineChoice,
    #[command(flatten)]
    pub graph: GraphOptions,
    /// Interpreter of the lanes of Python, which are CPython's Pool, Process and threads, and of Dask
    #[arg(long, default_value = "python3", value_name = "FILE")]
    pub python: PathBuf,
    /// How lanes of Python start their worker processes
    #[arg(long, default_value = "fork", value_name = "METHOD")]
    pub start_method: StartMethod,
    /// Numbers to add: 0, 1, 2, …
    #[arg(long, default_value = "100M", value_parser = parse_count, value_name = "N", allow_negative_numbers = true)]
    pub numbers: u64,
    /// Number of tasks
    #[arg(long, default_value = "16", value_parser = parse_u32_count, value_name = "N", allow_negative_numbers = true)]
    pub tasks: u32,
    /// Workers of a pool, threads of a process; several numbers are compared, one lane each
    #[arg(long, default_value = "4", value_delimiter = ',', value_parser = parse_worker_count, value_name = "N,…", allow_negative_numbers = true)]
    pub workers: Vec<u32>,
    /// CPU time per number; 0 is a plain sum
    #[arg(long, default_value = "91ns", value_parser = parse_time, value_name = "TIME", allow_negative_numbers = true)]
    pub cost: u64,
    /// I/O operations per task
    #[arg(long, default_value = "0", value_parser = parse_u32_count, value_name = "N", allow_negative_numbers = true)]
    pub io: u32,
    /// Duration of an I/O operation of kind sleep or net
    #[arg(long, default_value = "100ms", value_parser = parse_time, value_name = "TIME", allow_negative_numbers = true)]
    pub io_latency: u64,
    /// I/O operation: sleep, 4 KiB synced to disk, or a request to a local server that answers after the latency
    #[arg(long, default_value = "sleep", value_name = "KIND")]
    pub io_kind: IoKind,
    /// Directory for I/O of kind disk; not on a file system in memory
    #[arg(long, default_value = ".", value_name = "DIR")]
    pub io_dir: PathBuf,
    #[command(flatten)]
    pub task_size: TaskSizeOptions,
    /// How lanes share the cores: a set each, all on all at once, or one lane after the other
    #[arg(long, default_value = "split", value_name = "HOW")]
    pub cores: CorePolicy,
    /// Tasks that a worker of a pool or a thread takes at a time; auto as in Python's Pool.map
    #[arg(long, default_value = "1", value_parser = parse_chunk, value_name = "N|auto", allow_negative_numbers = true)]
    pub chunksize: ChunkSize,
    /// Takes from the queue after which a pool worker is replaced
    #[arg(long, value_parser = parse_u32_count, value_name = "N", allow_negative_numbers = true)]
    pub max_tasks_per_worker: Option<u32>,
    /// Let threads of a process compute at the same time
    #[arg(long)]
    pub no_gil: bool,
    /// Skew of task sizes, in proportion to 1, 2^-S, 3^-S, …; 0 is even
    #[arg(long, default_value = "0", value_name = "S", allow_negative_numbers = true)]
    pub skew: f64,
    /// Seed for the order of uneven tasks
    #[arg(long, default_value = "1", value_name = "N")]
    pub seed: u64,
    /// Run N times, with the lanes in turn, and report medians
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000), value_name = "N")]
    pub repeat: u32,
    /// Record every event to a file, compressed if it ends in .zst or .gz; `mpviz replay` plays it
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Run a scenario, a named set of these options: lesson, memory, stall, width, gil, skew (`mpviz scenarios`
    /// describes them), or a file NAME.toml
    #[arg(long, value_name = "NAME|FILE")]
    pub scenario: Option<String>,
    /// Run although memory, processes or descriptors seem insufficient; overwrite the file of --record
    #[arg(long)]
    pub force: bool,
    /// The run without options on the command line but `--scenario`.
    #[arg(skip)]
    pub base: Option<RunSpec>,
    /// The scenarios that the viewer can choose.
    #[arg(skip)]
    pub scenarios: Vec<ScenarioRun>,
    /// The graph to run with `--engine dask`.
    #[arg(skip)]
    pub graph_run: Option<GraphRun>,
    /// Notes for the viewer.
    #[arg(skip)]
    pub notes: Vec<SafeText>,
    /// Messages about options without effect.
    #[arg(skip)]
    pub without_effect: Vec<SafeText>,
}

/// The command line of this process.
pub(super) fn command_line() -> Vec<SafeText> {
    std::env::args_os().map(|word| SafeText::new(&word.to_string_lossy())).collect()
}

pub(super) fn parse_u32_count(text: &str) -> Result<u32, String> {
    let count = parse_count(text).map_err(|error| error.to_string())?;
    u32::try_from(count).map_err(|_| format!("{} is too large", crate::event::units::format_count(count)))
}

/// Parses one of the numbers of workers, which commas separate.
fn parse_worker_count(text: &str) -> Result<u32, String> {
    if text.is_empty() {
        return Err("a number is missing beside a comma".into());
    }
    // `1,024` is one number to its author, but two here.
    if text.len() > 1 && text.starts_with('0') && text.bytes().all(|c| c.is_ascii_digit()) {
        return Err(format!("`{text}` begins with 0; commas separate numbers of workers: write 1024, not 1,024"));
    }
    parse_u32_count(text)
}

pub(super) fn parse_chunk(text: &str) -> Result<ChunkSize, String> {
    if text == "auto" { Ok(ChunkSize::Auto) } else { parse_u32_count(text).map(ChunkSize::Tasks) }
}

/// An option that is invalid on every machine.
#[derive(Debug, Error)]
pub enum UsageError {
    /// The engine of graphs in a file.
    #[error("engine dask cannot be set in a file: give --engine dask on the command line")]
    DaskInFile,
    /// Invalid workload.
    #[error(transparent)]
    Workload(#[from] WorkloadError),
    /// Impossible task size.
    #[error(transparent)]
    TaskSize(#[from] TaskSizeError),
    /// Outside 1 … [`MAX_WORKERS`].
    #[error("--workers must be between 1 and {max}, not {0}", max = crate::event::units::format_count(u64::from(MAX_WORKERS)))]
    Workers(u32),
    /// A number of workers that is named twice.
    #[error("--workers names {0} twice")]
    DuplicateWorkers(u32),
    /// A mode that is named twice.
    #[error("--lanes names {0} twice")]
    DuplicateMode(String),
    /// More lanes than a run can have.
    #[error("--workers makes {0} lanes, and a run has at most {max}: name fewer numbers", max = Run::MAX_LANES)]
    TooManyLanes(usize),
    /// More lanes than the live screen shows.
    #[error(
        "--workers makes {0} lanes, and the screen shows at most {MAX_LANES_ON_SCREEN}: name fewer numbers, or use \
         `mpviz run`"
    )]
    TooManyLanesOnScreen(usize),
}

impl UsageError {
    /// The options that the error is about, by their long names.
    #[must_use]
    pub const fn options(&self) -> &'static [&'static str] {
        match self {
            Self::Workload(error) => error.option_names(),
            Self::TaskSize(error) => error.option_names(),
            Self::Workers(_) | Self::DuplicateWorkers(_) | Self::TooManyLanes(_) | Self::TooManyLanesOnScreen(_) => {
                &["workers"]
            }
            Self::DuplicateMode(_) => &["lanes"],
            Self::DaskInFile => &["engine"],
        }
    }
}

impl RunOptions {
    /// Whether the tasks do I/O.
    #[must_use]
    pub fn does_io(&self) -> bool {
        self.task_size.does_io().unwrap_or(self.io > 0)
    }

    /// The modes of the lanes, with their engines.
    #[must_use]
    pub fn modes(&self) -> Vec<EngineMode> {
        self.lanes.iter().map(|lane| lane.with_default_engine(self.engine.of_modes())).collect()
    }

    /// Whether Python starts processes for a lane.
    pub(super) fn has_python_processes(&self) -> bool {
        let starts = |mode| matches!(mode, Mode::Pool | Mode::Process);
        self.modes().iter().any(|lane| lane.engine == Engine::Python && starts(lane.mode))
    }

    /// Builds the run's specification.
    pub fn to_run_spec(&self) -> Result<RunSpec, UsageError> {
        if self.engine == EngineChoice::Dask {
            return Err(UsageError::DaskInFile);
        }
        let mut workload = Workload {
            numbers: self.numbers,
            tasks: self.tasks,
            cost_ns: self.cost,
            io: self.io,
            io_latency_ns: self.io_latency,
            io_kind: self.io_kind,
            skew: self.skew,
            seed: self.seed,
            chunk: self.chunksize,
            max_records: self.max_tasks_per_worker,
            gil: !self.no_gil,
            per_task: false,
            start_method: if self.has_python_processes() { self.start_method } else { StartMethod::Fork },
        };
        self.task_size.apply(&mut workload)?;
        workload.check_ranges()?;
        if let Some(workers) = self.workers.iter().find(|workers| !(1..=MAX_WORKERS).contains(*workers)) {
            return Err(UsageError::Workers(*workers));
        }
        if let Some(workers) = first_duplicate(&self.workers) {
            return Err(UsageError::DuplicateWorkers(*workers));
        }
        let modes = self.modes();
        if let Some(mode) = first_duplicate(&modes) {
            return Err(UsageError::DuplicateMode(mode.name()));
        }
        let spec = RunSpec {
            workload,
            modes,
            interpreter: None,
            workers: self.workers.clone(),
            cores: self.cores,
            io_dir: self.io_dir.clone(),
            worker_program: CURRENT_EXE.into(),
            command: command_line(),
            notes: self.notes.clone(),
            rounds: None,
            repeat: None,
        };
        let lanes = spec.lanes().len();
        if lanes > Run::MAX_LANES { Err(UsageError::TooManyLanes(lanes)) } else { Ok(spec) }
    }
}

fn first_duplicate<T: PartialEq>(values: &[T]) -> Option<&T> {
    values.iter().enumerate().find(|(n, value)| values[..*n].contains(value)).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn default_options_match_the_lesson() {
        let spec = Cli::parse_from(["mpviz"]).run.to_run_spec().unwrap();
        assert_eq!(spec.workload, Workload::default());
        assert_eq!(spec.modes.iter().map(|mode| mode.name()).collect::<Vec<_>>(), ["pool", "process"]);
        assert_eq!(spec.workers, [4]);
    }

    #[test]
    fn command_of_a_changed_run_repeats_it() {
        let spec = |args: &[&str]| Cli::parse_from(args).run.to_run_spec().unwrap();
        let base = RunSpec { command: vec!["mpviz".into()], ..spec(&["mpviz"]) };
        let all = "mpviz --lanes serial,python/pool --tasks 7 --workers 3 --io-kind net --io-dir /tmp --cores turns \
                   --chunksize auto --skew 1.5 --seed 2 --numbers 16M --cost 90ns --io 20 --io-latency 50ms --max-tasks-per-worker 5";
        let changed = spec(&all.split(' ').collect::<Vec<_>>());
        let command = changed.command_from(&base).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        assert_eq!(command, all);
        assert_eq!(base.command_from(&base), base.command);
        // Sizes of tasks replace the options that cannot be used with them.
        let sized = "mpviz --task-cpu 20ms --task-memory 5MB --task-io 80ms";
        let base = RunSpec { command: vec![sized.into()], ..spec(&sized.split(' ').collect::<Vec<_>>()) };
        let changed = spec(&["mpviz", "--task-cpu", "10ms", "--task-memory", "5MB", "--tasks", "32"]);
        let command = changed.command_from(&base).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        assert_eq!(command, format!("{sized} --tasks 32 --task-cpu 10ms --task-io 0ns"));
    }

    #[test]
    fn invalid_options_are_refused() {
        let refused = |args: &[&str]| {
            let cli = Cli::try_parse_from([&["mpviz"], args].concat());
            cli.map_err(|error| error.to_string())
                .and_then(|cli| cli.run.to_run_spec().map_err(|error| error.to_string()))
                .unwrap_err()
        };
        assert!(refused(&["--workers", "0"]).contains("--workers must be between 1 and 100,000, not 0"));
        assert!(refused(&["--workers", "4,8,4"]).contains("--workers names 4 twice"));
        assert!(refused(&["--workers", "4,0"]).contains("--workers must be between 1 and 100,000, not 0"));
        assert!(refused(&["--workers", "4,,8"]).contains("'--workers <N,…>': a number is missing beside a comma"));
        assert!(refused(&["--workers", "4,"]).contains("a number is missing beside a comma"));
        assert!(refused(&["--workers", "1,024"]).contains("write 1024, not 1,024"));
        let many: Vec<_> = (1..=33).map(|n| n.to_string()).collect();
        let both = refused(&["--lanes", "threads,pool", "--workers", &many.join(",")]);
        assert!(both.contains("--workers makes 66 lanes, and a run has at most 64: name fewer numbers"));
        assert!(refused(&["--numbers", "-5"]).contains("`-5` is out of range"));
        assert!(refused(&["--numbers", "5G"]).contains("not 5,000,000,000"));
        assert!(refused(&["--numbers", "3"]).contains("16 tasks need at least as many numbers, not 3"));
        assert!(refused(&["--lanes", "pool,fork"]).contains("possible values: serial, threads, pool, process"));
        assert!(refused(&["--lanes", "pool,pool"]).contains("names pool twice"));
        assert!(refused(&["--lanes", "pool,python/pool", "--engine", "python"]).contains("names python/pool twice"));
        assert!(refused(&["--lanes", "ruby/pool"]).contains("possible values: serial, threads, pool, process"));
        assert!(refused(&["--cost", "91"]).contains("`91` has no unit"));
        assert!(refused(&["--chunksize", "some"]).contains("does not start with a number"));
        assert!(refused(&["--skew", "nan"]).contains("--skew must be between 0"));
    }
}
