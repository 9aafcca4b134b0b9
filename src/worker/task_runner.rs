//! Processing of a record: read it, and load, add, report and release each of its tasks.

use std::io;

use nix::errno::Errno;
use nix::unistd::read;
use rustix::stdio::stdin;

use super::compute::add_numbers_with_cost;
use super::event_writer::EventWriter;
use super::gil::Gil;
use super::io::IoResource;
use super::meter::{CpuMeter, WorkPhase};
use super::payload::TaskPayload;
use super::process_setup::raise_oom_score;
use super::{WorkerConfig, WorkerError};
use crate::event::text::SafeText;
use crate::event::workload::{QueueEntry, Workload};
use crate::event::{Event, Nanos, TaskId, WorkerId};

/// Minimum time between two [`Event::TaskProgressed`] of a worker, in ns.
const PROGRESS_INTERVAL: Nanos = 100_000_000;
/// Rounds between two checks of the clock and the GIL, about 50 µs.
const ROUNDS_PER_CHECK: u32 = 32_768;

/// The state of one worker thread.
pub(super) struct TaskRunner<'a> {
    pub(super) config: &'a WorkerConfig,
    gil: Option<&'a Gil>,
    worker: WorkerId,
    pub(super) writer: EventWriter,
    meter: CpuMeter,
    io: Option<IoResource>,
    /// Numbers added between two checks of the clock and the GIL.
    numbers_per_slice: usize,
    last_progress_at: Nanos,
    /// Whether the OOM score has been raised, for the first large payload.
    oom_score_raised: bool,
}

/// Errors that end a task.
enum TaskError {
    /// The task failed; the worker continues with its next record.
    Failed(io::Error),
    /// An event could not be written; the worker ends.
    WriteFailed(Errno),
}

impl From<Errno> for TaskError {
    fn from(error: Errno) -> Self {
        Self::WriteFailed(error)
    }
}

impl<'a> TaskRunner<'a> {
    pub(super) fn new(config: &'a WorkerConfig, gil: Option<&'a Gil>, worker: WorkerId) -> Self {
        let writer = EventWriter::new(config);
        let now = writer.now();
        let numbers_per_slice = (ROUNDS_PER_CHECK / (config.rounds + 1)).max(1) as usize;
        Self {
            config,
            gil,
            worker,
            writer,
            meter: CpuMeter::start(now),
            io: None,
            numbers_per_slice,
            last_progress_at: now,
            oom_score_raised: false,
        }
    }

    /// Reports the thread as ready and acquires the GIL.
    pub(super) fn start(&mut self) -> nix::Result<()> {
        self.writer.write(Event::WorkerReady { worker: self.worker })?;
        self.acquire_gil(None)
    }

    /// Releases the GIL after the last record.
    pub(super) fn release_gil_at_end(&mut self) -> nix::Result<()> {
        self.release_gil(None)
    }

    /// Processes the next record. `last` tells that the worker takes no further record. Returns false at the end of the
    /// queue.
    pub(super) fn run_next_record(&mut self, last: bool) -> Result<bool, WorkerError> {
        let tasks = read_record(self.config.chunk)?;
        let Some(first) = tasks.first().map(|entry| entry.task) else { return Ok(false) };
        self.writer.write(Event::TaskTaken { worker: self.worker, first, count: tasks.len() as u32, receive_ns: 0 })?;
        for (n, entry) in tasks.iter().enumerate() {
            self.meter.attribute_time_to_phase(WorkPhase::Other, self.writer.now());
            match self.run_task(*entry, last && n + 1 == tasks.len()) {
                Ok(()) => {}
                Err(TaskError::WriteFailed(error)) => return Err(error.into()),
                Err(TaskError::Failed(error)) => {
                    self.report_failure(&tasks[n..], &error)?;
                    break;
                }
            }
        }
        Ok(true)
    }

    /// Reports the failure of the first of `tasks`. As in CPython's `Pool.map`, the rest of its record is not run.
    fn report_failure(&mut self, tasks: &[QueueEntry], error: &io::Error) -> nix::Result<()> {
        let (worker, task) = (self.worker, tasks[0].task);
        let now = self.writer.now();
        self.writer.buffer_event(now, Event::TaskFailed { worker, task, error: SafeText::new(&error.to_string()) });
        if let [_, next, ..] = tasks {
            self.writer.buffer_event(now, Event::TasksAbandoned { first: next.task, count: tasks.len() as u32 - 1 });
        }
        self.writer.flush()
    }

    fn run_task(&mut self, entry: QueueEntry, last: bool) -> Result<(), TaskError> {
        let (worker, task) = (self.worker, entry.task);
        let payload = self.load_numbers(entry)?;
        let bytes = std::mem::size_of_val(payload.numbers()) as u64;
        let now = self.writer.now();
        self.writer.buffer_event(
            now,
            Event::TaskLoaded { worker, task, bytes, cpu_ns: self.meter.take_cpu_time(WorkPhase::Load) },
        );
        self.writer.flush()?;

        let sum = self.add_numbers(task, payload.numbers())?;
        let now = self.writer.now();
        if last {
            self.meter.charge_cpu_time_until(now);
        }
        self.writer.buffer_event(
            now,
            Event::TaskFinished {
                worker,
                task,
                sum: Some(sum),
                cpu_ns: self.meter.take_cpu_time(WorkPhase::Add),
                result_bytes: 0,
            },
        );
        if !payload.is_small_payload() {
            self.writer.flush()?;
        }
        drop(payload);
        self.writer.buffer_event(self.writer.now(), Event::TaskReleased { worker, task });
        Ok(self.writer.flush()?)
    }

