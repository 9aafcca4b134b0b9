//! The numbers of a lane's tasks: from the job and index of the program to the task number of the lane.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::event::{Nanos, TaskId};
use crate::source::python::record::PoolNumber;

/// A job of a pool: all tasks of a call of `map`, or a single work item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct JobId {
    /// The process that created the pool.
    pub(super) pid: u32,
    pub(super) pool: PoolNumber,
    pub(super) job: u64,
}

/// Consecutive tasks of a job.
#[derive(Clone, Debug)]
struct TaskRange {
    count: u32,
    first: TaskId,
    /// When the last of them was submitted.
    submitted: Nanos,
    /// All tasks before this offset have ended.
    ended_until: u32,
    /// Offsets of other tasks that have ended: few, because workers take tasks in order.
    ended_beyond: BTreeSet<u32>,
}

impl TaskRange {
    /// Marks a task as ended; false if it is unknown or was ended before.
    fn end(&mut self, offset: u32) -> bool {
        if offset >= self.count || offset < self.ended_until || !self.ended_beyond.insert(offset) {
            return false;
        }
        while self.ended_beyond.remove(&self.ended_until) {
            self.ended_until += 1;
        }
        true
    }

    /// The tasks that have not ended, as ranges.
    fn open_tasks(&self) -> Vec<(TaskId, u32)> {
        let mut open = Vec::new();
        let mut from = self.ended_until;
        for end in self.ended_beyond.iter().copied().chain([self.count]) {
            if end > from {
                open.push((TaskId(self.first.0 + from), end - from));
            }
            from = end + 1;
        }
        open
    }
}

/// The jobs of a lane with tasks that have not ended. Ranges of ended tasks are forgotten, so that memory does not grow
/// with the past.
#[derive(Debug, Default)]
pub(super) struct Jobs {
    /// The ranges of each job by the index of their first task.
    jobs: HashMap<JobId, BTreeMap<u64, TaskRange>>,
    /// Number of tasks so far.
    tasks: u32,
}

impl Jobs {
    /// The task with this index of a job, if it has not ended for long.
    pub(super) fn task(&self, job: JobId, index: u64) -> Option<TaskId> {
        let (first, range) = self.jobs.get(&job)?.range(..=index).next_back()?;
        let offset = u32::try_from(index - first).ok().filter(|offset| *offset < range.count)?;
        Some(TaskId(range.first.0 + offset))
    }

    /// When a task was submitted, or one of the tasks after it.
    pub(super) fn submitted_at(&self, job: JobId, index: u64) -> Nanos {
        let range = self.jobs.get(&job).and_then(|ranges| ranges.range(..=index).next_back());
        range.map_or(0, |(_, range)| range.submitted)
    }

    /// Adds the tasks of a range that are not known, and returns their numbers as ranges.
    pub(super) fn add_unknown(
        &mut self,
        at: Nanos,
        job: JobId,
        (first_index, count): (u64, u32),
    ) -> Vec<(TaskId, u32)> {
        let end = first_index.saturating_add(count.min(u32::MAX - self.tasks).into());
        let mut added = Vec::new();
        let mut index = first_index;
        while index < end {
            let ranges = self.jobs.entry(job).or_default();
            let known_until = ranges.range(..=index).next_back().map(|(first, range)| first + u64::from(range.count));
            if let Some(known_until) = known_until.filter(|until| *until > index) {
                index = known_until;
                continue;
            }
            let next_known = ranges.range(index..).next().map_or(end, |(first, _)| (*first).min(end));
            added.push(self.add(at, job, index, (next_known - index) as u32));
            index = next_known;
        }
        added
    }

    fn add(&mut self, at: Nanos, job: JobId, index: u64, count: u32) -> (TaskId, u32) {
        let first = TaskId(self.tasks);
        self.tasks += count;
        let ranges = self.jobs.entry(job).or_default();
        match ranges.range_mut(..index).next_back() {
            // `imap` submits one task after the other.
            Some((start, range))
                if start + u64::from(range.count) == index && range.first.0 + range.count == first.0 =>
            {
                range.count += count;
                range.submitted = at;
            }
            _ => {
                ranges.insert(
                    index,
                    TaskRange { count, first, submitted: at, ended_until: 0, ended_beyond: BTreeSet::new() },
                );
            }
        }
        (first, count)
    }

    /// A task of a job ended.
    pub(super) fn ended(&mut self, job: JobId, index: u64) {
        let Some(ranges) = self.jobs.get_mut(&job) else { return };
        let Some((&start, range)) = ranges.range_mut(..=index).next_back() else { return };
        if !u32::try_from(index - start).is_ok_and(|offset| range.end(offset)) {
            return;
        }
        if range.ended_until == range.count {
            ranges.remove(&start);
            if ranges.is_empty() {
                self.jobs.remove(&job);
            }
        }
    }

    /// Ends all open tasks, and returns them as ranges.
    pub(super) fn end_all(&mut self) -> Vec<(TaskId, u32)> {
        let ranges = self.jobs.drain().flat_map(|(_, ranges)| ranges.into_values());
        let mut open: Vec<_> = ranges.flat_map(|range| range.open_tasks()).collect();
        open.sort_unstable();
        open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOB: JobId = JobId { pid: 1, pool: PoolNumber(1), job: 7 };

    #[test]
    fn tasks_are_numbered_in_order_of_submission_and_forgotten_when_all_ended() {
        let mut jobs = Jobs::default();
        assert_eq!(jobs.add_unknown(0, JOB, (0, 3)), [(TaskId(0), 3)]);
        let other = JobId { job: 8, ..JOB };
        assert_eq!(jobs.add_unknown(0, other, (0, 2)), [(TaskId(3), 2)]);
        assert_eq!(jobs.add_unknown(0, JOB, (2, 4)), [(TaskId(5), 3)], "one of them is known");
        assert_eq!([jobs.task(JOB, 2), jobs.task(JOB, 5), jobs.task(JOB, 6)], [Some(TaskId(2)), Some(TaskId(7)), None]);
        for index in 0..6 {
            jobs.ended(JOB, index);
            jobs.ended(JOB, 9);
        }
        assert_eq!((jobs.task(JOB, 0), jobs.task(other, 1)), (None, Some(TaskId(4))));
        jobs.add_unknown(0, JOB, (0, 5));
        jobs.ended(JOB, 0);
        jobs.ended(JOB, 3);
        assert_eq!(jobs.end_all(), [(TaskId(3), 2), (TaskId(9), 2), (TaskId(12), 1)]);
        assert!(jobs.jobs.is_empty());
    }

    #[test]
    fn gap_between_known_tasks_is_filled() {
        let mut jobs = Jobs::default();
        jobs.add_unknown(0, JOB, (2, 1));
        jobs.add_unknown(0, JOB, (5, 1));
        assert_eq!(jobs.add_unknown(0, JOB, (0, 8)), [(TaskId(2), 2), (TaskId(4), 2), (TaskId(6), 2)]);
    }

    #[test]
    fn one_range_holds_tasks_that_are_submitted_one_by_one() {
        let mut jobs = Jobs::default();
        for index in 0..1000 {
            jobs.add_unknown(0, JOB, (index, 1));
            if index > 0 {
                jobs.ended(JOB, index - 1);
            }
        }
        assert_eq!((jobs.jobs[&JOB].len(), jobs.task(JOB, 999)), (1, Some(TaskId(999))));
    }
}
