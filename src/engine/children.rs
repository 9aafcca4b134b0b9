//! The processes that are ours: signalled and reaped under one lock, so that no signal meets a stranger to whom
//! the kernel has given the number of a process that is gone.

use std::collections::BTreeSet;
use std::io;
use std::process::Command;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Children that have not been reaped.
#[derive(Default)]
pub(super) struct Children {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    pids: BTreeSet<u32>,
    /// Processes that are being started: the system knows them, `pids` does not yet.
    being_born: u32,
    no_more: bool,
}

impl Children {
    /// Starts a process; `born` is called before anybody can reap it.
    pub(super) fn spawn(&self, command: &mut Command, born: impl FnOnce(u32)) -> io::Result<u32> {
        self.lock().being_born += 1;
        let pid = command.spawn().map(|child| child.id());
        if let Ok(pid) = pid {
            born(pid);
        }
        let mut state = self.lock();
        state.being_born -= 1;
        state.pids.extend(pid.as_ref().ok());
        self.changed.notify_all();
        pid
    }

    /// Sends a signal, unless the process has been reaped.
    pub(super) fn signal(&self, pid: u32, signal: Signal) {
        let state = self.lock();
        if state.pids.contains(&pid) {
            // A zombie takes no signal; nothing is lost by that.
            let _ = kill(Pid::from_raw(pid as i32), signal);
        }
    }

    /// Waits until there is a child. False if there is none and none will come.
    pub(super) fn wait_for_child(&self) -> bool {
        let mut state = self.lock();
        while state.pids.is_empty() && !state.no_more {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        !state.pids.is_empty()
    }

    /// No other process will be started.
    pub(super) fn close(&self) {
        self.lock().no_more = true;
        self.changed.notify_all();
    }

    /// Removes a process, with `bury` called while nobody can signal it. False if it is none of ours: a program that became
    /// mpviz may have left it children of its own, and to the first process of a container all orphans are given.
    pub(super) fn reap(&self, pid: u32, bury: impl FnOnce()) -> bool {
        let mut state = self.lock();
        // It may have ended before its start was entered.
        while !state.pids.contains(&pid) && state.being_born > 0 {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let ours = state.pids.remove(&pid);
        bury();
        ours
    }

    /// All of them.
    pub(super) fn pids(&self) -> Vec<u32> {
        self.lock().pids.iter().copied().collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_gets_no_signal_whatever_its_number() {
        let children = Children::default();
        let mut stranger = Command::new("sleep").arg("60").spawn().unwrap();
        children.signal(stranger.id(), Signal::SIGKILL);
        // One that was ours and has been reaped is a stranger, too: its number may be another's.
        let pid = children.spawn(Command::new("sleep").arg("60"), |_| {}).unwrap();
        assert!(children.reap(pid, || {}));
        children.signal(pid, Signal::SIGKILL);
        let alive = |pid| std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z"));
        assert!(alive(stranger.id()) && alive(pid));
        stranger.kill().unwrap();
        stranger.wait().unwrap();
        kill(Pid::from_raw(pid as i32), Signal::SIGKILL).unwrap();
        nix::sys::wait::waitpid(Pid::from_raw(pid as i32), None).unwrap();
    }
}
