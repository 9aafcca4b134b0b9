//! What a worker does with a record: take it, and for each of its tasks load, add, report and release.

use std::io;

use nix::errno::Errno;
use nix::unistd::read;
use rustix::stdio::stdin;

use super::compute::add;
use super::event_writer::EventWriter;
use super::gil::Gil;
use super::io::Io;
use super::meter::{CpuMeter, Phase};
use super::payload::Payload;
use super::process_setup::raise_oom_score;
use super::{WorkerConfig, WorkerError};
use crate::event::text::SafeText;
use crate::event::workload::{QueueEntry, Workload};
use crate::event::{Event, Nanos, TaskId, WorkerId};

/// At least so much time lies between two [`Event::TaskProgressed`] of a worker.
const PROGRESS_EVERY: Nanos = 100_000_000;
/// Rounds between two looks at the clock and the GIL: some 50 µs.
const ROUNDS_AT_A_TIME: u32 = 32_768;

/// A worker thread's place: its orders, its lock, its voice and what is under way.
pub(super) struct TaskRunner<'a> {
    pub(super) config: &'a WorkerConfig,
    gil: Option<&'a Gil>,
    worker: WorkerId,
    pub(super) writer: EventWriter,
    meter: CpuMeter,
    io: Option<Io>,
    /// Numbers added between two looks at the clock and the GIL.
    stretch: usize,
    progressed: Nanos,
    /// Whether a payload of some size has been in its memory.
    takes_much: bool,
}

/// Why a task was left.
enum Left {
    /// It failed; the worker goes on with its next record.
    Failed(io::Error),
    /// The worker cannot be heard any more.
    Unheard(Errno),
}

impl From<Errno> for Left {
    fn from(error: Errno) -> Self {
        Self::Unheard(error)
    }
}

impl<'a> TaskRunner<'a> {
    pub(super) fn new(config: &'a WorkerConfig, gil: Option<&'a Gil>, worker: WorkerId) -> Self {
        let writer = EventWriter::new(config);
        let now = writer.now();
        let stretch = (ROUNDS_AT_A_TIME / (config.rounds + 1)).max(1) as usize;
        Self {
            config,
            gil,
            worker,
            writer,
            meter: CpuMeter::start(now),
            io: None,
            stretch,
            progressed: now,
            takes_much: false,
        }
    }

    /// Ready for the first record.
    pub(super) fn start(&mut self) -> nix::Result<()> {
        self.writer.write(Event::WorkerReady { worker: self.worker })?;
        self.take_gil(None)
    }

    /// No record is left.
    pub(super) fn finish(&mut self) -> nix::Result<()> {
        self.drop_gil(None)
    }

    /// Does the next record. False at the end of the queue; `last` if the worker will take no other one.
    pub(super) fn run_next_record(&mut self, last: bool) -> Result<bool, WorkerError> {
        let tasks = take(self.config.chunk)?;
        let Some(first) = tasks.first().map(|entry| entry.task) else { return Ok(false) };
        self.writer.write(Event::TaskTaken { worker: self.worker, first, count: tasks.len() as u32 })?;
        for (n, entry) in tasks.iter().enumerate() {
            self.meter.end_phase(Phase::Other, self.writer.now());
            match self.do_task(*entry, last && n + 1 == tasks.len()) {
                Ok(()) => {}
                Err(Left::Unheard(error)) => return Err(error.into()),
                Err(Left::Failed(error)) => {
                    self.give_up(&tasks[n..], &error)?;
                    break;
                }
            }
        }
        Ok(true)
    }

    /// The first task failed; as in CPython's `Pool.map`, the others of its record are not run.
    fn give_up(&mut self, tasks: &[QueueEntry], error: &io::Error) -> nix::Result<()> {
        let (worker, task) = (self.worker, tasks[0].task);
        let now = self.writer.now();
        self.writer.buffer(now, Event::TaskFailed { worker, task, error: SafeText::new(&error.to_string()) });
        if let [_, next, ..] = tasks {
            self.writer.buffer(now, Event::TasksAbandoned { first: next.task, count: tasks.len() as u32 - 1 });
        }
        self.writer.flush()
    }

    fn do_task(&mut self, entry: QueueEntry, last: bool) -> Result<(), Left> {
        let (worker, task) = (self.worker, entry.task);
        let payload = self.load(entry)?;
        let bytes = std::mem::size_of_val(payload.numbers()) as u64;
        let now = self.writer.now();
        self.writer
            .buffer(now, Event::TaskLoaded { worker, task, bytes, cpu_ns: self.meter.take_charged(Phase::Load) });
        self.writer.flush()?;

        let sum = self.compute(task, payload.numbers())?;
        let now = self.writer.now();
        if last {
            self.meter.charge(now);
        }
        self.writer.buffer(now, Event::TaskFinished { worker, task, sum, cpu_ns: self.meter.take_charged(Phase::Add) });
        if !payload.is_small() {
            self.writer.flush()?;
        }
        drop(payload);
        self.writer.buffer(self.writer.now(), Event::TaskReleased { worker, task });
        Ok(self.writer.flush()?)
    }

