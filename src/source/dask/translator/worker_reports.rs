//! Reports about workers and their memory.

use super::{Place, Translator};
use crate::event::text::SafeText;
use crate::event::{CallId, ClusterMemory, ClusterUsage, Event, Exit, SlotId, WorkerId};
use crate::source::dask::message::{MemoryReport, UsageReport, WorkerDescription};

/// Age of a heartbeat from which a worker counts as silent, in s, and what each worker of the cluster adds: the more
/// there are, the longer Dask makes the interval of heartbeats, up to 5 ms per worker.
const SILENCE_THRESHOLD_S: f64 = 5.0;
const SILENCE_PER_WORKER_S: f64 = 0.02;
/// Number of reports in a row from which heartbeats are missed: a scheduler that was busy reads them after the first.
const LATE_REPORTS: u32 = 2;

impl Translator {
    pub(super) fn worker_added(&mut self, number: u32, description: &WorkerDescription) {
        self.workers.add(number, description, self.now);
        let Some(worker) = self.workers.all.get(&number) else { return };
        let (pid, name, threads) = (worker.pid, worker.name.clone(), worker.threads.clone());
        for thread in threads {
            self.thread_started(thread.id, thread.slot, pid, &name);
        }
    }

    pub(super) fn host_described(&mut self, number: u32, cores: u32) {
        let Some(host) = self.workers.all.get(&number).map(|worker| worker.host.clone()) else { return };
        self.push(Event::HostDescribed { host, cores });
    }

    pub(super) fn add_thread(&mut self, number: u32) {
        let Some(thread) = self.workers.add_thread(number, self.now) else { return };
        let Some(worker) = self.workers.all.get(&number) else { return };
        let (pid, name) = (worker.pid, worker.name.clone());
        self.thread_started(thread.id, thread.slot, pid, &name);
    }

    fn thread_started(&mut self, worker: WorkerId, slot: SlotId, pid: u32, name: &SafeText) {
        self.push(Event::WorkerSpawned { worker, slot, pid });
        if !name.as_str().is_empty() {
            self.push(Event::WorkerNamed { worker, name: name.clone() });
        }
        self.push(Event::WorkerReady { worker });
    }

    pub(super) fn worker_removed(&mut self, number: u32) {
        self.end_cancelled(|(worker, _)| *worker == number);
        let Some(worker) = self.workers.remove(number) else { return };
        for thread in worker.threads {
            let worker = thread.id;
            self.push(Event::WorkerExited { worker, exit: Exit::Unknown, usage: None });
            if let Some((number, first)) = thread.task {
                self.push(Event::TasksLost { first, count: 1, worker: Some(worker) });
                if let Some(task) = self.tasks.get_mut(&number).filter(|task| task.id == first) {
                    task.place = Place::Over;
                    self.mark_failed(number);
                }
            }
        }
    }

    /// Applies a report of this time, in s.
    pub(super) fn apply_memory(&mut self, at: f64, report: MemoryReport) {
        let MemoryReport(number, managed, unmanaged, spilled, age) = report;
        let limit = SILENCE_THRESHOLD_S + self.workers.all.len() as f64 * SILENCE_PER_WORKER_S;
        let Some(worker) = self.workers.all.get_mut(&number) else { return };
        let bytes = |bytes: i64| bytes.max(0).cast_unsigned();
        let memory = ClusterMemory { managed: bytes(managed), unmanaged: bytes(unmanaged), spilled: bytes(spilled) };
        let is_late = age > limit;
        let was_late = std::mem::replace(&mut worker.late_heartbeats, 0);
        worker.late_heartbeats = if is_late { was_late.saturating_add(1) } else { 0 };
        let changed = std::mem::replace(&mut worker.memory, memory) != memory;
        let Some(worker) = worker.first_thread() else { return };
        if changed {
            self.push(Event::WorkerMemorySampled { worker, memory });
        }
        if is_late && was_late + 1 == LATE_REPORTS {
            let since = self.time_of(at - age);
            self.push(Event::HeartbeatsMissed { worker, since });
        } else if !is_late && was_late >= LATE_REPORTS {
            self.push(Event::HeartbeatsResumed { worker });
        }
    }

    pub(super) fn apply_usage(&mut self, UsageReport(cpu_s, delay_s, sent_bytes, written, read, times): UsageReport) {
        let ns = |seconds: f64| (seconds * 1e9).round() as u64;
        let usage = ClusterUsage {
            scheduler_cpu_ns: ns(cpu_s),
            scheduler_delay_ns: ns(delay_s),
            sent_bytes,
            disk_written_bytes: written,
            disk_read_bytes: read,
        };
        self.push(Event::ClusterUsageSampled { usage });
        for (prefix, cpu_s, other_s) in times {
            let time = (ns(cpu_s), ns(other_s));
            match self.calls.get(&prefix) {
                Some(call) => self.push_call_time(*call, time),
                // Its tasks are held back, or of another observation.
                None => drop(self.early_times.insert(prefix, time)),
            }
        }
    }

    pub(super) fn push_call_time(&mut self, call: CallId, (cpu_ns, other_ns): (u64, u64)) {
        self.push(Event::CallTimeSampled { call, cpu_ns, other_ns });
    }

    /// Reports were dropped: what was known is out of date, and reported anew.
    pub(super) fn reset(&mut self) {
        let mut open: Vec<_> = self.tasks.keys().copied().collect();
        open.sort_unstable();
        for number in open {
            self.abandoned(number);
        }
        self.tasks.clear();
        self.cancelled_keys.clear();
        self.still_running.clear();
        let workers: Vec<_> = self.workers.all.keys().copied().collect();
        for number in workers {
            self.worker_removed(number);
        }
    }
}
