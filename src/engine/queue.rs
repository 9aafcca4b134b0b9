//! The queue: a file of fixed-size entries and a shared read offset.
//!
//! Every worker of a lane has the same open file as its standard input. The kernel moves the offset under a lock, so
//! each entry is handed out once, in order, and the offset says at any time how many have been taken.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::fd::AsRawFd;
use std::panic::resume_unwind;
use std::process::Stdio;
use std::thread::{self, Builder};

use nix::sys::memfd::{MFdFlags, memfd_create};
use thiserror::Error;

use crate::event::TaskId;
use crate::event::workload::{Part, QueueEntry};

/// All tasks of a run, in memory, without a name in the file system.
pub struct TaskFile(File);

impl TaskFile {
    /// Writes the tasks.
    ///
    /// # Errors
    /// When the system has no memory for them.
    pub fn new(parts: &[Part]) -> io::Result<Self> {
        let mut file = File::from(memfd_create(c"mpviz-queue", MFdFlags::MFD_CLOEXEC)?);
        let mut text = Vec::with_capacity(parts.len() * QueueEntry::BYTES);
        for (n, part) in parts.iter().enumerate() {
            QueueEntry { task: TaskId(n as u32), part: *part }.write(&mut text);
        }
        file.write_all(&text)?;
        Ok(Self(file))
    }

    /// A queue of all tasks, at its beginning.
    ///
    /// It is the file opened anew: the offset of the descriptor that `memfd_create` returns is not locked, and concurrent
    /// readers of that one get entries twice.
    ///
    /// # Errors
    /// When no descriptor is left.
    pub fn open_queue(&self) -> io::Result<Queue> {
        Ok(Queue(File::open(format!("/proc/self/fd/{}", self.0.as_raw_fd()))?))
    }
}

/// An open queue; clones of it share the offset.
pub struct Queue(File);

impl Queue {
    /// The queue, moved to a task.
    ///
    /// # Errors
    /// When the system refuses, which it does not for a file in memory.
    pub fn skip_to(mut self, task: TaskId) -> io::Result<Self> {
        self.0.seek(SeekFrom::Start(task.index() as u64 * QueueEntry::BYTES as u64))?;
        Ok(self)
    }

    /// How many tasks lie before the offset.
    ///
    /// # Errors
    /// When the system refuses, which it does not for a file in memory.
    pub fn taken_count(&self) -> io::Result<u32> {
        Ok(((&self.0).stream_position()? / QueueEntry::BYTES as u64) as u32)
    }

    /// The same queue again.
    ///
    /// # Errors
    /// When no descriptor is left.
    pub fn try_clone(&self) -> io::Result<Self> {
        self.0.try_clone().map(Self)
    }
}

impl From<Queue> for Stdio {
    fn from(queue: Queue) -> Self {
        queue.0.into()
    }
}

/// Why a queue could not be tried.
#[derive(Debug, Error)]
pub enum QueueTestError {
    /// The system refuses what a queue is made of.
    #[error("no file in memory can be opened again: {0}")]
    File(#[from] io::Error),
    /// There is nobody to read it.
    #[error("there are no threads to try it with: {0}")]
    Threads(io::Error),
}

/// Whether a queue of so many tasks hands each of them out once and in order, here, to so many readers at a time.
///
/// # Errors
/// When that cannot be tried.
pub fn delivers_each_task_once(tasks: u32, readers: usize) -> Result<bool, QueueTestError> {
    let queue = TaskFile::new(&vec![Part { start: 0, len: 1 }; tasks as usize])?.open_queue()?;
    let readers = (0..readers).map(|_| queue.try_clone()).collect::<io::Result<Vec<_>>>()?;
    let taken: Result<Vec<Vec<u32>>, QueueTestError> = thread::scope(|scope| {
        let start = |reader: Queue| Builder::new().spawn_scoped(scope, move || take_all(reader.0));
        let threads: Vec<_> =
            readers.into_iter().map(start).collect::<Result<_, _>>().map_err(QueueTestError::Threads)?;
        let taken = threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        Ok(taken.collect::<io::Result<_>>()?)
    });
    let taken = taken?;
    let in_order = taken.iter().all(|mine| mine.is_sorted());
    let mut all = taken.concat();
    all.sort_unstable();
    Ok(in_order && all.into_iter().eq(0..tasks) && queue.taken_count()? == tasks)
}

fn take_all(mut queue: File) -> io::Result<Vec<u32>> {
    let mut mine = Vec::new();
    let mut text = [0; QueueEntry::BYTES];
    while queue.read(&mut text)? == QueueEntry::BYTES {
        mine.extend(QueueEntry::read(&text).map(|entry| entry.task.0));
    }
    Ok(mine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_readers_take_two_million_entries_each_once_and_in_order() {
        assert!(delivers_each_task_once(2_000_000, 8).unwrap());
    }

    #[test]
    fn a_queue_of_its_own_begins_where_it_is_told() {
        let file = TaskFile::new(&[Part { start: 0, len: 2 }, Part { start: 2, len: 1 }]).unwrap();
        let mut own = file.open_queue().unwrap().skip_to(TaskId(1)).unwrap();
        let mut text = [0; QueueEntry::BYTES];
        own.0.read_exact(&mut text).unwrap();
        assert_eq!(QueueEntry::read(&text).unwrap().part, Part { start: 2, len: 1 });
        assert_eq!(file.open_queue().unwrap().taken_count().unwrap(), 0);
    }
}
