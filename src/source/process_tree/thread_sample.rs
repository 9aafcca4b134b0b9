//! State and times of a thread, from `/proc`.

use std::io::ErrorKind;
use std::{fs, iter};

use nix::libc::{SYS_futex, SYS_futex_waitv};
use procfs::process::{Schedstat, Stat, Syscall};
use procfs::{FromRead, ProcError};

use crate::event::ProcessSample;
use crate::probe::thread_stat::scheduler_statistics;
use crate::system::clock::cpu_time_of_process;

/// Whether a thread is blocked, and by what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wait {
    /// It runs, or could run.
    None,
    /// It waits for a lock (futex).
    Lock,
    /// It waits for input, output, time or memory.
    Other,
    /// It waits, and the kernel does not tell for what.
    Unknown,
}

/// What a thread waits for, and its scheduler statistics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadSample {
    pub wait: Wait,
    /// Whether it runs other processes, whose CPU time is included.
    pub has_descendants: bool,
    /// The core it last ran on; none for a process.
    pub core: Option<u32>,
    /// Time on a core so far, in ns; none if the kernel does not count it.
    pub cpu_ns: Option<u64>,
    /// Time runnable but not on a core so far, in ns.
    pub run_delay_ns: Option<u64>,
    /// Number of time slices so far.
    pub timeslices: Option<u64>,
}

impl Wait {
    /// Reads one file, 5 µs, or two of a thread that runs. None if the thread has ended.
    #[must_use]
    pub fn of_thread(pid: u32, tid: u32) -> Option<Self> {
        match Syscall::from_file(file_of(pid, tid, "syscall")) {
            // A zombie, too, is in no system call.
            Ok(Syscall::Running) => Self::of_living(pid, tid, |_| Self::None),
            Ok(Syscall::Blocked { syscall_number, .. }) => {
                let is_futex = [SYS_futex, SYS_futex_waitv].contains(&syscall_number);
                Some(if is_futex { Self::Lock } else { Self::Other })
            }
            Err(ProcError::NotFound(_)) => None,
            Err(ProcError::Io(error, _)) if error.kind() == ErrorKind::NotFound => None,
            // Readable only for a process that may trace the thread's.
            Ok(_) | Err(_) => Self::of_living(pid, tid, Self::of_state),
        }
    }

    /// From the state of a thread that is no zombie.
    fn of_living(pid: u32, tid: u32, of_state: impl FnOnce(char) -> Self) -> Option<Self> {
        let stat = Stat::from_file(file_of(pid, tid, "stat")).ok()?;
        (!matches!(stat.state, 'Z' | 'X')).then(|| of_state(stat.state))
    }

    pub(super) fn of_state(state: char) -> Self {
        match state {
            'S' => Self::Unknown,
            'D' => Self::Other,
            _ => Self::None,
        }
    }
}

impl ThreadSample {
    /// Its times as a sample of a worker; none for a process, and if the kernel does not count them.
    #[must_use]
    pub fn times(&self) -> Option<ProcessSample> {
        Some(ProcessSample {
            cpu_ns: self.cpu_ns?,
            run_delay_ns: self.run_delay_ns?,
            private_bytes: None,
            core: self.core?,
            timeslices: self.timeslices,
        })
    }

    /// Reads three files. None if the thread has ended.
    #[must_use]
    pub fn of_thread(pid: u32, tid: u32) -> Option<Self> {
        let stat = Stat::from_file(file_of(pid, tid, "stat")).ok()?;
        Some(Self { core: stat.processor.map(i32::cast_unsigned), ..Self::read(pid, tid)? })
    }

    /// Samples a process together with the processes that it runs: it waits if none of their threads runs. Without
    /// others, reads two files for its first thread, whose core is known from the samples of its memory. None if the
    /// process has ended.
    #[must_use]
    pub fn of_process(pid: u32, descendants: &[u32]) -> Option<Self> {
        let mut sample = Self::read(pid, pid)?;
        let processes = || iter::once(pid).chain(descendants.iter().copied());
        if sample.wait != Wait::None && processes().any(has_running_thread) {
            sample.wait = Wait::None;
        }
        if !descendants.is_empty() {
            sample.cpu_ns = Some(processes().filter_map(cpu_time_of_process).sum());
        }
        sample.has_descendants = !descendants.is_empty();
        Some(sample)
    }

    fn read(pid: u32, tid: u32) -> Option<Self> {
        let wait = Wait::of_thread(pid, tid)?;
        let times = Schedstat::from_file(file_of(pid, tid, "schedstat")).and_then(scheduler_statistics).ok();
        Some(Self {
            wait,
            has_descendants: false,
            core: None,
            cpu_ns: times.as_ref().map(|times| times.sum_exec_runtime),
            run_delay_ns: times.as_ref().map(|times| times.run_delay),
            timeslices: times.as_ref().map(|times| times.pcount),
        })
    }
}

/// Whether a thread of the process runs, or could run.
fn has_running_thread(pid: u32) -> bool {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    threads.filter_map(|thread| Stat::from_file(thread.path().join("stat")).ok()).any(|stat| stat.state == 'R')
}

fn file_of(pid: u32, tid: u32, name: &str) -> String {
    format!("/proc/{pid}/task/{tid}/{name}")
}
