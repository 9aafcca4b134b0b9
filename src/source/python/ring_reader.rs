//! Reads the records of one process from its ring files, while the process writes them.
//!
//! The process writes through a mapping and takes no lock. Files are read, not mapped: a file that is truncated
//! meanwhile is an error instead of a signal. A record counts if both copies of its number are the expected one and a
//! second read returns the same bytes.

mod ring_file;
mod running;
mod window;

use std::path::Path;

use super::record::{MAX_TEXT_BYTES, Record, RecordBytes, ReportingProcess, SECOND_EXTENSION, StampedRecord};

pub use ring_file::RingError;
use ring_file::RingFile;
use running::RunningTask;
pub use window::ReadBuffers;
use window::{Slot, Window};

/// Slots that are read first. More than the records that threads have numbered and not yet written, so that a missing
/// record can be told from the end.
const FIRST_WINDOW: u32 = 64;
/// Slots that are read at once from a process that writes much.
const NEXT_WINDOW: u32 = 1024;
/// Windows after which a poll ends, so that a process that never stops writing does not keep the others waiting. More
/// than both ring files hold, so that the last poll of a process reads all that is left of it.
const MAX_WINDOWS_PER_POLL: u32 = 64;
/// Time after which a record that was numbered is no longer waited for, in ns. A thread may have to wait for the GIL
/// between numbering and writing; an exception there leaves the record unwritten for ever.
const MAX_WAIT_FOR_RECORD_NS: u64 = 250_000_000;
/// Records that are written while a poll lasts have later times than the poll, in ns. Times after that are wrong.
const MAX_POLL_NS: u64 = 1_000_000_000;
/// Immediate attempts to read a record again that was being written.
const MAX_RETRIES: u32 = 3;

/// What a poll found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Poll {
    /// Whether everything that was written before the poll has been read.
    pub is_complete: bool,
    /// Numbers that the poll passed, those of text and of lost records included.
    pub passed: u64,
}

/// Whether the process may still write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessState {
    Running,
    Ended,
}

/// Reader of one process's ring files.
#[derive(Debug)]
pub struct RingReader {
    process: ReportingProcess,
    first: RingFile,
    /// The file that continues the first one, once the process has created it.
    second: Option<RingFile>,
    running: RunningTask,
    /// Number of the next record.
    next: u64,
    dropped: u64,
    invalid: u64,
    /// The record that is waited for, and since when.
    awaited: Option<(u64, u64)>,
}

impl RingReader {
    /// Opens the first ring file of a process, in this directory. The second one is opened when the first is nearly
    /// read.
    pub fn open(dir: &Path, process: ReportingProcess) -> Result<Self, RingError> {
        let first = RingFile::open(dir.join(process.file_name()), process)?;
        let next = u64::from(first.header.first_number);
        let running = RunningTask::default();
        Ok(Self { process, first, second: None, running, next, dropped: 0, invalid: 0, awaited: None })
    }

    #[must_use]
    pub fn process(&self) -> ReportingProcess {
        self.process
    }

    /// Number of 64-byte records that were overwritten before they could be read, or never written.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Number of records that have no meaning.
    #[must_use]
    pub fn invalid(&self) -> u64 {
        self.invalid
    }

    /// Appends the records written since the last call, in order of their numbers. `now` is in ns of `CLOCK_MONOTONIC`.
    pub fn poll(
        &mut self,
        now: u64,
        state: ProcessState,
        buffers: &mut ReadBuffers,
        records: &mut Vec<StampedRecord>,
    ) -> Result<Poll, RingError> {
        let first = self.next;
        let is_running_read = self.running.read(&self.first, self.process, now, records)?;
        let is_complete = self.read_windows(now, state, buffers, records)? && is_running_read;
        Ok(Poll { is_complete, passed: self.next - first })
    }

    /// Reads window after window until the end. Returns whether everything has been read.
    fn read_windows(
        &mut self,
        now: u64,
        state: ProcessState,
        buffers: &mut ReadBuffers,
        records: &mut Vec<StampedRecord>,
    ) -> Result<bool, RingError> {
        let (mut slots, mut retries) = (FIRST_WINDOW, 0);
        for _ in 0..MAX_WINDOWS_PER_POLL {
            self.open_second_if_near(slots)?;
            // Past its end, the first file is not needed.
            let (ring, second) = match &self.second {
                Some(second) if self.next >= u64::from(second.header.first_number) => (second, None),
                second => (&self.first, second.as_ref()),
            };
            let Some(window) = buffers.read(ring, second, self.next, slots)? else {
                return Ok(true);
            };
            match self.take_from(&window, now, state, records) {
                Stop::WindowRead => slots = NEXT_WINDOW,
                Stop::End => return Ok(true),
                Stop::BeingWritten if retries < MAX_RETRIES => retries += 1,
                Stop::BeingWritten | Stop::Missing => return Ok(false),
            }
        }
        Ok(false)
    }

