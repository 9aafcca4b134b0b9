//! The workers of a lane: what each took, waited for and used.

mod memory;
mod table;

use super::invalid_event::{InvalidEvent, invalid};
use super::spans::TimeSpans;
use super::tasks::TaskTable;
use super::times::{NEVER, StepAmount};
use crate::event::text::SafeText;
use crate::event::{Exit, FinalUsage, Nanos, ProcessSample, SlotId, TaskId, WorkerId};

pub(super) use memory::{SampledMemory, WorkerMemory};
pub(super) use table::WorkerTable;

/// A record: tasks that a worker took from the queue at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct TakenRecord {
    pub(super) first: u32,
    pub(super) count: u32,
    /// Number of tasks that the worker took before this record.
    pub(super) before: u32,
    pub(super) taken: Nanos,
}

/// What a worker held when it ended.
#[derive(Clone, Debug)]
pub(super) struct HeldAtEnd {
    /// Whether the worker was in I/O.
    pub(super) in_io: bool,
    /// Whether it was ready.
    pub(super) ready: bool,
    /// Whether it was counted as holding a task.
    pub(super) busy: bool,
    /// The task whose payload was in its memory.
    pub(super) resident: Option<TaskId>,
    /// Resulting changes of the lane's private memory over time, in bytes.
    pub(super) private: Vec<(Nanos, SampledMemory)>,
}

/// How often workers were found waiting: for a lock, and for anything.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct WaitLooks {
    pub(super) lock: u64,
    pub(super) all: u64,
}

impl StepAmount for WaitLooks {
    fn plus(self, other: Self) -> Self {
        Self { lock: self.lock.saturating_add(other.lock), all: self.all.saturating_add(other.all) }
    }
}

/// The time up to its end in which nothing is known of a worker.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unobserved {
    pub(super) since: Nanos,
    /// Whether it held a task then.
    pub(super) in_task: bool,
    /// When the scheduler took this task.
    pub(super) freed: Option<Nanos>,
}

#[derive(Clone, Copy, Debug)]
struct ProgressReport {
    at: Nanos,
    task: TaskId,
    ppm: u32,
}

/// One worker of a lane.
#[derive(Clone, Debug, Default)]
pub struct Worker {
    pub(super) slot: Option<SlotId>,
    pub(super) pid: Option<u32>,
    /// Its name in a cluster.
    pub(super) name: Option<SafeText>,
    /// Whether it is the first in its slot.
    pub(super) first: bool,
    pub(super) spawned: Option<Nanos>,
    pub(super) ready: Option<Nanos>,
    /// When its thread or process ended.
    pub(super) left: Option<Nanos>,
    pub(super) exit: Option<(Nanos, Exit)>,
    /// Whether a watched program ended it, or its pool before, or a cluster's worker left without tasks, so that its
    /// exit means nothing.
    pub(super) ended_by_program: bool,
    pub(super) usage: Option<FinalUsage>,
    pub(super) records: Vec<TakenRecord>,
    pub(super) io: TimeSpans,
    /// The waits for a lock among those in `io`.
    pub(super) locks: TimeSpans,
    /// Since when the kernel does not tell for what it waits.
    pub(super) unknown_since: Option<Nanos>,
    pub(super) gil: TimeSpans,
    pub(super) samples: Vec<(Nanos, ProcessSample)>,
    /// Its newest memory by kind.
    pub(super) cluster_memory: WorkerMemory,
    progress: Vec<ProgressReport>,
    /// Time of its newest event.
    pub(super) last: Nanos,
    /// Number of the current task. The record is done when it equals `end`.
    pub(super) next: u32,
    pub(super) end: u32,
    /// The task whose payload is in its memory.
    pub(super) resident: Option<TaskId>,
    /// Whether the worker is counted as holding a task.
    pub(super) busy: bool,
    /// What is not known of it since its cluster's worker fell silent; none if it was heard of again.
    pub(super) unobserved: Option<Unobserved>,
}

impl TakenRecord {
    /// Number of tasks that the worker took up to and including this record.
    pub(super) fn tasks_taken_so_far(&self) -> u32 {
        self.before + self.count
    }
}

