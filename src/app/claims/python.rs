//! Programs that measure claims in Python.

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::Pid;
use serde::de::DeserializeOwned;

use super::MeasureError;
use crate::engine::resources::AvailableResources;
use crate::report::claims::NoVerdict;

/// Longest time that a program may take.
const TIME_LIMIT: Duration = Duration::from_mins(1);
/// Interval of checks for the end of a program.
const CHECK_INTERVAL: Duration = Duration::from_millis(10);

/// A program in `assets/claims`, which prints figures as JSON.
pub(super) struct PythonProgram {
    source: &'static str,
    /// Memory that it takes at most, in bytes.
    memory: u64,
}

macro_rules! program {
    ($file:literal, $memory:literal) => {
        PythonProgram {
            source: concat!(
                include_str!("../../../assets/claims/common.py"),
                include_str!(concat!("../../../assets/claims/", $file))
            ),
            memory: $memory,
        }
    };
}

pub(super) const FIFO: PythonProgram = program!("fifo.py", 60_000_000);
pub(super) const POOL_MEMORY: PythonProgram = program!("pool_memory.py", 300_000_000);
pub(super) const GIL: PythonProgram = program!("gil.py", 40_000_000);
pub(super) const MAP: PythonProgram = program!("map.py", 60_000_000);
pub(super) const SHARE: PythonProgram = program!("share.py", 450_000_000);
pub(super) const COLLECT: PythonProgram = program!("collect.py", 120_000_000);
pub(super) const SECONDS: PythonProgram = program!("seconds.py", 1_000_000_000);

impl PythonProgram {
    /// Runs the program to its end, and returns its figures. No process of it is left then.
    pub(super) fn run<F: DeserializeOwned>(
        &self,
        interpreter: &Path,
        cancelled: &AtomicBool,
    ) -> Result<F, MeasureError> {
        if let Some(available) = AvailableResources::read().memory.filter(|available| *available < self.memory) {
            return Err(MeasureError::NoVerdict(NoVerdict::Memory { needed: self.memory, available }));
        }
        // -I: loads no modules from the current directory.
        let child = Command::new(interpreter)
            .args(["-I", "-W", "ignore", "-c", self.source])
            // When mpviz ends, it closes, and the kernel kills the program.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn();
        let mut group = ProcessGroup(child.map_err(|error| MeasureError::failed(&error))?);
        let is_success = group.wait(cancelled)?;
        group.kill();
        let (mut output, mut errors) = (String::new(), String::new());
        let stdout = group.0.stdout.take().map_or(Ok(0), |mut stdout| stdout.read_to_string(&mut output));
        let stderr = group.0.stderr.take().map_or(Ok(0), |mut stderr| stderr.read_to_string(&mut errors));
        stdout.and(stderr).map_err(|error| MeasureError::failed(&error))?;
        if !is_success {
            let last = errors.lines().rev().find(|line| !line.trim().is_empty());
            return Err(MeasureError::failed(&last.unwrap_or("the program failed without a message")));
        }
        serde_json::from_str(&output).map_err(|error| MeasureError::failed(&error))
    }
}

/// A program and its process group, killed when dropped.
struct ProcessGroup(Child);

impl ProcessGroup {
    /// Waits for the end of the program, which stays a zombie, so that the number of its group is not used again.
    /// Returns whether it succeeded.
    fn wait(&self, cancelled: &AtomicBool) -> Result<bool, MeasureError> {
        let deadline = Instant::now() + TIME_LIMIT;
        let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
        loop {
            match waitid(Id::Pid(self.pid()), flags) {
                Ok(WaitStatus::StillAlive) => {}
                status => return Ok(matches!(status, Ok(WaitStatus::Exited(_, 0)))),
            }
            if cancelled.load(Ordering::SeqCst) {
                return Err(MeasureError::Cancelled);
            }
            if Instant::now() >= deadline {
                let seconds = TIME_LIMIT.as_secs();
                return Err(MeasureError::failed(&format!("the program did not end within {seconds} s")));
            }
            thread::sleep(CHECK_INTERVAL);
        }
    }

    fn kill(&self) {
        let _ = killpg(self.pid(), Signal::SIGKILL);
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(self.0.id() as i32)
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        self.kill();
        let _ = self.0.wait();
    }
}
