//! Costs of starting workers and of passing tasks and results.

use std::collections::BTreeMap;

use super::{PIPE_BYTES, PythonMeasures, TaskMeasure, WorkerMeasure};
use crate::event::{LanePlan, Mode, Nanos, WorkerId};
use crate::source::simulation::constants::{InterpreterCosts, MachineConstants, ParentCosts};
use crate::source::simulation::lane_measures::median;

impl PythonMeasures {
    /// CPU time and run-queue delay of a worker until its end.
    pub(super) fn used(worker: &WorkerMeasure) -> Option<(f64, f64)> {
        let at_end = worker.usage.map(|usage| (usage.cpu_ns as f64, usage.run_delay_ns as f64));
        at_end.or_else(|| worker.cpu.map(|cpu| (cpu as f64, worker.run_delay as f64)))
    }

    /// Time from the start of a process until the next can be started, and CPU time of a process until it is ready.
    pub(super) fn start_costs(&self) -> (f64, f64) {
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
    pub(in crate::source::simulation) fn constants(
        &self,
        plan: &LanePlan,
        machine: &MachineConstants,
    ) -> MachineConstants {
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
        let mut intervals: Vec<f64> = queued.windows(2).map(|pair| pair[1].saturating_sub(pair[0]) as f64).collect();
        intervals.sort_by(f64::total_cmp);
        intervals.get(intervals.len() / 4).copied().unwrap_or(0.0)
    }

    /// Median time that a worker is blocked while it sends a result that does not fit into the pipe, in ns. It is sent
    /// in parts, each after the parent has read the one before.
    pub(super) fn result_wait_ns(&self) -> f64 {
        let mut last: BTreeMap<WorkerId, &TaskMeasure> = BTreeMap::new();
        let mut ordered: Vec<&TaskMeasure> = self.tasks.iter().collect();
        ordered.sort_by_key(|task| task.loaded);
        let mut waits = Vec::new();
        for task in ordered {
            if let Some(before) = last.insert(task.worker, task)
                && before.result_bytes > PIPE_BYTES
                && let Some(finished) = before.finished.filter(|finished| *finished >= task.submitted)
            {
                waits.push(task.loaded.saturating_sub(finished) as f64);
            }
        }
        (median(waits.into_iter()) - self.between_ns(self.start_costs().1)).max(0.0)
    }
}
