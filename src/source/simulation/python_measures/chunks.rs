//! The items of the chunks that workers took, and what each needs.

use std::collections::BTreeMap;

use super::{MAX_OFF_TREND, PIPE_BYTES, PythonMeasures, TOGETHER, TaskMeasure};
use crate::event::workload::ChunkSize;
use crate::event::{CallId, CallKind, LanePlan, Mode, Nanos, WorkerId};
use crate::source::simulation::profile::{Arrival, TaskProfile, WorkloadProfile};

impl PythonMeasures {
    /// The items by what they need, whatever runs them.
    pub(in crate::source::simulation) fn profile(&self, plan: &LanePlan) -> WorkloadProfile {
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
    pub(in crate::source::simulation) fn has_uneven_chunks(&self) -> bool {
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
    pub(in crate::source::simulation) fn chunk(&self, plan: &LanePlan) -> ChunkSize {
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
