//! Private memory of processes that may share pages with the one that forked them.
//!
//! Pages that a process has inherited and not written yet are shared, but `statm` counts them as its own. The exact
//! figure is in `smaps_rollup`, which is expensive: it is read in turn, and `statm` tells the change since. It does not
//! tell of inherited pages that the process has written since, but each of them was a page fault. So a process is read
//! again after some page faults.

use std::collections::HashMap;

use procfs::ProcResult;
use procfs::process::{Process, StatM};

use crate::event::Nanos;
use crate::system::clock::{self, Epoch};
use crate::system::proc_file::read_proc_file;

use super::live_processes::LiveProcesses;

/// Time between two readings, as a multiple of the CPU time of the first: reading takes 0.5 % of a core.
const PAUSE_FACTOR: u64 = 200;
/// Time for which readings that were not needed can be made up for, in ns: 64 new idle processes are read at once.
const MAX_CREDIT: Nanos = 1_000_000_000;
/// Least age of a reading that is repeated, in ns.
const MIN_AGE: Nanos = 1_000_000_000;
/// Age of a reading that is repeated without page faults, in ns: the processes that shared pages may have ended.
const MAX_AGE: Nanos = 10_000_000_000;
/// A reading is repeated when page faults may have changed this part of the private memory, 2 %.
const CHANGED_PART: u64 = 50;

/// An exact reading of a process, and the page faults after it.
#[derive(Clone, Copy, Debug)]
struct Reading {
    at: Nanos,
    private: u64,
    /// Resident less shared memory by `statm` at that time, in bytes.
    unshared: u64,
    /// Page faults of the process until its first and its latest sample after the reading; none without a sample.
    page_faults: Option<(u64, u64)>,
}

impl Reading {
    /// Whether it is to be repeated.
    fn is_due(&self, now: Nanos, page_size: u64) -> bool {
        let faults = self.page_faults.map_or(0, |(first, latest)| latest.saturating_sub(first));
        let age = now.saturating_sub(self.at);
        age >= MAX_AGE || age >= MIN_AGE && faults * page_size > self.private / CHANGED_PART
    }
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
        let now = epoch.now();
        let is_due = |last: Option<&Reading>| last.is_none_or(|last| last.is_due(now, page_size));
        let last_readings = forked.into_iter().map(|pid| (self.readings.get(&pid), pid));
        let due = last_readings.filter(|(last, _)| is_due(*last)).map(|(last, pid)| (last.map(|last| last.at), pid));
        let mut due: Vec<_> = due.collect();
        due.sort_unstable();
        self.next_at = self.next_at.max(now.saturating_sub(MAX_CREDIT));
        for (_, pid) in due {
            let now = epoch.now();
            if now < self.next_at {
                break;
            }
            let started = clock::thread_cpu_time();
            if let Ok((private, unshared)) = read(pid, page_size) {
                self.readings.insert(pid, Reading { at: now, private, unshared, page_faults: None });
            }
            self.next_at += PAUSE_FACTOR * (clock::thread_cpu_time() - started);
        }
    }

    /// Private memory of a process that has had `page_faults` and whose resident less shared memory is `unshared` now,
    /// in bytes; none without a reading.
    pub(super) fn estimate(&mut self, pid: u32, unshared: u64, page_faults: u64) -> Option<u64> {
        let Reading { private, unshared: before, page_faults: faults, .. } = self.readings.get_mut(&pid)?;
        faults.get_or_insert((page_faults, page_faults)).1 = page_faults;
        let (private, before) = (*private, *before);
        Some((private + unshared.saturating_sub(before)).saturating_sub(before.saturating_sub(unshared)).min(unshared))
    }
}

/// Resident less shared memory of a process, in pages.
pub(super) fn read_unshared_pages(pid: u32) -> ProcResult<u64> {
    let statm: StatM = read_proc_file(&format!("/proc/{pid}/statm"))?;
    Ok(statm.resident.saturating_sub(statm.shared))
}

/// Exact private memory, and resident less shared memory, in bytes.
fn read(pid: u32, page_size: u64) -> ProcResult<(u64, u64)> {
    let unshared = read_unshared_pages(pid)? * page_size;
    let rollup = Process::new(pid.cast_signed())?.smaps_rollup()?;
    let field = |name| rollup.memory_map_rollup.iter().filter_map(|map| map.extension.map.get(name)).sum::<u64>();
    Ok((field("Private_Clean") + field("Private_Dirty"), unshared))
}
