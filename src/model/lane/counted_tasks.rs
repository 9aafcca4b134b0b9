//! Tasks of a cluster of which only sampled numbers are known.

use serde::{Deserialize, Serialize};

use super::cluster::ClusterState;
use crate::event::{Nanos, TaskCounts};

/// Figures of tasks of which only sampled numbers are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountedTasks {
    /// The most at a time: not sent to workers, on workers, failed, results that workers hold, and their bytes.
    pub peak_not_sent: u32,
    pub peak_on_workers: u32,
    pub peak_failed: u32,
    pub peak_results: u32,
    pub peak_result_bytes: Option<u64>,
    /// Finished since the first sample; none if unknown. With data that clients scattered, and each time that a task ran
    /// again.
    pub finished: Option<u64>,
    /// Finished before. Not part of reports.
    #[serde(skip)]
    finished_before: Option<u64>,
}

impl CountedTasks {
    fn new(first: &TaskCounts) -> Self {
        Self {
            peak_not_sent: 0,
            peak_on_workers: 0,
            peak_failed: 0,
            peak_results: 0,
            peak_result_bytes: None,
            finished: None,
            finished_before: first.finished,
        }
    }

    fn add(&mut self, counts: &TaskCounts) {
        self.peak_not_sent = self.peak_not_sent.max(counts.scheduler);
        self.peak_on_workers = self.peak_on_workers.max(counts.workers);
        self.peak_failed = self.peak_failed.max(counts.erred);
        self.peak_results = self.peak_results.max(counts.memory);
        self.peak_result_bytes = self.peak_result_bytes.max(counts.result_bytes);
        let since_first = counts.finished.zip(self.finished_before);
        // A scheduler that was restarted counts from 0.
        self.finished = self.finished.max(since_first.map(|(now, before)| now.saturating_sub(before)));
    }
}

impl ClusterState {
    /// Keeps numbers of tasks, and the highest of them.
    pub(in crate::model) fn tasks_counted(&mut self, at: Nanos, counts: &TaskCounts) {
        self.counted_tasks.get_or_insert_with(|| CountedTasks::new(counts)).add(counts);
        let newest = self.counted.last();
        let at = newest.map_or(at, |(newest, _)| at.max(*newest));
        if newest.is_none_or(|(_, newest)| newest != counts) {
            self.counted.push((at, *counts));
        }
    }
}
