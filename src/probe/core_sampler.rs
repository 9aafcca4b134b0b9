//! The load of the machine's cores, through `sysinfo`.

use sysinfo::System;

/// Samples core loads between two refreshes.
#[derive(Debug)]
pub(super) struct CoreSampler {
    /// Source of the counters; none if sysinfo does not support the operating system.
    system: Option<System>,
}

impl CoreSampler {
    /// Reads the counters once, so that the first sample covers the time since now rather than since boot.
    pub(super) fn new() -> Self {
        let mut system = System::new().ok();
        system.iter_mut().for_each(System::refresh_cpu_usage);
        Self { system }
    }

    /// Returns each core's load since the last call, from 0 (idle) to 1 (busy), ordered by core number. None where
    /// unknown.
    pub(super) fn loads_since_last_call(&mut self) -> Option<Vec<(u32, f32)>> {
        let system = self.system.as_mut()?;
        system.refresh_cpu_usage();
        // Offline cores are not listed, so the core number is taken from the name instead of the index.
        let load = |cpu: &sysinfo::Cpu| {
            let core = cpu.name().strip_prefix("cpu")?.parse().ok()?;
            Some((core, (cpu.usage() / 100.0).clamp(0.0, 1.0)))
        };
        Some(system.cpus().iter().filter_map(load).collect())
    }
}
