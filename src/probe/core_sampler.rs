//! The load of the machine's cores, through `sysinfo`.

use sysinfo::System;

/// The cores, as they were when last looked at.
#[derive(Debug)]
pub(super) struct CoreSampler {
    /// None where sysinfo does not know the system.
    system: Option<System>,
}

impl CoreSampler {
    /// Looks once, so that the first sample covers the time since now and not since the machine was started.
    pub(super) fn new() -> Self {
        let mut system = System::new().ok();
        system.iter_mut().for_each(System::refresh_cpu_usage);
        Self { system }
    }

    /// The load of each core since it was last asked for, 0 idle to 1 busy, in order of core numbers; none where that
    /// cannot be known.
    pub(super) fn loads(&mut self) -> Option<Vec<(u32, f32)>> {
        let system = self.system.as_mut()?;
        system.refresh_cpu_usage();
        // A core that is offline is missing, so the number is in the name, not in the order.
        let load = |cpu: &sysinfo::Cpu| {
            let core = cpu.name().strip_prefix("cpu")?.parse().ok()?;
            Some((core, (cpu.usage() / 100.0).clamp(0.0, 1.0)))
        };
        Some(system.cpus().iter().filter_map(load).collect())
    }
}
