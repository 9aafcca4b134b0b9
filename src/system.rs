//! Operating system services: clock, signals, threads, files, terminal input, exit codes.

pub mod atomic_file;
pub mod boot;
pub mod call_error;
pub mod clock;
pub mod dirs;
pub mod exit_code;
pub mod input_parser;
pub mod new_file;
pub mod pid_namespace;
pub mod private_dir;
pub mod proc_file;
pub mod process_name;
pub mod shortage;
pub mod signals;
pub mod standard_streams;
#[cfg(debug_assertions)]
pub mod test_panic;
pub mod threads;
pub mod toml_file;
