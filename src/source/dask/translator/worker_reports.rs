//! Reports about workers and their memory.

use super::{Place, Translator};
use crate::event::text::SafeText;
use crate::event::{ClusterMemory, ClusterUsage, Event, Exit, ObservationGap, SlotId, WorkerId};
use crate::source::dask::message::{MemoryReport, UsageReport, WorkerDescription};

/// Age of a heartbeat from which a worker counts as silent, in s.
const SILENCE_THRESHOLD_S: u32 = 10;

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
        self.push(Event::WorkerNamed { worker, name: name.clone() });
        self.push(Event::WorkerReady { worker });
    }

    pub(super) fn worker_removed(&mut self, number: u32) {
        self.end_cancelled(|(worker, _)| *worker == number);
        let Some(worker) = self.workers.remove(number) else { return };
        self.report_silence(worker.silent_as, None);
        for thread in worker.threads {
            let worker = thread.id;
            self.push(Event::WorkerExited { worker, exit: Exit::Unknown, usage: None });
            if let Some((number, first)) = thread.task {
                self.has_failed = true;
                self.push(Event::TasksLost { first, count: 1, worker: Some(worker) });
                if let Some(task) = self.tasks.get_mut(&number).filter(|task| task.id == first) {
                    task.place = Place::Over;
                }
            }
        }
    }

    pub(super) fn apply_memory(&mut self, MemoryReport(number, managed, unmanaged, spilled, age): MemoryReport) {
        let Some(worker) = self.workers.all.get_mut(&number) else { return };
        let bytes = |bytes: i64| bytes.max(0).cast_unsigned();
        let memory = ClusterMemory { managed: bytes(managed), unmanaged: bytes(unmanaged), spilled: bytes(spilled) };
        let before = worker.silent_as.take();
        if age > f64::from(SILENCE_THRESHOLD_S) {
            let place = self.hello.address.as_str().rsplit('/').next().filter(|_| self.is_one_of_several);
            let name =
                || place.map_or_else(|| worker.name.clone(), |place| format!("{} ({place})", worker.name).into());
            worker.silent_as = Some(before.clone().unwrap_or_else(name));
        }
        let now = worker.silent_as.clone();
        let changed = std::mem::replace(&mut worker.memory, memory) != memory;
        if let Some(worker) = worker.first_thread().filter(|_| changed) {
            self.push(Event::WorkerMemorySampled { worker, memory });
        }
        self.report_silence(before, now);
    }

    /// Reports that a worker has become silent, or is no longer: it goes on and nothing was missed, or it was removed.
    fn report_silence(&mut self, before: Option<SafeText>, now: Option<SafeText>) {
        let reason = |worker| ObservationGap::WorkerSilent { worker, seconds: SILENCE_THRESHOLD_S };
        match (before, now) {
            (None, Some(name)) => self.push_to_run(Event::NotObserved { reason: reason(name) }),
            (Some(name), None) => self.push_to_run(Event::ObservedAgain { reason: reason(name) }),
            _ => {}
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
            if let Some(call) = self.calls.get(&prefix).copied() {
                self.push(Event::CallTimeSampled { call, cpu_ns: ns(cpu_s), other_ns: ns(other_s) });
            }
        }
    }

    /// Reports were dropped: what was known is out of date, and told anew.
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
