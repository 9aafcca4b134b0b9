//! Clocks. Event times are read from `CLOCK_MONOTONIC`, relative to the epoch of a run.

use std::time::SystemTime;

use nix::sys::time::TimeSpec;
use nix::time::{ClockId, clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};

use super::call_error::CallError;
use crate::event::Nanos;

/// Time zero of a run. All processes of the run share it, so that their times can be compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(u64);

impl Epoch {
    /// An epoch that starts now.
    #[must_use]
    pub fn start_now() -> Self {
        Self(monotonic())
    }

    /// Time since the epoch of a time of the clock, in ns.
    #[must_use]
    pub const fn time_of(self, clock_ns: u64) -> Nanos {
        clock_ns.saturating_sub(self.0)
    }

    /// Nanoseconds since the epoch.
    #[must_use]
    pub fn now(self) -> Nanos {
        self.nanos_at(monotonic())
    }

    /// The time of a run at a time of `CLOCK_MONOTONIC`; 0 if that is before the epoch.
    #[must_use]
    pub fn nanos_at(self, monotonic: u64) -> Nanos {
        monotonic.saturating_sub(self.0)
    }
}

/// Time of `CLOCK_MONOTONIC` in ns, which all processes of the machine share.
#[must_use]
pub fn monotonic() -> u64 {
    read_clock(ClockId::CLOCK_MONOTONIC)
}

/// CPU time of the calling thread, in ns. A call costs about 0.4 µs.
#[must_use]
pub fn thread_cpu_time() -> u64 {
    read_clock(ClockId::CLOCK_THREAD_CPUTIME_ID)
}

/// Checks that the CPU time of a thread can be read. [`thread_cpu_time`] cannot fail then.
pub fn check_cpu_clock() -> Result<(), CallError> {
    let call = "clock_gettime(CLOCK_THREAD_CPUTIME_ID)";
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map(drop).map_err(CallError::in_call(call))
}

/// CPU time of this process without its children, in ns.
#[must_use]
pub fn process_cpu_time() -> u64 {
    read_clock(ClockId::CLOCK_PROCESS_CPUTIME_ID)
}

/// CPU time of all threads of a process, also of those that have ended, in ns. None if the process has ended.
#[must_use]
pub fn cpu_time_of_process(pid: u32) -> Option<u64> {
    let clock = clock_getcpuclockid(Pid::from_raw(i32::try_from(pid).ok()?)).ok()?;
    clock_gettime(clock).ok().map(nanos)
}

/// Time of day in ms since 1970 (UTC); none if it is before that.
#[must_use]
pub fn time_of_day_ms() -> Option<u64> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
    u64::try_from(since.as_millis()).ok()
}

fn read_clock(clock: ClockId) -> u64 {
    // These clocks exist on every Linux. A sandbox may forbid those of CPU time, see `check_cpu_clock`.
    clock_gettime(clock).map_or(0, nanos)
}

fn nanos(time: TimeSpec) -> u64 {
    time.tv_sec() as u64 * 1_000_000_000 + time.tv_nsec() as u64
}
