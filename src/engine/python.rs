//! Lanes that CPython executes: the interpreter, and what such a lane needs.
//!
//! mpviz starts one process for such a lane, the interpreter, which starts its workers itself and reports them. They
//! are in its process group, so that a signal to the group reaches all of them. See `assets/lesson.py`.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use thiserror::Error;

use super::resources::RequiredResources;
use crate::event::text::{SafeText, display_path, sanitize};
use crate::event::workload::Workload;
use crate::event::{LanePlan, Mode};
use crate::text;

/// Prints implementation and version, whether there is a GIL, and the path of the interpreter. Fails if a module that
/// `lesson.py` needs is missing.
const QUESTION: &str = "\
import array, fcntl, multiprocessing.heap, multiprocessing.pool, multiprocessing.synchronize, platform, sys
print(sys.implementation.name, platform.python_version())
print(getattr(sys, '_is_gil_enabled', lambda: True)())
print(sys.version_info >= (3, 8))
print(sys.executable)";

/// An interpreter that has answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interpreter {
    pub program: PathBuf,
    /// Implementation and version, such as `cpython 3.11.7`.
    pub engine: SafeText,
    /// Whether its threads share a GIL.
    pub gil: bool,
}

/// Why an interpreter cannot execute lanes.
#[derive(Debug, Error)]
pub enum InterpreterError {
    #[error("{}", text!("python-not-started", program = display_path(program), error = error.to_string()))]
    NotStarted { program: PathBuf, error: io::Error },
    #[error("{}", text!("python-unsuitable", program = display_path(program), why = sanitize(why)))]
    Unsuitable { program: PathBuf, why: String },
}

impl Interpreter {
    /// Asks an interpreter, a path or a name on `PATH`, for its version.
    ///
    /// # Errors
    /// If it cannot be started, or is no CPython that has all modules.
    pub fn ask(program: &Path) -> Result<Self, InterpreterError> {
        let output = Command::new(program)
            // -I: loads no modules from the current directory.
            .args(["-I", "-c", QUESTION])
            .stdin(Stdio::null())
            .output()
            .map_err(|error| InterpreterError::NotStarted { program: program.into(), error })?;
        let unsuitable = |why: String| InterpreterError::Unsuitable { program: program.into(), why };
        if !output.status.success() {
            let text = String::from_utf8_lossy(&output.stderr);
            let last = text.lines().rev().find(|line| !line.trim().is_empty());
            return Err(unsuitable(last.map_or_else(|| output.status.to_string(), |line| line.trim().into())));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let lines: Vec<&str> = text.lines().collect();
        match lines[..] {
            [engine, gil, "True", path, ..] if engine.starts_with("cpython ") && !path.is_empty() => {
                Ok(Self { program: path.into(), engine: SafeText::new(engine), gil: gil == "True" })
            }
            [engine, ..] => Err(unsuitable(text!("python-of-other-engine", engine = engine))),
            [] => Err(unsuitable(text!("python-printed-nothing").into())),
        }
    }
}

/// What a lane needs: the interpreter holds all numbers, and workers of a pool receive theirs pickled.
pub(super) fn required_resources(lane: &LanePlan, workload: &Workload, largest_payload: u64) -> RequiredResources {
    let workers = u64::from(lane.workers);
    let (processes, threads) = match lane.mode {
        Mode::Serial => (1, 1),
        // Beside its workers a pool has three threads.
        Mode::Threads => (1, lane.workers.saturating_add(4)),
        Mode::Pool => (lane.workers.saturating_add(1), lane.workers.saturating_add(4)),
        Mode::Process => (lane.workers.saturating_add(1), lane.workers.saturating_add(1)),
    };
    let is_forked = workload.start_method.is_fork();
    // Pickled and unpickled at once, in the interpreter and in each worker.
    let copies = match lane.mode {
        Mode::Pool => 2 * (workers.min(workload.tasks.into()) + 1) * largest_payload,
        Mode::Process if !is_forked => workload.payload_bytes() + 2 * largest_payload,
        _ => 0,
    };
    let interpreter = u64::from(processes) * if is_forked { FORKED_BYTES } else { NEW_INTERPRETER_BYTES };
    RequiredResources {
        processes,
        threads,
        descriptors: 0,
        payload_bytes: workload.payload_bytes() + copies + interpreter,
        max_process_payload: workload.payload_bytes() + 2 * largest_payload + ADDRESS_SPACE,
    }
}

/// Private memory of a worker without its numbers, in bytes: mostly what a fork copies.
const FORKED_BYTES: u64 = 4_000_000;
/// The same of a worker that has imported its modules itself.
const NEW_INTERPRETER_BYTES: u64 = 10_000_000;
/// Address space of an interpreter, in bytes.
const ADDRESS_SPACE: u64 = 200_000_000;
