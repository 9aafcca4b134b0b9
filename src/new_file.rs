//! Files that were not there before.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

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
