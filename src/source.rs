//! Observation of programs that mpviz did not write.

pub mod python;
