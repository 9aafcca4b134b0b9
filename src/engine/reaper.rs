//! The one reaper: reads what a dead process used before it lets it go.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::Sender;
use nix::errno::Errno;
use nix::sys::eventfd::EventFd;
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::Pid;
use procfs::process::Process;

use super::children::Children;
use crate::event::{Exit, Nanos, Usage};
use crate::probe::{LiveProcesses, process_sampler};
use crate::system::clock::Epoch;
use crate::system::threads;

/// A process that is gone.
pub(super) struct ProcessExit {
    pub(super) at: Nanos,
    pub(super) pid: u32,
    pub(super) exit: Exit,
    pub(super) usage: Option<Usage>,
}

pub(super) struct Reaper {
    pub(super) epoch: Epoch,
    pub(super) children: Arc<Children>,
    pub(super) live_processes: Arc<LiveProcesses>,
    pub(super) exits: Sender<ProcessExit>,
    /// Rung for every exit.
    pub(super) exit_notifier: Arc<EventFd>,
}

impl Reaper {
    /// Reaps until the children are closed and none is left.
    pub(super) fn start(self) -> io::Result<JoinHandle<()>> {
        threads::start("reaper", move || {
            while self.children.wait_for_child() {
                if let Some((pid, exit)) = self.next_death() {
                    self.bury(pid, exit);
                }
            }
        })
    }

    /// Waits for a zombie and leaves it one.
    fn next_death(&self) -> Option<(u32, Exit)> {
        match waitid(Id::All, WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT) {
            Ok(WaitStatus::Exited(pid, code)) => Some((pid.as_raw() as u32, Exit::Code(code))),
            Ok(WaitStatus::Signaled(pid, signal, _)) => Some((pid.as_raw() as u32, Exit::Signal(signal as i32))),
            Err(Errno::EINVAL) => self.death_without_a_name(),
            // `main` sees to it that the system keeps zombies for us; without them nothing could be measured, nor end.
            Err(Errno::ECHILD) => panic!("the system has reaped mpviz's processes by itself"),
            _ => None,
        }
    }

    /// A real-time signal has no name in `Signal`, and then not even the process is told: look for it.
    fn death_without_a_name(&self) -> Option<(u32, Exit)> {
        self.children.pids().into_iter().find_map(|pid| {
            let stat = Process::new(pid as i32).and_then(|process| process.stat()).ok()?;
            (stat.state == 'Z').then(|| (pid, Exit::Signal(stat.exit_code.unwrap_or(0) & 0x7f)))
        })
    }

    fn bury(&self, pid: u32, exit: Exit) {
        let usage = process_sampler::zombie_usage(pid);
        let at = self.epoch.now();
        let ours = self.children.reap(pid, || {
            self.live_processes.remove(pid);
            let _ = waitpid(Pid::from_raw(pid as i32), None);
        });
        if ours {
            let _ = self.exits.send(ProcessExit { at, pid, exit, usage });
            let _ = self.exit_notifier.write(1);
        }
    }
}
