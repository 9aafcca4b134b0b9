//! Reads files of `/proc` that are read often.

use std::fs::File;
use std::io::Read;

use procfs::{FromRead, ProcResult};

/// Longer than the longest of these files, `stat`: 52 numbers and a name.
const MAX_BYTES: usize = 2048;

/// Reads a file of one line about a process or thread, such as `/proc/1/stat`, by one call of `read`: the kernel fills
/// the buffer with all of it. To ask for its size before, and for its end, would take as long again.
pub fn read_proc_file<T: FromRead>(path: &str) -> ProcResult<T> {
    let mut text = [0; MAX_BYTES];
    let count = File::open(path)?.read(&mut text)?;
    T::from_read(&text[..count])
}
