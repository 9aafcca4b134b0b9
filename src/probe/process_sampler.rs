//! Sampling of worker processes from `/proc`.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::time::Duration;

use crossbeam_channel::Sender;
use nix::unistd::gettid;
use procfs::process::{Process, Schedstat};
use procfs::{FromRead, ProcError, ProcResult};

use crate::event::{Event, FinalUsage, LaneId, Nanos, ProcessSample, StampedEvent};
use crate::system::clock::{self, Epoch};
use crate::system::pid_namespace::is_proc_of_own_namespace;
use crate::system::proc_file::read_proc_file;
use crate::system::process_name::worker_of_thread;

use super::live_processes::{LiveProcess, LiveProcesses};
use super::private_memory::{PrivateMemory, read_unshared_pages};
use super::subtree_usage::SubtreeUsages;
use super::thread_stat::{ThreadStat, scheduler_statistics};

/// The minimum time between two sweeps.
pub(super) const SWEEP_INTERVAL: Duration = Duration::from_millis(200);
/// CPU time after which a sweep stops, to be continued by the next.
const SWEEP_BUDGET_NS: u64 = SWEEP_INTERVAL.as_nanos() as u64 / SWEEP_PAUSE_FACTOR;
/// Length of the pause after a sweep, as a multiple of the sweep's CPU time, so that sampling takes 1 % of a core.
const SWEEP_PAUSE_FACTOR: u64 = 100;
/// Reading PSS is expensive (50 µs for an idle process, 1 ms for each 60 MB), so it has its own budget, a quarter of
/// the sweep's, and does not delay ordinary samples.
const PSS_PAUSE_FACTOR: u64 = 400;

/// State of the memory readings of a lane.
#[derive(Debug, Default)]
struct LaneMemory {
    /// The sum of private memory when the PSS was last read, in bytes.
    private_at_last_pss: u64,
    /// Earliest time of the next PSS reading, which keeps the readings within their budget.
    next_pss_at: Nanos,
}

/// Samples the live processes in turn.
#[derive(Debug)]
pub(super) struct ProcessSampler {
    epoch: Epoch,
    page_size: u64,
    /// The pid sampled last; the next sweep starts after it.
    last_pid: u32,
    /// The lane and last seen private memory, in bytes, of each live process; none if it is not known yet.
    private_memory: HashMap<u32, (LaneId, Option<u64>)>,
    forked: PrivateMemory,
    subtrees: SubtreeUsages,
    lanes: BTreeMap<LaneId, LaneMemory>,
}

impl ProcessSampler {
    pub(super) fn new(epoch: Epoch) -> Self {
        Self {
            epoch,
            page_size: procfs::page_size(),
            last_pid: 0,
            private_memory: HashMap::new(),
            forked: PrivateMemory::default(),
            subtrees: SubtreeUsages::default(),
            lanes: BTreeMap::new(),
        }
    }

    /// Samples as many processes as the budget allows and returns how long to pause.
    pub(super) fn sample_within_budget(
        &mut self,
        live_processes: &LiveProcesses,
        events: &Sender<Vec<StampedEvent>>,
    ) -> Duration {
        if !is_proc_of_own_namespace() {
            return SWEEP_INTERVAL;
        }
        self.forked.read_within_budget(self.epoch, self.page_size, live_processes);
        let started = clock::thread_cpu_time();
        self.remove_exited(live_processes);
        let (samples, skipped) = self.sample_in_turn(live_processes);
        send_samples_of_live(samples, skipped, self.epoch.now(), live_processes, events);
        let cost = clock::thread_cpu_time() - started;
        self.read_pss_if_grown(events);
        SWEEP_INTERVAL.max(Duration::from_nanos(SWEEP_PAUSE_FACTOR * cost))
    }

    fn remove_exited(&mut self, live_processes: &LiveProcesses) {
        let live = live_processes.lock();
        self.private_memory.retain(|pid, _| live.contains_key(pid));
        self.subtrees.retain(|pid| live.contains_key(&pid));
    }

    /// Returns the samples of the processes after the last pid, by pid, and how many could not be read.
    fn sample_in_turn(&mut self, live_processes: &LiveProcesses) -> (Vec<(u32, Vec<StampedEvent>)>, u32) {
        let started = clock::thread_cpu_time();
        let (mut samples, mut skipped) = (Vec::new(), 0);
        let mut first = None;
        while let Some((pid, entry)) = live_processes.next_after(self.last_pid) {
            if first == Some(pid) {
                break;
            }
            first = first.or(Some(pid));
            match self.sample_process(pid, &entry) {
                Ok(events) => samples.push((pid, events)),
                Err(_) => skipped += 1,
            }
            self.last_pid = pid;
            if clock::thread_cpu_time() - started >= SWEEP_BUDGET_NS {
                break;
            }
        }
        (samples, skipped)
    }

