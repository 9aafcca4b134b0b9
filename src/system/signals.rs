//! Signal dispositions and job control.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use nix::sys::prctl;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, getpgrp, getsid};
use procfs::process::{Process, Stat, all_processes};
use signal_hook::consts::{SIGCHLD, SIGXFSZ};
use signal_hook::flag;
use signal_hook::low_level::emulate_default_handler;

use super::pid_namespace::is_proc_of_own_namespace;

/// The signals that the process ignores, for example because it was started by `nohup` or by a shell's `&`.
#[derive(Clone, Copy, Debug)]
pub struct IgnoredSignalSet(u64);

impl IgnoredSignalSet {
    /// Signals ignored by this process; empty if they cannot be read.
    #[must_use]
    pub fn read() -> Self {
        Self(Process::myself().and_then(|me| me.status()).map_or(0, |status| status.sigign))
    }

    /// Whether this signal was ignored.
    #[must_use]
    pub fn is_ignored(self, signal: i32) -> bool {
        // The lowest bit of the mask is signal 1.
        signal > 0 && self.0 >> (signal - 1) & 1 == 1
    }
}

/// Name of a signal, or its number.
#[must_use]
pub fn name(signal: i32) -> String {
    Signal::try_from(signal).map_or_else(|_| format!("signal {signal}"), |signal| signal.as_str().into())
}

/// Keeps ended processes as zombies until they are reaped. If SIGCHLD was inherited as ignored, the kernel would
/// discard them, and with them their resource usage.
pub fn keep_zombies() -> io::Result<()> {
    if IgnoredSignalSet::read().is_ignored(SIGCHLD) {
        flag::register(SIGCHLD, Arc::new(AtomicBool::new(false)))?;
    }
    Ok(())
}

/// Makes a write beyond `ulimit -f` fail with an error instead of killing the process. If the signal is ignored, it
/// does already, and stays ignored in the programs that mpviz starts.
pub fn handle_sigxfsz() -> io::Result<()> {
    if IgnoredSignalSet::read().is_ignored(SIGXFSZ) {
        return Ok(());
    }
    flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false))).map(drop)
}

/// Ends mpviz by the signal that has ended a program, without another core dump. Returns if the signal does not end
/// programs.
pub fn end_like_program(signal: i32) {
    let _ = prctl::set_dumpable(false);
    let _ = emulate_default_handler(signal);
}

/// Whether a shell with job control is known to resume this process if it stopped: its process group has a parent in
/// the same session. A terminal window opened for mpviz alone has none, and there the kernel does not stop processes
/// either.
#[must_use]
pub fn has_job_control() -> bool {
    if !is_proc_of_own_namespace() {
        return false;
    }
    let (group, session) = (getpgrp().as_raw(), getsid(None).map_or(0, Pid::as_raw));
    let stat = |process: Process| process.stat().ok();
    let is_guardian = |parent: Stat| parent.session == session && parent.pgrp != group;
    let members =
        all_processes().into_iter().flatten().flatten().filter_map(stat).filter(|member| member.pgrp == group);
    members.filter_map(|member| Process::new(member.ppid).ok().and_then(stat)).any(is_guardian)
}

/// Stops the whole process group, as the terminal does for `Ctrl-Z` outside raw mode.
pub fn stop_process_group() {
    let _ = kill(Pid::from_raw(0), Signal::SIGTSTP);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_have_names() {
        assert_eq!([name(9), name(40)], ["SIGKILL", "signal 40"]);
    }

    #[test]
    fn lowest_bit_of_the_signal_mask_is_signal_1() {
        let ignored = IgnoredSignalSet(0b101);
        assert!(ignored.is_ignored(1) && !ignored.is_ignored(2) && ignored.is_ignored(3) && !ignored.is_ignored(0));
    }
}
