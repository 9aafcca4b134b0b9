//! A graph that mpviz runs: on clusters of its own, one for each setting of `worker-saturation`, or on the user's.

use std::ffi::OsString;

use serde::Serialize;

use crate::event::text::SafeText;
use crate::event::{ClusterGraph, GraphKind};

/// The settings that are compared, as Dask writes them.
pub const SATURATIONS: [&str; 3] = ["1.0", "1.1", "inf"];

/// A run of a graph.
#[derive(Clone, Debug)]
pub struct GraphRun {
    pub python: OsString,
    pub graph: ClusterGraph,
    /// Address of the user's cluster, or a scheduler file; empty for that of the user's Dask configuration. None for
    /// clusters of mpviz's own.
    pub address: Option<String>,
    /// How often it is run; at least 1.
    pub repeat: u32,
    /// The command line, for reports.
    pub command: Vec<SafeText>,
}

/// The argument of `assets/dask/lesson.py`.
#[derive(Serialize)]
struct LessonConfig<'a> {
    address: Option<&'a str>,
    saturation: &'a str,
    workers: u32,
    graph: GraphKind,
    tasks: u32,
    numbers: u64,
    io: u32,
    io_latency_ns: u64,
}

impl GraphRun {
    /// The arguments of the driver, one for each lane.
    pub(super) fn arguments(&self) -> Vec<String> {
        let graph = &self.graph;
        let config = |saturation| LessonConfig {
            address: self.address.as_deref(),
            saturation,
            workers: graph.workers.unwrap_or(0),
            graph: graph.kind,
            tasks: graph.tasks,
            numbers: graph.numbers,
            io: graph.io,
            io_latency_ns: graph.io_latency_ns,
        };
        // The scheduler of the user has the setting that it was started with.
        let saturations = if self.address.is_some() { &[""][..] } else { &SATURATIONS };
        // Strings and numbers can be written as JSON.
        saturations.iter().map(|saturation| serde_json::to_string(&config(saturation)).unwrap_or_default()).collect()
    }
}
