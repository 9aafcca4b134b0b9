//! Workers: ready, sampled and ended.

use super::lane::{ObservedLane, WorkerKey};
use super::{LiveWorker, Translator};
use crate::event::{Event, Exit, FinalUsage, Nanos, ObservationGap};
use crate::source::process_tree::{ThreadSample, Wait};
use crate::source::python::record::PoolNumber;

impl Translator {
    /// The workers that are alive.
    pub fn live_workers(&self) -> impl Iterator<Item = LiveWorker> + '_ {
        self.lanes.iter().flat_map(ObservedLane::live_workers)
    }

    /// Tells that the kernel has seen the end of a process. `exit` is as read from the zombie.
    pub fn process_exited(&mut self, at: Nanos, pid: u32, exit: Exit) {
        let process = self.process(pid);
        if process.exited.is_some() {
            return;
        }
        process.exited = Some((at, exit));
        self.kernel_processes.ended(at, pid, exit);
        let lanes: Vec<usize> = (0..self.lanes.len()).collect();
        for lane in lanes {
            for key in self.lanes[lane].workers_of_process(pid) {
                self.worker_exited(at, lane, key, exit);
            }
        }
    }

    /// The program is about to kill a process.
    pub(super) fn process_killed(&mut self, at: Nanos, pid: u32) {
        for lane in 0..self.lanes.len() {
            for key in self.lanes[lane].workers_of_process(pid) {
                if let Some((at, event)) = self.lanes[lane].kill(key, at) {
                    self.push_to(at, lane, event);
                }
            }
        }
    }

    /// Applies a sample of a worker's thread: whether it runs or is blocked, and its times.
    pub fn worker_sampled(&mut self, at: Nanos, live: LiveWorker, sample: ThreadSample) {
        let Some(lane) = self.lanes.get_mut(live.lane.index()) else { return };
        let changes = lane.sampled(live.worker, at, sample);
        // Processes are sampled by the probe.
        let sampled = sample.times().map(|sample| (at, Event::WorkerSampled { worker: live.worker, sample }));
        for (at, event) in changes.into_iter().chain(sampled) {
            self.push(at, Some(live.lane), event);
        }
        if sample.wait == Wait::Unknown && !std::mem::replace(&mut self.has_unknown_waits, true) {
            let reason = ObservationGap::WaitsUnknown { pid: live.pid };
            self.push(at, None, Event::NotObserved { reason });
        }
    }

    pub(super) fn worker_ready(&mut self, at: Nanos, pid: u32, pool: Option<PoolNumber>, tid: u32) {
        let Some(lane) = self.lane_of_worker(pid, pool) else { return };
        let key = if pool.is_some() { WorkerKey::thread(pid, tid) } else { WorkerKey::process(pid) };
        self.ensure_worker(at, lane, key);
        if let Some((at, event)) = self.lanes[lane].ready(key, at) {
            self.push_to(at, lane, event);
        }
    }

    /// Makes sure that a worker is known: threads announce themselves.
    pub(super) fn ensure_worker(&mut self, at: Nanos, lane: usize, key: WorkerKey) {
        if let Some((at, event)) = self.lanes[lane].spawn(key, at) {
            self.push_to(at, lane, event);
        }
    }

    /// A worker announces its end: a thread has ended, and the exit of a process follows.
    pub(super) fn worker_ended(
        &mut self,
        at: Nanos,
        pid: u32,
        pool: Option<PoolNumber>,
        tid: u32,
        usage: Option<FinalUsage>,
    ) {
        let Some(lane) = self.lane_of_worker(pid, pool) else { return };
        let key = if pool.is_some() { WorkerKey::thread(pid, tid) } else { WorkerKey::process(pid) };
        self.lanes[lane].set_usage(key, usage);
        if pool.is_some() {
            self.worker_exited(at, lane, key, Exit::Code(0));
        }
    }

    pub(super) fn worker_exited(&mut self, at: Nanos, lane: usize, key: WorkerKey, exit: Exit) {
        self.end_own_task(at, lane, key, exit);
        let events = self.lanes[lane].exit(key, at, exit);
        self.push_all(lane, events);
        if self.lanes[lane].pool_ended && self.lanes[lane].live_workers().next().is_none() {
            self.end_lane(at, lane);
        }
    }
}
