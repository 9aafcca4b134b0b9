//! CPU time per task; the model only keeps a lane's total.

use crate::event::{Event, StampedEvent, TaskId};

/// CPU time of a task, in ns. It is read at most every 50 µs, so that one of several very short tasks may be charged
/// for the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TaskCpuTime {
    /// CPU time of writing the payload, in ns.
    pub loading: u64,
    /// CPU time of adding the numbers, in ns.
    pub adding: u64,
}

/// CPU times of every task of every lane.
#[derive(Clone, Debug, Default)]
pub struct TaskCpuTimes(Vec<Vec<TaskCpuTime>>);

impl TaskCpuTimes {
    /// Adds the CPU time of an event that the model has accepted, so that its numbers are in bounds.
    pub fn add_cpu_time(&mut self, event: &StampedEvent) {
        let (task, loading, adding) = match event.event {
            Event::TaskLoaded { task, cpu_ns, .. } => (task, cpu_ns, 0),
            Event::TaskProgressed { task, cpu_ns, .. } | Event::TaskFinished { task, cpu_ns, .. } => (task, 0, cpu_ns),
            _ => return,
        };
        let Some(lane) = event.lane else { return };
        let lane = task_cpu_time_mut(&mut self.0, lane.index());
        let cpu_time = task_cpu_time_mut(lane, task.index());
        cpu_time.loading = cpu_time.loading.saturating_add(loading);
        cpu_time.adding = cpu_time.adding.saturating_add(adding);
    }

    #[must_use]
    pub fn get(&self, lane: usize, task: TaskId) -> TaskCpuTime {
        self.0.get(lane).and_then(|lane| lane.get(task.index())).copied().unwrap_or_default()
    }
}

fn task_cpu_time_mut<T: Clone + Default>(rows: &mut Vec<T>, i: usize) -> &mut T {
    if rows.len() <= i {
        rows.resize(i + 1, T::default());
    }
    &mut rows[i]
}
