//! Times of a lane's tasks and workers, and the costs that follow from them.

use std::collections::BTreeMap;

use super::constants::MachineConstants;
use super::profile::{Arrival, TaskProfile, WorkloadProfile};
use crate::event::{Event, FinalUsage, LanePlan, Mode, Nanos, WorkerId};

/// Payloads from this size on have their own mapping, whose release takes time.
const MAPPED_PAYLOAD: u64 = 128 * 1024;

/// What is known of a task.
#[derive(Clone, Copy, Debug, Default)]
struct TaskMeasure {
    load: Nanos,
    adding: Nanos,
    io: Nanos,
    operations: u32,
    bytes: u64,
    /// From the time the worker turned to it until it finished.
    wall: Nanos,
    release: Nanos,
    worker: WorkerId,
    finished: bool,
}

/// What is known of a worker.
#[derive(Clone, Copy, Debug, Default)]
struct WorkerMeasure {
    task: u32,
    /// When it turned to its current task.
    reached: Nanos,
    finished: Nanos,
    io_started: Option<Nanos>,
    spawned: Nanos,
    ready: Nanos,
    usage: Option<FinalUsage>,
    records: u32,
}

/// Measures of a lane, collected from its events.
#[derive(Default)]
pub(super) struct LaneMeasures {
    tasks: Vec<TaskMeasure>,
    workers: BTreeMap<WorkerId, WorkerMeasure>,
    zero: Option<Nanos>,
    last_finished: Nanos,
    result_bytes: u64,
    locks: bool,
}

impl LaneMeasures {
    pub(super) fn apply(&mut self, at: Nanos, event: &Event) {
        match event {
            Event::LaneStarted {} => self.zero = Some(at),
            Event::TasksSubmitted { first, count, .. } => {
                let end = first.index() + *count as usize;
                self.tasks.resize(self.tasks.len().max(end), TaskMeasure::default());
            }
            Event::WorkerSpawned { worker, .. } => self.worker(*worker).spawned = at,
            Event::WorkerReady { worker } => self.worker(*worker).ready = at,
            Event::WorkerFinished { worker, usage } => self.worker(*worker).usage = Some(*usage),
            Event::WorkerExited { worker, usage, .. } => {
                let worker = self.worker(*worker);
                // Usage reported by the thread itself is more precise than that of its process.
                worker.usage = worker.usage.or(*usage);
            }
            Event::TaskTaken { worker, first, .. } => {
                let worker = self.worker(*worker);
                worker.records += 1;
                (worker.task, worker.reached) = (first.0, at);
            }
            Event::WaitStarted { worker, lock } => {
                self.locks |= *lock == Some(true);
                self.worker(*worker).io_started = Some(at);
            }
            Event::IoStarted { worker } => self.worker(*worker).io_started = Some(at),
            Event::IoFinished { worker } | Event::WaitFinished { worker, .. } => self.io_finished(at, *worker),
            _ => self.apply_task_event(at, event),
        }
    }

    fn apply_task_event(&mut self, at: Nanos, event: &Event) {
        match event {
            Event::TaskLoaded { worker, task, bytes, cpu_ns } => {
                if let Some(measure) = self.tasks.get_mut(task.index()) {
                    (measure.bytes, measure.load, measure.worker) = (*bytes, *cpu_ns, *worker);
                }
            }
            Event::TaskProgressed { task, cpu_ns, .. } => {
                if let Some(measure) = self.tasks.get_mut(task.index()) {
                    measure.adding += cpu_ns;
                }
            }
            Event::TaskFinished { worker, task, cpu_ns, result_bytes, .. } => {
                let state = self.worker(*worker);
                state.finished = at;
                let reached = state.reached;
                if let Some(measure) = self.tasks.get_mut(task.index()) {
                    measure.adding += cpu_ns;
                    measure.wall = at.saturating_sub(reached);
                    (measure.worker, measure.finished) = (*worker, true);
                }
                self.last_finished = self.last_finished.max(at);
                self.result_bytes = self.result_bytes.saturating_add(*result_bytes);
            }
            Event::TaskReleased { worker, task } => {
                let state = self.worker(*worker);
                let release = at.saturating_sub(state.finished);
                (state.task, state.reached) = (task.0 + 1, at);
                if let Some(measure) = self.tasks.get_mut(task.index()) {
                    measure.release = release;
                }
            }
            _ => {}
        }
    }

    fn worker(&mut self, id: WorkerId) -> &mut WorkerMeasure {
        self.workers.entry(id).or_default()
    }

    fn io_finished(&mut self, at: Nanos, id: WorkerId) {
        let worker = self.worker(id);
        let (task, started) = (worker.task as usize, worker.io_started.take());
        if let (Some(measure), Some(started)) = (self.tasks.get_mut(task), started) {
            measure.io += at.saturating_sub(started);
            measure.operations += 1;
        }
    }

    pub(super) fn mean_result_bytes(&self) -> u64 {
        self.result_bytes / (self.tasks.len() as u64).max(1)
    }

    pub(super) fn has_locks(&self) -> bool {
        self.locks
    }

    pub(super) fn makespan_ns(&self) -> f64 {
        self.last_finished.saturating_sub(self.zero.unwrap_or(0)) as f64
    }

    /// Whether every task finished.
    pub(super) fn are_all_finished(&self) -> bool {
        !self.tasks.is_empty() && self.tasks.iter().all(|task| task.finished)
    }

