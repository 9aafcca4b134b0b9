//! Times of the tasks and workers of a Python lane, and the costs that follow from them.
//!
//! A task of the lane is what a worker takes at a time: a chunk of `map`, or one call of `submit`.

mod first_tasks;

use std::collections::BTreeMap;

use super::constants::{InterpreterCosts, MachineConstants, ParentCosts};
use super::lane_measures::median;
use super::profile::{Arrival, TaskProfile, WorkloadProfile};
use crate::event::workload::ChunkSize;
use crate::event::{Call, CallId, CallKind, Event, FinalUsage, LanePlan, Mode, Nanos, TaskId, WorkerId};

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

    /// From the submission of the first task to the end of the last one.
    pub(super) fn busy_span(&self) -> Option<(Nanos, Nanos)> {
        let end = self.tasks.iter().filter_map(|task| task.finished).max()?;
        Some((self.tasks.first()?.submitted, end))
    }

    /// Whether there were more tasks than are kept.
    pub(super) fn has_too_many_tasks(&self) -> bool {
        self.has_too_many_tasks
    }

    /// Whether every task finished.
    pub(super) fn are_all_finished(&self) -> bool {
        !self.tasks.is_empty() && self.tasks.iter().all(|task| task.finished.is_some())
    }

    /// CPU time and run-queue delay of a worker until its end.
    fn used(worker: &WorkerMeasure) -> Option<(f64, f64)> {
        let at_end = worker.usage.map(|usage| (usage.cpu_ns as f64, usage.run_delay_ns as f64));
        at_end.or_else(|| worker.cpu.map(|cpu| (cpu as f64, worker.run_delay as f64)))
    }

    /// Time from the start of a process until the next can be started, and CPU time of a process until it is ready.
    fn start_costs(&self) -> (f64, f64) {
        let mut spawned: Vec<Nanos> = self.workers.values().map(|worker| worker.spawned).collect();
        spawned.sort_unstable();
        // The shortest ones: the others were in each other's way.
        let least = |times: &mut dyn Iterator<Item = f64>| times.min_by(f64::total_cmp);
        let fork = least(&mut spawned.windows(2).map(|pair| (pair[1] - pair[0]) as f64)).unwrap_or(0.0);
        let start = |worker: &WorkerMeasure| Some(worker.ready?.saturating_sub(worker.spawned) as f64);
        let ready = least(&mut self.workers.values().filter_map(start)).unwrap_or(0.0);
        (fork, (ready - fork).max(0.0))
    }

    /// The costs in this lane. Those that it does not tell are taken from `machine`.
    pub(super) fn constants(&self, plan: &LanePlan, machine: &MachineConstants) -> MachineConstants {
        let has_processes = plan.mode != Mode::Threads;
        let (fork_ns, child_start_ns) =
            if has_processes { self.start_costs() } else { (machine.fork_ns, machine.child_start_ns) };
        let chunks = self.tasks.len() as f64;
        let starts = fork_ns * self.workers.len() as f64;
        let of_parent = self.parent_cpu.map(|cpu| ((cpu as f64 - starts) / chunks).max(0.0));
        let send_ns = self.send_ns();
        let process_bytes = self.process_bytes(plan).unwrap_or(machine.interpreter.process_bytes);
        let interpreter = InterpreterCosts { process_bytes, ..machine.interpreter };
        MachineConstants {
            fork_ns,
            child_start_ns,
            exit_ns: machine.interpreter.exit_ns,
            interpreter,
            first_task_ns: self.first_task_ns(plan),
            task_ns: 0.0,
            record_ns: self.between_ns(child_start_ns),
            parent: Some(ParentCosts { send_ns, collect_ns: (of_parent.unwrap_or(2.0 * send_ns) - send_ns).max(0.0) }),
            ..*machine
        }
    }

    /// Median private memory of the worker processes, without the payload of a task; none if it was not read.
    fn process_bytes(&self, plan: &LanePlan) -> Option<u64> {
        let sampled = self.workers.values().map(|worker| worker.private_bytes as f64).filter(|bytes| *bytes > 0.0);
        let bytes = median(sampled) as u64;
        let payloads: u64 = self.tasks.iter().map(|task| task.bytes).sum();
        let is_known = plan.mode != Mode::Threads && bytes > 0;
        is_known.then(|| bytes.saturating_sub(payloads / (self.tasks.len() as u64).max(1)))
    }

    /// CPU time of a worker outside tasks, for each task.
    fn between_ns(&self, child_start_ns: f64) -> f64 {
        let mut in_tasks: BTreeMap<WorkerId, (f64, f64)> = BTreeMap::new();
        for task in &self.tasks {
            let (cpu, count) = in_tasks.entry(task.worker).or_default();
            *cpu += task.cpu as f64;
            *count += 1.0;
        }
        // Workers of which it is not known are like the others.
        let (mut outside, mut tasks) = (0.0, 0.0);
        for (id, (cpu, count)) in &in_tasks {
            if let Some((used, _)) = self.workers.get(id).and_then(Self::used) {
                outside += (used - cpu - child_start_ns).max(0.0);
                tasks += count;
            }
        }
        outside / f64::max(tasks, 1.0)
    }

    /// Time to pickle and send a task: the lower quartile between two that were sent, which no full pipe delayed.
    fn send_ns(&self) -> f64 {
        let queued: Vec<Nanos> = self.tasks.iter().filter_map(|task| task.queued).collect();
        let mut gaps: Vec<f64> = queued.windows(2).map(|pair| pair[1].saturating_sub(pair[0]) as f64).collect();
        gaps.sort_by(f64::total_cmp);
        gaps.get(gaps.len() / 4).copied().unwrap_or(0.0)
    }

    /// The items by what they need, whatever runs them.
    pub(super) fn profile(&self, plan: &LanePlan) -> WorkloadProfile {
        let measured = self.tasks_without_first_cost(plan);
        let waits = self.wait_shares(plan);
        let sending_ns = self.result_wait_ns();
        let mut tasks = Vec::with_capacity(measured.len());
        let (mut idle_since, mut previous): (Option<Nanos>, Option<Nanos>) = (None, None);
        let started = self.started(plan);
        let mut left: BTreeMap<CallId, u64> = BTreeMap::new();
        let trends = trends(&measured, &waits);
        for (task, trend) in measured.iter().zip(trends) {
            let items = self.items(task, &mut left);
            let share = waits.get(&task.worker).copied().unwrap_or(1.0);
            let n = f64::from(items);
            let burst = task.cpu as f64 / n / 2.0;
            let item = TaskProfile {
                first_burst_ns: burst,
                burst_ns: burst,
                waits: 1,
                wait_ns: task.off_core() * share / n,
                bytes: task.bytes / u64::from(items),
                ..TaskProfile::default()
            };
            let arrival = match previous {
                None => Arrival::WhenIdle(task.submitted.saturating_sub(started) as f64),
                Some(before) => {
                    let after = task.submitted.saturating_sub(before) as f64;
                    match idle_since.filter(|idle| *idle <= task.submitted) {
                        Some(idle) => Arrival::WhenIdle((task.submitted - idle) as f64),
                        None if after < TOGETHER => Arrival::WithPrevious,
                        None => Arrival::After(after),
                    }
                }
            };
            let sending_ns = if task.result_bytes > PIPE_BYTES { sending_ns } else { 0.0 };
            for number in 0..items {
                let size = 1.0 + trend * ((f64::from(number) + 0.5) / n - 0.5);
                let (burst_ns, wait_ns) = (burst * size, item.wait_ns * size);
                tasks.push(TaskProfile { first_burst_ns: burst_ns, burst_ns, wait_ns, ..item });
            }
            let first = tasks.len() - items as usize;
            tasks[first].arrival = arrival;
            tasks[first].wait_ns += sending_ns;
            previous = Some(task.submitted);
            idle_since = idle_since.max(task.finished);
        }
        WorkloadProfile { tasks }
    }

    /// Whether the chunks of a call differ in other ways than by a trend: then single items may take long.
    pub(super) fn has_uneven_chunks(&self) -> bool {
        let mut left: BTreeMap<CallId, u64> = BTreeMap::new();
        let mut calls: BTreeMap<CallId, Vec<f64>> = BTreeMap::new();
        for task in &self.tasks {
            let size = task.wall() / f64::from(self.items(task, &mut left));
            if let Some(call) = task.call {
                calls.entry(call).or_default().push(size);
            }
        }
        calls.values().any(|sizes| {
            let mean = sizes.iter().sum::<f64>() / sizes.len() as f64;
            let off_trend = |three: &[f64]| (three[0] + three[2] - 2.0 * three[1]).abs() / 2.0;
            let off = match sizes[..] {
                [one, other] => (one - other).abs() / 2.0,
                _ => sizes.windows(3).map(off_trend).fold(0.0, f64::max),
            };
            off > MAX_OFF_TREND * mean
        })
    }

    /// When the last of the workers had been started.
    fn started(&self, plan: &LanePlan) -> Nanos {
        let zero = self.zero.unwrap_or(0);
        if plan.mode == Mode::Threads {
            return zero;
        }
        let (fork, _) = self.start_costs();
        self.workers.values().map(|worker| worker.spawned + fork as Nanos).max().unwrap_or(zero)
    }

    /// Items in a task. `left` are those of each call that no task before it had.
    fn items(&self, task: &TaskMeasure, left: &mut BTreeMap<CallId, u64>) -> u32 {
        let Some((id, call)) = task.call.and_then(|id| Some((id, self.calls.get(id.index())?))) else { return 1 };
        let Some(items) = call.items else { return call.chunk.max(1) };
        let left = left.entry(id).or_insert(items);
        let taken = u64::from(call.chunk.max(1)).min(*left).max(1);
        *left = left.saturating_sub(taken);
        taken as u32
    }

    /// The chunk size as the program asked for it, of its largest call: automatic, if it is what `Pool.map` would
    /// choose.
    pub(super) fn chunk(&self, plan: &LanePlan) -> ChunkSize {
        let largest = self.calls.iter().max_by_key(|call| call.items.unwrap_or(0));
        let Some(call) = largest else { return ChunkSize::Tasks(1) };
        let items = call.items.and_then(|items| u32::try_from(items).ok());
        let auto = items.map(|items| ChunkSize::Auto.tasks_per_record(items, plan.workers.max(1)));
        let can_be_auto =
            matches!(call.kind, CallKind::Map | CallKind::MapAsync | CallKind::Starmap | CallKind::StarmapAsync);
        if can_be_auto && auto == Some(call.chunk) { ChunkSize::Auto } else { ChunkSize::Tasks(call.chunk.max(1)) }
    }

    /// Shares of the workers' time off a core in tasks that remain as waits without the run queue.
    fn wait_shares(&self, plan: &LanePlan) -> BTreeMap<WorkerId, f64> {
        // Times of a worker's tasks off and on a core.
        let mut times: BTreeMap<WorkerId, (f64, f64)> = BTreeMap::new();
        for task in &self.tasks {
            let (off, cpu) = times.entry(task.worker).or_default();
            *off += task.off_core();
            *cpu += task.cpu as f64;
        }
        // Threads that wait for a lock wait for the GIL, mostly: the simulation adds that again.
        let outside_locks = if plan.mode == Mode::Threads { 1.0 - self.lock_share() } else { 1.0 };
        let share = |(id, (off, in_tasks)): (&WorkerId, &(f64, f64))| {
            let (cpu, delay) = Self::used(self.workers.get(id)?)?;
            let delay = delay * (in_tasks / cpu.max(1.0)).min(1.0);
            Some((*id, outside_locks * (1.0 - delay / off.max(1.0)).max(0.0)))
        };
        times.iter().filter_map(share).collect()
    }

    /// Locks as a share of the observed waits.
    fn lock_share(&self) -> f64 {
        self.lock_waits as f64 / ((self.lock_waits + self.other_waits) as f64).max(1.0)
    }

    /// Median time that a worker is blocked while it sends a result that does not fit into the pipe, in ns. It is sent
    /// in parts, each after the parent has read the one before.
    fn result_wait_ns(&self) -> f64 {
        let mut last: BTreeMap<WorkerId, &TaskMeasure> = BTreeMap::new();
        let mut ordered: Vec<&TaskMeasure> = self.tasks.iter().collect();
        ordered.sort_by_key(|task| task.loaded);
        let mut gaps = Vec::new();
        for task in ordered {
            if let Some(before) = last.insert(task.worker, task)
                && before.result_bytes > PIPE_BYTES
                && let Some(finished) = before.finished.filter(|finished| *finished >= task.submitted)
            {
                gaps.push(task.loaded.saturating_sub(finished) as f64);
            }
        }
        (median(gaps.into_iter()) - self.between_ns(self.start_costs().1)).max(0.0)
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

/// By how much the items of each chunk grow from its first to its last one, as a share of their mean: as much as the
/// chunks around it do, if they all grow or all shrink.
fn trends(tasks: &[TaskMeasure], waits: &BTreeMap<WorkerId, f64>) -> Vec<f64> {
    let size = |task: &TaskMeasure| task.cpu as f64 + task.off_core() * waits.get(&task.worker).copied().unwrap_or(1.0);
    let is_next = |one: &TaskMeasure, other: &TaskMeasure| one.call.is_some() && one.call == other.call;
    let step = |pair: &[TaskMeasure]| is_next(&pair[0], &pair[1]).then(|| size(&pair[1]) - size(&pair[0]));
    let steps: Vec<Option<f64>> = tasks.windows(2).map(step).collect();
    let trend = |(n, task): (usize, &TaskMeasure)| {
        let before = n.checked_sub(1).and_then(|before| steps[before]);
        let growth = match (before, steps.get(n).copied().flatten()) {
            (Some(one), Some(other)) if one * other <= 0.0 => 0.0,
            (Some(one), Some(other)) => one.signum() * one.abs().min(other.abs()),
            (one, other) => one.or(other).unwrap_or(0.0),
        };
        (growth / size(task).max(1.0)).clamp(-2.0, 2.0)
    };
    tasks.iter().enumerate().map(trend).collect()
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
