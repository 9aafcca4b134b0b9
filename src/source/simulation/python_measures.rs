//! Times of the tasks and workers of a Python lane, and the costs that follow from them.
//!
//! A task of the lane is what a worker takes at a time: a chunk of `map`, or one call of `submit`.

mod chunks;
mod costs;
mod first_tasks;

use std::collections::BTreeMap;

use crate::event::{Call, CallId, Event, FinalUsage, LanePlan, Mode, Nanos, TaskId, WorkerId};

/// Tasks that are submitted within this time of each other are submitted together, in ns: by one call, or in a loop.
const TOGETHER: f64 = 1e6;
/// Locks as a share of the waits from which they matter, and share of the time from which the GIL explains them.
const MAX_LOCK_SHARE: f64 = 0.2;
const BUSY_GIL: f64 = 0.4;
/// Tasks of a lane that are kept at most, so that a program may run for ever.
const MAX_TASKS: usize = 200_000;
/// By how much a chunk may differ from the mean of its neighbours, as a share of the mean chunk.
const MAX_OFF_TREND: f64 = 0.2;
/// Bytes that a pipe holds.
const PIPE_BYTES: u64 = 65_536;

/// What is known of a task.
#[derive(Clone, Copy, Debug, Default)]
struct TaskMeasure {
    call: Option<CallId>,
    submitted: Nanos,
    queued: Option<Nanos>,
    loaded: Nanos,
    finished: Option<Nanos>,
    cpu: Nanos,
    bytes: u64,
    result_bytes: u64,
    worker: WorkerId,
}

impl TaskMeasure {
    fn wall(&self) -> f64 {
        self.finished.unwrap_or(self.loaded).saturating_sub(self.loaded) as f64
    }

    /// Time not on a core.
    fn off_core(&self) -> f64 {
        (self.wall() - self.cpu as f64).max(0.0)
    }
}

/// What is known of a worker.
#[derive(Clone, Copy, Debug, Default)]
struct WorkerMeasure {
    spawned: Nanos,
    ready: Option<Nanos>,
    /// CPU time and run-queue delay until its end, or else until its newest sample.
    cpu: Option<Nanos>,
    run_delay: Nanos,
    usage: Option<FinalUsage>,
    /// Largest sample of its private memory.
    private_bytes: u64,
    waiting: Option<(Nanos, bool)>,
}

/// Measures of a lane, collected from its events.
#[derive(Default)]
pub(super) struct PythonMeasures {
    tasks: Vec<TaskMeasure>,
    calls: Vec<Call>,
    workers: BTreeMap<WorkerId, WorkerMeasure>,
    zero: Option<Nanos>,
    uses: u32,
    /// How often workers were found waiting for locks and for others; in ns, if the recording does not tell that.
    lock_waits: u64,
    other_waits: u64,
    /// CPU time of the parent while the pool existed.
    parent_cpu: Option<Nanos>,
    has_too_many_tasks: bool,
}

impl PythonMeasures {
    pub(super) fn apply(&mut self, at: Nanos, event: &Event) {
        if self.has_too_many_tasks {
            return;
        }
        match event {
            Event::LaneStarted {} => {
                self.zero.get_or_insert(at);
                self.uses += 1;
            }
            Event::LaneReopened {} => self.uses += 1,
            Event::PoolEnded { parent } => self.parent_cpu = parent.map(|parent| parent.cpu_ns),
            Event::CallMade(call) => self.calls.push((**call).clone()),
            Event::TasksSubmitted { first, count, call } => {
                if first.index() + *count as usize > MAX_TASKS {
                    // Calls and workers of a program that runs for days would fill the memory, too.
                    *self = Self { has_too_many_tasks: true, ..Self::default() };
                    return;
                }
                let new = TaskMeasure { call: *call, submitted: at, ..TaskMeasure::default() };
                self.tasks.resize(self.tasks.len().max(first.index() + *count as usize), new);
            }
            Event::TaskQueued { task, .. } => {
                if let Some(task) = self.task(*task) {
                    task.queued.get_or_insert(at);
                }
            }
            Event::WorkerSpawned { worker, .. } => self.worker(*worker).spawned = at,
            Event::WorkerReady { worker } => self.worker(*worker).ready = Some(at),
            Event::WorkerSampled { worker, sample } => {
                let worker = self.worker(*worker);
                (worker.cpu, worker.run_delay) = (Some(sample.cpu_ns), sample.run_delay_ns);
                worker.private_bytes = worker.private_bytes.max(sample.private_bytes.unwrap_or(0));
            }
            Event::WorkerFinished { worker, usage } => self.worker(*worker).usage = Some(*usage),
            Event::WorkerExited { worker, usage, .. } => {
                let worker = self.worker(*worker);
                worker.usage = worker.usage.or(*usage);
            }
            Event::WaitStarted { worker, lock } => self.worker(*worker).waiting = Some((at, *lock == Some(true))),
            Event::WaitFinished { worker, looks } => {
                if let Some((since, lock)) = self.worker(*worker).waiting.take() {
                    let weight = if *looks > 0 { *looks } else { at.saturating_sub(since) };
                    *(if lock { &mut self.lock_waits } else { &mut self.other_waits }) += weight;
                }
            }
            _ => self.apply_task_event(at, event),
        }
    }

