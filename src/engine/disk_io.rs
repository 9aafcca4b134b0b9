//! Checks that the directory for I/O of kind `disk` is on a disk.

use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::sys::statfs::{FsType, TMPFS_MAGIC, statfs};
use thiserror::Error;

use super::RunSpec;
use crate::event::text::display_path;
use crate::event::workload::IoKind;
use crate::text;

/// `RAMFS_MAGIC` of Linux' `include/uapi/linux/magic.h`.
const RAMFS_MAGIC: FsType = FsType(0x8584_58f6);

/// Errors in the directory for disk I/O.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum DiskIoError {
    #[error("{}", text!("io-dir-not-a-directory", dir = display_path(.0)))]
    NotADirectory(PathBuf),
    #[error("{}", text!("io-dir-unreadable", dir = display_path(.0), error = .1.to_string()))]
    Unreadable(PathBuf, Errno),
    #[error("{}", text!("io-dir-in-memory", dir = display_path(.0)))]
    InMemory(PathBuf),
    #[error("{}", text!("io-dir-not-writable", dir = display_path(.0)))]
    NotWritable(PathBuf),
}

/// Checks that the disk I/O of a run, if any, is possible in its directory.
pub fn check_disk_io(spec: &RunSpec) -> Result<(), DiskIoError> {
    let workload = &spec.workload;
    if workload.io > 0 && workload.io_kind == IoKind::Disk { check_dir(&spec.io_dir) } else { Ok(()) }
}

fn check_dir(dir: &Path) -> Result<(), DiskIoError> {
    if !dir.is_dir() {
        return Err(DiskIoError::NotADirectory(dir.into()));
    }
    let file_system = statfs(dir).map_err(|errno| DiskIoError::Unreadable(dir.into(), errno))?.filesystem_type();
    if file_system == TMPFS_MAGIC || file_system == RAMFS_MAGIC {
        return Err(DiskIoError::InMemory(dir.into()));
    }
    let writable = nix::unistd::access(dir, nix::unistd::AccessFlags::W_OK);
    writable.map_err(|_| DiskIoError::NotWritable(dir.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_file_systems_and_files_are_rejected() {
        let check = |path: &str| check_dir(Path::new(path));
        assert_eq!(check("/dev/shm"), Err(DiskIoError::InMemory("/dev/shm".into())));
        assert_eq!(check("/proc/self/exe"), Err(DiskIoError::NotADirectory("/proc/self/exe".into())));
        assert_eq!(check(env!("CARGO_MANIFEST_DIR")), Ok(()));
    }
}
