//! Polls the ring files of all processes of a watched program, and merges their records by time.

mod discovery;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;

use super::record::{ReportingProcess, StampedRecord};
use super::ring_reader::{ProcessState, ReadBuffers, RingReader};
use crate::event::ObservationGap;
use crate::system::{clock, threads};

use discovery::Discovery;

/// Interval of polls of a process that writes much, in ns: it fills its ring in 16 ms at most.
const BUSY_INTERVAL_NS: u64 = 5_000_000;
/// Records per poll from which on a process writes much: a quarter of its first ring.
const BUSY_RECORDS: u64 = 256;
/// Interval of polls of all processes, in ns: for each process, and its bounds. A poll with few records costs 5 µs
/// after a pause, so polls take 0.5 % of a core.
const INTERVAL_PER_PROCESS_NS: u64 = 1_000_000;
const MIN_INTERVAL_NS: u64 = 10_000_000;
const MAX_INTERVAL_NS: u64 = 100_000_000;
/// Interval at which processes are checked for having ended, in ns.
const LIVENESS_INTERVAL_NS: u64 = 500_000_000;
/// Time that a record may need from its time stamp until it can be read, in ns. Those that need longer come late.
const REORDER_WINDOW_NS: u64 = 15_000_000;

/// What was read since the previous batch.
#[derive(Debug, Default)]
pub struct RecordBatch {
    /// In order of time. Some may be older than `complete_until` of the previous batch.
    pub records: Vec<StampedRecord>,
    /// Time before which all records have been handed over, late ones excepted; in ns of `CLOCK_MONOTONIC`.
    pub complete_until: u64,
    /// Number of 64-byte records that were overwritten before they could be read.
    pub dropped: u64,
    /// Why reports of processes cannot be read.
    pub problems: Vec<ObservationGap>,
}

/// Handle of the polling thread.
#[derive(Debug)]
pub struct Poller {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Poller {
    /// Starts to poll the ring files in `dir`. A batch is sent after each poll.
    pub fn start(dir: PathBuf, batches: Sender<RecordBatch>) -> io::Result<Self> {
        let (stop, stopped) = bounded(0);
        let polling = Polling::new(dir, batches);
        let thread = threads::start("poller", move || polling.run(&stopped))?;
        Ok(Self { stop, thread })
    }

    /// Stops after reading all that has been written until now. The last batch holds it.
    pub fn stop(self) {
        drop(self.stop);
        // A panic of the thread was already reported by the panic hook.
        let _ = self.thread.join();
    }
}

/// A process whose ring files are polled.
#[derive(Debug)]
struct PolledProcess {
    reader: RingReader,
    is_busy: bool,
    /// Time of the latest poll that read everything.
    complete_at: u64,
    dropped: u64,
    has_invalid: bool,
}

struct Polling {
    dir: PathBuf,
    batches: Sender<RecordBatch>,
    discovery: Discovery,
    processes: BTreeMap<ReportingProcess, PolledProcess>,
    buffers: ReadBuffers,
    /// Records that have been read and not yet handed over.
    pending: Vec<StampedRecord>,
    /// The next batch, without its records.
    batch: RecordBatch,
    all_due: u64,
    liveness_due: u64,
}

impl Polling {
    fn new(dir: PathBuf, batches: Sender<RecordBatch>) -> Self {
        Self {
            discovery: Discovery::new(dir.clone()),
            dir,
            batches,
            processes: BTreeMap::new(),
            buffers: ReadBuffers::default(),
            pending: Vec::new(),
            batch: RecordBatch::default(),
            all_due: 0,
            liveness_due: 0,
        }
    }

    fn run(mut self, stopped: &Receiver<()>) {
        loop {
            let now = clock::monotonic();
            self.poll_what_is_due(now);
            if self.send_until(self.complete_until(now)).is_err() {
                return;
            }
            let pause = self.next_due(now).saturating_sub(clock::monotonic());
            if stopped.recv_timeout(Duration::from_nanos(pause)) != Err(RecvTimeoutError::Timeout) {
                break;
            }
        }
        self.open_new();
        self.poll(clock::monotonic(), |_| true, |_| ProcessState::Ended);
        // Sending fails only while mpviz exits.
        let _ = self.send_until(u64::MAX);
    }

