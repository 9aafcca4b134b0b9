//! Observation of programs that mpviz did not write.

pub mod observation;
pub mod process_tree;
pub mod program;
pub mod program_watch;
pub mod python;
