//! The graph of tasks that mpviz runs on Dask clusters.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::event::workload::Workload;

/// A graph whose tasks add numbers; every lane of its run is a cluster that runs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterGraph {
    pub kind: GraphKind,
    /// Tasks whose results are the partial sums.
    pub tasks: u32,
    /// The sum is taken over 0 … `numbers` − 1, divided equally.
    pub numbers: u64,
    /// I/O operations of a task that loads numbers, each of `io_latency_ns`.
    pub io: u32,
    pub io_latency_ns: u64,
    /// Workers of each cluster, of one thread each; none if the cluster is the user's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workers: Option<u32>,
}

impl ClusterGraph {
    /// Ranges of numbers that are loaded, each by one task.
    #[must_use]
    pub fn ranges(&self) -> u32 {
        match self.kind {
            GraphKind::Independent => self.tasks,
            GraphKind::Joined => self.tasks.saturating_mul(2),
        }
    }

    /// All tasks of the graph.
    #[must_use]
    pub fn all_tasks(&self) -> u32 {
        match self.kind {
            GraphKind::Independent => self.tasks,
            GraphKind::Joined => self.tasks.saturating_mul(3),
        }
    }

    /// Mean size of a loaded range in bytes.
    #[must_use]
    pub fn range_bytes(&self) -> u64 {
        self.numbers * size_of::<i64>() as u64 / u64::from(self.ranges().max(1))
    }

    /// The correct sum.
    #[must_use]
    pub fn expected_sum(&self) -> i64 {
        Workload { numbers: self.numbers, ..Workload::default() }.expected_sum()
    }
}

/// How the tasks of a graph depend on each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum GraphKind {
    /// Tasks that load and add numbers, without dependencies.
    Independent,
    /// Tasks that load numbers, and tasks that each add two of these loads.
    Joined,
}

impl GraphKind {
    /// Returns the name, as on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Independent => "independent",
            Self::Joined => "joined",
        }
    }
}
