//! Setup of a worker process: core affinity, and exit when the parent dies.

use nix::errno::Errno;
use nix::sched::{CpuSet, sched_setaffinity};
use nix::sys::prctl;
use nix::sys::signal::Signal;
use nix::unistd::{Pid, getppid};

use super::WorkerConfig;

/// Sets the process up. False if the parent has already exited.
pub(super) fn set_up_process(config: &WorkerConfig) -> nix::Result<bool> {
    set_affinity(&config.cores)?;
    let Some(parent) = config.parent else { return Ok(true) };
    // The signal covers a parent that exits from now on; the comparison covers the time before.
    prctl::set_pdeathsig(Signal::SIGKILL)?;
    if getppid().as_raw() as u32 != parent {
        return Ok(false);
    }
    Ok(true)
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
    match sched_setaffinity(Pid::from_raw(0), &set) {
        // None of the cores is allowed any more, for instance after a change of the container's set: keep the
        // affinity.
        Err(Errno::EINVAL) => Ok(()),
        other => other,
    }
}
