//! What a lane of a watched program has beside tasks and workers: calls, labels, bytes held by the parent process.

use std::ops::RangeInclusive;

use super::Lane;
use crate::event::{Call, CallId, CodeLocation, LanePlan, Nanos, ProgramPool, TaskId};
use crate::model::workers::Worker;

impl Lane {
    /// Whether it is a lane of a watched program.
    #[must_use]
    pub fn is_of_program(&self) -> bool {
        self.plan.pool.is_some()
    }

    /// The part of a time up to which integrals are kept. Those of a watched program end with its lane, because it may
    /// have hundreds of lanes one after the other.
    pub(in crate::model) fn integrated_until(&self, t: Nanos) -> Nanos {
        let end = self.ended.filter(|_| self.is_of_program());
        end.map_or(t, |(end, _)| t.min(end))
    }

    /// What the program created, and where: `Pool(4) at etl.py:31`. None for a lane of mpviz's own workers. If several
    /// processes created the same, with the one that did: `Process of pid 4188 at etl.py:31`.
    #[must_use]
    pub fn title(&self) -> Option<String> {
        let pool = self.plan.pool.as_ref()?;
        // Clusters that mpviz starts are told apart by their setting: their addresses differ from run to run.
        if let Some(saturation) = pool.saturation.as_ref().filter(|_| pool.site.is_none()) {
            return Some(format!("Dask saturation {saturation}"));
        }
        let has_size = self.plan.workers > 0 && !self.is_of_cluster();
        let workers = if has_size { format!("({})", self.plan.workers) } else { String::new() };
        let parent = if self.shares_title { format!(" of pid {}", pool.pid) } else { String::new() };
        // The path of an inproc:// address is part of it.
        let name = |site: &CodeLocation| match site.file.as_str().split_once("://").filter(|_| self.is_of_cluster()) {
            Some((_, address)) => address.into(),
            None => site.short_name(),
        };
        let site = pool.site.as_ref().map(|site| format!(" at {}", name(site))).unwrap_or_default();
        let simulated = if self.plan.is_simulated() { "SIMULATED " } else { "" };
        Some(format!("{simulated}{}{workers}{parent}{site}", pool.kind.name()))
    }

    /// Whether another lane has the same title but for the process that created it.
    pub(in crate::model) fn has_title_of(&self, plan: &LanePlan) -> bool {
        let (Some(own), Some(other)) = (&self.plan.pool, &plan.pool) else { return false };
        let parts = |pool: &ProgramPool| (pool.kind, pool.site.clone(), pool.saturation.clone());
        own.pid != other.pid && parts(own) == parts(other) && self.plan.workers == plan.workers
    }

    /// How often the program created the pool of this lane.
    #[must_use]
    pub fn uses(&self) -> u32 {
        self.uses
    }

    /// The calls that submitted its tasks, in order.
    #[must_use]
    pub fn calls(&self) -> &[Call] {
        &self.calls
    }

    /// The call that submitted a task.
    #[must_use]
    pub fn call_of(&self, task: TaskId) -> Option<&Call> {
        let (call, _) = self.tasks.program_task(task)?.call?;
        self.calls.get(call.index())
    }

    /// The number of the call that submitted a task.
    pub(in crate::model) fn call_id_of(&self, task: TaskId) -> Option<CallId> {
        self.tasks.program_task(task)?.call.map(|(call, _)| call)
    }

    /// The items of a task that is a chunk, numbered within its call; none for a task of one item.
    #[must_use]
    pub fn items_of(&self, task: TaskId) -> Option<RangeInclusive<u64>> {
        let (call, position) = self.tasks.program_task(task)?.call?;
        let call = self.calls.get(call.index()).filter(|call| call.chunk > 1)?;
        let first = u64::from(position) * u64::from(call.chunk);
        let end = (first + u64::from(call.chunk)).min(call.items.unwrap_or(u64::MAX)).max(first + 1);
        Some(first..=end - 1)
    }

    /// CPU time of a finished task of a watched program, in ns.
    #[must_use]
    pub fn task_cpu_time(&self, task: TaskId) -> Option<u64> {
        self.tasks.program_task(task).map(|task| task.cpu_ns).filter(|cpu| *cpu > 0)
    }

    /// Maximum of pickled tasks that the parent process has held, in bytes.
    #[must_use]
    pub fn peak_held_bytes(&self) -> u64 {
        self.held.peak().max(0) as u64
    }

    /// Pickled tasks that the parent process holds at `t`, in bytes.
    #[must_use]
    pub fn bytes_held_by_parent(&self, t: Nanos) -> u64 {
        self.held.sum(t).max(0) as u64
    }
}

impl Worker {
    /// Time blocked in locks by `t`, in ns.
    #[must_use]
    pub fn lock_time(&self, t: Nanos) -> Nanos {
        self.locks.total_time(t)
    }

    /// Whether the wait that it is in at `t` is for a lock; none if the kernel does not tell.
    #[must_use]
    pub fn is_in_lock(&self, t: Nanos) -> Option<bool> {
        let in_lock = self.locks.contains(t);
        let is_told = in_lock || self.unknown_since.is_none_or(|since| t < since);
        is_told.then_some(in_lock)
    }
}
