//! What each task was charged with: the fold keeps only a lane's sum.

use crate::event::{Event, StampedEvent, TaskId};

/// CPU time of one task, in ns. It is read at most every 50 µs: of very short tasks, one may bear what several took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Charge {
    /// Writing its payload.
    pub loading: u64,
    /// Adding its numbers.
    pub adding: u64,
}

/// The charges of every task of every lane.
#[derive(Clone, Debug, Default)]
pub struct Charges(Vec<Vec<Charge>>);

impl Charges {
    /// Notes what a fact charges a task with. Only for facts that the model has taken: their numbers are in bounds.
    pub fn note(&mut self, fact: &StampedEvent) {
        let (task, loading, adding) = match fact.event {
            Event::TaskLoaded { task, cpu_ns, .. } => (task, cpu_ns, 0),
            Event::TaskProgressed { task, cpu_ns, .. } | Event::TaskFinished { task, cpu_ns, .. } => (task, 0, cpu_ns),
            _ => return,
        };
        let Some(lane) = fact.lane else { return };
        let lane = at(&mut self.0, lane.index());
        let charge = at(lane, task.index());
        charge.loading = charge.loading.saturating_add(loading);
        charge.adding = charge.adding.saturating_add(adding);
    }

    /// What a task was charged with.
    #[must_use]
    pub fn of(&self, lane: usize, task: TaskId) -> Charge {
        self.0.get(lane).and_then(|lane| lane.get(task.index())).copied().unwrap_or_default()
    }
}

fn at<T: Clone + Default>(rows: &mut Vec<T>, i: usize) -> &mut T {
    if rows.len() <= i {
        rows.resize(i + 1, T::default());
    }
    &mut rows[i]
}
