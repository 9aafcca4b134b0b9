//! State of a simulated worker, and the payloads in memory.

use crate::event::FinalUsage;

/// What a worker does with its current burst or wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// A starter forks it.
    Fork,
    Start,
    Load,
    Compute,
    Wait,
    Release,
    Exit,
    /// The parent hands out a record.
    Send,
    /// The parent receives a result.
    Collect,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Worker {
    pub(super) phase: Phase,
    /// Current task, and the end of its record.
    pub(super) task: u32,
    pub(super) record_end: u32,
    pub(super) waits_left: u32,
    /// CPU time of the burst to start once it has the GIL.
    pub(super) pending: f64,
    pub(super) used: f64,
    /// Start of the burst, and its CPU time.
    pub(super) burst: (f64, f64),
    pub(super) run_delay: f64,
}

impl Worker {
    pub(super) const NEW: Self = Self {
        phase: Phase::Fork,
        task: 0,
        record_end: 0,
        waits_left: 0,
        pending: 0.0,
        used: 0.0,
        burst: (0.0, 0.0),
        run_delay: 0.0,
    };

    pub(super) fn usage(&self) -> FinalUsage {
        FinalUsage { cpu_ns: self.used as u64, run_delay_ns: self.run_delay.max(0.0) as u64, ..FinalUsage::default() }
    }
}

/// Memory that is in use, and its maximum.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Residency {
    pub(super) tasks: u32,
    pub(super) bytes: u64,
    pub(super) peak_tasks: u32,
    pub(super) peak_bytes: u64,
    /// Memory of worker processes in bytes, and its maximum with that of payloads.
    of_processes: u64,
    pub(super) peak_memory: u64,
}

impl Residency {
    pub(super) fn add(&mut self, bytes: u64) {
        self.tasks += 1;
        self.bytes += bytes;
        self.peak_tasks = self.peak_tasks.max(self.tasks);
        self.peak_bytes = self.peak_bytes.max(self.bytes);
        self.peak_memory = self.peak_memory.max(self.bytes + self.of_processes);
    }

    pub(super) fn remove(&mut self, bytes: u64) {
        self.tasks -= 1;
        self.bytes -= bytes;
    }

    /// A process of this size starts.
    pub(super) fn add_process(&mut self, bytes: u64) {
        self.of_processes += bytes;
        self.peak_memory = self.peak_memory.max(self.bytes + self.of_processes);
    }

    pub(super) fn remove_process(&mut self, bytes: u64) {
        self.of_processes -= bytes;
    }
}
