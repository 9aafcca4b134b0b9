//! What a worker does with a record: take it, and for each of its tasks load, add, report and release.

use std::io;

use nix::errno::Errno;
use nix::unistd::read;
use rustix::stdio::stdin;

use super::add::add;
use super::gil::Gil;
use super::io::Io;
use super::life::offer_to_go_first;
use super::meter::{Meter, Phase};
use super::payload::Payload;
use super::voice::Voice;
use super::{Orders, WorkerError};
use crate::event::text::SafeText;
use crate::event::workload::{QueueEntry, Workload};
use crate::event::{Event, Nanos, TaskId, WorkerId};

/// At least so much time lies between two [`Event::TaskProgressed`] of a worker.
const PROGRESS_EVERY: Nanos = 100_000_000;
/// Rounds between two looks at the clock and the GIL: some 50 µs.
const ROUNDS_AT_A_TIME: u32 = 32_768;

/// A worker thread's place: its orders, its lock, its voice and what is under way.
pub(super) struct Desk<'a> {
    pub(super) orders: &'a Orders,
    gil: Option<&'a Gil>,
    worker: WorkerId,
    pub(super) voice: Voice,
    meter: Meter,
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

impl<'a> Desk<'a> {
    pub(super) fn new(orders: &'a Orders, gil: Option<&'a Gil>, worker: WorkerId) -> Self {
        let voice = Voice::new(orders);
        let now = voice.now();
        let stretch = (ROUNDS_AT_A_TIME / (orders.rounds + 1)).max(1) as usize;
        Self {
            orders,
            gil,
            worker,
            voice,
            meter: Meter::start(now),
            io: None,
            stretch,
            progressed: now,
            takes_much: false,
        }
    }

    /// Ready for the first record.
    pub(super) fn open(&mut self) -> nix::Result<()> {
        self.voice.say(Event::WorkerReady { worker: self.worker })?;
        self.take_gil(None)
    }

    /// No record is left.
    pub(super) fn close(&mut self) -> nix::Result<()> {
        self.drop_gil(None)
    }

    /// Does the next record. False at the end of the queue; `last` if the worker will take no other one.
    pub(super) fn do_record(&mut self, last: bool) -> Result<bool, WorkerError> {
        let tasks = take(self.orders.chunk)?;
        let Some(first) = tasks.first().map(|entry| entry.task) else { return Ok(false) };
        self.voice.say(Event::TaskTaken { worker: self.worker, first, count: tasks.len() as u32 })?;
        for (n, entry) in tasks.iter().enumerate() {
            self.meter.end(Phase::Rest, self.voice.now());
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
        let now = self.voice.now();
        self.voice.note(now, Event::TaskFailed { worker, task, error: SafeText::new(&error.to_string()) });
        if let [_, next, ..] = tasks {
            self.voice.note(now, Event::TasksAbandoned { first: next.task, count: tasks.len() as u32 - 1 });
        }
        self.voice.speak()
    }

    fn do_task(&mut self, entry: QueueEntry, last: bool) -> Result<(), Left> {
        let (worker, task) = (self.worker, entry.task);
        let payload = self.load(entry)?;
        let bytes = std::mem::size_of_val(payload.numbers()) as u64;
        let now = self.voice.now();
        self.voice.note(now, Event::TaskLoaded { worker, task, bytes, cpu_ns: self.meter.take(Phase::Load) });
        self.voice.speak()?;

        let sum = self.compute(task, payload.numbers())?;
        let now = self.voice.now();
        if last {
            self.meter.settle(now);
        }
        self.voice.note(now, Event::TaskFinished { worker, task, sum, cpu_ns: self.meter.take(Phase::Add) });
        if !payload.is_small() {
            self.voice.speak()?;
        }
        drop(payload);
        self.voice.note(self.voice.now(), Event::TaskReleased { worker, task });
        Ok(self.voice.speak()?)
    }

    /// The task's numbers, really written.
    fn load(&mut self, entry: QueueEntry) -> Result<Payload, Left> {
        let mut payload = Payload::allocate(entry.part.len as usize).map_err(Left::Failed)?;
        if !payload.is_small() && !std::mem::replace(&mut self.takes_much, true) {
            offer_to_go_first();
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
        let parts = self.orders.io as usize + 1;
        let mut sum = 0;
        let mut done = 0;
        for part in 1..=parts {
            let end = numbers.len() * part / parts;
            for stretch in numbers[done..end].chunks(self.stretch) {
                sum += add(stretch, self.orders.rounds);
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
        let cpu_ns = self.meter.take(Phase::Add);
        self.voice.note(now, Event::TaskProgressed { worker: self.worker, task, ppm, cpu_ns });
        self.voice.speak()
    }

    /// A look at the clock, and at whether another thread wants to compute. Returns the time.
    fn breathe(&mut self, phase: Phase) -> nix::Result<Nanos> {
        let now = self.voice.now();
        self.meter.end(phase, now);
        if !self.gil.is_some_and(Gil::is_asked_for) {
            return Ok(now);
        }
        self.meter.settle(now);
        self.drop_gil(None)?;
        self.take_gil(None)?;
        let now = self.voice.now();
        self.meter.resume(now);
        Ok(now)
    }

    fn wait_for_io(&mut self) -> Result<(), Left> {
        let worker = self.worker;
        let now = self.voice.now();
        self.meter.end(Phase::Rest, now);
        self.meter.settle(now);
        self.drop_gil(Some(Event::IoStarted { worker }))?;
        let result = self.operate();
        self.take_gil(Some(Event::IoFinished { worker }))?;
        self.meter.resume(self.voice.now());
        result.map_err(Left::Failed)
    }

    fn operate(&mut self) -> io::Result<()> {
        if self.io.is_none() {
            self.io = Some(Io::open(self.orders, self.worker)?);
        }
        self.io.as_mut().map_or(Ok(()), Io::operate)
    }

    /// Says what happens, and lets another thread of the process compute. The lock is kept while the events are written.
    fn drop_gil(&mut self, why: Option<Event>) -> nix::Result<()> {
        let now = self.voice.now();
        if let Some(event) = why {
            self.voice.note(now, event);
        }
        let Some(gil) = self.gil else { return self.voice.speak() };
        self.voice.note(now, Event::GilReleased { worker: self.worker });
        self.voice.speak()?;
        gil.release(self.worker);
        Ok(())
    }

    /// Waits until this thread may compute, then says what had happened before, and that it may.
    fn take_gil(&mut self, before: Option<Event>) -> nix::Result<()> {
        if let Some(event) = before {
            self.voice.note(self.voice.now(), event);
        }
        if let Some(gil) = self.gil {
            gil.acquire(self.worker);
            self.voice.note(self.voice.now(), Event::GilAcquired { worker: self.worker });
        }
        self.voice.speak()
    }
}

/// Takes one record from standard input: at most `chunk` tasks, none at the end of the queue.
fn take(chunk: u32) -> Result<Vec<QueueEntry>, WorkerError> {
    let mut text = vec![0; chunk.min(Workload::MAX_TASKS) as usize * QueueEntry::BYTES];
    let mut filled = 0;
    loop {
        filled += match read(stdin(), &mut text[filled..]) {
            Ok(0) if filled.is_multiple_of(QueueEntry::BYTES) => break,
            Ok(0) => return Err(WorkerError::Task(String::from_utf8_lossy(&text[..filled]).trim().into())),
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
        QueueEntry::read(text).ok_or_else(|| WorkerError::Task(String::from_utf8_lossy(text).trim().into()))
    };
    text[..filled].chunks(QueueEntry::BYTES).map(entry).collect()
}
