//! One ring file, opened for reading.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;
use nix::unistd::geteuid;
use thiserror::Error;

use super::super::record::{
    HEADER_BYTES, Header, HeaderError, RECORD_BYTES, RUNNING_AT, RecordBytes, ReportingProcess,
};
use crate::event::text::display_path;
use crate::system::shortage::{describe_error, open_within_hard_limit};

/// Why a process's reports cannot be read.
#[derive(Debug, Error)]
#[error("the reports of a process cannot be read: {} {problem}", display_path(path))]
pub struct RingError {
    path: PathBuf,
    problem: Problem,
}

#[derive(Debug, Error)]
enum Problem {
    #[error("cannot be opened: {}", describe_error(.0))]
    Open(io::Error),
    #[error("cannot be read: {}", describe_error(.0))]
    Read(io::Error),
    #[error("is not a file of this user")]
    Foreign,
    #[error("has a wrong header: {0}")]
    Header(#[from] HeaderError),
    #[error("has {found} bytes instead of {expected}")]
    Size { found: u64, expected: u64 },
    #[error("has the header of another process")]
    OtherProcess,
}

#[derive(Debug)]
pub(super) struct RingFile {
    file: File,
    pub(super) path: PathBuf,
    pub(super) header: Header,
}

impl RingFile {
    /// Opens the file of this process.
    pub(super) fn open(path: PathBuf, process: ReportingProcess) -> Result<Self, RingError> {
        match open_and_check(&path, process) {
            Ok((file, header)) => Ok(Self { file, path, header }),
            Err(problem) => Err(RingError { path, problem }),
        }
    }

    /// Opens a file that may not exist yet.
    pub(super) fn open_if_exists(path: PathBuf, process: ReportingProcess) -> Result<Option<Self>, RingError> {
        match Self::open(path, process) {
            Err(RingError { problem: Problem::Open(error), .. }) if error.kind() == ErrorKind::NotFound => Ok(None),
            opened => opened.map(Some),
        }
    }

    /// Reads the slots of consecutive records, at most as many as lie in one piece. Returns their number.
    pub(super) fn read_slots(&self, first: u64, slots: &mut [[u8; RECORD_BYTES]]) -> Result<usize, RingError> {
        let offset = self.header.offset_of(first);
        let in_one_piece = (self.header.file_size() - offset) as usize / RECORD_BYTES;
        let count = slots.len().min(in_one_piece);
        self.read_exactly(slots[..count].as_flattened_mut(), offset)?;
        Ok(count)
    }

    /// Reads the running task once.
    pub(super) fn read_running(&self) -> Result<RecordBytes, RingError> {
        let mut bytes = [0; RECORD_BYTES];
        self.read_exactly(&mut bytes, RUNNING_AT)?;
        Ok(RecordBytes(bytes))
    }

    fn read_exactly(&self, bytes: &mut [u8], offset: u64) -> Result<(), RingError> {
        read_exactly(&self.file, bytes, offset, self.header.file_size())
            .map_err(|problem| RingError { path: self.path.clone(), problem })
    }
}

fn open_and_check(path: &Path, process: ReportingProcess) -> Result<(File, Header), Problem> {
    // Neither follows a link nor waits for the writer of a pipe.
    let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
    let open = || File::options().read(true).custom_flags(flags.bits()).open(path);
    // The limit is not raised before, because the watched program would inherit it.
    let file = open_within_hard_limit(open).map_err(Problem::Open)?;
    let metadata = file.metadata().map_err(Problem::Open)?;
    if !metadata.is_file() || metadata.uid() != geteuid().as_raw() {
        return Err(Problem::Foreign);
    }
    let mut bytes = [0; HEADER_BYTES];
    read_exactly(&file, &mut bytes, 0, HEADER_BYTES as u64)?;
    let header = Header::decode(&bytes)?;
    let (found, expected) = (metadata.len(), header.file_size());
    if found != expected {
        return Err(Problem::Size { found, expected });
    }
    let is_of_process = header.pid == process.pid && header.start == process.start;
    if is_of_process { Ok((file, header)) } else { Err(Problem::OtherProcess) }
}

/// Reads from a file that should have `expected` bytes.
fn read_exactly(file: &File, bytes: &mut [u8], offset: u64, expected: u64) -> Result<(), Problem> {
    file.read_exact_at(bytes, offset).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => Problem::Size { found: file.metadata().map_or(0, |file| file.len()), expected },
        _ => Problem::Read(error),
    })
}
