//! Entry point of the `mpviz` program.

use std::ffi::OsString;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    mpviz::cli::commands::run(&args)
}
