//! Executes the interpreter of a lane in this process, which has its cores and ends with mpviz already.

use std::fs::File;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::os::unix::process::CommandExt;
use std::process::Command;

use nix::sys::memfd::{MFdFlags, memfd_create};

use super::{PythonConfig, WorkerConfig, WorkerError};

/// Runs the lesson's program, with the configuration as its argument.
const LESSON: &str = include_str!("../../assets/lesson.py");

/// Replaces this process by the interpreter. Returns only if that fails.
pub(super) fn execute(python: &PythonConfig, config: &WorkerConfig) -> WorkerError {
    let text = match serde_json::to_string(config) {
        Ok(text) => text,
        Err(error) => return error.into(),
    };
    // Inherited, so that the interpreter and its workers can open it.
    let mut script = match memfd_create(c"mpviz-lesson", MFdFlags::empty()) {
        Ok(file) => File::from(file),
        Err(error) => return error.into(),
    };
    if let Err(error) = script.write_all(LESSON.as_bytes()) {
        return WorkerError::Interpreter(error);
    }
    // -I: loads no modules from the current directory.
    let path = format!("/proc/self/fd/{}", script.as_raw_fd());
    WorkerError::Interpreter(Command::new(&python.program).args(["-I", &path, &text]).exec())
}
