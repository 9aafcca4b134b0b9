//! Executes the interpreter of a lane in this process, which has its cores and ends with mpviz already.

use std::os::unix::process::CommandExt;
use std::process::Command;

use super::{PythonConfig, WorkerConfig, WorkerError};

/// Runs the lesson's program, with the configuration as its argument.
const LESSON: &str = include_str!("../../assets/lesson.py");

/// Replaces this process by the interpreter. Returns only if that fails.
pub(super) fn execute(python: &PythonConfig, config: &WorkerConfig) -> WorkerError {
    let text = match serde_json::to_string(config) {
        Ok(text) => text,
        Err(error) => return error.into(),
    };
    // -I: loads no modules from the current directory.
    WorkerError::Interpreter(Command::new(&python.program).args(["-I", "-c", LESSON, &text]).exec())
}
