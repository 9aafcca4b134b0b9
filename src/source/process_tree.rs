//! The processes that descend from a program's first process, from `/proc`.

mod thread_sample;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::iter::successors;
use std::os::fd::{AsFd, OwnedFd};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use procfs::FromRead;
use procfs::process::Stat;
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use crate::event::Exit;
use crate::event::text::SafeText;
use crate::system::pid_namespace::is_proc_of_own_namespace;

pub use thread_sample::{ThreadSample, Wait};

/// Number of threads up to which their lists of children are read. The list of all processes costs about as much as
/// these lists, whose number grows with the tree.
const MAX_LISTS_OF_CHILDREN: usize = 64;

/// A process, told from others that had the same pid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProcessIdentity {
    pub pid: u32,
    /// Time at which it started, in clock ticks since the machine was booted.
    pub start_ticks: u64,
}

/// A process of the tree that has started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StartedProcess {
    pub identity: ProcessIdentity,
    pub parent: u32,
}

/// A process of the tree that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndedProcess {
    pub identity: ProcessIdentity,
    /// None if its parent has already collected it.
    pub exit: Option<Exit>,
}

/// What has changed since the last look at the tree.
#[derive(Debug, Default)]
pub struct TreeChanges {
    /// Parents before their children.
    pub started: Vec<StartedProcess>,
    pub ended: Vec<EndedProcess>,
}

/// The tree of a process. A process belongs to it until it ends, also if its parent has ended before.
#[derive(Debug)]
pub struct ProcessTree {
    processes: BTreeMap<u32, TreeProcess>,
    /// All processes of the machine when they were listed last.
    listed: HashSet<u32>,
    can_read_children: bool,
}

#[derive(Debug)]
struct TreeProcess {
    identity: ProcessIdentity,
    parent: u32,
    /// Readable when the process has ended. None without support by the kernel, or without a free descriptor.
    pidfd: Option<OwnedFd>,
}

impl ProcessTree {
    /// The tree of this process, which the first call of [`ProcessTree::changes`] returns.
    #[must_use]
    pub fn of(root: u32) -> Self {
        let mut tree = Self {
            processes: BTreeMap::new(),
            listed: HashSet::new(),
            can_read_children: fs::exists("/proc/thread-self/children").unwrap_or(false),
        };
        if is_proc_of_own_namespace() {
            tree.add(root);
        }
        tree
    }

    /// Finds the processes that have started and ended since the last call.
    pub fn changes(&mut self) -> TreeChanges {
        let ended = self.remove_ended();
        let are_lists_few = self.can_read_children && self.processes.len() <= MAX_LISTS_OF_CHILDREN;
        let started = are_lists_few.then(|| self.children_of_all()).flatten();
        let started = started.unwrap_or_else(|| self.new_processes_with_known_parents());
        TreeChanges { started, ended }
    }