    /// The task's numbers, really written.
    fn load(&mut self, entry: QueueEntry) -> Result<Payload, Left> {
        let mut payload = Payload::allocate(entry.part.len as usize).map_err(Left::Failed)?;
        if !payload.is_small() && !std::mem::replace(&mut self.takes_much, true) {
            raise_oom_score();
        }
        let mut next = entry.part.start as i64;
        for stretch in payload.numbers_mut().chunks_mut(ROUNDS_AT_A_TIME as usize) {
            for number in stretch {
                *number = next;
                next += 1;
            }
            self.breathe(Phase::Load)?;
        }
        Ok(payload)
    }

    /// Adds the numbers in equal parts with an I/O operation between each two.
    fn compute(&mut self, task: TaskId, numbers: &[i64]) -> Result<i64, Left> {
        let parts = self.config.io as usize + 1;
        let mut sum = 0;
        let mut done = 0;
        for part in 1..=parts {
            let end = numbers.len() * part / parts;
            for stretch in numbers[done..end].chunks(self.stretch) {
                sum += add(stretch, self.config.rounds);
                done += stretch.len();
                let now = self.breathe(Phase::Add)?;
                if now - self.progressed >= PROGRESS_EVERY {
                    self.progress(now, task, done, numbers.len())?;
                }
            }
            if part < parts {
                self.wait_for_io()?;
            }
        }
        Ok(sum)
    }

    fn progress(&mut self, now: Nanos, task: TaskId, done: usize, of: usize) -> nix::Result<()> {
        self.progressed = now;
        let ppm = (done as u128 * 1_000_000 / of as u128) as u32;
        let cpu_ns = self.meter.take_charged(Phase::Add);
        self.writer.buffer(now, Event::TaskProgressed { worker: self.worker, task, ppm, cpu_ns });
        self.writer.flush()
    }

    /// A look at the clock, and at whether another thread wants to compute. Returns the time.
    fn breathe(&mut self, phase: Phase) -> nix::Result<Nanos> {
        let now = self.writer.now();
        self.meter.end_phase(phase, now);
        if !self.gil.is_some_and(Gil::is_requested) {
            return Ok(now);
        }
        self.meter.charge(now);
        self.drop_gil(None)?;
        self.take_gil(None)?;
        let now = self.writer.now();
        self.meter.resume(now);
        Ok(now)
    }

    fn wait_for_io(&mut self) -> Result<(), Left> {
        let worker = self.worker;
        let now = self.writer.now();
        self.meter.end_phase(Phase::Other, now);
        self.meter.charge(now);
        self.drop_gil(Some(Event::IoStarted { worker }))?;
        let result = self.perform();
        self.take_gil(Some(Event::IoFinished { worker }))?;
        self.meter.resume(self.writer.now());
        result.map_err(Left::Failed)
    }

    fn perform(&mut self) -> io::Result<()> {
        if self.io.is_none() {
            self.io = Some(Io::open(self.config, self.worker)?);
        }
        self.io.as_mut().map_or(Ok(()), Io::perform)
    }

    /// Says what happens, and lets another thread of the process compute. The lock is kept while the events are written.
    fn drop_gil(&mut self, why: Option<Event>) -> nix::Result<()> {
        let now = self.writer.now();
        if let Some(event) = why {
            self.writer.buffer(now, event);
        }
        let Some(gil) = self.gil else { return self.writer.flush() };
        self.writer.buffer(now, Event::GilReleased { worker: self.worker });
        self.writer.flush()?;
        gil.release(self.worker);
        Ok(())
    }

    /// Waits until this thread may compute, then says what had happened before, and that it may.
    fn take_gil(&mut self, before: Option<Event>) -> nix::Result<()> {
        if let Some(event) = before {
            self.writer.buffer(self.writer.now(), event);
        }
        if let Some(gil) = self.gil {
            gil.acquire(self.worker);
            self.writer.buffer(self.writer.now(), Event::GilAcquired { worker: self.worker });
        }
        self.writer.flush()
    }
}

/// Takes one record from standard input: at most `chunk` tasks, none at the end of the queue.
fn take(chunk: u32) -> Result<Vec<QueueEntry>, WorkerError> {
    let mut text = vec![0; chunk.min(Workload::MAX_TASKS) as usize * QueueEntry::BYTES];
    let mut filled = 0;
    loop {
        filled += match read(stdin(), &mut text[filled..]) {
            Ok(0) if filled.is_multiple_of(QueueEntry::BYTES) => break,
            Ok(0) => return Err(WorkerError::InvalidTask(String::from_utf8_lossy(&text[..filled]).trim().into())),
            Ok(n) => n,
            Err(Errno::EINTR) => 0,
            Err(error) => return Err(error.into()),
        };
        // Whole tasks, as the queue hands them out. A pipe, when run by hand, may hand out less.
        if filled > 0 && filled.is_multiple_of(QueueEntry::BYTES) {
            break;
        }
    }
    let entry = |text: &[u8]| {
        QueueEntry::read(text).ok_or_else(|| WorkerError::InvalidTask(String::from_utf8_lossy(text).trim().into()))
    };
    text[..filled].chunks(QueueEntry::BYTES).map(entry).collect()
}
