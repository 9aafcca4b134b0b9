//! Finds the ring files of new processes.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use super::super::record::{ReportingProcess, SECOND_EXTENSION};
use crate::system::shortage::open_within_hard_limit;

/// How long changes of the directory may have the same time stamp, in ns: file systems use a clock that ticks every
/// 10 ms at worst.
const STAMP_GRANULARITY_NS: u64 = 20_000_000;

/// The ring files in a directory.
#[derive(Debug)]
pub(super) struct Discovery {
    dir: PathBuf,
    known: BTreeSet<ReportingProcess>,
    /// Time stamp of the directory's latest change.
    changed: Option<(i64, i64)>,
    /// From this time on, no further change has that time stamp.
    settled: u64,
    /// Time of the latest listing.
    listed: u64,
}

impl Discovery {
    pub(super) fn new(dir: PathBuf) -> Self {
        Self { dir, known: BTreeSet::new(), changed: None, settled: 0, listed: 0 }
    }

    /// The processes whose first ring file was created since the last call. Lists the directory only if it has changed.
    pub(super) fn new_processes(&mut self, clock: impl Fn() -> u64) -> Vec<ReportingProcess> {
        let changed = fs::metadata(&self.dir).ok().map(|dir| (dir.mtime(), dir.mtime_nsec()));
        // Not before: the thread may have been held up until the directory changed.
        let now = clock();
        if changed != self.changed {
            self.changed = changed;
            self.settled = now + STAMP_GRANULARITY_NS;
        } else if self.listed >= self.settled {
            return Vec::new();
        }
        let Ok(entries) = open_within_hard_limit(|| fs::read_dir(&self.dir)) else {
            self.changed = None;
            return Vec::new();
        };
        self.listed = now;
        let names = entries.flatten().map(|entry| entry.file_name());
        let found = names.filter_map(|name| ReportingProcess::of_file_name(name.to_str()?));
        found.filter(|process| self.known.insert(*process)).collect()
    }

    /// Deletes the ring files of a process that has ended.
    pub(super) fn delete_files(&mut self, process: ReportingProcess) {
        let path = self.dir.join(process.file_name());
        // What cannot be deleted now is deleted with the directory.
        let _ = fs::remove_file(path.with_extension(SECOND_EXTENSION));
        if fs::remove_file(path).is_ok() {
            self.known.remove(&process);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{FileTimes, OpenOptions};

    use super::*;

    #[test]
    fn ring_file_is_found_late_although_the_directory_seems_unchanged() {
        let dir = tempfile::tempdir().unwrap();
        let mut discovery = Discovery::new(dir.path().to_owned());
        let create = |pid: u32| {
            let process = ReportingProcess { pid, start: 1 };
            OpenOptions::new().create(true).append(true).open(dir.path().join(process.file_name())).unwrap();
            process
        };
        let first = create(1);
        assert_eq!(discovery.new_processes(|| 0), [first]);
        let changed = fs::metadata(dir.path()).unwrap().modified().unwrap();
        let second = create(2);
        fs::File::open(dir.path()).unwrap().set_times(FileTimes::new().set_modified(changed)).unwrap();
        assert_eq!(discovery.new_processes(|| 10 * STAMP_GRANULARITY_NS), [second]);
    }
}
