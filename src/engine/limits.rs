//! Resource limits of the machine, the cgroups and the user, and what remains of each.

use std::path::Path;

use nix::sys::resource::{Resource, getrlimit};
use nix::unistd::geteuid;
use procfs::Current;

use super::cgroups::{Cgroups, read_number};
use crate::system::shortage::raise_descriptor_limit;

/// Remaining amount of each limited resource; none where there is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RemainingLimits {
    /// Available memory of the machine, in bytes.
    pub machine_memory: Option<u64>,
    /// Remaining memory of the tightest cgroup, in bytes.
    pub cgroup_memory: Option<u64>,
    /// Remaining threads of the whole system.
    pub system_threads: Option<u64>,
    /// Remaining threads of the tightest cgroup.
    pub cgroup_threads: Option<u64>,
    /// Remaining threads of the user.
    pub user_threads: Option<u64>,
    /// File descriptors per process.
    pub descriptors: Option<u64>,
    /// Address space per process, in bytes.
    pub address_space: Option<u64>,
}

impl RemainingLimits {
    /// Reads the limits. Raises mpviz's soft limit of open files to the hard one.
    #[must_use]
    pub fn read() -> Self {
        let cgroups = Cgroups::read();
        Self {
            machine_memory: procfs::Meminfo::current().ok().and_then(|memory| memory.mem_available),
            cgroup_memory: cgroups.remaining_memory(),
            system_threads: remaining_system_threads(),
            cgroup_threads: cgroups.remaining_threads(),
            user_threads: remaining_user_threads(),
            descriptors: raise_descriptor_limit(),
            address_space: soft_limit(Resource::RLIMIT_AS),
        }
    }
}

/// Reads a soft limit; none if unlimited.
fn soft_limit(resource: Resource) -> Option<u64> {
    getrlimit(resource).ok().map(|(soft, _)| soft).filter(|soft| *soft != nix::libc::RLIM_INFINITY)
}

/// The system-wide thread limit minus the running threads.
fn remaining_system_threads() -> Option<u64> {
    let running = procfs::LoadAverage::current().map_or(0, |load| u64::from(load.max));
    let limits = ["/proc/sys/kernel/threads-max", "/proc/sys/kernel/pid_max"].map(|path| read_number(Path::new(path)));
    limits.into_iter().flatten().min().map(|limit| limit.saturating_sub(running))
}

/// The user's thread limit minus their running threads. Root is not limited.
fn remaining_user_threads() -> Option<u64> {
    let user = geteuid();
    if user.is_root() {
        return None;
    }
    let limit = soft_limit(Resource::RLIMIT_NPROC)?;
    let own_processes = procfs::process::all_processes()
        .ok()?
        .flatten()
        .filter(|process| process.uid().is_ok_and(|uid| uid == user.as_raw()));
    let running: i64 = own_processes.filter_map(|process| process.stat().ok()).map(|stat| stat.num_threads).sum();
    Some(limit.saturating_sub(running as u64))
}
