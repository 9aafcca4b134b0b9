//! What the kernel has charged the workers' processes with, through `procfs`.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::time::Duration;

use crossbeam_channel::Sender;
use nix::unistd::gettid;
use procfs::process::{Process, Schedstat, Stat, Task};
use procfs::{FromRead, ProcError, ProcResult};

use crate::event::{Event, LaneId, Nanos, ProcessSample, StampedEvent, Usage, WorkerId};
use crate::system::clock::{self, Epoch};

use super::live_processes::{LiveProcess, LiveProcesses};

/// The shortest time between two sweeps.
pub(super) const SWEEP_INTERVAL: Duration = Duration::from_millis(200);
/// After a sweep that cost this much CPU time or more, the pause is longer: 100 times the cost, so that sampling takes
/// 1 % of a core. A sweep is broken off here and goes on at the next beat where it stopped.
const SWEEP_NS: u64 = SWEEP_INTERVAL.as_nanos() as u64 / PAUSE;
const PAUSE: u64 = 100;
/// PSS is so dear (50 µs for an idle process, 1 ms for each 60 MB) that it gets a budget of its own, a quarter of the
/// other one, lest the ordinary samples stop for seconds.
const PSS_PAUSE: u64 = 400;

/// The memory of a lane's processes, as last seen.
#[derive(Debug, Default)]
struct LaneMemory {
    /// The sum of private memory at which the PSS was last read, in bytes.
    pss_taken_at: u64,
    /// Not before this time, so that reading it stays within its budget.
    pss_due: Nanos,
}

/// Samples the processes of the roster in turns.
#[derive(Debug)]
pub(super) struct ProcessSampler {
    epoch: Epoch,
    page: u64,
    /// The last process sampled: the next sweep begins behind it.
    last: u32,
    /// The lane of each live process, and its private memory when last seen, in bytes.
    private: HashMap<u32, (LaneId, u64)>,
    lanes: BTreeMap<LaneId, LaneMemory>,
}

impl ProcessSampler {
    pub(super) fn new(epoch: Epoch) -> Self {
        Self { epoch, page: procfs::page_size(), last: 0, private: HashMap::new(), lanes: BTreeMap::new() }
    }

    /// Samples as many processes as the budget of a beat allows, and says for how long to pause.
    pub(super) fn sweep(&mut self, live_processes: &LiveProcesses, events: &Sender<Vec<StampedEvent>>) -> Duration {
        let began = clock::thread_cpu();
        self.forget_the_dead(live_processes);
        let (samples, skipped) = self.take_turns(live_processes);
        say(samples, skipped, self.epoch.now(), live_processes, events);
        let cost = clock::thread_cpu() - began;
        self.read_pss_where_due(events);
        SWEEP_INTERVAL.max(Duration::from_nanos(PAUSE * cost))
    }

    fn forget_the_dead(&mut self, live_processes: &LiveProcesses) {
        let live = live_processes.lock();
        self.private.retain(|pid, _| live.contains_key(pid));
    }

    /// The samples of the processes behind the last one, by process, and how many could not be read.
    fn take_turns(&mut self, live_processes: &LiveProcesses) -> (Vec<(u32, Vec<StampedEvent>)>, u32) {
        let began = clock::thread_cpu();
        let (mut samples, mut skipped) = (Vec::new(), 0);
        let mut first = None;
        while let Some((pid, entry)) = live_processes.next_after(self.last) {
            if first == Some(pid) {
                break;
            }
            first = first.or(Some(pid));
            match self.sample(pid, &entry) {
                Ok(events) => samples.push((pid, events)),
                Err(_) => skipped += 1,
            }
            self.last = pid;
            if clock::thread_cpu() - began >= SWEEP_NS {
                break;
            }
        }
        (samples, skipped)
    }

    fn sample(&mut self, pid: u32, entry: &LiveProcess) -> ProcResult<Vec<StampedEvent>> {
        let process = Process::new(pid.cast_signed())?;
        let stat = process.stat()?;
        if matches!(stat.state, 'Z' | 'X') {
            // Its figures are read whole when it is reaped; here they would look like a drop to zero.
            return Err(ProcError::NotFound(None));
        }
        let statm = process.statm()?;
        let private = statm.resident.saturating_sub(statm.shared) * self.page;
        self.private.insert(pid, (entry.lane, private));

        let stamp = |worker, stat: &Stat, schedstat: &Schedstat, private_bytes| StampedEvent {
            at: self.epoch.now(),
            lane: Some(entry.lane),
            event: Event::WorkerSampled {
                worker,
                sample: ProcessSample {
                    cpu_ns: schedstat.sum_exec_runtime,
                    run_delay_ns: schedstat.run_delay,
                    private_bytes,
                    core: stat.processor.unwrap_or(0).cast_unsigned(),
                    timeslices: Some(schedstat.pcount),
                },
            },
        };
        let mut sampled = Vec::with_capacity(entry.workers.len());
        if let Some(&leader) = entry.workers.first() {
            sampled.push(stamp(leader, &stat, &process.schedstat()?, Some(private)));
        }
        if entry.workers.len() > 1 {
            // A thread that has ended since it was listed is missing, as one that had ended before.
            for task in process.tasks()?.flatten().filter(|task| task.tid != task.pid) {
                let Ok((stat, schedstat)) = task_figures(&task) else { continue };
                if let Some(worker) = named_worker(&stat.comm).filter(|worker| entry.workers.contains(worker)) {
                    sampled.push(stamp(worker, &stat, &schedstat, None));
                }
            }
        }
        Ok(sampled)
    }

