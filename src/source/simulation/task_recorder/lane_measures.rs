//! Times of a lane's tasks and workers, and the costs that follow from them.

use std::collections::BTreeMap;

use super::ProfileError;
use crate::event::{Event, FinalUsage, LanePlan, Mode, Nanos, WorkerId};
use crate::source::simulation::constants::MachineConstants;
use crate::source::simulation::profile::{TaskProfile, WorkloadProfile};

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
                self.locks |= *lock;
                self.worker(*worker).io_started = Some(at);
            }
            Event::IoStarted { worker } => self.worker(*worker).io_started = Some(at),
            Event::IoFinished { worker } | Event::WaitFinished { worker } => self.io_finished(at, *worker),
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

    /// The tasks by what they need, whatever runs them.
    pub(super) fn profile(
        &self,
        plan: &LanePlan,
        constants: &MachineConstants,
    ) -> Result<WorkloadProfile, ProfileError> {
        if self.tasks.is_empty() || self.tasks.iter().any(|task| !task.finished) {
            return Err(ProfileError::Unfinished);
        }
        let release = self.release_ns();
        let overhead = self.overhead_per_task(plan, constants, release).ok_or(ProfileError::NoCpuTime)?;
        let waits: BTreeMap<_, _> =
            self.workers.iter().map(|(id, worker)| (*id, self.wait_share(*id, worker, plan, constants))).collect();
        let task = |measure: &TaskMeasure| {
            let n = f64::from(measure.operations);
            let burst = measure.adding as f64 / (n + 1.0);
            let own_release = if measure.bytes >= MAPPED_PAYLOAD { release } else { 0.0 };
            let overhead = (overhead - own_release).max(0.0);
            TaskProfile {
                load_ns: measure.load as f64,
                // Without waits, the overhead has no other place.
                first_burst_ns: burst + if n == 0.0 { overhead } else { 0.0 },
                burst_ns: burst + if n > 0.0 { overhead / n } else { 0.0 },
                waits: measure.operations,
                wait_ns: measure.io as f64 / n.max(1.0) * waits.get(&measure.worker).copied().unwrap_or(1.0),
                release_ns: own_release,
                bytes: measure.bytes,
            }
        };
        Ok(WorkloadProfile { tasks: self.tasks.iter().map(task).collect() })
    }

    /// Median time of returning a large payload's memory, in ns.
    fn release_ns(&self) -> f64 {
        let large = self.tasks.iter().filter(|task| task.bytes >= MAPPED_PAYLOAD);
        let mut times: Vec<Nanos> = large.map(|task| task.release).collect();
        times.sort_unstable();
        times.get(times.len() / 2).map_or(0.0, |median| *median as f64)
    }

    /// CPU time of a task outside loading and adding, with its release, in ns; none if usage is missing.
    fn overhead_per_task(&self, plan: &LanePlan, constants: &MachineConstants, _release: f64) -> Option<f64> {
        let used: Option<f64> = self.workers.values().map(|worker| Some(worker.usage?.cpu_ns as f64)).sum();
        let in_tasks: f64 = self.tasks.iter().map(|task| (task.load + task.adding) as f64).sum();
        let processes = if plan.mode == Mode::Threads { 1 } else { self.workers.len() };
        let records: u32 = self.workers.values().map(|worker| worker.records).sum();
        let tasks = self.tasks.len() as f64;
        let fixed = processes as f64 * constants.process_ns()
            + tasks * constants.task_ns
            + f64::from(records) * constants.record_ns;
        Some(((used? - in_tasks - fixed) / tasks).max(0.0))
    }

    /// Share of a worker's waits that remains without the run queue: a wait that is over ends only on a core.
    fn wait_share(&self, id: WorkerId, worker: &WorkerMeasure, plan: &LanePlan, constants: &MachineConstants) -> f64 {
        let own = || self.tasks.iter().filter(|task| task.worker == id);
        let io: f64 = own().map(|task| task.io as f64).sum();
        let Some(usage) = worker.usage.filter(|_| io > 0.0) else { return 1.0 };
        let mut excess = usage.run_delay_ns as f64;
        if plan.mode != Mode::Threads {
            // Delays outside the waits: in bursts, and before it was ready.
            let outside = |task: &TaskMeasure| task.wall as f64 - (task.io + task.load + task.adding) as f64;
            excess -= own().map(outside).sum::<f64>();
            let start = worker.ready.saturating_sub(worker.spawned) as f64;
            excess -= (start - constants.fork_ns - constants.process_ns()).max(0.0);
        }
        1.0 - (excess.max(0.0) / io).min(0.95)
    }
}
