//! Options of `mpviz advise`.

use std::path::PathBuf;

use clap::Args;
use thiserror::Error;

use super::AsciiOption;
use super::run_options::{parse_chunk, parse_u32_count};
use crate::event::units::{format_count, parse_size, parse_time};
use crate::event::workload::ChunkSize;
use crate::source::simulation::{Description, DescriptionError};

/// Options of `mpviz advise`.
#[derive(Debug, Args)]
pub struct AdviseOptions {
    /// A recording, or a result of `mpviz run --json`; - for standard input
    #[arg(value_name = "RECORDING")]
    pub file: Option<PathBuf>,
    #[command(flatten)]
    pub described: DescribedTasks,
    /// Cores to predict for; more than there are here are extrapolated [default: all here]
    #[arg(id = "advised_cores", long = "cores", value_parser = parse_u32_count, value_name = "N", allow_negative_numbers = true)]
    pub cores: Option<u32>,
    /// Tasks that a worker takes at a time; auto as in Python's Pool.map [default: 1, or as a Python lane was recorded]
    #[arg(id = "advised_chunk", long = "chunksize", value_parser = parse_chunk, value_name = "N|auto", allow_negative_numbers = true)]
    pub chunk: Option<ChunkSize>,
    /// Really run the choice and its two neighbours, and compare what was predicted with what was measured
    #[arg(long)]
    pub confirm: bool,
    /// Compare with the recording of another run of these tasks, by another setting; can be repeated
    #[arg(long, value_name = "RECORDING")]
    pub confirm_with: Vec<PathBuf>,
    /// Print the advice as a JSON object
    #[arg(id = "advice_json", long = "json")]
    pub json: bool,
    #[command(flatten)]
    pub ascii: AsciiOption,
}

impl AdviseOptions {
    /// Whether predictions are compared with other runs.
    #[must_use]
    pub fn confirms(&self) -> bool {
        self.confirm || !self.confirm_with.is_empty()
    }
}

/// Equal tasks, described instead of recorded.
#[derive(Clone, Copy, Debug, Args)]
pub struct DescribedTasks {
    /// Number of tasks
    #[arg(id = "described_tasks", long = "tasks", value_parser = parse_u32_count, value_name = "N", allow_negative_numbers = true)]
    pub tasks: Option<u32>,
    /// CPU time of a task
    #[arg(id = "described_cpu", long = "task-cpu", value_parser = parse_time, value_name = "TIME", allow_negative_numbers = true)]
    pub cpu: Option<u64>,
    /// I/O time of a task
    #[arg(id = "described_io", long = "task-io", value_parser = parse_time, value_name = "TIME", allow_negative_numbers = true)]
    pub io: Option<u64>,
    /// Payload of a task
    #[arg(id = "described_memory", long = "task-memory", value_parser = parse_size, value_name = "SIZE", allow_negative_numbers = true)]
    pub memory: Option<u64>,
}

/// What the advice is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdviceSubject {
    File(PathBuf),
    Description(Description),
}

/// Why the options of `mpviz advise` are refused.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum AdviseError {
    #[error("name a recording, or describe the tasks, as in --tasks 500 --task-cpu 20ms --task-io 80ms")]
    NoSubject,
    #[error("{0} cannot be used with a recording, whose tasks were measured: leave one of them out")]
    TwoSubjects(&'static str),
    #[error("--tasks is missing: say how many tasks there are")]
    NoTasks,
    #[error("--task-cpu and --task-io are missing or 0: a task needs CPU time or I/O")]
    NoTime,
    #[error("{option}: {0}", option = description_option(*.0))]
    Description(DescriptionError),
    #[error("--cores must be between 1 and {max}, not {0}", max = format_count(AdviseOptions::MAX_CORES.into()))]
    Cores(u32),
    #[error("--chunksize must be at least 1, or auto")]
    Chunk,
    #[error("--confirm cannot be used with --confirm-with: leave one of them out")]
    ConfirmTwice,
    #[error("--confirm cannot be used with --cores {0}: there are {1} here to run on")]
    ConfirmElsewhere(u32, u32),
}

/// The option that sets the part of a description that is wrong.
const fn description_option(error: DescriptionError) -> &'static str {
    match error {
        DescriptionError::Tasks(_) => "--tasks",
        DescriptionError::Nothing | DescriptionError::TooLong => "--task-cpu, --task-io",
        DescriptionError::Io | DescriptionError::Operations(_) => "--task-io",
        DescriptionError::Memory => "--task-memory",
    }
}

impl AdviseOptions {
    /// Maximum of `--cores`.
    const MAX_CORES: u32 = 1024;

    /// Checks the options, on a machine with this many cores.
    pub fn subject(&self, cores_here: u32) -> Result<AdviceSubject, AdviseError> {
        match self.cores {
            Some(cores) if !(1..=Self::MAX_CORES).contains(&cores) => return Err(AdviseError::Cores(cores)),
            Some(cores) if self.confirm && cores > cores_here => {
                return Err(AdviseError::ConfirmElsewhere(cores, cores_here));
            }
            _ => {}
        }
        if self.confirm && !self.confirm_with.is_empty() {
            return Err(AdviseError::ConfirmTwice);
        }
        if self.chunk == Some(ChunkSize::Tasks(0)) {
            return Err(AdviseError::Chunk);
        }
        match (&self.file, self.described.first_option()) {
            (Some(_), Some(option)) => Err(AdviseError::TwoSubjects(option)),
            (Some(file), None) => Ok(AdviceSubject::File(file.clone())),
            (None, None) => Err(AdviseError::NoSubject),
            (None, Some(_)) => self.described.description().map(AdviceSubject::Description),
        }
    }
}

impl DescribedTasks {
    /// The first option that is given.
    fn first_option(&self) -> Option<&'static str> {
        let Self { tasks, cpu, io, memory } = *self;
        let given = [
            ("--tasks", tasks.is_some()),
            ("--task-cpu", cpu.is_some()),
            ("--task-io", io.is_some()),
            ("--task-memory", memory.is_some()),
        ];
        given.into_iter().find_map(|(option, given)| given.then_some(option))
    }

    fn description(&self) -> Result<Description, AdviseError> {
        let (cpu, io) = (self.cpu.unwrap_or(0), self.io.unwrap_or(0));
        let described = Description {
            tasks: self.tasks.ok_or(AdviseError::NoTasks)?,
            cpu,
            io,
            io_operations: u32::from(io > 0),
            memory: self.memory.unwrap_or(0),
        };
        match described.check() {
            Ok(()) => Ok(described),
            Err(DescriptionError::Nothing) => Err(AdviseError::NoTime),
            Err(error) => Err(AdviseError::Description(error)),
        }
    }
}