    fn sample_process(&mut self, pid: u32, entry: &LiveProcess) -> ProcResult<Vec<StampedEvent>> {
        let stat: ThreadStat = read_proc_file(&format!("/proc/{pid}/stat"))?;
        if matches!(stat.state, 'Z' | 'X') {
            // A zombie is not sampled: its usage is read when it is reaped, and its memory is already zero.
            return Err(ProcError::NotFound(None));
        }
        let schedstat = scheduler_statistics(read_proc_file(&format!("/proc/{pid}/schedstat"))?)?;
        let unshared = read_unshared_pages(pid)? * self.page_size;
        let private_memory =
            if entry.is_forked { self.forked.estimate(pid, unshared, stat.page_faults) } else { Some(unshared) };
        let of_descendants: u64 = entry.descendants.iter().filter_map(|pid| read_unshared_pages(*pid).ok()).sum();
        let private_memory = private_memory.map(|private| private + of_descendants * self.page_size);
        self.private_memory.insert(pid, (entry.lane, private_memory));

        let stamp = |worker, core, schedstat: &Schedstat, private_bytes| StampedEvent {
            at: self.epoch.now(),
            lane: Some(entry.lane),
            event: Event::WorkerSampled {
                worker,
                sample: ProcessSample {
                    cpu_ns: schedstat.sum_exec_runtime,
                    run_delay_ns: schedstat.run_delay,
                    private_bytes,
                    core,
                    timeslices: Some(schedstat.pcount),
                },
            },
        };
        let mut sampled = Vec::with_capacity(entry.workers.len());
        if let Some(&leader) = entry.workers.first().filter(|_| entry.main_is_worker) {
            let schedstat = if entry.is_forked {
                self.subtrees.add_descendants(pid, &schedstat, stat.collected_cpu_ns, &entry.descendants)
            } else {
                schedstat.clone()
            };
            sampled.push(stamp(leader, stat.core, &schedstat, private_memory));
        }
        if entry.workers.len() > 1 || !entry.main_is_worker {
            // Skips threads that have ended since they were listed.
            for task in Process::new(pid.cast_signed())?.tasks()?.flatten().filter(|task| task.tid != task.pid) {
                let Ok((stat, schedstat)) = read_thread(pid, task.tid) else { continue };
                if let Some(worker) = worker_of_thread(&stat.name).filter(|worker| entry.workers.contains(worker)) {
                    // The memory of the process is that of its first worker.
                    let memory = private_memory.filter(|_| !entry.main_is_worker && worker == entry.workers[0]);
                    sampled.push(stamp(worker, stat.core, &schedstat, memory));
                }
            }
        }
        Ok(sampled)
    }

    /// Reads the PSS of lanes whose private memory has grown by more than a tenth since the last reading: the last
    /// reading of a run is then close to its peak.
    fn read_pss_if_grown(&mut self, events: &Sender<Vec<StampedEvent>>) {
        let mut private_by_lane: BTreeMap<LaneId, Option<u64>> = BTreeMap::new();
        for (lane, private_memory) in self.private_memory.values() {
            let sum = private_by_lane.entry(*lane).or_insert(Some(0));
            *sum = sum.zip(*private_memory).map(|(sum, private_memory)| sum + private_memory);
        }
        for (lane, private_memory) in private_by_lane {
            let Some(private_memory) = private_memory else { continue };
            let memory = self.lanes.entry(lane).or_default();
            if private_memory <= memory.private_at_last_pss + memory.private_at_last_pss / 10
                || self.epoch.now() < memory.next_pss_at
            {
                continue;
            }
            let started = clock::thread_cpu_time();
            let pids = self.private_memory.iter().filter(|(_, (of_lane, _))| *of_lane == lane).map(|(&pid, _)| pid);
            let bytes = total_pss(pids.map(read_pss));
            let at = self.epoch.now();
            memory.private_at_last_pss = private_memory;
            memory.next_pss_at = at + PSS_PAUSE_FACTOR * (clock::thread_cpu_time() - started);
            if let Some(bytes) = bytes {
                let event = Event::LanePssSampled { bytes };
                let _ = events.send(vec![StampedEvent { at, lane: Some(lane), event }]);
            }
        }
    }
}

/// Sends the samples of processes that are still listed; they were alive while being sampled, because a process is
/// removed before it is reaped. The list is locked while sending, so exit events follow.
fn send_samples_of_live(
    samples: Vec<(u32, Vec<StampedEvent>)>,
    mut skipped: u32,
    at: Nanos,
    live_processes: &LiveProcesses,
    events: &Sender<Vec<StampedEvent>>,
) {
    let live = live_processes.lock();
    let mut batch = Vec::with_capacity(samples.len() + 1);
    for (pid, sampled) in samples {
        if live.contains_key(&pid) {
            batch.extend(sampled);
        } else {
            skipped += 1;
        }
    }
    if skipped > 0 {
        batch.push(StampedEvent { at, lane: None, event: Event::SamplesSkipped { count: skipped } });
    }
    if !batch.is_empty() {
        let _ = events.send(batch);
    }
}