    fn apply_task_event(&mut self, at: Nanos, event: &Event) {
        match event {
            Event::TaskLoaded { worker, task, bytes, .. } => {
                if let Some(measure) = self.task(*task) {
                    (measure.loaded, measure.bytes, measure.worker) = (at, *bytes, *worker);
                }
            }
            Event::TaskProgressed { task, cpu_ns, .. } => {
                if let Some(measure) = self.task(*task) {
                    measure.cpu += cpu_ns;
                }
            }
            Event::TaskFinished { task, cpu_ns, result_bytes, .. } => {
                if let Some(measure) = self.task(*task) {
                    measure.cpu += cpu_ns;
                    (measure.finished, measure.result_bytes) = (Some(at), *result_bytes);
                }
            }
            _ => {}
        }
    }

    fn task(&mut self, task: TaskId) -> Option<&mut TaskMeasure> {
        self.tasks.get_mut(task.index())
    }

    fn worker(&mut self, id: WorkerId) -> &mut WorkerMeasure {
        self.workers.entry(id).or_default()
    }

    /// From the creation of the pool until the end of the last task.
    pub(super) fn makespan_ns(&self) -> f64 {
        let end = self.tasks.iter().filter_map(|task| task.finished).max().unwrap_or(0);
        end.saturating_sub(self.zero.unwrap_or(0)) as f64
    }

    /// Periods with a task that is submitted and has not finished, in order. Tasks that never finish count until the end
    /// of the last one.
    pub(super) fn busy_periods(&self) -> Vec<(Nanos, Nanos)> {
        let end = self.tasks.iter().filter_map(|task| task.finished).max().unwrap_or(0);
        let mut tasks: Vec<_> =
            self.tasks.iter().map(|task| (task.submitted, task.finished.unwrap_or(end).max(task.submitted))).collect();
        tasks.sort_unstable();
        let mut periods: Vec<(Nanos, Nanos)> = Vec::new();
        for (from, to) in tasks {
            match periods.last_mut().filter(|(_, until)| from <= *until) {
                Some((_, until)) => *until = to.max(*until),
                None => periods.push((from, to)),
            }
        }
        periods
    }

    /// Whether there were more tasks than are kept.
    pub(super) fn has_too_many_tasks(&self) -> bool {
        self.has_too_many_tasks
    }

    /// Whether every task finished.
    pub(super) fn are_all_finished(&self) -> bool {
        !self.tasks.is_empty() && self.tasks.iter().all(|task| task.finished.is_some())
    }

    /// Locks as a share of the observed waits.
    fn lock_share(&self) -> f64 {
        self.lock_waits as f64 / ((self.lock_waits + self.other_waits) as f64).max(1.0)
    }

    pub(super) fn mean_result_bytes(&self) -> u64 {
        let sum: u64 = self.tasks.iter().map(|task| task.result_bytes).sum();
        sum / (self.tasks.len() as u64).max(1)
    }

    /// Whether workers were replaced or the pool was created again.
    pub(super) fn has_replaced_workers(&self, plan: &LanePlan) -> bool {
        self.uses > 1 || self.workers.len() > plan.workers as usize
    }

    /// Whether tasks waited for locks of the program. Threads wait for the GIL, too, if it is busy.
    pub(super) fn has_locks(&self, plan: &LanePlan) -> bool {
        let cpu: f64 = self.tasks.iter().map(|task| task.cpu as f64).sum();
        let is_gil_busy = plan.mode == Mode::Threads && cpu > BUSY_GIL * self.makespan_ns();
        self.lock_share() > MAX_LOCK_SHARE && !is_gil_busy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_kept_of_a_lane_with_too_many_tasks() {
        let mut measures = PythonMeasures::default();
        let submit = |first| Event::TasksSubmitted { first: TaskId(first), count: 1, call: None };
        measures.apply(1, &submit(MAX_TASKS as u32 - 1));
        assert!(!measures.has_too_many_tasks());
        measures.apply(2, &submit(MAX_TASKS as u32));
        measures.apply(3, &Event::WorkerReady { worker: WorkerId(1) });
        assert!(measures.has_too_many_tasks());
        assert!(measures.tasks.is_empty() && measures.workers.is_empty());
    }
}
