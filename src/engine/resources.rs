//! Whether the machine has what a run needs: asked before anything is started.

use std::fs;
use std::path::{Path, PathBuf};

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::unistd::geteuid;
use procfs::Current;
use thiserror::Error;

use crate::event::units::{bytes, count};

/// What a started worker takes beside its payload, in bytes.
pub const PROCESS_MEMORY_BYTES: u64 = 300_000;
/// Descriptors that mpviz itself has open, generously.
const OWN_DESCRIPTORS: u64 = 64;

/// What a run takes at its height.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequiredResources {
    /// Processes at once.
    pub processes: u32,
    /// Threads at once, in all of them.
    pub threads: u32,
    /// Descriptors that mpviz has open for them.
    pub descriptors: u32,
    /// Payload in memory at once, in all processes.
    pub payload_bytes: u64,
    /// The most payload in one process.
    pub max_process_payload: u64,
}

impl RequiredResources {
    /// What two lanes take at the same time.
    #[must_use]
    pub fn sum(self, other: Self) -> Self {
        Self {
            processes: self.processes.saturating_add(other.processes),
            threads: self.threads.saturating_add(other.threads),
            descriptors: self.descriptors.saturating_add(other.descriptors),
            payload_bytes: self.payload_bytes.saturating_add(other.payload_bytes),
            max_process_payload: self.max_process_payload.max(other.max_process_payload),
        }
    }

    /// What two lanes take one after the other.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self {
            processes: self.processes.max(other.processes),
            threads: self.threads.max(other.threads),
            descriptors: self.descriptors.max(other.descriptors),
            payload_bytes: self.payload_bytes.max(other.payload_bytes),
            max_process_payload: self.max_process_payload.max(other.max_process_payload),
        }
    }

    fn memory(&self) -> u64 {
        self.payload_bytes.saturating_add(u64::from(self.processes) * PROCESS_MEMORY_BYTES)
    }
}

/// What there is; none where no limit is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AvailableResources {
    /// Memory that can be had without pushing anybody out, in bytes; the least of the machine's and the cgroups'.
    pub memory: Option<u64>,
    /// Threads that may still be started; the least of the system's, the cgroups' and the user's.
    pub threads: Option<u64>,
    /// Descriptors a process may have open.
    pub descriptors: Option<u64>,
    /// Address space a process may have.
    pub address_space: Option<u64>,
}

/// The machine has not what a run needs.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum InsufficientResources {
    /// Memory.
    #[error(
        "{} processes need {} of memory ({} of payload and 300 kB each), {} are available: lower --tasks, --workers or \
         --numbers, or insist with --force", count(u64::from(.0.processes)), bytes(.0.memory()), bytes(.0.payload_bytes), bytes(*.1)
    )]
    Memory(RequiredResources, u64),
    /// Processes and threads.
    #[error("{} processes and threads are needed, {} more may be started here (ulimit -u, cgroup pids.max, kernel.threads-max): lower --tasks or --workers, or insist with --force", count(u64::from(*.0)), count(*.1))]
    Threads(u32, u64),
    /// Descriptors.
    #[error("{} open files are needed, {} are allowed (ulimit -n): lower --tasks or --workers, or insist with --force", count(*.0), count(*.1))]
    Descriptors(u64, u64),
    /// Address space.
    #[error("a process needs {} of address space, {} are allowed (ulimit -v): raise --tasks, or insist with --force", bytes(*.0), bytes(*.1))]
    AddressSpace(u64, u64),
}

/// Whether what there is suffices.
///
/// # Errors
/// What does not, with the figures.
pub fn check_resources(need: &RequiredResources, available: &AvailableResources) -> Result<(), InsufficientResources> {
    let short = |wanted: u64, limit: Option<u64>| limit.filter(|limit| wanted > *limit);
    if let Some(limit) = short(need.memory(), available.memory) {
        return Err(InsufficientResources::Memory(*need, limit));
    }
    if let Some(limit) = short(need.threads.into(), available.threads) {
        return Err(InsufficientResources::Threads(need.threads, limit));
    }
    let descriptors = u64::from(need.descriptors) + OWN_DESCRIPTORS;
    if let Some(limit) = short(descriptors, available.descriptors) {
        return Err(InsufficientResources::Descriptors(descriptors, limit));
    }
    let space = need.max_process_payload + ADDRESS_SPACE;
    match short(space, available.address_space) {
        Some(limit) => Err(InsufficientResources::AddressSpace(space, limit)),
        None => Ok(()),
    }
}

/// Address space of a worker without payload, generously.
const ADDRESS_SPACE: u64 = 32_000_000;

