//! What worker processes use together with the processes that they run, such as a compiler that a shell has started.

use std::collections::HashMap;

use procfs::process::Schedstat;

use super::thread_stat::{ThreadStat, scheduler_statistics};
use crate::system::clock::cpu_time_of_process;
use crate::system::proc_file::read_proc_file;

/// The usage of each worker process and its descendants so far.
#[derive(Debug, Default)]
pub(super) struct SubtreeUsages {
    subtrees: HashMap<u32, SubtreeUsage>,
}

/// Times in ns.
#[derive(Debug, Default)]
struct SubtreeUsage {
    cpu: u64,
    /// Run-queue delay of the descendants that live, at their latest samples.
    live_delays: HashMap<u32, u64>,
    /// The same of those that have ended.
    ended_delays: u64,
}

impl SubtreeUsages {
    /// Keeps only the usage of these worker processes.
    pub(super) fn retain(&mut self, is_kept: impl Fn(u32) -> bool) {
        self.subtrees.retain(|pid, _| is_kept(*pid));
    }

    /// The scheduler statistics of a worker process with those of its descendants, and with the CPU time of all their
    /// threads. `collected_cpu_ns` is that of the descendants that have ended.
    pub(super) fn add_descendants(
        &mut self,
        pid: u32,
        own: &Schedstat,
        collected_cpu_ns: u64,
        descendants: &[u32],
    ) -> Schedstat {
        let usage = self.subtrees.entry(pid).or_default();
        let own_cpu_ns = cpu_time_of_process(pid).unwrap_or(own.sum_exec_runtime);
        let live_cpu_ns: u64 = descendants.iter().filter_map(|pid| cpu_time_with_collected(*pid)).sum();
        // The kernel rounds the times of processes that have ended down to clock ticks.
        usage.cpu = usage.cpu.max(own_cpu_ns + collected_cpu_ns + live_cpu_ns);
        let ended = usage.live_delays.extract_if(|pid, _| !descendants.contains(pid)).map(|(_, delay)| delay);
        usage.ended_delays += ended.sum::<u64>();
        for pid in descendants {
            let schedstat = read_proc_file(&format!("/proc/{pid}/schedstat")).and_then(scheduler_statistics);
            if let Ok(schedstat) = schedstat {
                usage.live_delays.insert(*pid, schedstat.run_delay);
            }
        }
        let run_delay = own.run_delay + usage.ended_delays + usage.live_delays.values().sum::<u64>();
        Schedstat { sum_exec_runtime: usage.cpu, run_delay, pcount: own.pcount }
    }
}

/// CPU time of a process and of its children that have ended and were collected, in ns.
fn cpu_time_with_collected(pid: u32) -> Option<u64> {
    let stat: ThreadStat = read_proc_file(&format!("/proc/{pid}/stat")).ok()?;
    Some(cpu_time_of_process(pid)? + stat.collected_cpu_ns)
}