    /// Reads the PSS of the lanes whose private memory has grown by more than a tenth since it was last read: the last
    /// reading of a run is then near its peak.
    fn read_pss_where_due(&mut self, events: &Sender<Vec<StampedEvent>>) {
        let mut private_of: BTreeMap<LaneId, u64> = BTreeMap::new();
        for (lane, private) in self.private.values() {
            *private_of.entry(*lane).or_default() += private;
        }
        for (lane, private) in private_of {
            let memory = self.lanes.entry(lane).or_default();
            if private <= memory.pss_taken_at + memory.pss_taken_at / 10 || self.epoch.now() < memory.pss_due {
                continue;
            }
            let began = clock::thread_cpu();
            let pids = self.private.iter().filter(|(_, (of, _))| *of == lane).map(|(&pid, _)| pid);
            // The sum over those that are still there: a process that has gone takes its memory with it.
            let bytes = pids.filter_map(|pid| pss(pid).ok()).sum();
            let at = self.epoch.now();
            memory.pss_taken_at = private;
            memory.pss_due = at + PSS_PAUSE * (clock::thread_cpu() - began);
            let _ = events.send(vec![StampedEvent { at, lane: Some(lane), event: Event::LanePssSampled { bytes } }]);
        }
    }
}

/// Sends the samples of the processes that are still listed. They were alive all the time, for a process is taken off
/// the list before it is reaped; and as the list is held while sending, a worker's exit can only be told afterwards.
fn say(
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

fn task_figures(task: &Task) -> ProcResult<(Stat, Schedstat)> {
    Ok((task.stat()?, task.schedstat()?))
}

/// The worker whose thread has this name, `w<id>`.
fn named_worker(name: &str) -> Option<WorkerId> {
    name.strip_prefix('w')?.parse().ok().map(WorkerId)
}

/// Proportional set size of a process, in bytes.
fn pss(pid: u32) -> ProcResult<u64> {
    let rollup = Process::new(pid.cast_signed())?.smaps_rollup()?;
    Ok(rollup.memory_map_rollup.iter().filter_map(|map| map.extension.map.get("Pss")).sum())
}

/// What a process that has ended and is not yet reaped used in its life, also when it was killed: the kernel's final
/// figures, exact to the nanosecond. Of a process with several threads they are those of the first.
#[must_use]
pub fn zombie_usage(pid: u32) -> Option<Usage> {
    // By path: a `Process` opens and examines the directory first, which here is a third of the price.
    let file = |name| format!("/proc/{pid}/{name}");
    Some(usage(&Schedstat::from_file(file("schedstat")).ok()?, &Switches::from_file(file("status")).ok()?))
}

/// What the calling thread has used so far.
#[must_use]
pub fn thread_usage() -> Option<Usage> {
    let thread = Process::myself().ok()?.task_from_tid(gettid().as_raw()).ok()?;
    let usage = usage(&thread.schedstat().ok()?, &thread.read("status").ok()?);
    // While a thread runs, its schedstat is as old as the last tick; the clock is not.
    Some(Usage { cpu_ns: clock::thread_cpu(), ..usage })
}

/// The files of `/proc` that are sampled, each with whether this process' own can be read and says something.
#[must_use]
pub fn readable_proc_files() -> [(&'static str, bool); 6] {
    let me = Process::myself();
    let read = |can: fn(&Process) -> ProcResult<bool>| me.as_ref().is_ok_and(|me| can(me).unwrap_or(false));
    [
        ("stat", read(|me| Ok(me.stat()?.processor.is_some()))),
        ("statm", read(|me| Ok(me.statm()?.resident > 0))),
        // All zeros where the kernel does not keep it.
        ("schedstat", read(|me| Ok(me.schedstat()?.pcount > 0))),
        ("status", read(|me| me.read::<_, Switches>("status").map(|_| true))),
        ("task", read(|me| Ok(me.tasks()?.flatten().next().is_some()))),
        ("smaps_rollup", read(|me| Ok(pss(me.pid.cast_unsigned())? > 0))),
    ]
}

fn usage(schedstat: &Schedstat, switches: &Switches) -> Usage {
    Usage {
        cpu_ns: schedstat.sum_exec_runtime,
        run_delay_ns: schedstat.run_delay,
        voluntary_switches: switches.voluntary,
        involuntary_switches: switches.involuntary,
    }
}

/// What is wanted of a `status` file: reading all its fields into a `procfs::process::Status` takes several times as
/// long as the kernel takes to write them, and the reaper competes for the cores with what it reaps.
struct Switches {
    voluntary: u64,
    involuntary: u64,
}

impl FromRead for Switches {
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
