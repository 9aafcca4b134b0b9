//! The run of a graph on Dask clusters that the options ask for.

use thiserror::Error;

use super::graph_options::EngineChoice;
use super::run_options::{RunOptions, command_line};
use super::task_size::TaskSizeError;
use crate::event::ClusterGraph;
use crate::event::workload::{Workload, WorkloadError};
use crate::source::dask::GraphRun;

const DEFAULT_TASKS: u32 = 200;
const DEFAULT_WORKERS: u32 = 2;
/// Numbers in 1 MB.
const DEFAULT_RANGE: u64 = 125_000;
const MAX_WORKERS: u32 = 64;
/// So that a graph is submitted in a few seconds.
const MAX_TASKS: u32 = 100_000;

/// Run options that affect a graph, by their ids.
const USED: [&str; 13] = [
    "engine",
    "python",
    "graph",
    "dask",
    "tasks",
    "workers",
    "numbers",
    "task_memory",
    "io",
    "io_latency",
    "repeat",
    "record",
    "force",
];

/// Why a graph is not run.
#[derive(Debug, Error)]
pub enum GraphError {
    #[error("--{0} needs --engine dask")]
    NeedsEngine(&'static str),
    #[error("--{} cannot be used with --engine dask{}", dashed(.0), instead_of(.0))]
    Unused(String),
    #[error("--dask runs the graph on a cluster that others may use: add --force to do so")]
    NeedsForce,
    #[error("--workers cannot be used with --dask: the cluster has workers already")]
    WorkersOfCluster,
    #[error("--io-latency has no effect without --io")]
    LatencyWithoutIo,
    #[error("--engine dask compares settings of Dask: name one number of --workers")]
    SeveralWorkers,
    #[error("--workers must be between 1 and {MAX_WORKERS} with --engine dask, not {0}")]
    Workers(u32),
    #[error("--tasks must be between 1 and {MAX_TASKS} with --engine dask, not {0}")]
    Tasks(u32),
    #[error(transparent)]
    Workload(#[from] WorkloadError),
    #[error(transparent)]
    TaskSize(#[from] TaskSizeError),
}

fn dashed(option: &str) -> String {
    option.replace('_', "-")
}

/// What to do in place of an option that has no effect on a graph.
fn instead_of(option: &str) -> String {
    match option {
        "cost" | "task_cpu" => {
            ": its tasks add numbers as fast as Python does; raise --numbers for longer tasks".into()
        }
        "task_io" => ": use --io and --io-latency".into(),
        _ => format!(", which has --{}", USED.map(dashed).join(", --")),
    }
}

impl RunOptions {
    /// The graph to run on Dask clusters; none if another engine was chosen. `given` are the options of the command
    /// line: values of files are those of other runs.
    pub(super) fn graph_run(&self, given: &[&str]) -> Result<Option<GraphRun>, GraphError> {
        let is_given = |option: &str| given.contains(&option);
        if self.engine != EngineChoice::Dask {
            let unused = ["graph", "dask"].into_iter().find(|option| is_given(option));
            return unused.map_or(Ok(None), |option| Err(GraphError::NeedsEngine(option)));
        }
        if let Some(option) = given.iter().find(|option| !USED.contains(option)) {
            return Err(GraphError::Unused((*option).into()));
        }
        match self.graph.dask {
            Some(_) if is_given("workers") => return Err(GraphError::WorkersOfCluster),
            Some(_) if !self.force => return Err(GraphError::NeedsForce),
            _ => {}
        }
        let tasks = if is_given("tasks") { self.tasks } else { DEFAULT_TASKS };
        if !(1..=MAX_TASKS).contains(&tasks) {
            return Err(GraphError::Tasks(tasks));
        }
        let workers = match self.workers[..] {
            _ if !is_given("workers") => DEFAULT_WORKERS,
            [workers] if (1..=MAX_WORKERS).contains(&workers) => workers,
            [workers] => return Err(GraphError::Workers(workers)),
            _ => return Err(GraphError::SeveralWorkers),
        };
        let mut graph = ClusterGraph {
            kind: self.graph.graph,
            tasks,
            numbers: 0,
            io: if is_given("io") { self.io } else { 0 },
            io_latency_ns: self.io_latency,
            workers: Some(workers).filter(|_| self.graph.dask.is_none()),
        };
        if is_given("io_latency") && graph.io == 0 {
            return Err(GraphError::LatencyWithoutIo);
        }
        let ranges = graph.ranges();
        let mut work = Workload {
            numbers: if is_given("numbers") { self.numbers } else { DEFAULT_RANGE * u64::from(ranges) },
            tasks: ranges,
            io: graph.io,
            io_latency_ns: graph.io_latency_ns,
            ..Workload::default()
        };
        if is_given("task_memory") {
            self.task_size.apply(&mut work)?;
        }
        work.check_ranges()?;
        graph.numbers = work.numbers;
        Ok(Some(GraphRun {
            python: self.python.clone().into(),
            graph,
            address: self.graph.dask.clone(),
            repeat: if is_given("repeat") { self.repeat } else { 1 },
            command: command_line(),
        }))
    }
}
