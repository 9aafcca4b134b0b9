//! The queue: a file of fixed-size entries and a shared read offset.
//!
//! Every worker of a lane has the same open file as its standard input. The kernel moves the offset under a lock, so
//! each entry is handed out once, in order, and the offset says at any time how many have been taken.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::os::fd::AsRawFd;
use std::process::Stdio;

use nix::sys::memfd::{MFdFlags, memfd_create};

use crate::event::TaskId;
use crate::workload::{Entry, Part};

/// All tasks of a run, in memory, without a name in the file system.
pub struct TaskFile(File);

impl TaskFile {
    /// Writes the tasks.
    ///
    /// # Errors
    /// When the system has no memory for them.
    pub fn new(parts: &[Part]) -> io::Result<Self> {
        let mut file = File::from(memfd_create(c"mpviz-queue", MFdFlags::MFD_CLOEXEC)?);
        let mut text = Vec::with_capacity(parts.len() * Entry::BYTES);
        for (n, part) in parts.iter().enumerate() {
            Entry { task: TaskId(n as u32), part: *part }.write(&mut text);
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
    pub fn queue(&self) -> io::Result<Queue> {
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
        self.0.seek(SeekFrom::Start(task.index() as u64 * Entry::BYTES as u64))?;
        Ok(self)
    }

    /// How many tasks lie before the offset.
    ///
    /// # Errors
    /// When the system refuses, which it does not for a file in memory.
    pub fn taken(&self) -> io::Result<u32> {
        Ok(((&self.0).stream_position()? / Entry::BYTES as u64) as u32)
    }

    /// The same queue again.
    ///
    /// # Errors
    /// When no descriptor is left.
    pub fn share(&self) -> io::Result<Self> {
        self.0.try_clone().map(Self)
    }
}

impl From<Queue> for Stdio {
    fn from(queue: Queue) -> Self {
        queue.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn eight_readers_take_two_million_entries_each_once_and_in_order() {
        const TASKS: u32 = 2_000_000;
        let parts = vec![Part { start: 0, len: 1 }; TASKS as usize];
        let queue = TaskFile::new(&parts).unwrap().queue().unwrap();
        let taken: Vec<Vec<u32>> = std::thread::scope(|scope| {
            let readers: Vec<_> = (0..8)
                .map(|_| {
                    let mut file = queue.share().unwrap().0;
                    scope.spawn(move || {
                        let mut mine = Vec::new();
                        let mut text = [0; Entry::BYTES];
                        while file.read(&mut text).unwrap() == Entry::BYTES {
                            mine.push(Entry::read(&text).unwrap().task.0);
                        }
                        mine
                    })
                })
                .collect();
            readers.into_iter().map(|reader| reader.join().unwrap()).collect()
        });
        assert!(taken.iter().all(|mine| mine.is_sorted()));
        let mut all = taken.concat();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..TASKS));
        assert_eq!(queue.taken().unwrap(), TASKS);
    }

    #[test]
    fn a_queue_of_its_own_begins_where_it_is_told() {
        let file = TaskFile::new(&[Part { start: 0, len: 2 }, Part { start: 2, len: 1 }]).unwrap();
        let mut own = file.queue().unwrap().skip_to(TaskId(1)).unwrap();
        let mut text = [0; Entry::BYTES];
        own.0.read_exact(&mut text).unwrap();
        assert_eq!(Entry::read(&text).unwrap().part, Part { start: 2, len: 1 });
        assert_eq!(file.queue().unwrap().taken().unwrap(), 0);
    }
}