    /// Opens the second file as soon as the next window may reach into it.
    fn open_second_if_near(&mut self, slots: u32) -> Result<(), RingError> {
        let header = self.first.header;
        let (passed, in_first) = (self.next - u64::from(header.first_number), u64::from(header.slots));
        // If a later record is in the first file, there is no second.
        let is_near = passed <= in_first && passed + u64::from(slots) > in_first;
        if self.second.is_none() && is_near {
            let path = self.first.path.with_extension(SECOND_EXTENSION);
            self.second = RingFile::open_if_exists(path, self.process)?;
        }
        Ok(())
    }

    /// Takes the records from the beginning of the window.
    fn take_from(
        &mut self,
        window: &Window<'_>,
        now: u64,
        state: ProcessState,
        records: &mut Vec<StampedRecord>,
    ) -> Stop {
        let first = self.next;
        loop {
            let Some(at) = u32::try_from(self.next - first).ok().filter(|at| *at < window.len()) else {
                return Stop::WindowRead;
            };
            match window.slot(at) {
                Slot::Overwritten { lost } => self.drop_records(lost),
                Slot::Unwritten => match window.next_written(at) {
                    None => return Stop::End,
                    Some(written) if self.is_given_up(self.next, now, state) => {
                        self.drop_records(u64::from(written - at));
                    }
                    Some(_) if window.is_changing(at) => return Stop::BeingWritten,
                    Some(_) => return Stop::Missing,
                },
                // The record that it belongs to was lost.
                Slot::Written(record) if record.is_continuation() => self.next += 1,
                Slot::Written(record) => {
                    let continuations = u32::from(record.continuations()).min(MAX_CONTINUATIONS);
                    if at > 0 && at + continuations >= window.len() {
                        return Stop::WindowRead;
                    }
                    let text = window.text(at + 1, continuations);
                    if text.unwritten > 0 && !self.is_given_up(self.next, now, state) {
                        return Stop::Missing;
                    }
                    self.dropped += u64::from(text.unwritten);
                    self.pass_on(&record, &text.bytes, now, records);
                    self.next += u64::from(1 + text.passed);
                }
            }
        }
    }

    fn pass_on(&mut self, bytes: &RecordBytes, text: &[u8], now: u64, records: &mut Vec<StampedRecord>) {
        let process = self.process;
        let at = stamp(bytes.time(), process, now);
        let mut push = |at, record| records.push(StampedRecord { process, at, record });
        match Record::decode(bytes, text) {
            Ok(Record::TaskRan { task, started, receive_ns, cpu_ns, result_bytes }) => {
                // Unlike a thread of a pool, it is known by its process.
                let (tid, started) = (process.pid, stamp(started, process, now).min(at));
                if self.running.is_new(started) {
                    push(started, Record::TaskStarted { task, tid, receive_ns, cpu_us: 0 });
                }
                push(at, Record::TaskFinished { task, tid, cpu_ns, result_bytes });
            }
            // Of a worker process, before the record of its failure.
            Ok(Record::TaskStarted { task, .. }) if task.pool.is_none() && !self.running.is_new(at) => {}
            Ok(record) => push(at, record),
            Err(_) => self.invalid += 1,
        }
    }

    fn drop_records(&mut self, count: u64) {
        self.dropped += count;
        self.next += count;
    }

    /// Whether this record, which was numbered and is not written, has been waited for long enough.
    fn is_given_up(&mut self, number: u64, now: u64, state: ProcessState) -> bool {
        let since = self.awaited.filter(|(awaited, _)| *awaited == number).map_or(now, |(_, since)| since);
        self.awaited = Some((number, since));
        state == ProcessState::Ended || now.saturating_sub(since) >= MAX_WAIT_FOR_RECORD_NS
    }
}

/// The time of a record that was read in a poll at `now`, if it is possible.
fn stamp(time: u64, process: ReportingProcess, now: u64) -> u64 {
    time.max(process.start).min(now.saturating_add(MAX_POLL_NS))
}

/// Maximum number of continuation records of a record.
const MAX_CONTINUATIONS: u32 = MAX_TEXT_BYTES.div_ceil(48) as u32;

/// Why no more records are taken from a window.
enum Stop {
    /// The window has been read.
    WindowRead,
    /// Nothing more has been written.
    End,
    /// The bytes changed between the two reads.
    BeingWritten,
    /// A record is not written yet, and later ones are.
    Missing,
}