    fn poll_what_is_due(&mut self, now: u64) {
        self.open_new();
        let is_all_due = now >= self.all_due;
        self.poll(now, |process| is_all_due || process.is_busy, |_| ProcessState::Running);
        if is_all_due {
            let interval = INTERVAL_PER_PROCESS_NS * self.processes.len() as u64;
            self.all_due = now + interval.clamp(MIN_INTERVAL_NS, MAX_INTERVAL_NS);
        }
        if now >= self.liveness_due {
            self.liveness_due = now + LIVENESS_INTERVAL_NS;
            self.remove_ended(now);
        }
    }

    fn next_due(&self, now: u64) -> u64 {
        let is_busy = self.processes.values().any(|process| process.is_busy);
        if is_busy { self.all_due.min(now + BUSY_INTERVAL_NS) } else { self.all_due }
    }

    /// Opens the ring files that are new.
    fn open_new(&mut self) {
        for process in self.discovery.new_processes(clock::monotonic) {
            match RingReader::open(&self.dir, process) {
                Ok(reader) => {
                    let polled = PolledProcess {
                        reader,
                        // Polled at once.
                        is_busy: true,
                        complete_at: 0,
                        dropped: 0,
                        has_invalid: false,
                    };
                    self.processes.insert(process, polled);
                }
                Err(error) => self.batch.problems.push(error.into()),
            }
        }
    }

    /// Polls some processes. Those that cannot be read any more are removed.
    fn poll(
        &mut self,
        now: u64,
        is_due: impl Fn(&PolledProcess) -> bool,
        state_of: impl Fn(&RingReader) -> ProcessState,
    ) {
        let Self { processes, buffers, pending, batch, .. } = self;
        processes.retain(|process, polled| {
            if !is_due(polled) {
                return true;
            }
            let reader = &mut polled.reader;
            let poll = reader.poll(now, state_of(reader), buffers, pending);
            batch.dropped += reader.dropped() - polled.dropped;
            polled.dropped = reader.dropped();
            if reader.invalid() > 0 && !polled.has_invalid {
                polled.has_invalid = true;
                batch.problems.push(ObservationGap::RecordsInvalid { pid: process.pid });
            }
            match poll {
                Ok(poll) => {
                    polled.is_busy = poll.passed >= BUSY_RECORDS || !poll.is_complete;
                    if poll.is_complete {
                        polled.complete_at = now;
                    }
                }
                Err(error) => {
                    batch.problems.push(error.into());
                    return false;
                }
            }
            true
        });
    }

    /// Reads the last records of processes that have ended, and deletes their ring files.
    fn remove_ended(&mut self, now: u64) {
        let has_ended = |process: &ReportingProcess| {
            let pid = i32::try_from(process.pid).ok().filter(|pid| *pid > 0);
            pid.is_none_or(|pid| kill(Pid::from_raw(pid), None) == Err(Errno::ESRCH))
        };
        let ended: Vec<_> = self.processes.keys().copied().filter(has_ended).collect();
        if ended.is_empty() {
            return;
        }
        let is_ended = |process: ReportingProcess| ended.binary_search(&process).is_ok();
        self.poll(now, |polled| is_ended(polled.reader.process()), |_| ProcessState::Ended);
        for process in ended {
            self.processes.remove(&process);
            self.discovery.delete_files(process);
        }
    }

    /// Time up to which all records have been read, if none needs longer than the window.
    fn complete_until(&self, now: u64) -> u64 {
        let complete = self.processes.values().map(|process| process.complete_at).min();
        complete.unwrap_or(now).saturating_sub(REORDER_WINDOW_NS)
    }

    /// Sends the records before a time.
    fn send_until(&mut self, time: u64) -> Result<(), crossbeam_channel::SendError<RecordBatch>> {
        // Stable, so that records of one thread with equal times keep their order.
        self.pending.sort_by_key(|record| record.at);
        let until = time.max(self.batch.complete_until);
        let count = self.pending.partition_point(|record| record.at < until);
        let later = self.pending.split_off(count);
        let records = std::mem::replace(&mut self.pending, later);
        let next = RecordBatch { complete_until: until, ..RecordBatch::default() };
        let batch = std::mem::replace(&mut self.batch, next);
        self.batches.send(RecordBatch { records, complete_until: until, ..batch })
    }
}
