//! Whether I/O of kind disk would really be I/O.

use std::path::Path;

use nix::sys::statfs::{FsType, TMPFS_MAGIC, statfs};

use super::RunSpec;
use crate::event::text::display_path;
use crate::event::workload::IoKind;

/// The older sibling of tmpfs (`include/uapi/linux/magic.h`).
const RAMFS_MAGIC: FsType = FsType(0x8584_58f6);

/// Whether the I/O that is asked for, if any, can be done.
///
/// # Errors
/// A sentence that says why not.
pub fn check_disk_io(spec: &RunSpec) -> Result<(), String> {
    let workload = &spec.workload;
    if workload.io > 0 && workload.io_kind == IoKind::Disk { check_dir(&spec.io_dir) } else { Ok(()) }
}

/// Whether files of this directory lie on a disk.
fn check_dir(dir: &Path) -> Result<(), String> {
    let name = display_path(dir);
    if !dir.is_dir() {
        return Err(format!("--io-dir {name} is not a directory"));
    }
    let kind = statfs(dir).map_err(|error| format!("--io-dir {name} cannot be looked at: {error}"))?.filesystem_type();
    if kind == TMPFS_MAGIC || kind == RAMFS_MAGIC {
        return Err(format!(
            "--io-dir {name} lies in memory, where nothing waits for a disk; name a directory on a disk"
        ));
    }
    let writable = nix::unistd::access(dir, nix::unistd::AccessFlags::W_OK);
    writable.map_err(|_| format!("--io-dir {name} cannot be written to"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_no_disk_and_a_file_no_directory() {
        assert!(check_dir(Path::new("/dev/shm")).unwrap_err().contains("lies in memory"));
        assert!(check_dir(Path::new("/proc/self/exe")).unwrap_err().contains("not a directory"));
        assert_eq!(check_dir(Path::new(env!("CARGO_MANIFEST_DIR"))), Ok(()));
    }
}