    /// The processes of the tree.
    pub fn processes(&self) -> impl Iterator<Item = ProcessIdentity> + '_ {
        self.processes.values().map(|process| process.identity)
    }

    /// The descendants of each of these processes, without those of another one of them between.
    #[must_use]
    pub fn descendants_of(&self, pids: &BTreeSet<u32>) -> BTreeMap<u32, Vec<u32>> {
        let mut descendants: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for pid in self.processes.keys().filter(|pid| !pids.contains(pid)) {
            let parent_of = |pid: &u32| self.processes.get(pid).map(|process| process.parent);
            // No more steps than processes, because a pid that was used again may close a circle.
            let mut ancestors = successors(parent_of(pid), parent_of).take(self.processes.len());
            if let Some(ancestor) = ancestors.find(|ancestor| pids.contains(ancestor)) {
                descendants.entry(ancestor).or_default().push(*pid);
            }
        }
        descendants
    }

    /// Adds a process with its later descendants, for instance one whose parent ended before it was found. None if it
    /// is in the tree or has ended.
    pub fn add(&mut self, pid: u32) -> Option<StartedProcess> {
        if self.processes.contains_key(&pid) {
            return None;
        }
        // Opened before the process is read: if it then has not ended, both are of the same process.
        let pidfd = i32::try_from(pid).ok().and_then(Pid::from_raw);
        let pidfd = pidfd_open(pidfd?, PidfdFlags::empty()).ok();
        let stat = read_stat(pid).filter(|stat| !matches!(stat.state, 'Z' | 'X'))?;
        let (identity, parent) = (ProcessIdentity { pid, start_ticks: stat.starttime }, stat.ppid.cast_unsigned());
        self.processes.insert(pid, TreeProcess { identity, parent, pidfd });
        Some(StartedProcess { identity, parent })
    }

    fn remove_ended(&mut self) -> Vec<EndedProcess> {
        let with_pidfd: Vec<_> = self.processes.values().filter(|process| process.pidfd.is_some()).collect();
        let mut polled: Vec<_> = with_pidfd
            .iter()
            .filter_map(|process| Some(PollFd::new(process.pidfd.as_ref()?.as_fd(), PollFlags::POLLIN)))
            .collect();
        let is_polled = poll(&mut polled, PollTimeout::ZERO).is_ok();
        let readable = polled.iter().map(|pidfd| pidfd.any().unwrap_or(false));
        let ended_by_pidfd: HashSet<u32> = with_pidfd
            .iter()
            .zip(readable)
            .filter(|(_, ended)| *ended)
            .map(|(process, _)| process.identity.pid)
            .collect();
        let mut ended = Vec::new();
        self.processes.retain(|pid, process| {
            let has_ended = if process.pidfd.is_some() && is_polled {
                ended_by_pidfd.contains(pid)
            } else {
                !is_running(process.identity)
            };
            if has_ended {
                ended.push(EndedProcess { identity: process.identity, exit: exit_of_zombie(process.identity) });
            }
            !has_ended
        });
        ended
    }

    /// Adds the children of all processes, from the lists of their threads. None if these are too many.
    fn children_of_all(&mut self) -> Option<Vec<StartedProcess>> {
        let mut open: Vec<u32> = self.processes.keys().copied().collect();
        let mut started: Vec<StartedProcess> = Vec::new();
        let mut lists = 0;
        while let Some(pid) = open.pop() {
            for thread in fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten() {
                lists += 1;
                if lists > MAX_LISTS_OF_CHILDREN {
                    // What was added here is found in the list of all processes, too.
                    for process in started {
                        self.processes.remove(&process.identity.pid);
                    }
                    return None;
                }
                let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
                for child in children.split_whitespace().filter_map(|child| child.parse().ok()) {
                    if let Some(process) = self.add(child) {
                        started.push(process);
                        open.push(child);
                    }
                }
            }
        }
        self.listed.clear();
        Some(started)
    }

    /// Adds the new processes of the machine whose parents are in the tree.
    fn new_processes_with_known_parents(&mut self) -> Vec<StartedProcess> {
        let names = fs::read_dir("/proc").into_iter().flatten().flatten().map(|entry| entry.file_name());
        let listed: HashSet<u32> = names.filter_map(|name| name.to_str()?.parse().ok()).collect();
        let new = listed.difference(&self.listed).filter_map(|pid| Some((*pid, read_stat(*pid)?)));
        // A child starts after its parent, and in the same tick it has a higher number, unless numbers wrap around.
        let mut new: Vec<_> = new.map(|(pid, stat)| (stat.starttime, pid, stat.ppid.cast_unsigned())).collect();
        new.sort_unstable();
        let mut started = Vec::new();
        for (_, pid, parent) in new {
            if self.processes.contains_key(&parent) {
                started.extend(self.add(pid));
            }
        }
        self.listed = listed;
        started
    }
}

/// The name of a process as in `ps`, and the file name of its program, both of which change when it executes another.
#[must_use]
pub fn process_names(pid: u32) -> Option<(SafeText, SafeText)> {
    let name = fs::read(format!("/proc/{pid}/comm")).ok()?;
    let name = SafeText::new(String::from_utf8_lossy(&name).trim_end());
    let command = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let program = command.split(|byte| *byte == 0).next().unwrap_or_default();
    let program = program.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    // Empty for a zombie.
    let program = if program.is_empty() { name.clone() } else { SafeText::new(&String::from_utf8_lossy(program)) };
    Some((name, program))
}

/// The module that an interpreter runs by `-m name` or `-c 'from name import …'`, as on its command line.
#[must_use]
pub fn module_of_interpreter(pid: u32) -> Option<String> {
    let command = String::from_utf8(fs::read(format!("/proc/{pid}/cmdline")).ok()?).ok()?;
    let mut arguments = command.split('\0').skip_while(|argument| !matches!(*argument, "-m" | "-c"));
    let module = match arguments.next()? {
        "-m" => arguments.next()?,
        _ => arguments.next()?.strip_prefix("from ")?.split_whitespace().next()?,
    };
    Some(module.into())
}

fn read_stat(pid: u32) -> Option<Stat> {
    Stat::from_file(format!("/proc/{pid}/stat")).ok()
}

fn is_running(identity: ProcessIdentity) -> bool {
    read_stat(identity.pid)
        .is_some_and(|stat| stat.starttime == identity.start_ticks && !matches!(stat.state, 'Z' | 'X'))
}

/// How a process ended that its parent has not collected yet.
fn exit_of_zombie(identity: ProcessIdentity) -> Option<Exit> {
    let stat = read_stat(identity.pid).filter(|stat| stat.starttime == identity.start_ticks && stat.state == 'Z')?;
    let status = stat.exit_code?;
    Some(match status & 0x7f {
        0 => Exit::Code(status >> 8 & 0xff),
        signal => Exit::Signal(signal),
    })
}

#[cfg(test)]
mod tests;
