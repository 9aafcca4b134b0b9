//! Options of `mpviz map`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use thiserror::Error;

use super::ScreenOptions;
use super::advise_options::DescribedTasks;
use super::config::ConfigOptions;
use super::run_options::{parse_chunk, parse_u32_count};
use crate::event::units::format_duration;
use crate::event::workload::ChunkSize;
use crate::report::winner_map::{IO_PERCENTS, MapRequest, MapRows};
use crate::source::simulation::Description;
use crate::system::standard_streams::is_standard_stream;

/// CPU time of a task, unless it is described.
const DEFAULT_CPU: u64 = 10_000_000;
/// Payload of a task in a map by tasks, unless it is described.
const DEFAULT_PAYLOAD: u64 = 1_000_000;
/// Number of tasks in a map by payload, unless it is described.
const DEFAULT_TASKS: u32 = 64;
/// The rows of the maps.
const TASKS: [u32; 9] = [4, 8, 16, 32, 64, 128, 256, 512, 1024];
const PAYLOADS: [u64; 8] = [0, 100_000, 1_000_000, 4_000_000, 16_000_000, 64_000_000, 256_000_000, 1_000_000_000];

/// Share of I/O up to which tasks are in the last column, in per cent.
const MAX_PERCENT: f64 = 97.5;

/// Options of `mpviz map`.
#[derive(Debug, Args)]
pub struct MapOptions {
    #[command(flatten)]
    pub described: DescribedTasks,
    /// Workers of pool and threads in the first of the two maps; the second has the best number of them
    #[arg(id = "map_workers", long = "workers", default_value = "4", value_parser = parse_u32_count, value_name = "N", allow_negative_numbers = true)]
    pub workers: u32,
    /// What the rows vary
    #[arg(long, default_value = "tasks", value_name = "WHAT")]
    pub against: MapAxis,
    /// Cores to predict for; more than there are here are extrapolated [default: all here]
    #[arg(id = "map_cores", long = "cores", value_parser = parse_u32_count, value_name = "N", allow_negative_numbers = true)]
    pub cores: Option<u32>,
    /// Tasks that a worker takes at a time; auto as in Python's Pool.map
    #[arg(id = "map_chunk", long = "chunksize", default_value = "1", value_parser = parse_chunk, value_name = "N|auto", allow_negative_numbers = true)]
    pub chunk: ChunkSize,
    /// Really run the two fastest modes of N cells, and mark whether the predicted one wins
    #[arg(id = "confirmed_cells", long = "confirm", value_parser = parse_u32_count, value_name = "N", allow_negative_numbers = true)]
    pub confirm: Option<u32>,
    /// Print the map as a JSON object
    #[arg(id = "map_json", long = "json")]
    pub json: bool,
    /// Draw the map into a file, in colours for the colour-blind unless --theme is given; - for standard output
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// Overwrite an existing file
    #[arg(id = "overwrite_svg", long = "force")]
    pub force: bool,
    #[command(flatten)]
    pub screen: ScreenOptions,
    #[command(flatten)]
    pub config: ConfigOptions,
}

/// What the rows of a map vary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MapAxis {
    /// Number of tasks
    Tasks,
    /// Payload of a task
    Payload,
}

/// Why the options of `mpviz map` are refused.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum MapError {
    #[error("--task-cpu must be more than 0: a map shows which share of a task's time is I/O")]
    NoCpu,
    #[error("--task-cpu may be at most {max} in a map: longer tasks have the same winners", max = format_duration(MapOptions::MAX_CPU))]
    LongCpu,
    #[error("--tasks must be between 1 and {max} in a map, not {0}", max = MapOptions::MAX_TASKS)]
    Tasks(u32),
    #[error("--task-memory may be at most {max} GiB", max = Description::MAX_MEMORY >> 30)]
    Memory,
    #[error("--workers must be between 1 and {max}, not {0}", max = MapOptions::MAX_WORKERS)]
    Workers(u32),
    #[error("--cores must be between 1 and {max}, not {0}", max = MapOptions::MAX_CORES)]
    Cores(u32),
    #[error("--chunksize must be at least 1, or auto")]
    Chunk,
    #[error("--confirm must be between 1 and {max}, not {0}", max = MapOptions::MAX_CONFIRMED)]
    Confirm(u32),
    #[error("--confirm cannot be used with --cores {0}: there are {1} here to run on")]
    ConfirmElsewhere(u32, u32),
    #[error("--json cannot be used with --svg -: both write to standard output")]
    TwoOutputs,
    #[error("--force needs --svg FILE")]
    Force,
}

