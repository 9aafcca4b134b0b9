//! Options of a run of a graph on Dask clusters: `--engine dask`.

use clap::{Args, ValueEnum};

use crate::engine::Engine;
use crate::event::GraphKind;

/// What executes the lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EngineChoice {
    /// mpviz's own workers.
    #[value(help = None::<&str>)]
    Native,
    /// CPython.
    #[value(help = None::<&str>)]
    Python,
    /// Dask: the lanes are clusters that run a graph.
    #[value(help = None::<&str>)]
    Dask,
}

impl EngineChoice {
    /// The engine of lanes with modes. Those of Dask have none.
    pub(super) fn of_modes(self) -> Engine {
        match self {
            Self::Native | Self::Dask => Engine::Native,
            Self::Python => Engine::Python,
        }
    }
}

/// Options of a graph.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Run")]
pub struct GraphOptions {
    /// Graph of --engine dask: independent tasks, or each of them adding two loads
    #[arg(long, default_value = "joined", value_name = "GRAPH")]
    pub graph: GraphKind,
    /// Run the graph on this cluster instead of three of its own, one for each worker-saturation; by default that of
    /// the Dask configuration
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, default_missing_value = "")]
    pub dask: Option<String>,
}
