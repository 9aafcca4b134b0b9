//! Other sources of events than mpviz's own workers: programs that mpviz did not write, and simulation.

pub mod dask;
pub mod observation;
pub mod process_tree;
pub mod program;
pub mod program_watch;
pub mod python;
pub mod simulation;