impl MapOptions {
    /// Maximum of `--task-cpu`: beyond it, the costs of processes no longer count.
    const MAX_CPU: u64 = 1_000_000_000;
    /// Maximum of `--tasks`, so that a map takes seconds.
    const MAX_TASKS: u32 = 1024;
    const MAX_WORKERS: u32 = 1024;
    const MAX_CORES: u32 = 1024;
    const MAX_CONFIRMED: u32 = 100;

    /// Checks the options, on a machine with this many cores and bytes of memory.
    pub fn request(&self, cores_here: u32, memory: u64) -> Result<MapRequest, MapError> {
        let DescribedTasks { tasks, cpu, io, memory: payload } = self.described;
        match () {
            () if cpu == Some(0) => return Err(MapError::NoCpu),
            () if cpu.is_some_and(|cpu| cpu > Self::MAX_CPU) => return Err(MapError::LongCpu),
            () if payload.is_some_and(|payload| payload > Description::MAX_MEMORY) => return Err(MapError::Memory),
            () if !(1..=Self::MAX_WORKERS).contains(&self.workers) => return Err(MapError::Workers(self.workers)),
            () if self.chunk == ChunkSize::Tasks(0) => return Err(MapError::Chunk),
            () if self.json && self.svg.as_deref().is_some_and(is_standard_stream) => return Err(MapError::TwoOutputs),
            () if self.force && self.svg.is_none() => return Err(MapError::Force),
            () => {}
        }
        match (tasks, self.cores, self.confirm) {
            (Some(tasks), ..) if !(1..=Self::MAX_TASKS).contains(&tasks) => return Err(MapError::Tasks(tasks)),
            (_, Some(cores), _) if !(1..=Self::MAX_CORES).contains(&cores) => return Err(MapError::Cores(cores)),
            (_, Some(cores), Some(_)) if cores > cores_here => {
                return Err(MapError::ConfirmElsewhere(cores, cores_here));
            }
            (.., Some(cells)) if !(1..=Self::MAX_CONFIRMED).contains(&cells) => return Err(MapError::Confirm(cells)),
            _ => {}
        }
        let cpu = cpu.unwrap_or(DEFAULT_CPU);
        let (rows, own_row) = match self.against {
            MapAxis::Tasks => {
                let (rows, own) = with_own(&TASKS, tasks);
                (MapRows::Tasks(rows), own)
            }
            MapAxis::Payload => {
                let (rows, own) = with_own(&PAYLOADS, payload);
                (MapRows::Payload(rows), own)
            }
        };
        let own_column = io.map(|io| nearest_column(cpu, io));
        Ok(MapRequest {
            cpu,
            tasks: tasks.unwrap_or(DEFAULT_TASKS),
            payload: payload.unwrap_or(DEFAULT_PAYLOAD),
            rows,
            workers: self.workers,
            cores: self.cores.unwrap_or(cores_here),
            cores_here,
            chunk: self.chunk,
            memory,
            own: (own_row, own_column.flatten()),
            is_own_outside: own_column == Some(None),
        })
    }
}

/// The rows with that of the viewer's own tasks, and its index.
fn with_own<T: Copy + Ord>(rows: &[T], own: Option<T>) -> (Vec<T>, Option<usize>) {
    let mut rows = rows.to_vec();
    let Some(own) = own else { return (rows, None) };
    let at = rows.binary_search(&own).unwrap_or_else(|at| {
        rows.insert(at, own);
        at
    });
    (rows, Some(at))
}

/// The column whose share of I/O is the nearest to that of these times; none if the share is outside the map.
fn nearest_column(cpu: u64, io: u64) -> Option<usize> {
    let percent = 100.0 * io as f64 / (cpu as f64 + io as f64);
    let distance = |column: &usize| (f64::from(IO_PERCENTS[*column]) - percent).abs();
    (0..IO_PERCENTS.len())
        .min_by(|one, other| distance(one).total_cmp(&distance(other)))
        .filter(|_| percent <= MAX_PERCENT)
}
