//! The machine mpviz runs on.

use std::fs;
use std::thread::available_parallelism;

use nix::errno::Errno;
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::sys::utsname::uname;
use nix::unistd::Pid;
use procfs::Current;

use crate::event::Machine;
use crate::event::text::SafeText;
use crate::system::pid_namespace::is_proc_of_own_namespace;

/// Returns the cores mpviz may use: those of its affinity mask that are not isolated, limited by the cgroup's CPU
/// quota.
#[must_use]
pub fn usable_cores() -> Vec<u32> {
    let allowed = available_parallelism().map_or(1, std::num::NonZero::get);
    let mut cores = without_isolated(affinity_cores(), &isolated_cores());
    cores.truncate(allowed);
    if cores.is_empty() { (0..allowed as u32).collect() } else { cores }
}

/// Returns the isolated cores of mpviz's affinity mask (`isolcpus=`, or a cgroup's isolated partition). The kernel does
/// not move processes to such a core: all workers of a lane would stay on one.
#[must_use]
pub fn isolated_cores() -> Vec<u32> {
    let lists = ["/sys/devices/system/cpu/isolated", "/sys/fs/cgroup/cpuset.cpus.isolated"];
    let isolated: Vec<u32> =
        lists.iter().filter_map(|path| fs::read_to_string(path).ok()).flat_map(|list| parse_core_list(&list)).collect();
    affinity_cores().into_iter().filter(|core| isolated.contains(core)).collect()
}

/// Returns the cores that are online; empty if unknown.
#[must_use]
pub fn online_cores() -> Vec<u32> {
    fs::read_to_string("/sys/devices/system/cpu/online").map(|list| parse_core_list(&list)).unwrap_or_default()
}

/// Leaves isolated cores out, unless there are no others.
fn without_isolated(cores: Vec<u32>, isolated: &[u32]) -> Vec<u32> {
    let others: Vec<u32> = cores.iter().copied().filter(|core| !isolated.contains(core)).collect();
    if others.is_empty() { cores } else { others }
}

/// Parses a list of cores such as `0-2,5`, of at most [`CpuSet::count`] cores; the rest of an invalid list is left out.
fn parse_core_list(list: &str) -> Vec<u32> {
    let range = |range: &str| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        Some(first.parse().ok()?..=last.parse::<u32>().ok()?.min(CpuSet::count() as u32))
    };
    list.trim().split(',').map_while(range).flatten().collect()
}

/// Returns the error with which the affinity of a process cannot be set; none if it can.
#[must_use]
pub fn affinity_error() -> Option<Errno> {
    let own = Pid::from_raw(0);
    // Sets the mask that is set already.
    sched_getaffinity(own).and_then(|mask| sched_setaffinity(own, &mask)).err()
}

/// Returns the cores of mpviz's affinity mask.
#[must_use]
pub fn affinity_cores() -> Vec<u32> {
    let mask = sched_getaffinity(Pid::from_raw(0)).unwrap_or_else(|_| CpuSet::new());
    (0..CpuSet::count()).filter(|n| mask.is_set(*n).unwrap_or(false)).map(|n| n as u32).collect()
}

/// Restrictions of the environment that a run has to respect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restrictions {
    /// The isolated cores of the affinity mask, which are left out unless there are no others.
    pub isolated: Vec<u32>,
    /// The error with which workers cannot be pinned to cores.
    pub affinity_error: Option<Errno>,
    /// Whether `/proc` belongs to another pid namespace.
    pub is_proc_foreign: bool,
}

impl Restrictions {
    #[must_use]
    pub fn read() -> Self {
        Self {
            isolated: isolated_cores(),
            affinity_error: affinity_error(),
            is_proc_foreign: !is_proc_of_own_namespace(),
        }
    }
}

/// Describes the machine for reports.
#[must_use]
pub fn describe_machine(cores: &[u32]) -> Machine {
    let memory_bytes = procfs::Meminfo::current().map_or(0, |memory| memory.mem_total);
    let distribution = ["/etc/os-release", "/usr/lib/os-release"].iter().find_map(|path| fs::read_to_string(path).ok());
    let system =
        distribution.as_deref().and_then(distribution_name).map_or("Linux".into(), |name| format!("Linux ({name})"));
    let kernel = uname().map_or("unknown".into(), |names| names.release().to_string_lossy().into_owned());
    let os = SafeText::new(format!("{system}, kernel {kernel}, {}", std::env::consts::ARCH).as_str());
    Machine { cores: cores.len() as u32, memory_bytes, os }
}

/// Returns name and version in an `os-release` file.
fn distribution_name(release: &str) -> Option<String> {
    let field = |name| {
        let value = release.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))?;
        Some(value.trim_matches(['"', '\'']))
    };
    let name = field("NAME")?;
    Some(field("VERSION_ID").map_or_else(|| name.into(), |version| format!("{name} {version}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn core_lists_are_parsed() {
        assert_eq!(parse_core_list("\n"), [0; 0]);
        assert_eq!(parse_core_list("0-2,5\n"), [0, 1, 2, 5]);
        assert_eq!(parse_core_list("3,x,4"), [3]);
        assert_eq!(parse_core_list("0-4294967295").len(), CpuSet::count() + 1);
    }

    #[test]
    fn isolated_cores_are_left_out_unless_all_are_isolated() {
        assert_eq!(without_isolated(vec![0, 1, 2, 3], &[2, 3]), [0, 1]);
        assert_eq!(without_isolated(vec![0, 1], &[]), [0, 1]);
        assert_eq!(without_isolated(vec![2, 3], &[2, 3]), [2, 3]);
    }

    #[test]
    fn the_affinity_can_be_set_here() {
        assert_eq!(affinity_error(), None);
    }

    #[test]
    fn distributions_are_named_with_their_version() {
        let debian = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\n";
        assert_eq!(distribution_name(debian).as_deref(), Some("Debian GNU/Linux 12"));
        assert_eq!(distribution_name("NAME=Arch").as_deref(), Some("Arch"));
        assert_eq!(distribution_name(""), None);
    }
}
