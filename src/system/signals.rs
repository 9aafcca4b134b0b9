//! What whoever started mpviz has decided about signals.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, getpgrp, getsid};
use procfs::process::{Process, Stat, all_processes};
use signal_hook::consts::{SIGCHLD, SIGXFSZ};
use signal_hook::flag;

/// The signals that were ignored when this was read, as `nohup` and a shell's `&` leave them.
#[derive(Clone, Copy, Debug)]
pub struct Ignored(u64);

impl Ignored {
    /// Those of this process; none where that cannot be read.
    #[must_use]
    pub fn read() -> Self {
        Self(Process::myself().and_then(|me| me.status()).map_or(0, |status| status.sigign))
    }

    /// Whether this one was.
    #[must_use]
    pub fn contains(self, signal: i32) -> bool {
        // The mask's lowest bit is signal 1.
        signal > 0 && self.0 >> (signal - 1) & 1 == 1
    }
}

/// A signal's name; of one that has none, its number.
#[must_use]
pub fn name(signal: i32) -> String {
    Signal::try_from(signal).map_or_else(|_| format!("signal {signal}"), |signal| signal.as_str().into())
}

/// Sees to it that ended processes stay until they are reaped: with SIGCHLD ignored, which a program hands on to the one it
/// becomes, the system would let them go at once, and with them what they used.
///
/// # Errors
/// When the signal cannot be caught.
pub fn keep_zombies() -> io::Result<()> {
    if Ignored::read().contains(SIGCHLD) {
        flag::register(SIGCHLD, Arc::new(AtomicBool::new(false)))?;
    }
    Ok(())
}

/// Sees to it that a file that may grow no further (`ulimit -f`) is an error of whoever writes to it, and no reason to die.
///
/// # Errors
/// When the signal cannot be caught.
pub fn outlive_full_files() -> io::Result<()> {
    flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false))).map(drop)
}

/// Whether a process that is stopped here is let go on by somebody: its group has a parent in the same session, such as a shell
/// with job control. A terminal window that was opened for mpviz alone has none, and there the system stops no process either.
#[must_use]
pub fn may_stop() -> bool {
    let (group, session) = (getpgrp().as_raw(), getsid(None).map_or(0, Pid::as_raw));
    let stat = |process: Process| process.stat().ok();
    let is_guardian = |parent: Stat| parent.session == session && parent.pgrp != group;
    let members =
        all_processes().into_iter().flatten().flatten().filter_map(stat).filter(|member| member.pgrp == group);
    members.filter_map(|member| Process::new(member.ppid).ok().and_then(stat)).any(is_guardian)
}

/// Does what the terminal does for `Ctrl-Z` when it is not in raw mode: all that was started together is to stop.
pub fn stop_group() {
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
    fn the_lowest_bit_is_signal_1() {
        let ignored = Ignored(0b101);
        assert!(ignored.contains(1) && !ignored.contains(2) && ignored.contains(3) && !ignored.contains(0));
    }
}
