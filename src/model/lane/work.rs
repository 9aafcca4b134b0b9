//! How much of a lane's work is done.

use super::Lane;
use crate::event::workload::{Workload, split_into_tasks};
use crate::event::{Nanos, SlotId, TaskId};
use crate::model::times::SortedSteps;

/// Maximum number of slots whose running tasks are examined. In a lane of more slots, this many at equal distances
/// represent all.
const MAX_EXAMINED_SLOTS: usize = 4096;

/// The numbers of finished tasks over time, if tasks have different sizes. Even tasks need only be counted.
#[derive(Clone, Debug, Default)]
pub(in crate::model) struct UnevenWork {
    /// Numbers by task; empty if tasks are even.
    sizes: Vec<u64>,
    finished: SortedSteps<i64>,
}

impl UnevenWork {
    pub(in crate::model) fn new(workload: &Workload) -> Self {
        let sizes = if workload.skew == 0.0 { Vec::new() } else { split_into_tasks(workload) };
        Self { sizes: sizes.into_iter().map(|range| range.len).collect(), finished: SortedSteps::default() }
    }

    /// Adds the numbers of a finished task.
    pub(in crate::model) fn add_finished(&mut self, at: Nanos, task: TaskId) {
        if let Some(size) = self.sizes.get(task.index()) {
            self.finished.push(at, size.cast_signed());
        }
    }
}

impl Lane {
    /// Share of the workload's numbers that have been added by `t`, from 0 to 1, including those of running tasks.
    /// Numbers of lost and failed tasks do not count.
    #[must_use]
    pub fn work_done(&self, t: Nanos) -> f64 {
        let sizes = &self.uneven.sizes;
        let all = if sizes.is_empty() { self.tasks.total().into() } else { sizes.iter().sum::<u64>() }.max(1) as f64;
        let finished =
            if sizes.is_empty() { self.finished.count(t) as f64 } else { self.uneven.finished.sum(t) as f64 };
        let stride = self.slot_count().div_ceil(MAX_EXAMINED_SLOTS).max(1);
        let slots = (0..self.slot_count()).step_by(stride);
        let running: f64 = slots.filter_map(|slot| self.numbers_of_running_task(SlotId(slot as u32), t)).sum();
        ((finished + running * stride as f64) / all).min(1.0)
    }

    /// Numbers added so far for the running task of a slot; even tasks count as one number.
    fn numbers_of_running_task(&self, slot: SlotId, t: Nanos) -> Option<f64> {
        let (_, worker) = self.worker_in_slot(slot, t)?;
        let current = self.current_task(worker, t).filter(|current| current.resident)?;
        let ended = self.tasks.get(current.task).is_none_or(|task| task.ended <= t);
        let size = self.uneven.sizes.get(current.task.index()).map_or(1.0, |size| *size as f64);
        (!ended).then(|| f64::from(self.task_progress(worker, current.task, t)) * size)
    }
}
