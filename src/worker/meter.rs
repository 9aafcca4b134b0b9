//! Attribution of a thread's CPU time to the phases of its work.

use crate::event::Nanos;
use crate::system::clock::thread_cpu_time;

/// A phase of a thread's work.
#[derive(Clone, Copy)]
pub(super) enum WorkPhase {
    Load,
    Add,
    /// Taking records and writing events.
    Other,
}

/// Attributes a thread's CPU time to phases.
///
/// Reading the CPU clock is a system call (about 0.4 µs), so it is read only at the end of a phase and at most once
/// per 50 µs. Longer phases are attributed exactly; shorter ones share the CPU time between two readings in proportion
/// to their wall time.
pub(super) struct CpuMeter {
    read_at: Nanos,
    cpu: u64,
    phase_began: Nanos,
    wall: [Nanos; 3],
    charged: [u64; 3],
}

/// Minimum time between two readings of the CPU clock, in ns.
const MIN_READ_INTERVAL: Nanos = 50_000;

impl CpuMeter {
    pub(super) fn start(now: Nanos) -> Self {
        Self { read_at: now, cpu: thread_cpu_time(), phase_began: now, wall: [0; 3], charged: [0; 3] }
    }

    /// Attributes the time since the last call to a phase.
    pub(super) fn attribute_time_to_phase(&mut self, phase: WorkPhase, now: Nanos) {
        self.wall[phase as usize] += now - self.phase_began;
        self.phase_began = now;
        if now - self.read_at >= MIN_READ_INTERVAL {
            self.read(now);
        }
    }

    /// Attributes all CPU time up to now: before a pause or at the end of the work.
    pub(super) fn charge_cpu_time_until(&mut self, now: Nanos) {
        self.read(now);
    }

    /// Continues after a pause: the time since the last [`CpuMeter::charge_cpu_time_until`] belongs to no phase.
    pub(super) fn resume(&mut self, now: Nanos) {
        self.phase_began = now;
        self.read_at = now;
        self.cpu = thread_cpu_time();
    }

    /// Returns the CPU time attributed to a phase since the last call, in ns.
    pub(super) fn take_cpu_time(&mut self, phase: WorkPhase) -> u64 {
        std::mem::take(&mut self.charged[phase as usize])
    }

    fn read(&mut self, now: Nanos) {
        let cpu = thread_cpu_time();
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

    fn burn_cpu_time(epoch: Epoch, ns: u64) {
        let end = thread_cpu_time() + ns;
        while thread_cpu_time() < end {
            std::hint::black_box(epoch);
        }
    }

    #[test]
    fn phases_are_charged_their_cpu_time_and_pauses_nothing() {
        let epoch = Epoch::start_now();
        let mut meter = CpuMeter::start(epoch.now());
        burn_cpu_time(epoch, 4_000_000);
        meter.attribute_time_to_phase(WorkPhase::Load, epoch.now());
        meter.charge_cpu_time_until(epoch.now());
        burn_cpu_time(epoch, 3_000_000);
        meter.resume(epoch.now());
        burn_cpu_time(epoch, 8_000_000);
        meter.attribute_time_to_phase(WorkPhase::Add, epoch.now());
        let (load, add) = (meter.take_cpu_time(WorkPhase::Load), meter.take_cpu_time(WorkPhase::Add));
        assert!((4_000_000..5_000_000).contains(&load), "{load}");
        assert!((8_000_000..9_000_000).contains(&add), "{add}");
        assert_eq!(meter.take_cpu_time(WorkPhase::Add), 0);
    }

    #[test]
    fn short_phases_share_the_measured_cpu_time() {
        let epoch = Epoch::start_now();
        let mut meter = CpuMeter::start(epoch.now());
        let before = thread_cpu_time();
        for _ in 0..2000 {
            burn_cpu_time(epoch, 1_000);
            meter.attribute_time_to_phase(WorkPhase::Load, epoch.now());
            burn_cpu_time(epoch, 3_000);
            meter.attribute_time_to_phase(WorkPhase::Add, epoch.now());
        }
        meter.charge_cpu_time_until(epoch.now());
        let spent = thread_cpu_time() - before;
        let (load, add) = (meter.take_cpu_time(WorkPhase::Load), meter.take_cpu_time(WorkPhase::Add));
        assert!(load + add <= spent + 1_000_000 && load + add > spent * 9 / 10, "{load} + {add} of {spent}");
        assert!(add > load, "{add} {load}");
    }
}
