//! What is run and how, as it is asked for.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use thiserror::Error;

use crate::engine::{MAX_WORKERS, OWN_PROGRAM, RunSpec};
use crate::event::text::SafeText;
use crate::event::units::{parse_count, parse_time};
use crate::event::workload::{Chunk, IoKind, Workload, WorkloadError};
use crate::event::{CorePolicy, Mode};

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
    u32::try_from(count).map_err(|_| format!("{} is more than anything here can be", crate::event::units::count(count)))
}

fn parse_chunk(text: &str) -> Result<Chunk, String> {
    if text == "auto" { Ok(Chunk::Auto) } else { parse_small(text).map(Chunk::Tasks) }
}

/// A wish that makes no sense, whatever the machine.
#[derive(Debug, Error)]
pub enum UsageError {
    /// The work cannot be done.
    #[error(transparent)]
    Workload(#[from] WorkloadError),
    /// Outside 1 … [`MAX_WORKERS`].
    #[error("--workers must be between 1 and {max}, not {0}", max = crate::event::units::count(u64::from(MAX_WORKERS)))]
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
            worker_program: OWN_PROGRAM.into(),
            command: std::env::args_os().map(|word| SafeText::new(&word.to_string_lossy())).collect(),
            notes: self.notes.clone(),
            rounds: None,
            repeat: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::Cli;

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
        assert!(refused(&["--numbers", "5G"]).contains("not 5,000,000,000"));
        assert!(refused(&["--numbers", "3"]).contains("16 tasks cannot share 3 numbers"));
        assert!(refused(&["--lanes", "pool,fork"]).contains("possible values: serial, threads, pool, process"));
        assert!(refused(&["--lanes", "pool,pool"]).contains("names pool twice"));
        assert!(refused(&["--cost", "91"]).contains("`91` has no unit"));
        assert!(refused(&["--chunksize", "some"]).contains("does not begin with a number"));
        assert!(refused(&["--skew", "nan"]).contains("--skew must be between 0"));
    }
}
