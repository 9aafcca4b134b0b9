//! The machine mpviz runs on.

use std::thread::available_parallelism;

use nix::sched::{CpuSet, sched_getaffinity};
use nix::unistd::Pid;
use procfs::Current;
use sysinfo::System;

use crate::event::Machine;
use crate::event::text::SafeText;

/// Returns the cores mpviz may use: those of its affinity mask, limited by the cgroup's CPU quota.
#[must_use]
pub fn usable_cores() -> Vec<u32> {
    let allowed = available_parallelism().map_or(1, std::num::NonZero::get);
    let mut cores = affinity_cores();
    cores.truncate(allowed);
    if cores.is_empty() { (0..allowed as u32).collect() } else { cores }
}

/// Returns the cores of mpviz's affinity mask.
#[must_use]
pub fn affinity_cores() -> Vec<u32> {
    let mask = sched_getaffinity(Pid::from_raw(0)).unwrap_or_else(|_| CpuSet::new());
    (0..CpuSet::count()).filter(|n| mask.is_set(*n).unwrap_or(false)).map(|n| n as u32).collect()
}

/// Describes the machine for reports.
#[must_use]
pub fn describe_machine(cores: &[u32]) -> Machine {
    let memory_bytes = procfs::Meminfo::current().map_or(0, |memory| memory.mem_total);
    let system = System::long_os_version().unwrap_or_else(|_| std::env::consts::OS.into());
    let kernel = System::kernel_version().unwrap_or_else(|_| "unknown".into());
    let os = SafeText::new(format!("{system}, kernel {kernel}, {}", std::env::consts::ARCH).as_str());
    Machine { cores: cores.len() as u32, memory_bytes, os }
}
