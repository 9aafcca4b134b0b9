//! The load of the machine's cores, through `sysinfo`.

use sysinfo::System;

use super::machine::online_cores;
use crate::event::Event;

/// Samples core loads between two refreshes.
#[derive(Debug)]
pub(super) struct CoreSampler {
    /// Source of the counters; none if sysinfo does not support the operating system.
    system: Option<System>,
    /// The cores that were online when `system` was created.
    online: Vec<u32>,
}

impl CoreSampler {
    /// Reads the counters once, so that the first sample covers the time since now rather than since boot.
    pub(super) fn new() -> Self {
        let mut system = System::new().ok();
        system.iter_mut().for_each(System::refresh_cpu_usage);
        Self { system, online: online_cores() }
    }

    /// Returns each core's load since the last call, from 0 (idle) to 1 (busy), ordered by core number, or which cores
    /// went offline or came online. Empty if the counters are unreadable.
    pub(super) fn events_since_last_call(&mut self) -> Vec<Event> {
        if let Some(system) = &mut self.system {
            system.refresh_cpu_usage();
        }
        let changes = core_changes(&self.online, &online_cores());
        if changes.is_empty() {
            let loads = self.system.as_ref().map(loads_by_core).unwrap_or_default();
            return if loads.is_empty() { Vec::new() } else { vec![Event::CoresSampled { loads }] };
        }
        // sysinfo keeps the names of its first reading: after a change, loads would be those of other cores.
        *self = Self::new();
        changes
    }
}

fn loads_by_core(system: &System) -> Vec<(u32, f32)> {
    let load = |cpu: &sysinfo::Cpu| {
        let core = cpu.name().strip_prefix("cpu")?.parse().ok()?;
        Some((core, (cpu.usage() / 100.0).clamp(0.0, 1.0)))
    };
    system.cpus().iter().filter_map(load).collect()
}

/// The cores that went offline or came online; none if a reading is empty, because it failed.
fn core_changes(last: &[u32], now: &[u32]) -> Vec<Event> {
    if last.is_empty() || now.is_empty() {
        return Vec::new();
    }
    let offline = last.iter().filter(|core| !now.contains(core)).map(|core| Event::CoreWentOffline { core: *core });
    let online = now.iter().filter(|core| !last.contains(core)).map(|core| Event::CoreCameOnline { core: *core });
    offline.chain(online).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cores_that_go_offline_or_come_online_are_named() {
        assert_eq!(core_changes(&[0, 1, 2], &[0, 2]), [Event::CoreWentOffline { core: 1 }]);
        assert_eq!(core_changes(&[0, 2], &[0, 1, 2]), [Event::CoreCameOnline { core: 1 }]);
        assert_eq!(core_changes(&[0, 1], &[0, 1]), []);
        assert_eq!(core_changes(&[0, 1], &[]), [], "unreadable");
    }

    #[test]
    fn loads_after_a_change_of_the_cores_are_those_of_the_cores_that_are_online() {
        let mut sampler = CoreSampler::new();
        let absent = sampler.online.iter().max().unwrap() + 1;
        sampler.online.push(absent);
        assert_eq!(sampler.events_since_last_call(), [Event::CoreWentOffline { core: absent }]);
        assert_eq!(sampler.online, online_cores());
        let [Event::CoresSampled { loads }] = &sampler.events_since_last_call()[..] else { panic!("no loads") };
        assert_eq!(loads.iter().map(|(core, _)| *core).collect::<Vec<_>>(), sampler.online);
    }
}
