//! Finds the ring files of new processes.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use super::super::record::{ReportingProcess, SECOND_EXTENSION};
use crate::system::shortage::open_within_hard_limit;

/// Time for which the directory is listed again after it has changed, in ns. File systems stamp changes with a clock
/// that ticks every 10 ms at worst, so a later change may have the same time.
const STAMP_GRANULARITY_NS: u64 = 20_000_000;

/// The ring files in a directory.
#[derive(Debug)]
pub(super) struct Discovery {
    dir: PathBuf,
    known: BTreeSet<ReportingProcess>,
    /// Time stamp of the directory's latest change.
    changed: Option<(i64, i64)>,
    list_until: u64,
}

impl Discovery {
    pub(super) fn new(dir: PathBuf) -> Self {
        Self { dir, known: BTreeSet::new(), changed: None, list_until: 0 }
    }

    /// The processes whose first ring file was created since the last call. Lists the directory only if it has changed.
    pub(super) fn new_processes(&mut self, now: u64) -> Vec<ReportingProcess> {
        let changed = fs::metadata(&self.dir).ok().map(|dir| (dir.mtime(), dir.mtime_nsec()));
        if changed != self.changed {
            self.changed = changed;
            self.list_until = now + STAMP_GRANULARITY_NS;
        } else if now > self.list_until {
            return Vec::new();
        }
        let Ok(entries) = open_within_hard_limit(|| fs::read_dir(&self.dir)) else {
            self.changed = None;
            return Vec::new();
        };
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
