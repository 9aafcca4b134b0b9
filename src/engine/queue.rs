//! The task queue: a file of fixed-size entries and a shared read offset.
//!
//! All workers of a lane have the same open file as standard input. The kernel advances its offset under a lock, so
//! each entry is delivered once, in order, and the offset counts the tasks taken.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::fd::AsRawFd;
use std::panic::resume_unwind;
use std::process::Stdio;
use std::thread::{self, Builder};

use nix::sys::memfd::{MFdFlags, memfd_create};
use thiserror::Error;

use crate::event::TaskId;
use crate::event::workload::{NumberRange, QueueEntry};
use crate::system::call_error::CallError;

/// All tasks of a run, in an anonymous file in memory.
pub struct TaskFile(File);

impl TaskFile {
    /// Writes the tasks to a new file.
    pub fn new(parts: &[NumberRange]) -> Result<Self, CallError> {
        let file = memfd_create(c"mpviz-queue", MFdFlags::MFD_CLOEXEC).map_err(CallError::in_call("memfd_create"))?;
        let mut file = File::from(file);
        let mut text = Vec::with_capacity(parts.len() * QueueEntry::ENTRY_BYTES);
        for (n, part) in parts.iter().enumerate() {
            QueueEntry { task: TaskId(n as u32), part: *part }.write(&mut text);
        }
        file.write_all(&text).map_err(CallError::in_call("write to a memfd"))?;
        Ok(Self(file))
    }

    /// Opens a queue at the first task.
    ///
    /// The file is opened anew: the kernel does not lock the offset of the descriptor that `memfd_create` returns, so
    /// that concurrent readers of it get duplicates.
    pub fn open_queue(&self) -> io::Result<Queue> {
        reopen(&self.0, File::options().read(true)).map(Queue)
    }
}

/// Opens a file again, with an offset of its own that the kernel locks.
pub(super) fn reopen(file: &File, options: &OpenOptions) -> io::Result<File> {
    options.open(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

/// What [`TaskFile::open_queue`] does, for messages.
pub(super) const REOPEN_CALL: &str = "open of /proc/self/fd";

/// An open queue; clones share its offset.
pub struct Queue(File);

impl Queue {
    /// Moves the offset to a task.
    pub fn skip_to_task(mut self, task: TaskId) -> io::Result<Self> {
        self.0.seek(SeekFrom::Start(task.index() as u64 * QueueEntry::ENTRY_BYTES as u64))?;
        Ok(self)
    }

    /// Returns the number of tasks before the offset.
    pub fn taken_count(&self) -> io::Result<u32> {
        Ok(((&self.0).stream_position()? / QueueEntry::ENTRY_BYTES as u64) as u32)
    }

    /// Duplicates the descriptor; the offset is shared.
    pub fn try_clone(&self) -> io::Result<Self> {
        self.0.try_clone().map(Self)
    }
}

impl From<Queue> for Stdio {
    fn from(queue: Queue) -> Self {
        queue.0.into()
    }
}

/// Errors of [`delivers_each_task_once`].
#[derive(Debug, Error)]
pub enum QueueTestError {
    /// A queue could not be created or read.
    #[error(transparent)]
    File(#[from] CallError),
    /// A reader thread could not be started.
    #[error("no threads could be started for the test: {0}")]
    Threads(io::Error),
}

/// Tests whether a queue delivers each of `tasks` once and in order to concurrent readers.
pub fn delivers_each_task_once(tasks: u32, readers: usize) -> Result<bool, QueueTestError> {
    let queue = TaskFile::new(&vec![NumberRange { start: 0, len: 1 }; tasks as usize])?;
    let queue = queue.open_queue().map_err(CallError::in_call(REOPEN_CALL))?;
    let in_read = CallError::in_call("read of a memfd");
    let readers = (0..readers).map(|_| queue.try_clone()).collect::<io::Result<Vec<_>>>().map_err(&in_read)?;
    let taken: Result<Vec<Vec<u32>>, QueueTestError> = thread::scope(|scope| {
        let spawn_reader = |reader: Queue| Builder::new().spawn_scoped(scope, move || read_all(reader.0));
        let threads: Vec<_> =
            readers.into_iter().map(spawn_reader).collect::<Result<_, _>>().map_err(QueueTestError::Threads)?;
        let taken = threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        Ok(taken.collect::<io::Result<_>>().map_err(&in_read)?)
    });
    let taken = taken?;
    let in_order = taken.iter().all(|tasks_read| tasks_read.is_sorted());
    let mut all = taken.concat();
    all.sort_unstable();
    Ok(in_order && all.into_iter().eq(0..tasks) && queue.taken_count().map_err(&in_read)? == tasks)
}

fn read_all(mut queue: File) -> io::Result<Vec<u32>> {
    let mut tasks_read = Vec::new();
    let mut text = [0; QueueEntry::ENTRY_BYTES];
    while queue.read(&mut text)? == QueueEntry::ENTRY_BYTES {
        tasks_read.extend(QueueEntry::read(&text).map(|entry| entry.task.0));
    }
    Ok(tasks_read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_readers_get_two_million_entries_once_and_in_order() {
        assert!(delivers_each_task_once(2_000_000, 8).unwrap());
    }

    #[test]
    fn a_queue_starts_at_the_task_skipped_to() {
        let file = TaskFile::new(&[NumberRange { start: 0, len: 2 }, NumberRange { start: 2, len: 1 }]).unwrap();
        let mut queue = file.open_queue().unwrap().skip_to_task(TaskId(1)).unwrap();
        let mut text = [0; QueueEntry::ENTRY_BYTES];
        queue.0.read_exact(&mut text).unwrap();
        assert_eq!(QueueEntry::read(&text).unwrap().part, NumberRange { start: 2, len: 1 });
        assert_eq!(file.open_queue().unwrap().taken_count().unwrap(), 0);
    }
}
