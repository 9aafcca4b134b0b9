//! CPU time of loading and of adding, told apart at a bounded price.

use crate::event::Nanos;
use crate::system::clock::thread_cpu;

/// What a thread's CPU time is spent on.
#[derive(Clone, Copy)]
pub(super) enum Phase {
    Load,
    Add,
    /// Taking records, saying events.
    Other,
}

/// Charges the thread's CPU time to its phases.
///
/// Reading a thread's CPU clock is a system call (some 0.4 µs), so it is read at the end of a phase and at most once in
/// 50 µs. A phase that lasts longer is therefore charged exactly; the CPU time of many short ones together is exact, and
/// shared out among them by their wall time.
pub(super) struct CpuMeter {
    read_at: Nanos,
    cpu: u64,
    phase_began: Nanos,
    wall: [Nanos; 3],
    charged: [u64; 3],
}

/// The least time between two readings of the clock.
const APART: Nanos = 50_000;

impl CpuMeter {
    pub(super) fn start(now: Nanos) -> Self {
        Self { read_at: now, cpu: thread_cpu(), phase_began: now, wall: [0; 3], charged: [0; 3] }
    }

    /// The phase that ran until now ends.
    pub(super) fn end_phase(&mut self, phase: Phase, now: Nanos) {
        self.wall[phase as usize] += now - self.phase_began;
        self.phase_began = now;
        if now - self.read_at >= APART {
            self.read(now);
        }
    }

    /// Charges what has not been charged, whatever the time: before a pause or at the end of the work.
    pub(super) fn charge(&mut self, now: Nanos) {
        self.read(now);
    }

    /// The thread was not to compute from the last [`CpuMeter::charge`] until now: neither this time nor the CPU time in it
    /// belongs to a phase.
    pub(super) fn resume(&mut self, now: Nanos) {
        self.phase_began = now;
        self.read_at = now;
        self.cpu = thread_cpu();
    }

    /// The CPU time charged to a phase since this was last asked, in ns.
    pub(super) fn take_charged(&mut self, phase: Phase) -> u64 {
        std::mem::take(&mut self.charged[phase as usize])
    }

    fn read(&mut self, now: Nanos) {
        let cpu = thread_cpu();
        let (spent, wall) = (cpu - self.cpu, self.wall.iter().sum::<Nanos>());
        if wall > 0 {
            for (charged, share) in self.charged.iter_mut().zip(self.wall) {
                *charged += (u128::from(spent) * u128::from(share) / u128::from(wall)) as u64;
            }
        }
        (self.cpu, self.read_at, self.wall) = (cpu, now, [0; 3]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::clock::Epoch;

    fn busy(epoch: Epoch, ns: u64) {
        let end = thread_cpu() + ns;
        while thread_cpu() < end {
            std::hint::black_box(epoch);
        }
    }

    #[test]
    fn phases_are_charged_with_what_they_used_and_pauses_with_nothing() {
        let epoch = Epoch::begin();
        let mut meter = CpuMeter::start(epoch.now());
        busy(epoch, 4_000_000);
        meter.end_phase(Phase::Load, epoch.now());
        meter.charge(epoch.now());
        busy(epoch, 3_000_000);
        meter.resume(epoch.now());
        busy(epoch, 8_000_000);
        meter.end_phase(Phase::Add, epoch.now());
        let (load, add) = (meter.take_charged(Phase::Load), meter.take_charged(Phase::Add));
        assert!((4_000_000..5_000_000).contains(&load), "{load}");
        assert!((8_000_000..9_000_000).contains(&add), "{add}");
        assert_eq!(meter.take_charged(Phase::Add), 0);
    }

    #[test]
    fn many_short_phases_are_charged_together() {
        let epoch = Epoch::begin();
        let mut meter = CpuMeter::start(epoch.now());
        let before = thread_cpu();
        for _ in 0..2000 {
            busy(epoch, 1_000);
            meter.end_phase(Phase::Load, epoch.now());
            busy(epoch, 3_000);
            meter.end_phase(Phase::Add, epoch.now());
        }
        meter.charge(epoch.now());
        let spent = thread_cpu() - before;
        let (load, add) = (meter.take_charged(Phase::Load), meter.take_charged(Phase::Add));
        assert!(load + add <= spent + 1_000_000 && load + add > spent * 9 / 10, "{load} + {add} of {spent}");
        assert!(add > load, "{add} {load}");
    }
}
