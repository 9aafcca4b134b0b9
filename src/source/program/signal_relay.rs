//! Signals of a program that shares the process group of mpviz.
//!
//! The terminal sends its signals to the whole group, so that they reach the program without mpviz. Signals that
//! another process sent are forwarded.

use std::io;

use nix::sys::signal::{Signal, raise};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGSTOP, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2};
use signal_hook::iterator::SignalsInfo;
use signal_hook::iterator::exfiltrator::WithOrigin;
use signal_hook::iterator::exfiltrator::origin::Origin;
use signal_hook::low_level::siginfo::{Cause, Sent};

use super::process::ProgramProcess;
use crate::system::signals::IgnoredSignalSet;
use crate::system::threads;

/// Signals that mpviz outlives, because it has to wait for the program.
const RELAYED_SIGNALS: [i32; 8] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGTSTP, SIGCONT];

/// The signals of mpviz, from before the program is started.
pub(super) struct SignalRelay(SignalsInfo<WithOrigin>);

impl SignalRelay {
    /// Catches the signals that mpviz does not ignore. A program that is started has their defaults.
    pub(super) fn new() -> io::Result<Self> {
        let ignored = IgnoredSignalSet::read();
        let signals = RELAYED_SIGNALS.into_iter().filter(|signal| !ignored.is_ignored(*signal));
        SignalsInfo::new(signals).map(Self)
    }

    /// Starts a thread that forwards signals to the program.
    pub(super) fn start(mut self, process: ProgramProcess) -> io::Result<()> {
        threads::start("signals", move || {
            for origin in self.0.forever() {
                if is_to_be_forwarded(&origin, process.pid()) {
                    process.send_signal(origin.signal);
                }
            }
        })
        .map(drop)
    }
}

/// Whether a process has sent the signal, other than the program to its whole group. SIGCONT is sent by shells to the
/// group, and does no harm twice.
fn is_to_be_forwarded(origin: &Origin, program: u32) -> bool {
    let sender = origin.process.map(|process| process.pid as u32);
    matches!(origin.cause, Cause::Sent(Sent::User | Sent::Queue | Sent::TKill)) && sender != Some(program)
}

/// Stops mpviz when the terminal has stopped the program, so that the shell sees its job stopped. SIGSTOP is left out:
/// a process that sends it to the program alone would continue the program alone.
pub(super) fn stop_with_program(signal: i32) {
    if signal != SIGSTOP {
        let _ = raise(Signal::SIGSTOP);
    }
}
