//! Observation of programs that mpviz did not write.

pub mod observation;
pub mod python;
