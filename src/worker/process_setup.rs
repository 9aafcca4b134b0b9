//! Setup of a worker process: its name, core affinity, and exit when the parent dies.

use std::ffi::CString;

use nix::sched::{CpuSet, sched_setaffinity};
use nix::sys::prctl;
use nix::sys::signal::Signal;
use nix::unistd::{Pid, getppid};

use super::{WorkerConfig, WorkerError};

/// Sets the process up. Fails if the parent has already exited.
pub(super) fn set_up_process(config: &WorkerConfig) -> Result<(), WorkerError> {
    // Without a name of its own the process is called `exe`.
    let _ = CString::new(config.name.as_str()).map(|name| prctl::set_name(&name));
    // It may be forbidden, which the run tells beforehand, or none of the cores is left in the container's set, or
    // online: the worker then runs on all cores that it may use.
    let _ = set_affinity(&config.cores);
    let Some(parent) = config.parent else { return Ok(()) };
    // The signal covers a parent that exits from now on; the comparison covers the time before.
    prctl::set_pdeathsig(Signal::SIGKILL)?;
    if getppid().as_raw() as u32 != parent {
        return Err(WorkerError::NoParent(parent));
    }
    Ok(())
}

/// Makes the OOM killer prefer this process to mpviz and other programs.
pub(super) fn raise_oom_score() {
    // Errors are ignored, because writing the score may be forbidden.
    let _ = std::fs::write("/proc/self/oom_score_adj", "500");
}

fn set_affinity(cores: &[u32]) -> nix::Result<()> {
    if cores.is_empty() {
        return Ok(());
    }
    let mut set = CpuSet::new();
    for core in cores {
        set.set(*core as usize)?;
    }
    sched_setaffinity(Pid::from_raw(0), &set)
}
