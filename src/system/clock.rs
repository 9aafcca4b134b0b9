//! The one clock: `CLOCK_MONOTONIC`, counted from the epoch of a run. What else can be read has no part in a run's times.

use std::time::SystemTime;

use nix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

use crate::event::Nanos;

/// The zero of a run's time. Every process of the run counts from the same one, so that their stamps compare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(u64);

impl Epoch {
    /// An epoch that begins now.
    #[must_use]
    pub fn begin() -> Self {
        Self(monotonic())
    }

    /// Nanoseconds since the epoch.
    #[must_use]
    pub fn now(self) -> Nanos {
        monotonic().saturating_sub(self.0)
    }
}

fn monotonic() -> u64 {
    nanos(ClockId::CLOCK_MONOTONIC)
}

/// CPU time of the calling thread so far, in nanoseconds. A call costs about 0.4 µs.
#[must_use]
pub fn thread_cpu() -> u64 {
    nanos(ClockId::CLOCK_THREAD_CPUTIME_ID)
}

/// CPU time of this process so far, children not counted, in nanoseconds.
#[must_use]
pub fn process_cpu() -> u64 {
    nanos(ClockId::CLOCK_PROCESS_CPUTIME_ID)
}

/// The time of day, in ms since 1970 (UTC); none if it is before that.
#[must_use]
pub fn time_of_day_ms() -> Option<u64> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
    u64::try_from(since.as_millis()).ok()
}

fn nanos(clock: ClockId) -> u64 {
    // These clocks exist on every Linux; a clock that cannot be read stands still.
    clock_gettime(clock).map_or(0, |t| t.tv_sec() as u64 * 1_000_000_000 + t.tv_nsec() as u64)
}