/// What is left by each limit on its own; none where there is no such limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RemainingLimits {
    /// Memory that the machine has available, in bytes.
    pub machine_memory: Option<u64>,
    /// Memory that the tightest control group has left, in bytes.
    pub cgroup_memory: Option<u64>,
    /// Threads that the kernel as a whole has left.
    pub system_threads: Option<u64>,
    /// Threads that the tightest control group has left.
    pub cgroup_threads: Option<u64>,
    /// Threads that the user has left.
    pub user_threads: Option<u64>,
    /// Descriptors a process may have open.
    pub descriptors: Option<u64>,
    /// Address space a process may have, in bytes.
    pub address_space: Option<u64>,
}

impl RemainingLimits {
    /// What is left now. Raises this program's own limit of open files as far as it may.
    #[must_use]
    pub fn read() -> Self {
        let groups = Cgroups::read();
        Self {
            machine_memory: procfs::Meminfo::current().ok().and_then(|memory| memory.mem_available),
            cgroup_memory: groups.memory(),
            system_threads: system_threads(),
            cgroup_threads: groups.threads(),
            user_threads: user_threads(),
            descriptors: descriptors(),
            address_space: limit(Resource::RLIMIT_AS),
        }
    }
}

impl From<RemainingLimits> for AvailableResources {
    /// What all of them together leave.
    fn from(limits: RemainingLimits) -> Self {
        Self {
            memory: least([limits.machine_memory, limits.cgroup_memory]),
            threads: least([limits.system_threads, limits.cgroup_threads, limits.user_threads]),
            descriptors: limits.descriptors,
            address_space: limits.address_space,
        }
    }
}

impl AvailableResources {
    /// What there is now. Raises this program's own limit of open files as far as it may.
    #[must_use]
    pub fn read() -> Self {
        RemainingLimits::read().into()
    }
}

fn least(limits: impl IntoIterator<Item = Option<u64>>) -> Option<u64> {
    limits.into_iter().flatten().min()
}

/// A resource limit; none if there is none.
fn limit(resource: Resource) -> Option<u64> {
    getrlimit(resource).ok().map(|(soft, _)| soft).filter(|soft| *soft != nix::libc::RLIM_INFINITY)
}

fn descriptors() -> Option<u64> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).ok()?;
    if soft < hard && setrlimit(Resource::RLIMIT_NOFILE, hard, hard).is_ok() {
        return Some(hard);
    }
    Some(soft)
}

/// What the kernel as a whole allows, less what there is.
fn system_threads() -> Option<u64> {
    let running = procfs::LoadAverage::current().map_or(0, |load| u64::from(load.max));
    let limits = ["/proc/sys/kernel/threads-max", "/proc/sys/kernel/pid_max"].map(|path| number(Path::new(path)));
    least(limits).map(|limit| limit.saturating_sub(running))
}

/// What the user may still start. The administrator is not limited.
fn user_threads() -> Option<u64> {
    let user = geteuid();
    if user.is_root() {
        return None;
    }
    let limit = limit(Resource::RLIMIT_NPROC)?;
    let mine = procfs::process::all_processes()
        .ok()?
        .flatten()
        .filter(|process| process.uid().is_ok_and(|uid| uid == user.as_raw()));
    let running: i64 = mine.filter_map(|process| process.stat().ok()).map(|stat| stat.num_threads).sum();
    Some(limit.saturating_sub(running as u64))
}

/// Where the second version says `max`, the first gives a number of bytes that no machine has.
const NO_LIMIT: u64 = 1 << 62;

/// The directories of the control groups that this program is in, up to their roots.
struct Cgroups(Vec<PathBuf>);

impl Cgroups {
    fn read() -> Self {
        let groups =
            procfs::process::Process::myself().and_then(|me| me.cgroups()).map(|groups| groups.0).unwrap_or_default();
        let mut dirs = Vec::new();
        for group in groups {
            let roots: Vec<PathBuf> = if group.controllers.iter().all(String::is_empty) {
                vec!["/sys/fs/cgroup".into()]
            } else {
                group.controllers.iter().map(|controller| Path::new("/sys/fs/cgroup").join(controller)).collect()
            };
            for root in roots {
                let dir = root.join(group.pathname.trim_start_matches('/'));
                dirs.extend(dir.ancestors().take_while(|dir| dir.starts_with(&root)).map(Path::to_path_buf));
            }
        }
        Self(dirs)
    }

