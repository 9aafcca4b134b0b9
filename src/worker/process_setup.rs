//! The first acts of a worker process: where it runs, and that it never outlives who started it.

use nix::errno::Errno;
use nix::sched::{CpuSet, sched_setaffinity};
use nix::sys::prctl;
use nix::sys::signal::Signal;
use nix::unistd::{Pid, getppid};

use super::WorkerConfig;

/// Settles the process. False if whoever started it is gone already.
pub(super) fn initialize(config: &WorkerConfig) -> nix::Result<bool> {
    pin(&config.cores)?;
    let Some(parent) = config.parent else { return Ok(true) };
    // The signal is sent when the parent ends from now on; the comparison covers the time before.
    prctl::set_pdeathsig(Signal::SIGKILL)?;
    if getppid().as_raw() as u32 != parent {
        return Ok(false);
    }
    Ok(true)
}

/// When memory runs out, a worker that takes much is to go rather than mpviz or a stranger.
pub(super) fn raise_oom_score() {
    // Not being allowed to is no reason to stop.
    let _ = std::fs::write("/proc/self/oom_score_adj", "500");
}

fn pin(cores: &[u32]) -> nix::Result<()> {
    if cores.is_empty() {
        return Ok(());
    }
    let mut set = CpuSet::new();
    for core in cores {
        set.set(*core as usize)?;
    }
    match sched_setaffinity(Pid::from_raw(0), &set) {
        // None of them is ours any more, as happens when a container's cores are changed: work where we are.
        Err(Errno::EINVAL) => Ok(()),
        other => other,
    }
}