    pub(super) fn task_count(&self) -> f64 {
        self.tasks.len() as f64
    }

    /// CPU time of all workers, in ns; none if usage is missing.
    pub(super) fn used_ns(&self) -> Option<f64> {
        self.workers.values().map(|worker| Some(worker.usage?.cpu_ns as f64)).sum()
    }

    /// CPU time of loading and adding, in ns.
    pub(super) fn task_cpu_ns(&self) -> f64 {
        self.tasks.iter().map(|task| (task.load + task.adding) as f64).sum()
    }

    /// CPU time of loading per byte, in ns.
    pub(super) fn load_ns_per_byte(&self) -> f64 {
        let bytes: u64 = self.tasks.iter().map(|task| task.bytes).sum();
        self.tasks.iter().map(|task| task.load as f64).sum::<f64>() / bytes.max(1) as f64
    }

    /// Median size of a payload, in bytes.
    pub(super) fn bytes_per_task(&self) -> f64 {
        median(self.tasks.iter().map(|task| task.bytes as f64))
    }

    /// I/O operations of all tasks.
    pub(super) fn operations(&self) -> f64 {
        self.tasks.iter().map(|task| f64::from(task.operations)).sum()
    }

    /// Median duration of an I/O operation, in ns.
    pub(super) fn operation_ns(&self) -> f64 {
        let waiting = self.tasks.iter().filter(|task| task.operations > 0);
        median(waiting.map(|task| task.io as f64 / f64::from(task.operations)))
    }

    /// Median time from the start of a worker until it was ready, in ns.
    pub(super) fn start_ns(&self) -> f64 {
        median(self.workers.values().map(|worker| worker.ready.saturating_sub(worker.spawned) as f64))
    }

    /// Median time of returning a large payload's memory, in ns; 0 without large payloads.
    pub(super) fn release_ns(&self) -> f64 {
        let large = self.tasks.iter().filter(|task| task.bytes >= MAPPED_PAYLOAD);
        median(large.map(|task| task.release as f64))
    }

    /// The tasks by what they need, whatever runs them; none if usage is missing.
    pub(super) fn profile(&self, plan: &LanePlan, constants: &MachineConstants) -> Option<WorkloadProfile> {
        let overhead = self.overhead_per_task(plan, constants)?;
        // The time is wall time, which contains waiting for a core.
        let release = self.release_ns().min(overhead);
        let waits = self.wait_shares(plan, constants);
        let task = |measure: &TaskMeasure| {
            let n = f64::from(measure.operations);
            let burst = measure.adding as f64 / (n + 1.0);
            let own_release = if measure.bytes >= MAPPED_PAYLOAD { release } else { 0.0 };
            let overhead = overhead - own_release;
            TaskProfile {
                load_ns: measure.load as f64,
                // Without waits, the overhead has no other place.
                first_burst_ns: burst + if n == 0.0 { overhead } else { 0.0 },
                burst_ns: burst + if n > 0.0 { overhead / n } else { 0.0 },
                waits: measure.operations,
                wait_ns: measure.io as f64 / n.max(1.0) * waits.get(&measure.worker).copied().unwrap_or(1.0),
                release_ns: own_release,
                bytes: measure.bytes,
                arrival: Arrival::WithPrevious,
            }
        };
        Some(WorkloadProfile { tasks: self.tasks.iter().map(task).collect() })
    }

    /// CPU time of a task outside loading and adding, with its release, in ns; none if usage is missing.
    fn overhead_per_task(&self, plan: &LanePlan, constants: &MachineConstants) -> Option<f64> {
        let processes = if plan.mode == Mode::Threads { 1 } else { self.workers.len() };
        let records: u32 = self.workers.values().map(|worker| worker.records).sum();
        let fixed = processes as f64 * constants.process_ns()
            + self.task_count() * constants.task_ns
            + f64::from(records) * constants.record_ns;
        Some(((self.used_ns()? - self.task_cpu_ns() - fixed) / self.task_count()).max(0.0))
    }

    /// Shares of the workers' waits that remain without the run queue: a wait that is over ends only on a core.
    fn wait_shares(&self, plan: &LanePlan, constants: &MachineConstants) -> BTreeMap<WorkerId, f64> {
        // Times of a worker's tasks in I/O, and neither in I/O nor on a core.
        let mut times: BTreeMap<WorkerId, (f64, f64)> = BTreeMap::new();
        for task in &self.tasks {
            let (io, delayed) = times.entry(task.worker).or_default();
            *io += task.io as f64;
            *delayed += task.wall as f64 - (task.io + task.load + task.adding) as f64;
        }
        let share = |(id, (io, delayed)): (&WorkerId, &(f64, f64))| {
            let worker = self.workers.get(id)?;
            let mut excess = worker.usage?.run_delay_ns as f64;
            if plan.mode != Mode::Threads {
                // Delays outside the waits: in bursts, and before it was ready.
                let start = worker.ready.saturating_sub(worker.spawned) as f64;
                excess -= delayed + (start - constants.fork_ns - constants.process_ns()).max(0.0);
            }
            Some((*id, 1.0 - (excess.max(0.0) / io.max(1.0)).min(MAX_EXCESS)))
        };
        times.iter().filter_map(share).collect()
    }
}

/// Largest share of a wait that can be time in the run queue.
const MAX_EXCESS: f64 = 0.95;

/// The upper median; 0 of nothing.
pub(super) fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(0.0)
}
