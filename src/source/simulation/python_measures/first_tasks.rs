//! What the first task of each process costs beyond the others: imports, connections, copies of memory pages.

use std::collections::BTreeMap;

use super::{PythonMeasures, TaskMeasure};
use crate::event::{LanePlan, Mode, WorkerId};
use crate::source::simulation::bounds::quantile;
use crate::source::simulation::lane_measures::median;

/// Part of the first tasks that must exceed this part of all others. Of equal tasks in four workers, they do in one of
/// 200 recordings.
const FIRST_TASKS: f64 = 0.75;
const OTHER_TASKS: f64 = 0.9;
/// Number of other tasks that tell what is usual.
const MIN_OTHERS: usize = 8;

impl PythonMeasures {
    /// CPU time of a process's first task beyond that of its second one, in ns; 0 if first tasks are like the others.
    pub(super) fn first_task_ns(&self, plan: &LanePlan) -> f64 {
        if plan.mode == Mode::Threads {
            return 0.0;
        }
        let workers = self.tasks_of_workers();
        let cpu = |index: &usize| self.tasks[*index].cpu as f64;
        let mut firsts: Vec<f64> = workers.values().map(|tasks| cpu(&tasks[0])).collect();
        let mut others: Vec<f64> = workers.values().flat_map(|tasks| tasks[1..].iter().map(cpu)).collect();
        if firsts.len() < 2 || others.len() < MIN_OTHERS {
            return 0.0;
        }
        let is_usual = quantile(&mut firsts, 1.0 - FIRST_TASKS) <= quantile(&mut others, OTHER_TASKS);
        let pairs = workers.values().filter_map(|tasks| Some(cpu(&tasks[0]) - cpu(tasks.get(1)?)));
        if is_usual { 0.0 } else { median(pairs).max(0.0) }
    }

    /// The tasks without what their processes needed for the first one.
    pub(super) fn tasks_without_first_cost(&self, plan: &LanePlan) -> Vec<TaskMeasure> {
        let mut tasks = self.tasks.clone();
        let cost = self.first_task_ns(plan) as u64;
        for first in self.tasks_of_workers().values().map(|tasks| tasks[0]) {
            let task = &mut tasks[first];
            let first_cost = cost.min(task.cpu);
            task.cpu -= first_cost;
            task.loaded += first_cost;
        }
        tasks
    }

    /// Indices of each worker's tasks, in the order in which it took them.
    fn tasks_of_workers(&self) -> BTreeMap<WorkerId, Vec<usize>> {
        let mut workers: BTreeMap<WorkerId, Vec<usize>> = BTreeMap::new();
        for (index, task) in self.tasks.iter().enumerate() {
            workers.entry(task.worker).or_default().push(index);
        }
        for tasks in workers.values_mut() {
            tasks.sort_by_key(|index| self.tasks[*index].loaded);
        }
        workers
    }
}
