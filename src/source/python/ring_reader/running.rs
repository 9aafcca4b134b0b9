//! The task that a worker process runs. The process writes it over the one before, ahead of the records.

use std::collections::VecDeque;

use super::super::record::{Record, RecordBytes, ReportingProcess, StampedRecord};
use super::ring_file::{RingError, RingFile};
use super::stamp;

/// Attempts to read it while it is being written.
const MAX_READS: u32 = 4;
/// Each poll shows one at most and reads the ends before it, unless the process never stops writing.
const MAX_SHOWN: usize = 64;

/// Which starts of tasks have been passed on: one may be read here and again in the record of the task's end.
#[derive(Debug, Default)]
pub(super) struct RunningTask {
    /// What was read last, unless it was changing.
    last_read: Option<RecordBytes>,
    /// Starts of tasks that were passed on while they ran, and whose ends have not been read, in order.
    shown: VecDeque<u64>,
    /// Start of the latest task whose end has been read.
    ended: u64,
}

impl RunningTask {
    /// Appends the start of the running task if it is new. Returns whether it could be read.
    ///
    /// A task that starts and ends after this, and before the records are read, is found there with both times.
    pub(super) fn read(
        &mut self,
        file: &RingFile,
        process: ReportingProcess,
        now: u64,
        records: &mut Vec<StampedRecord>,
    ) -> Result<bool, RingError> {
        let mut before = None;
        for _ in 0..MAX_READS {
            let bytes = file.read_running()?;
            if self.last_read == Some(bytes) {
                return Ok(true);
            }
            if before.replace(bytes) == Some(bytes) && bytes.sequence().is_some() {
                self.last_read = Some(bytes);
                self.pass_on(&bytes, process, now, records);
                return Ok(true);
            }
        }
        // A writer that has stopped in the middle is not waited for again.
        self.last_read = before.filter(|bytes| bytes.sequence().is_none());
        Ok(false)
    }

    fn pass_on(&mut self, bytes: &RecordBytes, process: ReportingProcess, now: u64, records: &mut Vec<StampedRecord>) {
        let at = stamp(bytes.time(), process, now);
        if at > self.ended
            && let Ok(record @ Record::TaskStarted { .. }) = Record::decode(bytes, &[])
        {
            if self.shown.len() == MAX_SHOWN {
                self.shown.pop_front();
            }
            self.shown.push_back(at);
            records.push(StampedRecord { process, at, record });
        }
    }

    /// Whether the start of a task that has ended is still to be passed on.
    pub(super) fn is_new(&mut self, started: u64) -> bool {
        self.ended = self.ended.max(started);
        // The ends of earlier ones were overwritten.
        while self.shown.front().is_some_and(|shown| *shown < started) {
            self.shown.pop_front();
        }
        self.shown.pop_front_if(|shown| *shown == started).is_none()
    }
}
