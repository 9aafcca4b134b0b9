//! The program's first process: signals and its end.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use procfs::process::{Process, all_processes};
use rustix::process::{
    Pid as RustixPid, PidfdFlags, Signal as RustixSignal, WaitId, WaitIdOptions, pidfd_open, pidfd_send_signal, waitid,
};

use crate::event::Exit;
use crate::system::exit_code::EXIT_FAILED;
use crate::system::pid_namespace::is_proc_of_own_namespace;
use crate::system::threads;

/// Time for an orderly end after SIGINT, and again after SIGTERM.
const END_TIMEOUT: Duration = Duration::from_secs(3);

/// The process, which may have ended but is not reaped while a signal can be sent.
#[derive(Clone)]
pub(super) struct ProgramProcess {
    pid: u32,
    /// Session of the program's own; none if it shares that of mpviz.
    session: Option<u32>,
    state: Arc<(Mutex<Option<Exit>>, Condvar)>,
}

impl ProgramProcess {
    pub(super) fn new(pid: u32, session: Option<u32>) -> Self {
        Self { pid, session, state: Arc::default() }
    }

    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    pub(super) fn exit(&self) -> Option<Exit> {
        *self.lock()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Exit>> {
        self.state.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records that the process has ended, before it is reaped: no signal follows.
    pub(super) fn set_exit(&self, exit: Exit) {
        *self.lock() = Some(exit);
        self.state.1.notify_all();
    }

    pub(super) fn send_signal(&self, signal: i32) {
        let state = self.lock();
        if let (None, Ok(signal)) = (*state, Signal::try_from(signal)) {
            let _ = kill(Pid::from_raw(self.pid as i32), signal);
        }
    }

    /// Starts a thread that ends the program.
    pub(super) fn begin_end(&self) -> io::Result<()> {
        let process = self.clone();
        threads::start("program end", move || {
            for signal in [Signal::SIGINT, Signal::SIGTERM] {
                process.send_signal(signal as i32);
                if process.wait_for_exit(END_TIMEOUT) {
                    return;
                }
            }
            process.send_signal(Signal::SIGKILL as i32);
            // Such as the workers of its pools.
            process.signal_session(RustixSignal::KILL);
        })
        .map(drop)
    }

    /// Waits for the end. False after the timeout.
    fn wait_for_exit(&self, timeout: Duration) -> bool {
        let (state, changed) = (self.lock(), &self.state.1);
        let waited = changed.wait_timeout_while(state, timeout, |exit| exit.is_none());
        waited.unwrap_or_else(PoisonError::into_inner).0.is_some()
    }

    /// Sends a signal to all processes of the program's own session, also if the first one has ended.
    pub(super) fn signal_session(&self, signal: RustixSignal) {
        if let Some(session) = self.session {
            signal_session(session, signal);
        }
    }
}

/// Sends a signal to all processes of a session but its leader, which belongs to mpviz.
pub(super) fn signal_session(session: u32, signal: RustixSignal) {
    if !is_proc_of_own_namespace() {
        return;
    }
    let is_member = |process: &Process| {
        process.pid as u32 != session && process.stat().is_ok_and(|stat| stat.session as u32 == session)
    };
    for process in all_processes().into_iter().flatten().flatten() {
        let Some(pid) = RustixPid::from_raw(process.pid) else { continue };
        let Ok(pidfd) = pidfd_open(pid, PidfdFlags::empty()) else { continue };
        // Checked with the process held by its descriptor, because its number may be another process's by now.
        if is_member(&process) {
            let _ = pidfd_send_signal(pidfd, signal);
        }
    }
}

/// Waits until a child process has ended, and leaves it unreaped. `on_stop` is called when it is stopped.
pub(super) fn wait_for_exit(pid: u32, on_stop: impl Fn(i32)) -> Exit {
    // SIGCHLD was inherited as ignored, and the program ended before that was changed.
    const DISCARDED: Exit = Exit::Code(EXIT_FAILED as i32);
    let Some(pid) = RustixPid::from_raw(pid as i32) else { return DISCARDED };
    let wait = |options| waitid(WaitId::Pid(pid), options);
    loop {
        let status = match wait(WaitIdOptions::EXITED | WaitIdOptions::STOPPED | WaitIdOptions::NOWAIT) {
            Ok(Some(status)) => status,
            Ok(None) | Err(rustix::io::Errno::INTR) => continue,
            Err(_) => return DISCARDED,
        };
        if let Some(exit) = status.exit_status().map(Exit::Code).or(status.terminating_signal().map(Exit::Signal)) {
            return exit;
        }
        // Taken from the kernel, so that the same stop is not reported again.
        let _ = wait(WaitIdOptions::STOPPED | WaitIdOptions::NOHANG);
        status.stopping_signal().map(&on_stop);
    }
}