impl Worker {
    #[must_use]
    pub fn slot(&self) -> Option<SlotId> {
        self.slot
    }

    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.pid
    }

    /// When its process was started.
    #[must_use]
    pub fn spawned_at(&self) -> Option<Nanos> {
        self.spawned
    }

    /// When it was ready for its first record.
    #[must_use]
    pub fn ready_at(&self) -> Option<Nanos> {
        self.ready
    }

    /// When and how its process ended.
    #[must_use]
    pub fn exit_time_and_kind(&self) -> Option<(Nanos, Exit)> {
        self.exit
    }

    /// Resource use of its whole lifetime, known at its end.
    #[must_use]
    pub fn final_usage(&self) -> Option<&FinalUsage> {
        self.usage.as_ref()
    }

    /// Its last sample by `t`.
    #[must_use]
    pub fn last_sample(&self, t: Nanos) -> Option<&ProcessSample> {
        self.samples_until(t).last().map(|(_, sample)| sample)
    }

    /// Time in I/O by `t`, in ns.
    #[must_use]
    pub fn io_time(&self, t: Nanos) -> Nanos {
        self.io.total_time(t)
    }

    /// Number of I/O operations that it started in `from..to`.
    #[must_use]
    pub fn io_count(&self, from: Nanos, to: Nanos) -> usize {
        self.io.count_starts(from, to)
    }

    /// The tasks of all its records, in order.
    #[must_use]
    pub fn tasks(&self) -> impl DoubleEndedIterator<Item = TaskId> + '_ {
        self.records.iter().flat_map(|record| (record.first..record.first + record.count).map(TaskId))
    }

    /// Shares of time on a core and waiting for a core, between the last two samples up to `t`. The first sample is
    /// compared with the worker's start.
    #[must_use]
    pub fn core_and_wait_shares(&self, t: Nanos) -> Option<(f32, f32)> {
        self.shares_of_last(self.samples_until(t))
    }

    /// The shares between the last two of these samples.
    fn shares_of_last(&self, samples: &[(Nanos, ProcessSample)]) -> Option<(f32, f32)> {
        let (at, now) = samples.last()?;
        let (since, before) = match samples.len().checked_sub(2) {
            Some(i) => samples[i],
            None => (self.spawned?, ProcessSample::default()),
        };
        let wall = at.checked_sub(since).filter(|wall| *wall > 0)? as f32;
        let share = |now: u64, before: u64| (now.saturating_sub(before) as f32 / wall).min(1.0);
        Some((share(now.cpu_ns, before.cpu_ns), share(now.run_delay_ns, before.run_delay_ns)))
    }

    /// Share of a core, out of the time it wanted one, between the two samples around `t`. Time in I/O is excluded, so
    /// that a worker alone on its core has the whole share.
    pub(super) fn share_of_wanted_core_at(&self, t: Nanos) -> Option<f32> {
        let after = self.samples_until(t).len();
        self.samples.get(after)?;
        let (cpu, wait) = self.shares_of_last(&self.samples[..=after])?;
        (cpu + wait > 0.0).then(|| cpu / (cpu + wait))
    }

    pub(super) fn samples_until(&self, t: Nanos) -> &[(Nanos, ProcessSample)] {
        &self.samples[..self.samples.partition_point(|(at, _)| *at <= t)]
    }

    /// Progress of `task` at `t`, in ppm; 0 before its first report.
    pub(super) fn progress_ppm(&self, task: TaskId, t: Nanos) -> u32 {
        let at_end = &self.progress[..self.progress.partition_point(|point| point.at <= t)];
        at_end.last().filter(|point| point.task == task).map_or(0, |point| point.ppm)
    }

    /// Time of its last progress report by `t`.
    pub(super) fn last_progress(&self, t: Nanos) -> Option<Nanos> {
        self.progress[..self.progress.partition_point(|point| point.at <= t)].last().map(|point| point.at)
    }

    /// Its newest record at `t`.
    pub(super) fn record(&self, t: Nanos) -> Option<&TakenRecord> {
        self.records[..self.records.partition_point(|record| record.taken <= t)].last()
    }

    /// Whether the worker has a current task.
    pub(super) fn has_current_task(&self) -> bool {
        self.next < self.end
    }

    /// Gives up the tasks that it holds. Returns the one whose payload is in memory.
    pub(super) fn drop_record(&mut self) -> Option<TaskId> {
        self.next = self.end;
        self.busy = false;
        self.resident.take()
    }

    /// Checks that this is the current task and that its payload is in memory.
    pub(super) fn check_current_task(&self, id: WorkerId, task: TaskId) -> Result<(), InvalidEvent> {
        if self.has_current_task() && self.next == task.0 && self.resident == Some(task) {
            return Ok(());
        }
        invalid!("worker {id} does not run task {task}")
    }

    /// Starts a record that the worker has taken.
    pub(super) fn start_record(&mut self, first: TaskId, count: u32, taken: Nanos) {
        let before = self.records.last().map_or(0, TakenRecord::tasks_taken_so_far);
        self.records.push(TakenRecord { first: first.0, count, before, taken });
        (self.next, self.end) = (first.0, first.0 + count);
    }

    /// Ends the worker, and returns what it held.
    pub(super) fn end_worker(&mut self, at: Nanos) -> HeldAtEnd {
        self.left = Some(at);
        self.gil.close(at);
        self.locks.close(at);
        HeldAtEnd {
            in_io: self.io.close(at),
            ready: self.ready.is_some(),
            busy: std::mem::take(&mut self.busy),
            resident: self.resident.take(),
            private: self.drop_samples_after(at),
        }
    }

    /// Adds a sample, and returns the change of its private memory.
    pub(super) fn add_sample(&mut self, at: Nanos, sample: &ProcessSample) -> SampledMemory {
        let before = self.sampled_memory();
        self.samples.push((at, *sample));
        self.sampled_memory().minus(before)
    }

    /// Private memory by its last sample.
    fn sampled_memory(&self) -> SampledMemory {
        SampledMemory::of_process(self.samples.last().map(|(_, sample)| sample))
    }

    /// Removes the worker's memory at its end, and drops samples with later times.
    fn drop_samples_after(&mut self, end: Nanos) -> Vec<(Nanos, SampledMemory)> {
        let mut changes = Vec::new();
        while let Some((at, sample)) = self.samples.pop_if(|(at, _)| *at >= end) {
            changes.push((at, self.sampled_memory().minus(SampledMemory::of_process(Some(&sample)))));
        }
        if !self.samples.is_empty() {
            changes.push((end, SampledMemory::default().minus(self.sampled_memory())));
        }
        changes
    }

    /// Number of samples, waits and reports that are kept.
    pub(super) fn history_len(&self) -> usize {
        self.samples.len() + self.progress.len() + self.io.len()
    }

    /// Forgets samples, waits and records before `t`, except the last ones.
    fn forget_before(&mut self, t: Nanos, tasks: &TaskTable) {
        let earlier = self.samples_until(t).len().saturating_sub(1);
        self.samples.drain(..earlier);
        let earlier = self.progress.partition_point(|report| report.at <= t).saturating_sub(1);
        self.progress.drain(..earlier);
        for spans in [&mut self.io, &mut self.locks, &mut self.gil] {
            spans.forget_before(t);
        }
        // A record with a forgotten task is forgotten as a whole. Of many, only the newest can have known tasks.
        let is_known = |record: &TakenRecord| tasks.get(TaskId(record.first)).is_some();
        self.records.drain(..self.records.iter().take_while(|record| !is_known(record)).count());
    }

    pub(super) fn add_progress(&mut self, at: Nanos, task: TaskId, ppm: u32) {
        self.progress.push(ProgressReport { at, task, ppm });
    }

    /// Whether the program ended it or its pool, by a signal or an exit code that is no failure of the worker.
    #[must_use]
    pub fn was_ended_by_program(&self) -> bool {
        self.ended_by_program && self.exit.is_some_and(|(_, exit)| exit != Exit::Code(0))
    }

    /// Whether it ended by a signal or with an error.
    pub(super) fn died(&self) -> bool {
        !self.ended_by_program && self.exit.is_some_and(|(_, exit)| exit != Exit::Code(0))
    }

    /// Since when, up to its end, it is not known what it does; [`NEVER`] if that is known.
    #[must_use]
    pub fn unobserved_since(&self) -> Nanos {
        self.unobserved.map_or(NEVER, |unobserved| unobserved.since)
    }

    /// End time; [`NEVER`] if it has not ended.
    pub(super) fn end_time(&self) -> Nanos {
        self.left.unwrap_or(NEVER)
    }
}