    /// Allocates and writes the task's numbers.
    fn load_numbers(&mut self, entry: QueueEntry) -> Result<TaskPayload, TaskError> {
        let mut payload = TaskPayload::allocate(entry.part.len as usize).map_err(TaskError::Failed)?;
        if !payload.is_small_payload() && !std::mem::replace(&mut self.oom_score_raised, true) {
            raise_oom_score();
        }
        let mut next = entry.part.start as i64;
        for slice in payload.numbers_mut().chunks_mut(ROUNDS_PER_CHECK as usize) {
            for number in slice {
                *number = next;
                next += 1;
            }
            self.end_slice(WorkPhase::Load)?;
        }
        Ok(payload)
    }

    /// Adds the numbers in equal parts, with an I/O operation between two parts.
    fn add_numbers(&mut self, task: TaskId, numbers: &[i64]) -> Result<i64, TaskError> {
        let parts = self.config.io as usize + 1;
        let mut sum = 0;
        let mut done = 0;
        for part in 1..=parts {
            let end = numbers.len() * part / parts;
            for slice in numbers[done..end].chunks(self.numbers_per_slice) {
                sum += add_numbers_with_cost(slice, self.config.rounds);
                done += slice.len();
                let now = self.end_slice(WorkPhase::Add)?;
                if now - self.last_progress_at >= PROGRESS_INTERVAL {
                    self.write_task_progress(now, task, done, numbers.len())?;
                }
            }
            if part < parts {
                self.pause_for_io()?;
            }
        }
        Ok(sum)
    }

    fn write_task_progress(&mut self, now: Nanos, task: TaskId, done: usize, total: usize) -> nix::Result<()> {
        self.last_progress_at = now;
        let ppm = (done as u128 * 1_000_000 / total as u128) as u32;
        let cpu_ns = self.meter.take_cpu_time(WorkPhase::Add);
        self.writer.buffer_event(now, Event::TaskProgressed { worker: self.worker, task, ppm, cpu_ns });
        self.writer.flush()
    }

    /// Ends a slice of a phase: meters it and releases the GIL if another thread requests it. Returns the time.
    fn end_slice(&mut self, phase: WorkPhase) -> nix::Result<Nanos> {
        let now = self.writer.now();
        self.meter.attribute_time_to_phase(phase, now);
        if !self.gil.is_some_and(Gil::is_requested) {
            return Ok(now);
        }
        self.meter.charge_cpu_time_until(now);
        self.release_gil(None)?;
        self.acquire_gil(None)?;
        let now = self.writer.now();
        self.meter.resume(now);
        Ok(now)
    }

    fn pause_for_io(&mut self) -> Result<(), TaskError> {
        let worker = self.worker;
        let now = self.writer.now();
        self.meter.attribute_time_to_phase(WorkPhase::Other, now);
        self.meter.charge_cpu_time_until(now);
        self.release_gil(Some(Event::IoStarted { worker }))?;
        let result = self.perform_io();
        self.acquire_gil(Some(Event::IoFinished { worker }))?;
        self.meter.resume(self.writer.now());
        result.map_err(TaskError::Failed)
    }

    fn perform_io(&mut self) -> io::Result<()> {
        if self.io.is_none() {
            self.io = Some(IoResource::open(self.config, self.worker)?);
        }
        self.io.as_mut().map_or(Ok(()), IoResource::perform_operation)
    }

    /// Writes an event and releases the GIL. It is held while writing, so that the events are in order.
    fn release_gil(&mut self, event: Option<Event>) -> nix::Result<()> {
        let now = self.writer.now();
        if let Some(event) = event {
            self.writer.buffer_event(now, event);
        }
        let Some(gil) = self.gil else { return self.writer.flush() };
        self.writer.buffer_event(now, Event::GilReleased { worker: self.worker });
        self.writer.flush()?;
        gil.release(self.worker);
        Ok(())
    }

    /// Acquires the GIL, then writes `event`, stamped with the time of the call, and the acquisition.
    fn acquire_gil(&mut self, event: Option<Event>) -> nix::Result<()> {
        if let Some(event) = event {
            self.writer.buffer_event(self.writer.now(), event);
        }
        if let Some(gil) = self.gil {
            gil.acquire(self.worker);
            self.writer.buffer_event(self.writer.now(), Event::GilAcquired { worker: self.worker });
        }
        self.writer.flush()
    }
}

/// Reads one record from standard input: at most `chunk` tasks, none at the end of the queue.
fn read_record(chunk: u32) -> Result<Vec<QueueEntry>, WorkerError> {
    let mut text = vec![0; chunk.min(Workload::MAX_TASKS) as usize * QueueEntry::ENTRY_BYTES];
    let mut filled = 0;
    loop {
        filled += match read(stdin(), &mut text[filled..]) {
            Ok(0) if filled.is_multiple_of(QueueEntry::ENTRY_BYTES) => break,
            Ok(0) => return Err(WorkerError::InvalidTask(String::from_utf8_lossy(&text[..filled]).trim().into())),
            Ok(n) => n,
            Err(Errno::EINTR) => 0,
            Err(error) => return Err(error.into()),
        };
        // The queue returns whole tasks; a pipe, when run by hand, may return part of one.
        if filled > 0 && filled.is_multiple_of(QueueEntry::ENTRY_BYTES) {
            break;
        }
    }
    let entry = |text: &[u8]| {
        QueueEntry::read(text).ok_or_else(|| WorkerError::InvalidTask(String::from_utf8_lossy(text).trim().into()))
    };
    text[..filled].chunks(QueueEntry::ENTRY_BYTES).map(entry).collect()
}
