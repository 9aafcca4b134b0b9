//! What the kernel reports of a watched program: processes that start and end, and blocked workers.
//!
//! The kernel is asked now, but records arrive later. So facts wait until the records up to their time have been read.

use std::collections::BTreeMap;

use crate::event::{Exit, Nanos, StampedEvent};
use crate::source::process_tree::{ProcessTree, ThreadSample};
use crate::source::python::translator::{LiveWorker, Translator};
use crate::system::clock::{Epoch, thread_cpu_time};

/// Least time between two looks at the processes, in ns.
const LOOK_INTERVAL: Nanos = 50_000_000;
/// The next look is this many times later than the cheaper of the last two took CPU time, so that all take 0.5 % of a
/// core. A single one may be far more expensive, as the first one, before the kernel has cached anything.
const PAUSE_FACTOR: u64 = 200;
/// How long to wait for the parent's record of how a process ended, in ns.
const MAX_WAIT_FOR_EXIT: Nanos = 300_000_000;

/// A fact that waits for the records up to its time.
enum KernelFact {
    ProcessStarted { pid: u32, parent: u32 },
    ProcessEnded { pid: u32, exit: Exit },
    Looked(LiveWorker, ThreadSample),
    Sample(StampedEvent),
    Suspended(bool),
}

/// Looks at the processes of a program.
pub(super) struct KernelWatch {
    tree: ProcessTree,
    /// The processes that each worker process runs.
    descendants: BTreeMap<u32, Vec<u32>>,
    next_look: Nanos,
    /// CPU time of the last look, in ns.
    last_cost: Nanos,
    /// Facts by the time up to which records must have been read, each with its own time.
    facts: BTreeMap<Nanos, Vec<(Nanos, KernelFact)>>,
}

impl KernelWatch {
    /// Watches the descendants of a process.
    pub(super) fn new(root: u32) -> Self {
        Self {
            tree: ProcessTree::of(root),
            descendants: BTreeMap::new(),
            next_look: 0,
            last_cost: 0,
            facts: BTreeMap::new(),
        }
    }

    /// Looks at the processes and the workers, if it is time.
    pub(super) fn look(&mut self, epoch: Epoch, translator: &Translator) {
        let now = epoch.now();
        if now < self.next_look {
            return;
        }
        let began = thread_cpu_time();
        let changes = self.tree.changes();
        for process in changes.started {
            let (pid, parent) = (process.identity.pid, process.parent);
            self.add(now, now, KernelFact::ProcessStarted { pid, parent });
        }
        for process in changes.ended {
            let pid = process.identity.pid;
            // How it ended is known from the zombie, or from the record of its parent, which comes soon.
            let wait = if translator.may_report_exit_of(pid) { MAX_WAIT_FOR_EXIT } else { 0 };
            let (due, exit) = process.exit.map_or((now + wait, Exit::Code(0)), |exit| (now, exit));
            self.add(due, now, KernelFact::ProcessEnded { pid, exit });
        }
        let worker_processes = translator.live_workers().filter(|live| live.tid.is_none()).map(|live| live.pid);
        self.descendants = self.tree.descendants_of(&worker_processes.collect());
        for live in translator.live_workers().filter(|live| live.busy) {
            let sample = match live.tid {
                Some(tid) => ThreadSample::of_thread(live.pid, tid),
                None => ThreadSample::of_process(live.pid, self.descendants_of(live.pid)),
            };
            // Each has its own time: with many workers, a short task may begin or end between the first and the last.
            if let Some(sample) = sample {
                let at = epoch.now();
                self.add(at, at, KernelFact::Looked(live, sample));
            }
        }
        let cost = thread_cpu_time() - began;
        let usual_cost = cost.min(std::mem::replace(&mut self.last_cost, cost));
        self.next_look = now + LOOK_INTERVAL.max(PAUSE_FACTOR * usual_cost);
    }

    /// The processes that a worker process runs, as of the latest look.
    pub(super) fn descendants_of(&self, pid: u32) -> &[u32] {
        self.descendants.get(&pid).map_or(&[], Vec::as_slice)
    }

    /// Adds a sample of the probe.
    pub(super) fn add_sample(&mut self, sample: StampedEvent) {
        self.add(sample.at, sample.at, KernelFact::Sample(sample));
    }

    /// Adds that the program was suspended, or resumed.
    pub(super) fn add_suspension(&mut self, at: Nanos, suspended: bool) {
        self.add(at, at, KernelFact::Suspended(suspended));
    }

    fn add(&mut self, due: Nanos, at: Nanos, fact: KernelFact) {
        self.facts.entry(due).or_default().push((at, fact));
    }

    /// Hands over the facts that were due before `time`, in order.
    pub(super) fn apply_until(&mut self, time: Nanos, translator: &mut Translator) {
        while let Some(entry) = self.facts.first_entry().filter(|entry| *entry.key() < time) {
            for (at, fact) in entry.remove() {
                match fact {
                    KernelFact::ProcessStarted { pid, parent } => translator.process_found(at, pid, parent),
                    KernelFact::ProcessEnded { pid, exit } => translator.process_exited(at, pid, exit),
                    KernelFact::Looked(live, sample) => translator.worker_sampled(at, live, sample),
                    KernelFact::Sample(sample) => translator.pass_on(sample),
                    KernelFact::Suspended(suspended) => translator.set_suspended(at, suspended),
                }
            }
        }
    }
}
