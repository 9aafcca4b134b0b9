//! The load of the machine's cores, from `/proc/stat`.

use std::collections::BTreeMap;
use std::fs;

use crate::event::Event;

/// Samples core loads between two readings of the counters.
#[derive(Debug)]
pub(super) struct CoreSampler {
    /// The counters of each core at the last reading.
    last: BTreeMap<u32, CoreTimes>,
}

/// Time that a core has spent since boot, in ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct CoreTimes {
    /// Running a program or the kernel.
    busy: u64,
    /// Everything: busy, idle, or used by other virtual machines.
    total: u64,
}

impl CoreSampler {
    /// Reads the counters once, so that the first sample covers the time since now rather than since boot.
    pub(super) fn new() -> Self {
        Self { last: read_core_times() }
    }

    /// Returns each core's load since the last call, from 0 (idle) to 1 (busy), ordered by core number, and which cores
    /// went offline or came online. Empty if the counters are unreadable.
    pub(super) fn events_since_last_call(&mut self) -> Vec<Event> {
        self.events_since_last(read_core_times())
    }

    fn events_since_last(&mut self, times: BTreeMap<u32, CoreTimes>) -> Vec<Event> {
        if times.is_empty() {
            return Vec::new();
        }
        let last = std::mem::replace(&mut self.last, times);
        let offline = last.keys().filter(|core| !self.last.contains_key(core));
        let online = self.last.keys().filter(|core| !last.is_empty() && !last.contains_key(core));
        let changes = (offline.map(|core| Event::CoreWentOffline { core: *core }))
            .chain(online.map(|core| Event::CoreCameOnline { core: *core }));
        let load = |(core, now): (&u32, &CoreTimes)| Some((*core, now.load_since(last.get(core)?)?));
        let loads: Vec<_> = self.last.iter().filter_map(load).collect();
        changes.chain((!loads.is_empty()).then_some(Event::CoresSampled { loads })).collect()
    }
}

impl CoreTimes {
    /// Returns the load since an earlier reading; none if no time has passed.
    fn load_since(self, before: &Self) -> Option<f32> {
        let total = self.total.checked_sub(before.total).filter(|total| *total > 0)?;
        Some((self.busy.saturating_sub(before.busy) as f32 / total as f32).min(1.0))
    }
}

/// Reads the counters of each core by number; empty if they are unreadable.
fn read_core_times() -> BTreeMap<u32, CoreTimes> {
    parse_core_times(&fs::read_to_string("/proc/stat").unwrap_or_default())
}

/// Parses the lines `cpuN user nice system idle iowait irq softirq steal …` of `/proc/stat`. Cores that are offline
/// have no line.
fn parse_core_times(stat: &str) -> BTreeMap<u32, CoreTimes> {
    let core = |line: &str| {
        let (name, times) = line.split_once(' ')?;
        let core = name.strip_prefix("cpu")?.parse().ok()?;
        let times: Vec<u64> = times.split_whitespace().map_while(|ticks| ticks.parse().ok()).collect();
        let [user, nice, system, idle, iowait, irq, softirq, steal, ..] = times[..] else { return None };
        let busy = user + nice + system + irq + softirq;
        Some((core, CoreTimes { busy, total: busy + idle + iowait + steal }))
    };
    stat.lines().filter_map(core).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stat(cores: &[(u32, u64, u64)]) -> BTreeMap<u32, CoreTimes> {
        let line = |(core, user, idle): &(u32, u64, u64)| format!("cpu{core} {user} 0 0 {idle} 0 0 0 0 0 0\n");
        let lines: String = cores.iter().map(line).collect();
        parse_core_times(&format!("cpu  9 9 9 9 9 9 9 9 9 9\n{lines}intr 7 1 2\nctxt 5\n"))
    }

    #[test]
    fn loads_are_those_of_the_core_number_when_a_core_goes_offline() {
        let mut sampler = CoreSampler { last: stat(&[(0, 0, 0), (1, 0, 0), (2, 0, 0)]) };
        let loads = |loads: &[(u32, f32)]| Event::CoresSampled { loads: loads.into() };
        let events = sampler.events_since_last(stat(&[(0, 100, 0), (1, 50, 50), (2, 0, 100)]));
        assert_eq!(events, [loads(&[(0, 1.0), (1, 0.5), (2, 0.0)])]);
        let events = sampler.events_since_last(stat(&[(0, 200, 0), (2, 0, 200)]));
        assert_eq!(events, [Event::CoreWentOffline { core: 1 }, loads(&[(0, 1.0), (2, 0.0)])]);
        assert!(sampler.events_since_last(stat(&[])).is_empty(), "unreadable");
        let events = sampler.events_since_last(stat(&[(0, 300, 0), (1, 60, 60), (2, 0, 300)]));
        assert_eq!(events, [Event::CoreCameOnline { core: 1 }, loads(&[(0, 1.0), (2, 0.0)])]);
    }

    #[test]
    fn time_of_other_virtual_machines_is_not_load() {
        let times = parse_core_times("cpu3 1 2 4 8 16 32 64 128 256 512\ncpu4 damaged\ncpu5 1 2\n");
        assert_eq!(times.into_iter().collect::<Vec<_>>(), [(3, CoreTimes { busy: 103, total: 255 })]);
    }
}
