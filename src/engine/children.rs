//! The worker processes that mpviz started. Signalling and reaping share a lock, so that a recycled pid is never
//! signalled.

use std::collections::BTreeSet;
use std::io;
use std::process::Command;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::{Pid, getpgid};
use rustix::process::{PidfdFlags, pidfd_open, pidfd_send_signal};

/// Processes that have been started and not yet reaped.
#[derive(Default)]
pub(super) struct Children {
    state: Mutex<ChildrenState>,
    changed: Condvar,
}

#[derive(Default)]
struct ChildrenState {
    pids: BTreeSet<u32>,
    /// Number of processes being started, whose pids are not yet in `pids`.
    starting: u32,
    closed: bool,
}

impl Children {
    /// Starts a process. `on_start` is called with its pid before it can be reaped.
    pub(super) fn start_process(&self, command: &mut Command, on_start: impl FnOnce(u32)) -> io::Result<u32> {
        self.lock().starting += 1;
        let pid = command.spawn().map(|child| child.id());
        if let Ok(pid) = pid {
            on_start(pid);
        }
        let mut state = self.lock();
        state.starting -= 1;
        state.pids.extend(pid.as_ref().ok());
        self.changed.notify_all();
        pid
    }

    /// Sends a signal to the process and its workers, unless it has been reaped. Each process leads a process group.
    pub(super) fn signal_process(&self, pid: u32, signal: Signal) {
        let state = self.lock();
        if state.pids.contains(&pid) {
            // Signalling a zombie has no effect.
            let _ = killpg(Pid::from_raw(pid as i32), signal);
        }
    }

    /// Kills a worker that the child `leader` started, unless it has ended.
    pub(super) fn kill_worker_of(&self, leader: u32, pid: u32) {
        let state = self.lock();
        let Some(worker) = rustix::process::Pid::from_raw(pid as i32).filter(|_| state.pids.contains(&leader)) else {
            return;
        };
        let Ok(worker) = pidfd_open(worker, PidfdFlags::empty()) else { return };
        // A process that got the pid of a worker is in another group.
        if getpgid(Some(Pid::from_raw(pid as i32))) == Ok(Pid::from_raw(leader as i32)) {
            let _ = pidfd_send_signal(worker, rustix::process::Signal::KILL);
        }
    }

    /// Waits until there is a child process. False if there is none and the list is closed.
    pub(super) fn wait_for_child(&self) -> bool {
        let mut state = self.lock();
        while state.pids.is_empty() && !state.closed {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        !state.pids.is_empty()
    }

    /// Closes the list: no more processes will be started.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// Removes a process and calls `reap` while it cannot be signalled. False if mpviz did not start it: a program
    /// that executes mpviz may leave children, and pid 1 of a container inherits all orphans. The same value is passed
    /// to `reap`.
    pub(super) fn reap(&self, pid: u32, reap: impl FnOnce(bool)) -> bool {
        let mut state = self.lock();
        // The process may have exited before its pid was added.
        while !state.pids.contains(&pid) && state.starting > 0 {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let was_started_here = state.pids.remove(&pid);
        reap(was_started_here);
        was_started_here
    }

    /// The pids of all processes.
    pub(super) fn pids(&self) -> Vec<u32> {
        self.lock().pids.iter().copied().collect()
    }

    fn lock(&self) -> MutexGuard<'_, ChildrenState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::CommandExt;

    use super::*;

    #[test]
    fn only_unreaped_children_are_signalled() {
        let children = Children::default();
        let sleep = || {
            let mut command = Command::new("sleep");
            command.arg("60").process_group(0);
            command
        };
        let mut other = sleep().spawn().unwrap();
        children.signal_process(other.id(), Signal::SIGKILL);
        // A reaped pid may have been reused for another process.
        let pid = children.start_process(&mut sleep(), |_| {}).unwrap();
        assert!(children.reap(pid, |_| {}));
        children.signal_process(pid, Signal::SIGKILL);
        let alive = |pid| std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z"));
        assert!(alive(other.id()) && alive(pid));
        other.kill().unwrap();
        other.wait().unwrap();
        killpg(Pid::from_raw(pid as i32), Signal::SIGKILL).unwrap();
        nix::sys::wait::waitpid(Pid::from_raw(pid as i32), None).unwrap();
    }
}
