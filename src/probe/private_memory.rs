//! Private memory of processes that may share pages with the one that forked them.
//!
//! Pages that a process has inherited and not written yet are shared, but `statm` counts them as its own. The exact
//! figure is in `smaps_rollup`, which is expensive: it is read in turn, and `statm` tells the change since.

use std::collections::HashMap;

use procfs::ProcResult;
use procfs::process::Process;

use crate::event::Nanos;
use crate::system::clock::{self, Epoch};

use super::live_processes::LiveProcesses;

/// Time between two readings, as a multiple of the CPU time of the first: reading takes 0.5 % of a core.
const PAUSE_FACTOR: u64 = 200;
/// Time for which readings that were not needed can be made up for, in ns: 64 new idle processes are read at once.
const MAX_CREDIT: Nanos = 1_000_000_000;
/// Least age of a reading that is repeated, in ns.
const MIN_AGE: Nanos = 1_000_000_000;

/// An exact reading of a process.
#[derive(Clone, Copy, Debug)]
struct Reading {
    at: Nanos,
    private: u64,
    /// Resident less shared memory by `statm` at that time, in bytes.
    unshared: u64,
}

/// The newest exact reading of each process.
#[derive(Debug, Default)]
pub(super) struct PrivateMemory {
    readings: HashMap<u32, Reading>,
    /// Earliest time of the next reading, which keeps the readings within their budget.
    next_at: Nanos,
}

impl PrivateMemory {
    /// Reads processes, those without a reading first and then the oldest, as the budget allows.
    pub(super) fn read_within_budget(&mut self, epoch: Epoch, page_size: u64, live_processes: &LiveProcesses) {
        let forked: Vec<u32> =
            live_processes.lock().iter().filter(|(_, live)| live.is_forked).map(|(pid, _)| *pid).collect();
        self.readings.retain(|pid, _| forked.binary_search(pid).is_ok());
        let mut due: Vec<_> =
            forked.into_iter().map(|pid| (self.readings.get(&pid).map(|last| last.at), pid)).collect();
        due.sort_unstable();
        self.next_at = self.next_at.max(epoch.now().saturating_sub(MAX_CREDIT));
        for (last, pid) in due {
            let now = epoch.now();
            if now < self.next_at || last.is_some_and(|last| now < last + MIN_AGE) {
                break;
            }
            let started = clock::thread_cpu_time();
            if let Ok((private, unshared)) = read(pid, page_size) {
                self.readings.insert(pid, Reading { at: now, private, unshared });
            }
            self.next_at += PAUSE_FACTOR * (clock::thread_cpu_time() - started);
        }
    }

    /// Private memory of a process whose resident less shared memory is `unshared` now, in bytes; none without a reading.
    pub(super) fn estimate(&self, pid: u32, unshared: u64) -> Option<u64> {
        let Reading { private, unshared: before, .. } = *self.readings.get(&pid)?;
        Some((private + unshared.saturating_sub(before)).saturating_sub(before.saturating_sub(unshared)).min(unshared))
    }
}

/// Exact private memory, and resident less shared memory, in bytes.
fn read(pid: u32, page_size: u64) -> ProcResult<(u64, u64)> {
    let process = Process::new(pid.cast_signed())?;
    let statm = process.statm()?;
    let rollup = process.smaps_rollup()?;
    let field = |name| rollup.memory_map_rollup.iter().filter_map(|map| map.extension.map.get(name)).sum::<u64>();
    let unshared = statm.resident.saturating_sub(statm.shared) * page_size;
    Ok((field("Private_Clean") + field("Private_Dirty"), unshared))
}