    fn left(&self, limit: &str, used: impl Fn(&Path) -> Option<u64>) -> Option<u64> {
        let limit = |dir: &Path| number(&dir.join(limit)).filter(|limit| *limit < NO_LIMIT);
        self.0.iter().filter_map(|dir| Some(limit(dir)?.saturating_sub(used(dir)?))).min()
    }

    /// What is left in the tightest group.
    fn memory(&self) -> Option<u64> {
        let v2 = |dir: &Path| used_memory(dir, "memory.current", &["inactive_file", "active_file"]);
        let v1 = |dir: &Path| used_memory(dir, "memory.usage_in_bytes", &["total_inactive_file", "total_active_file"]);
        least([self.left("memory.max", v2), self.left("memory.limit_in_bytes", v1)])
    }

    fn threads(&self) -> Option<u64> {
        self.left("pids.max", |dir| number(&dir.join("pids.current")))
    }
}

/// What a group has used, in bytes, less the cached files, which give way before anything is refused. After a build
/// they fill a container to its limit.
fn used_memory(dir: &Path, used: &str, cached: &[&str]) -> Option<u64> {
    let stat = fs::read_to_string(dir.join("memory.stat")).unwrap_or_default();
    let fields = stat.lines().filter_map(|line| line.split_once(' '));
    let cache: u64 =
        fields.filter(|(name, _)| cached.contains(name)).filter_map(|(_, bytes)| bytes.parse::<u64>().ok()).sum();
    Some(number(&dir.join(used))?.saturating_sub(cache))
}

/// The number in a file; none if there is no file, or it says `max`.
fn number(path: &Path) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEED: RequiredResources = RequiredResources {
        processes: 300,
        threads: 304,
        descriptors: 300,
        payload_bytes: 12_000_000_000,
        max_process_payload: 40_000_000,
    };

    #[test]
    fn what_there_is_suffices_to_the_last_byte() {
        let exact = AvailableResources {
            memory: Some(12_090_000_000),
            threads: Some(304),
            descriptors: Some(364),
            address_space: Some(72_000_000),
        };
        assert_eq!(check_resources(&NEED, &exact), Ok(()));
        assert_eq!(check_resources(&NEED, &AvailableResources::default()), Ok(()), "no limit known is no limit");
        let short = |available| check_resources(&NEED, &available).unwrap_err();
        assert_eq!(
            short(AvailableResources { memory: Some(12_089_999_999), ..exact }),
            InsufficientResources::Memory(NEED, 12_089_999_999)
        );
        assert_eq!(short(AvailableResources { threads: Some(303), ..exact }), InsufficientResources::Threads(304, 303));
        assert_eq!(
            short(AvailableResources { descriptors: Some(363), ..exact }),
            InsufficientResources::Descriptors(364, 363)
        );
        assert_eq!(
            short(AvailableResources { address_space: Some(71_999_999), ..exact }),
            InsufficientResources::AddressSpace(72_000_000, 71_999_999)
        );
    }

    #[test]
    fn a_refusal_gives_the_figures_and_the_remedy() {
        assert_eq!(
            InsufficientResources::Memory(NEED, 8_200_000_000).to_string(),
            "300 processes need 12 GB of memory (12 GB of payload and 300 kB each), 8.2 GB are available: lower --tasks, \
             --workers or --numbers, or insist with --force"
        );
    }

    #[test]
    fn the_tightest_group_counts_and_cached_files_do_not() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("inner");
        fs::create_dir(&inner).unwrap();
        let write = |dir: &Path, name: &str, text: &str| fs::write(dir.join(name), text).unwrap();
        let groups = Cgroups(vec![inner.clone(), root.path().into()]);
        assert_eq!((groups.memory(), groups.threads()), (None, None), "no files, no limits");

        write(&inner, "memory.max", "max\n");
        write(&inner, "memory.current", "900\n");
        write(root.path(), "memory.max", "1000\n");
        write(root.path(), "memory.current", "1000\n");
        write(root.path(), "memory.stat", "anon 200\ninactive_file 500\nactive_file 250\n");
        write(&inner, "pids.max", "100\n");
        write(&inner, "pids.current", "120\n");
        assert_eq!((groups.memory(), groups.threads()), (Some(750), Some(0)));

        write(root.path(), "memory.limit_in_bytes", "9223372036854771712\n");
        write(root.path(), "memory.usage_in_bytes", "1000\n");
        fs::remove_file(root.path().join("memory.max")).unwrap();
        assert_eq!(groups.memory(), None, "as good as none");
    }

    #[test]
    fn this_machine_says_how_much_memory_it_has() {
        assert!(AvailableResources::read().memory.is_some_and(|memory| memory > 0));
    }
}