fn read_thread(pid: u32, tid: i32) -> ProcResult<(ThreadStat, Schedstat)> {
    let stat = read_proc_file(&format!("/proc/{pid}/task/{tid}/stat"))?;
    Ok((stat, scheduler_statistics(read_proc_file(&format!("/proc/{pid}/task/{tid}/schedstat"))?)?))
}

/// The sum of the readings of some processes, of which one that has exited counts as zero. None if any other is
/// unreadable, which makes the sum unknown, or all have exited.
fn total_pss(readings: impl Iterator<Item = ProcResult<u64>>) -> Option<u64> {
    let of_live = |reading| match reading {
        Err(ProcError::NotFound(_)) => None,
        reading => Some(reading),
    };
    readings.filter_map(of_live).sum::<ProcResult<u64>>().ok().filter(|bytes| *bytes > 0)
}

/// Returns the proportional set size of a process, in bytes.
fn read_pss(pid: u32) -> ProcResult<u64> {
    let rollup = Process::new(pid.cast_signed())?.smaps_rollup()?;
    Ok(rollup.memory_map_rollup.iter().filter_map(|map| map.extension.map.get("Pss")).sum())
}

/// Returns the total usage of a process that has ended and is not yet reaped, exact to the nanosecond. For a process
/// of several threads it is that of the main thread. None if it is unreadable.
#[must_use]
pub fn zombie_usage(pid: u32) -> Option<FinalUsage> {
    if !is_proc_of_own_namespace() {
        return None;
    }
    // Files are opened by path, because `Process::new` also examines the directory, which costs half as much again.
    let file = |name| format!("/proc/{pid}/{name}");
    Some(usage_from_proc(
        &scheduler_statistics(Schedstat::from_file(file("schedstat")).ok()?).ok()?,
        &ContextSwitches::from_file(file("status")).ok()?,
    ))
}

/// Returns the calling thread's usage so far.
#[must_use]
pub fn thread_usage() -> Option<FinalUsage> {
    let thread = Process::myself().ok()?.task_from_tid(gettid().as_raw()).ok()?;
    let schedstat = scheduler_statistics(thread.schedstat().ok()?).ok()?;
    let usage = usage_from_proc(&schedstat, &thread.read("status").ok()?);
    // A running thread's schedstat is only updated at ticks; the clock is current.
    Some(FinalUsage { cpu_ns: clock::thread_cpu_time(), ..usage })
}

/// Lists the sampled files of `/proc`, each with whether it is readable and has values.
#[must_use]
pub fn readable_proc_files() -> [(&'static str, bool); 6] {
    let me = Process::myself();
    let read = |can: fn(&Process) -> ProcResult<bool>| me.as_ref().is_ok_and(|me| can(me).unwrap_or(false));
    [
        ("stat", read(|me| Ok(me.stat()?.processor.is_some()))),
        ("statm", read(|me| Ok(me.statm()?.resident > 0))),
        // The values are all zero if the kernel does not collect scheduler statistics.
        ("schedstat", read(|me| Ok(me.schedstat()?.pcount > 0))),
        ("status", read(|me| me.read::<_, ContextSwitches>("status").map(|_| true))),
        ("task", read(|me| Ok(me.tasks()?.flatten().next().is_some()))),
        ("smaps_rollup", read(|me| Ok(read_pss(me.pid.cast_unsigned())? > 0))),
    ]
}

fn usage_from_proc(schedstat: &Schedstat, switches: &ContextSwitches) -> FinalUsage {
    FinalUsage {
        cpu_ns: schedstat.sum_exec_runtime,
        run_delay_ns: schedstat.run_delay,
        voluntary_switches: switches.voluntary,
        involuntary_switches: switches.involuntary,
    }
}

/// The context switches in a `status` file. Parsing all its fields with `procfs::process::Status` takes several times
/// as long as reading it, and the reaper competes for cores with the workers.
struct ContextSwitches {
    voluntary: u64,
    involuntary: u64,
}

impl FromRead for ContextSwitches {
    fn from_read<R: Read>(mut file: R) -> ProcResult<Self> {
        let mut text = String::with_capacity(2048);
        file.read_to_string(&mut text)?;
        let field = |name| {
            let value = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
            value.ok_or(ProcError::Incomplete(None))
        };
        Ok(Self { voluntary: field("voluntary_ctxt_switches:")?, involuntary: field("nonvoluntary_ctxt_switches:")? })
    }
}

#[cfg(test)]
mod tests;
