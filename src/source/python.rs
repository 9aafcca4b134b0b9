//! Observation of Python programs: a shim in the program's processes writes records, and mpviz reads them.

pub mod poller;
pub mod record;
pub mod ring_reader;
pub mod shim_files;
pub mod trace_directory;
pub mod translator;
