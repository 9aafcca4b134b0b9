//! How much of the cores other programs use.

use std::time::{Duration, Instant};

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::{TimeVal, TimeValLike};
use procfs::{CpuTime, CurrentSI, KernelStats, ticks_per_second};

/// A measurement of the load by other programs, from its start on.
pub(super) struct LoadOfOthers {
    cores: Vec<u32>,
    began: Instant,
    busy: Duration,
    own: Duration,
}

impl LoadOfOthers {
    pub(super) fn start(cores: Vec<u32>) -> Self {
        Self { began: Instant::now(), busy: busy_time(&cores), own: own_cpu_time(), cores }
    }

    /// Share of the cores that other programs used, in per cent; 0 if it cannot be read.
    pub(super) fn percent(&self) -> u32 {
        let busy = busy_time(&self.cores).saturating_sub(self.busy);
        let others = busy.saturating_sub(own_cpu_time().saturating_sub(self.own));
        let total = self.began.elapsed().as_secs_f64() * self.cores.len() as f64;
        (100.0 * others.as_secs_f64() / total).round().clamp(0.0, 100.0) as u32
    }
}

/// Time since boot for which these cores were not idle, or were taken by a hypervisor.
fn busy_time(cores: &[u32]) -> Duration {
    let Ok(stats) = KernelStats::current() else { return Duration::ZERO };
    let busy = |core: &CpuTime| {
        let also = [core.irq, core.softirq, core.steal].into_iter().flatten().sum::<u64>();
        core.user + core.nice + core.system + also
    };
    let ticks: u64 = cores.iter().filter_map(|core| stats.cpu_time.get(*core as usize)).map(busy).sum();
    Duration::from_secs_f64(ticks as f64 / ticks_per_second() as f64)
}

/// CPU time of mpviz and of the children that it has reaped, with theirs.
fn own_cpu_time() -> Duration {
    let duration = |time: TimeVal| Duration::from_micros(time.num_microseconds().max(0) as u64);
    let cpu_time = |usage: Usage| duration(usage.user_time()) + duration(usage.system_time());
    [UsageWho::RUSAGE_SELF, UsageWho::RUSAGE_CHILDREN]
        .into_iter()
        .filter_map(|who| getrusage(who).ok())
        .map(cpu_time)
        .sum::<Duration>()
}
