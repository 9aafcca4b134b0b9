//! What workers write to standard error: their last words.

use std::fs::File;
use std::io::{self, Seek};
use std::os::unix::fs::FileExt;

use nix::fcntl::{FcntlArg, SealFlag, fcntl};
use nix::sys::memfd::{MFdFlags, memfd_create};

use super::queue::{REOPEN_CALL, reopen};
use crate::event::text::SafeText;
use crate::system::call_error::CallError;

/// Size of the file; what is written beyond it is lost. A limit on file sizes may allow less.
const MAX_BYTES: u64 = 64 * 1024;
/// Size under a limit on file sizes.
const MIN_BYTES: u64 = 1024;
/// Number of lines that are shown: of a panic, its place and its message.
const MAX_LINES: usize = 2;

/// Standard error of a lane's workers: a file in memory, so that writing never blocks, and of a fixed size.
pub(super) struct ErrorOutput {
    file: File,
    /// Number of bytes that were read.
    read: u64,
    last: Option<SafeText>,
}

impl ErrorOutput {
    pub(super) fn new() -> Result<Self, CallError> {
        let flags = MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING;
        let file = File::from(memfd_create(c"mpviz-stderr", flags).map_err(CallError::in_call("memfd_create"))?);
        file.set_len(MAX_BYTES).or_else(|_| file.set_len(MIN_BYTES)).map_err(CallError::in_call("ftruncate"))?;
        // Without the seal the size is not limited; a worker writes only a few lines.
        let _ = fcntl(&file, FcntlArg::F_ADD_SEALS(SealFlag::F_SEAL_GROW));
        let file = reopen(&file, File::options().read(true).write(true)).map_err(CallError::in_call(REOPEN_CALL))?;
        Ok(Self { file, read: 0, last: None })
    }

    /// Duplicates the descriptor for a worker; the offset is shared.
    pub(super) fn try_clone(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    /// Returns the first lines of what was written since the last call; none if it repeats what was returned last.
    pub(super) fn take_new_text(&mut self) -> Option<SafeText> {
        let end = (&self.file).stream_position().ok()?;
        let mut bytes = vec![0; (end - self.read) as usize];
        self.file.read_exact_at(&mut bytes, self.read).ok()?;
        self.read = end;
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(MAX_LINES).collect();
        let new =
            Some(SafeText::new(&lines.join(" "))).filter(|new| !lines.is_empty() && self.last.as_ref() != Some(new))?;
        self.last = Some(new.clone());
        Some(new)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn new_lines_are_returned_once() {
        let mut output = ErrorOutput::new().unwrap();
        assert_eq!(output.take_new_text(), None);
        let mut worker = output.try_clone().unwrap();
        worker.write_all(b"\nout of\x1b[31m memory\nbecause\nthird line\n").unwrap();
        assert_eq!(output.take_new_text().unwrap().as_str(), "out of\u{fffd}[31m memory because");
        assert_eq!(output.take_new_text(), None);
        for _ in 0..2 {
            worker.write_all(b"again\n").unwrap();
            let text = output.take_new_text();
            assert!(text.is_none_or(|text| text.as_str() == "again"));
        }
        worker.write_all(b"again\n").unwrap();
        assert_eq!(output.take_new_text(), None, "a repetition");
    }

    #[test]
    fn output_is_limited() {
        let output = ErrorOutput::new().unwrap();
        let mut worker = output.try_clone().unwrap();
        assert!((0..100).any(|_| worker.write_all(&[b'x'; 4096]).is_err()));
        assert_eq!(output.file.metadata().unwrap().len(), MAX_BYTES);
    }
}
