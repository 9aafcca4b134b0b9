//! The load of the machine's cores, through `sysinfo`.

use sysinfo::System;

/// The cores, as they were when last looked at.
#[derive(Debug)]
pub(super) struct Cores {
    /// None where the system does not say.
    system: Option<System>,
}

impl Cores {
    /// Looks once, so that the first sample covers the time since now and not since the machine was started.
    pub(super) fn new() -> Self {
        let mut cores = Self { system: System::new().ok() };
        cores.loads();
        cores
    }

    /// The load of each core since it was last asked for, 0 idle to 1 busy, in order of core numbers.
    pub(super) fn loads(&mut self) -> Vec<(u32, f32)> {
        let Some(system) = &mut self.system else { return Vec::new() };
        system.refresh_cpu_usage();
        // A core that is offline is missing, so the number is in the name, not in the order.
        let load = |cpu: &sysinfo::Cpu| {
            let core = cpu.name().strip_prefix("cpu")?.parse().ok()?;
            Some((core, (cpu.usage() / 100.0).clamp(0.0, 1.0)))
        };
        system.cpus().iter().filter_map(load).collect()
    }
}
