//! Creation of files with unique names.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Maximum number of names that are tried.
const MAX_ATTEMPTS: u32 = 100;

/// Creates a file under the first unused name; `name` gives candidates from 0. `mode` is as for `chmod`, before the
/// umask.
pub fn create_unique(name: impl Fn(u32) -> PathBuf, mode: u32) -> io::Result<(PathBuf, File)> {
    for path in (0..MAX_ATTEMPTS).map(name) {
        match OpenOptions::new().write(true).create_new(true).mode(mode).open(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            made => return made.map(|file| (path, file)),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

/// Whether the path is a device, such as `/dev/null`, or a pipe, which is written in place and must not be replaced.
#[must_use]
pub fn is_device(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}
