//! The reaper thread: reads the usage of each exited worker process, then reaps it.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::Sender;
use nix::errno::Errno;
use nix::sys::eventfd::EventFd;
use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::Pid;
use procfs::process::Process;

use super::RunError;
use super::children::Children;
use crate::event::{Exit, FinalUsage, Nanos};
use crate::probe::{LiveProcesses, process_sampler};
use crate::system::call_error::CallError;
use crate::system::clock::Epoch;
use crate::system::pid_namespace::is_proc_of_own_namespace;
use crate::system::threads;

/// A worker process that has exited.
pub(super) struct ProcessExit {
    pub(super) at: Nanos,
    pub(super) pid: u32,
    pub(super) exit: Exit,
    pub(super) usage: Option<FinalUsage>,
}

pub(super) struct Reaper {
    pub(super) epoch: Epoch,
    pub(super) children: Arc<Children>,
    pub(super) live_processes: Arc<LiveProcesses>,
    /// Receives every exit; the reaper ends after an error.
    pub(super) exits: Sender<Result<ProcessExit, RunError>>,
    /// Makes the event reader send a batch with the exit.
    pub(super) reader_trigger: Arc<EventFd>,
}

impl Reaper {
    /// Starts the thread, which ends when `children` is closed and empty.
    pub(super) fn start(self) -> io::Result<JoinHandle<()>> {
        threads::start("reaper", move || {
            while self.children.wait_for_child() {
                match self.wait_for_zombie(Id::All) {
                    Ok(Some((pid, exit))) => self.reap_and_report(pid, exit),
                    Ok(None) => {}
                    Err(error) => return self.send(Err(error)),
                }
            }
        })
    }

    /// Waits for one of these children to exit, without reaping it. None if interrupted.
    fn wait_for_zombie(&self, of: Id) -> Result<Option<(u32, Exit)>, RunError> {
        match waitid(of, WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT) {
            Ok(WaitStatus::Exited(pid, code)) => Ok(Some((pid.as_raw() as u32, Exit::Code(code)))),
            Ok(WaitStatus::Signaled(pid, signal, _)) => Ok(Some((pid.as_raw() as u32, Exit::Signal(signal as i32)))),
            Ok(_) | Err(Errno::EINTR) => Ok(None),
            // nix cannot represent real-time signals and reports EINVAL without a pid.
            Err(Errno::EINVAL) if let Some(zombie) = self.find_zombie() => Ok(Some(zombie)),
            Err(Errno::ECHILD) => Err(RunError::AlreadyReaped),
            Err(error) => Err(RunError::Call(CallError::new("waitid", error))),
        }
    }

    /// Finds a zombie that was killed by a signal.
    fn find_zombie(&self) -> Option<(u32, Exit)> {
        if !is_proc_of_own_namespace() {
            return None;
        }
        self.children.pids().into_iter().find_map(|pid| {
            let stat = Process::new(pid as i32).and_then(|process| process.stat()).ok()?;
            (stat.state == 'Z').then(|| (pid, Exit::Signal(stat.exit_code.unwrap_or(0) & 0x7f)))
        })
    }

    fn reap_and_report(&self, pid: u32, exit: Exit) {
        let usage = process_sampler::zombie_usage(pid);
        let at = self.epoch.now();
        let group = Pid::from_raw(pid as i32);
        let was_started_here = self.children.reap(pid, |was_started_here| {
            self.live_processes.remove(pid);
            if was_started_here {
                // The workers that an interpreter has left; the zombie keeps the number of their group.
                let _ = killpg(group, Signal::SIGKILL);
            }
            let _ = waitpid(group, None);
        });
        if was_started_here {
            self.report_orphans(group);
            self.send(Ok(ProcessExit { at, pid, exit, usage }));
        }
    }

    /// Reaps the killed workers of an interpreter that has ended: mpviz is their parent now.
    fn report_orphans(&self, group: Pid) {
        while let Ok(zombie) = self.wait_for_zombie(Id::PGid(group)) {
            let Some((pid, exit)) = zombie else { continue };
            let usage = process_sampler::zombie_usage(pid);
            let at = self.epoch.now();
            self.live_processes.remove(pid);
            let _ = waitpid(Pid::from_raw(pid as i32), None);
            self.send(Ok(ProcessExit { at, pid, exit, usage }));
        }
    }

    fn send(&self, exit: Result<ProcessExit, RunError>) {
        let _ = self.exits.send(exit);
        let _ = self.reader_trigger.write(1);
    }
}
