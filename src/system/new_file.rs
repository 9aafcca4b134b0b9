//! Files that were not there before, and what is none that can be replaced.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// So many names are tried.
const TRIES: u32 = 100;

/// Makes a file by the first of these names that no file has; `name` gives them from 0 on. `mode` is who may use it, as `chmod`
/// has it, less what the umask takes away.
///
/// # Errors
/// When it cannot be made, or all of the names are taken.
pub fn create(name: impl Fn(u32) -> PathBuf, mode: u32) -> io::Result<(PathBuf, File)> {
    for path in (0..TRIES).map(name) {
        match OpenOptions::new().write(true).create_new(true).mode(mode).open(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            made => return made.map(|file| (path, file)),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

/// Whether this is something that is written to as it is: a device such as `/dev/null`, or a pipe. It is never half there, and
/// must not be replaced.
#[must_use]
pub fn is_device(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}
